"""How LLaVA is to write."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Writing:
    """How a report text is to be written.

    Parameters
    ----------
    checkpoint : name on the Hugging Face Hub, already on this machine, or a folder.
    max_tokens : the text ends after so many; a word has about 1.3.
    seconds : time-out, for loading and writing together. LLaVA-1.5 7B takes many minutes on two
        CPU cores; a GPU needs far less.
    seed : of sampling; None always takes the likeliest word, so that the same scan gives the same
        text.
    quantised : matrices in 4 bits; None does so where there is a GPU, or where 16 bits do not fit.
    """

    checkpoint: str
    max_tokens: int = 300
    seconds: float = 1800
    seed: int | None = None
    quantised: bool | None = None
