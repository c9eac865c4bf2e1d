"""Report text by LLaVA-1.5 (Liu et al., NeurIPS 2023), a witness to be checked.

`prompt_of` asks it for a report of the facts, `core.foundation.llava.process.write_apart` lets it
write, and `narrative_of` makes a report of what survives the check.
"""

from core.report.llava.narrative import narrative_of
from core.report.llava.prompt import prompt_of

__all__ = ["narrative_of", "prompt_of"]
