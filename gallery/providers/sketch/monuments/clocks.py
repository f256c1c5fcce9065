"""Towers of brick and marble: Big Ben, the Spasskaya Tower of the Kremlin, the Leaning Tower of Pisa."""

from __future__ import annotations

import math

from ..pen import arch, circle, ellipse, group, lamp, n, path, poly, rect, stroke
from ..sprites import Sprite

GOLD, GOLD_DARK = "#f2c14e", "#b98a26"


def clock(x: float, y: float, r: float, rim: str) -> str:
    """Draw a clock face that shows ten past ten."""
    parts = [circle(x, y, r * 1.16, rim), circle(x, y, r, "#fbf6e6")]
    marks = ""
    for k in range(12):
        a = k * math.tau / 12
        across, up = r * math.sin(a), r * math.cos(a)
        marks += f"M{n(x + across * 0.78)},{n(y - up * 0.78)}L{n(x + across * 0.92)},{n(y - up * 0.92)}"
    parts.append(stroke(marks, "#33415e", r * 0.07))
    for turn, reach, wide in ((60, 0.72, 0.07), (305, 0.5, 0.1)):
        a = math.radians(turn)
        parts.append(
            stroke(f"M{n(x)},{n(y)}L{n(x + r * reach * math.sin(a))},{n(y - r * reach * math.cos(a))}", "#22304d", r * wide)
        )
    return "".join(parts) + circle(x, y, r * 0.08, "#22304d")


def windows(xs: list[float], y: float, w: float, h: float, fill: str = "#4b4f6a") -> str:
    """Draw a row of round-headed windows that stand on ``y``."""
    return "".join(arch(x, y, w, h, fill) for x in xs)


def bigben() -> Sprite:
    """Draw Big Ben with a wing of the palace beside it."""
    light, wall, dark, deep, slate = "#f0d9a6", "#dcbc80", "#b58f58", "#8a6a45", "#5c6b7d"
    parts = []
    # the palace, further back
    parts.append(rect(60, -250, 330, 250, "#d2b37c") + rect(60, -250, 330, 16, light) + rect(60, -150, 330, 8, dark))
    for k in range(8):
        x = 84 + k * 41
        parts.append(windows([x], -164, 20, 64) + windows([x], -34, 20, 84) + rect(x + 16, -250, 8, 250, dark))
        parts.append(rect(x + 15, -276, 10, 30, wall) + poly([(x + 12, -276), (x + 28, -276), (x + 20, -310)], dark))
    parts.append(poly([(60, -262), (390, -262), (372, -306), (60, -306)], slate))
    parts.append(rect(60, -312, 312, 7, GOLD_DARK))
    # the shaft
    parts.append(
        rect(-96, -640, 192, 640, wall) + rect(30, -640, 66, 640, dark, fill_opacity=0.7) + rect(-96, -640, 18, 640, light)
    )
    for x in (-52, -17, 18, 53):
        tone = deep if x > 30 else dark
        for y in (-560, -450, -340, -230, -120):
            parts.append(windows([x], y + 52, 17, 86, "#565673" if x < 30 else "#45465f"))
        parts.append(rect(x + 15, -620, 5, 600, light if x < 20 else wall) + rect(x - 9, -610, 2, 590, tone, fill_opacity=0.5))
    for y in (-600, -490, -380, -270, -160, -50):
        parts.append(
            rect(-100, y, 200, 10, light) + rect(30, y, 70, 10, wall) + rect(-100, y + 9, 200, 4, deep, fill_opacity=0.6)
        )
    parts.append(rect(-112, -36, 224, 36, wall) + rect(34, -36, 78, 36, dark) + arch(0, 0, 46, 70, deep))
    # the clock stage
    parts.append(poly([(-96, -640), (96, -640), (112, -668), (-112, -668)], dark))
    parts.append(rect(-112, -850, 224, 184, light) + rect(46, -850, 66, 184, wall))
    parts.append(rect(-88, -840, 176, 164, GOLD_DARK) + rect(-82, -834, 164, 152, "#33415e"))
    parts.append(clock(0, -758, 64, GOLD))
    parts += [circle(x, y, 8, GOLD) for x in (-72, 72) for y in (-824, -692)]
    parts.append(rect(-122, -866, 244, 18, light) + rect(40, -866, 82, 18, wall) + rect(-122, -850, 244, 5, deep))
    # belfry and spire
    parts.append(rect(-92, -930, 184, 66, "#4b5568") + windows([-72, -48, -24, 0, 24, 48, 72], -866, 15, 52, "#2b3145"))
    parts += [rect(x - 4, -934, 8, 70, GOLD if x < 20 else GOLD_DARK) for x in (-84, -60, -36, -12, 12, 36, 60, 84)]
    parts.append(rect(-104, -942, 208, 12, GOLD) + rect(30, -942, 74, 12, GOLD_DARK))
    parts.append(
        poly([(-100, -942), (100, -942), (56, -1030), (-56, -1030)], slate)
        + poly([(22, -942), (100, -942), (56, -1030), (14, -1030)], "#46535f")
    )
    for x in (-50, 0, 50):
        parts.append(poly([(x - 13, -962), (x + 13, -962), (x, -994)], GOLD) + rect(x - 8, -962, 16, 16, "#2b3145"))
    parts.append(
        rect(-58, -1066, 116, 38, "#4b5568")
        + windows([-40, -20, 0, 20, 40], -1030, 11, 30, lamp(255, 221, 140))
        + rect(-64, -1072, 128, 8, GOLD)
    )
    parts.append(
        poly([(-58, -1072), (58, -1072), (5, -1230), (-5, -1230)], slate)
        + poly([(10, -1072), (58, -1072), (5, -1230), (1, -1230)], "#46535f")
    )
    parts.append(
        stroke("M-38,-1120H38M-27,-1150H27M-17,-1180H17", GOLD_DARK, 3)
        + rect(-2, -1280, 4, 54, GOLD)
        + circle(0, -1240, 9, GOLD)
        + circle(0, -1276, 5, GOLD)
    )
    for x in (-108, 108):
        parts.append(
            rect(x - 9, -900, 18, 46, light if x < 0 else wall)
            + poly([(x - 12, -900), (x + 12, -900), (x, -950)], slate)
            + circle(x, -952, 4, GOLD)
        )
    return Sprite(
        group(*parts),
        (-122, -1282, 392, 0),
        (wall, light, dark, deep, "#d2b37c"),
        seat=(0.66, 0.79),
        head=(0.237, 0.03),
        head_width=0.16,
    )


def kremlin() -> Sprite:
    """Draw the Spasskaya Tower with its clock and red star, and the wall with swallow-tail teeth."""
    brick, light, dark, deep, white, cream = "#c9503f", "#dd6a54", "#a53c33", "#7f2c2a", "#f7efe2", "#ddd0bd"
    green, green_dark = "#3f9c77", "#2b7560"
    parts = []
    for side in (-1, 1):
        x0 = 120 if side > 0 else -470
        parts.append(
            rect(x0, -210, 350, 210, brick if side < 0 else dark) + rect(x0, -70, 350, 8, white if side < 0 else cream)
        )
        for k in range(8):
            x = x0 + 4 + k * 43.5
            tone = light if side < 0 else brick
            parts.append(
                path(f"M{n(x)},-208V-282Q{n(x + 6)},-262 {n(x + 16)},-258Q{n(x + 26)},-262 {n(x + 32)},-282V-208Z", tone)
            )
        parts.append(rect(x0, -216, 350, 10, white if side < 0 else cream))
        parts += [arch(x0 + 40 + k * 68, -96, 22, 50, deep) for k in range(5)]
    # the gate tower
    parts.append(rect(-150, -470, 300, 470, brick) + rect(48, -470, 102, 470, dark) + rect(-150, -470, 22, 470, light))
    parts.append(
        rect(-78, -250, 156, 250, white)
        + rect(40, -250, 38, 250, cream)
        + arch(0, 0, 104, 190, "#4a2a2a")
        + arch(0, 0, 84, 172, "#6b4638")
    )
    parts.append(stroke("M-20,0V-160M0,0V-170M20,0V-160M-40,-60H40M-40,-110H40", "#3d2320", 4))
    parts.append(rect(-30, -236, 60, 44, GOLD) + rect(-24, -230, 48, 32, "#3f6fb0"))
    for y in (-292, -380, -470):
        parts.append(
            rect(-158, y, 316, 14, white) + rect(48, y, 110, 14, cream) + rect(-158, y + 13, 316, 4, deep, fill_opacity=0.5)
        )
    for x in (-116, -70, 70, 116):
        parts.append(rect(x - 16, -372, 32, 70, white if x < 48 else cream) + arch(x, -306, 20, 58, deep))
    parts += [
        arch(x, -394, 24, 58, white if x < 48 else cream) + arch(x, -394, 14, 46, deep)
        for x in (-120, -80, -40, 0, 40, 80, 120)
    ]
    for k in range(9):
        x = -136 + k * 34
        parts.append(
            rect(x - 8, -510, 16, 34, white if x < 48 else cream)
            + poly([(x - 10, -510), (x + 10, -510), (x, -534)], white if x < 48 else cream)
        )
    # the clock stage
    parts.append(rect(-108, -680, 216, 190, brick) + rect(36, -680, 72, 190, dark) + rect(-108, -680, 16, 190, light))
    parts.append(rect(-90, -672, 180, 172, white) + rect(36, -672, 54, 172, cream) + clock(0, -586, 66, GOLD))
    parts.append(rect(-116, -694, 232, 16, white) + rect(36, -694, 80, 16, cream))
    parts += [
        rect(x - 10, -740, 20, 52, white if x < 20 else cream) + poly([(x - 12, -740), (x + 12, -740), (x, -776)], green)
        for x in (-100, 100)
    ]
    parts.append(rect(-80, -780, 160, 90, brick) + rect(26, -780, 54, 90, dark))
    parts += [arch(x, -696, 26, 68, white if x < 26 else cream) + arch(x, -696, 16, 56, "#3d2320") for x in (-54, -18, 18, 54)]
    parts.append(rect(-88, -792, 176, 14, white) + rect(26, -792, 62, 14, cream))
    # the tent and the star
    parts.append(
        poly([(-78, -792), (78, -792), (14, -1040), (-14, -1040)], green)
        + poly([(18, -792), (78, -792), (14, -1040), (4, -1040)], green_dark)
    )
    parts.append(stroke("M-60,-830H60M-50,-870H50M-40,-910H40M-30,-950H30M-20,-990H20", green_dark, 3, stroke_opacity=0.7))
    parts.append(
        stroke("M-40,-794L-8,-1036M-14,-794L-2,-1036", "#67bf98", 3) + poly([(-16, -800), (16, -800), (0, -850)], white)
    )
    parts.append(rect(-14, -1062, 28, 26, GOLD) + rect(-3, -1090, 6, 34, GOLD_DARK))
    star = [
        (math.sin(k * math.pi / 5) * (46 if k % 2 == 0 else 19), -1122 - math.cos(k * math.pi / 5) * (46 if k % 2 == 0 else 19))
        for k in range(10)
    ]
    parts.append(circle(0, -1122, 62, lamp(255, 80, 70), fill_opacity=0.18) + poly(star, lamp(226, 34, 40)))
    parts += [poly([star[k], star[(k + 1) % 10], (0, -1122)], lamp(255, 112, 96)) for k in (0, 2, 4, 6, 8)]
    return Sprite(
        group(*parts), (-470, -1172, 470, 0), (brick, light, dark, deep), seat=(0.2, 0.76), head=(0.5, 0.03), head_width=0.1
    )


def pisa() -> Sprite:
    """Draw the Leaning Tower of Pisa: eight rings of arcades, leaning to the right."""
    white, light, shade, deep = "#f5ecdc", "#fffaf0", "#cdbfa9", "#9c8d78"
    parts = []

    def ring(y: float, wide: float, high: float, arches: int, arch_high: float) -> str:
        bits = [rect(-wide, y - high, 2 * wide, high, white)]
        for k in range(arches):
            a = -math.pi / 2 + math.pi * (k + 0.5) / arches
            x, w = wide * 0.97 * math.sin(a), 2 * wide / arches * 1.45 * math.cos(a) * 0.72
            if w > 3:
                bits.append(arch(x, y - 8, w, arch_high, "#8d8296" if x < wide * 0.3 else "#73687f"))
                bits.append(arch(x + w * 0.16, y - 8, w * 0.68, arch_high * 0.9, "#6b6179" if x < wide * 0.3 else "#574d66"))
        for k in range(arches + 1):
            a = -math.pi / 2 + math.pi * k / arches
            bits.append(rect(wide * 0.97 * math.sin(a) - 3, y - arch_high * 0.78, 6, arch_high * 0.74, light))
        bits.append(
            rect(-wide - 8, y - high, 2 * wide + 16, 12, light)
            + rect(-wide - 8, y - high + 10, 2 * wide + 16, 5, deep, fill_opacity=0.55)
        )
        bits.append(rect(-wide - 4, y - 8, 2 * wide + 8, 8, shade))
        return "".join(bits)

    parts.append(rect(-168, -30, 336, 60, shade, 6) + ring(0, 150, 190, 11, 150))
    y = -190.0
    for _ in range(6):
        parts.append(ring(y, 146, 108, 13, 84))
        y -= 108
    parts.append(ring(y, 112, 108, 9, 84))
    top = y - 108
    parts.append(
        rect(-116, top - 14, 232, 14, light)
        + rect(-1.5, top - 76, 3, 62, deep)
        + poly([(2, top - 76), (46, top - 64), (2, top - 50)], "#e4483f")
    )
    # the round of the wall: light from the left, shadow to the right
    for x, w, o in ((-150, 40, 0.0), (40, 110, 0.1), (80, 74, 0.14), (116, 38, 0.16)):
        parts.append(
            rect(x, -838, w, 838, "#4a3f55", fill_opacity=o)
            + (rect(x, top, min(w, max(0, 114 - x)), -838 - top, "#4a3f55", fill_opacity=o) if x < 112 else "")
        )
    parts.append(arch(-24, 0, 54, 96, "#5b4a40"))
    leaning = f'<g transform="rotate(5.5)">{"".join(parts)}</g>'
    mound = ellipse(0, 8, 220, 30, "#7cb85a") + ellipse(-10, 2, 190, 18, "#93cc6a")
    return Sprite(
        group(leaning, mound),
        (-170, -1010, 290, 18),
        (white, light, shade),
        seat=(0.6, 0.085),
        head=(0.585, 0.06),
        head_width=0.3,
    )


DRAWINGS = {"bigben": bigben, "kremlin": kremlin, "pisa": pisa}
