"""Model cards in the form that the Hugging Face hub reads: ``make cards``.

Everything in them comes from what the trainings and evaluations wrote beside the weights: each
network's card.json, and the run on the test patients.
"""

import argparse
import json
import sys
from typing import Any

from huggingface_hub import EvalResult, ModelCard, ModelCardData

from core.models.store import WEIGHTS_DIR, read_card
from core.presets import PRESETS, Preset

TEST_RUN = "{preset}-lits-a-test"
TARGETS = {"organ": "liver", "tumor": "tumors"}
# Names of the figures, by part of the run's summary and figure in it.
FIGURES = {
    ("per_case", "mean_dice"): "Dice, mean of the patients",
    ("per_case", "mean_iou"): "IoU, mean of the patients",
    ("per_case", "global_dice"): "Dice, all voxels together",
}
BODY = """---
{front_matter}
---

# HepatoScope: the networks of “{name}”

{summary}

Written by `make cards` from the `card.json` of each network and
`weights/evaluations/{run}/run.json`; do not edit.

## Intended use

{intended_use}

The networks outline the liver, and tumors inside it, in a CT of the abdomen in the portal venous
phase; HepatoScope shows where they are unsure. They learned from few patients, of one public
challenge: how they do on other scanners, phases and diseases is not known.

## Networks

| network | outlines | architecture | SHA-256 of the weights | written | commit |
|---|---|---|---|---|---|
{networks}

## Training data

Patients and slices of each network are listed in its `card.json`; the test patients are in none.

{licences}

Weights inherit the restrictions of the data that they learned from: use them for research and
teaching, and ask the authors of the data for more.

## Results on {cases} test patients

Data `{data}`, split `{split}`: {patients}.
Program at commit {commit}, OpenVINO {openvino}.

{results}

{empty}

`python -m core evaluate` repeats it; `docs/results.md` says how the presets differ, and where they
fail.
"""


AUTOENCODER = """---
{front_matter}
---

# HepatoScope: autoencoder of liver patches

{model}: each patch of 32×32 pixels becomes 64 numbers and is drawn again from them.

Written by `make cards` from `card.json` and `comparison.json`; do not edit.

## Intended use

{intended_use}

The numbers lay patches of livers beside each other on a map (t-SNE, UMAP); what is drawn badly is
unusual. Neither says that a patch is diseased.

## Training data

{patches:,} patches of {patients} patients, {tumor:,} of them with tumor; {licences}. They are
listed in `card.json`. SHA-256 of the weights `{digest}…`, written {written}, commit {commit}.

## Results

How well a linear probe of the numbers tells patches with tumor (AUROC, 95 % interval by patients):

| patients | value | interval |
|---|---|---|
{results}

{choice}

`docs/results.md` compares it with other codes.
"""
SPLITS = {
    "validation": "validation",
    "across": "each other patient in turn (“across”)",
    "test": "test",
}


def card_of_autoencoder() -> str:
    """Write the card of the autoencoder."""
    card = read_card(WEIGHTS_DIR / "autoencoder")
    trained, compared = card["data"]["training"], card["comparison"]
    (name,) = (
        one["name"]
        for one in json.loads((WEIGHTS_DIR / "autoencoder" / "comparison.json").read_text())["rows"]
        if one.get("shipped")
    )
    data = ModelCardData(
        license="other",
        license_name="restrictions-of-the-training-data",
        license_link="https://creativecommons.org/licenses/by-nc-nd/4.0/",
        library_name="keras",
        pipeline_tag="feature-extraction",
        tags=["medical-imaging", "ct", "liver", "autoencoder"],
    )
    areas = {told: compared["probe_auroc"][name][split] for split, told in SPLITS.items()}
    text = AUTOENCODER.format(
        front_matter=data.to_yaml(),
        model=card["model"],
        intended_use=card["intended_use"],
        patches=trained["patches"],
        patients=len(trained["patients_with_patches"]),
        tumor=trained["patches_with_tumor"],
        licences=", ".join(card["data"]["licences"]),
        digest=card["weights_sha256"][:12],
        written=card["written"][:10],
        commit=card["commit"],
        results="\n".join(
            f"| {told} | {area['value']:.2f} | {area['low']:.2f} to {area['high']:.2f} |"
            for told, area in areas.items()
        ),
        choice=compared["choice"],
    )
    return str(ModelCard(text, ignore_metadata_errors=False))


def card_of(preset: Preset) -> str:
    """Write the card of a preset: front matter with the figures, and the text."""
    run_name = TEST_RUN.format(preset=preset.name)
    run = json.loads((WEIGHTS_DIR / "evaluations" / run_name / "run.json").read_text())
    cards = {
        f"{home}/{network}": read_card(WEIGHTS_DIR / home / network)
        for home, network in preset.homes.values()
    }
    licences = sorted({one for card in cards.values() for one in card["data"]["licences"]})
    text = BODY.format(
        front_matter=_front_matter(preset, run),
        name=preset.name,
        summary=preset.summary,
        run=run_name,
        intended_use=next(iter(cards.values()))["intended_use"],
        networks="\n".join(_network_row(place, card) for place, card in cards.items()),
        licences="\n".join(f"- {one}" for one in licences),
        cases=len(run["cases"]),
        data=run["data"],
        split=run["split"],
        patients=", ".join(run["patients"]),
        commit=run["commit"],
        openvino=run["versions"]["openvino"],
        results=_results(run["summary"]),
        empty=run["empty_masks"],
    )
    # Read as the hub reads it, so that what it would refuse is refused here.
    return str(ModelCard(text, ignore_metadata_errors=False))


def _front_matter(preset: Preset, run: dict[str, Any]) -> str:
    results = [
        EvalResult(
            task_type="image-segmentation",
            task_name=f"Segmentation of {TARGETS[target]}",
            dataset_type="lits",
            dataset_name=f"LiTS, {run['data']}",
            dataset_config=TARGETS[target],
            dataset_split=run["split"],
            metric_type=key.removeprefix("mean_"),
            metric_name=name,
            metric_value=round(run["summary"][target][part][key], 3),
        )
        for target in TARGETS
        for (part, key), name in FIGURES.items()
    ]
    data = ModelCardData(
        model_name=f"HepatoScope {preset.name}",
        license="other",
        license_name="restrictions-of-the-training-data",
        license_link="https://creativecommons.org/licenses/by-nc-nd/4.0/",
        library_name="keras",
        pipeline_tag="image-segmentation",
        tags=["medical-imaging", "ct", "liver", "tumor", "u-net", "efficientnet"],
        metrics=["dice", "iou"],
        eval_results=results,
    )
    return str(data.to_yaml())


def _network_row(place: str, card: dict[str, Any]) -> str:
    digest, commit = card["weights_sha256"][:12], card.get("commit", "unknown")
    return (
        f"| `{place}` | {card['task']} | {card['model']} | `{digest}…` | {card['written'][:10]} | "
        f"{commit} |"
    )


def _results(summary: dict[str, Any]) -> str:
    lines = ["| | " + " | ".join(FIGURES.values()) + " |", "|---" * (len(FIGURES) + 1) + "|"]
    for target, name in TARGETS.items():
        values = [f"{summary[target][part][key]:.3f}" for part, key in FIGURES]
        scored = summary[target]["per_case"]["scored"]
        lines.append(f"| {name} ({scored} scored) | " + " | ".join(values) + " |")
    return "\n".join(lines)


def main() -> int:
    """Write all cards beside the weights that they tell of."""
    argparse.ArgumentParser(prog="make cards", description=__doc__).parse_args()
    for preset in PRESETS.values():
        (WEIGHTS_DIR / preset.name / "README.md").write_text(card_of(preset))
    (WEIGHTS_DIR / "autoencoder" / "README.md").write_text(card_of_autoencoder())
    return 0


if __name__ == "__main__":
    sys.exit(main())
