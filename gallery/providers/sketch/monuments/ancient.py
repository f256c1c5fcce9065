"""Stone: the Arc de Triomphe and the pyramids."""

from __future__ import annotations

from ..pen import circle, n, path, poly, rect, stroke
from ..sprites import Sprite

STONE_LIGHT, STONE, STONE_DARK, STONE_DEEP = "#f3e2c2", "#e0c79c", "#b9986d", "#8a6c4e"


def arc() -> Sprite:
    """Draw the Arc de Triomphe: one great arch, reliefs on the piers, the frieze and the attic."""
    parts = [path("M-420,-720H420V0H109V-321A131,131 0 0 0 -153,-321V0H-420Z", STONE)]
    parts.append(rect(230, -720, 190, 720, STONE_DARK, fill_opacity=0.45))
    parts.append(rect(-420, -720, 26, 720, STONE_LIGHT))
    # the great arch: its inner wall seen from a little to the left, then what lies behind
    parts.append(path("M-165,0V-335A165,165 0 0 1 165,-335V0H109V-321A131,131 0 0 0 -153,-321V0Z", "#6d5340"))
    parts.append(path("M109,0V-321A131,131 0 0 0 40,-437A165,165 0 0 1 165,-335V0Z", "#9c7d5c"))
    for k in range(5):
        parts.append(stroke(f"M{112 + k},{-60 - k * 62}H164", "#85684b", 3))
    parts.append(stroke("M-172,0V-335A172,172 0 0 1 172,-335V0", STONE_LIGHT, 12))
    parts.append(stroke("M-186,-6V-335A186,186 0 0 1 186,-335V-6", STONE_DARK, 4))
    parts.append(poly([(-18, -528), (18, -528), (13, -478), (-13, -478)], STONE_LIGHT) + rect(4, -526, 12, 46, STONE_DARK, 2))
    for side in (-1, 1):
        mid = side * 300
        light, dark = (STONE_LIGHT, STONE_DARK) if side < 0 else ("#dfc69b", "#97784f")
        parts.append(rect(mid - 88, -58, 176, 60, light, 3) + rect(mid - 88, -58, 176, 10, dark))
        # a sculptured group: a winged figure above, people below
        parts.append(rect(mid - 66, -300, 132, 236, dark, 4, fill_opacity=0.5))
        parts.append(
            path(
                f"M{mid - 52},-66Q{mid - 58},-170 {mid - 16},-190Q{mid},-214 {mid + 18},-188Q{mid + 58},-160 {mid + 50},-66Z",
                light,
            )
        )
        parts.append(circle(mid - 30, -176, 15, light) + circle(mid + 30, -170, 15, light) + circle(mid, -214, 17, light))
        parts.append(
            path(
                f"M{mid - 12},-226Q{mid - 58},-262 {mid - 58},-292Q{mid - 18},-276 {mid},-238"
                f"Q{mid + 18},-276 {mid + 58},-292Q{mid + 58},-262 {mid + 12},-226Z",
                light,
            )
        )
        for k in (-32, -8, 16, 38):
            parts.append(stroke(f"M{mid + k},-70Q{mid + k - 6},-120 {mid + k + 3},-160", dark, 4))
        parts.append(rect(mid - 70, -470, 140, 92, light, 3) + rect(mid - 58, -458, 116, 68, dark, 2, fill_opacity=0.65))
        for k in range(5):
            x = mid - 46 + k * 23
            parts.append(
                circle(x, -436, 7, light) + path(f"M{x - 8},-394Q{x - 9},-426 {x},-428Q{x + 9},-426 {x + 8},-394Z", light)
            )
        # Fame with a trumpet in the corner beside the arch
        parts.append(
            path(
                f"M{side * 196},-500Q{side * 176},-470 {side * 190},-420Q{side * 214},-450 {side * 212},-500Z",
                light,
                fill_opacity=0.9,
            )
        )
    parts.append(rect(-432, -548, 864, 14, STONE_LIGHT) + rect(-432, -536, 864, 5, STONE_DARK))
    for k in range(30):
        bead = -404 + k * 28
        parts.append(circle(bead, -580, 6, STONE_LIGHT) + rect(bead - 6, -575, 12, 24, STONE_LIGHT if k % 2 else STONE_DARK, 4))
    parts.append(
        rect(-452, -626, 904, 30, STONE_LIGHT) + rect(-452, -602, 904, 9, STONE_DARK) + rect(240, -626, 212, 24, "#cdb286")
    )
    for k in range(44):
        parts.append(rect(-446 + k * 20.4, -594, 9, 8, STONE_DARK))
    parts.append(rect(-424, -742, 848, 118, STONE) + rect(236, -742, 188, 118, STONE_DARK, fill_opacity=0.5))
    for k in range(14):
        disc = -388 + k * 59.5
        parts.append(
            circle(disc, -684, 21, STONE_DARK) + circle(disc - 2, -686, 16, STONE_LIGHT) + circle(disc - 1, -685, 8, STONE)
        )
    parts.append(
        rect(-446, -768, 892, 30, STONE_LIGHT) + rect(-446, -744, 892, 8, STONE_DARK) + rect(-428, -786, 856, 20, STONE)
    )
    for k in range(38):
        parts.append(rect(-424 + k * 22.6, -786, 9, 20, STONE_DARK, 2))
    parts.append(rect(-470, -16, 250, 16, STONE_DARK) + rect(220, -16, 250, 16, STONE_DEEP))
    return Sprite(
        "".join(parts), (-470, -788, 470, 0), (STONE, STONE_LIGHT, STONE_DARK, STONE_DEEP), seat=(0.5, 0.005), head_width=0.5
    )


def pyramid(x: float, wide: float, high: float, light: str, dark: str, rows: int, seam: str) -> str:
    """Draw one pyramid with its courses of stone, lit on the left face."""
    ridge = x + wide * 0.12
    left, right, top = x - wide / 2, x + wide / 2, (x, -high)
    parts = [poly([(left, 0), (ridge, 0), top], light), poly([(ridge, 0), (right, 0), top], dark)]
    d = dark_d = ""
    for k in range(1, rows):
        f = k / rows
        y = -high * f
        a, r, b = left + (top[0] - left) * f, ridge + (top[0] - ridge) * f, right + (top[0] - right) * f
        d += f"M{n(a)},{n(y)}L{n(r)},{n(y)}"
        dark_d += f"M{n(r)},{n(y)}L{n(b)},{n(y)}"
        step = max(16.0, wide / 22)
        at = a + (step / 2 if k % 2 else step)
        while at < r - 6:
            d += f"M{n(at)},{n(y)}v{n(high / rows)}"
            at += step
    parts.append(stroke(d, seam, 2.2, stroke_opacity=0.55) + stroke(dark_d, "#7a5a34", 2.2, stroke_opacity=0.4))
    return "".join(parts)


def pyramids() -> Sprite:
    """Draw the three pyramids of Giza, the middle one still with its smooth cap."""
    parts = [pyramid(390, 470, 300, "#ecc983", "#b58a50", 15, "#c99d5b")]
    parts.append(pyramid(-330, 640, 420, "#f1cf8b", "#bb9155", 20, "#cfa361"))
    parts.append(pyramid(40, 880, 600, "#f6d896", "#c4985a", 27, "#d4a866"))
    parts.append(poly([(40, -600), (-48, -480), (-20, -490), (4, -474), (30, -488), (53, -474)], "#fff0c9"))
    parts.append(poly([(40, -600), (53, -474), (84, -488), (110, -472), (128, -480)], "#d9b377"))
    for k, (x, w) in enumerate(((-520, 44), (-440, 30), (300, 40), (520, 34), (-120, 36), (150, 26), (430, 24))):
        parts.append(rect(x, -w * 0.5, w, w * 0.5, "#e3be7c" if k % 2 else "#d2a867", 3))
    parts.append(poly([(-14, 0), (-14, -34), (-2, -46), (10, -34), (10, 0)], "#6b4d2e"))
    return Sprite(
        "".join(parts),
        (-650, -600, 625, 0),
        ("#f6d896", "#c4985a", "#f1cf8b", "#bb9155", "#ecc983", "#b58a50"),
        seat=(0.541, 0.005),
        head=(0.541, 0.02),
        head_width=0.14,
    )


DRAWINGS = {"arc": arc, "pyramids": pyramids}
