"""Bodies for those whom the icon set shows as a face or a bust; units as in the icons, the ground at y=0."""

from __future__ import annotations

from functools import lru_cache

from .pen import circle, ellipse, group, n, path, poly, rect, stroke
from .sprites import Sprite, icon

SKIN = "#ffc83d"


def face(name: str, x: float, chin: float, width: float) -> str:
    """Set an icon's drawing so that its visible box is ``width`` wide, centred on x, and ends at ``chin``."""
    drawing = icon(name)
    scale = width / drawing.width
    middle = (drawing.box[0] + drawing.box[2]) / 2
    return (
        f'<g transform="translate({n(x - scale * middle)},{n(chin - scale * drawing.box[3])})sca'
        f'le({scale:.4f})">{drawing.svg}</g>'
    )


def legs(colour: str, shoes: str, hip: float = -17) -> str:
    """Draw two legs with shoes from ``hip`` down to the ground."""
    parts = [rect(side - 3, hip, 6, -hip - 1.5, colour, 2.4) for side in (-4.2, 4.2)]
    parts += [path(f"M{n(s - 4.4)},0Q{n(s - 4.4)},-4 {n(s)},-4Q{n(s + 4)},-4 {n(s + 4)},0Z", shoes) for s in (-4.8, 4.8)]
    return "".join(parts)


def body(top: str, trousers: str, shoes: str, *, skirt: bool = False, skin: str = SKIN, badge: str = "") -> str:
    """Draw a small standing person from the neck down, arms a little out."""
    shade = "#000000"
    arms = stroke("M-7,-33Q-12.5,-30 -13.5,-22.5", top, 5.2) + stroke("M7,-33Q12.5,-31 14,-24.5", top, 5.2)
    hands = circle(-13.6, -20.6, 2.9, skin) + circle(14.3, -22.6, 2.9, skin)
    if skirt:
        torso = path("M-6.5,-37Q0,-39.5 6.5,-37L8,-28L12,-12Q0,-9 -12,-12L-8,-28Z", top)
        dark = path("M2,-38Q5,-38 6.5,-37L8,-28L12,-12Q8,-10.6 4,-10.3Z", shade, fill_opacity=0.1)
        low = legs(skin, shoes, -13)
    else:
        torso = path("M-7.5,-37Q0,-39.5 7.5,-37Q9.2,-28 8.2,-15.5H-8.2Q-9.2,-28 -7.5,-37Z", top)
        dark = path("M2,-38.4Q5,-38.2 7.5,-37Q9.2,-28 8.2,-15.5H3Z", shade, fill_opacity=0.1)
        low = legs(trousers, shoes)
    return low + arms + hands + torso + dark + badge


@lru_cache(maxsize=64)
def person(
    head: str, top: str, trousers: str, shoes: str = "#4a4e69", skirt: bool = False, skin: str = SKIN, hat: str = ""
) -> Sprite:
    """Draw a whole person under an icon's face."""
    svg = body(top, trousers, shoes, skirt=skirt, skin=skin) + face(head, 0, -35, 25) + hat
    return Sprite(group(svg), (-17, -61, 17, 0), (top,), hand=(0.92, 0.63), seat=(0.5, 0.0), head=(0.5, 0.1), head_width=0.72)


@lru_cache(maxsize=64)
def bust(head: str, coat: str, trousers: str, shoes: str = "#3b3f52", hem: float = -12.0) -> Sprite:
    """Draw legs and the hem of a coat under an icon's bust."""
    drawing = icon(head)
    low = legs(trousers, shoes, -16)
    wide = 13.0
    torso = path(
        f"M{-wide},-20Q{-wide - 0.6},{hem} {-wide + 2},{hem}H{wide - 2}Q{wide + 0.6},{hem} {wide},-20V-24H{-wide}Z", coat
    )
    shade = path(f"M4,-20V{hem}H{wide - 2}Q{wide + 0.6},{hem} {wide},-20Z", "#000000", fill_opacity=0.1)
    svg = low + torso + shade + face(head, 0, -18, 27.5)
    top = -18 - 27.5 / drawing.aspect
    return Sprite(group(svg), (-15, top, 15, 0), (coat,), hand=(0.93, 0.7), seat=(0.5, 0.0), head=(0.5, 0.08), head_width=0.6)


#: Fur, belly and tail of the sitting animals by the icon of their face.
FUR = {
    "fox": ("#ff822d", "#fff1df", "brush"), "wolf": ("#8d8f98", "#e6e6e6", "brush"), "bear": ("#a56953", "#e6b496", ""),
    "polar-bear": ("#f2f2f4", "#ffffff", ""), "panda": ("#f4f4f4", "#ffffff", "panda"), "koala": ("#9b9b9b", "#e4e4e6", ""),
    "lion": ("#f1a84a", "#ffdea7", "tuft"), "raccoon": ("#8a8d96", "#d3d3d3", "ringed"), "hamster": ("#f3ad61", "#fff1df", ""),
    "frog": ("#3fd07a", "#d9f7b0", ""), "boar": ("#7d5142", "#9c6d5a", "tuft"), "moose": ("#8c5543", "#b57f66", ""),
}  # fmt: skip


@lru_cache(maxsize=32)
def sitter(head: str) -> Sprite:
    """Draw a sitting animal under an icon's face."""
    fur, belly, tail = FUR[head]
    limb = "#3a3a44" if tail == "panda" else fur
    parts = []
    if tail in ("brush", "ringed"):
        tip = "#fff6ea" if tail == "brush" else "#4c4f58"
        parts.append(path("M8,-4C20,-1 29,-9 25,-24C22,-19 19,-17 15,-15C11,-12 8,-9 8,-4Z", fur))
        parts.append(path("M20.4,-17.6C23,-19.4 24.2,-21 25,-24C27,-17 26,-12 24,-8.6C22,-11 21,-14 20.4,-17.6Z", tip))
    elif tail == "tuft":
        parts.append(stroke("M10,-5Q21,-4 21,-15", fur, 2.6) + circle(21, -16.5, 3.2, "#7d4533"))
    else:
        parts.append(circle(12.5, -6, 3.4, belly if tail == "panda" else fur))
    parts.append(path("M-11,-30Q0,-34 11,-30Q15,-14 13,-2Q0,1.5 -13,-2Q-15,-14 -11,-30Z", fur))
    parts.append(ellipse(0, -13, 7.6, 11, belly))
    parts.append(path("M4,-31Q9,-31 11,-30Q15,-14 13,-2Q9,-0.6 6,-0.4Q10,-14 4,-31Z", "#000000", fill_opacity=0.08))
    for side in (-1, 1):
        parts.append(ellipse(side * 11, -5.2, 6, 5.6, limb))
        parts.append(ellipse(side * 12, -2, 6, 2.6, limb) + ellipse(side * 12, -1.6, 6, 2.2, "#000000", fill_opacity=0.08))
        parts.append(stroke(f"M{side * 7.5},-23Q{side * 6.4},-14 {side * 4.6},-6", limb, 5.6))
        parts.append(circle(side * 4.4, -4.4, 3.3, limb))
    parts.append(face(head, 0, -23, 29))
    top = -23 - 29 / icon(head).aspect
    return Sprite(
        group(*parts), (-18, top, 18 if tail in ("", "panda") else 26, 0), (fur,), hand=(0.5, 0.74), seat=(0.5, 0.1),
        head=(0.42 if tail not in ("", "panda") else 0.5, 0.09), head_width=0.55,
    )  # fmt: skip


def flower(petal: str, heart: str, petals: int = 6, *, height: float = 26, reach: float = 7.5, cup: str = "") -> Sprite:
    """Draw a flower on a stem with two leaves."""
    top = -height
    parts = [stroke(f"M0,0Q1.5,{n(top / 2)} 0,{n(top)}", "#3f9142", 1.7)]
    parts.append(path(f"M0,-1C-3,-6 -8,-9 -7,{n(top * 0.62)}C-3,-12 0,-7 0,-1Z", "#4bab52"))
    parts.append(path(f"M0,-1C3,-5 7,-7 7.4,{n(top * 0.5)}C3,-10 0,-6 0,-1Z", "#358a3d"))
    for k in range(petals):
        parts.append(
            f'<ellipse cx="0" cy="{n(-reach * 0.58)}" rx="{n(reach * 0.36 * 6 / max(petals, 5))}" ry="{n(reach * 0.55)}" '
            f'fill="{petal}" transform="translate(0,{n(top)})rotate({n(360 / petals * k)})"/>'
        )
    parts.append(circle(0, top, reach * 0.36, heart))
    if cup:
        parts.append(circle(0, top, reach * 0.44, cup) + circle(0, top, reach * 0.26, heart))
    return Sprite(group(*parts), (-8, top - reach, 8, 0), (petal,), hand=(0.5, 0.5))


@lru_cache(maxsize=1)
def unicorn() -> Sprite:
    """Turn the horse into a white unicorn with a coloured mane and a horn."""
    horse = icon("horse", -1)
    svg = horse.svg.replace("#1c1c1c", "#f25c94", 1).replace("#6d4534", "#d9d4e8").replace("#a56953", "#f6f3fb")
    svg = svg.replace("#e39d89", "#f7b8cf")
    horn = poly([(4.4, 4.6), (6.9, 3.6), (3.2, -3.4)], "#ffc93c") + stroke("M4.4,2.6L5.9,1.8M4,0.8L5,0.2", "#e09a16", 0.5)
    left, _, right, bottom = horse.box
    return Sprite(group(horn, svg), (left, -3.4, right, bottom), ("#f6f3fb",), -1, hand=(0.1, 0.5), seat=(0.58, 0.47))
