"""Pictures on the page, without a file."""

import base64

from core.draw.canvas import png
from core.draw.colors import RGB


def png_url(picture: RGB) -> str:
    """Encode a picture [rows, columns, 3] for a page."""
    return "data:image/png;base64," + base64.b64encode(png(picture, compress_level=4)).decode()
