"""Colour: mixing, recolouring a drawing, and shining one light on everything that stands in the picture.

Drawings are written in plain daylight colours as "#rrggbb". Whatever must keep its own light (lamps, fire, stars) is written
as "rgb(...)", which no function here touches.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

HEX = re.compile(r"#[0-9a-f]{6}\b")
#: Colours by name: the middle of the family, as (hue 0..1, lightness, saturation).
NAMED = {
    "red": (0.0, 0.5, 0.8), "orange": (0.075, 0.54, 0.92), "yellow": (0.13, 0.56, 0.96), "green": (0.36, 0.42, 0.6),
    "sky": (0.53, 0.62, 0.75), "blue": (0.61, 0.48, 0.72), "purple": (0.76, 0.52, 0.5), "pink": (0.92, 0.74, 0.85),
    "brown": (0.06, 0.36, 0.42), "black": (0.68, 0.2, 0.1), "white": (0.6, 0.94, 0.2), "grey": (0.6, 0.6, 0.06),
}  # fmt: skip
#: Materials: colours from the darkest to the lightest that a whole drawing is mapped to.
MATERIALS = {
    "gold": ("#6e4508", "#c98a16", "#f7c53b", "#ffeaa0", "#fffbe2"),
    "silver": ("#3d4757", "#77869a", "#aebccb", "#dfe7ee", "#ffffff"),
    "chocolate": ("#2d150c", "#54291a", "#7d4327", "#a9683f", "#dca673"),
    "ice": ("#2b6ea8", "#5aa9dc", "#9bd6f2", "#d3f1fb", "#ffffff"),
    "candy": ("#a01f6a", "#f0528f", "#ff9ec0", "#ffe1ea", "#fffafc"),
    "stone": ("#4a4743", "#79756e", "#a6a198", "#cfcac0", "#f1ede5"),
    "glass": ("#3b7f93", "#77bccb", "#b4e2e8", "#dcf5f6", "#ffffff"),
    "wood": ("#4a2a14", "#7d4c26", "#ad7440", "#d3a067", "#efd0a0"),
    "plush": ("#6f4524", "#a9713f", "#d29a63", "#ecc798", "#fbe9d0"),
    "icecream": ("#c9647d", "#f093a8", "#ffc5cf", "#ffe9d6", "#fffaf0"),
    "snowy": ("#7fa3c9", "#b3cfe8", "#d9e9f6", "#f0f7fc", "#ffffff"),
    "flowers": ("#1f7a3f", "#46ab4f", "#f25c94", "#ffb3d0", "#fff0f6"),
    "cheese": ("#a8690a", "#e2a013", "#ffc938", "#ffe38a", "#fff7d6"),
    "rainbow": ("#5b3fd1", "#1f9de0", "#2fc26b", "#ffc928", "#ff6f5e"),
    "lego": ("#b3201a", "#e3382f", "#1f7fd6", "#ffd21f", "#fff6d0"),
}


@dataclass(frozen=True)
class Light:
    """The light of a scene: what it multiplies red, green and blue by, and the colour that distance fades into."""

    red: float
    green: float
    blue: float
    haze: str = "#cfe3f2"


def channels(colour: str) -> tuple[int, int, int]:
    """Split "#rrggbb" into 0..255 channels."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def hexed(red: float, green: float, blue: float) -> str:
    """Join 0..255 channels, cut to what can be shown."""
    r, g, b = (max(0, min(255, round(v))) for v in (red, green, blue))
    return f"#{r:02x}{g:02x}{b:02x}"


@lru_cache(maxsize=4096)
def mix(first: str, second: str, share: float) -> str:
    """Blend ``share`` (0..1) of the second colour into the first."""
    a, b = channels(first), channels(second)
    return hexed(*(x + (y - x) * share for x, y in zip(a, b, strict=True)))


@lru_cache(maxsize=8192)
def lit(colour: str, light: Light, depth: float = 0.0) -> str:
    """Show a daylight colour under ``light``, ``depth`` (0 near .. 1 lost in the haze) away."""
    red, green, blue = channels(colour)
    shown = hexed(red * light.red, green * light.green, blue * light.blue)
    return mix(shown, light.haze, round(depth, 2)) if depth > 0 else shown


def each_colour(svg: str, change: Callable[[str], str]) -> str:
    """Run every "#rrggbb" of a drawing through ``change``."""
    return HEX.sub(lambda match: change(match[0]), svg)


def shine(svg: str, light: Light, depth: float = 0.0) -> str:
    """Put a daylight drawing into the light of the scene."""
    return each_colour(svg, lambda colour: lit(colour, light, depth))


@lru_cache(maxsize=4096)
def _dyed(colour: str, first: str, name: str) -> str:
    hue, light, strength = NAMED[name]
    own = colorsys.rgb_to_hls(*(v / 255 for v in channels(colour)))[1]
    base = colorsys.rgb_to_hls(*(v / 255 for v in channels(first)))[1]
    shown = max(0.06, min(0.98, light + (own - base) * 0.8))
    return hexed(*(255 * v for v in colorsys.hls_to_rgb(hue, shown, strength)))


def dye(svg: str, family: tuple[str, ...], name: str) -> str:
    """Give a drawing's main colour and its shades (``family``, the main one first) another colour by name."""
    kin = frozenset(family)
    return each_colour(svg, lambda colour: _dyed(colour, family[0], name) if colour in kin else colour)


@lru_cache(maxsize=4096)
def _cast(colour: str, material: str) -> str:
    red, green, blue = channels(colour)
    value = (0.3 * red + 0.59 * green + 0.11 * blue) / 255 * 4
    steps = MATERIALS[material]
    low = min(3, int(value))
    return mix(steps[low], steps[low + 1], round(value - low, 2))


def recast(svg: str, material: str) -> str:
    """Make a whole drawing of gold, chocolate, ice...: every colour by its lightness."""
    return each_colour(svg, lambda colour: _cast(colour, material))
