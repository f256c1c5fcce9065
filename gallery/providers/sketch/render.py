"""From SVG to PNG bytes, never more pictures at once than the machine has processors."""

from __future__ import annotations

import os
import threading

import resvg_py

_brushes = threading.BoundedSemaphore(os.cpu_count() or 1)


def png_of(svg: str, zoom: float = 1.0) -> bytes:
    """Rasterise a drawing of ours at ``zoom`` times the size it states; it uses no fonts and no files."""
    with _brushes:
        return bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, zoom=zoom))
