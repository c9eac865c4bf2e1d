"""The Hugging Face Hub: what lies in its cache here, and fetching more when asked to.

Only `Hub.look_up` and `Hub.download` use the network.
"""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from core.errors import BadCheckpoint, Cancelled
from core.foundation.files import (
    CONFIG_NAME,
    INDEX_NAMES,
    MB,
    WEIGHTS_NAMES,
    folder_of,
    read_config,
    weights_in,
)
from core.foundation.libraries import prepare

Local = TypeVar("Local")

# As the hub has them: no part begins or ends with a dash or a dot.
PART_OF_NAME = r"(?![.-])[\w.-]{1,96}(?<![.-])"
NAME = re.compile(f"{PART_OF_NAME}/{PART_OF_NAME}", re.ASCII)
PART = re.compile(r"-\d+-of-\d+$")
PATIENCE_SECONDS = 10
# Left free on the disk beside what is fetched.
SPARE_MB = 500
# Whether visitors and commands may fetch weights; a host says no with “off”.
DOWNLOADS = "HEPATOSCOPE_DOWNLOADS"
DOWNLOADS_OFF = "Downloads are switched off on this host."


def downloads_allowed() -> bool:
    """Tell whether this host lets weights be fetched."""
    return os.environ.get(DOWNLOADS, "").strip().lower() not in {"off", "no", "false", "0"}


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


@dataclass(frozen=True)
class Hub(Generic[Local]):
    """The checkpoints of one kind on the hub.

    Parameters
    ----------
    kind : such as ``SAM``, for the messages.
    companions : files to fetch beside config and weights, where the hub has them.
    open_folder : looks into a folder, and gives what it is called.
    check_config : refuses, by the content of a config.json and a name, what is of another kind.
    """

    kind: str
    companions: tuple[str, ...]
    open_folder: Callable[[Path, str | None], Local]
    check_config: Callable[[dict[str, Any], str], object]

    def find(self, place: str) -> Local | None:
        """Find a checkpoint on this machine by its folder or hub name, without the network.

        None where a hub name was never fetched, or not whole.

        Raises
        ------
        BadCheckpoint
            `place` is neither a folder nor a hub name, or what lies there is of another kind.
        """
        if (typed := folder_of(place)) is not None:
            return self.open_folder(typed, None)
        check_name(place)
        prepare()
        from huggingface_hub import try_to_load_from_cache

        config = try_to_load_from_cache(place, CONFIG_NAME)
        if not isinstance(config, str):
            return None
        folder = Path(config).parent
        weights = weights_in(folder)
        whole = bool(weights) and all(path.is_file() for path in weights)
        return self.open_folder(folder, place) if whole else None

    def must_find(self, place: str, advice: str = "download it first") -> Local:
        """Find a checkpoint as `find` does; BadCheckpoint, with `advice`, where it is not here."""
        found = self.find(place)
        if found is None:
            raise BadCheckpoint(
                f"“{place}” is not on this machine; {advice}, or give the folder of a {self.kind}."
            )
        return found

    def fetched(self, place: str, say: Callable[[str], None] | None) -> Local:
        """Give a checkpoint by folder or hub name, fetched where `say` is given and it is not here.

        Raises BadCheckpoint as `find`, `look_up` and `download` do, and where it would have to be
        fetched and may not.
        """
        if say is None:
            return self.must_find(place, "fetch it with --download")
        found = self.find(place)
        if found is not None:
            return found
        facts = self.look_up(place)
        say(f"{place}: fetching {facts.download_mb:,.0f} MB, licence {facts.licence}")
        return self.download(facts)

    def look_up(self, name: str) -> HubFacts:
        """Ask the hub what a checkpoint needs.

        Raises
        ------
        BadCheckpoint
            The hub cannot be reached, does not know the name, or has no weights under it.
        """
        check_name(name)
        prepare()
        from huggingface_hub import HfApi

        with _explained(name):
            said = HfApi().model_info(name, files_metadata=True, timeout=PATIENCE_SECONDS)
        sizes = {file.rfilename: int(file.size or 0) for file in said.siblings or ()}
        weights = _weights_among(tuple(sizes))
        if not weights or CONFIG_NAME not in sizes:
            raise BadCheckpoint(
                f"“{name}” has no {CONFIG_NAME} with {WEIGHTS_NAMES[0]} on the hub, so it is no "
                f"{self.kind} that can be loaded; choose another."
            )
        beside = (file for file in self.companions if file in sizes)
        licence = getattr(said.card_data, "license", None) or "not stated"
        wanted = (CONFIG_NAME, *beside, *weights)
        return HubFacts(name, {file: sizes[file] for file in wanted}, str(licence))

    def download(
        self,
        facts: HubFacts,
        tell: Callable[[float], None] = lambda done: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Local:
        """Fetch a checkpoint into the hub's cache on this machine.

        Parameters
        ----------
        tell : is told the share of the bytes that has arrived.
        cancelled : asked after every piece; once True, Cancelled is raised.

        Raises
        ------
        BadCheckpoint
            The hub cannot be reached, the disk is too small, what came is of another kind, or
            the host lets nothing be fetched.
        """
        if not downloads_allowed():
            raise BadCheckpoint(
                f"{DOWNLOADS_OFF.removesuffix('.')} ({DOWNLOADS}); give the folder of a "
                f"{self.kind} that is here."
            )
        prepare()
        from huggingface_hub import constants, hf_hub_download

        _check_disk(facts, Path(constants.HF_HUB_CACHE))
        total, before = max(1, sum(facts.files.values())), 0
        folder = Path()
        for file, size in facts.files.items():
            bar = _bar(before, total, tell, cancelled)
            with _explained(facts.name):
                path = hf_hub_download(
                    facts.name, file, tqdm_class=bar, etag_timeout=PATIENCE_SECONDS
                )
            if file == CONFIG_NAME:
                # What is of another kind is told before its weights are fetched.
                self.check_config(read_config(Path(path).parent, self.kind), facts.name)
            folder, before = Path(path).parent, before + size
        tell(1.0)
        return self.open_folder(folder, facts.name)


def check_name(name: str) -> None:
    """Refuse what cannot be a hub name, ``owner/model``; raises BadCheckpoint."""
    if not NAME.fullmatch(name) or ".." in name or "--" in name or len(name) > 96:
        raise BadCheckpoint(
            f"“{name:.100}” is neither a folder on the machine that runs HepatoScope nor a name on "
            "the Hugging Face Hub; write a hub name as “owner/model”."
        )


def _weights_among(files: tuple[str, ...]) -> tuple[str, ...]:
    """Choose the files that the weights lie in: one, or a list with all that it names."""
    for whole, index in zip(WEIGHTS_NAMES, INDEX_NAMES, strict=True):
        if whole in files:
            return (whole,)
        stem, suffix = whole.split(".")
        if index in files:
            parts = (
                file
                for file in files
                if file.endswith(f".{suffix}") and PART.sub("", file.rsplit(".", 1)[0]) == stem
            )
            return (index, *parts)
    return ()


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
