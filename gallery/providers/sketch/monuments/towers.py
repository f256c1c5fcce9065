"""The tall ones: the Eiffel Tower."""

from __future__ import annotations

from collections.abc import Callable

from ..pen import Point, n, path, points, poly, rect, stroke
from ..sprites import Sprite

IRON_LIGHT, IRON, IRON_DARK, IRON_DEEP = "#c9925f", "#a8714a", "#7f5340", "#5d3c33"


def eiffel() -> Sprite:
    """Draw the Eiffel Tower: four curved legs of lattice, three decks, the arch, the lantern."""
    high = 1000.0

    def half(f: float) -> float:
        return 12 + 190 * (1 - f) ** 2.75

    def inner(f: float) -> float:
        gap = 0.60 if f < 0.19 else 0.46
        return half(f) * gap * max(0.0, 1 - max(0.0, f - 0.19) / 0.22)

    def edge(side: int, low: float, top: float, curve: Callable[[float], float], steps: int = 14) -> list[Point]:
        return [
            (side * curve(low + (top - low) * k / steps), -high * (low + (top - low) * k / steps)) for k in range(steps + 1)
        ]

    def leg(side: int, low: float, top: float, fill: str) -> str:
        return poly(edge(side, low, top, half) + edge(side, low, top, inner)[::-1], fill)

    def lattice(side: int, low: float, top: float, rows: int, colour: str, width: float) -> str:
        d = ""
        for k in range(rows):
            a, b = low + (top - low) * k / rows, low + (top - low) * (k + 1) / rows
            ax, bx, ai, bi = side * half(a), side * half(b), side * inner(a), side * inner(b)
            d += f"M{n(ax)},{n(-high * a)}L{n(bi)},{n(-high * b)}M{n(ai)},{n(-high * a)}L{n(bx)},{n(-high * b)}"
            d += f"M{n(bx)},{n(-high * b)}L{n(bi)},{n(-high * b)}"
        return stroke(d, colour, width)

    parts = []
    # the far pair of legs, seen between the near ones
    for side in (-1, 1):
        far = [(side * 70, 0.0), (side * 112, 0.0), (side * 84, -high * 0.18), (side * 46, -high * 0.18)]
        parts.append(poly(far, IRON_DEEP, fill_opacity=0.75))
        parts.append(
            stroke(
                f"M{n(far[0][0])},0L{n(far[2][0])},{n(far[2][1])}M{n(far[1][0])},0L{n(far[3][0])},{n(far[3][1])}", IRON_DARK, 3
            )
        )
    parts.append(stroke("M-126,-60C-96,-178 96,-178 126,-60", IRON_DARK, 15))
    parts.append(stroke("M-126,-60C-96,-178 96,-178 126,-60", IRON_LIGHT, 3, stroke_dasharray="3 7"))
    for side, fill, line in ((-1, IRON, "#e8bb85"), (1, IRON_DARK, "#bd8a62")):
        parts.append(leg(side, 0.0, 0.19, fill) + lattice(side, 0.012, 0.185, 5, line, 3.4))
        parts.append(leg(side, 0.19, 0.41, fill) + lattice(side, 0.205, 0.40, 7, line, 2.8))
        spire = [*edge(side, 0.40, 0.93, half), (0.0, -930.0), (0.0, -400.0)]
        parts.append(poly(spire, fill))
        feet = side * 150
        parts.append(rect(feet - 62, -16, 124, 18, "#b9a78f" if side < 0 else "#8f7d6c", 3))
        parts.append(rect(feet - 62, -16, 124, 5, "#d8c8ae" if side < 0 else "#a8967f", 2))
    rows = 22
    d = ""
    for k in range(rows):
        a, b = 0.41 + 0.5 * k / rows, 0.41 + 0.5 * (k + 1) / rows
        d += (
            f"M{n(-half(a))},{n(-high * a)}L{n(half(b))},{n(-high * b)}M{n(half(a))},{n(-high * a)}"
            f"L{n(-half(b))},{n(-high * b)}"
        )
    parts.append(stroke(d, "#deae7b", 2.1, stroke_opacity=0.85))
    outer = edge(-1, 0.0, 0.93, half, 40)
    parts.append(stroke("M" + points(outer), "#f2cd9a", 4))
    parts.append(stroke("M" + points([(-x, y) for x, y in outer]), IRON_DEEP, 3.4))
    for f, wide, tall in ((0.19, 0.128, 0.030), (0.39, 0.066, 0.022), (0.86, 0.024, 0.016)):
        y, w, h = -high * f, high * wide, high * tall
        parts.append(poly([(-w, y - h), (w, y - h), (w * 0.94, y), (-w * 0.94, y)], IRON))
        parts.append(poly([(0, y - h), (w, y - h), (w * 0.94, y), (0, y)], IRON_DARK))
        parts.append(rect(-w - 4, y - h - 7, 2 * w + 8, 8, "#e0ae78", 2) + rect(0, y - h - 7, w + 4, 8, "#a06e4e", 2))
        gaps = 18 if f < 0.2 else 10
        for k in range(gaps if f < 0.8 else 0):
            parts.append(rect(-w * 0.92 + 1.84 * w * k / gaps + 1.5, y - h + 4, 1.84 * w / gaps - 4, h - 8, IRON_DEEP, 2))
    parts.append(path("M-20,-930Q0,-966 20,-930Z", IRON_LIGHT) + path("M0,-949Q12,-948 20,-930H0Z", IRON_DARK))
    parts.append(rect(-18, -934, 36, 8, IRON, 2) + rect(-3, -1010, 6, 66, IRON_DARK, 2) + rect(-5, -975, 10, 4, IRON_LIGHT))
    return Sprite(
        "".join(parts),
        (-205, -1012, 205, 0),
        (IRON, IRON_LIGHT, IRON_DARK, IRON_DEEP),
        seat=(0.5, 0.592),
        head=(0.5, 0.05),
        head_width=0.12,
    )


DRAWINGS = {"eiffel": eiffel}
