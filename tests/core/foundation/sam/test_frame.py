"""Where a slice lies in SAM's square: aspect, padding, and the way back."""

from typing import Any

import numpy as np
import pytest

from core.foundation.sam.frame import Frame
from core.foundation.sam.model import Sam


def test_slice_fills_the_upper_left_with_its_proportions_in_mm() -> None:
    assert Frame.of(512, 512, (0.7, 0.7), 1024) == Frame(512, 512, 1024, 1024, 1024)
    frame = Frame.of(100, 50, (1.0, 1.0), 64)
    assert (frame.inner_rows, frame.inner_columns) == (64, 32)
    square_of_flat_pixels = Frame.of(50, 100, (2.0, 1.0), 64)
    assert (square_of_flat_pixels.inner_rows, square_of_flat_pixels.inner_columns) == (64, 64)


def test_middle_of_a_pixel_stays_the_middle_of_its_share() -> None:
    frame = Frame.of(10, 20, (1.0, 1.0), 80)
    corners = frame.to_square(np.array([[0.0, 0.0], [19.0, 9.0], [-0.5, 9.5]]))
    assert corners.tolist() == [[1.5, 1.5], [77.5, 37.5], [-0.5, 39.5]]


@pytest.mark.parametrize(
    ("rows", "columns", "pixel_mm"),
    [(60, 72, (1.0, 1.0)), (72, 60, (0.8, 0.8)), (40, 80, (2.0, 1.0)), (90, 30, (1.0, 2.5))],
)
def test_mask_drawn_in_the_square_comes_back_to_its_place(
    rows: int, columns: int, pixel_mm: tuple[float, float]
) -> None:
    frame = Frame.of(rows, columns, pixel_mm, 128)
    mask = np.zeros((rows, columns), bool)
    mask[rows // 4 : rows // 2, columns // 3 : columns // 2] = True
    shown = np.zeros((128, 128), np.float32)
    shown[: frame.inner_rows, : frame.inner_columns] = frame.show(mask * np.uint8(255))
    # The padding says yes: nothing of it may leak into the slice.
    shown[frame.inner_rows :], shown[:, frame.inner_columns :] = 255, 255
    back = frame.restore(shown[None] - 127.5)[0] > 0
    assert back.shape == mask.shape
    assert np.count_nonzero(back ^ mask) <= 2 * (rows // 4 + columns // 6)
    inner = mask[rows // 4 + 1 : rows // 2 - 1, columns // 3 + 1 : columns // 2 - 1]
    assert back[rows // 4 + 1 : rows // 2 - 1, columns // 3 + 1 : columns // 2 - 1][inner].all()


def test_masks_and_points_are_moved_as_the_processor_of_transformers_does(tiny_sam: Sam) -> None:
    import torch

    networks: Any = tiny_sam.networks
    processor = networks.processor
    rng = np.random.default_rng(1)
    gray = rng.integers(0, 255, (45, 72)).astype(np.uint8)
    frame = Frame.of(45, 72, (1.0, 1.0), tiny_sam.size)
    given = processor(
        images=np.repeat(gray[..., None], 3, axis=2),
        input_points=[[[30.0, 20.0]]],
        return_tensors="pt",
    )
    assert given["reshaped_input_sizes"].tolist() == [[frame.inner_rows, frame.inner_columns]]
    ours = frame.to_square(np.array([30.0, 20.0]))
    # The processor counts corners of pixels, we their middles: half a pixel at most.
    assert np.abs(ours - given["input_points"].numpy().ravel()).max() < 0.5
    logits = rng.normal(size=(3, 16, 16)).astype(np.float32)
    theirs = processor.post_process_masks(
        [torch.from_numpy(logits)[None]],
        given["original_sizes"],
        given["reshaped_input_sizes"],
        binarize=False,
        pad_size={"height": tiny_sam.size, "width": tiny_sam.size},
    )[0][0]
    np.testing.assert_allclose(frame.restore(logits), theirs.numpy(), atol=1e-5)
