"""Figures on the move: the Bronze Horseman, Worker and Kolkhoz Woman."""

from __future__ import annotations

from ..pen import circle, ellipse, group, path, poly, rect, stroke
from ..sprites import Sprite
from .metal import BRONZE, GRANITE, STEEL, Metal, folds, limb


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


DRAWINGS = {"horseman": horseman, "worker": worker}
