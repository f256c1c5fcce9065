"""Monuments drawn by us in SVG: lit from the left, standing on y=0, coloured as on a clear day."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from ..sprites import Sprite
from . import ancient, classics, clocks, domes, groups, statues, stones, towers

DRAWINGS: dict[str, Callable[[], Sprite]] = {
    **towers.DRAWINGS,
    **ancient.DRAWINGS,
    **classics.DRAWINGS,
    **clocks.DRAWINGS,
    **domes.DRAWINGS,
    **groups.DRAWINGS,
    **statues.DRAWINGS,
    **stones.DRAWINGS,
}
#: Where each monument stands when the words do not say.
HOME = {
    "parthenon": "mountains", "tower_bridge": "city",
    "pyramids": "desert", "sphinx": "desert", "stonehenge": "meadow", "wall": "mountains", "sydney": "sea",
    "christ": "mountains", "liberty": "sea", "motherland": "meadow",
}  # fmt: skip

#: Openings and lattices that shine at night, and with what colour; "rgb" colours keep their own light (see paint.py).
LAMPS = {
    "#4b4f6a": "rgb(255,214,120)", "#565673": "rgb(255,206,110)", "#45465f": "rgb(236,178,92)", "#fbf6e6": "rgb(255,246,214)",
    "#5a4234": "rgb(255,186,96)", "#6b2c2c": "rgb(255,196,104)", "#6b6179": "rgb(255,206,130)", "#574d66": "rgb(226,168,98)",
    "#5d5480": "rgb(255,222,150)", "#5b5f7a": "rgb(255,210,120)", "#4a4d66": "rgb(240,186,96)", "#6f86a8": "rgb(255,216,140)",
    "#e8bb85": "rgb(255,222,130)", "#deae7b": "rgb(255,214,120)", "#bd8a62": "rgb(244,190,98)", "#f2cd9a": "rgb(255,232,160)",
    "#9c7d5c": "rgb(226,170,100)", "#6d5340": "rgb(190,130,72)", "#4a3a2a": "rgb(255,200,110)", "#6b4d2e": "rgb(255,200,110)",
}  # fmt: skip


@lru_cache(maxsize=64)
def with_lamps_on(svg: str) -> str:
    """Light the windows of a monument for the night."""
    for colour, lamp in LAMPS.items():
        svg = svg.replace(colour, lamp)
    return svg


@lru_cache(maxsize=32)
def monument(key: str) -> Sprite:
    """Draw one monument once per process; KeyError for a key that nobody drew."""
    return DRAWINGS[key]()
