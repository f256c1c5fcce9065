"""Bronze, steel and stone: four tones of each, and limbs made of them."""

from __future__ import annotations

from dataclasses import dataclass

from ..pen import Point, points, stroke


@dataclass(frozen=True)
class Metal:
    """Four tones of one material, from the lit side to the deepest fold."""

    light: str
    main: str
    dark: str
    deep: str


COPPER = Metal("#b5e6cd", "#86c7ab", "#5b9f86", "#3d7765")
CONCRETE = Metal("#efe9dd", "#cfc8ba", "#a39b8e", "#7b746b")
BRONZE = Metal("#7fa08c", "#4f7566", "#375648", "#243b33")
STEEL = Metal("#f1f5f9", "#c3cfda", "#8fa0b3", "#62748a")
SOAPSTONE = Metal("#fbf7ef", "#dfd9cd", "#b5aea3", "#8b857d")
GRANITE = Metal("#d9c3ae", "#b99f8a", "#8f7766", "#6b584c")


def limb(pts: list[Point], wide: float, metal: Metal) -> str:
    """Draw an arm or a leg along points: dark below, lit on its left."""
    d = "M" + points(pts)
    lit = "M" + points([(x - wide * 0.16, y - wide * 0.1) for x, y in pts])
    return (
        stroke(d, metal.dark, wide)
        + stroke(lit, metal.main, wide * 0.72)
        + stroke("M" + points([(x - wide * 0.28, y - wide * 0.12) for x, y in pts]), metal.light, wide * 0.2)
    )


def folds(lines: list[list[Point]], colour: str, wide: float = 5) -> str:
    """Draw the folds of a robe."""
    return stroke("".join("M" + points(line) for line in lines), colour, wide, stroke_opacity=0.75)
