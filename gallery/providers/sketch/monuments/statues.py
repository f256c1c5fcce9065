"""Figures of bronze, steel and stone: Liberty, Christ, the Motherland, the Bronze Horseman, Worker and Kolkhoz Woman."""

from __future__ import annotations

from dataclasses import dataclass

from ..pen import Point, arch, circle, ellipse, group, lamp, path, points, poly, rect, stroke
from ..sprites import Sprite


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


def liberty() -> Sprite:
    """Draw the Statue of Liberty on her pedestal, the torch alight."""
    m, g = COPPER, GRANITE
    parts = [
        poly([(-250, 0), (250, 0), (214, -70), (-214, -70)], g.main),
        poly([(70, 0), (250, 0), (214, -70), (60, -70)], g.dark),
        rect(-220, -78, 440, 12, g.light),
    ]
    parts.append(
        poly([(-128, -76), (128, -76), (100, -350), (-100, -350)], g.main)
        + poly([(34, -76), (128, -76), (100, -350), (26, -350)], g.dark)
    )
    for y in (-110, -150, -190, -230):
        parts.append(rect(-124, y, 248, 3, g.deep, fill_opacity=0.35))
    parts.append(rect(-66, -300, 132, 110, g.light) + rect(22, -300, 44, 110, g.main))
    parts += [rect(x - 7, -296, 14, 104, g.main if x < 20 else g.dark) for x in (-56, -20, 16, 52)] + [
        arch(x, -196, 22, 84, g.deep) for x in (-38, -2, 34)
    ]
    parts.append(
        rect(-118, -372, 236, 26, g.light)
        + rect(36, -372, 82, 26, g.main)
        + rect(-104, -400, 208, 30, g.main)
        + rect(32, -400, 72, 30, g.dark)
        + rect(-78, -424, 156, 26, g.light)
        + rect(24, -424, 54, 26, g.main)
    )
    # the raised arm goes behind the robe
    parts.append(limb([(-38, -800), (-82, -880), (-92, -965)], 38, m))
    parts.append(
        poly([(-116, -978), (-68, -978), (-80, -1004), (-104, -1004)], m.light)
        + rect(-122, -986, 60, 10, m.dark, 3)
        + rect(-102, -982, 20, 40, m.main, 4)
    )
    parts.append(
        circle(-92, -1040, 52, lamp(255, 214, 110), fill_opacity=0.25)
        + path("M-92,-1090C-62,-1052 -66,-1020 -76,-1002H-108C-120,-1022 -118,-1052 -92,-1090Z", lamp(247, 178, 52))
        + path("M-92,-1062C-78,-1038 -80,-1016 -86,-1004H-98C-106,-1020 -104,-1040 -92,-1062Z", lamp(255, 233, 150))
    )
    # robe
    parts.append(path("M-54,-800C-30,-824 30,-824 56,-796C74,-700 84,-560 92,-424H-88C-86,-560 -76,-700 -54,-800Z", m.main))
    parts.append(path("M22,-818C40,-814 50,-806 56,-796C74,-700 84,-560 92,-424H40C44,-560 42,-700 22,-818Z", m.dark))
    parts.append(
        path("M-54,-800C-44,-808 -36,-812 -28,-814C-46,-700 -56,-560 -62,-424H-88C-86,-560 -76,-700 -54,-800Z", m.light)
    )
    parts.append(
        folds(
            [
                [(-34, -690), (-40, -560), (-44, -430)],
                [(-10, -660), (-14, -540), (-16, -430)],
                [(14, -650), (16, -540), (16, -430)],
                [(40, -600), (50, -500), (54, -430)],
                [(-62, -560), (-70, -480), (-72, -430)],
            ],
            m.dark,
            6,
        )
    )
    parts.append(
        folds(
            [
                [(-48, -780), (0, -700), (60, -640)],
                [(-54, -740), (-10, -660), (66, -600)],
                [(-30, -806), (10, -740), (60, -690)],
            ],
            m.deep,
            5,
        )
        + folds([[(-54, -772), (-6, -690), (58, -630)]], m.light, 4)
    )
    # arm with the tablet
    parts.append(
        poly([(40, -790), (104, -770), (88, -664), (26, -682)], m.light)
        + poly([(88, -775), (104, -770), (88, -664), (74, -668)], m.dark)
        + stroke("M52,-764L84,-754M48,-742L80,-732M44,-720L76,-710", m.dark, 4)
    )
    parts.append(limb([(56, -782), (78, -716), (46, -684)], 32, m))
    # head and crown
    parts.append(
        rect(-15, -838, 30, 34, m.dark, 8)
        + ellipse(0, -862, 33, 40, m.main)
        + path("M4,-901A33,40 0 0 1 4,-823Q20,-860 4,-901Z", m.dark)
        + path("M-33,-866Q-40,-836 -28,-826Q-30,-850 -24,-880ZM33,-866Q40,-836 28,-826Q30,-850 24,-880Z", m.dark)
    )
    parts.append(stroke("M-16,-868h12M8,-868h12M2,-864v14M-8,-840q10,5 18,0", m.deep, 3.4))
    for k in range(7):
        a = (k - 3) * 24
        parts.append(
            f'<g transform="translate(0,-878)rotate({a})">'
            + poly([(-7, -28), (7, -28), (0, -88)], m.light if k < 4 else m.main)
            + "</g>"
        )
    parts.append(
        path("M-40,-872Q0,-902 40,-872L37,-892Q0,-922 -37,-892Z", m.light)
        + path("M8,-904Q28,-900 37,-892L40,-872Q26,-882 10,-885Z", m.main)
        + "".join(circle(x, y, 3.4, m.deep) for x, y in ((-26, -886), (-13, -892), (0, -894), (13, -892), (26, -886)))
    )
    return Sprite(
        group(*parts),
        (-250, -1092, 250, 0),
        (m.main, m.light, m.dark, m.deep),
        hand=(0.68, 0.4),
        seat=(0.76, 0.63),
        head=(0.5, 0.17),
        head_width=0.16,
    )


def christ() -> Sprite:
    """Draw Christ the Redeemer with open arms on the Corcovado."""
    m = SOAPSTONE
    parts = [
        path(
            "M-420,0C-330,-60 -260,-120 -170,-230C-130,-286 -90,-300 -70,-304H70C100,-300 "
            "130,-270 170,-210C230,-120 320,-70 420,0Z",
            "#5f9e58",
        )
    ]
    parts.append(path("M40,-304H70C100,-300 130,-270 170,-210C230,-120 320,-70 420,0H190C150,-110 90,-210 40,-304Z", "#457f47"))
    parts.append(
        poly(
            [(-70, -304), (-120, -220), (-92, -214), (-130, -120), (-88, -150), (-70, -230), (-40, -180), (-24, -300)],
            "#a59a88",
        )
        + poly([(20, -300), (60, -200), (74, -250), (112, -190), (70, -304)], "#857a6b")
    )
    parts += [
        circle(x, y, r, c)
        for x, y, r, c in (
            (-330, -34, 34, "#4f9150"),
            (-270, -70, 38, "#6fb063"),
            (-210, -96, 30, "#57985a"),
            (240, -60, 40, "#3f7a44"),
            (310, -30, 36, "#4f9150"),
            (180, -110, 30, "#4a8a4c"),
            (-150, -30, 30, "#6fb063"),
            (60, -40, 34, "#57985a"),
            (-40, -26, 30, "#4f9150"),
        )
    ]
    parts.append(
        rect(-84, -318, 168, 20, m.main)
        + poly([(-60, -318), (60, -318), (48, -396), (-48, -396)], m.light)
        + poly([(18, -318), (60, -318), (48, -396), (14, -396)], m.dark)
        + rect(-56, -404, 112, 12, m.main)
    )
    # sleeves
    parts.append(
        path(
            "M-40,-846C-160,-850 -300,-856 -392,-846L-396,-812C-330,-800 -250,-770 -190,-716C-140,-690 -90,-700 -50,-730Z",
            m.light,
        )
    )
    parts.append(
        path("M40,-846C160,-850 300,-856 392,-846L396,-812C330,-800 250,-770 190,-716C140,-690 90,-700 50,-730Z", m.main)
        + path(
            "M190,-716C250,-770 330,-800 396,-812L394,-828C310,-816 200,-790 60,-770L50,-730C90,-700 140,-690 190,-716Z", m.dark
        )
    )
    parts.append(
        path(
            "M-190,-716C-250,-770 -330,-800 -396,-812L-395,-824C-310,-812 -200,-790 -60,-772"
            "L-50,-730C-90,-700 -140,-690 -190,-716Z",
            m.main,
        )
    )
    parts.append(
        path("M-392,-846Q-430,-852 -446,-836Q-430,-816 -396,-814Z", m.light)
        + path("M392,-846Q430,-852 446,-836Q430,-816 396,-814Z", m.main)
    )
    parts.append(
        folds(
            [
                [(-300, -840), (-240, -790), (-200, -724)],
                [(-220, -842), (-180, -780), (-140, -704)],
                [(-130, -842), (-110, -780), (-90, -710)],
                [(300, -840), (240, -790), (200, -724)],
                [(220, -842), (180, -780), (140, -704)],
            ],
            m.deep,
            4,
        )
    )
    # robe
    parts.append(path("M-62,-846C-30,-870 30,-870 62,-846C70,-740 66,-600 60,-402H-60C-66,-600 -70,-740 -62,-846Z", m.main))
    parts.append(
        path("M22,-862C40,-860 52,-854 62,-846C70,-740 66,-600 60,-402H26C34,-560 34,-740 22,-862Z", m.dark)
        + path("M-62,-846C-52,-854 -40,-860 -30,-862C-46,-740 -46,-560 -40,-402H-60C-66,-600 -70,-740 -62,-846Z", m.light)
    )
    parts.append(
        folds(
            [
                [(-22, -700), (-20, -560), (-24, -410)],
                [(0, -680), (4, -540), (0, -410)],
                [(20, -700), (28, -560), (24, -410)],
                [(-46, -640), (-44, -520), (-46, -410)],
                [(46, -660), (46, -520), (44, -410)],
            ],
            m.deep,
            4,
        )
    )
    parts.append(
        folds([[(-58, -800), (0, -700), (58, -800)], [(-60, -760), (0, -650), (60, -760)]], m.dark, 5)
        + rect(-60, -640, 120, 10, m.dark)
    )
    # head
    parts.append(
        rect(-16, -884, 32, 34, m.dark, 6)
        + path(
            "M-36,-916C-38,-962 -18,-976 0,-976C18,-976 38,-962 36,-916C40,-880 32,-862 "
            "26,-856C20,-870 -20,-870 -26,-856C-34,-862 -40,-880 -36,-916Z",
            m.dark,
        )
        + ellipse(0, -912, 27, 40, m.light)
        + path("M4,-951A27,40 0 0 1 4,-873Q18,-910 4,-951Z", m.main)
    )
    parts.append(
        path("M-22,-900Q0,-858 22,-900Q14,-868 0,-866Q-14,-868 -22,-900Z", m.dark)
        + stroke("M-14,-918h10M6,-918h10M1,-914v14M-6,-892h14", m.deep, 3)
    )
    return Sprite(
        group(*parts),
        (-446, -978, 446, 0),
        (m.main, m.light, m.dark, m.deep),
        hand=(0.94, 0.15),
        seat=(0.12, 0.135),
        head=(0.5, 0.03),
        head_width=0.09,
    )


def motherland() -> Sprite:
    """Draw The Motherland Calls: striding, the sword raised, the shawl in the wind."""
    m = CONCRETE
    parts = [
        path("M-420,0C-320,-70 -200,-130 -60,-136H100C220,-130 330,-70 420,0Z", "#7fb860")
        + path("M60,-136H100C220,-130 330,-70 420,0H160C150,-60 110,-110 60,-136Z", "#5f9a4c")
    ]
    for k in range(7):
        parts.append(rect(-30 - k * 7, -120 + k * 18, 60 + k * 14, 6, "#e0d6c2"))
    parts.append(
        poly([(-110, -132), (120, -132), (104, -168), (-96, -168)], m.main)
        + poly([(40, -132), (120, -132), (104, -168), (36, -168)], m.dark)
    )
    # shawl behind
    parts.append(
        path(
            "M10,-700C110,-730 170,-690 260,-700C330,-706 350,-668 392,-640C330,-640 "
            "320,-600 270,-590C210,-578 190,-600 130,-570C80,-548 40,-560 0,-600Z",
            m.dark,
        )
    )
    parts.append(
        path(
            "M10,-700C110,-730 170,-690 260,-700C330,-706 350,-668 392,-640C320,-664 "
            "290,-640 230,-644C160,-650 90,-640 20,-650Z",
            m.main,
        )
        + folds([[(60, -690), (150, -660), (300, -670)], [(60, -640), (150, -620), (280, -630)]], m.deep, 4)
    )
    # sword and the arm that raises it
    parts.append(
        poly([(-166, -908), (-148, -914), (-236, -1196), (-252, -1210), (-252, -1190)], "#dfe6ee")
        + poly([(-157, -911), (-148, -914), (-236, -1196), (-246, -1200)], "#a9b6c6")
    )
    parts.append(stroke("M-186,-896L-124,-918", m.deep, 12) + stroke("M-154,-904L-144,-868", m.dark, 14))
    parts.append(limb([(-44, -740), (-112, -800), (-146, -880)], 48, m) + circle(-147, -886, 21, m.main))
    # the other arm calls back
    parts.append(
        limb([(52, -738), (140, -762), (230, -812)], 44, m) + stroke("M230,-812L266,-836M232,-814L262,-818", m.main, 15)
    )
    # legs and robe in the wind
    parts.append(
        path(
            "M-64,-760C-30,-790 40,-790 66,-752C70,-690 60,-640 58,-600C100,-500 150,-400 "
            "176,-310C140,-290 120,-320 108,-300L112,-168H40L20,-300L-10,-168H-104C-110,-260 "
            "-96,-340 -80,-420C-66,-500 -56,-560 -54,-610C-66,-660 -74,-710 -64,-760Z",
            m.main,
        )
    )
    parts.append(
        path(
            "M30,-784C48,-778 58,-768 66,-752C70,-690 60,-640 58,-600C100,-500 150,-400 "
            "176,-310C140,-290 120,-320 108,-300L112,-168H40L20,-300C60,-400 40,-500 "
            "24,-600C40,-660 40,-720 30,-784Z",
            m.dark,
        )
    )
    parts.append(
        path(
            "M-64,-760C-52,-772 -40,-778 -28,-782C-40,-720 -36,-660 -30,-610C-36,-520 "
            "-60,-420 -72,-168H-104C-110,-260 -96,-340 -80,-420C-66,-500 -56,-560 -54,-610"
            "C-66,-660 -74,-710 -64,-760Z",
            m.light,
        )
    )
    parts.append(
        folds(
            [
                [(-20, -590), (-40, -420), (-44, -180)],
                [(0, -590), (-10, -440), (-20, -300)],
                [(20, -590), (50, -450), (80, -330)],
                [(40, -590), (90, -460), (140, -330)],
                [(-40, -590), (-66, -420), (-80, -200)],
                [(56, -280), (66, -230), (64, -175)],
                [(88, -300), (92, -240), (90, -175)],
            ],
            m.deep,
            5,
        )
    )
    parts.append(
        folds([[(-58, -740), (-10, -680), (60, -730)], [(-58, -690), (0, -640), (60, -690)]], m.deep, 5)
        + rect(-55, -616, 114, 12, m.dark, 4)
    )
    # head: turned back to call, hair in the wind
    parts.append(
        rect(-16, -806, 34, 40, m.dark, 8)
        + path(
            "M-34,-840C-40,-890 0,-906 30,-888C64,-880 92,-862 106,-830C82,-846 70,-834 52,-824C40,-800 10,-800 -8,-806Z",
            m.dark,
        )
    )
    parts.append(
        ellipse(-4, -838, 31, 38, m.main)
        + path("M-34,-846C-36,-880 -14,-892 10,-884C-10,-870 -20,-850 -22,-810C-30,-818 -34,-830 -34,-846Z", m.light)
        + stroke("M-18,-844h10M4,-844h10M-4,-840v12", m.deep, 3.4)
        + ellipse(-2, -818, 7, 6, m.deep)
    )
    return Sprite(
        group(*parts),
        (-420, -1210, 420, 0),
        (m.main, m.light, m.dark, m.deep),
        hand=(0.8, 0.33),
        seat=(0.75, 0.9),
        head=(0.5, 0.24),
        head_width=0.1,
    )


def horseman() -> Sprite:
    """Draw the Bronze Horseman: Peter on his rearing horse on the Thunder Stone."""
    m, g = BRONZE, GRANITE
    parts = [
        path(
            "M-470,-250C-430,-300 -330,-330 -240,-336C-60,-330 120,-250 260,-150C340,-100 "
            "420,-60 460,0H-380C-400,-60 -420,-140 -470,-250Z",
            g.main,
        )
    ]
    parts.append(
        path(
            "M-470,-250C-430,-300 -330,-330 -240,-336C-60,-330 120,-250 260,-150C180,-170 "
            "60,-230 -60,-250C-200,-270 -340,-250 -470,-250Z",
            g.light,
        )
    )
    parts.append(
        path("M-120,0C-60,-60 40,-110 140,-130C240,-140 300,-130 330,-106C400,-66 430,-40 460,0Z", g.dark)
        + poly([(-380, 0), (-400, -70), (-300, -140), (-340, -60), (-250, 0)], g.dark)
    )
    parts.append(
        stroke(
            "M-400,-180L-300,-220L-200,-170M-120,-200L-40,-140L60,-160M-220,-60L-140,-100M200,-60L280,-80",
            g.deep,
            5,
            stroke_opacity=0.5,
        )
    )
    horse = []
    # tail and the far legs
    horse.append(
        path(
            "M128,-262C190,-250 214,-180 196,-100C190,-50 206,-20 214,0C176,-12 160,-60 166,-120C170,-170 150,-210 112,-226Z",
            m.deep,
        )
        + path(
            "M128,-262C180,-246 200,-180 184,-110C180,-60 190,-24 200,-10C176,-40 170,-80 174,-130C176,-180 150,-220 116,-232Z",
            m.dark,
        )
    )
    horse.append(
        limb([(104, -180), (152, -96), (122, -10)], 34, Metal(m.main, m.dark, m.deep, m.deep))
        + poly([(96, 4), (142, 4), (134, -22), (108, -22)], m.deep)
    )
    horse.append(
        limb([(-86, -376), (-166, -324), (-142, -252)], 30, Metal(m.main, m.dark, m.deep, m.deep))
        + circle(-140, -246, 17, m.deep)
    )
    # the body, rump to poll
    horse.append(
        path(
            "M70,-140C40,-190 46,-210 20,-226C-30,-240 -80,-290 -112,-340C-140,-400 -130,-440 "
            "-110,-478C-124,-486 -136,-500 -150,-508C-176,-504 -204,-512 -222,-522C-232,-534 "
            "-228,-548 -216,-554C-196,-566 -176,-594 -146,-612L-136,-642L-120,-616C-90,-606 "
            "-74,-580 -62,-548C-44,-500 -26,-462 10,-420C60,-390 110,-350 130,-300C144,-256 "
            "132,-210 112,-170Z",
            m.main,
        )
    )
    horse.append(
        path(
            "M70,-140C40,-190 46,-210 20,-226C-30,-240 -80,-290 -112,-340C-60,-310 0,-290 "
            "50,-270C90,-256 120,-240 132,-222C128,-200 120,-184 112,-170Z",
            m.dark,
        )
    )
    horse.append(
        path(
            "M-216,-554C-196,-566 -176,-594 -146,-612L-136,-642L-120,-616C-130,-590 -150,-570 "
            "-180,-552C-196,-544 -210,-540 -222,-534Z",
            m.light,
        )
        + circle(-158, -574, 6, m.deep)
        + stroke("M-220,-530C-206,-524 -190,-526 -180,-532M-176,-516C-150,-540 -130,-566 -122,-606", m.deep, 5)
    )
    horse.append(
        path(
            "M-120,-616C-80,-612 -52,-560 -36,-500C-20,-456 0,-436 14,-420C-20,-424 -50,-446 "
            "-64,-480C-76,-520 -96,-570 -120,-616Z",
            m.deep,
        )
        + folds([[(-104, -596), (-70, -520), (-30, -450)]], m.dark, 5)
    )
    horse.append(limb([(90, -190), (112, -96), (62, -12)], 40, m) + poly([(36, 4), (88, 4), (78, -24), (50, -24)], m.deep))
    horse.append(
        ellipse(86, -228, 50, 70, m.main, transform="rotate(-18 86 -228)")
        + path("M50,-286C60,-300 90,-310 112,-290C92,-284 70,-262 58,-230C46,-250 44,-272 50,-286Z", m.light, fill_opacity=0.6)
    )
    horse.append(limb([(-100, -390), (-206, -396), (-210, -316)], 34, m) + circle(-210, -308, 19, m.deep))
    horse.append(path("M-128,-440C-120,-410 -120,-370 -100,-340C-90,-380 -90,-420 -100,-470Z", m.light, fill_opacity=0.55))
    # the rider
    horse.append(
        path("M24,-560C70,-540 100,-470 118,-392C136,-340 120,-310 92,-320C60,-340 30,-380 10,-420Z", m.dark)
        + folds([[(40, -530), (70, -440), (90, -350)], [(24, -520), (44, -440), (60, -370)]], m.deep, 5)
    )
    horse.append(
        path("M-40,-420C-50,-480 -46,-540 -26,-566C0,-580 24,-574 34,-552C44,-500 36,-450 34,-400Z", m.main)
        + path("M8,-574C24,-572 30,-562 34,-552C44,-500 36,-450 34,-400H10C22,-460 22,-520 8,-574Z", m.dark)
    )
    horse.append(
        limb([(10, -412), (-44, -366), (-26, -280)], 38, m) + path("M-44,-286H-10V-262H-66Q-64,-280 -44,-286Z", m.deep)
    )
    horse.append(
        limb([(-24, -552), (-104, -606), (-180, -652)], 30, m) + stroke("M-180,-652L-210,-668M-182,-652L-208,-654", m.main, 10)
    )
    horse.append(limb([(26, -540), (8, -470), (-50, -468)], 28, m))
    horse.append(
        rect(-16, -600, 28, 34, m.dark, 8)
        + ellipse(-4, -622, 26, 31, m.main)
        + path(
            "M-30,-630C-34,-660 20,-668 24,-630C30,-606 26,-590 20,-584C14,-600 10,-620 -4,-634C-14,-640 -24,-638 -30,-630Z",
            m.deep,
        )
    )
    horse.append(stroke("M-28,-640C-16,-656 10,-658 24,-640", "#c9a23f", 7) + stroke("M-22,-622h9M-26,-618l-6,8h6", m.deep, 3))
    parts.append(f'<g transform="translate(-70,-272)">{"".join(horse)}</g>')
    parts.append(ellipse(-10, -268, 60, 10, g.deep, fill_opacity=0.5) + ellipse(50, -246, 40, 8, g.deep, fill_opacity=0.4))
    return Sprite(
        group(*parts),
        (-470, -942, 460, 0),
        (m.main, m.light, m.dark, m.deep),
        hand=(0.3, 0.36),
        seat=(0.8, 0.82),
        head=(0.42, 0.03),
        head_width=0.09,
    )


def worker() -> Sprite:
    """Draw Worker and Kolkhoz Woman striding with hammer and sickle."""
    m = STEEL
    stone = Metal("#e9d9c6", "#c9b39b", "#a08a75", "#77655a")
    parts = [
        rect(-210, -40, 420, 40, stone.dark),
        rect(-180, -380, 360, 344, stone.main),
        rect(40, -380, 140, 344, stone.dark),
        rect(-180, -380, 24, 344, stone.light),
    ]
    for k in range(5):
        parts.append(rect(-150 + k * 64, -340, 12, 290, stone.deep if k > 2 else stone.dark, fill_opacity=0.55))
    parts.append(rect(-210, -404, 420, 28, stone.light) + rect(60, -404, 150, 28, stone.main))
    far = Metal(m.main, m.dark, m.deep, m.deep)
    # the scarf and the arms thrown back
    parts.append(
        path(
            "M30,-690C130,-720 200,-690 280,-716C330,-730 370,-716 410,-728C380,-690 "
            "340,-690 300,-676C240,-650 180,-690 60,-640Z",
            m.main,
        )
        + path(
            "M60,-640C180,-690 240,-650 300,-676C340,-690 380,-690 410,-728C390,-670 "
            "350,-660 310,-650C240,-630 170,-650 60,-620Z",
            m.deep,
        )
    )
    parts.append(
        limb([(40, -742), (130, -700), (220, -664)], 36, far)
        + circle(226, -662, 17, far.main)
        + limb([(120, -744), (200, -716), (284, -700)], 30, far)
    )
    # her: behind and to the right
    parts.append(
        limb([(96, -530), (160, -470), (236, -412)], 40, far)
        + path("M222,-430L262,-404H210Z", far.dark)
        + limb([(70, -540), (40, -470), (30, -412)], 38, far)
    )
    parts.append(
        path(
            "M44,-760C74,-786 120,-780 132,-744C140,-690 136,-640 140,-600C180,-560 220,-510 "
            "236,-476C190,-470 150,-480 120,-470C80,-464 50,-470 36,-476C46,-540 50,-590 "
            "56,-620C46,-670 36,-720 44,-760Z",
            m.main,
        )
    )
    parts.append(
        path(
            "M100,-778C118,-774 128,-762 132,-744C140,-690 136,-640 140,-600C180,-560 "
            "220,-510 236,-476C200,-472 170,-478 150,-476C140,-540 110,-600 108,-640"
            "C114,-700 112,-740 100,-778Z",
            m.dark,
        )
        + folds(
            [
                [(76, -610), (70, -540), (64, -476)],
                [(100, -610), (110, -540), (110, -476)],
                [(124, -600), (160, -540), (186, -480)],
                [(60, -730), (90, -700), (130, -730)],
            ],
            m.deep,
            5,
        )
    )
    parts.append(limb([(60, -752), (8, -842), (-34, -930)], 32, m))
    parts.append(
        rect(72, -806, 26, 34, m.dark, 6)
        + ellipse(82, -828, 27, 32, m.main)
        + path("M62,-846C70,-872 116,-866 116,-830C118,-808 106,-796 98,-800C104,-826 90,-846 62,-846Z", m.dark)
        + stroke("M64,-828h8M60,-822l-4,8h6", m.deep, 3)
    )
    # him: in front
    parts.append(
        limb([(0, -540), (60, -476), (132, -412)], 46, m)
        + path("M118,-432L164,-404H104Z", m.deep)
        + limb([(-50, -550), (-128, -500), (-132, -414)], 48, m)
        + path("M-112,-404H-176Q-172,-426 -150,-428Z", m.deep)
    )
    parts.append(
        path(
            "M-70,-766C-40,-796 20,-790 38,-748C46,-690 36,-620 34,-560C10,-530 -50,-530 -80,-552C-76,-620 -80,-700 -70,-766Z",
            m.main,
        )
        + path(
            "M-8,-786C16,-782 30,-768 38,-748C46,-690 36,-620 34,-560C20,-544 6,-538 -10,-536C6,-620 8,-710 -8,-786Z", m.dark
        )
        + path(
            "M-70,-766C-62,-776 -52,-782 -42,-784C-56,-700 -56,-620 -58,-542C-66,-544 "
            "-74,-548 -80,-552C-76,-620 -80,-700 -70,-766Z",
            m.light,
        )
    )
    parts.append(
        path("M-80,-566L36,-566L34,-540Q-20,-526 -80,-546Z", m.deep, fill_opacity=0.6)
        + stroke("M-50,-760L-30,-600M20,-750L-4,-600", m.dark, 7)
    )
    parts.append(limb([(-50, -760), (-76, -850), (-64, -936)], 40, m))
    parts.append(
        rect(-32, -818, 30, 36, m.dark, 6)
        + ellipse(-20, -842, 30, 35, m.main)
        + path("M-44,-862C-40,-890 16,-886 14,-846C14,-824 4,-814 -2,-818C2,-840 -10,-862 -44,-862Z", m.dark)
        + stroke("M-40,-842h9M-46,-836l-5,9h7M-36,-818h10", m.deep, 3.2)
    )
    # hammer and sickle
    parts.append(
        stroke("M-62,-920L-84,-1040", m.dark, 14)
        + rect(-134, -1078, 96, 42, m.main, 5, transform="rotate(-10 -86 -1057)")
        + rect(-134, -1078, 96, 14, m.light, 5, transform="rotate(-10 -86 -1057)")
    )
    parts.append(
        stroke("M-36,-926L-20,-968", m.deep, 14)
        + path(
            "M-24,-962C20,-960 70,-1010 60,-1072C44,-1110 6,-1120 -22,-1108C16,-1100 "
            "38,-1070 30,-1040C22,-1004 -4,-986 -28,-980Z",
            m.main,
        )
        + path(
            "M60,-1072C44,-1110 6,-1120 -22,-1108C16,-1112 44,-1096 48,-1064C52,-1020 "
            "10,-974 -24,-962C20,-960 70,-1010 60,-1072Z",
            m.light,
        )
    )
    parts.append(circle(-62, -932, 20, m.main) + circle(-36, -930, 17, m.dark))
    return Sprite(
        group(*parts),
        (-212, -1114, 412, 0),
        (m.main, m.light, m.dark, m.deep),
        hand=(0.62, 0.4),
        seat=(0.1, 0.645),
        head=(0.32, 0.2),
        head_width=0.12,
    )


DRAWINGS = {"liberty": liberty, "christ": christ, "motherland": motherland, "horseman": horseman, "worker": worker}
