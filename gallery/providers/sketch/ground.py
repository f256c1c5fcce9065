"""The ground that things stand on, with the marks of each place."""

from __future__ import annotations

import math
import random

from .paint import lit, mix
from .pen import ellipse, n, path, poly, rect, stroke
from .sky import cloud, gradient
from .stage import Stage

#: Ground colours by place: far line, upper edge, lower edge (in daylight).
SOIL = {
    "meadow": ("#a9d98c", "#a5d86b", "#5fae48"), "city": ("#b9dc95", "#a9d477", "#6aae52"),
    "forest": ("#6fa868", "#86c15e", "#3f8a41"), "desert": ("#f3d79a", "#f7dd9d", "#dba95c"),
    "snow_field": ("#d6e8f5", "#f6fbff", "#c9dff0"), "beach": ("#9fd8d8", "#fbe6b4", "#edc583"),
    "sea": ("#9fd8d8", "#fbe6b4", "#edc583"), "mountains": ("#9cc39b", "#9bcf74", "#589a4d"),
    "volcano": ("#8a6f68", "#7d6a62", "#4d4040"), "sea_floor": ("#7fc0b0", "#f0dfae", "#cba872"),
    "moon": ("#8f93a8", "#d9dbe6", "#8e92a8"), "space": ("#6a5aa8", "#9a86d8", "#4b3f8c"),
    "mars": ("#b8613f", "#e08f5c", "#a44f33"), "room": ("#caa37a", "#d9a871", "#a9753f"),
    "jungle": ("#5fa86a", "#6db356", "#2f7a3f"), "ice": ("#d6e8f5", "#e3f4fc", "#8fc4e6"),
    "metro": ("#c9c2b6", "#d6cfc2", "#9f978a"),
    "clouds": ("#e9f3fb", "#ffffff", "#cfe0f2"), "candy_land": ("#ffc2dd", "#ffd9ea", "#f58fbd"),
}  # fmt: skip
GREEN = frozenset({"meadow", "city", "forest", "mountains"})


def ridge(stage: Stage, dice: random.Random, y: float, swing: float, waves: float, colour: str, jag: bool = False) -> str:
    """Draw a line of hills (or jagged peaks) across the picture, filled down to the lower edge."""
    w, h = stage.width, stage.height
    a, b, c = dice.uniform(0, 6.28), dice.uniform(0, 6.28), dice.uniform(0.6, 1.4)
    steps = 36
    pts = []
    for k in range(steps + 1):
        t = k / steps
        lift = 0.6 * math.sin(a + t * waves * math.pi) + 0.4 * math.sin(b + t * waves * 1.9 * math.pi * c)
        pts.append((t * w, y - swing * (0.5 + 0.5 * lift)))
    if jag:
        return poly([*pts, (w, h), (0, h)], colour)
    d = f"M0,{n(h)}L{n(pts[0][0])},{n(pts[0][1])}"
    for (x0, y0), (x1, y1) in zip(pts, pts[1:], strict=False):
        mid = (x0 + x1) / 2
        d += f"C{n(mid)},{n(y0)} {n(mid)},{n(y1)} {n(x1)},{n(y1)}"
    return path(d + f"V{n(h)}Z", colour)


def soil(stage: Stage) -> tuple[str, str, str]:
    """Return the three ground colours in the light of the scene, with the season on them."""
    far, upper, lower = SOIL[stage.place]
    green = stage.place in GREEN
    if "snow" in stage.weather and stage.place not in ("sea_floor", "moon", "space", "room", "metro", "clouds", "ice"):
        far, upper, lower = (mix(c, s, 0.85) for c, s in zip((far, upper, lower), SOIL["snow_field"], strict=True))
    elif green and stage.plan.season == "autumn":
        far, upper, lower = "#d9c27a", "#e5c766", "#b98a3f"
    elif green:
        tint = stage.pick(("#a5d86b", "#6fc47f", "#d3dc62", "#86cfa0", "#b8e07a"))
        upper, lower = mix(upper, tint, 0.65), mix(lower, tint, 0.35)
    return lit(far, stage.light, 0.45), lit(upper, stage.light, 0.08), lit(lower, stage.light)


def weed(x: float, base: float, high: float, colour: str, dice: random.Random) -> str:
    d = ""
    for k in range(3):
        s, t = dice.uniform(-0.16, 0.16) * high, high * (1 - 0.22 * k)
        ox = x + (k - 1) * high * 0.09
        d += (
            f"M{n(ox)},{n(base)}C{n(ox + s)},{n(base - t * 0.35)} {n(ox - s)},{n(base - t * 0.7)} "
            f"{n(ox + s * 0.6)},{n(base - t)}"
        )
    return stroke(d, colour, max(3.0, high * 0.055))


def draw_ground(stage: Stage) -> str:
    """Draw the ground itself, with its own marks (path, craters, ripples, boards)."""
    w, h, u, y = stage.width, stage.height, stage.unit, stage.horizon
    _, upper, lower = soil(stage)
    dice = stage.dice("ground")
    parts = [f"<defs>{gradient('soil', [(0, upper, 1), (1, lower, 1)])}</defs>"]
    if stage.place == "room":
        parts.append(rect(0, y, w, h - y, "url(#soil)"))
        for k in range(7):
            parts.append(rect(0, y + (h - y) * (k / 7) ** 1.4, w, 3, "#000000", fill_opacity=0.08))
        parts.append(
            ellipse(
                w / 2,
                y + (h - y) * 0.62,
                w * 0.36,
                (h - y) * 0.26,
                lit(dice.choice(("#d96c75", "#5b8fc9", "#63ad84")), stage.light),
            )
        )
        parts.append(
            ellipse(
                w / 2,
                y + (h - y) * 0.62,
                w * 0.31,
                (h - y) * 0.2,
                "none",
                stroke="#fff3dc",
                stroke_opacity=0.6,
                stroke_width=5,
                stroke_dasharray="14 12",
            )
        )
        return "".join(parts)
    if stage.place == "clouds":
        light, dark = lit("#ffffff", stage.light), lit("#d3e2f4", stage.light)
        parts.append(rect(0, y + u * 0.1, w, h, light))
        for row in range(3):
            for k in range(9):
                parts.append(
                    cloud(
                        w * (k + dice.random()) / 9,
                        y + u * (0.06 + row * 0.11),
                        u * 0.15,
                        light,
                        mix(dark, light, 0.25 * row),
                        dice,
                    )
                )
        return "".join(parts) + rect(0, y + u * 0.36, w, h, light)
    if stage.place in ("beach", "sea"):
        y = h * (0.82 if stage.place == "beach" else 0.9)
        foam = dice.uniform(0, 60)
        wave = "".join(f"q{n(w / 16)},{n(-u * 0.02 * (1 if k % 2 else -1))} {n(w / 8)},0" for k in range(9))
        parts.append(path(f"M{n(-foam)},{n(y - 8)}{wave}V{n(h)}H0Z", "#ffffff", fill_opacity=0.75))
        parts.append(path(f"M{n(-foam)},{n(y + 6)}{wave}V{n(h)}H{n(-foam)}Z", "url(#soil)"))
    else:
        parts.append(ridge(stage, dice, y + u * 0.04, u * 0.045, 2.0, "url(#soil)"))
        parts.append(ridge(stage, dice, y + (h - y) * 0.52, u * 0.06, 1.7, mix(upper, lower, 0.62), jag=False))
        parts.append(ridge(stage, dice, y + (h - y) * 0.86, u * 0.05, 2.1, mix(lower, "#000000", 0.06)))
    return "".join(parts) + _marks(stage, dice)


def _marks(stage: Stage, dice: random.Random) -> str:
    w, h, u, y = stage.width, stage.height, stage.unit, stage.horizon
    _, upper, lower = soil(stage)
    parts = []
    if stage.place in ("moon", "mars", "space"):
        for _ in range(12):
            f = dice.random()
            x, yy, r = dice.uniform(0, w), y + (h - y) * (0.15 + 0.8 * f), u * (0.015 + 0.05 * f) * dice.uniform(0.6, 1.2)
            parts.append(
                ellipse(x, yy, r, r * 0.34, mix(lower, "#000000", 0.14))
                + ellipse(x + r * 0.05, yy + r * 0.06, r * 0.86, r * 0.26, mix(lower, "#000000", 0.24))
            )
            parts.append(
                path(
                    f"M{n(x - r)},{n(yy)}A{n(r)},{n(r * 0.34)} 0 0 0 {n(x + r)},{n(yy)}A{n(r * 1.02)},{n(r * 0.42)} "
                    f"0 0 1 {n(x - r)},{n(yy)}Z",
                    mix(upper, "#ffffff", 0.35),
                    fill_opacity=0.7,
                )
            )
    elif stage.place in ("desert", "sea_floor", "beach"):
        for _ in range(14):
            f = dice.random()
            x, yy, q = dice.uniform(0, w), y + (h - y) * (0.3 + 0.68 * f), u * (0.03 + 0.05 * f)
            if stage.place == "beach":
                yy = max(yy, h * 0.87)
            parts.append(
                stroke(
                    f"M{n(x - q)},{n(yy)}q{n(q)},{n(-q * 0.25)} {n(q * 2)},0",
                    mix(lower, "#7a4f1d", 0.25),
                    2.4,
                    stroke_opacity=0.4,
                )
            )
    elif stage.place in ("meadow", "city", "forest", "mountains", "snow_field", "jungle"):
        if stage.place == "city" or stage.place == "meadow" and stage.seed % 5 in (1, 3):
            parts.append(_path(stage, dice) if stage.seed % 3 else _alley(stage))
        tuft = (
            mix(lower, "#1f5a2a", 0.22)
            if "snow" not in stage.weather and stage.place != "snow_field"
            else mix(lower, "#8fb0d9", 0.4)
        )
        d = ""
        for _ in range(60):
            f = dice.random()
            x, yy, q = dice.uniform(0, w), y + (h - y) * (0.2 + 0.78 * f), u * (0.006 + 0.012 * f)
            d += (
                f"M{n(x - q)},{n(yy)}l{n(-q * 0.4)},{n(-q * 1.3)}M{n(x)},{n(yy)}v{n(-q * 1.7)}"
                f"M{n(x + q)},{n(yy)}l{n(q * 0.5)},{n(-q * 1.2)}"
            )
        parts.append(stroke(d, tuft, 2.2, stroke_opacity=0.5))
    return "".join(parts)


def _path(stage: Stage, dice: random.Random) -> str:
    w, h, u, y = stage.width, stage.height, stage.unit, stage.horizon
    top = w * (0.36 if stage.is_turned else 0.64)
    foot = w * (0.7 if stage.is_turned else 0.3) + u * dice.uniform(-0.08, 0.08)
    light, edge = lit("#f1e2c4", stage.light, 0.05), lit("#d9c39a", stage.light)
    d = (
        f"M{n(top - u * 0.06)},{n(y + u * 0.03)}C{n(top - u * 0.1)},{n(y + u * 0.12)} "
        f"{n(foot - u * 0.2)},{n(h - u * 0.1)} {n(foot - u * 0.3)},{n(h)}H{n(foot + u * 0.26)}"
        f"C{n(foot + u * 0.2)},{n(h - u * 0.12)} {n(top + u * 0.16)},{n(y + u * 0.12)} "
        f"{n(top + u * 0.06)},{n(y + u * 0.03)}Z"
    )
    return path(d, light) + stroke(d, edge, 3, stroke_opacity=0.6)


def _alley(stage: Stage) -> str:
    """Draw a straight way from the lower edge to the horizon."""
    w, h, u, y = stage.width, stage.height, stage.unit, stage.horizon
    middle = w * (0.42 if stage.is_turned else 0.58)
    light, edge = lit("#f1e2c4", stage.light, 0.05), lit("#d9c39a", stage.light)
    top = y + u * 0.035
    parts = [poly([(middle - u * 0.03, top), (middle + u * 0.03, top), (middle + u * 0.42, h), (middle - u * 0.42, h)], light)]
    for k in range(1, 5):
        f = (k / 5) ** 1.6
        half = u * (0.03 + 0.39 * f)
        parts.append(rect(middle - half, top + (h - top) * f, half * 2, 3, edge, fill_opacity=0.6))
    return "".join(parts)
