"""Report text by LLaVA-1.5 (Liu et al., NeurIPS 2023), a witness to be checked.

`describe` gives it the composite and the facts and streams what it writes; `narrative_of` makes a
report of what survives the check. PyTorch is loaded in a process of its own, and nothing is
fetched unless it is asked for.
"""

from core.foundation.llava.catalogue import CHECKPOINTS, Checkpoint, known
from core.foundation.llava.checkpoint import LocalCheckpoint
from core.foundation.llava.hub import HubFacts, download, find, look_up
from core.foundation.llava.model import STAGES
from core.foundation.llava.writing import Writing
from core.report.llava.narrative import narrative_of
from core.report.llava.process import describe
from core.report.llava.prompt import prompt_of

__all__ = [
    "CHECKPOINTS",
    "STAGES",
    "Checkpoint",
    "HubFacts",
    "LocalCheckpoint",
    "Writing",
    "describe",
    "download",
    "find",
    "known",
    "look_up",
    "narrative_of",
    "prompt_of",
]
