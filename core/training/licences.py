"""Whose data a network learned from, and under which licence."""

from collections.abc import Iterable

LICENCES = {
    "lits": "LiTS (Bilic et al. 2023), CC BY-NC-ND 4.0",
    "msd": "Medical Segmentation Decathlon Task03 (Antonelli et al. 2022), CC BY-SA 4.0",
    "phantom": "HepatoScope phantoms, Apache-2.0",
}


def licences_of(datasets: Iterable[str]) -> list[str]:
    """Name the sources of data sets, told by how their names begin."""
    names = set(datasets)
    return sorted(
        licence
        for prefix, licence in LICENCES.items()
        if any(name.startswith(prefix) for name in names)
    )
