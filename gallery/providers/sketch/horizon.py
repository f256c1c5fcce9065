"""What lies at the horizon of each place: hills, peaks, a skyline, the sea, a wall with a window."""

from __future__ import annotations

import random

from .ground import ridge, soil, weed
from .paint import lit, mix
from .pen import circle, ellipse, lamp, n, path, poly, rect, stroke
from .sky import cloud, gradient
from .sprites import Spot, icon, stamp
from .stage import Stage
from .vistas import embankment, farm, fields, grove, jungle, lake, metro, park


def draw_far(stage: Stage) -> str:
    """Draw what stands at the horizon, behind the monument."""
    draw = FAR.get(stage.place, _hills)
    return draw(stage, stage.dice("far"))


def _hills(stage: Stage, dice: random.Random) -> str:
    far, upper, _ = soil(stage)
    y, u = stage.horizon, stage.unit
    parts = []
    if stage.place in ("mountains", "snow_field", "ice") or (stage.place == "meadow" and stage.seed % 2):
        parts.append(_peaks(stage, dice))
    parts.append(ridge(stage, dice, y - u * 0.02, u * 0.12, 2.2, mix(far, stage.sky[2], 0.45)))
    parts.append(ridge(stage, dice, y + u * 0.01, u * 0.08, 3.1, far))
    for _ in range(dice.randint(9, 14)):
        x = dice.uniform(0, stage.width)
        tree = icon(
            dice.choice(("deciduous-tree", "deciduous-tree", "evergreen-tree"))
            if stage.place not in ("snow_field", "ice")
            else "evergreen-tree"
        )
        parts.append(
            stamp(tree, Spot(x, y + u * dice.uniform(0.0, 0.025), u * dice.uniform(0.06, 0.1), depth=0.5), stage.light, "far")
        )
    return "".join(parts)


def _peaks(stage: Stage, dice: random.Random) -> str:
    parts = []
    y, u = stage.horizon + stage.unit * 0.02, stage.unit
    many = 5
    for k in sorted(range(many), key=lambda _: dice.random()):
        x = stage.width * (k + dice.uniform(0.1, 0.9)) / many
        high, wide = u * dice.uniform(0.2, 0.38), u * dice.uniform(0.34, 0.55)
        rock, shade = lit("#8fa3c4", stage.light, 0.35), lit("#6f83ab", stage.light, 0.35)
        snow, dim = lit("#ffffff", stage.light, 0.12), lit("#cddcf0", stage.light, 0.2)
        ridge_x = x + wide * 0.08
        parts.append(
            poly([(x - wide / 2, y), (x, y - high), (ridge_x, y)], rock)
            + poly([(ridge_x, y), (x, y - high), (x + wide / 2, y)], shade)
        )
        q = 0.34
        parts.append(
            poly(
                [
                    (x, y - high),
                    (x - wide / 2 * q, y - high * (1 - q)),
                    (x - wide * 0.08, y - high * 0.74),
                    (x - wide * 0.02, y - high * 0.62),
                    (x + wide * 0.02, y - high * 0.7),
                ],
                snow,
            )
        )
        parts.append(
            poly(
                [
                    (x, y - high),
                    (x + wide * 0.02, y - high * 0.7),
                    (x + wide * 0.07, y - high * 0.64),
                    (x + wide * 0.1, y - high * 0.72),
                    (x + wide / 2 * q, y - high * (1 - q)),
                ],
                dim,
            )
        )
    return "".join(parts)


def _meadow(stage: Stage, dice: random.Random) -> str:
    return stage.pick((_hills, lake, farm, grove, fields))(stage, dice)


def _town(stage: Stage, dice: random.Random) -> str:
    view = stage.seed % 5
    far = _peaks(stage, dice) if view == 3 else ""
    near = {1: park, 2: embankment}.get(view)
    if view == 1 and near:
        return near(stage, dice)
    return far + _skyline(stage, dice) + (near(stage, dice) if near else "")


def _skyline(stage: Stage, dice: random.Random) -> str:
    y, u = stage.horizon + stage.unit * 0.02, stage.unit
    parts = []
    for depth, low, top in ((0.74, 0.08, 0.2), (0.52, 0.05, 0.13)):
        x = -u * 0.03
        while x < stage.width:
            wide, high = u * dice.uniform(0.05, 0.1), u * dice.uniform(low, top)
            wall = lit(dice.choice(("#e7cdb4", "#d9b6a0", "#c9c2cf", "#efdcc0", "#b9c4d8")), stage.light, depth)
            roof = lit(dice.choice(("#7d8fb3", "#b3715f", "#8a7fa8")), stage.light, depth)
            style = dice.random()
            parts.append(rect(x, y - high, wide, high + u * 0.03, wall))
            if style < 0.4:
                parts.append(
                    poly(
                        [
                            (x - 2, y - high),
                            (x + wide * 0.15, y - high - u * 0.022),
                            (x + wide * 0.85, y - high - u * 0.022),
                            (x + wide + 2, y - high),
                        ],
                        roof,
                    )
                )
            elif style < 0.6:
                parts.append(poly([(x - 2, y - high), (x + wide / 2, y - high - wide * 0.5), (x + wide + 2, y - high)], roof))
            elif style < 0.68:
                parts.append(
                    path(f"M{n(x)},{n(y - high)}A{n(wide / 2)},{n(wide / 2)} 0 0 1 {n(x + wide)},{n(y - high)}Z", roof)
                )
            glass = lit("#8fa9c9", stage.light, depth) if stage.time != "night" else lamp(255, 214, 120)
            step = u * 0.017
            for row in range(int(high / step) - 1):
                for col in range(int(wide / step)):
                    lucky = dice.random()
                    if stage.time != "night" and lucky < 0.75 or lucky < 0.35:
                        parts.append(
                            rect(
                                x + step * (col + 0.35),
                                y - high + step * (row + 0.55),
                                step * 0.36,
                                step * 0.5,
                                glass,
                                fill_opacity=0.75 if depth < 0.6 else 0.5,
                            )
                        )
            x += wide * dice.uniform(0.94, 1.05)
    for k in range(int(stage.width / (u * 0.05))):
        bush = lit("#6fae5c", stage.light, 0.38)
        parts.append(circle(k * u * 0.05 + dice.uniform(-9, 9), y + u * 0.008, u * dice.uniform(0.018, 0.034), bush))
    return "".join(parts)


def _forest(stage: Stage, dice: random.Random) -> str:
    y, u = stage.horizon + stage.unit * 0.03, stage.unit
    parts = [ridge(stage, dice, stage.horizon, u * 0.16, 3, lit("#7fb088", stage.light, 0.62))]
    kinds = ("evergreen-tree", "deciduous-tree") if dice.random() < 0.7 else ("evergreen-tree",)
    for depth, high, many in ((0.68, 0.24, 15), (0.5, 0.32, 12), (0.3, 0.42, 9)):
        for k in range(many):
            x = stage.width * (k + dice.uniform(0, 1)) / many
            parts.append(
                stamp(
                    icon(dice.choice(kinds)),
                    Spot(x, y + u * 0.05 * (0.7 - depth), u * high * dice.uniform(0.8, 1.15), depth=depth),
                    stage.light,
                    "f",
                )
            )
    return "".join(parts)


def _dunes(stage: Stage, dice: random.Random) -> str:
    u = stage.unit
    far, _, _ = soil(stage)
    parts = [
        ridge(stage, dice, stage.horizon - u * 0.01, u * 0.1, 2.4, mix(far, stage.sky[2], 0.4)),
        ridge(stage, dice, stage.horizon + u * 0.02, u * 0.07, 3.4, far),
    ]
    for _ in range(3):
        x = stage.width * dice.random()
        parts.append(
            stamp(
                icon("palm-tree"), Spot(x, stage.horizon + u * 0.02, u * dice.uniform(0.09, 0.13), depth=0.4), stage.light, "p"
            )
        )
    return "".join(parts)


def _ocean(stage: Stage, dice: random.Random) -> str:
    w, u, y = stage.width, stage.unit, stage.horizon
    shore = stage.height * (0.97 if stage.place == "sea" else 0.8)
    deep, light = lit("#1f8fc4", stage.light, 0.1), lit("#7fd8e0", stage.light, 0.05)
    parts = [f"<defs>{gradient('sea', [(0, mix(deep, stage.sky[2], 0.35), 1), (0.4, deep, 1), (1, light, 1)])}</defs>"]
    line = y - u * 0.06
    if dice.random() < 0.6:
        parts.append(ridge(stage, dice, line + u * 0.012, u * 0.06, 1.3, lit("#7fa89a", stage.light, 0.6)))
    parts.append(rect(0, line, w, shore - line + u * 0.1, "url(#sea)"))
    x = stage.sun[0]
    if not stage.weather & {"rain", "storm"}:
        for k in range(16):
            f = k / 16
            wide = u * (0.03 + 0.1 * f) * dice.uniform(0.6, 1.2)
            parts.append(
                ellipse(
                    x + u * dice.uniform(-0.05, 0.05),
                    line + (shore - line) * f + 4,
                    wide,
                    u * (0.0025 + 0.004 * f),
                    stage.glow,
                    fill_opacity=0.6,
                )
            )
    for _ in range(26):
        f = dice.random()
        yy = line + (shore - line) * f
        xx, q = dice.uniform(0, w), u * (0.012 + 0.03 * f)
        parts.append(
            stroke(
                f"M{n(xx - q)},{n(yy)}q{n(q / 2)},{n(-q * 0.4)} {n(q)},0q{n(q / 2)},{n(q * 0.4)} {n(q)},0",
                "#ffffff",
                1.6 + 2 * f,
                stroke_opacity=0.42,
            )
        )
    return "".join(parts)


def _reef(stage: Stage, dice: random.Random) -> str:
    u = stage.unit
    parts = [
        ridge(stage, dice, stage.horizon - u * 0.03, u * 0.22, 2.1, lit("#2f86a6", stage.light, 0.6)),
        ridge(stage, dice, stage.horizon + u * 0.02, u * 0.13, 3.3, lit("#3f93a0", stage.light, 0.4)),
    ]
    for _ in range(9):
        x = dice.uniform(0, stage.width)
        parts.append(weed(x, stage.horizon + u * 0.05, u * dice.uniform(0.12, 0.28), lit("#2f9a7a", stage.light, 0.5), dice))
    return "".join(parts)


def _craters(stage: Stage, dice: random.Random) -> str:
    u = stage.unit
    far, _, _ = soil(stage)
    return ridge(stage, dice, stage.horizon, u * 0.12, 2.6, mix(far, stage.light.haze, 0.4), jag=True) + ridge(
        stage, dice, stage.horizon + u * 0.03, u * 0.07, 3.7, far
    )


def _wall(stage: Stage, dice: random.Random) -> str:
    w, u, y = stage.width, stage.unit, stage.horizon
    paper = lit(dice.choice(("#f6dcc0", "#cfe3ea", "#e3d9f0", "#dcebcf")), stage.light)
    parts = [rect(0, 0, w, y + u * 0.02, paper)]
    for k in range(int(w / (u * 0.09)) + 1):
        parts.append(rect(k * u * 0.09, 0, u * 0.03, y, "#ffffff", fill_opacity=0.16))
    wx, wy, ww, wh = w * (0.72 if stage.is_turned else 0.28), y * 0.5, u * 0.34, u * 0.4
    top, _, low = stage.sky
    parts.append(f"<defs>{gradient('pane', [(0, top, 1), (1, low, 1)])}</defs>")
    parts.append(
        rect(wx - ww / 2 - 12, wy - wh / 2 - 12, ww + 24, wh + 24, lit("#ffffff", stage.light), 8)
        + rect(wx - ww / 2, wy - wh / 2, ww, wh, "url(#pane)")
    )
    parts.append(
        circle(wx + ww * 0.22, wy - wh * 0.2, u * 0.035, stage.glow)
        + path(
            f"M{n(wx - ww / 2)},{n(wy + wh / 2)}v{n(-wh * 0.2)}q{n(ww * 0.3)},{n(-wh * 0.12)} "
            f"{n(ww * 0.55)},{n(-wh * 0.02)}t{n(ww * 0.45)},0V{n(wy + wh / 2)}Z",
            lit("#8fc27a", stage.light, 0.2),
        )
    )
    frame = lit("#f4ede4", stage.light)
    parts.append(
        rect(wx - 5, wy - wh / 2, 10, wh, frame)
        + rect(wx - ww / 2, wy - 5, ww, 10, frame)
        + rect(wx - ww / 2 - 26, wy + wh / 2 + 8, ww + 52, 16, frame, 6)
    )
    drape = lit(dice.choice(("#e0707c", "#6aa8c9", "#e6a94a")), stage.light)
    for s in (-1, 1):
        x0, x1 = wx + s * ww * 0.72, wx + s * ww * 0.36
        parts.append(
            path(
                f"M{n(x0)},{n(wy - wh / 2 - 30)}H{n(x1)}Q{n(x1 + s * 6)},{n(wy)} {n(x0 - s * 8)},{n(wy + wh * 0.3)}"
                f"L{n(x0)},{n(wy + wh / 2 + 30)}Z",
                drape,
            )
        )
    parts.append(rect(wx - ww * 0.82, wy - wh / 2 - 38, ww * 1.64, 10, lit("#a9753f", stage.light), 5))
    px = w - wx
    parts.append(stamp(icon("framed-picture"), Spot(px, wy + u * 0.02, u * 0.2), stage.light, "pic"))
    parts.append(rect(0, y - u * 0.035, w, u * 0.045, frame))
    return "".join(parts)


def _heaven(stage: Stage, dice: random.Random) -> str:
    light, dark = lit("#ffffff", stage.light), lit("#c9dcf0", stage.light)
    parts = []
    for depth in (0.6, 0.35):
        for k in range(8):
            x = stage.width * (k + dice.random()) / 8
            y = stage.horizon - stage.unit * (0.05 if depth > 0.5 else -0.01)
            parts.append(
                cloud(
                    x,
                    y,
                    stage.unit * dice.uniform(0.1, 0.16),
                    mix(light, stage.sky[2], depth * 0.5),
                    mix(dark, stage.sky[2], depth * 0.5),
                    dice,
                )
            )
    return "".join(parts)


def _sweets(stage: Stage, dice: random.Random) -> str:
    u, y = stage.unit, stage.horizon
    parts = [
        ridge(stage, dice, y - u * 0.01, u * 0.15, 2.3, lit("#d9b3ff", stage.light, 0.35)),
        ridge(stage, dice, y + u * 0.01, u * 0.1, 3, lit("#ffb3d0", stage.light, 0.2)),
    ]
    for k in range(9):
        x = stage.width * (k + dice.random()) / 9
        name = dice.choice(("lollipop", "soft-ice-cream", "cupcake", "lollipop", "candy"))
        parts.append(
            stamp(
                icon(name),
                Spot(x, y + u * 0.04, u * dice.uniform(0.12, 0.22), depth=0.25, flip=name == "lollipop"),
                stage.light,
                "c",
            )
        )
    return "".join(parts)


def _volcano(stage: Stage, dice: random.Random) -> str:
    x = stage.width * dice.uniform(0.3, 0.7)
    hill = stamp(icon("volcano"), Spot(x, stage.horizon + stage.unit * 0.03, stage.unit * 0.5, depth=0.15), stage.light, "v")
    return ridge(stage, dice, stage.horizon, stage.unit * 0.14, 3.1, lit("#7a6a78", stage.light, 0.5)) + hill


FAR = {
    "city": _town, "meadow": _meadow, "jungle": jungle, "metro": metro,
    "forest": _forest, "desert": _dunes, "mars": _craters, "moon": _craters, "space": _craters,
    "beach": _ocean, "sea": _ocean, "sea_floor": _reef, "room": _wall, "clouds": _heaven, "candy_land": _sweets,
    "volcano": _volcano,
}  # fmt: skip
