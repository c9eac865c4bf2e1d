"""A network that can be asked for gradients; lives in a process of its own (see `core.process`)."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.explainers.question import Question, as_image
from core.models.store import load_unet, untrained_unet

Floats = NDArray[np.float32]

# More at once takes more memory and hardly less time on two cores.
BATCH = 8
# The decoder's maps at an eighth of the slice's side: fine enough to tell lesions apart.
FEATURES = "decoder_stage1b_relu"


class KerasNetwork:
    """A U-Net with its answer reduced to one number by a last layer.

    Parameters
    ----------
    model : [N, S, S, 3] in 0..1 to a probability [N, S, S, 1].

    Attributes
    ----------
    reduced : keras.Model [N, S, S, 3] to [N, 1], the mean of the probability over the target.
    shap_explainer : kept by the method that made it.
    """

    def __init__(self, model: Any) -> None:
        import keras
        import tensorflow as tf

        layer = _weighted_mean()
        self.reduced = keras.Model(model.input, layer(model.output))
        self._weights = layer.weight
        self._beside: Floats | None = None
        self.shap_explainer: Any = None
        features = model.get_layer(FEATURES).output
        both = keras.Model(model.input, [features, self.reduced.output])
        self._score = tf.function(lambda images: self.reduced(images, training=False))
        self._gradient = tf.function(self._gradient_of)
        self._features = tf.function(lambda images: _features_of(both, images))

    def aim(self, question: Question) -> None:
        """Explain the mean over the target of `question` from now on, the slices beside it held."""
        self._weights.assign(question.target[..., None])
        self._beside = None if question.beside is None else as_image(question.beside)

    def seen(self, images: Floats) -> Floats:
        """Show gray slices [N, S, S] in 0..1 as the network takes them: [N, S, S, 3]."""
        stacked = np.repeat(images[..., None], 3, axis=-1).astype(np.float32)
        if self._beside is not None:
            stacked[..., [0, 2]] = self._beside
        return stacked

    def of_slice(self, gradients: NDArray[Any]) -> NDArray[Any]:
        """Bring what was found for each channel [N, S, S, 3] to the slice itself: [N, S, S].

        Where the three channels are one slice, what changes it changes all of them.
        """
        return gradients.sum(axis=-1) if self._beside is None else gradients[..., 1]

    def score(self, images: Floats) -> Floats:
        """Answer to gray slices [N, S, S] in 0..1: [N]."""
        return self._over(images, lambda part: self._score(part)[:, 0])

    def gradient(self, images: Floats) -> Floats:
        """Change of the answer with every gray value of slices [N, S, S]: [N, S, S]."""
        return self.of_slice(self._over(images, self._gradient))

    def features(self, image: Floats) -> tuple[Floats, Floats]:
        """Feature maps [h, w, C] of a decoder layer for one slice, and the answer's gradient."""
        import tensorflow as tf

        maps, gradient = self._features(tf.constant(self.seen(image[None])))
        return maps[0].numpy(), gradient[0].numpy()

    def _gradient_of(self, images: Any) -> Any:
        import tensorflow as tf

        with tf.GradientTape() as tape:
            tape.watch(images)
            answer = self.reduced(images, training=False)
        return tape.gradient(answer, images)

    def _over(self, images: Floats, ask: Any) -> Floats:
        import tensorflow as tf

        parts = []
        for start in range(0, len(images), BATCH):
            part = images[start : start + BATCH]
            # One size of batch is traced once.
            filled = np.concatenate([part, np.repeat(part[-1:], BATCH - len(part), axis=0)])
            parts.append(ask(tf.constant(self.seen(filled))).numpy()[: len(part)])
        return np.concatenate(parts)


@lru_cache(maxsize=4)
def network_of(folder: Path, size: int, digest: str) -> KerasNetwork:
    """Load a trained network; `digest` of its weights stands for them."""
    return KerasNetwork(load_unet(folder, size))


@lru_cache(maxsize=2)
def random_network(folder: Path, size: int, seed: int) -> KerasNetwork:
    """Build the network of `folder` with random weights: before it had learned anything."""
    import keras

    keras.utils.set_random_seed(seed)
    return KerasNetwork(untrained_unet(folder, size))


def _features_of(model: Any, images: Any) -> Any:
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(images)
        maps, answer = model(images, training=False)
    return maps, tape.gradient(answer, maps)


def _weighted_mean() -> Any:
    """Make the layer that reduces [N, S, S, 1] to [N, 1]: the mean, weighted by `weight`."""
    import keras

    class WeightedMean(keras.layers.Layer):  # type: ignore[misc]
        def build(self, shape: Any) -> None:
            pixels = shape[1] * shape[2]
            self.weight = self.add_weight(
                shape=shape[1:],
                initializer=keras.initializers.Constant(1 / pixels),
                trainable=False,
                name="weight",
            )

        def call(self, answers: Any) -> Any:
            return keras.ops.sum(answers * self.weight, axis=(1, 2))

    return WeightedMean()
