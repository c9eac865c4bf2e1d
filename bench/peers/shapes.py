"""Volumetric networks that others segment a liver with: their shapes, with random weights.

The arithmetic is that of the trained networks, whose weights cannot be fetched here: what they
would find is not measured, only what it costs to ask them. Nothing is mirrored or otherwise asked
twice, although nnU-Net does so eightfold unless told not to.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# The other peer, which needs no shape of its own: our two U-Nets, asked as in a notebook.
NOTEBOOK = "Keras, slice by slice"

Triple = tuple[int, int, int]


@dataclass(frozen=True)
class Shape:
    """How one of them looks at a scan.

    Parameters
    ----------
    told_by : where its shape is told.
    spacing : voxels that it resamples a scan to, in mm.
    patch : voxels that it sees at a time.
    overlap : share of a patch that the next one sees again.
    classes : that it tells apart.
    networks : of which each is asked about the whole scan.
    build : the network, [1, 1, *patch] to [1, classes, *patch].
    """

    told_by: str
    spacing: tuple[float, float, float]
    patch: Triple
    overlap: float
    classes: int
    networks: int
    build: Callable[["Shape"], Any]


def plain_unet(shape: Shape) -> Any:
    """Build the U-Net that nnU-Net v2 plans for such a patch."""
    from dynamic_network_architectures.architectures.unet import PlainConvUNet
    from torch import nn

    stages = 6
    return PlainConvUNet(
        input_channels=1,
        n_stages=stages,
        features_per_stage=[32, 64, 128, 256, 320, 320],
        conv_op=nn.Conv3d,
        kernel_sizes=3,
        strides=strides_of(shape.patch, stages),
        n_conv_per_stage=2,
        num_classes=shape.classes,
        n_conv_per_stage_decoder=2,
        conv_bias=True,
        norm_op=nn.InstanceNorm3d,
        norm_op_kwargs={"eps": 1e-5, "affine": True},
        nonlin=nn.LeakyReLU,
        nonlin_kwargs={"inplace": True},
    )


def strides_of(patch: Triple, stages: int) -> list[list[int]]:
    """Halve each side of a patch at each stage for as long as it is even and 8 or more."""
    strides, sides = [[1, 1, 1]], list(patch)
    for _ in range(stages - 1):
        step = [2 if side % 2 == 0 and side >= 8 else 1 for side in sides]
        sides = [side // by for side, by in zip(sides, step, strict=True)]
        strides.append(step)
    return strides


def tutorial_unet(shape: Shape) -> Any:
    """Build the U-Net of MONAI's tutorial on the spleen."""
    from monai.networks.nets import UNet

    return UNet(
        spatial_dims=3,
        in_channels=1,
        out_channels=shape.classes,
        channels=(16, 32, 64, 128, 256),
        strides=(2, 2, 2, 2),
        num_res_units=2,
    )


SHAPES = {
    "MONAI, sliding U-Net": Shape(
        "MONAI's tutorial spleen_segmentation_3d: 1.5×1.5×2 mm, 160³, overlap 0.25",
        (1.5, 1.5, 2.0), (160, 160, 160), 0.25, 3, 1, tutorial_unet,
    ),
    "TotalSegmentator, fast": Shape(
        "Wasserthal et al. 2023: one nnU-Net at 3 mm for all classes",
        (3.0, 3.0, 3.0), (112, 112, 128), 0.5, 118, 1, plain_unet,
    ),
    "TotalSegmentator": Shape(
        "Wasserthal et al. 2023: five nnU-Nets at 1.5 mm, each for a part of the classes",
        (1.5, 1.5, 1.5), (128, 128, 128), 0.5, 25, 5, plain_unet,
    ),
    "nnU-Net v2, full resolution": Shape(
        "Isensee et al. 2021, Task03: 0.77×0.77×1 mm, 128³, without the cascade before it",
        (0.77, 0.77, 1.0), (128, 128, 128), 0.5, 3, 1, plain_unet,
    ),
}  # fmt: skip
