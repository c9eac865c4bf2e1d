"""Draw where time goes as a flame chart (SVG): wide is long, callees stand on their callers.

Run from the repository, with py-spy (``pip install py-spy``, MIT licence) as the sampler:

``py-spy record -f raw -r 200 -o runs/stacks.txt -- python -m core segment SCAN --out OUT``
``python -m bench.flame runs/stacks.txt docs/flame.svg``

The main thread alone is drawn; what takes less than half a percent of it is left out.
"""

import argparse
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

WIDTH, ROW, LEAST = 1200, 18, 0.005
# Light on dark text in both themes, by how deep a call lies.
FILLS = ("#f4a261", "#e9c46a", "#8ecae6", "#a3d9a5")
LETTER = 6.3
# How Python starts a program; nobody asks about it.
STARTS = ("_run_module_as_main", "_run_code", "<module> (core/__main__")
OTHER_THREAD, IMPORTS = "Thread._bootstrap (", "<frozen importlib"
DEEPEST = 18


@dataclass
class Call:
    """A function as it was called: samples in all, and what it called."""

    samples: int = 0
    calls: dict[str, "Call"] = field(default_factory=dict)


def tree_of(lines: list[str]) -> Call:
    """Sum stacks, a line each with its count, to a tree; of the main thread."""
    root = Call()
    for line in lines:
        stack, count = line.rsplit(" ", 1)
        if OTHER_THREAD in stack:
            continue
        known = (one for one in stack.split(";") if not one.startswith(STARTS))
        frames = [one for one in known if IMPORTS not in one][:DEEPEST]
        root.samples += int(count)
        here = root
        for frame in frames:
            here = here.calls.setdefault(frame, Call())
            here.samples += int(count)
    return root


def bars(
    call: Call, whole: int, left: float = 0.0, depth: int = 0
) -> list[tuple[float, float, int, str]]:
    """List the bars above a call: left and width in pixels, depth, and name."""
    found = []
    for name, one in sorted(call.calls.items(), key=lambda each: -each[1].samples):
        if one.samples < LEAST * whole:
            continue
        width = WIDTH * one.samples / whole
        found.append((left, width, depth, name))
        found += bars(one, whole, left, depth + 1)
        left += width
    return found


def drawn(root: Call, rate: int) -> str:
    """Draw a tree of calls, sampled `rate` times a second."""
    known = bars(root, root.samples)
    rows = max(depth for _, _, depth, _ in known) + 1
    height = (rows + 2) * ROW
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="monospace" font-size="11">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="4" y="{height - 6}" fill="#222">{root.samples / rate:.1f} s on the main '
        "thread</text>",
    ]
    for left, width, depth, name in known:
        top = height - (depth + 2) * ROW - 6
        told = f"{escape(name)}: {width / WIDTH * root.samples / rate:.2f} s"
        short = escape(name.split(" (")[0][: int((width - 4) / LETTER)]) if width > 20 else ""
        parts.append(
            f"<g><title>{told}</title>"
            f'<rect x="{left:.1f}" y="{top}" width="{max(width - 1, 0.5):.1f}" '
            f'height="{ROW - 1}" fill="{FILLS[depth % len(FILLS)]}"/>'
            f'<text x="{left + 3:.1f}" y="{top + 13}" fill="#222">{short}</text></g>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> None:
    """Draw a file of stacks."""
    parser = argparse.ArgumentParser(prog="python -m bench.flame", description=__doc__)
    parser.add_argument("stacks", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--rate", type=int, default=200, help="samples a second")
    given = parser.parse_args()
    root = tree_of(given.stacks.read_text().splitlines())
    given.out.write_text(drawn(root, given.rate))


if __name__ == "__main__":
    main()
