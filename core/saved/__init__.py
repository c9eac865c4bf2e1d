"""A study with what its reader made of it, in one file, to be opened again later or elsewhere.

The file is a zip: ``session.json`` tells what a program must know, ``arrays/*.npy`` hold labels,
probabilities and, where the scan is to travel along, its voxels; ``headers/*.dcm`` the headers of
its slices. `docs/formats.md` names the keys.
"""

from core.saved.reading import Saved, is_saved, open_saved
from core.saved.writing import NAME, save

__all__ = ["NAME", "Saved", "is_saved", "open_saved", "save"]
