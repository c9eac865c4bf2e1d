"""Train the networks of the folds, in JAX, as long as the time allows.

``python -m core.training.folds.fit PACK OUT --seconds 440``
"""

import argparse
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

# Before Keras is imported: TensorFlow need not be there.
os.environ.setdefault("KERAS_BACKEND", "jax")

import jax
import jax.numpy as jnp
import keras
import numpy as np
import optax

from core.training.folds.recipe import FOLDS, TASKS, Recipe
from core.training.folds.shown import Slices, examples, load_slices
from core.training.pack import Task

CHUNK = 100
MOMENTUM = 0.97


def network(pack: Path, size: int, policy: str = "mixed_bfloat16") -> keras.Model:
    """Rebuild the U-Net that `pack` describes, with its encoder's start: to logits [N, S, S, 1]."""
    text = (pack / "unet.json").read_text()
    text = text.replace('"config": {"name": "float32"}', f'"config": {{"name": "{policy}"}}')
    graph = json.loads(text)
    for layer in graph["config"]["layers"]:
        if layer["class_name"] == "FixedDropout":
            # Of the package efficientnet: dropout of whole branches, which Keras has itself.
            layer |= {
                "class_name": "Dropout",
                "module": "keras.layers",
                "registered_name": None,
            }
        if layer["class_name"] == "InputLayer":
            layer["config"]["batch_shape"] = [None, size, size, 3]
        if layer["class_name"] == "BatchNormalization":
            layer["config"]["momentum"] = MOMENTUM
    model = keras.models.model_from_json(
        json.dumps(graph), custom_objects={"swish": keras.activations.silu}
    )
    start = np.load(pack / "encoder.npz")
    for weight in model.weights:
        if weight.path in start.files:
            weight.assign(start[weight.path].astype(np.float32))
    return keras.Model(model.inputs, model.get_layer("final_conv").output)


def loss_of(logits: Any, target: Any) -> tuple[Any, Any]:
    """Cross-entropy, soft Dice of the batch, and soft Dice of each slice that shows the structure.

    Returns the loss and one minus the soft Dice [B] of every slice, its hardness.
    """
    logits = logits[..., 0].astype(jnp.float32)
    entropy = optax.sigmoid_binary_cross_entropy(logits, target)
    called = jax.nn.sigmoid(logits)
    both = jnp.sum(called * target, (1, 2))
    total = jnp.sum(called, (1, 2)) + jnp.sum(target, (1, 2))
    batch = 1 - (2 * both.sum() + 1) / (total.sum() + 1)
    shows = jnp.max(target, (1, 2)) >= 0.5
    each = 1 - (2 * both + 10) / (total + 10)
    mean = jnp.sum(each * shows) / jnp.maximum(shows.sum(), 1)
    return entropy.mean() + 0.5 * batch + 0.5 * mean, each


def draws(recipe: Recipe, task: Task, records: dict[str, Any], fold: int) -> Any:
    """Chance of drawing each slice [N]: tumors a fixed share, a patient by the root of its slices.

    Those of the patients held out of `fold` are never drawn.
    """
    usable = records["fold"] != fold
    if task == "tumor":
        usable = usable & records["labelled"] & records["liver"]
    share = recipe.tumor_share if task == "tumor" else recipe.liver_share
    chances = np.zeros(len(usable))
    for shows, part in ((records["has_tumor"], share), (~records["has_tumor"], 1 - share)):
        group = shows & usable
        names, which, counts = np.unique(
            records["patient"][group], return_inverse=True, return_counts=True
        )
        if len(names):
            roots = 1 / np.sqrt(counts[which])
            chances[group] = part * roots / roots.sum()
    return jnp.asarray(chances / chances.sum(), jnp.float32)


class Trainer:
    """One compiled chunk of steps, for all folds and tasks alike."""

    def __init__(self, recipe: Recipe, model: keras.Model) -> None:
        self.recipe, self._model = recipe, model
        schedule = optax.warmup_cosine_decay_schedule(
            0.0, recipe.learning_rate, recipe.warm_up, recipe.steps, recipe.learning_rate / 200
        )
        self._optimizer = optax.chain(
            optax.clip_by_global_norm(recipe.clip),
            optax.adamw(schedule, weight_decay=recipe.weight_decay),
        )
        self.run = jax.jit(self._run, donate_argnums=(2,))

    def begin(self, weights: Sequence[Any], others: Sequence[Any], hardness: Any) -> dict[str, Any]:
        """Make the state at the start of a cycle from weights and what else the network keeps."""
        start = [jnp.array(weight) for weight in weights]
        return {
            "weights": start,
            "others": [jnp.array(other) for other in others],
            "optimizer": self._optimizer.init(start),
            "mean": [jnp.array(weight) for weight in weights],
            "mean_others": [jnp.array(other) for other in others],
            "hardness": jnp.array(hardness),
        }

    def _run(self, slices: Slices, chances: Any, state: Any, keys: Any) -> tuple[Any, Any]:
        step = partial(self._step, slices, chances)
        carried, losses = jax.lax.scan(step, state, keys)
        return carried, losses

    def _step(self, slices: Slices, chances: Any, state: Any, key: Any) -> tuple[Any, Any]:
        recipe = self.recipe
        keys = jax.random.split(key)
        # Slices that were answered wrongly, hard negatives among them, are drawn more often.
        ladder = jnp.cumsum(chances * (1 + recipe.hard * state["hardness"]))
        spots = jax.random.uniform(keys[0], (recipe.batch,)) * ladder[-1]
        chosen = jnp.clip(jnp.searchsorted(ladder, spots), 0, len(ladder) - 1)
        inputs, target = examples(recipe, slices, chosen, keys[1])

        def loss(weights: Any) -> tuple[Any, Any]:
            logits, others = self._model.stateless_call(
                weights, state["others"], inputs, training=True
            )
            value, each = loss_of(logits, target)
            return value, (others, each)

        (value, (others, each)), slope = jax.value_and_grad(loss, has_aux=True)(state["weights"])
        updates, optimizer = self._optimizer.update(slope, state["optimizer"], state["weights"])
        weights = optax.apply_updates(state["weights"], updates)
        hardness = state["hardness"].at[chosen].multiply(0.7).at[chosen].add(0.3 * each)
        return {
            "weights": weights,
            "others": others,
            "optimizer": optimizer,
            "mean": _averaged(recipe.average, state["mean"], weights),
            "mean_others": _averaged(recipe.average, state["mean_others"], others),
            "hardness": jnp.clip(hardness, 0, 1),
        }, value


def _averaged(share: float, old: Any, new: Any) -> Any:
    def one(before: Any, now: Any) -> Any:
        if not jnp.issubdtype(before.dtype, jnp.floating):
            return now
        return before * share + now * (1 - share)

    return jax.tree.map(one, old, new)


def cycle(
    trainer: Trainer, slices: Slices, chances: Any, state: Any, seed: int
) -> tuple[Any, list[float]]:
    """Train one cycle; a chunk whose loss is no number is tried again from before it."""
    steps = trainer.recipe.steps
    keys = jax.random.split(jax.random.key(seed), steps)
    losses: list[float] = []
    done, tries = 0, 0
    while done < steps:
        before = jax.tree.map(jnp.copy, state)
        state, chunk = trainer.run(slices, chances, state, keys[done : done + CHUNK])
        mean = float(jnp.mean(chunk))
        if np.isfinite(mean):
            losses.append(round(mean, 5))
            done += CHUNK
            continue
        tries += 1
        if tries > 5:
            raise FloatingPointError(f"the loss is no number after {done} steps")
        state, keys = before, jax.random.split(jax.random.key(seed + 7919 * tries), steps)
    return state, losses


def order(rounds: int) -> Iterator[tuple[Task, int]]:
    """Name whose turn it is: every tumor network, every liver network, then tumors alone."""
    for number in range(rounds):
        for task in TASKS if number == 0 else TASKS[:1]:
            for fold in range(len(FOLDS)):
                yield task, fold


def train(
    pack: Path, out: Path, recipe: Recipe, seconds: float, rounds: int, policy: str
) -> dict[str, Any]:
    """Train as many cycles as `seconds` allow into `out`; return the losses by network."""
    began = perf_counter()
    out.mkdir(parents=True, exist_ok=True)
    shown, records = load_slices(pack, recipe)
    keras.utils.set_random_seed(recipe.seed)
    model = network(pack, recipe.size, policy)
    trainer = Trainer(recipe, model)
    variables = model.trainable_variables, model.non_trainable_variables
    first = [[np.array(each.value) for each in some] for some in variables]
    names = [each.path for some in variables for each in some]
    kept: dict[str, Any] = {}
    history: dict[str, list[list[float]]] = {}
    spans: list[float] = []
    for task, fold in order(rounds):
        # The first cycle compiles; no cycle begins that would not end in time.
        if perf_counter() - began + min(spans[1:] or spans, default=0) > seconds:
            break
        name, start = f"{task}-{fold + 1}", perf_counter()
        weights, others, hardness = kept.get(name, (*first, np.zeros(len(records["fold"]))))
        state = trainer.begin(weights, others, np.asarray(hardness, np.float32))
        done = history.setdefault(name, [])
        seed = 1000 * (task == "liver") + 100 * len(done) + fold + recipe.seed * 10_000
        chances = draws(recipe, task, records, fold)
        state, losses = cycle(trainer, shown[task], chances, state, seed)
        done.append(losses)
        means, means_of_others, hard = (
            jax.tree.map(np.asarray, state[part]) for part in ("mean", "mean_others", "hardness")
        )
        kept[name] = means, means_of_others, hard
        _save(out / f"{name}.npz", dict(zip(names, [*means, *means_of_others], strict=True)))
        told = {"recipe": asdict(recipe), "losses": history, "device": str(jax.devices()[0])}
        (out / "history.json").write_text(json.dumps(told, indent=1))
        spans.append(perf_counter() - start)
        print(f"{name}, cycle {len(done)}: {spans[-1]:.1f} s, loss {losses[-1]}", flush=True)
    return history


def _save(path: Path, weights: dict[str, Any]) -> None:
    """Write weights by their names, kernels as float16."""
    compact = {
        name: array.astype(np.float16 if array.ndim >= 2 else np.float32)
        for name, array in weights.items()
        if np.issubdtype(array.dtype, np.floating)
    }
    np.savez_compressed(path, **{name.replace("/", "|"): value for name, value in compact.items()})


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--seconds", type=float, default=440, help="when the last cycle must end")
    parser.add_argument("--rounds", type=int, default=3, help="cycles of each tumor network")
    parser.add_argument("--policy", default="mixed_bfloat16")
    for name, kind in (("steps", int), ("batch", int), ("size", int), ("seed", int)):
        parser.add_argument(f"--{name}", type=kind)
    given = vars(parser.parse_args())
    changed = {name: given[name] for name in ("steps", "batch", "size", "seed") if given[name]}
    if "steps" in changed:
        changed["warm_up"] = changed["steps"] // 5
    recipe = Recipe(**changed)
    train(given["pack"], given["out"], recipe, given["seconds"], given["rounds"], given["policy"])


if __name__ == "__main__":
    main()
