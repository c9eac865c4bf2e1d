"""Written text of which every sentence keeps the facts it was made of."""

import re
from dataclasses import dataclass, field
from enum import StrEnum


class Edition(StrEnum):
    """For whom a report is written."""

    CLINICAL = "clinical"
    PLAIN = "plain"


@dataclass(frozen=True)
class Sentence:
    """One sentence.

    Parameters
    ----------
    facts : ids of the facts it says; empty for a sentence that a person or a model wrote.
    lesion, axial_slice : where to look for what it says, if it is of one place.
    mark : what the reader must know of it, such as “contradicts the measurements”; shown with it.
    begins : whether it begins a paragraph within its section.
    """

    text: str
    facts: tuple[str, ...] = ()
    lesion: int | None = None
    axial_slice: int | None = None
    mark: str = ""
    begins: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Section:
    """A titled part of a report, such as Findings."""

    title: str
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """Its sentences; a blank line parts paragraphs."""
        return "\n\n".join(
            " ".join(sentence.text for sentence in paragraph) for paragraph in self.paragraphs
        )

    @property
    def paragraphs(self) -> tuple[tuple[Sentence, ...], ...]:
        """Its sentences by paragraph."""
        parted: list[list[Sentence]] = []
        for sentence in self.sentences:
            if sentence.begins or not parted:
                parted.append([])
            parted[-1].append(sentence)
        return tuple(map(tuple, parted))


def paragraphs(text: str) -> tuple[str, ...]:
    r"""Part a written text at blank lines and at line ends that end a sentence.

    Examples
    --------
    >>> paragraphs("One line\nand its rest.\nAnother.\n\nA third.")
    ('One line and its rest.', 'Another.', 'A third.')
    """
    parts = re.split(r"\n\s*\n|(?<=[.!?:])[ \t]*\n", text)
    return tuple(" ".join(part.split()) for part in parts if part.strip())


@dataclass(frozen=True)
class Narrative:
    """The text of a report.

    Parameters
    ----------
    writer : who wrote it: ``facts`` for our own sentences, else the model's name.
    """

    title: str
    sections: tuple[Section, ...]
    edition: Edition
    writer: str

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """All sentences, in order."""
        return tuple(sentence for section in self.sections for sentence in section.sentences)
