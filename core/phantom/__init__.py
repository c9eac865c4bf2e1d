"""Labelled synthetic abdominal CTs: the demo case, the tests' ground truth, the stress lab."""

from core.phantom.lesions import TrueLesion
from core.phantom.patient import SHAPE, SPACING_MM, Phantom, Truth, make_phantom, write_phantoms

__all__ = [
    "SHAPE",
    "SPACING_MM",
    "Phantom",
    "TrueLesion",
    "Truth",
    "make_phantom",
    "write_phantoms",
]
