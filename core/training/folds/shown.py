"""What the network of a fold is shown: slices varied on the accelerator, a batch at a time."""

import io
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from PIL import Image

from core.training.folds.recipe import DISTANCES_MM, PIXEL_MM, Recipe
from core.training.lesions import NUMBERS, paint
from core.training.pack import Task


class Slices(NamedTuple):
    """Packed slices on the accelerator, as the network of one task is taught by them.

    Parameters
    ----------
    images, organ, target : uint8 [N, side, side]; greys, and share of each pixel that is liver
        and that is what the network is to find.
    beside : int32 [N, distances, 2], the slices below and above at each distance.
    median : float32 [N], grey of the case's liver, which is shown as 128.
    paintable : bool [N], whether lesions may be painted.
    context : share of its gray that is left to what is not liver.
    """

    images: Any
    organ: Any
    target: Any
    beside: Any
    median: Any
    paintable: Any
    context: Any


def load_slices(pack: Path, recipe: Recipe) -> tuple[dict[Task, Slices], dict[str, Any]]:
    """Read the folder `pack`: the slices for each task, and the records [N] of both."""
    records = dict(np.load(pack / "records.npz", allow_pickle=False))
    images, organ, tumor = (
        jnp.asarray(_decoded(pack, name)) for name in ("images", "organ", "tumor")
    )
    shared = {"images": images, "organ": organ, "beside": jnp.asarray(records["beside"])}
    medians = jnp.asarray(records["gray"], jnp.float32)
    painted = jnp.asarray(records["labelled"] & records["liver"])
    # The liver network sees all as it is: greys not centred, nothing dimmed, nothing painted.
    return {
        "tumor": Slices(
            target=tumor,
            median=medians,
            paintable=painted,
            context=jnp.float32(recipe.context),
            **shared,
        ),
        "liver": Slices(
            target=organ,
            median=jnp.full_like(medians, 128),
            paintable=jnp.zeros_like(painted),
            context=jnp.float32(1),
            **shared,
        ),
    }, records


def _decoded(pack: Path, name: str) -> Any:
    content = (pack / f"{name}.bin").read_bytes()
    offsets = np.load(pack / f"{name}.offsets.npy")

    def one(number: int) -> Any:
        part = content[offsets[number] : offsets[number + 1]]
        return np.asarray(Image.open(io.BytesIO(part)).convert("L"))

    with ThreadPoolExecutor(16) as pool:
        return np.stack(list(pool.map(one, range(len(offsets) - 1))))


def examples(recipe: Recipe, slices: Slices, chosen: Any, key: Any) -> tuple[Any, Any]:
    """Show the slices `chosen` [B]: inputs [B, S, S, 3] and targets [B, S, S], both in 0..1."""
    keys = jax.random.split(key, 5)
    gray, organ, target, gap = _stacked(recipe, slices, chosen, keys[0])
    dark = gray < 1
    gray = gray + (128 - slices.median[chosen])[:, None, None, None]
    count = len(chosen)
    chances = jax.random.uniform(keys[1], (count, 1 + recipe.painting.most, NUMBERS))
    # A chance above one is never met.
    first = jnp.where(slices.paintable[chosen], chances[:, 0, 0], 2.0)
    chances = chances.at[:, 0, 0].set(first)
    noise = jax.random.normal(keys[2], gray.shape)
    gray, target = paint(gray, organ, target, chances, noise, gap, recipe.painting, jnp)
    gray = jnp.where(dark, 0, jnp.clip(gray, 1, 255))
    stack = jnp.concatenate([gray, organ, target[..., None]], axis=-1)
    places = partial(_places, recipe, stack.shape[1])
    y, x = jax.vmap(places)(jax.random.split(keys[3], count))
    stack = jax.vmap(_read)(stack, y, x)
    gray, organ, target = stack[..., :3], stack[..., 3:6], stack[..., 6]
    outline, greys = jax.random.split(keys[4])
    liver = _rough(recipe, organ, target, outline)
    gray = _tinted(recipe, gray, greys)
    return jnp.where(liver, gray, gray * slices.context) / 255, target


def _stacked(recipe: Recipe, slices: Slices, chosen: Any, key: Any) -> tuple[Any, Any, Any, Any]:
    """Greys and liver with neighbours [B, H, W, 3], target [B, H, W], their distance in pixels."""
    keys = jax.random.split(key, 4)
    count = len(chosen)
    which = jax.random.randint(keys[0], (count,), 0, len(DISTANCES_MM))
    beside = slices.beside[chosen, which]
    planes = jnp.stack([beside[:, 0], chosen, beside[:, 1]], axis=1)
    upside_down = jax.random.bernoulli(keys[1], 0.5, (count, 1))
    planes = jnp.where(upside_down, planes[:, ::-1], planes)
    alone = jax.random.bernoulli(keys[2], recipe.alone, (count, 1))
    planes = jnp.where(alone, chosen[:, None], planes)
    gray, organ = (
        array[planes].astype(jnp.float32).transpose(0, 2, 3, 1)
        for array in (slices.images, slices.organ)
    )
    gap = jnp.asarray(DISTANCES_MM)[which] / PIXEL_MM
    gap = gap * jnp.exp(0.3 * jax.random.normal(keys[3], (count,)))
    return gray, organ / 255, slices.target[chosen].astype(jnp.float32) / 255, gap


def _places(recipe: Recipe, side: int, key: Any) -> tuple[Any, Any]:
    """Rows and columns [S, S] of a packed slice that one example is read from."""
    keys = jax.random.split(key, 6)
    line = jnp.arange(recipe.size, dtype=jnp.float32) - (recipe.size - 1) / 2
    y, x = jnp.meshgrid(line, line, indexing="ij")
    angle = jnp.deg2rad(recipe.degrees) * jax.random.uniform(keys[0], (), minval=-1, maxval=1)
    stretch = recipe.stretch * jax.random.uniform(keys[1], (2,), minval=-1, maxval=1)
    scale = jnp.exp((stretch + stretch[0]) / 2)
    turned = (
        (y * jnp.cos(angle) - x * jnp.sin(angle)) * scale[0],
        (y * jnp.sin(angle) + x * jnp.cos(angle)) * scale[1],
    )
    mirrored = jnp.where(jax.random.bernoulli(keys[2], 0.5, (2,)), -1.0, 1.0)
    shift = recipe.shift * side * jax.random.uniform(keys[3], (2,), minval=-1, maxval=1)
    coarse = recipe.bend * jax.random.normal(keys[4], (7, 7, 2))
    bend = jax.image.resize(coarse, (recipe.size, recipe.size, 2), "cubic")
    bend = bend * jax.random.uniform(keys[5], ())
    rows, columns = (
        turned[axis] * mirrored[axis] + shift[axis] + bend[..., axis] + (side - 1) / 2
        for axis in (0, 1)
    )
    return rows, columns


def _read(stack: Any, y: Any, x: Any) -> Any:
    """Read [H, W, C] at rows and columns [S, S], bilinearly; 0 outside."""
    height, width, _ = stack.shape
    top, left = jnp.floor(y), jnp.floor(x)
    total = jnp.zeros(())
    for row, column in ((top + down, left + right) for down in (0, 1) for right in (0, 1)):
        weight = (1 - jnp.abs(y - row)) * (1 - jnp.abs(x - column))
        within = (row >= 0) & (row < height) & (column >= 0) & (column < width)
        rows = jnp.clip(row, 0, height - 1).astype(jnp.int32)
        columns = jnp.clip(column, 0, width - 1).astype(jnp.int32)
        total = total + stack[rows, columns] * (weight * within)[..., None]
    return total


def _rough(recipe: Recipe, organ: Any, tumor: Any, key: Any) -> Any:
    """Outline the liver as a network might: a little off, now and then without a tumor."""
    count, size = organ.shape[:2]
    keys = jax.random.split(key, 4)
    shared = jax.random.normal(keys[0], (count, 8, 8, 1))
    own = jax.random.normal(keys[1], (count, 8, 8, 3))
    bumps = jax.image.resize(0.8 * shared + 0.6 * own, (count, size, size, 3), "linear")
    strength = 2 * recipe.roughness * jax.random.uniform(keys[2], (count, 1, 1, 1))
    soft = organ
    for _ in range(6):
        soft = _blurred(soft)
    lost = jax.random.bernoulli(keys[3], recipe.lost_tumor, (count, 1, 1, 1))
    without = soft * (1 - _blurred(_blurred(tumor[..., None])))
    return jnp.where(lost, without, soft) + bumps * strength > 0.5


def _tinted(recipe: Recipe, gray: Any, key: Any) -> Any:
    """Change contrast, brightness, sharpness and noise of slices [B, S, S, 3] by chance."""
    keys = jax.random.split(key, 6)
    seen = gray > 0.5

    def chance(number: int) -> Any:
        return jax.random.uniform(keys[number], (len(gray), 1, 1, 1), minval=-1, maxval=1)

    gray = (gray - 128) * jnp.exp(chance(0) * recipe.contrast) + 128
    gray = gray + 255 * recipe.brightness * chance(1)
    gray = jnp.where(chance(2) > 0.5, _blurred(gray), gray)
    grain = jax.random.normal(keys[5], gray.shape)
    # Coarser grain, brought to about the same strength.
    grain = jnp.where(chance(3) > 0, _blurred(grain) * 2.5, grain)
    gray = gray + grain * 255 * recipe.noise * (chance(4) + 1) / 2
    return jnp.where(seen, jnp.clip(gray, 1, 255), 0)


def _blurred(stack: Any) -> Any:
    for axis in (1, 2):
        stack = (jnp.roll(stack, 1, axis) + 2 * stack + jnp.roll(stack, -1, axis)) / 4
    return stack
