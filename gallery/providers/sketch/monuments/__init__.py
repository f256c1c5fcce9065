"""Monuments drawn by us in SVG: lit from the left, standing on y=0, coloured as on a clear day."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from ..sprites import Sprite
from . import ancient, clocks, domes, statues, stones, towers

DRAWINGS: dict[str, Callable[[], Sprite]] = {
    **towers.DRAWINGS,
    **ancient.DRAWINGS,
    **clocks.DRAWINGS,
    **domes.DRAWINGS,
    **statues.DRAWINGS,
    **stones.DRAWINGS,
}
#: Where each monument stands when the words do not say.
HOME = {"pyramids": "desert", "sphinx": "desert", "stonehenge": "meadow", "wall": "mountains", "sydney": "sea", "christ": "mountains",
        "liberty": "sea", "motherland": "meadow"}  # fmt: skip


@lru_cache(maxsize=32)
def monument(key: str) -> Sprite:
    """Draw one monument once per process; KeyError for a key that nobody drew."""
    return DRAWINGS[key]()
