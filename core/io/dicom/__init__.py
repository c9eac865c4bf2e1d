"""DICOM in: one stack of CT slices in Hounsfield units. DICOM out: segmentations on its slices."""
