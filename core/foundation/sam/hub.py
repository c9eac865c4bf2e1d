"""SAMs on the Hugging Face Hub, and in its cache on this machine."""

from core.foundation.checkpoints.files import PROCESSOR_NAMES
from core.foundation.checkpoints.hub import Hub, HubFacts, check_name
from core.foundation.sam.checkpoint import architecture_of, open_folder

__all__ = ["HubFacts", "check_name", "download", "fetched", "find", "look_up"]

HUB = Hub("SAM", PROCESSOR_NAMES, open_folder, architecture_of)

find, fetched, look_up, download = HUB.find, HUB.fetched, HUB.look_up, HUB.download
