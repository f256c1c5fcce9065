"""The sky: its colours, sun, moon, stars, clouds, rainbow, and the water above a sea floor."""

from __future__ import annotations

import math
from random import Random

from .paint import mix
from .pen import circle, ellipse, group, lamp, n, path, poly, rect, stroke
from .sprites import Spot, icon, stamp
from .stage import AIRLESS, Stage


def gradient(name: str, stops: list[tuple[float, str, float]], *, radial: bool = False) -> str:
    """Define a vertical or radial gradient from (offset, colour, opacity) stops."""
    tag = "radialGradient" if radial else "linearGradient"
    inner = "".join(f'<stop offset="{n(at)}" stop-color="{c}" stop-opacity="{n(o)}"/>' for at, c, o in stops)
    return f'<{tag} id="{name}"' + ("" if radial else ' x1="0" y1="0" x2="0" y2="1"') + f">{inner}</{tag}>"


def draw_sky(stage: Stage) -> str:
    """Paint the whole background of the picture, down behind the horizon."""
    w, h = stage.width, stage.height
    top, mid, low = stage.sky
    reach = h if stage.is_wet else stage.horizon * 1.02
    parts = [f"<defs>{gradient('sky', [(0, top, 1), (0.55, mid, 1), (1, low, 1)])}</defs>", rect(0, 0, w, h, low)]
    parts.append(rect(0, 0, w, reach, "url(#sky)"))
    if stage.is_wet:
        return "".join(parts) + _water_above(stage)
    if stage.place in AIRLESS or stage.time == "night":
        parts.append(_stars(stage))
    if stage.place in AIRLESS:
        parts.append(_planets(stage))
    elif stage.time == "night":
        parts.append(_moon(stage))
    elif not stage.weather & {"rain", "storm"}:
        parts.append(_sun(stage))
    if "aurora" in stage.weather:
        parts.append(_aurora(stage))
    if stage.place not in AIRLESS and stage.place != "mars":
        parts.append(_clouds(stage))
    if "rainbow" in stage.weather:
        parts.append(_rainbow(stage))
    if "storm" in stage.weather:
        parts.append(_lightning(stage))
    if "fireworks" in stage.weather:
        parts.append(_fireworks(stage))
    return "".join(parts)


def _sun(stage: Stage) -> str:
    x, y = stage.sun
    r = stage.unit * (0.075 if stage.time == "day" else 0.1)
    far = stage.unit * (0.42 if stage.time == "day" else 0.6)
    veil = 0.5 if stage.weather & {"fog", "snow", "clouds"} else 1.0
    core = {"day": "#fff3a6", "morning": "#fff6c9", "evening": "#ffe08a"}.get(stage.time, "#fff3a6")
    parts = [
        "<defs>",
        gradient("sunglow", [(0, stage.glow, 0.95 * veil), (0.25, stage.glow, 0.45 * veil), (1, stage.glow, 0)], radial=True),
    ]
    parts += ["</defs>", circle(x, y, far, "url(#sunglow)")]
    if "sun" in stage.weather or stage.time == "morning":
        turn = stage.dice("rays").uniform(0, 0.4)
        rays = ""
        for k in range(14):
            a = turn + k * math.tau / 14
            spread = 0.07 if k % 2 else 0.045
            reach = far * (0.95 if k % 2 else 0.75)
            rays += poly(
                [
                    (x, y),
                    (x + reach * math.cos(a - spread), y + reach * math.sin(a - spread)),
                    (x + reach * math.cos(a + spread), y + reach * math.sin(a + spread)),
                ],
                stage.glow,
            )
        parts.append(group(rays, opacity=0.16 * veil))
    parts.append(
        circle(x, y, r, core, fill_opacity=max(0.55, veil))
        + circle(x - r * 0.12, y - r * 0.12, r * 0.8, "#fffdf0", fill_opacity=0.5 * veil)
    )
    return "".join(parts)


def _moon(stage: Stage) -> str:
    x, y = stage.sun
    r = stage.unit * 0.075
    parts = [
        "<defs>",
        gradient("moonglow", [(0, "#e8eeff", 0.7), (0.3, "#b9c8ff", 0.28), (1, "#8fa3ff", 0)], radial=True),
        "</defs>",
    ]
    parts.append(circle(x, y, r * 4.6, "url(#moonglow)"))
    if stage.dice("moon").random() < 0.4:
        d = (
            f"M{n(x + r * 0.45)},{n(y - r * 0.9)}A{n(r)},{n(r)} 0 1 0 {n(x + r * 0.45)},{n(y + r * 0.9)}"
            f"A{n(r * 0.82)},{n(r * 0.82)} 0 1 1 {n(x + r * 0.45)},{n(y - r * 0.9)}Z"
        )
        return "".join(parts) + path(d, "#fff4cf")
    parts.append(circle(x, y, r, "#fdf3d3"))
    for dx, dy, q in ((-0.35, -0.2, 0.2), (0.25, 0.3, 0.26), (0.35, -0.4, 0.13), (-0.2, 0.5, 0.12), (0.02, -0.02, 0.1)):
        parts.append(circle(x + dx * r, y + dy * r, q * r, "#e6d9ae", fill_opacity=0.8))
    return "".join(parts)


def _stars(stage: Stage) -> str:
    dice = stage.dice("stars")
    many = 90 if stage.place in AIRLESS else 70
    parts = []
    for k in range(int(many * stage.width * stage.horizon / 900000) + 30):
        x, y = dice.uniform(0, stage.width), stage.horizon * dice.random() ** 1.2 * 0.97
        r = dice.choice((0.9, 1.2, 1.6, 2.2))
        parts.append(
            circle(x, y, r, dice.choice(("#ffffff", "#fff2c9", "#cfe0ff")), fill_opacity=round(dice.uniform(0.45, 1), 2))
        )
        if k % 13 == 0:
            s = dice.uniform(5, 10)
            d = (
                f"M{n(x)},{n(y - s)}Q{n(x)},{n(y)} {n(x + s)},{n(y)}Q{n(x)},{n(y)} {n(x)},{n(y + s)}"
                f"Q{n(x)},{n(y)} {n(x - s)},{n(y)}Q{n(x)},{n(y)} {n(x)},{n(y - s)}Z"
            )
            parts.append(path(d, "#fff8dd", fill_opacity=0.9))
    x, y = stage.width * dice.uniform(0.35, 0.75), stage.horizon * dice.uniform(0.1, 0.3)
    parts.append(
        "<defs>" + '<linearGradient id="tail"><stop offset="0" stop-color="#ffffff" stop-opacity="0"/>'
        '<stop offset="1" stop-color="#ffffff" stop-opacity=".8"/></linearGradient>'
        "</defs>"
    )
    parts.append(poly([(x, y), (x + 120, y + 38), (x + 121, y + 42), (x + 117, y + 43)], "url(#tail)"))
    return "".join(parts)


def _planets(stage: Stage) -> str:
    dice = stage.dice("planets")
    x, y = stage.sun
    r = stage.unit * dice.uniform(0.11, 0.14)
    parts = ["<defs>", gradient("earthglow", [(0.6, "#8fd0ff", 0.55), (1, "#8fd0ff", 0)], radial=True)]
    parts += ["</defs>", circle(x, y, r * 1.7, "url(#earthglow)")]
    earth = icon("globe-showing-europe-africa")
    day = type(stage.light)(1.0, 1.0, 1.0)
    parts.append(stamp(earth, Spot(x, y + r, r * 2, turn=dice.uniform(-20, 20)), day, "earth"))
    parts.append(
        path(
            f"M{n(x)},{n(y - r)}A{n(r)},{n(r)} 0 0 1 {n(x)},{n(y + r)}A{n(r * 1.35)},{n(r * 1.35)} 0 0 0 {n(x)},{n(y - r)}Z",
            "#06102e",
            fill_opacity=0.4,
        )
    )
    saturn = icon("ringed-planet")
    sx = stage.width - x + stage.width * dice.uniform(-0.08, 0.08)
    parts.append(
        stamp(saturn, Spot(sx, stage.height * dice.uniform(0.16, 0.3), stage.unit * dice.uniform(0.09, 0.14)), day, "saturn")
    )
    for k in range(3):
        cx, cy, q = (
            dice.uniform(0.1, 0.9) * stage.width,
            dice.uniform(0.05, 0.5) * stage.horizon,
            stage.unit * dice.uniform(0.2, 0.4),
        )
        tint = dice.choice(("#8f5bd6", "#3f7fe0", "#d65b9f"))
        parts.insert(
            0,
            f"<defs>{gradient(f'nebula{k}', [(0, tint, 0.32), (1, tint, 0)], radial=True)}</defs>"
            + ellipse(cx, cy, q * 1.5, q * 0.8, f"url(#nebula{k})"),
        )
    return "".join(parts)


def cloud(x: float, y: float, size: float, light: str, dark: str, dice: Random) -> str:
    """Draw one heaped cloud with a flat, shaded foot."""
    bumps = [
        (-0.62, 0.0, 0.3),
        (-0.25, -0.2, 0.42),
        (0.18, -0.3, 0.48),
        (0.58, -0.06, 0.36),
        (0.88, 0.08, 0.2),
        (-0.9, 0.1, 0.18),
    ]
    low, high = "", ""
    for dx, dy, r in bumps:
        q = r * dice.uniform(0.9, 1.12)
        low += circle(x + dx * size, y + dy * size, q * size, dark)
        high += circle(x + dx * size - 0.05 * size, y + (dy - 0.06) * size, q * size * 0.92, light)
    foot = rect(x - size * 1.05, y + size * 0.02, size * 2.1, size * 0.28, dark, size * 0.14)
    top = rect(x - size * 1.0, y - size * 0.02, size * 1.96, size * 0.22, light, size * 0.11)
    return foot + low + high + top


def _clouds(stage: Stage) -> str:
    dice = stage.dice("clouds")
    wild = bool(stage.weather & {"rain", "storm", "clouds", "snow"})
    style = "heaped" if wild else stage.pick(("heaped", "streaks", "great", "puffs"))
    many = {"heaped": 8 if wild else 5, "streaks": 0, "great": 2, "puffs": 11}[style] + dice.randint(0, 1)
    swell = {"great": 2.3, "puffs": 0.55}.get(style, 1.0)
    light, dark = {
        "morning": ("#fffaf4", "#f9cdbf"), "day": ("#ffffff", "#d3e6f5"), "evening": ("#ffc4a8", "#b06a96"),
        "night": ("#55619f", "#364280"),
    }[stage.time]  # fmt: skip
    if stage.weather & {"storm", "rain"}:
        light, dark = mix(light, "#8893a5", 0.6), mix(dark, "#58647a", 0.7)
    if stage.time in ("evening", "night"):
        light, dark = mix(light, stage.sky[1], 0.25), mix(dark, stage.sky[1], 0.25)
    parts = []
    for k in range(many):
        x = stage.width * ((k + dice.uniform(0.1, 0.9)) / many)
        y = stage.horizon * (dice.uniform(0.05, 0.2) if wild else dice.uniform(0.08, 0.5))
        size = stage.unit * dice.uniform(0.05, 0.1) * (1.6 if wild else 1.0) * (1.15 - y / stage.horizon) * swell
        parts.append(cloud(x, y, size, light, dark, dice))
    for k in range(14 if style == "streaks" else 3):  # thin bands, most of them near the horizon
        x, y = stage.width * dice.random(), stage.horizon * dice.uniform(0.1 if style == "streaks" else 0.55, 0.8)
        thick = stage.unit * (dice.uniform(0.006, 0.016) if style == "streaks" else 0.008)
        parts.append(ellipse(x, y, stage.unit * dice.uniform(0.15, 0.34), thick, light, fill_opacity=0.5 if k < 9 else 0.8))
    return "".join(parts)


def _rainbow(stage: Stage) -> str:
    w = stage.unit * 0.019
    x, y, r = (
        stage.width * (0.42 if stage.is_turned else 0.58),
        stage.horizon * 1.12,
        min(stage.width * 0.56, stage.horizon * 1.0),
    )
    parts = []
    for k, colour in enumerate(("#ff5d5d", "#ff9d47", "#ffdf4f", "#5fd068", "#4fb3f5", "#5a6be0", "#a062d8")):
        q = r - k * w
        parts.append(stroke(f"M{n(x - q)},{n(y)}A{n(q)},{n(q)} 0 0 1 {n(x + q)},{n(y)}", colour, w + 0.8))
    return group(*parts, opacity=0.55 if stage.time == "night" else 0.72)


def _lightning(stage: Stage) -> str:
    dice = stage.dice("lightning")
    x, y, s = stage.width * dice.choice((0.12, 0.3, 0.86)), stage.horizon * 0.2, stage.horizon * 0.6
    bolt = [(0, 0), (-0.14, 0.42), (-0.02, 0.4), (-0.16, 0.95), (0.16, 0.32), (0.04, 0.34), (0.16, 0.0)]
    parts = [
        "<defs>",
        gradient("flash", [(0, "#fffbe0", 0.6), (1, "#fffbe0", 0)], radial=True),
        "</defs>",
        circle(x, y + s * 0.4, s * 0.8, "url(#flash)"),
    ]
    return "".join(parts) + poly([(x + a * s, y + b * s) for a, b in bolt], "#fff3a0")


def _fireworks(stage: Stage) -> str:
    dice = stage.dice("fireworks")
    parts = []
    for k in range(7):
        x = stage.width * (k + dice.uniform(0.2, 0.8)) / 7
        y = stage.horizon * dice.uniform(0.12, 0.55)
        r = stage.unit * dice.uniform(0.06, 0.13)
        colour = dice.choice(
            (lamp(255, 92, 92), lamp(255, 214, 92), lamp(120, 230, 140), lamp(120, 200, 255), lamp(240, 140, 255))
        )
        rays = ""
        for ray in range(18):
            a = ray * math.tau / 18
            reach = r * (1 if ray % 2 else 0.72)
            dx, dy = math.cos(a), math.sin(a)
            rays += f"M{n(x + dx * r * 0.28)},{n(y + dy * r * 0.28)}L{n(x + dx * reach)},{n(y + dy * reach)}"
            parts.append(circle(x + dx * reach * 1.08, y + dy * reach * 1.08, r * 0.035, lamp(255, 248, 220)))
        parts.append(stroke(rays, colour, max(2.0, r * 0.035)))
        parts.append(circle(x, y, r * 0.07, lamp(255, 252, 236)))
    return "".join(parts)


def _aurora(stage: Stage) -> str:
    dice = stage.dice("aurora")
    parts = []
    for k, colour in enumerate(("#4dffb8", "#5fd8ff", "#b98bff")):
        y = stage.horizon * (0.18 + 0.14 * k)
        parts.append(f"<defs>{gradient(f'aurora{k}', [(0, colour, 0), (0.7, colour, 0.45), (1, colour, 0)])}</defs>")
        a, b = dice.uniform(-0.15, 0.15), dice.uniform(-0.15, 0.15)
        w, s = stage.width, stage.horizon
        parts.append(
            path(
                f"M0,{n(y - s * 0.2)}C{n(w * 0.3)},{n(y + s * (a - 0.25))} {n(w * 0.6)},{n(y + s * (b - 0.1))} "
                f"{n(w)},{n(y - s * 0.28)}"
                f"V{n(y + s * 0.1)}C{n(w * 0.6)},{n(y + s * (b + 0.26))} {n(w * 0.3)},{n(y + s * (a + 0.1))} "
                f"0,{n(y + s * 0.2)}Z",
                f"url(#aurora{k})",
            )
        )
    return "".join(parts)


def _water_above(stage: Stage) -> str:
    dice = stage.dice("sunbeams")
    w, h = stage.width, stage.height
    x, glow = stage.sun[0], "#fffbe0" if stage.time != "night" else "#9fc4ff"
    parts = [
        "<defs>",
        gradient("beam", [(0, glow, 0.5), (1, glow, 0)]),
        gradient("surface", [(0, glow, 0.75), (1, glow, 0)], radial=True),
        "</defs>",
    ]
    parts.append(ellipse(x, 0, w * 0.42, h * 0.26, "url(#surface)"))
    for k in range(7):
        a = x + (k - 3) * w * 0.06
        foot = x + (k - 3) * w * dice.uniform(0.13, 0.2)
        wide = w * dice.uniform(0.02, 0.06)
        parts.append(
            poly(
                [(a - wide * 0.4, 0), (a + wide * 0.4, 0), (foot + wide, h * 0.85), (foot - wide, h * 0.85)],
                "url(#beam)",
                fill_opacity=0.55,
            )
        )
    for _ in range(46):
        r = dice.choice((3, 4, 6, 9, 12))
        bx, by = dice.uniform(0, w), dice.uniform(h * 0.08, h * 0.86)
        parts.append(
            circle(bx, by, r, "#dff8ff", fill_opacity=0.13, stroke="#eafcff", stroke_opacity=0.5, stroke_width=1.4)
            + circle(bx - r * 0.3, by - r * 0.35, r * 0.22, lamp(255, 255, 255))
        )
    return "".join(parts)
