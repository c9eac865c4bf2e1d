"""Written text of which every sentence keeps the facts it was made of."""

from dataclasses import dataclass
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
    """

    text: str
    facts: tuple[str, ...] = ()
    lesion: int | None = None
    axial_slice: int | None = None
    mark: str = ""


@dataclass(frozen=True)
class Section:
    """A titled part of a report, such as Findings."""

    title: str
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """Its sentences as one paragraph."""
        return " ".join(sentence.text for sentence in self.sentences)


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
