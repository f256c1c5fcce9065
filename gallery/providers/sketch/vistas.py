"""Views at the horizon that a seed chooses from: a lake, a farm, fields, a river bank, a park."""

from __future__ import annotations

import random

from .ground import ridge, soil
from .paint import lit, mix
from .pen import ellipse, n, path, points, poly, rect, stroke
from .sky import gradient
from .sprites import Spot, icon, stamp
from .stage import Stage


def trees(stage: Stage, dice: random.Random, kinds: tuple[str, ...], many: int, size: tuple[float, float], depth: float) -> str:
    """Draw a loose row of far trees; ``size`` is smallest and greatest height in units."""
    parts = []
    for k in range(many):
        x = stage.width * (k + dice.random()) / many
        spot = Spot(x, stage.horizon + stage.unit * dice.uniform(0.01, 0.04), stage.unit * dice.uniform(*size), depth=depth)
        parts.append(stamp(icon(dice.choice(kinds)), spot, stage.light, "far"))
    return "".join(parts)


def lake(stage: Stage, dice: random.Random) -> str:
    """Draw a lake with woods on its far shore."""
    far, upper, _ = soil(stage)
    w, u, y = stage.width, stage.unit, stage.horizon
    water = lit("#5fb4dc", stage.light, 0.15)
    parts = [ridge(stage, dice, y - u * 0.07, u * 0.15, 1.5, mix(far, stage.sky[2], 0.4))]
    for k in range(22):
        spot = Spot(w * (k + dice.random()) / 22, y - u * 0.03, u * dice.uniform(0.04, 0.08), depth=0.55)
        parts.append(stamp(icon("evergreen-tree"), spot, stage.light, "far"))
    parts.append(f"<defs>{gradient('lake', [(0, mix(water, stage.sky[2], 0.55), 1), (1, water, 1)])}</defs>")
    parts.append(rect(0, y - u * 0.035, w, u * 0.16, "url(#lake)"))
    for _ in range(16):
        x, yy, q = dice.uniform(0, w), y + u * dice.uniform(-0.025, 0.03), u * dice.uniform(0.02, 0.06)
        parts.append(ellipse(x, yy, q, u * 0.002, "#ffffff", fill_opacity=0.5))
    return "".join(parts)


def farm(stage: Stage, dice: random.Random) -> str:
    """Draw a village of a few houses and a windmill on a round hill."""
    far, upper, _ = soil(stage)
    w, u, y = stage.width, stage.unit, stage.horizon
    parts = [ridge(stage, dice, y - u * 0.02, u * 0.16, 1.2, mix(far, stage.sky[2], 0.35))]
    parts.append(ridge(stage, dice, y + u * 0.02, u * 0.05, 2.0, far))
    side = 0.2 if stage.is_turned else 0.8
    for k in range(4):
        spot = Spot(w * (side + (k - 1.5) * 0.075), y + u * (0.02 + 0.01 * (k % 2)), u * dice.uniform(0.08, 0.11), depth=0.4)
        parts.append(stamp(icon("house"), spot, stage.light, f"farm{k}"))
    return "".join(parts) + trees(stage, dice, ("deciduous-tree",), 7, (0.06, 0.1), 0.45)


def fields(stage: Stage, dice: random.Random) -> str:
    """Draw wide striped fields with a row of poplars."""
    far, upper, _ = soil(stage)
    w, u, y = stage.width, stage.unit, stage.horizon
    colours = [mix(far, c, 0.45) for c in ("#f2d879", "#8fc96b", "#d7a9d6", "#c9dd7a")]
    dice.shuffle(colours)
    parts = [ridge(stage, dice, y - u * 0.01, u * 0.05, 1.2, mix(far, stage.sky[2], 0.4))]
    for k, colour in enumerate(colours):
        parts.append(ridge(stage, dice, y + u * (0.004 + 0.016 * k), u * 0.03, 1.0, colour))
    side = 0.6 if stage.is_turned else 0.04
    for k in range(6):
        spot = Spot(w * (side + 0.06 * k), y + u * 0.03, u * (0.2 - 0.018 * k), depth=0.25 + 0.06 * k)
        parts.append(stamp(icon("evergreen-tree"), spot, stage.light, "far"))
    return "".join(parts)


def grove(stage: Stage, dice: random.Random) -> str:
    """Draw the edge of a leafy wood close by, open in the middle."""
    far, _, _ = soil(stage)
    w, u, y = stage.width, stage.unit, stage.horizon
    parts = [ridge(stage, dice, y, u * 0.06, 2.4, mix(far, stage.sky[2], 0.3))]
    for k in range(14):
        across = (k + dice.random()) / 14
        high = u * (0.1 + 0.28 * abs(across - 0.5) * 2) * dice.uniform(0.85, 1.1)
        parts.append(stamp(icon("deciduous-tree"), Spot(w * across, y + u * 0.045, high, depth=0.3), stage.light, "far"))
    return "".join(parts)


def park(stage: Stage, dice: random.Random) -> str:
    """Draw a town park: clipped trees in two rows and lamps between them."""
    far, _, _ = soil(stage)
    u, y, w = stage.unit, stage.horizon, stage.width
    parts = [ridge(stage, dice, y, u * 0.05, 1.6, mix(far, stage.sky[2], 0.35))]
    parts.append(trees(stage, dice, ("deciduous-tree",), 16, (0.14, 0.2), 0.5))
    many = int(w / (u * 0.1))
    for k in range(many):
        x, r = w * (k + 0.5) / many, u * 0.045
        parts.append(rect(x - u * 0.004, y - u * 0.03, u * 0.008, u * 0.07, lit("#8c6a4a", stage.light, 0.3)))
        parts.append(ellipse(x, y - u * 0.05, r, r, lit("#6db35a", stage.light, 0.25)))
        parts.append(ellipse(x - r * 0.2, y - u * 0.06, r * 0.7, r * 0.7, lit("#86c76c", stage.light, 0.25)))
    return "".join(parts) + rect(0, y + u * 0.03, w, u * 0.03, lit("#7fbf66", stage.light, 0.15))


def embankment(stage: Stage, dice: random.Random) -> str:
    """Draw a river before the town's roofs, with a stone rail."""
    w, u, y = stage.width, stage.unit, stage.horizon
    water = lit("#4fa3d1", stage.light, 0.12)
    parts = [f"<defs>{gradient('river', [(0, mix(water, stage.sky[2], 0.5), 1), (1, water, 1)])}</defs>"]
    parts.append(rect(0, y - u * 0.02, w, u * 0.14, "url(#river)"))
    for _ in range(22):
        x, yy, q = dice.uniform(0, w), y + u * dice.uniform(-0.01, 0.03), u * dice.uniform(0.02, 0.06)
        parts.append(ellipse(x, yy, q, u * 0.002, "#ffffff", fill_opacity=0.5))
    stone, dark = lit("#d9cdb8", stage.light, 0.12), lit("#b3a48c", stage.light, 0.12)
    parts.append(rect(0, y + u * 0.022, w, u * 0.012, stone) + rect(0, y + u * 0.06, w, u * 0.03, dark))
    for k in range(int(w / (u * 0.03)) + 1):
        parts.append(rect(k * u * 0.03, y + u * 0.032, u * 0.012, u * 0.03, stone))
    return "".join(parts)


def jungle(stage: Stage, dice: random.Random) -> str:
    """Draw a wall of palms and great leaves, with vines that hang from above."""
    w, h, u, y = stage.width, stage.height, stage.unit, stage.horizon
    parts = [ridge(stage, dice, y - u * 0.02, u * 0.2, 3.3, lit("#5fae7d", stage.light, 0.55))]
    for depth, high, many in ((0.6, 0.36, 9), (0.35, 0.46, 7)):
        for k in range(many):
            x = w * (k + dice.random()) / many
            spot = Spot(x, y + u * 0.05, u * high * dice.uniform(0.75, 1.2), flip=dice.random() < 0.5, depth=depth)
            parts.append(stamp(icon("palm-tree"), spot, stage.light, "palm"))
        parts.append(_leaves(stage, dice, 16, y + u * 0.06, u * 0.15, lit("#2f8a55", stage.light, depth * 0.7)))
    vine, leaf = lit("#2f7a3f", stage.light, 0.1), lit("#4fae55", stage.light, 0.05)
    for k in range(9):
        x = w * (k + dice.uniform(0.2, 0.8)) / 9
        reach = h * (dice.uniform(0.22, 0.42) if abs(x / w - 0.5) > 0.28 else dice.uniform(0.06, 0.14))
        sway = u * dice.uniform(-0.05, 0.05)
        parts.append(stroke(f"M{n(x)},-5Q{n(x + sway)},{n(reach * 0.5)} {n(x)},{n(reach)}", vine, u * 0.007))
        for j in range(int(reach / (u * 0.035))):
            f = (j + 1) * u * 0.035 / reach
            lx, ly, s = x + sway * 2 * f * (1 - f), reach * f, u * 0.022 * (1 if j % 2 else -1)
            parts.append(
                path(
                    f"M{n(lx)},{n(ly)}q{n(s * 0.6)},{n(-abs(s) * 0.8)} {n(s * 1.5)},0"
                    f"q{n(-s * 0.8)},{n(abs(s) * 0.7)} {n(-s * 1.5)},0Z",
                    leaf,
                )
            )
    return "".join(parts)


def _leaves(stage: Stage, dice: random.Random, many: int, base: float, high: float, colour: str) -> str:
    d = ""
    for k in range(many):
        x = stage.width * (k + dice.random()) / many
        for lean in (-0.8, -0.35, 0.1, 0.5, 0.9):
            tip, top = x + high * lean, base - high * dice.uniform(0.6, 1.0) * (1 - 0.4 * abs(lean))
            d += f"M{n(x)},{n(base)}Q{n(x + high * (lean * 0.3 - 0.12))},{n(top)} {n(tip)},{n(top)}"
            d += f"Q{n(x + high * (lean * 0.6 + 0.1))},{n(base - high * 0.3)} {n(x)},{n(base)}Z"
    return path(d, colour)


def metro(stage: Stage, dice: random.Random) -> str:
    """Draw a station hall: a tiled wall with arches, round lamps, and a train that has just come in."""
    w, u, y = stage.width, stage.unit, stage.horizon
    wall, trim = (
        lit(c, stage.light) for c in dice.choice((("#f1e6d0", "#c9a86a"), ("#dfe8ec", "#7f9fb0"), ("#efdcd6", "#b8736a")))
    )
    parts = [rect(0, 0, w, y + u * 0.03, wall)]
    parts.append(path(f"M0,0H{n(w)}V{n(y * 0.2)}Q{n(w / 2)},{n(y * 0.04)} 0,{n(y * 0.2)}Z", mix(wall, "#ffffff", 0.5)))
    parts.append(stroke(f"M0,{n(y * 0.2)}Q{n(w / 2)},{n(y * 0.04)} {n(w)},{n(y * 0.2)}", trim, u * 0.012))
    many = max(3, round(w / (u * 0.42)))
    for k in range(many):
        x, wide = w * (k + 0.5) / many, w / many * 0.74
        top = y * 0.34
        parts.append(
            path(
                f"M{n(x - wide / 2)},{n(y)}V{n(top + wide / 2)}A{n(wide / 2)},{n(wide / 2)} 0 0 1 "
                f"{n(x + wide / 2)},{n(top + wide / 2)}V{n(y)}Z",
                mix(wall, "#2f3a55", 0.72),
                stroke=trim,
                stroke_width=u * 0.012,
            )
        )
    body, glass = lit(dice.choice(("#3f7fc4", "#3fa07a", "#c9504a")), stage.light), lit("#fff1bd", stage.light)
    low, tall = y * 0.97, y * 0.36
    for k in range(many):
        x, wide = w * (k + 0.5) / many, w / many * 0.74 - u * 0.012
        parts.append(
            rect(x - wide / 2, low - tall, wide, tall, body)
            + rect(x - wide / 2, low - tall * 0.34, wide, tall * 0.06, "#ffffff")
        )
        for j in range(3):
            parts.append(
                rect(x - wide / 2 + wide * (j + 0.18) / 3, low - tall * 0.84, wide * 0.21, tall * 0.4, glass, u * 0.01)
            )
    for k in range(many - 1):
        x = w * (k + 1) / many
        parts.append(
            ellipse(x, y * 0.4, u * 0.07, u * 0.07, "#fff3c4", fill_opacity=0.35)
            + ellipse(x, y * 0.4, u * 0.028, u * 0.028, "#fffbe6")
        )
    r = u * 0.055
    x = w * (0.12 if stage.is_turned else 0.88)
    parts.append(ellipse(x, y * 0.16, r, r, lit("#d6343f", stage.light)))
    parts.append(
        stroke(
            "M"
            + points(
                (x + r * a, y * 0.16 + r * b) for a, b in ((-0.5, 0.45), (-0.3, -0.4), (0, 0.2), (0.3, -0.4), (0.5, 0.45))
            ),
            "#ffffff",
            r * 0.22,
        )
    )
    return "".join(parts) + rect(0, y - u * 0.02, w, u * 0.05, mix(wall, trim, 0.5))


def metro_floor(stage: Stage) -> str:
    """Draw the platform: slabs in perspective behind the line that nobody crosses."""
    w, h, u, y = stage.width, stage.height, stage.unit, stage.horizon
    stone, joint = lit("#c9c2b6", stage.light), lit("#9f978a", stage.light)
    parts = [f"<defs>{gradient('slabs', [(0, mix(stone, '#ffffff', 0.25), 1), (1, mix(stone, '#5a5148', 0.25), 1)])}</defs>"]
    parts.append(rect(0, y + u * 0.02, w, h - y, "url(#slabs)"))
    for k in range(1, 6):
        parts.append(rect(0, y + (h - y) * (k / 6) ** 1.5, w, 3, joint, fill_opacity=0.6))
    for k in range(-9, 10):
        parts.append(
            poly(
                [
                    (w / 2 + k * w * 0.09, y + u * 0.02),
                    (w / 2 + k * w * 0.09 + 2, y + u * 0.02),
                    (w / 2 + k * w * 0.2, h),
                    (w / 2 + k * w * 0.2 - 4, h),
                ],
                joint,
                fill_opacity=0.5,
            )
        )
    return "".join(parts) + rect(0, y + u * 0.035, w, u * 0.018, lit("#ffd34d", stage.light))


def ice_marks(stage: Stage) -> str:
    """Draw what shows that the ground is ice: bright streaks, cracks and the curves of skates."""
    w, h, u, y = stage.width, stage.height, stage.unit, stage.horizon
    dice = stage.dice("ice")
    parts = []
    for _ in range(12):
        f = dice.random()
        parts.append(
            ellipse(
                dice.uniform(0, w),
                y + u * 0.06 + (h - y) * 0.9 * f,
                u * (0.05 + 0.16 * f),
                u * (0.003 + 0.01 * f),
                "#ffffff",
                fill_opacity=0.55,
            )
        )
    for _ in range(9):
        x, yy, q = dice.uniform(0, w), y + (h - y) * dice.uniform(0.3, 0.95), u * dice.uniform(0.08, 0.2)
        parts.append(
            stroke(
                f"M{n(x)},{n(yy)}q{n(q * 0.5)},{n(-q * 0.25)} {n(q)},0t{n(q * 0.8)},{n(q * 0.05)}",
                "#ffffff",
                2.6,
                stroke_opacity=0.75,
            )
        )
    for _ in range(4):
        x, yy, q = dice.uniform(0, w), y + (h - y) * dice.uniform(0.35, 0.9), u * 0.06
        parts.append(
            stroke(
                f"M{n(x)},{n(yy)}l{n(q)},{n(q * 0.3)}l{n(q * 0.5)},{n(-q * 0.25)}l{n(q * 0.8)},{n(q * 0.35)}"
                f"M{n(x + q)},{n(yy + q * 0.3)}l{n(q * 0.2)},{n(q * 0.5)}",
                lit("#6fa6cf", stage.light),
                2.4,
                stroke_opacity=0.8,
            )
        )
    return "".join(parts)
