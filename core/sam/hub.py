"""The Hugging Face Hub: what lies in its cache here, and fetching more when asked to.

Only `look_up` and `download` use the network.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import BadCheckpoint, Cancelled
from core.sam.checkpoint import (
    CONFIG_NAME,
    MB,
    PROCESSOR_NAMES,
    WEIGHTS_NAMES,
    LocalCheckpoint,
    architecture_of,
    open_folder,
    read_config,
)

NAME = re.compile(r"[\w.-]{1,96}/[\w.-]{1,96}")
PATIENCE_SECONDS = 10
# Left free on the disk beside what is fetched.
SPARE_MB = 500


@dataclass(frozen=True)
class HubFacts:
    """What the hub says of a checkpoint before it is fetched.

    Parameters
    ----------
    files : to fetch, with their sizes in bytes.
    licence : as the model card names it; "not stated" where it does not.
    """

    name: str
    files: dict[str, int]
    licence: str

    @property
    def download_mb(self) -> float:
        """Size of all files, 10⁶ bytes."""
        return sum(self.files.values()) / MB


def find(place: str) -> LocalCheckpoint | None:
    """Find a checkpoint on this machine by its folder or hub name, without the network.

    None where a hub name was never fetched.

    Raises
    ------
    BadCheckpoint
        `place` is neither a folder nor a hub name, or what lies there is no SAM.
    """
    if place and Path(place).expanduser().is_dir():
        return open_folder(Path(place).expanduser())
    check_name(place)
    _prepare()
    from huggingface_hub import try_to_load_from_cache

    for weights in WEIGHTS_NAMES:
        paths = [try_to_load_from_cache(place, file) for file in (CONFIG_NAME, weights)]
        if all(isinstance(path, str) for path in paths):
            return open_folder(Path(str(paths[0])).parent, place)
    return None


def fetched(place: str, say: Callable[[str], None] | None) -> LocalCheckpoint:
    """Give a checkpoint by folder or hub name, fetched where `say` is given and it is not here.

    Raises BadCheckpoint as `find`, `look_up` and `download` do, and where it would have to be
    fetched and may not.
    """
    found = find(place)
    if found is not None:
        return found
    if say is None:
        raise BadCheckpoint(
            f"“{place}” is not on this machine; fetch it with --download, or give the folder of a "
            "SAM."
        )
    facts = look_up(place)
    say(f"{place}: fetching {facts.download_mb:,.0f} MB, licence {facts.licence}")
    return download(facts)


def check_name(name: str) -> None:
    """Refuse what cannot be a hub name, ``owner/model``; raises BadCheckpoint."""
    if not NAME.fullmatch(name) or ".." in name:
        raise BadCheckpoint(
            f"“{name:.100}” is neither a folder on the machine that runs HepatoScope nor a name on "
            "the Hugging Face Hub; write a hub name as “owner/model”."
        )


def look_up(name: str) -> HubFacts:
    """Ask the hub what a checkpoint needs.

    Raises
    ------
    BadCheckpoint
        The hub cannot be reached, does not know the name, or has no weights under it.
    """
    check_name(name)
    _prepare()
    from huggingface_hub import HfApi

    with _explained(name):
        said = HfApi().model_info(name, files_metadata=True, timeout=PATIENCE_SECONDS)
    sizes = {file.rfilename: int(file.size or 0) for file in said.siblings or ()}
    weights = next((file for file in WEIGHTS_NAMES if file in sizes), None)
    if weights is None or CONFIG_NAME not in sizes:
        raise BadCheckpoint(
            f"“{name}” has no {CONFIG_NAME} with {WEIGHTS_NAMES[0]} on the hub, so it is no SAM "
            "that can be loaded; choose another."
        )
    wanted = [CONFIG_NAME, weights, *(file for file in PROCESSOR_NAMES if file in sizes)]
    licence = getattr(said.card_data, "license", None) or "not stated"
    return HubFacts(name, {file: sizes[file] for file in wanted}, str(licence))


def download(
    facts: HubFacts,
    tell: Callable[[float], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> LocalCheckpoint:
    """Fetch a checkpoint into the hub's cache on this machine.

    Parameters
    ----------
    tell : is told the share of the bytes that has arrived.
    cancelled : asked after every piece; once True, Cancelled is raised.

    Raises
    ------
    BadCheckpoint
        The hub cannot be reached, the disk is too small, or what came is no SAM.
    """
    _prepare()
    from huggingface_hub import constants, hf_hub_download

    _check_disk(facts, Path(constants.HF_HUB_CACHE))
    total, before = max(1, sum(facts.files.values())), 0
    folder = Path()
    for file, size in facts.files.items():
        bar = _bar(before, total, tell, cancelled)
        with _explained(facts.name):
            path = hf_hub_download(facts.name, file, tqdm_class=bar, etag_timeout=PATIENCE_SECONDS)
        if file == CONFIG_NAME:
            # A name that is no SAM is told before its weights are fetched.
            architecture_of(read_config(Path(path).parent), facts.name)
        folder, before = Path(path).parent, before + size
    tell(1.0)
    return open_folder(folder, facts.name)


def _bar(
    before: int, total: int, tell: Callable[[float], None], cancelled: Callable[[], bool]
) -> type:
    """Make what the hub's library takes for a progress bar: it tells us, and stops when asked."""

    class Bar:
        def __init__(self, *_: Any, initial: int = 0, **__: Any) -> None:
            self.n = initial
            self.update(0)

        def __enter__(self) -> "Bar":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def update(self, count: float = 0) -> None:
            if cancelled():
                raise Cancelled("The download was cancelled; nothing was changed.")
            self.n += int(count)
            tell(min(1.0, (before + self.n) / total))

        def close(self) -> None:
            pass

    return Bar


def _check_disk(facts: HubFacts, cache: Path) -> None:
    there = next(folder for folder in (cache, *cache.parents) if folder.is_dir())
    free = shutil.disk_usage(there).free / MB
    if free < facts.download_mb + SPARE_MB:
        raise BadCheckpoint(
            f"“{facts.name}” is {facts.download_mb:,.0f} MB and {free:,.0f} MB are free on the "
            "disk of this machine; free some or choose a smaller checkpoint."
        )


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turn what the hub's library raises into one sentence."""
    from httpx2 import HTTPError
    from huggingface_hub.errors import (
        GatedRepoError,
        LocalEntryNotFoundError,
        OfflineModeIsEnabled,
        RepositoryNotFoundError,
    )

    try:
        yield
    except GatedRepoError as error:
        raise BadCheckpoint(
            f"“{name}” is given only to those who accepted its terms; accept them on the hub, log "
            "in on this machine with “hf auth login”, then try again."
        ) from error
    except RepositoryNotFoundError as error:
        raise BadCheckpoint(
            f"The hub knows no model “{name}”, or it is private; check the name."
        ) from error
    except (HTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled, ConnectionError) as error:
        raise BadCheckpoint(
            f"The Hugging Face Hub does not answer this machine, so “{name}” was not fetched; try "
            "again later, or copy a checkpoint into a folder here and give that folder."
        ) from error


def _prepare() -> None:
    """Set what must be set before the hub's library loads."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # Its other way of fetching tells neither progress nor listens to being stopped.
    os.environ.setdefault("HF_HUB_DISABLE_XET", "1")
