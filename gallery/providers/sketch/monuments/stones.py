"""Old stone: the Colosseum, the Sphinx, Stonehenge and the Great Wall."""

from __future__ import annotations

import math

from ..pen import Point, arch, circle, ellipse, group, n, path, points, poly, rect, stroke
from ..sprites import Sprite


def colosseum() -> Sprite:
    """Draw the Colosseum: three rows of arches under an attic, broken off on the right."""
    light, wall, dark, deep, hole = "#f2dfb9", "#dfc391", "#b8945f", "#8f6c45", "#5a4234"
    radius = 620.0

    def at(theta: float, high: float, r: float = radius) -> Point:
        c = math.cos(theta)
        return r * math.sin(theta), -(1 - c) * 46 - high * (0.74 + 0.26 * c)

    def band(a: float, b: float, low: float, top: float, fill: str, r: float = radius) -> str:
        steps = max(2, int(abs(b - a) * 12))
        lower = [at(a + (b - a) * k / steps, low, r) for k in range(steps + 1)]
        upper = [at(a + (b - a) * k / steps, top, r) for k in range(steps + 1)]
        return poly(lower + upper[::-1], fill)

    def hollow(theta: float, low: float, high: float, span: float, fill: str, r: float = radius) -> str:
        left, right = at(theta - span, low, r), at(theta + span, low, r)
        lu, ru = at(theta - span, high * 0.98, r), at(theta + span, high * 0.98, r)
        top = at(theta, high + (high - low) * 0.36, r)
        return path(
            f"M{points([left])}L{points([lu])}Q{n(lu[0])},{n(top[1])} {points([top])}"
            f"Q{n(ru[0])},{n(top[1])} {points([ru])}L{points([right])}Z",
            fill,
        )

    parts = []
    # inside, seen above the broken edge
    parts.append(band(-1.3, 1.42, 0, 455, deep, 560) + band(-1.3, 1.42, 430, 462, dark, 560))
    for k in range(23):
        t = -1.2 + k * 0.113
        parts.append(hollow(t, 330, 385, 0.034, hole, 560) + hollow(t, 200, 262, 0.034, hole, 560))
    start, end = -1.5, 1.5
    step = 0.125

    def top_of(theta: float) -> float:
        if theta < 0.12:
            return 560
        if theta < 0.36:
            return 560 - 140 * math.ceil((theta - 0.12) / 0.08) / 3
        return 420 if theta < 0.52 else 300

    t = start
    while t < end - 0.001:
        top = top_of(t + step / 2)
        tone = light if t < -0.85 else wall if t < 0.45 else dark
        seam = wall if t < -0.85 else dark if t < 0.45 else deep
        parts.append(band(t, t + step + 0.004, 0, top, tone))
        middle = t + step / 2
        for low, high in ((18, 92), (158, 226), (298, 360)):
            if high + 40 < top:
                parts.append(
                    hollow(middle, low, high, step * 0.31, seam) + hollow(middle + 0.006, low, high - 6, step * 0.25, hole)
                )
                a, b = at(t + step * 0.04, low - 6), at(t + step * 0.04, high + 34)
                parts.append(stroke(f"M{points([a, b])}", light if t < 0.45 else wall, 7 * math.cos(t) + 2))
        if top >= 520:
            parts.append(band(middle - step * 0.12, middle + step * 0.12, 466, 500, hole))
            a, b = at(t + step * 0.04, 436), at(t + step * 0.04, 545)
            parts.append(stroke(f"M{points([a, b])}", light, 6 * math.cos(t) + 2))
        for level, tall in ((138, 14), (278, 14), (418, 14), (548, 14)):
            if level <= top:
                parts.append(
                    band(t, t + step + 0.004, level, min(top, level + tall), light if t < 0.45 else wall)
                    + band(t, t + step + 0.004, level - 5, level, seam)
                )
        if top < 420 or 0.12 < t < 0.5:
            a = at(middle, top)
            parts.append(
                poly(
                    [
                        (a[0] - 20, a[1] + 5),
                        (a[0] - 9, a[1] - 13),
                        (a[0] + 6, a[1] - 4),
                        (a[0] + 15, a[1] - 15),
                        (a[0] + 26, a[1] + 5),
                    ],
                    tone,
                )
            )
        t += step
    parts.append(poly([at(0.52, 300), at(0.52, 0), at(0.6, 0)], deep, fill_opacity=0.25))
    return Sprite(
        group(*parts), (-618, -574, 618, 0), (wall, light, dark, deep), seat=(0.28, 0.05), head=(0.35, 0.03), head_width=0.2
    )


def sphinx() -> Sprite:
    """Draw the Great Sphinx lying before a pyramid."""
    light, main, dark, deep = "#f7dfa6", "#e3bf7c", "#bd935a", "#8f6b40"
    parts = [poly([(60, 0), (330, -470), (640, 0)], "#edcb8d") + poly([(368, 0), (330, -470), (640, 0)], "#c49a62")]
    parts.append(
        stroke(
            "".join(f"M{n(60 + 270 * k / 9)},{n(-470 * k / 9)}H{n(640 - 310 * k / 9)}" for k in range(1, 9)),
            "#b58a52",
            2.5,
            stroke_opacity=0.5,
        )
    )
    # the body
    parts.append(path("M-60,-40C-40,-190 80,-236 220,-226C330,-216 420,-190 452,-120C470,-70 470,-40 480,0H-80Z", main))
    parts.append(
        path(
            "M-60,-40C-44,-150 20,-206 110,-222C200,-232 330,-220 400,-178C300,-190 160,-190 60,-150C0,-122 -30,-80 -60,-40Z",
            light,
        )
    )
    parts.append(
        path("M300,0C270,-90 330,-160 410,-150C460,-140 470,-60 480,0Z", dark)
        + path("M300,0C280,-80 330,-140 396,-136C350,-110 330,-60 336,0Z", main)
        + stroke("M476,-20C520,-30 530,-80 500,-110", main, 24)
    )
    for y in (-60, -90, -120, -150):
        parts.append(
            stroke(f"M{n(-10 + (y + 150) * 0.2)},{y}C80,{y - 22} 200,{y - 26} 300,{y - 8}", dark, 4, stroke_opacity=0.55)
        )
    # chest and paws
    parts.append(
        path("M-210,0C-216,-120 -190,-200 -150,-240H-40C-10,-180 -10,-80 0,0Z", main)
        + path("M-90,-240H-40C-10,-180 -10,-80 0,0H-80C-70,-90 -70,-170 -90,-240Z", dark)
    )
    parts.append(
        path("M-430,0C-440,-40 -420,-58 -390,-60L-130,-66V0Z", light)
        + path("M-430,0C-436,-20 -430,-30 -420,-34L-130,-30V0Z", main)
        + stroke("M-404,-4V-30M-380,-4V-32M-356,-4V-32", deep, 5)
    )
    parts.append(
        path("M-290,0C-300,-46 -280,-64 -250,-66L-40,-70V0Z", main)
        + path("M-290,0C-294,-22 -286,-32 -276,-36L-40,-34V0Z", dark)
        + stroke("M-262,-4V-32M-238,-4V-34M-214,-4V-34", deep, 5)
    )
    # headdress
    parts.append(
        path(
            "M-246,-236C-232,-330 -220,-410 -190,-458C-160,-496 -60,-496 -30,-458C0,-410 "
            "12,-330 26,-236C4,-222 -20,-224 -40,-236L-64,-330H-156L-180,-236C-200,-224 "
            "-226,-222 -246,-236Z",
            light,
        )
    )
    parts.append(
        path(
            "M-60,-486C-46,-480 -38,-470 -30,-458C0,-410 12,-330 26,-236C4,-222 -20,-224 "
            "-40,-236L-64,-330C-40,-380 -40,-440 -60,-486Z",
            dark,
        )
    )
    for k in range(7):
        y = -440 + k * 30
        parts.append(
            stroke(f"M{n(-196 - k * 6.6)},{y}L{n(-160 - k * 4)},{y - 6}", "#4f86a8", 9)
            + stroke(f"M{n(-24 + k * 6.6)},{y}L{n(-58 + k * 4)},{y - 6}", "#3c6c8c", 9)
        )
    # the face
    parts.append(
        path(
            "M-166,-400C-170,-450 -146,-470 -110,-470C-74,-470 -50,-450 -54,-400C-52,-350 "
            "-64,-290 -110,-282C-156,-290 -168,-350 -166,-400Z",
            main,
        )
        + path("M-96,-470C-66,-466 -50,-446 -54,-400C-52,-350 -64,-290 -104,-283C-74,-330 -72,-410 -96,-470Z", dark)
    )
    parts.append(path("M-170,-440Q-110,-476 -50,-440L-52,-424Q-110,-456 -168,-424Z", "#4f86a8"))
    parts.append(
        stroke("M-152,-404q13,-9 26,0M-94,-404q13,-9 26,0", deep, 6)
        + ellipse(-139, -392, 9, 6, deep)
        + ellipse(-81, -392, 9, 6, deep)
        + path("M-114,-396L-124,-352Q-110,-340 -98,-352L-106,-396Z", dark)
        + path("M-134,-326Q-110,-336 -86,-326Q-110,-310 -134,-326Z", deep)
    )
    parts.append(
        path("M-118,-470q8,-34 16,0z", "#d99a26") + poly([(-122, -284), (-98, -284), (-102, -236), (-118, -236)], dark)
    )
    return Sprite(
        group(*parts), (-434, -500, 640, 0), (main, light, dark, deep), seat=(0.66, 0.56), head=(0.3, 0.02), head_width=0.2
    )


def stonehenge() -> Sprite:
    """Draw the ring of Stonehenge with its lintels, two stones fallen."""
    near = ("#d6d3cb", "#aeaaa3", "#85817c", "#5f5c5a")
    far = ("#c0c2c4", "#a0a3a8", "#838790", "#6a6f7a")
    parts = [ellipse(0, -20, 620, 34, "#7fb45c", fill_opacity=0.5)]

    def stone(x: float, base: float, w: float, h: float, tones: tuple[str, str, str, str], lean: float = 0) -> str:
        d = (
            f"M{n(x - w / 2)},{n(base)}C{n(x - w * 0.56 + lean)},{n(base - h * 0.4)} {n(x - w * 0.46 + lean)},"
            f"{n(base - h * 0.8)} {n(x - w * 0.42 + lean)},{n(base - h)}H{n(x + w * 0.42 + lean)}"
            f"C{n(x + w * 0.5 + lean)},{n(base - h * 0.7)} {n(x + w * 0.44 + lean)},"
            f"{n(base - h * 0.3)} {n(x + w / 2)},{n(base)}Z"
        )
        shade = (
            f"M{n(x + w * 0.12)},{n(base)}C{n(x + w * 0.2 + lean)},{n(base - h * 0.4)} "
            f"{n(x + w * 0.1 + lean)},{n(base - h * 0.8)} {n(x + w * 0.16 + lean)},{n(base - h)}"
            f"H{n(x + w * 0.42 + lean)}C{n(x + w * 0.5 + lean)},{n(base - h * 0.7)} {n(x + w * 0.44 + lean)},"
            f"{n(base - h * 0.3)} {n(x + w / 2)},{n(base)}Z"
        )
        glint = (
            f"M{n(x - w * 0.44)},{n(base - 4)}C{n(x - w * 0.46 + lean)},{n(base - h * 0.4)} "
            f"{n(x - w * 0.38 + lean)},{n(base - h * 0.8)} {n(x - w * 0.34 + lean)},{n(base - h + 4)}"
        )
        marks = stroke(
            f"M{n(x - w * 0.2 + lean * 0.5)},{n(base - h * 0.3)}q{n(w * 0.1)},{n(-h * 0.06)} "
            f"{n(w * 0.2)},0M{n(x - w * 0.1 + lean * 0.8)},{n(base - h * 0.62)}q{n(w * 0.1)},{n(h * 0.05)} "
            f"{n(w * 0.22)},0M{n(x)},{n(base - h * 0.82)}v{n(h * 0.1)}",
            tones[2],
            3.4,
            stroke_opacity=0.7,
        )
        moss = ellipse(x - w * 0.1, base - 4, w * 0.5, 9, "#7fa35c") + ellipse(
            x - w * 0.16 + lean, base - h + 5, w * 0.2, 5, "#9ab573", fill_opacity=0.8
        )
        return path(d, tones[1]) + path(shade, tones[2]) + stroke(glint, tones[0], w * 0.1) + marks + moss

    def lintel(x0: float, x1: float, y: float, h: float, tones: tuple[str, str, str, str]) -> str:
        d = (
            f"M{n(x0)},{n(y)}Q{n(x0 - 6)},{n(y - h)} {n(x0 + 10)},{n(y - h)}L{n(x1 - 8)},{n(y - h * 0.96)}"
            f"Q{n(x1 + 6)},{n(y - h * 0.5)} {n(x1)},{n(y)}Z"
        )
        return (
            path(d, tones[1])
            + path(
                f"M{n(x0)},{n(y)}L{n(x1)},{n(y)}Q{n(x1 + 4)},{n(y - h * 0.3)} {n(x1 + 2)},{n(y - h * 0.42)}"
                f"L{n(x0)},{n(y - h * 0.3)}Z",
                tones[3],
            )
            + stroke(f"M{n(x0 + 12)},{n(y - h + 4)}H{n(x1 - 12)}", tones[0], 6)
        )

    for k in range(7):
        x = -420 + k * 140
        parts.append(stone(x, -70, 66, 200 if k != 5 else 150, far, 2 if k % 2 else -2))
    parts.append(lintel(-452, -244, -270, 38, far) + lintel(-176, 30, -270, 38, far) + lintel(104, 176, -270, 36, far))
    # the great trilithons
    parts.append(stone(-200, -34, 92, 330, near, -3) + stone(-62, -34, 88, 326, near, 2) + lintel(-258, -10, -360, 56, near))
    parts.append(stone(110, -34, 92, 350, near, 3) + stone(262, -34, 90, 344, near, -2) + lintel(54, 318, -378, 58, near))
    # the near ring
    parts.append(stone(-500, -8, 110, 270, near, 4) + stone(-352, -4, 108, 262, near, -3) + lintel(-566, -288, -266, 56, near))
    parts.append(stone(470, -6, 112, 300, near, -14))
    parts.append(
        path("M-120,0Q-134,-50 -90,-58L70,-64Q108,-60 104,-20L98,0Z", near[1])
        + path("M-120,0L98,0L104,-22L-116,-14Z", near[3])
        + stroke("M-92,-52L66,-58", near[0], 7)
    )
    parts.append(
        path("M300,0Q296,-34 330,-40L400,-42Q420,-30 414,0Z", near[1]) + path("M300,0L414,0L416,-14L302,-12Z", near[3])
    )
    return Sprite(group(*parts), (-570, -438, 532, 8), (*near, *far), seat=(0.375, 0.06), head=(0.37, 0.04), head_width=0.2)


def wall() -> Sprite:
    """Draw the Great Wall of China winding over green ridges from tower to tower."""
    light, main, dark, deep = "#efdcb8", "#cdb48a", "#a1875f", "#75603f"
    parts = [
        path(
            "M-700,0V-330C-600,-420 -520,-470 -420,-440C-330,-410 -280,-480 -170,-560"
            "C-60,-620 60,-560 160,-470C260,-400 360,-450 470,-400C570,-350 640,-280 "
            "700,-240V0Z",
            "#86b77c",
        )
    ]
    parts.append(
        path(
            "M-700,0V-190C-590,-260 -480,-330 -380,-300C-260,-260 -160,-330 -40,-380"
            "C90,-420 200,-340 320,-300C460,-260 600,-200 700,-130V0Z",
            "#6da566",
        )
    )
    parts.append(
        path("M-700,0V-90C-560,-170 -420,-170 -300,-140C-160,-100 -20,-210 120,-220C300,-220 480,-110 700,-50V0Z", "#589254")
    )
    dots = (
        (-600, -120),
        (-520, -200),
        (-430, -100),
        (-220, -210),
        (-120, -80),
        (20, -120),
        (200, -120),
        (300, -200),
        (430, -150),
        (540, -100),
        (620, -60),
        (-640, -260),
        (-320, -340),
        (250, -340),
        (400, -330),
        (560, -230),
        (-30, -300),
    )
    parts += [
        circle(x, y, 24, "#4f8a4c") + circle(x - 20, y + 8, 18, "#67a35c") + circle(x + 18, y + 9, 16, "#437c45")
        for x, y in dots
    ]

    def run(line: list[Point], wides: list[float]) -> str:
        """Draw one stretch of wall along its upper edge, ``wides`` high at each point."""
        bits = []
        for (x0, y0), (x1, y1), w0, w1 in zip(line, line[1:], wides, wides[1:], strict=False):
            falls = x1 > x0
            bits.append(poly([(x0, y0), (x1, y1), (x1, y1 + w1 * 1.15), (x0, y0 + w0 * 1.15)], main if falls else dark))
            bits.append(poly([(x0, y0), (x1, y1), (x1 + w1 * 0.26, y1 - w1 * 0.42), (x0 + w0 * 0.26, y0 - w0 * 0.42)], light))
            steps = max(2, int(math.dist((x0, y0), (x1, y1)) / ((w0 + w1) * 0.24)))
            for k in range(steps):
                f = (k + 0.5) / steps
                w = w0 + (w1 - w0) * f
                x, y = x0 + (x1 - x0) * f, y0 + (y1 - y0) * f
                bits.append(rect(x - w * 0.09, y - w * 0.24, w * 0.2, w * 0.3, main if falls else dark))
                bits.append(rect(x + w * 0.19, y - w * 0.56, w * 0.16, w * 0.2, dark))
            bits.append(
                stroke(
                    f"M{n(x0)},{n(y0 + w0 * 0.5)}L{n(x1)},{n(y1 + w1 * 0.5)}M{n(x0)},{n(y0 + w0 * 0.85)}"
                    f"L{n(x1)},{n(y1 + w1 * 0.85)}",
                    deep,
                    2,
                    stroke_opacity=0.4,
                )
            )
        return "".join(bits)

    def tower(x: float, y: float, s: float) -> str:
        bits = [
            rect(x - s * 0.5, y - s, s, s * 1.5, main),
            rect(x + s * 0.12, y - s, s * 0.38, s * 1.5, dark),
            rect(x - s * 0.5, y - s, s * 0.12, s * 1.5, light),
        ]
        bits.append(
            rect(x - s * 0.58, y - s * 1.12, s * 1.16, s * 0.16, light)
            + rect(x + s * 0.12, y - s * 1.12, s * 0.46, s * 0.16, main)
        )
        bits += [
            rect(x - s * 0.58 + k * s * 0.25, y - s * 1.28, s * 0.15, s * 0.18, light if k < 3 else main) for k in range(5)
        ]
        bits += [arch(x + dx * s, y - s * 0.3, s * 0.18, s * 0.42, "#4a3a2a") for dx in (-0.26, 0.0, 0.28)] + [
            stroke(f"M{n(x - s * 0.5)},{n(y)}H{n(x + s * 0.5)}", deep, 2.5, stroke_opacity=0.5)
        ]
        return "".join(bits)

    far = [(160, -470), (80, -520), (0, -566), (-90, -590), (-170, -560)]
    parts.append(run([(300, -424), *far], [20, 18, 17, 15, 14, 13]) + tower(-96, -584, 40) + tower(160, -466, 50))
    parts.append(
        run([(-300, -300), (-160, -340), (-20, -388), (120, -400), (220, -404), (300, -424)], [46, 40, 35, 30, 26, 22])
        + tower(130, -392, 74)
    )
    parts.append(
        run([(420, -130), (240, -196), (60, -226), (-120, -232), (-240, -262), (-300, -300)], [86, 78, 68, 60, 54, 48])
        + tower(-300, -290, 104)
    )
    parts.append(run([(420, -130), (560, -90), (704, -70)], [88, 100, 116]) + tower(420, -118, 170))
    parts.append(
        path("M-700,0V-40C-500,-90 -300,-60 -100,-50C100,-40 260,-20 330,0Z", "#4c8649")
        + path("M300,0C460,-30 600,-20 700,-14V0Z", "#437a43")
    )
    return Sprite(
        group(*parts), (-700, -640, 704, 0), (main, light, dark, deep), seat=(0.8, 0.47), head=(0.5, 0.05), head_width=0.1
    )


DRAWINGS = {"colosseum": colosseum, "sphinx": sphinx, "stonehenge": stonehenge, "wall": wall}
