"""A cohort on several workers: Dask moves, schedules and retries; here it is begun and watched."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from core.cascade.networks import load_networks
from core.cohort.rows import DONE, FAILED, Row, put_row, row, write_table
from core.cohort.studies import Item
from core.cohort.work import Order, finished, segment_item
from core.errors import BadCohort, HepatoScopeError
from core.evaluation.score import CaseScore, score_case
from core.io.datasets import LabelledCase
from core.models.runtime import THREADS
from core.models.store import preset_digests
from core.presets import preset_named
from core.provenance import VERSION

if TYPE_CHECKING:
    from distributed import Client

LOCK_NAME = "cohort.lock"
# How long a scheduler is waited for, and how often the table is written.
PATIENCE_SECONDS, EVERY_SECONDS = 10, 15.0
Tell = Callable[[str], None]
Work = Callable[[Item, Order], Row]
Known = Callable[[Item, Order], Row | None]


@contextmanager
def local_workers(
    count: int, tell: Tell = lambda text: None, threads: int | None = None
) -> Iterator["Client"]:
    """Start so many worker processes on this machine, each with its share of the cores.

    Parameters
    ----------
    threads : that the networks of a worker take; its share of the cores where None.
    """
    from distributed import Client, LocalCluster

    share = threads or max(1, (os.cpu_count() or 1) // count)
    with (
        LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=50,
            env={THREADS: str(share)},
        ) as cluster,
        Client(cluster) as client,
    ):
        tell(f"{count} workers{_dashboard(client)}")
        yield client


@contextmanager
def workers_at(scheduler: str, order: Order, tell: Tell = lambda text: None) -> Iterator["Client"]:
    """Use the workers of a Dask scheduler, such as ``tcp://10.0.0.1:8786``.

    Raises BadCohort where it is not there, has no workers, or workers of another version or with
    other weights.
    """
    from distributed import Client

    try:
        client = Client(scheduler, timeout=PATIENCE_SECONDS)
    except (OSError, TimeoutError, ValueError) as error:
        raise BadCohort(
            f"No Dask scheduler answers at {scheduler} within {PATIENCE_SECONDS} s; start one by "
            "“dask scheduler”, or check the address."
        ) from error
    with client:
        _check(client, order)
        tell(f"{len(client.nthreads())} workers{_dashboard(client)}")
        yield client


def _dashboard(client: "Client") -> str:
    """Say where the workers can be watched; that page needs Bokeh."""
    return f"; watch them at {client.dashboard_link}" if find_spec("bokeh") else ""


def _check(client: "Client", order: Order) -> None:
    told: dict[str, tuple[str, Any]] = client.run(about_worker, order.preset)
    if not told:
        raise BadCohort(
            "The scheduler has no workers; start some by “dask worker ADDRESS”, in an environment "
            "with HepatoScope."
        )
    for address, (version, models) in told.items():
        if version != VERSION:
            raise BadCohort(
                f"The worker at {address} has HepatoScope {version}, not {VERSION}; give all the "
                "same version."
            )
        if models != order.models:
            why = models if isinstance(models, str) else "It has other weights."
            raise BadCohort(f"The worker at {address} cannot work on this: {why}")


def about_worker(preset: str) -> tuple[str, Any]:
    """Tell, on a worker, its version and weights; a sentence where it has none."""
    try:
        return VERSION, tuple(sorted(preset_digests(preset_named(preset)).items()))
    except HepatoScopeError as error:
        return VERSION, str(error)


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep another run out of a folder of results; BadCohort where one is there already."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise BadCohort(
            f"The results cannot be written to “{folder}” ({error.strerror}); name another --out."
        ) from error
    try:
        if sys.platform != "win32":
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise BadCohort(
                    f"Another run works on “{folder}”; wait for it, or name another --out."
                ) from error
        yield
    finally:
        os.close(file)


def run_cohort(
    items: Sequence[Item],
    order: Order,
    client: "Client",
    tell: Tell = lambda text: None,
    stopped: Callable[[], bool] = lambda: False,
    work: Work = segment_item,
    known: Known = finished,
) -> list[Row]:
    """Work on all `items` on the workers of `client`; gives their rows, in the order of the names.

    What was finished before is not done again. The table is written while rows come; whatever ends
    this process, the next run on the folder goes on from the case folders.

    Parameters
    ----------
    stopped : asked after each row; once True, what is not begun is left.
    work : done with each item on a worker; `segment_item`, or what does more.
    known : gives the row of an item that is not to be done again.

    Raises BadCohort where another run works on the folder, or it cannot be written.
    """
    from distributed import as_completed

    out = Path(order.out)
    with alone_in(out):
        rows = {item.name: done for item in items if (done := known(item, order))}
        left = [item for item in items if item.name not in rows]
        progress = Progress(len(items), len(rows))
        tell(f"{len(items)} scans, {len(rows)} of them finished before")
        futures = client.map(
            work, left, order=order, pure=False, key=[f"scan-{one.name}" for one in left]
        )
        named = dict(zip((future.key for future in futures), left, strict=True))
        written = monotonic()
        for future in as_completed(futures):
            item = named[future.key]
            rows[item.name] = made = _row_of(future, item, order)
            tell(progress.line(made))
            if monotonic() - written >= EVERY_SECONDS:
                write_table(rows.values(), out)
                written = monotonic()
            if stopped():
                client.cancel(futures)
                break
        write_table(rows.values(), out)
    return [rows[name] for name in sorted(rows)]


def scores_on(
    client: "Client", cases: Sequence[LabelledCase], preset: str, weights: Path | None
) -> Callable[[LabelledCase], list[CaseScore]]:
    """Let the workers score all `cases`; gives what waits for the scores of one.

    It raises HepatoScopeError where that case cannot be scored.
    """
    asked = {
        case.name: client.submit(_score_here, case, preset, weights, pure=False) for case in cases
    }

    def scored(case: LabelledCase) -> list[CaseScore]:
        future = asked.pop(case.name)
        try:
            scores: list[CaseScore] = future.result()
            return scores
        except HepatoScopeError:
            raise
        # Of the worker's process: told with the case, like what is wrong with the case itself.
        except Exception as error:
            raise BadCohort(_why(error)) from error

    return scored


def _score_here(case: LabelledCase, preset: str, weights: Path | None) -> list[CaseScore]:
    chosen = preset_named(preset)
    return score_case(case, chosen, load_networks(chosen, weights))


def _why(error: BaseException | None) -> str:
    """Say why a worker could not do what it was asked."""
    if type(error).__name__ == "KilledWorker":
        return (
            "Workers ended again and again at this scan, most likely for want of memory; give them "
            "more, or leave it out."
        )
    return f"The worker could not do it ({type(error).__name__}: {error!s:.200}); see its log."


def _row_of(future: Any, item: Item, order: Order) -> Row:
    """Give the row that a worker made; one with a sentence where it could not."""
    if future.status == "finished":
        made: Row = future.result()
        return made
    error = future.exception() if future.status == "error" else None
    made = row(
        case=item.name,
        input=item.source,
        state=FAILED,
        reason=_why(error),
        preset=order.preset,
        models=order.made_by,
        stamp=item.stamp,
    )
    put_row(Path(order.out) / item.name, made)
    return made


class Progress:
    """How many are done, how fast, and how long it takes from here."""

    def __init__(self, count: int, before: int) -> None:
        self._count, self._done, self._before = count, before, before
        self._failed, self._began = 0, monotonic()

    def line(self, made: Row) -> str:
        """Tell of one more."""
        self._done += 1
        self._failed += made["state"] != DONE
        took = max(monotonic() - self._began, 1e-3)
        rate = (self._done - self._before) / took
        left = (self._count - self._done) / rate
        failed = f", {self._failed} failed" if self._failed else ""
        told = "" if made["state"] == DONE else f": {made['reason']}"
        return (
            f"{self._done} of {self._count}{failed}, {3600 * rate:,.0f} an hour, "
            f"{_time(left)} left: {made['case']}{told}"
        )


def _time(seconds: float) -> str:
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min {rest % 60} s"
