"""Let LLaVA write about a picture, in a process of its own that ends with the text.

It is not kept: it holds many gigabytes, which segmentation needs next. What ends its process, for
want of memory or otherwise, leaves the server alone.
"""

import re
from collections.abc import Callable
from math import inf

from PIL import Image

from core.errors import BadCheckpoint, OutOfTime
from core.foundation.capabilities import OF_LLAVA, VISION_LANGUAGE, has_gpu, missing_modules
from core.foundation.llava.checkpoint import must_find
from core.foundation.llava.model import Writing, write
from core.process import run

END = re.compile(r"[.!?][\"'”)]*(?=\s|$)")


def write_apart(
    image: Image.Image,
    prompt: str,
    writing: Writing,
    *,
    on_text: Callable[[str], None],
    cancelled: Callable[[], bool],
    on_stage: Callable[[str], None] = lambda stage: None,
) -> str:
    """Write what LLaVA says to `prompt` about `image`; nothing is fetched.

    Parameters
    ----------
    on_text : is told the text so far after every word.
    cancelled : once True, the process is ended.
    on_stage : is told what goes on: loading, reading, writing.

    Returns
    -------
    The whole sentences that were generated, unchecked.

    Raises
    ------
    BadCheckpoint
        What `writing` names is no LLaVA-1.5, is not on this machine, is damaged or does not fit
        into memory; or the libraries for it are not installed.
    OutOfTime
        It took longer than ``writing.seconds``; carries what was written so far.
    Cancelled
        `cancelled` became True.
    """
    _check_installed()
    checkpoint = must_find(writing.checkpoint)
    written = [""]

    def tell(told: tuple[str, str]) -> None:
        kind, words = told
        if kind == "text":
            written[0] = words
            on_text(words)
        else:
            on_stage(words)

    try:
        text = run(
            write, checkpoint, image, prompt, writing,
            work="text by LLaVA",
            # The driver of a GPU maps more than it uses.
            memory_mb=inf if has_gpu() else None,
            seconds=writing.seconds,
            progress=tell,
            cancelled=cancelled,
        )  # fmt: skip
    except OutOfTime:
        so_far = whole_sentences(written[0])
        raise OutOfTime(_too_long(writing, so_far), so_far) from None
    return whole_sentences(str(text))


def whole_sentences(text: str) -> str:
    r"""Leave out a last sentence that was cut short; text without any end stays as it is.

    Examples
    --------
    >>> whole_sentences("The liver measures 1.5 L. It is")
    'The liver measures 1.5 L.'
    """
    ends = [match.end() for match in END.finditer(text)]
    return text[: ends[-1]] if ends else text


def _too_long(writing: Writing, written: str) -> str:
    so_far = "what it wrote by then is kept" if written else "it had written nothing yet"
    return (
        f"LLaVA was stopped after {writing.seconds:.0f} seconds; {so_far}; allow more time, fewer "
        "words or a smaller checkpoint."
    )


def _check_installed() -> None:
    if missing := missing_modules(*OF_LLAVA):
        raise BadCheckpoint(
            f"LLaVA needs {', '.join(missing)}, which this machine lacks; add them with “pip "
            f"install -r {VISION_LANGUAGE}”."
        )
