"""Things that the icon set lacks: furniture, boats, a balloon, flowers, hats; units as in the icons, ground at y=0."""

from __future__ import annotations

from collections.abc import Callable

from .figures import flower
from .pen import circle, ellipse, group, lamp, path, poly, rect, stroke
from .sprites import Sprite, icon


def sakura() -> Sprite:
    """Draw a tree in pink blossom."""
    parts = [path("M-2.4,0Q-1.4,-8 -2,-14H2Q1.4,-8 2.6,0Z", "#7d4b3a"), stroke("M0,-9L-5,-15M0,-10L5,-16", "#7d4b3a", 1.6)]
    for x, y, r, c in (
        (-7, -16, 6, "#f58fb8"),
        (7, -16, 6, "#f283b0"),
        (0, -15, 7, "#f79cc2"),
        (-4.5, -22, 6.4, "#ffb3d1"),
        (5, -22, 6, "#f9a3c6"),
        (0, -26, 6, "#ffc4dc"),
    ):
        parts.append(circle(x, y, r, c))
    for x, y in ((-8, -18), (-3, -14), (3, -19), (8, -15), (-5, -24), (1, -28), (5, -24), (0, -22), (-9, -14), (9, -19)):
        parts.append(circle(x, y, 0.9, "#fff0f6"))
    return Sprite(group(*parts), (-13, -32, 13, 0), ("#f58fb8", "#f283b0", "#f79cc2", "#ffb3d1", "#f9a3c6", "#ffc4dc"))


def bench() -> Sprite:
    """Draw a park bench."""
    wood, dark, iron = "#c98a4b", "#a06a35", "#4a4e69"
    parts = [rect(x, -16, 2, 16, iron, 1) for x in (-17, 15)] + [rect(x, -8, 2, 8, iron, 1) for x in (-13, 11)]
    parts += [rect(-19, y, 38, 2.6, wood, 1) + rect(-19, y + 1.6, 38, 1, dark, 0.5) for y in (-18, -14.4, -10.8)]
    parts.append(rect(-20, -8.6, 40, 2.8, wood, 1) + rect(-20, -6.8, 40, 1, dark, 0.5))
    return Sprite(group(*parts), (-20, -18, 20, 0), (wood, dark), seat=(0.5, 0.55))


def table() -> Sprite:
    """Draw a small table with a cloth."""
    parts = [rect(-14, -14, 2.6, 14, "#8c5a30", 1), rect(11.4, -14, 2.6, 14, "#8c5a30", 1)]
    parts.append(
        path("M-18,-17H18V-11Q15,-8 12,-11Q9,-8 6,-11Q3,-8 0,-11Q-3,-8 -6,-11Q-9,-8 -12,-11Q-15,-8 -18,-11Z", "#f4f1ea")
    )
    parts.append(rect(-18, -18, 36, 2.4, "#e4574c", 1))
    return Sprite(group(*parts), (-18, -18, 18, 0), ("#e4574c",), seat=(0.5, 0.02))


def street_lamp() -> Sprite:
    """Draw a street lamp that is lit."""
    parts = [
        circle(0, -39, 8, lamp(255, 224, 140), fill_opacity=0.28),
        rect(-1, -34, 2, 34, "#3b4256", 1),
        rect(-3, -3, 6, 3, "#3b4256", 1),
        rect(-2, -20, 4, 1.4, "#3b4256"),
    ]
    parts.append(
        poly([(-4, -42), (4, -42), (2.6, -34), (-2.6, -34)], lamp(255, 226, 140))
        + poly([(-5, -42), (5, -42), (0, -46)], "#3b4256")
    )
    return Sprite(group(*parts), (-8, -47, 8, 0), ("#3b4256",))


def sandcastle() -> Sprite:
    """Draw a sand castle with a flag."""
    sand, dark = "#f0cf8a", "#cf9f55"
    parts = [
        rect(-15, -12, 30, 12, sand, 1),
        rect(-17, -18, 9, 18, sand, 1),
        rect(8, -18, 9, 18, dark, 1),
        rect(-6, -24, 12, 24, sand, 1),
        rect(2, -24, 4, 24, dark, 1),
    ]
    parts += [
        rect(x, y, 2.4, 2.6, sand)
        for x, y in ((-17, -20), (-12.6, -20), (8, -20), (13, -20), (-6, -26), (-1.2, -26), (3.6, -26))
    ]
    parts.append(
        path("M-3,0V-6A3,3 0 0 1 3,-6V0Z", "#9a6d35")
        + rect(-0.4, -34, 0.9, 9, "#7d4b3a")
        + poly([(0.5, -34), (7, -32), (0.5, -30)], "#e4574c")
    )
    return Sprite(group(*parts), (-17, -34, 17, 0), (sand, dark))


def well() -> Sprite:
    """Draw a well with a roof."""
    parts = [
        rect(-11, -26, 2, 18, "#8c5a30"),
        rect(9, -26, 2, 18, "#8c5a30"),
        poly([(-16, -24), (16, -24), (0, -34)], "#c0553f"),
        poly([(0, -34), (16, -24), (4, -24)], "#9c4233"),
    ]
    parts.append(
        path("M-13,-11H13V-2Q0,1.5 -13,-2Z", "#b4b0a8")
        + rect(-14, -12.6, 28, 3, "#d2cec5", 1)
        + rect(-0.4, -24, 0.8, 10, "#7d6a55")
        + rect(-2.5, -15.5, 5, 4, "#7d8fb3", 1)
    )
    for x, y in ((-9, -6), (-2, -7), (5, -5), (-5, -3), (8, -8)):
        parts.append(rect(x, y, 4, 2, "#94908a", 0.8))
    return Sprite(group(*parts), (-16, -34, 16, 0), ("#c0553f", "#9c4233"))


def windmill() -> Sprite:
    """Draw a windmill."""
    parts = [
        poly([(-8, 0), (8, 0), (5, -27), (-5, -27)], "#f1e6d3"),
        poly([(2, 0), (8, 0), (5, -27), (2, -27)], "#d6c4a6"),
        path("M-6.5,-27Q0,-37 6.5,-27Z", "#b8543f"),
    ]
    parts.append(path("M-2,0V-5A2,2 0 0 1 2,-5V0Z", "#7d4b3a") + rect(-1.4, -17, 2.8, 3.4, "#6f9fc4", 0.6))
    for turn in (20, 110, 200, 290):
        parts.append(
            f'<g transform="translate(0,-29)rotate({turn})">'
            + rect(-0.5, -19, 1, 19, "#7d4b3a")
            + rect(0.5, -19, 4, 14, "#fbf3e2")
            + stroke("M0.5,-15.5H4.5M0.5,-12H4.5M0.5,-8.5H4.5M2.5,-19V-5", "#c7ae87", 0.4)
            + "</g>"
        )
    parts.append(circle(0, -29, 1.4, "#5b3a2c"))
    return Sprite(group(*parts), (-18, -47, 18, 0), ("#b8543f",))


def lighthouse() -> Sprite:
    """Draw a striped lighthouse with its light on."""

    def side(y: float) -> float:
        return 7.5 + y / 12  # narrower upwards, y is negative

    parts = []
    edges = [0, -8, -16, -24, -32, -40]
    for k, (low, top) in enumerate(zip(edges, edges[1:], strict=False)):
        a, b = side(low), side(top)
        light, dark = ("#f4f1ea", "#d3cdc0") if k % 2 else ("#e4483f", "#b93030")
        parts.append(
            poly([(-a, low), (a, low), (b, top), (-b, top)], light)
            + poly([(a * 0.3, low), (a, low), (b, top), (b * 0.3, top)], dark)
        )
    parts.append(
        circle(0, -44.5, 9, lamp(255, 236, 150), fill_opacity=0.35)
        + rect(-5.6, -41.6, 11.2, 1.8, "#3b4256", 0.6)
        + rect(-3, -48, 6, 6.6, lamp(255, 233, 140))
    )
    parts.append(
        rect(-3.4, -48, 0.8, 6.6, "#3b4256") + rect(2.6, -48, 0.8, 6.6, "#3b4256") + path("M-4.4,-48Q0,-54 4.4,-48Z", "#b93030")
    )
    parts.append(
        path("M-1.8,0V-4.4A1.8,1.8 0 0 1 1.8,-4.4V0Z", "#6b4a35")
        + rect(-1, -21, 2, 3, "#6f9fc4", 0.6)
        + rect(-1, -36, 2, 3, "#6f9fc4", 0.6)
    )
    parts.append(path("M-13,0Q-11,-4 -6,-3Q0,-5 6,-3Q11,-4 13,0Z", "#9a948c"))
    return Sprite(group(*parts), (-13, -54, 13, 0), ("#e4483f", "#b93030"))


def chest() -> Sprite:
    """Draw an open treasure chest."""
    parts = [
        path("M-14,-12Q-14,-24 0,-24Q14,-24 14,-12Z", "#8c5a30"),
        path("M-12,-12Q-12,-21 0,-21Q12,-21 12,-12Z", "#5b3a20"),
        ellipse(0, -12, 12, 4.4, "#f7c53b"),
    ]
    parts += [circle(x, y, 2, "#ffe38a") for x, y in ((-7, -14), (-2, -15.4), (4, -14.4), (8, -13), (1, -12.6))] + [
        poly([(-5, -17), (-3, -19), (-1, -17), (-3, -14)], "#5fd0ea"),
        circle(6, -16, 1.6, "#e4483f"),
    ]
    parts.append(
        rect(-14, -12, 28, 12, "#a8703d", 1.4)
        + rect(3, -12, 11, 12, "#8c5a30", 1.4)
        + rect(-14, -9, 28, 1.6, "#e0ae3a")
        + rect(-2.4, -10.6, 4.8, 5.6, "#f7c53b", 1)
        + circle(0, -8, 0.9, "#5b3a20")
    )
    return Sprite(group(*parts), (-14, -24, 14, 0), ("#a8703d", "#8c5a30"))


def hot_air_balloon() -> Sprite:
    """Draw a hot-air balloon with its basket."""
    parts = [path("M0,-46C15,-46 19,-34 17,-27C15,-20 7,-14 4,-11H-4C-7,-14 -15,-20 -17,-27C-19,-34 -15,-46 0,-46Z", "#e4483f")]
    parts.append(path("M0,-46C7,-46 10,-34 9,-27C8,-20 4,-14 2,-11H-2C-4,-14 -8,-20 -9,-27C-10,-34 -7,-46 0,-46Z", "#ffc93c"))
    parts.append(
        path("M0,-46C3,-46 4,-34 3.6,-27C3,-20 1,-14 0.8,-11H-0.8C-1,-14 -3,-20 -3.6,-27C-4,-34 -3,-46 0,-46Z", "#e4483f")
    )
    parts.append(path("M5,-45C14,-43 19,-34 17,-27C15,-20 7,-14 4,-11H2C10,-20 13,-34 5,-45Z", "#000000", fill_opacity=0.1))
    parts.append(
        stroke("M-4,-11L-3.4,-6M4,-11L3.4,-6", "#7d6a55", 0.5)
        + path("M-4,-6.4H4L3.4,0H-3.4Z", "#b97f45")
        + rect(-4.3, -7, 8.6, 1.4, "#8c5a30", 0.7)
    )
    return Sprite(group(*parts), (-18, -46, 18, 0), ("#e4483f",), seat=(0.5, 0.86))


def submarine() -> Sprite:
    """Draw a yellow submarine looking left."""
    parts = [
        rect(-2, -23, 11, 9, "#f2b21c", 2.4),
        rect(1, -30, 1.6, 8, "#d99a10"),
        rect(-3, -31, 6, 2, "#d99a10", 1),
        ellipse(0, -9, 19, 9, "#ffc93c"),
        path("M-18.6,-7Q0,-1 18.6,-7Q14,0 0,0Q-14,0 -18.6,-7Z", "#d99a10"),
    ]
    parts += [circle(x, -10, 3, "#3b6fa8") + circle(x - 0.5, -10.5, 2.1, "#a8e0f5") for x in (-10, -1.5, 7)] + [
        ellipse(20, -13, 1.4, 4, "#8a93a8"),
        ellipse(20, -5, 1.4, 4, "#6a7388"),
    ]
    return Sprite(group(*parts), (-19, -31, 21.4, 0), ("#ffc93c", "#f2b21c", "#d99a10"), -1)


def winter_hat() -> Sprite:
    """Draw a woollen hat with a pompom."""
    parts = [
        path("M-8,-3Q-8,-13 0,-13Q8,-13 8,-3Z", "#e4483f"),
        rect(-9, -5, 18, 5, "#ffffff", 2.4),
        circle(0, -14.4, 2.8, "#ffffff"),
        stroke("M-3,-5.5Q-3.6,-10 -1.4,-12.6M3,-5.5Q3.6,-10 1.4,-12.6", "#b93030", 0.8),
    ]
    return Sprite(group(*parts), (-9, -17, 9, 0), ("#e4483f", "#b93030"))


def grass() -> Sprite:
    """Draw a tuft of tall grass."""
    blades = ((-5, -5, 14, "#4ba55a"), (-2, -1, 20, "#3f9142"), (1, 3, 17, "#5cb85f"), (4, 6, 13, "#358a3d"))
    parts = []
    for x, bend, high, colour in blades:
        left, right = f"{x + bend * 0.2},{-high * 0.6}", f"{x + bend * 0.3 + 1},{-high * 0.5}"
        parts.append(path(f"M{x - 1},0Q{left} {x + bend},{-high}Q{right} {x + 1.4},0Z", colour))
    return Sprite(group(*parts), (-10, -20, 10, 0), ("#4ba55a", "#3f9142", "#5cb85f", "#358a3d"))


def monster() -> Sprite:
    """Draw a shaggy, friendly monster."""
    fur, dark = "#8f6be0", "#6d4bbf"
    parts = [
        path("M-13,0Q-17,-20 -11,-34Q0,-46 11,-34Q17,-20 13,0L9,-3L5,0L1,-3L-3,0L-7,-3L-10,0Z", fur),
        path("M4,-39Q9,-37 11,-34Q17,-20 13,0L9,-3L6,-0.6Q11,-20 4,-39Z", dark, fill_opacity=0.5),
    ]
    parts += [
        poly([(-9, -35), (-12, -44), (-4, -38)], "#ffc93c"),
        poly([(9, -35), (12, -44), (4, -38)], "#f2a71c"),
        stroke("M-13,-20Q-19,-16 -17,-9M13,-20Q20,-18 18,-26", fur, 4.4),
    ]
    parts += [
        circle(-4.5, -28, 4.4, "#ffffff")
        + circle(4.5, -28, 4.4, "#ffffff")
        + circle(-3.8, -27.6, 2, "#212121")
        + circle(5, -27.6, 2, "#212121")
    ]
    parts.append(
        path("M-7,-20Q0,-12 7,-20Z", "#5b2333")
        + poly([(-4, -19.4), (-2, -19), (-3, -16.6)], "#ffffff")
        + poly([(2, -19), (4, -19.4), (3, -16.6)], "#ffffff")
        + ellipse(0, -8, 7, 6, "#b79bf0")
    )
    return Sprite(group(*parts), (-18, -44, 19, 0), (fur, dark), hand=(0.97, 0.4), head=(0.5, 0.1), head_width=0.55)


def umbrella() -> Sprite:
    """Draw an open beach umbrella."""
    return icon("beach-with-umbrella")


PROPS: dict[str, Callable[[], Sprite]] = {
    "sakura": sakura, "bench": bench, "table": table, "lamp": street_lamp, "sandcastle": sandcastle, "well": well,
    "windmill": windmill, "lighthouse": lighthouse, "chest": chest, "hot-air-balloon": hot_air_balloon,
    "submarine": submarine, "winterhat": winter_hat, "grass": grass, "monster": monster,
    "daffodil": lambda: flower("#ffdf4f", "#e8890c", 6, cup="#ffab2e"),
    "poppy": lambda: flower("#f0443a", "#33202a", 5, reach=8.5),
    "dandelion": lambda: flower("#ffd21f", "#ffb400", 14, height=20, reach=6.5),
    "snowdrop": lambda: flower("#ffffff", "#9fd68a", 5, height=18, reach=6.5),
    "cornflower": lambda: flower("#5b7fe8", "#3a3f9c", 8, reach=6.8),
}  # fmt: skip
