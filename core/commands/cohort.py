"""What is done with many scans at a time: found, handed to workers, told of."""

import argparse
from typing import TYPE_CHECKING

from core.commands.common import say, workers
from core.presets import preset_named

if TYPE_CHECKING:
    from core.cohort.cluster import Known, Work


def on_workers(
    arguments: argparse.Namespace, work: "Work | None" = None, known: "Known | None" = None
) -> int:
    """Work on the scans among the inputs, on local workers or those of a Dask scheduler.

    Parameters
    ----------
    work, known : as `core.cohort.cluster.run_cohort` takes them; to segment where None.
    """
    from core.cascade.networks import load_networks
    from core.cohort.cluster import run_cohort
    from core.cohort.rows import DONE, TABLE_NAME
    from core.cohort.studies import find_items
    from core.cohort.work import Order, finished, segment_item

    order = Order.of(
        arguments.out.resolve(),
        arguments.preset,
        named=arguments.file_names,
        again=arguments.again,
    )
    items = find_items([str(one) for one in arguments.inputs], say)
    # Converted once, not by every worker.
    load_networks(preset_named(arguments.preset))
    with workers(arguments, order) as client:
        rows = run_cohort(
            items, order, client, say, work=work or segment_item, known=known or finished
        )
    failed = sum(one["state"] != DONE for one in rows)
    say(f"{len(rows) - failed} done, {failed} failed: {arguments.out / TABLE_NAME}")
    return 1 if failed else 0
