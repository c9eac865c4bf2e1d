"""UMAP: ``python -m core.atlas.umap_worker PARAMETERS ASKED.npz ANSWER.npy``.

A program of its own, because umap brings TensorFlow with it, which must not come into the server's
process. ASKED holds `codes` [N, D], and, to place new ones on a map that stays, also `positions`
[N, 2] and `new` [M, D].
"""

import json
import sys
import warnings
from typing import Any

import numpy as np


def answer(parameters: dict[str, Any], arrays: dict[str, Any]) -> Any:
    """Lay `codes` out, or place `new` ones among them: [N, 2] or [M, 2]."""
    with warnings.catch_warnings():
        # It says that a seed takes one thread, which is what we want.
        warnings.simplefilter("ignore")
        import umap

        options = {
            "n_neighbors": parameters["neighbours"],
            "min_dist": parameters["min_dist"],
            "random_state": parameters["seed"],
            "n_jobs": 1,
        }
        if "new" not in arrays:
            return umap.UMAP(**options).fit_transform(arrays["codes"])
        # No epochs: it learns who is near whom and leaves the map alone, which it only rescales.
        known = umap.UMAP(**options, init=arrays["positions"], n_epochs=0).fit(arrays["codes"])
        known.embedding_ = arrays["positions"]
        known.n_epochs = None
        return known.transform(arrays["new"])


if __name__ == "__main__":
    with np.load(sys.argv[2]) as given:
        positions = answer(json.loads(sys.argv[1]), dict(given))
    np.save(sys.argv[3], np.asarray(positions, np.float32))
