"""What decides how much memory a LLaVA needs: the sizes of its three parts."""

from dataclasses import dataclass
from typing import Any

from core.errors import BadCheckpoint
from core.foundation.files import MB

# PyTorch, transformers and bitsandbytes, with what they need to compute.
LIBRARIES_MB = 900
# Bytes a weight takes: nf4 with double quantisation, and 16 bits.
QUANTISED, HALF = 0.52, 2
# Bytes beside each weight of the largest matrix while it becomes 4 bits, and back to compute:
# measured with 1.25 and 7 billion weights on the CPU (peaks of 2.0 and 6.8 GB, files not counted).
TURNING = 24
# What a prompt with a picture and its answer come to at most.
TOKENS = 2800
# Where config.json says nothing, transformers builds these.
LANGUAGE = {
    "hidden_size": 4096,
    "intermediate_size": 11008,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "vocab_size": 32000,
}
VISION = {
    "hidden_size": 1024,
    "intermediate_size": 4096,
    "num_hidden_layers": 24,
    "image_size": 336,
    "patch_size": 14,
}


@dataclass(frozen=True)
class Vision:
    """The image encoder, a vision transformer of CLIP.

    Parameters
    ----------
    width, inner, layers : of its tokens, of its hidden layers, and how many layers.
    image_size : side in pixels of the square it sees.
    patch_size : side of the patches that this is cut into.
    """

    width: int = 1024
    inner: int = 4096
    layers: int = 24
    image_size: int = 336
    patch_size: int = 14

    @property
    def patches(self) -> int:
        """How many tokens a picture becomes."""
        return (self.image_size // self.patch_size) ** 2

    @property
    def linear(self) -> int:
        """Weights in matrices, which can be quantised."""
        return self.layers * (4 * self.width**2 + 2 * self.width * self.inner)

    @property
    def other(self) -> int:
        """All other weights."""
        embeddings = self.width * (3 * self.patch_size**2 + self.patches + 2)
        return embeddings + self.layers * (9 * self.width + self.inner) + 4 * self.width


@dataclass(frozen=True)
class Language:
    """The language model, of the kind of Llama.

    Parameters
    ----------
    key_values : width of keys, and of values, which fewer heads than those of queries may share.
    vocabulary : number of tokens known.
    """

    width: int
    inner: int
    layers: int
    key_values: int
    vocabulary: int

    @property
    def linear(self) -> int:
        """Weights in matrices, which can be quantised."""
        attention = 2 * self.width**2 + 2 * self.width * self.key_values
        return self.layers * (attention + 3 * self.width * self.inner)

    @property
    def other(self) -> int:
        """All other weights, most of them for the words, in and out."""
        return 2 * self.vocabulary * self.width + (2 * self.layers + 1) * self.width


@dataclass(frozen=True)
class Architecture:
    """A LLaVA: image encoder, two matrices that turn patches into words, and language model."""

    vision: Vision
    language: Language

    @property
    def linear(self) -> int:
        """Weights in matrices, which can be quantised."""
        bridge = self.language.width * (self.vision.width + self.language.width)
        return self.vision.linear + self.language.linear + bridge

    @property
    def other(self) -> int:
        """All other weights."""
        return self.vision.other + self.language.other + 2 * self.language.width

    @property
    def weights(self) -> int:
        """All weights."""
        return self.linear + self.other

    def memory_mb(self, *, quantised: bool, bytes_a_weight: int = HALF) -> int:
        """Memory to write one report, in 10⁶ bytes: the weights and `working_mb`.

        Parameters
        ----------
        quantised : the matrices in 4 bits.
        bytes_a_weight : of what is not quantised: 2, or 4 for float32.
        """
        matrices = self.linear * (QUANTISED if quantised else bytes_a_weight)
        weights = matrices + self.other * bytes_a_weight
        working = self.working_mb(quantised=quantised, bytes_a_weight=bytes_a_weight)
        return round(weights / MB + working)

    def working_mb(self, *, quantised: bool, bytes_a_weight: int = HALF) -> float:
        """Memory beside the weights, in 10⁶ bytes: libraries, matrices, what was read so far."""
        read = TOKENS * 2 * self.language.layers * self.language.key_values * bytes_a_weight
        turning = self.language.width * self.language.inner * TURNING if quantised else 0
        return LIBRARIES_MB + (read + turning) / MB


def architecture_of(config: dict[str, Any], name: str) -> Architecture:
    """Read the fields of a config.json that decide the size.

    Raises
    ------
    BadCheckpoint
        It describes another kind of model.
    """
    kind = config.get("model_type")
    if kind != "llava":
        raise BadCheckpoint(
            f"“{name}” is no LLaVA-1.5: its config.json describes a model of the type "
            f"“{kind or 'unknown'!s:.40}”; give a checkpoint of type “llava”, such as "
            "“llava-hf/llava-1.5-7b-hf”."
        )
    text, seen = config.get("text_config") or {}, config.get("vision_config") or {}
    if isinstance(text, dict) and isinstance(seen, dict):
        language = {key: text.get(key, value) for key, value in LANGUAGE.items()}
        vision = {key: seen.get(key, value) for key, value in VISION.items()}
        heads = text.get("num_key_value_heads") or language["num_attention_heads"]
        sizes = (*language.values(), *vision.values(), heads)
        if all(isinstance(size, int) and size > 0 for size in sizes):
            return _built(language, vision, heads)
    raise BadCheckpoint(
        f"The config.json of “{name}” describes no LLaVA that can be built; copy or download the "
        "checkpoint again."
    )


def _built(language: dict[str, int], vision: dict[str, int], heads: int) -> Architecture:
    width, inner, layers, query_heads, vocabulary = language.values()
    return Architecture(
        Vision(*vision.values()),
        Language(width, inner, layers, width // query_heads * heads, vocabulary),
    )
