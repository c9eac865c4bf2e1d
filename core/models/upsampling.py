"""A decoder that convolves before it upsamples: the same answers for less arithmetic.

A U-Net repeats every pixel of its coarse maps 2×2 and convolves them 3×3. Such a window sees 2×2
different pixels at most: four 2×2 convolutions of the coarse maps, one for each of the places that
a pixel is repeated at, give the same with 4/9 of the products, and nothing is repeated. Their
kernels are sums of the 3×3 kernel's; the answers are woven together as in sub-pixel convolution
(Shi et al., CVPR 2016).
"""

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from keras import Layer, Model

Kernel = NDArray[np.float32]
# In the order in which they are woven: row and column of a place.
PLACES = ((0, 0), (0, 1), (1, 0), (1, 1))


def kernel_at(kernel: Kernel, row: int, column: int) -> Kernel:
    """Sum a kernel [3, 3, C, F] to that of the coarse pixels [2, 2, C, F] around a place."""
    rows = [kernel[: row + 1].sum(axis=0), kernel[row + 1 :].sum(axis=0)]
    columns = [[one[: column + 1].sum(axis=0), one[column + 1 :].sum(axis=0)] for one in rows]
    return np.array(columns, np.float32)


def convolved_first(unet: "Model") -> "Model":
    """Rebuild a trained U-Net so that no map is upsampled before it is convolved.

    For answers only: what it holds is no longer trained. What is not upsampled 2×2 by repetition
    and then convolved 3×3 without a bias stays as it is.
    """
    import keras

    split = _split_layer()
    # By the map that a convolution is given: the coarse maps in it, and those beside them.
    repeated: dict[int, tuple[Any, ...]] = {}

    def called(layer: "Layer", *given: Any, **options: Any) -> Any:
        if id(given[0]) in repeated and _is_plain(layer):
            _, coarse, *beside = repeated[id(given[0])]
            return split(layer, coarse.shape[-1])([coarse, *beside])
        answer = layer(*given, **options)
        if isinstance(layer, keras.layers.UpSampling2D) and _repeats(layer):
            repeated[id(answer)] = (answer, given[0])
        elif isinstance(layer, keras.layers.Concatenate) and id(given[0][0]) in repeated:
            _, coarse = repeated[id(given[0][0])]
            repeated[id(answer)] = (answer, coarse, *given[0][1:])
        return answer

    return keras.models.clone_model(unet, call_function=called, clone_function=lambda layer: layer)


def _is_plain(layer: "Layer") -> bool:
    import keras

    if type(layer) is not keras.layers.Conv2D or layer.use_bias or layer.padding != "same":
        return False
    sizes = layer.kernel_size, layer.strides, layer.dilation_rate, layer.groups
    return sizes == ((3, 3), (1, 1), (1, 1), 1) and layer.activation is keras.activations.linear


def _repeats(layer: "Layer") -> bool:
    return (tuple(layer.size), layer.interpolation) == ((2, 2), "nearest")


def _split_layer() -> Any:
    import keras
    import tensorflow as tf

    class Split(keras.layers.Layer):  # type: ignore[misc]
        """The convolution of coarse maps repeated 2×2, and of finer ones beside them."""

        def __init__(self, whole: Any, coarse: int) -> None:
            super().__init__(name=f"{whole.name}_split")
            kernel = np.asarray(whole.kernel)
            self._coarse = [kernel_at(kernel[:, :, :coarse], *place) for place in PLACES]
            self._fine = kernel[:, :, coarse:]

        def call(self, maps: list[Any]) -> Any:
            coarse, *beside = maps
            answers = [
                tf.nn.conv2d(
                    coarse, kernel, 1, [[0, 0], [1 - row, row], [1 - column, column], [0, 0]]
                )
                for (row, column), kernel in zip(PLACES, self._coarse, strict=True)
            ]
            woven = tf.nn.depth_to_space(tf.concat(answers, axis=-1), 2)
            if not beside:
                return woven
            return woven + tf.nn.conv2d(tf.concat(beside, axis=-1), self._fine, 1, "SAME")

        def compute_output_spec(self, maps: list[Any]) -> Any:
            count, rows, columns, _ = maps[0].shape
            return keras.KerasTensor((count, 2 * rows, 2 * columns, self._fine.shape[-1]))

    return Split
