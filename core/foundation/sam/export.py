"""SAM's masks as a file on the scan's own grid."""

import gzip

import nibabel as nib
import numpy as np
from numpy.typing import NDArray

from core.foundation.sam.display import laid_down
from core.io.export import labels_to_nifti
from core.volume import Volume


def labels_of_slice_to_nifti(volume: Volume, labels: NDArray[np.uint8], z: int, what: str) -> bytes:
    """Encode labels of one slice as the .nii.gz that lies voxel by voxel on the input of `volume`.

    Parameters
    ----------
    labels : uint8 [rows, columns] of axial slice `z` as it is displayed; 0 everywhere else.
    what : what the labels are, for the header.
    """
    whole = np.zeros(volume.shape, np.uint8)
    whole[..., z] = laid_down(labels)
    image = nib.Nifti1Image.from_bytes(gzip.decompress(labels_to_nifti(volume, whole)))
    image.header["descrip"] = f"HepatoScope: {what}"[:79].encode()
    return gzip.compress(image.to_bytes(), compresslevel=6, mtime=0)
