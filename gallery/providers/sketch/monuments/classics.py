"""The Parthenon, the Brandenburg Gate, Tower Bridge, St Isaac's, and a bronze figure for any other monument."""

from __future__ import annotations

from ..pen import arch, circle, ellipse, group, n, path, poly, rect, stroke
from ..sprites import Sprite
from .domes import orthodox_cross
from .metal import BRONZE, GRANITE, folds, limb

MARBLE_LIGHT, MARBLE, MARBLE_DARK, MARBLE_DEEP = "#fbf1dd", "#ead9b9", "#c4ab83", "#8f7858"
GOLD, GOLD_DARK = "#f2c14e", "#c08a1e"


def column(x: float, base: float, high: float, wide: float, is_dark: bool = False) -> str:
    """Draw a fluted column with its foot and head; the darker ones stand away from the light."""
    light, main, dark = (MARBLE, "#d9c49d", MARBLE_DARK) if is_dark else (MARBLE_LIGHT, MARBLE, MARBLE_DARK)
    half = wide / 2
    shaft = [(x - half, base), (x + half, base), (x + half * 0.84, base - high), (x - half * 0.84, base - high)]
    parts = [poly(shaft, main), poly([(x + half * 0.3, base), shaft[1], shaft[2], (x + half * 0.25, base - high)], dark)]
    flutes = "".join(
        f"M{n(x + k * half)},{n(base - 4)}L{n(x + k * half * 0.84)},{n(base - high + 6)}" for k in (-0.6, -0.2, 0.2, 0.6)
    )
    parts.append(stroke(flutes, MARBLE_DARK, wide * 0.05, stroke_opacity=0.6))
    parts.append(rect(x - half * 0.95, base - high, half * 0.3, high, light, fill_opacity=0.8))
    parts.append(rect(x - half * 1.2, base - wide * 0.22, wide * 1.2, wide * 0.22, light))
    parts.append(rect(x - half * 1.25, base - high - wide * 0.1, wide * 1.25, wide * 0.24, light))
    return "".join(parts)


def parthenon() -> Sprite:
    """Draw the Parthenon on its rock, eight columns wide."""
    parts = [path("M-640,0L-600,-70L-520,-96L-440,-130H470L540,-90L610,-60L640,0Z", "#b9a183")]
    parts.append(path("M120,-130H470L540,-90L610,-60L640,0H240Z", "#94795c"))
    parts.append(stroke("M-560,-40L-500,-70L-460,-30M-300,-20L-250,-80L-200,-60M320,-30L380,-70L430,-40", "#7d6549", 5))
    for k in range(3):
        tone = (MARBLE_DARK, MARBLE, MARBLE_LIGHT)[k]
        parts.append(rect(-440 + k * 12, -150 - k * 18, 880 - k * 24, 22, tone))
    parts.append(rect(-380, -440, 760, 250, "#7d6a5c") + rect(-90, -400, 180, 210, "#57473f"))
    parts += [column(x, -188, 240, 58, is_dark=True) for x in (-270, -90, 90, 270)]
    parts += [column(-378 + k * 108, -186, 262, 66, is_dark=k > 5) for k in range(8)]
    parts.append(
        rect(-430, -494, 860, 46, MARBLE) + rect(-430, -494, 860, 10, MARBLE_LIGHT) + rect(180, -494, 250, 46, MARBLE_DARK)
    )
    for k in range(22):
        x = -412 + k * 38.5
        parts.append(rect(x, -532, 22, 36, MARBLE_DARK if k < 16 else MARBLE_DEEP) + rect(x + 7, -532, 4, 36, MARBLE_LIGHT))
    parts.append(rect(-446, -548, 892, 18, MARBLE_LIGHT) + rect(190, -548, 256, 18, MARBLE))
    parts.append(
        poly([(-446, -548), (446, -548), (0, -680)], MARBLE_LIGHT) + poly([(-340, -556), (340, -556), (0, -656)], MARBLE_DARK)
    )
    parts.append(poly([(0, -680), (446, -548), (380, -548), (0, -656)], MARBLE))
    for x, high in ((-200, 30), (-130, 52), (-60, 70), (0, 84), (66, 68), (140, 48), (206, 28)):
        parts.append(
            path(
                f"M{x - 16},-556Q{x - 14},{-556 - high * 0.8} {x},{-556 - high * 0.8}Q{x + 14},{-556 - high * 0.8} "
                f"{x + 16},-556Z",
                MARBLE_LIGHT,
            )
        )
        parts.append(circle(x, -556 - high * 0.84, 8, MARBLE_LIGHT))
    parts += [poly([(x - 16, -548), (x + 16, -548), (x, -590)], MARBLE) for x in (-440, 440)]
    return Sprite(
        group(*parts),
        (-640, -690, 640, 0),
        (MARBLE, MARBLE_LIGHT, MARBLE_DARK, MARBLE_DEEP),
        seat=(0.5, 0.03),
        head=(0.5, 0.04),
        head_width=0.2,
    )


def brandenburg() -> Sprite:
    """Draw the Brandenburg Gate with the quadriga on top."""
    metal = BRONZE
    parts = [rect(-560, -30, 1120, 30, MARBLE_DARK)]
    for side in (-1, 1):
        x0 = -556 if side < 0 else 406
        parts.append(
            rect(x0, -330, 150, 300, MARBLE if side < 0 else MARBLE_DARK)
            + poly([(x0 - 10, -330), (x0 + 160, -330), (x0 + 75, -390)], MARBLE_LIGHT)
        )
        parts += [column(x0 + 24 + k * 50, -30, 280, 30, is_dark=side > 0) for k in range(3)]
    parts.append(rect(-400, -470, 800, 440, "#6f6252"))
    for x, wide in ((-290, 120), (-146, 120), (0, 140), (146, 120), (290, 120)):
        parts.append(rect(x - wide / 2, -452, wide, 422, "#cfe3ee") + rect(x + wide * 0.3, -452, wide * 0.2, 422, "#8f7b62"))
    parts += [column(x, -30, 430, 52, is_dark=x > 200) for x in (-366, -220, -76, 76, 220, 366)]
    parts.append(
        rect(-420, -520, 840, 56, MARBLE) + rect(-430, -530, 860, 14, MARBLE_LIGHT) + rect(200, -516, 220, 52, MARBLE_DARK)
    )
    parts += [rect(-400 + k * 50, -508, 28, 34, MARBLE_DARK if k < 12 else MARBLE_DEEP) for k in range(17)]
    parts.append(rect(-390, -610, 780, 84, MARBLE_LIGHT) + rect(190, -610, 200, 84, MARBLE) + rect(-200, -600, 400, 64, MARBLE))
    parts.append(
        rect(-410, -624, 820, 18, MARBLE_LIGHT) + rect(-170, -660, 340, 38, MARBLE) + rect(60, -660, 110, 38, MARBLE_DARK)
    )
    for x in (-120, -56, 20, 84):  # four horses
        parts.append(limb([(x + 14, -662), (x + 8, -700)], 13, metal) + limb([(x - 22, -690), (x - 16, -712)], 11, metal))
        parts.append(
            path(
                f"M{x + 30},-690Q{x + 26},-730 {x},-730L{x - 14},-768L{x - 36},-758L{x - 32},-746"
                f"L{x - 18},-742Q{x - 26},-716 {x - 22},-700Z",
                metal.main,
            )
        )
        parts.append(stroke(f"M{x - 12},-766Q{x + 2},-746 {x + 4},-730", metal.deep, 6))
    parts.append(
        path("M110,-662V-720Q140,-700 166,-720V-662Z", metal.dark)
        + limb([(136, -700), (134, -772)], 26, metal)
        + circle(132, -794, 14, metal.main)
    )
    parts.append(
        stroke("M126,-740L96,-764M92,-690V-840", metal.main, 8)
        + circle(92, -846, 17, "none", stroke=metal.dark, stroke_width=5)
    )
    parts.append(path("M146,-770Q190,-800 186,-740Q166,-726 142,-736Z", metal.dark))
    return Sprite(
        group(*parts),
        (-566, -864, 566, 0),
        (MARBLE, MARBLE_LIGHT, MARBLE_DARK, MARBLE_DEEP),
        seat=(0.2, 0.28),
        head=(0.5, 0.2),
        head_width=0.2,
    )


def tower_bridge() -> Sprite:
    """Draw Tower Bridge over its water."""
    stone, light, dark, deep, blue, blue_dark = "#d9c8a6", "#f1e5c8", "#aa9572", "#6f6050", "#6fb0dc", "#3f7fb0"
    parts = [
        path("M-700,0V-60Q-350,-76 0,-60T700,-60V0Z", "#4fa3cf")
        + stroke("M-620,-30h120M-300,-22h140M120,-34h130M400,-20h150", "#bfe6f5", 6)
    ]
    for side in (-1, 1):
        d = f"M{side * 250},-520Q{side * 420},-250 {side * 700},-205"
        parts.append(stroke(d, blue_dark, 18) + stroke(d, blue, 10))
        ties = "".join(
            f"M{side * x},{y}V-190" for x, y in ((310, -434), (370, -360), (430, -304), (490, -264), (550, -238), (610, -220))
        )
        parts.append(
            stroke(ties, blue_dark, 7)
            + rect(-700 if side < 0 else 240, -196, 460, 26, blue)
            + rect(-700 if side < 0 else 240, -178, 460, 10, blue_dark)
        )
    parts.append(
        rect(-180, -186, 360, 20, blue)
        + rect(-180, -172, 360, 8, blue_dark)
        + path("M-180,-166Q0,-126 180,-166V-172H-180Z", blue_dark)
    )
    parts.append(rect(-170, -500, 340, 18, blue) + rect(-170, -460, 340, 14, blue_dark))
    parts.append(
        stroke(
            "".join(f"M{-170 + k * 34},-482L{-136 + k * 34},-460M{-136 + k * 34},-482L{-170 + k * 34},-460" for k in range(10)),
            light,
            4,
        )
    )
    for x in (-230, 230):
        parts.append(
            poly([(x - 110, 0), (x + 110, 0), (x + 92, -120), (x - 92, -120)], dark)
            + poly([(x - 110, 0), (x + 20, 0), (x + 20, -120), (x - 92, -120)], stone)
        )
        parts.append(
            rect(x - 74, -560, 148, 440, stone) + rect(x + 22, -560, 52, 440, dark) + rect(x - 74, -560, 12, 440, light)
        )
        parts.append(arch(x, -166, 86, 110, deep) + arch(x, -170, 62, 92, "#cfe3ee"))
        for y in (-300, -400, -500):
            parts.append(rect(x - 80, y - 14, 160, 10, light))
            parts += [arch(x + dx, y + 74, 22, 62, "#4b4f6a") for dx in (-40, 0, 40)]
        parts.append(
            rect(x - 84, -574, 168, 18, light)
            + poly([(x - 62, -574), (x + 62, -574), (x + 10, -720), (x - 10, -720)], "#5c6b7d")
        )
        parts.append(
            poly([(x + 14, -574), (x + 62, -574), (x + 10, -720), (x + 2, -720)], "#46535f")
            + rect(x - 2, -756, 4, 40, GOLD)
            + circle(x, -758, 7, GOLD)
        )
        for dx in (-74, 74):
            parts.append(
                rect(x + dx - 17, -620, 34, 500, light if dx < 0 else stone)
                + poly([(x + dx - 20, -620), (x + dx + 20, -620), (x + dx, -700)], "#5c6b7d")
            )
            parts.append(rect(x + dx - 1.5, -722, 3, 24, GOLD))
    for x in (-660, 660):
        parts.append(
            rect(x - 40, -270, 80, 270, stone)
            + rect(x + 10, -270, 30, 270, dark)
            + poly([(x - 46, -270), (x + 46, -270), (x, -340)], "#5c6b7d")
        )
        parts.append(arch(x, -196, 34, 50, "#4b4f6a"))
    return Sprite(
        group(*parts), (-704, -764, 704, 0), (stone, light, dark), seat=(0.5, 0.745), head=(0.336, 0.06), head_width=0.1
    )


def isaac() -> Sprite:
    """Draw a great cathedral with a golden dome, after St Isaac's in Saint Petersburg."""
    wall, shade, red = "#dfd3c3", "#b3a494", "#a8604c"
    parts = [rect(-470, -360, 940, 360, wall) + rect(150, -360, 320, 360, shade), rect(-490, -26, 980, 26, "#a3917f")]
    for x in (-380, 380):  # small domes
        parts.append(rect(x - 46, -480, 92, 110, wall if x < 0 else shade) + arch(x, -376, 34, 84, "#6f6272"))
        parts.append(
            path(f"M{x - 50},-478Q{x - 54},-540 {x},-566Q{x + 54},-540 {x + 50},-478Z", GOLD)
            + path(f"M{x + 10},-478Q{x + 32},-540 {x},-566Q{x + 54},-540 {x + 50},-478Z", GOLD_DARK)
        )
        parts.append(orthodox_cross(x, -562, 50))
    for x in (-410, -290, 290, 410):
        parts.append(arch(x, -80, 60, 170, "#6f6272") + arch(x, -80, 44, 154, "#4b4f6a"))
    parts.append(rect(-230, -330, 460, 304, "#8f8072"))
    parts += [
        rect(x - 17, -316, 34, 292, red)
        + rect(x + 4, -316, 13, 292, "#83493c")
        + rect(x - 22, -328, 44, 16, "#e8c77c")
        + rect(x - 22, -40, 44, 16, "#d9c9b4")
        for x in range(-200, 201, 57)
    ]
    parts.append(
        rect(-250, -370, 500, 46, wall)
        + poly([(-256, -370), (256, -370), (0, -460)], wall)
        + poly([(-190, -378), (190, -378), (0, -442)], "#7d6f62")
    )
    parts.append(rect(-150, -500, 300, 120, wall) + rect(50, -500, 100, 120, shade))
    parts.append(
        rect(-484, -384, 968, 26, "#efe5d6")
        + poly([(-256, -372), (256, -372), (0, -464)], wall)
        + poly([(-190, -380), (190, -380), (0, -444)], "#8a7a6a")
    )
    parts.append(rect(-128, -640, 256, 150, "#8f8072") + rect(-140, -506, 280, 16, "#efe5d6"))
    parts += [
        rect(x - 10, -632, 20, 130, red if x < 60 else "#83493c") + rect(x - 13, -640, 26, 10, "#e8c77c")
        for x in (-112, -70, -28, 14, 56, 98)
    ]
    parts.append(rect(-144, -662, 288, 24, "#efe5d6") + rect(-118, -712, 236, 52, wall) + rect(40, -712, 78, 52, shade))
    parts += [arch(x, -664, 24, 40, "#4b4f6a") for x in (-84, -42, 0, 42, 84)]
    parts.append(
        path("M-122,-710C-128,-830 -70,-890 0,-904C70,-890 128,-830 122,-710Z", GOLD)
        + path("M30,-710C60,-800 40,-880 0,-904C70,-890 128,-830 122,-710Z", GOLD_DARK)
    )
    parts.append(stroke("M-76,-714C-80,-820 -44,-876 -10,-898M-30,-714C-34,-820 -16,-876 -2,-898", "#fff0b8", 5))
    parts.append(
        rect(-20, -960, 40, 60, "#efe5d6")
        + rect(4, -960, 16, 60, shade)
        + path("M-24,-958Q0,-1006 24,-958Z", GOLD)
        + orthodox_cross(0, -984, 66)
    )
    return Sprite(
        group(*parts), (-492, -1050, 492, 0), (wall, shade, "#efe5d6"), seat=(0.3, 0.63), head=(0.5, 0.05), head_width=0.1
    )


def statue() -> Sprite:
    """Draw a bronze figure in a long coat on a granite pedestal: a monument to whomever the words name."""
    m, g = BRONZE, GRANITE
    parts = [rect(-230, -36, 460, 36, g.dark) + rect(-190, -70, 380, 36, g.main) + rect(60, -70, 130, 36, g.dark)]
    parts.append(
        poly([(-120, -70), (120, -70), (100, -400), (-100, -400)], g.main)
        + poly([(30, -70), (120, -70), (100, -400), (26, -400)], g.dark)
    )
    parts.append(
        poly([(-120, -70), (-98, -70), (-80, -400), (-100, -400)], g.light)
        + rect(-122, -426, 244, 28, g.light)
        + rect(36, -426, 86, 28, g.main)
    )
    parts.append(
        rect(-60, -290, 120, 84, GOLD_DARK, 4)
        + rect(-54, -284, 108, 72, "#e9cf8a", 3)
        + stroke("M-36,-262H36M-36,-246H36M-26,-230H26", GOLD_DARK, 4)
    )
    parts.append(
        stroke("M-170,-90V-40M-110,-90V-40M110,-90V-40M170,-90V-40", g.deep, 7)
        + circle(0, -66, 22, "#e4576a")
        + circle(-30, -60, 17, "#f2c14e")
        + circle(28, -58, 18, "#f7f3ea")
    )
    parts.append(
        limb([(-22, -600), (-28, -434)], 44, m)
        + limb([(26, -600), (34, -434)], 44, m)
        + path("M-62,-426Q-60,-448 -26,-446L-6,-426ZM6,-426Q10,-448 40,-446L66,-426Z", m.deep)
    )
    parts.append(
        path(
            "M-66,-770C-30,-800 40,-800 70,-766C84,-690 86,-600 96,-500C50,-480 -50,-480 -92,-506C-84,-600 -78,-690 -66,-770Z",
            m.main,
        )
    )
    parts.append(
        path(
            "M26,-792C46,-788 60,-778 70,-766C84,-690 86,-600 96,-500C74,-490 50,-486 30,-484C44,-600 46,-700 26,-792Z", m.dark
        )
    )
    parts.append(
        path("M-66,-770C-56,-778 -44,-786 -34,-789C-50,-700 -66,-600 -72,-496L-92,-506C-84,-600 -78,-690 -66,-770Z", m.light)
    )
    parts.append(folds([[(0, -770), (-4, -640), (-2, -490)], [(-30, -640), (-40, -500)], [(34, -640), (52, -500)]], m.deep, 6))
    parts.append(
        "".join(circle(8, y, 5, m.deep) for y in (-730, -690, -650, -610))
        + poly([(-22, -794), (0, -760), (22, -794), (0, -804)], m.light)
    )
    parts.append(
        limb([(60, -756), (98, -670), (52, -626)], 36, m)
        + limb([(-56, -756), (-92, -680), (-88, -600)], 36, m)
        + rect(-112, -606, 50, 62, "#7d5a3a", 3)
        + rect(-108, -602, 42, 54, "#a8794c", 3)
    )
    parts.append(
        rect(-18, -830, 36, 44, m.dark, 8)
        + ellipse(0, -862, 38, 46, m.main)
        + path("M6,-907A38,46 0 0 1 6,-817Q26,-860 6,-907Z", m.dark)
    )
    parts.append(
        path(
            "M-42,-866C-52,-910 -20,-926 4,-922C40,-922 52,-892 42,-850C36,-870 30,-884 10,-890C-14,-894 -34,-884 -42,-866Z",
            m.deep,
        )
        + stroke("M-22,-868h14M8,-868h14M-2,-862v16M-12,-836q12,6 24,0", m.deep, 4)
    )
    return Sprite(
        group(*parts),
        (-230, -926, 230, 0),
        (m.main, m.light, m.dark, m.deep),
        hand=(0.64, 0.33),
        seat=(0.86, 0.925),
        head=(0.5, 0.03),
        head_width=0.22,
    )


DRAWINGS = {"parthenon": parthenon, "brandenburg": brandenburg, "tower_bridge": tower_bridge, "isaac": isaac, "statue": statue}
