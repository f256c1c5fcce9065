"""Pieces that can be set into a scene: vendored icons and our own drawings behind one shape, each with its ground line."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache

from .lexicon import HERE
from .paint import Light, dye, recast, shine
from .pen import n

ID = re.compile(r'\bid="|url\(#|href="#')


@dataclass(frozen=True)
class Sprite:
    """A drawing in its own units. ``box`` is what is visible (left, top, right, bottom); its lower edge stands on the ground.

    ``hand``, ``seat`` and ``head`` are points inside the box as fractions of it (0,0 upper left): where something is held,
    where a rider sits, where a hat goes; ``head_width`` is a fraction of the box's width.
    ``looks`` is -1 left, 1 right, 0 front.
    """

    svg: str
    box: tuple[float, float, float, float]
    family: tuple[str, ...] = ()
    looks: int = 0
    hand: tuple[float, float] = (0.76, 0.6)
    seat: tuple[float, float] = (0.5, 0.3)
    head: tuple[float, float] = (0.5, 0.06)
    head_width: float = 0.5

    @property
    def width(self) -> float:
        """Return the visible width in the drawing's units."""
        return self.box[2] - self.box[0]

    @property
    def height(self) -> float:
        """Return the visible height in the drawing's units."""
        return self.box[3] - self.box[1]

    @property
    def aspect(self) -> float:
        """Return width divided by height."""
        return self.width / self.height

    def coloured(self, colour: str, material: str) -> Sprite:
        """Dye it, or make it of another material."""
        svg = recast(self.svg, material) if material else self.svg
        if colour and not material and self.family:
            svg = dye(svg, self.family, colour)
        elif colour and material:
            svg = dye(svg, self.family, colour)
        return replace(self, svg=svg)


@dataclass(frozen=True)
class Spot:
    """Where a sprite stands in the picture, in pixels: the middle of its lower edge, its height, and whether it is turned."""

    x: float
    base: float
    height: float
    flip: bool = False
    depth: float = 0.0
    turn: float = 0.0

    def point(self, sprite: Sprite, at: tuple[float, float]) -> tuple[float, float]:
        """Return the pixel of a point given as fractions of the sprite's box."""
        width = self.height * sprite.aspect
        across = (at[0] - 0.5) * width
        return self.x + (-across if self.flip else across), self.base - self.height * (1 - at[1])


@lru_cache(maxsize=1)
def _library() -> dict[str, dict]:
    return {icon["name"]: icon for icon in json.loads((HERE / "data" / "icons.json").read_text())}


@lru_cache(maxsize=256)
def icon(name: str, looks: int = 0) -> Sprite:
    """Take one vendored icon; KeyError for a name that is not vendored."""
    found = _library()[name]
    left, top, right, bottom = found["box"]
    hand = (0.76, 0.62) if looks == 0 else ((0.1, 0.45) if looks < 0 else (0.9, 0.45))
    head = (0.5, 0.08) if looks == 0 else ((0.26, 0.08) if looks < 0 else (0.74, 0.08))
    return Sprite(
        found["body"], (left, top, right, bottom), tuple(found["paint"]), looks, hand=hand, head=head,
        seat=(0.5 - 0.08 * looks, 0.36), head_width=0.5 if looks == 0 else 0.34,
    )  # fmt: skip


def stamp(sprite: Sprite, spot: Spot, light: Light, mark: str) -> str:
    """Set a sprite into the picture under its light; ``mark`` makes its ids its own."""
    scale = spot.height / sprite.height
    middle = (sprite.box[0] + sprite.box[2]) / 2
    across = -scale if spot.flip else scale
    svg = shine(sprite.svg, light, spot.depth)
    if 'id="' in svg:
        svg = ID.sub(lambda m: m[0] + mark, svg)
    turn = f"rotate({n(spot.turn)} {n(spot.x)} {n(spot.base - spot.height / 2)})" if spot.turn else ""
    place = f"translate({n(spot.x - across * middle)},{n(spot.base - scale * sprite.box[3])})scale({across:.4f},{scale:.4f})"
    return f'<g transform="{turn}{place}">{svg}</g>'
