"""SHAP values by expected gradients, as the published pipeline takes them."""

import warnings
from typing import Any

import numpy as np

from core.explainers.attribution import Method, Parts, Progress
from core.explainers.network import BATCH, Floats, KerasNetwork
from core.explainers.question import Question, as_image

# Draws between two words on the progress.
CHUNK = 20


def attribute(
    network: KerasNetwork, question: Question, samples: int, seed: int, progress: Progress
) -> Parts:
    """Estimate SHAP values of the score by `samples` draws.

    Each draw mixes the slice with one of the background and takes the gradient there. The values
    add up to the score minus the background's mean score as the draws become many.
    """
    usual = as_image(question.background)
    explainer = _explainer(network, network.seen(usual))
    image = network.seen(question.image[None])
    parts, drawn = np.zeros(question.gray.shape, np.float64), 0
    while drawn < samples:
        count = min(CHUNK, samples - drawn)
        with warnings.catch_warnings():
            # Keras expects no list of one input, which SHAP hands it.
            warnings.filterwarnings("ignore", message="The structure of `inputs`")
            values = explainer.shap_values(image, nsamples=count, rseed=seed + drawn)
        parts += count * network.of_slice(np.asarray(values, np.float64).reshape(image.shape))[0]
        drawn += count
        progress(drawn / samples)
    expected = float(network.score(usual).mean(dtype=np.float64))
    return Parts((parts / samples).astype(np.float32), expected)


def _explainer(network: KerasNetwork, background: Floats) -> Any:
    import shap

    # Tracing its gradient takes seconds, so the explainer stays with the network.
    if network.shap_explainer is None:
        network.shap_explainer = shap.GradientExplainer(
            network.reduced, background, batch_size=BATCH
        )
    network.shap_explainer.explainer.data = [background]
    return network.shap_explainer


METHOD = Method(
    "shap",
    "SHAP (expected gradients)",
    1,
    "Lundberg and Lee, NeurIPS 2017; expected gradients: Erion et al., Nature Machine "
    "Intelligence 2021",
    "What each pixel brings to the score, compared with usual slices.",
    100,
    True,
    attribute,
    compares=True,
)
