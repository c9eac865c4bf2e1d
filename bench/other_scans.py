"""Dice of every preset on whole scans from other hospitals than those of LiTS.

Run from the repository: ``python -m bench.other_scans SCAN LABELS [SCAN LABELS ...]``, each scan
NIfTI or DICOM, each labels file NIfTI with 1 for liver and 2 for tumor. Labels are laid on the scan
by their affines (nearest neighbour), so that they may lie on a longer or turned grid.
"""

import argparse
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import affine_transform

from core.cascade.segmentation import segment
from core.io import read
from core.labels import TUMOR, organ_mask, tumor_mask
from core.metrics.overlap import overlap
from core.volume import Volume


def laid_on(labels: Volume, scan: Volume) -> NDArray[np.uint8]:
    """Look up the label of each voxel of `scan`: uint8 [X, Y, Z], 0 outside the labels."""
    to_labels = np.linalg.inv(labels.affine) @ scan.affine
    found: NDArray[np.uint8] = affine_transform(
        labels.hu.astype(np.uint8), to_labels[:3, :3], to_labels[:3, 3], scan.shape, order=0
    )
    return found


def main() -> None:
    """Segment each scan with each preset and print the Dice of liver and tumors."""
    from core.models.store import trained_presets

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+", metavar="SCAN LABELS")
    files = parser.parse_args().files
    for place, labels in zip(files[::2], files[1::2], strict=True):
        scan = read(place)
        truth = laid_on(read(labels), scan)
        for preset in trained_presets():
            found = segment(scan, preset).labels
            liver = overlap(organ_mask(truth), organ_mask(found)).dice
            tumor = overlap(tumor_mask(truth), tumor_mask(found)).dice
            marked = f"tumor {tumor:.3f}" if (truth == TUMOR).any() else "no tumor marked"
            print(f"{place.parent.name}, {preset.name}: liver {liver:.3f}, {marked}", flush=True)


if __name__ == "__main__":
    main()
