"""LLaVA in memory: loaded, asked once, and gone with its process.

What is here runs in the process that `core.foundation.llava.process` starts, never in the server.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PIL import Image

from core.errors import BadCheckpoint
from core.foundation.libraries import check_whole, loading, prepare
from core.foundation.llava.checkpoint import KIND, LocalCheckpoint
from core.foundation.llava.way import Way, choose_way

Tell = Callable[[tuple[str, str]], None]
STAGES = ("Loading the checkpoint", "Reading the picture and the facts", "Writing")
# Of checkpoints that bring no template of their own: that of LLaVA-1.5.
TEMPLATE = "USER: <image>\n{} ASSISTANT:"
# The temperature that LLaVA's own demonstration samples with.
TEMPERATURE = 0.2
# The mean color of CLIP's pictures, so that what is added at the sides says nothing.
MEAN_COLOR = (122, 116, 104)


@dataclass(frozen=True)
class Writing:
    """How a report text is to be written.

    Parameters
    ----------
    checkpoint : name on the Hugging Face Hub, already on this machine, or a folder.
    max_tokens : the text ends after so many; a word has about 1.3.
    seconds : time-out, for loading and writing together. LLaVA-1.5 7B takes many minutes on two
        CPU cores; a GPU needs far less.
    seed : of sampling; None always takes the likeliest word, so that the same scan gives the same
        text.
    quantised : matrices in 4 bits; None does so where there is a GPU, or where 16 bits do not fit.
    """

    checkpoint: str
    max_tokens: int = 300
    seconds: float = 1800
    seed: int | None = None
    quantised: bool | None = None


def write(
    checkpoint: LocalCheckpoint,
    image: Image.Image,
    prompt: str,
    writing: Writing,
    progress: Tell,
) -> str:
    """Let `checkpoint` answer `prompt` about `image`.

    Parameters
    ----------
    progress : is told ``("stage", one of STAGES)`` and ``("text", the text so far)``.

    Raises
    ------
    BadCheckpoint
        It does not fit into the free memory, or its files do not belong together.
    """
    prepare()
    way = choose_way(checkpoint, writing.quantised)
    progress(("stage", STAGES[0]))
    processor, model = load(checkpoint, way)
    progress(("stage", STAGES[1]))
    try:
        return _answer(processor, model, squared(image), prompt, writing, progress)
    except (RuntimeError, ValueError, IndexError) as error:
        raise BadCheckpoint(
            f"“{checkpoint.name}” could be loaded but not write ({type(error).__name__}): its "
            "parts do not fit together or memory ran out; choose another checkpoint."
        ) from error


def load(checkpoint: LocalCheckpoint, way: Way) -> tuple[Any, Any]:
    """Load processor and network.

    Raises BadCheckpoint where the files are damaged or do not belong together.
    """
    from transformers import BitsAndBytesConfig, LlavaForConditionalGeneration

    options: dict[str, Any] = {}
    if way.quantises:
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=way.dtype,
        )
    with loading(checkpoint.name):
        processor = _processor(checkpoint)
        model, told = LlavaForConditionalGeneration.from_pretrained(
            checkpoint.folder,
            dtype=way.dtype,
            device_map={"": way.device},
            local_files_only=True,
            output_loading_info=True,
            **options,
        )
    check_whole(told, checkpoint.name, KIND)
    return processor, model.eval()


def squared(image: Image.Image) -> Image.Image:
    """Pad a picture to a square, as LLaVA-1.5 was trained, lest its sides be cut off."""
    side = max(image.size)
    square = Image.new("RGB", (side, side), MEAN_COLOR)
    square.paste(image.convert("RGB"), ((side - image.width) // 2, (side - image.height) // 2))
    return square


def _answer(
    processor: Any, model: Any, image: Image.Image, prompt: str, writing: Writing, tell: Tell
) -> str:
    import torch

    asked = processor(images=image, text=_wrapped(processor, prompt), return_tensors="pt")
    asked = asked.to(model.device, model.dtype)
    _check_length(asked["input_ids"].shape[1], model, writing)
    sampling: dict[str, Any] = {"do_sample": False}
    if writing.seed is not None:
        torch.manual_seed(writing.seed)
        sampling = {"do_sample": True, "temperature": TEMPERATURE}
    written: list[str] = []
    streamer = _streamer(processor.tokenizer, written, tell)
    with torch.inference_mode():
        model.generate(**asked, max_new_tokens=writing.max_tokens, streamer=streamer, **sampling)
    return "".join(written).strip()


def _check_length(asked: int, model: Any, writing: Writing) -> None:
    """Refuse what is longer than the language model was built for; it would write nonsense."""
    most = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if most is not None and asked + writing.max_tokens > most:
        raise BadCheckpoint(
            f"This LLaVA reads and writes {most:,} tokens; the picture and the facts take "
            f"{asked:,} and the text {writing.max_tokens:,} more; allow a shorter text or choose "
            "another checkpoint."
        )


def _wrapped(processor: Any, prompt: str) -> str:
    """Put the request into the form of talk that the checkpoint was trained on."""
    if not getattr(processor, "chat_template", None):
        return TEMPLATE.format(prompt)
    content = [{"type": "image"}, {"type": "text", "text": prompt}]
    talk = [{"role": "user", "content": content}]
    return str(processor.apply_chat_template(talk, add_generation_prompt=True))


def _streamer(tokenizer: Any, written: list[str], tell: Tell) -> Any:
    """Collect the text, and tell it so far whenever a word is whole."""
    from transformers import TextStreamer

    def take(text: str, stream_end: bool = False) -> None:
        if not written:
            tell(("stage", STAGES[2]))
        written.append(text)
        tell(("text", "".join(written).strip()))

    streamer = TextStreamer(tokenizer, skip_prompt=True, skip_special_tokens=True)
    streamer.on_finalized_text = take
    return streamer


def _processor(checkpoint: LocalCheckpoint) -> Any:
    """Load the processor, and complete what checkpoints of before 2024 leave out."""
    from transformers import LlavaProcessor

    processor = LlavaProcessor.from_pretrained(
        checkpoint.folder, local_files_only=True, trust_remote_code=False
    )
    if processor.patch_size is None:
        processor.patch_size = checkpoint.architecture.vision.patch_size
    if processor.vision_feature_select_strategy is None:
        processor.vision_feature_select_strategy = "default"
        # CLIP's own token, which that strategy takes away again.
        processor.num_additional_image_tokens = 1
    return processor
