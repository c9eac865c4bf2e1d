"""Where a voxel lies on the screen, in the viewer's own convention."""

import re

from playwright.sync_api import Locator, Page, expect

AXES = {"axial": (0, 1), "coronal": (0, 2), "sagittal": (1, 2)}
Voxel = tuple[float, float, float]


class Planes:
    """The planes of a viewer in a page, of a scan of `shape` voxels of `spacing` mm."""

    def __init__(
        self, page: Page, shape: tuple[int, int, int], spacing: tuple[float, float, float]
    ) -> None:
        self.page, self._shape, self._spacing = page, shape, spacing

    def canvas(self, plane: str) -> Locator:
        return self.page.locator(f".pane[data-plane={plane}] canvas")

    def wait(self, patience: int = 60_000) -> None:
        """Until the slices are there."""
        read = self.page.locator("[data-read=crosshair] [data-field=hu]")
        expect(read).to_have_text(re.compile("HU"), timeout=patience)

    def index(self, plane: str) -> int:
        """Tell which slice a plane shows, from 0."""
        shown = self.page.locator(f".pane[data-plane={plane}] [data-part=number]").inner_text()
        return int(shown.split("/")[0]) - 1

    def point(self, plane: str, voxel: Voxel) -> dict[str, float]:
        """Tell where the middle of a voxel lies in its canvas."""
        box = self.canvas(plane).bounding_box()
        assert box is not None
        across, down = AXES[plane]
        size = [self._shape[axis] * self._spacing[axis] for axis in (across, down)]
        scale = min(box["width"] / size[0], box["height"] / size[1])
        x, y = (
            (self._shape[axis] / 2 - voxel[axis] - 0.5) * self._spacing[axis]
            for axis in (across, down)
        )
        return {"x": box["width"] / 2 + x * scale, "y": box["height"] / 2 + y * scale}

    def click(self, plane: str, voxel: Voxel) -> None:
        at = self.point(plane, voxel)
        self.canvas(plane).click(position={"x": at["x"], "y": at["y"]})

    def drag(self, plane: str, *voxels: Voxel) -> None:
        """Press at the first voxel, go over the others, let go."""
        self.canvas(plane).scroll_into_view_if_needed()
        box = self.canvas(plane).bounding_box()
        assert box is not None
        places = [self.point(plane, voxel) for voxel in voxels]
        mouse = self.page.mouse
        for number, place in enumerate(places):
            mouse.move(box["x"] + place["x"], box["y"] + place["y"], steps=4)
            if number == 0:
                mouse.down()
        mouse.up()

    def color(self, plane: str, voxel: Voxel) -> list[int]:
        """Read the color that is shown at a voxel, RGB."""
        script = """(canvas, { x, y }) => {
            const pixel = canvas.width / canvas.clientWidth;
            const context = canvas.getContext("2d");
            return [...context.getImageData(x * pixel, y * pixel, 1, 1).data].slice(0, 3);
        }"""
        color: list[int] = self.canvas(plane).evaluate(script, self.point(plane, voxel))
        return color
