"""What else could help the tumor network of `focus`, each tried alone from the same start.

Run from the repository, with the folder of the slice sets and one of training phantoms:
``python -m bench.tumor_trials --data DATA --phantoms PHANTOMS --out runs/trials``. Every trial
goes on from the shipped weights for the same number of slices and is judged on the validation
patients through the cascade, inside the liver that the networks of the preset predict. Prints a
row for each trial and each way to read its probabilities; started again, it skips what is done.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray
from scipy.ndimage import convolve1d

from core.cascade.looks import network_input
from core.cascade.networks import load_networks
from core.cascade.segmentation import segment
from core.geometry.fits import axial_view
from core.io.datasets import LabelledCase, find_cases
from core.io.patients import split_by_patient
from core.labels import organ_mask, tumor_mask
from core.metrics.aggregate import mean_of_defined, with_truth
from core.metrics.overlap import Overlap, overlap, pooled
from core.models.losses import bce_dice_loss
from core.models.store import WEIGHTS_NAME, model_dir
from core.models.unet import build_unet
from core.presets import FOCUS, Preset
from core.training.data import Augmentation, Batches, example, sampling_weights, vary
from core.training.fit import settle_batch_norm
from core.training.pack import Pack, pack_cases

# The last one has no tumor.
VALIDATION = ("volume-11", "volume-22", "volume-29", "volume-43", "volume-34")
THRESHOLDS = (0.1, 0.2, 0.3, 0.4, 0.5)
BATCH = 16

Gray = NDArray[np.uint8]
Change = Callable[[Gray, Gray, np.random.Generator], tuple[Gray, Gray]]


def unchanged(image: Gray, target: Gray, rng: np.random.Generator) -> tuple[Gray, Gray]:
    """Leave image [S, S, C] and target [S, S] as they are."""
    return image, target


def flipped(image: Gray, target: Gray, rng: np.random.Generator) -> tuple[Gray, Gray]:
    """Mirror both by chance: of a masked liver's inside, every view is as likely."""
    for axis in (0, 1):
        if rng.random() < 0.5:
            image, target = np.flip(image, axis), np.flip(target, axis)
    return image, target


def other_contrast(image: Gray, target: Gray, rng: np.random.Generator) -> tuple[Gray, Gray]:
    """Make the tumor differ more or less from the liver (128), as in another phase."""
    cover = target[..., None] / np.float32(255)
    factor = 1 + cover * np.float32(rng.uniform(-0.5, 0.3))
    changed = np.clip((image - np.float32(128)) * factor + 128, 1, 255)
    return np.where(image > 0, changed, 0).astype(np.uint8), target


def tversky_loss(truth: Any, probability: Any) -> Any:
    """Focal Tversky loss: a missed pixel costs more than an invented one.

    Abraham and Khan, A Novel Focal Tversky Loss Function, ISBI 2019.
    """
    truth = ops.cast(truth, "float32")
    hits = ops.sum(truth * probability)
    missed = ops.sum(truth * (1 - probability))
    invented = ops.sum((1 - truth) * probability)
    index = (hits + 1) / (hits + 0.7 * missed + 0.3 * invented + 1)
    cross_entropy = ops.mean(keras.losses.binary_crossentropy(truth, probability))
    return cross_entropy + ops.power(1 - index, 0.75)


def boundary_loss(truth: Any, probability: Any) -> Any:
    """Count the pixels along the outline of a tumor five times.

    After the weight map of Ronneberger et al., U-Net, MICCAI 2015.
    """
    truth = ops.cast(truth, "float32")
    widest = ops.max_pool(truth, 5, strides=1, padding="same")
    inmost = -ops.max_pool(-truth, 5, strides=1, padding="same")
    entropy = keras.losses.binary_crossentropy(truth, probability)
    return bce_dice_loss(truth, probability) + 4 * ops.mean((widest - inmost)[..., 0] * entropy)


def deep_loss(truth: Any, probabilities: Any) -> Any:
    """Judge the coarser stages of the decoder too, each half as much as the next finer one.

    Lee et al., Deeply-Supervised Nets, AISTATS 2015.
    """
    stages = range(probabilities.shape[-1])
    shares = [0.5**stage for stage in stages]
    losses = [
        share * bce_dice_loss(truth, probabilities[..., stage : stage + 1])
        for stage, share in zip(stages, shares, strict=True)
    ]
    return sum(losses) / sum(shares)


def with_stages(model: keras.Model) -> keras.Model:
    """Give `model` an outcome of each coarser decoder stage beside its own [N, S, S, 1 + 3]."""
    found = [model.output]
    for stage, factor in ((3, 2), (2, 4), (1, 8)):
        features = model.get_layer(f"decoder_stage{stage}b_relu").output
        small = keras.layers.Conv2D(1, 1, activation="sigmoid")(features)
        found.append(keras.layers.UpSampling2D(factor, interpolation="bilinear")(small))
    return keras.Model(model.input, keras.layers.Concatenate()(found))


def by_patient(pack: Pack, slices: NDArray[np.int64]) -> NDArray[np.float64]:
    """Draw as the product does."""
    return sampling_weights(pack, slices)


def small_first(pack: Pack, slices: NDArray[np.int64]) -> NDArray[np.float64]:
    """Draw slices with little tumor more often than those with much."""
    weights = sampling_weights(pack, slices)
    positive = np.array([pack.records[index].tumor for index in slices])
    areas = np.array([np.count_nonzero(pack.tumor[index] >= 128) for index in slices])
    share = weights[positive].sum()
    weights[positive] /= np.sqrt(areas[positive])
    weights[positive] *= share / weights[positive].sum()
    return weights


@dataclass(frozen=True)
class Trial:
    """One change of the training; all else as shipped."""

    name: str
    change: Change = unchanged
    loss: Callable[[Any, Any], Any] = bce_dice_loss
    weights: Callable[[Pack, NDArray[np.int64]], NDArray[np.float64]] = by_patient
    neighbours: bool = False
    deep: bool = False


TRIALS = (
    Trial("nothing but more slices"),
    Trial("flips inside the liver", flipped),
    Trial("tumor contrast varied", other_contrast),
    Trial("neighbouring slices as channels (2.5D)", neighbours=True),
    Trial("small tumors drawn more often", weights=small_first),
    Trial("focal Tversky loss", loss=tversky_loss),
    Trial("outlines count more", loss=boundary_loss),
    Trial("deep supervision", loss=deep_loss, deep=True),
)


class TrialBatches(Batches):
    """Batches of the tumor network with the change of a trial."""

    def __init__(self, trial: Trial, pack: Pack, **options: Any) -> None:
        self._trial = trial
        super().__init__(pack, "tumor", BATCH, **options)
        self._weights = trial.weights(pack, self._slices)
        self._order = self._draw()

    def __getitem__(self, number: int) -> tuple[Any, Any]:
        rng = np.random.default_rng((self._seed, self._epoch, number))
        pairs = [self._pair(int(index), rng) for index in self._chosen(number)]
        images = np.stack([image for image, _ in pairs]).astype(np.float32) / 255
        targets = np.stack([target for _, target in pairs])
        return images, targets[..., None].astype(np.float32) / 255

    def _pair(self, index: int, rng: np.random.Generator) -> tuple[Gray, Gray]:
        varied = self._augmentation is not None
        image, target = example(self._pack, index, "tumor", rng if varied else None)
        planes = [image] * 3
        if self._trial.neighbours:
            below, above = (self._beside(index, way) for way in (-1, 1))
            planes = [below, image, above]
        return (
            self._varied(np.stack(planes, axis=-1), target, rng)
            if varied
            else (np.stack(planes, axis=-1), target)
        )

    def _varied(self, image: Gray, target: Gray, rng: np.random.Generator) -> tuple[Gray, Gray]:
        changed, target = self._trial.change(image, target, rng)
        seed = int(rng.integers(2**31))
        # The same draw for each plane moves them alike.
        varied = [
            vary(changed[..., channel], target, Augmentation(), np.random.default_rng(seed))
            for channel in (range(3) if self._trial.neighbours else [0])
        ]
        planes = [plane for plane, _ in varied] * (1 if self._trial.neighbours else 3)
        return np.stack(planes, axis=-1), varied[0][1]

    def _beside(self, index: int, way: int) -> Gray:
        here, other = self._pack.records[index], index + way
        if not 0 <= other < len(self._pack.records):
            other = index
        there = self._pack.records[other]
        if (there.dataset, there.case) != (here.dataset, here.case):
            other = index
        return example(self._pack, other, "tumor")[0]


@dataclass(frozen=True, eq=False)
class Judge:
    """A validation case, its liver found, ready for any tumor network.

    Parameters
    ----------
    masked : uint8 [Z, S, S] as the tumor network sees them.
    restore : brings [Z, S, S] to native slices [Z, rows, columns].
    liver, truth : bool [Z, rows, columns].
    """

    name: str
    masked: Gray
    restore: Callable[[NDArray[Any]], NDArray[Any]]
    liver: NDArray[np.bool_]
    truth: NDArray[np.bool_]


def judge_of(case: LabelledCase, preset: Preset) -> Judge:
    """Find the liver of `case` with the networks of `preset`."""
    volume, labels = case.read()
    found = segment(volume, preset, networks=load_networks(preset))
    liver = organ_mask(found.labels)
    look = found.looks(volume).tumor
    masked = look.show(volume, slice(None))
    truth = axial_view(tumor_mask(labels))
    return Judge(case.name, masked, look.fit.restore, axial_view(liver), truth)


def predict(model: keras.Model, masked: Gray, neighbours: bool, flips: bool) -> NDArray[np.float32]:
    """Probabilities [Z, S, S] of a whole case, averaged over mirrored views where asked."""
    images = network_input(masked)
    if neighbours:
        below, above = masked[[0, *range(len(masked) - 1)]], masked[[*range(1, len(masked)), -1]]
        images = np.stack([below, masked, above], axis=-1).astype(np.float32) / np.float32(255)
    total = np.zeros(masked.shape, np.float32)
    ways: tuple[tuple[int, ...], ...] = ((), (1,), (2,), (1, 2)) if flips else ((),)
    for axes in ways:
        seen = model.predict(np.flip(images, axes), batch_size=BATCH, verbose=0)[..., 0]
        total += np.flip(seen, axes)
    total /= len(ways)
    return total


def smooth(probability: NDArray[np.float32]) -> NDArray[np.float32]:
    """Average each slice [Z, S, S] with its neighbours, weights 1/4, 1/2, 1/4."""
    averaged: NDArray[np.float32] = convolve1d(probability, (0.25, 0.5, 0.25), 0, mode="nearest")
    return averaged


def judged(model: keras.Model, judges: Sequence[Judge], trial: Trial) -> list[dict[str, Any]]:
    """Dice of the validation patients for each way to read the probabilities."""
    rows: list[dict[str, Any]] = []
    for reading in ("as they are", "mirrored views", "neighbours averaged", "both"):
        flips, averaged = reading in ("mirrored views", "both"), "averaged" in reading
        averaged = averaged or reading == "both"
        native = []
        for judge in judges:
            small = predict(model, judge.masked, trial.neighbours, flips)
            native.append(judge.restore(smooth(small) if averaged else small))
        for threshold in THRESHOLDS:
            scores = [
                overlap(judge.truth, (probability >= threshold) & judge.liver)
                for judge, probability in zip(judges, native, strict=True)
            ]
            rows.append({"reading": reading, "threshold": threshold, **figures(judges, scores)})
    return rows


def figures(judges: Sequence[Judge], scores: Sequence[Overlap]) -> dict[str, Any]:
    """Mean over patients with a tumor, global over all, and each patient's own."""
    with_tumor = list(with_truth(scores))
    return {
        "mean": mean_of_defined(score.dice for score in with_tumor).mean,
        "global": pooled(list(scores)).dice,
        "cases": {
            judge.name: score.dice if judge.truth.any() else f"{score.false_positive} voxels"
            for judge, score in zip(judges, scores, strict=True)
        },
    }


def train(
    trial: Trial, pack: Pack, start: Path, slices: int, out: Path, learning_rate: float
) -> keras.Model:
    """Go on from `start` for so many `slices`, unless `out` holds the result already."""
    model = build_unet(FOCUS.tumor_size)
    if out.is_file():
        model.load_weights(out)
        return model
    keras.utils.set_random_seed(0)
    model.load_weights(start)
    batches = TrialBatches(
        trial, pack, augmentation=Augmentation(), slices_per_epoch=slices, seed=1
    )
    decay = keras.optimizers.schedules.CosineDecay(learning_rate, len(batches))
    fitted = with_stages(model) if trial.deep else model
    fitted.compile(keras.optimizers.Adam(decay), trial.loss, jit_compile=False)
    fitted.fit(batches, epochs=1, verbose=0, shuffle=False)
    settle_batch_norm(model, TrialBatches(trial, pack))
    model.save_weights(out)
    return model


def main() -> None:
    """Run the trials one after another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="holds lits-a and lits-b")
    parser.add_argument("--phantoms", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--slices", type=int, default=2000)
    parser.add_argument("--learning-rate", type=float, default=3e-4)
    parser.add_argument("--only", type=int, nargs="+", help="numbers of the trials, from 0")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    roots = (arguments.data / "lits-a", arguments.data / "lits-b", arguments.phantoms)
    cases = [case for root in roots for case in find_cases(root, "train")]
    training, validation = split_by_patient(cases, validation_patients=VALIDATION)
    pack = pack_cases(training, FOCUS, "tumor", arguments.out / "packs", print)
    judges = [judge_of(case, FOCUS) for case in validation if case.dataset == "lits-a"]
    start = model_dir("focus", "tumor") / WEIGHTS_NAME
    for number in arguments.only or range(len(TRIALS)):
        trial = TRIALS[number]
        record = arguments.out / f"trial-{number}.json"
        if not record.is_file():
            began = perf_counter()
            weights = arguments.out / f"trial-{number}.weights.h5"
            model = train(trial, pack, start, arguments.slices, weights, arguments.learning_rate)
            minutes = (perf_counter() - began) / 60
            rows = judged(model, judges, trial)
            record.write_text(json.dumps({"minutes": minutes, "rows": rows}, indent=1))
        told = json.loads(record.read_text())
        print(f"{trial.name} ({told['minutes']:.1f} min)")
        for row in told["rows"]:
            print(
                f"  {row['reading']}, threshold {row['threshold']}: mean {row['mean']:.3f}, "
                f"global {row['global']:.3f}; {row['cases']}",
                flush=True,
            )


if __name__ == "__main__":
    main()
