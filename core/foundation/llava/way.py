"""Where and how precisely a LLaVA is to run, chosen before it is loaded."""

from dataclasses import dataclass
from typing import Any

from core.foundation.files import MB
from core.foundation.llava.checkpoint import LocalCheckpoint
from core.foundation.memory import check_room
from core.process.memory import free_mb


@dataclass(frozen=True)
class Way:
    """How a checkpoint is loaded.

    Parameters
    ----------
    device : ``cuda`` or ``cpu``.
    dtype : torch's type of what is not quantised.
    quantises : the matrices become 4 bits on the way in.
    """

    device: str
    dtype: Any
    quantises: bool


def choose_way(checkpoint: LocalCheckpoint, quantised: bool | None) -> Way:
    """Choose by the memory that is free now.

    Raises BadCheckpoint, which says how much it needs and how much is free, where none fits.
    """
    import torch

    on_gpu = torch.cuda.is_available()
    free = torch.cuda.mem_get_info()[0] / MB if on_gpu else free_mb()
    whole = checkpoint.memory_mb(quantised=False)
    if quantised is None:
        quantised = on_gpu or (free is not None and free < whole)
    needed = checkpoint.memory_mb(quantised=quantised)
    bits = " in 4 bits" if quantised else " in full precision"
    place = "GPU" if on_gpu else "machine"
    check_room(checkpoint.name, needed, free, how=bits, place=place)
    # Few CPUs compute in float16, which the checkpoints are stored in.
    half = torch.float16 if on_gpu else torch.bfloat16
    dtype = torch.float32 if checkpoint.single else half
    quantises = quantised and not checkpoint.stored_quantised
    return Way("cuda" if on_gpu else "cpu", dtype, quantises)
