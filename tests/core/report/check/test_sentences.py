"""Text is cut where a sentence ends, and nowhere else."""

import pytest

from core.report.check.sentences import split_sentences


@pytest.mark.parametrize(
    "one",
    [
        "The mass measures 1.5 cm.",
        "A mass of approx. 1.5 cm lies in the right lobe.",
        "Dr. Miller saw lesions, e.g. No. 2, of max. 3 cm.",
        "The tumor takes up 25.8 mL, i.e. 1.6 % of the liver.",
    ],
)
def test_a_point_within_a_sentence_does_not_end_it(one: str) -> None:
    assert split_sentences(f"{one} There is more.") == (one, "There is more.")


def test_lists_and_headings_are_no_sentences_of_their_own() -> None:
    text = """
    ## Findings
    - No focal lesion
    * **Liver**: 1,462 mL
    2. The liver is normal in size.

    IMPRESSION:
    Normal size,
    wrapped over two lines.
    Limitations: One phase only.
    """
    assert split_sentences(text) == (
        "No focal lesion",
        "Liver: 1,462 mL",
        "The liver is normal in size.",
        "Normal size, wrapped over two lines.",
        "One phase only.",
    )


def test_nothing_is_in_empty_text() -> None:
    assert split_sentences(" \n\n * \n") == ()
