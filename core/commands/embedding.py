"""Make patch atlases."""

import argparse
from pathlib import Path

from core.commands.common import Command, figure, say


def embed_options(parser: argparse.ArgumentParser) -> None:
    """Ask for labelled folders, and what of them goes into the atlas."""
    parser.add_argument(
        "--data", type=Path, action="append", required=True, help="labelled folder; may be repeated"
    )
    parser.add_argument("--split", help="only this split of the folder")
    parser.add_argument(
        "--no-images",
        dest="images",
        action="store_false",
        help="leave the patches out, where the data may not be passed on",
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)


def embed(arguments: argparse.Namespace) -> int:
    """Make a patch atlas of labelled cases."""
    from core.atlas.build import AtlasRecipe, build_atlas
    from core.atlas.encoders import load_autoencoder
    from core.io.datasets import find_cases

    cases = [case for root in arguments.data for case in find_cases(root, arguments.split)]
    recipe = AtlasRecipe(images=arguments.images, seed=arguments.seed)
    atlas = build_atlas(cases, load_autoencoder(), recipe, arguments.out, say)
    say(f"{len(atlas):,} patches of {len(set(atlas.table['case']))} case(s) in {arguments.out}")
    for row in atlas.facts["anomaly"]:
        area = row["auroc"]
        say(
            f"tumor against liver by {row['score']}, {row['population']} patches: AUROC "
            f"{figure(area['value'])} ({figure(area['low'])} to {figure(area['high'])})"
        )
    return 0


EMBED = Command(
    "embed",
    "make a patch atlas; patches cut before are not cut again",
    "embed --data LITS_FOLDER --out weights/atlas/mine",
    embed_options,
    embed,
)
