"""A picture of a report, and where on it to find each lesion."""

from dataclasses import dataclass

from PIL import Image

from core.draw.canvas import png

PRINT_DPI = 300


@dataclass(frozen=True)
class Mark:
    """Where a lesion is on a picture: left, top, width and height in shares of the picture."""

    lesion: int
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Picture:
    """A picture with the words that stand for it.

    Parameters
    ----------
    name : to name files with, such as ``composite``.
    caption : what is shown, to be printed under it.
    alternative : what it tells, for those who cannot see it.
    png : the encoded picture at print resolution.
    width, height : pixels.
    marks : where the lesions are.
    """

    name: str
    caption: str
    alternative: str
    png: bytes
    width: int
    height: int
    marks: tuple[Mark, ...] = ()


def encode(image: Image.Image) -> bytes:
    """Write a picture as PNG that prints at 300 dots per inch."""
    return png(image, compress_level=4, dpi=(PRINT_DPI, PRINT_DPI))
