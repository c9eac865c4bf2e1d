"""How often the check of report sentences is right, on sentences with known verdicts.

Run from the repository: ``python -m bench.report_check``. It prints a confusion table for every
split of tests/core/report/check/sentences.csv, precision and recall by verdict, and the
sentences that were judged wrongly; ``--out FILE`` writes that as Markdown, ``--split`` chooses.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.confusion import Confusion, Written, confusion, read_sentences
from core.report.check import Verdict, check_sentence
from tests.core.report.check.cases import CASES, SENTENCES


def table(found: Confusion) -> Iterator[str]:
    """Write counts by true verdict (rows) and by that of the check, with both shares."""
    names = [verdict.value for verdict in Verdict]
    yield f"| true \\ called | {' | '.join(names)} | recall |"
    yield f"|---|{'---|' * (len(names) + 1)}"
    for true in Verdict:
        cells = " | ".join(str(found.counts[true, called]) for called in Verdict)
        yield f"| **{true.value}** | {cells} | {found.recall(true):.3f} |"
    shares = " | ".join(f"{found.precision(verdict):.3f}" for verdict in Verdict)
    yield f"| precision | {shares} | {found.right} of {found.total} right |"


def report(split: str, sentences: Sequence[Written]) -> Iterator[str]:
    """Tell how one split was judged, and what went wrong."""
    yield from (f"## {split}: {len(sentences)} sentences", "")
    yield from table(confusion(sentences, CASES))
    yield ""
    for one in sentences:
        checked = check_sentence(one.text, CASES[one.case])
        if checked.verdict is not one.verdict:
            yield (
                f"- {one.kind}, case “{one.case}”, {one.verdict.value} called "
                f"{checked.verdict.value}: {one.text} ({checked.reason})"
            )
    yield ""


def main() -> None:
    """Judge the sentences, print the tables, and write them if asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", action="append", help="default: all")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    written = read_sentences(SENTENCES)
    lines = ["# The check of report sentences", ""]
    for split in options.split or dict.fromkeys(one.split for one in written):
        lines += report(split, [one for one in written if one.split == split])
    text = "\n".join(lines)
    print(text)
    if options.out:
        options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
