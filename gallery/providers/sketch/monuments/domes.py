"""Domes and shells: the Taj Mahal, St Basil's Cathedral, the Sydney Opera House."""

from __future__ import annotations

from ..pen import arch, circle, ellipse, group, mirrored, n, path, poly, rect, stroke
from ..sprites import Sprite

GOLD = "#f2c14e"


def onion_path(x: float, y: float, w: float) -> str:
    """Write an onion dome ``w`` wide whose neck stands on ``y``."""

    def at(dx: float, dy: float) -> str:
        return f"{n(x + dx * w)},{n(y + dy * w)}"

    return (
        f"M{at(-0.34, 0)}C{at(-0.62, -0.22)} {at(-0.58, -0.66)} {at(-0.22, -0.9)}"
        f"C{at(-0.1, -0.99)} {at(-0.03, -1.1)} {at(0, -1.28)}"
        f"C{at(0.03, -1.1)} {at(0.1, -0.99)} {at(0.22, -0.9)}C{at(0.58, -0.66)} {at(0.62, -0.22)} {at(0.34, 0)}Z"
    )


def orthodox_cross(x: float, y: float, s: float) -> str:
    """Draw a golden cross that stands on ``y``."""
    return circle(x, y - s * 0.12, s * 0.13, GOLD) + stroke(
        f"M{n(x)},{n(y)}V{n(y - s)}M{n(x - s * 0.26)},{n(y - s * 0.66)}H{n(x + s * 0.26)}"
        f"M{n(x - s * 0.14)},{n(y - s * 0.84)}H{n(x + s * 0.14)}",
        GOLD,
        s * 0.09,
    )


def onion(x: float, y: float, w: float, style: str, one: str, two: str, mark: str) -> str:
    """Draw a patterned onion dome: "swirl", "zigzag", "scales" or "ribs"."""
    d = onion_path(x, y, w)
    inside = []
    if style == "swirl":
        for k in range(-3, 7):
            a = x - w * 0.95 + k * w * 0.3
            inside.append(
                path(
                    f"M{n(a)},{n(y)}C{n(a + w * 0.3)},{n(y - w * 0.3)} {n(a + w * 0.5)},{n(y - w * 0.7)} "
                    f"{n(a + w * 0.9)},{n(y - w * 1.3)}h{n(w * 0.14)}C{n(a + w * 0.64)},{n(y - w * 0.7)} "
                    f"{n(a + w * 0.44)},{n(y - w * 0.3)} {n(a + w * 0.14)},{n(y)}Z",
                    two,
                )
            )
    elif style == "zigzag":
        for row in range(6):
            yy = y - row * w * 0.21
            pts = [(x - w * 0.66 + k * w * 0.11, yy - (w * 0.1 if k % 2 else 0)) for k in range(13)]
            inside.append(poly([*pts, *[(px, py - w * 0.1) for px, py in pts[::-1]]], two))
    elif style == "scales":
        for row in range(7):
            for k in range(9):
                cx = x - w * 0.64 + k * w * 0.16 + (w * 0.08 if row % 2 else 0)
                cy = y - row * w * 0.15
                inside.append(poly([(cx, cy - w * 0.1), (cx + w * 0.075, cy), (cx, cy + w * 0.07), (cx - w * 0.075, cy)], two))
    else:
        for k in range(-3, 4):
            b = k * 0.16
            inside.append(
                stroke(
                    f"M{n(x + b * w * 0.9)},{n(y)}C{n(x + b * w * 1.9)},{n(y - w * 0.3)} {n(x + b * w * 1.7)},"
                    f"{n(y - w * 0.65)} "
                    f"{n(x + b * w * 0.5)},{n(y - w * 0.94)}L{n(x)},{n(y - w * 1.28)}",
                    two,
                    w * 0.055,
                )
            )
    shade = path(
        f"M{n(x + w * 0.06)},{n(y)}C{n(x + w * 0.4)},{n(y - w * 0.3)} {n(x + w * 0.34)},{n(y - w * 0.8)} "
        f"{n(x)},{n(y - w * 1.28)}L{n(x + w)},{n(y - w * 1.28)}V{n(y)}Z",
        "#2a1633",
        fill_opacity=0.2,
    )
    glint = ellipse(x - w * 0.24, y - w * 0.56, w * 0.07, w * 0.2, "#ffffff", fill_opacity=0.35)
    clip = f'<clipPath id="{mark}"><path d="{d}"/></clipPath>'
    return (
        clip
        + path(d, one)
        + f'<g clip-path="url(#{mark})">{"".join(inside)}{shade}{glint}</g>'
        + orthodox_cross(x, y - w * 1.2, w * 0.62)
    )


def basil() -> Sprite:
    """Draw St Basil's Cathedral: the tent in the middle and eight patterned domes around it."""
    brick, light, dark, white, cream, deep = "#c9573f", "#de7357", "#9f4034", "#fbf3e6", "#dccfbb", "#6b2c2c"
    parts = []

    def drum(x: float, base: float, w: float, h: float) -> str:
        bits = [
            rect(x - w / 2, base - h, w, h, brick),
            rect(x + w * 0.16, base - h, w * 0.34, h, dark),
            rect(x - w / 2, base - h, w * 0.1, h, light),
        ]
        for k in range(3):
            wx = x - w * 0.3 + k * w * 0.3
            bits.append(
                arch(wx, base - h * 0.12, w * 0.2, h * 0.5, white if k < 2 else cream)
                + arch(wx, base - h * 0.12, w * 0.1, h * 0.4, deep)
            )
        for f in (0.0, 0.72):
            bits.append(
                rect(x - w * 0.55, base - h * f - h * 0.08, w * 1.1, h * 0.09, white)
                + rect(x + w * 0.16, base - h * f - h * 0.08, w * 0.39, h * 0.09, cream)
            )
        for k in range(4):
            gx = x - w * 0.375 + k * w * 0.25
            bits.append(
                path(
                    f"M{n(gx - w * 0.14)},{n(base - h * 0.98)}Q{n(gx - w * 0.14)},{n(base - h * 0.98 - w * 0.15)} "
                    f"{n(gx)},{n(base - h * 0.98 - w * 0.24)}Q{n(gx + w * 0.14)},{n(base - h * 0.98 - w * 0.15)} "
                    f"{n(gx + w * 0.14)},{n(base - h * 0.98)}Z",
                    "#4aa37c" if k % 2 else light,
                )
            )
        bits.append(
            rect(x - w * 0.3, base - h - w * 0.26, w * 0.6, w * 0.3, white)
            + rect(x + w * 0.1, base - h - w * 0.26, w * 0.2, w * 0.3, cream)
        )
        return "".join(bits)

    def tower(x: float, base: float, w: float, h: float, style: str, one: str, two: str, mark: str, dome: float = 1.12) -> str:
        return drum(x, base, w, h) + onion(x, base - h - w * 0.22, w * dome, style, one, two, mark)

    # behind
    parts.append(tower(-190, -150, 118, 330, "ribs", "#3f8f6a", "#f2c14e", "d1"))
    parts.append(tower(196, -150, 118, 330, "scales", "#d1453f", "#58a86a", "d2"))
    # the tent in the middle
    parts.append(drum(0, -180, 170, 290))
    parts.append(
        poly([(-78, -500), (78, -500), (22, -770), (-22, -770)], brick)
        + poly([(18, -500), (78, -500), (22, -770), (6, -770)], dark)
    )
    for k in range(6):
        y, w = -520 - k * 42, 70 - k * 8.6
        parts.append(stroke(f"M{n(-w)},{n(y)}L0,{n(y - 26)}L{n(w)},{n(y)}", white if k % 2 else GOLD, 5))
    parts.append(
        rect(-26, -800, 52, 34, white) + rect(8, -800, 18, 34, cream) + onion(0, -798, 66, "ribs", GOLD, "#d99a26", "d0")
    )
    # the sides
    parts.append(tower(-300, -90, 138, 300, "swirl", "#3f78c9", "#f7f3ea", "d3"))
    parts.append(tower(304, -90, 138, 300, "zigzag", "#e0a92c", "#3f8f6a", "d4"))
    # in front
    parts.append(tower(-120, -70, 150, 250, "zigzag", "#2f9a63", "#f2c14e", "d5", 1.18))
    parts.append(tower(130, -70, 150, 250, "swirl", "#d6453d", "#f7f3ea", "d6", 1.18))
    parts.append(tower(4, -40, 124, 190, "scales", "#3f78c9", "#7fd0e0", "d7", 1.2))
    # the gallery below
    parts.append(
        rect(-400, -120, 800, 120, brick)
        + rect(150, -120, 250, 120, dark)
        + rect(-400, -128, 800, 14, white)
        + rect(150, -128, 250, 14, cream)
    )
    for k in range(13):
        x = -368 + k * 61.3
        parts.append(arch(x, -10, 44, 92, white if x < 150 else cream) + arch(x, -10, 28, 78, deep))
    parts.append(rect(-412, -14, 824, 14, cream))
    for x in (-400, 400):
        parts.append(
            rect(x - 34, -170, 68, 170, light if x < 0 else brick)
            + poly([(x - 44, -170), (x + 44, -170), (x, -290)], "#4aa37c" if x < 0 else "#357f62")
        )
        parts.append(arch(x, -40, 30, 80, white if x < 0 else cream) + arch(x, -40, 18, 66, deep) + orthodox_cross(x, -286, 44))
    return Sprite(
        group(*parts), (-436, -960, 436, 0), (brick, light, dark), seat=(0.5, 0.86), head=(0.5, 0.03), head_width=0.12
    )


def taj() -> Sprite:
    """Draw the Taj Mahal with its four minarets and the pool before it."""
    white, light, shade, deep = "#f3ecec", "#fffdfa", "#cfc6d8", "#9a90b5"
    parts = []

    def minaret(x: float, h: float, near: bool) -> str:
        w = 17.0 if near else 14.0
        bits = [
            poly([(x - w, 0), (x + w, 0), (x + w * 0.72, -h), (x - w * 0.72, -h)], white),
            poly([(x + w * 0.25, 0), (x + w, 0), (x + w * 0.72, -h), (x + w * 0.2, -h)], shade),
        ]
        bits += [
            rect(x - w * 1.35, -h * f - 6, w * 2.7, 12, light) + rect(x - w * 1.35, -h * f + 4, w * 2.7, 4, deep)
            for f in (0.33, 0.66, 1.0)
        ]
        bits += [rect(x + dx - 2, -h - 34, 4, 30, shade) for dx in (-w * 0.7, 0, w * 0.7)]
        bits.append(
            rect(x - w, -h - 40, w * 2, 7, light)
            + path(
                f"M{n(x - w * 0.9)},{n(-h - 38)}Q{n(x - w * 0.9)},{n(-h - 74)} {n(x)},{n(-h - 82)}"
                f"Q{n(x + w * 0.9)},{n(-h - 74)} {n(x + w * 0.9)},{n(-h - 38)}Z",
                white,
            )
            + rect(x - 1.5, -h - 100, 3, 22, GOLD)
        )
        return f'<g transform="translate(0,-64)">{"".join(bits)}</g>'

    parts.append(minaret(-330, 430, False) + minaret(330, 430, False))
    # the dome
    parts.append(rect(-124, -520, 248, 70, white) + rect(40, -520, 84, 70, shade) + rect(-130, -528, 260, 12, light))
    dome = (
        "M-122,-526C-186,-610 -170,-724 -70,-782C-30,-806 -10,-824 0,-856C10,-824 30,-806 70,-782C170,-724 186,-610 122,-526Z"
    )
    parts.append(
        path(dome, light) + path("M30,-526C96,-600 92,-730 0,-856C10,-824 30,-806 70,-782C170,-724 186,-610 122,-526Z", shade)
    )
    parts.append(
        path("M80,-526C150,-610 136,-712 50,-792C60,-788 66,-784 70,-782C170,-724 186,-610 122,-526Z", deep, fill_opacity=0.4)
        + ellipse(-78, -650, 18, 56, "#ffffff")
    )
    parts.append(
        rect(-3, -930, 6, 78, GOLD)
        + circle(0, -868, 10, GOLD)
        + circle(0, -894, 7, GOLD)
        + path("M-12,-930A13,13 0 0 0 12,-930A15,11 0 0 1 -12,-930Z", GOLD)
    )
    for x in (-176, 176):  # the small pavilions
        parts.append(
            rect(x - 44, -470, 88, 10, light)
            + "".join(rect(x + dx - 5, -520, 10, 54, white if x < 0 else shade) for dx in (-34, 0, 34))
        )
        parts.append(
            rect(x - 48, -530, 96, 12, light)
            + path(
                f"M{x - 42},-528C{x - 62},-572 {x - 40},-606 {x},-628C{x + 40},-606 {x + 62},-572 {x + 42},-528Z",
                light if x < 0 else white,
            )
        )
        parts.append(
            path(f"M{x + 8},-528C{x + 34},-566 {x + 26},-606 {x},-628C{x + 40},-606 {x + 62},-572 {x + 42},-528Z", shade)
            + rect(x - 2, -654, 4, 28, GOLD)
        )
    # the body with cut corners
    parts.append(
        poly([(-270, -64), (270, -64), (270, -460), (-270, -460)], white)
        + rect(150, -460, 120, 396, shade)
        + poly([(-270, -64), (-270, -460), (-226, -460), (-226, -64)], light)
    )
    parts.append(rect(-276, -470, 552, 16, light) + rect(-276, -456, 552, 4, deep))
    for x in (-198, 198):
        for y in (-250, -72):
            frame, hole = (light, shade) if x < 0 else (white, deep)
            parts.append(
                rect(x - 50, y - 172, 100, 168, frame)
                + path(
                    f"M{x - 36},{y}V{y - 92}Q{x - 34},{y - 124} {x},{y - 152}Q{x + 34},{y - 124} {x + 36},{y - 92}V{y}Z", hole
                )
            )
            parts.append(
                rect(x - 16, y - 74, 32, 70, "#6f668c")
                + stroke(f"M{x - 36},{y - 92}Q{x - 34},{y - 124} {x},{y - 152}Q{x + 34},{y - 124} {x + 36},{y - 92}", GOLD, 2.5)
            )
    parts.append(
        rect(-122, -500, 244, 436, light)
        + rect(84, -500, 38, 436, white)
        + rect(-122, -500, 244, 10, white)
        + rect(-110, -486, 220, 422, "#e4dcea")
    )
    parts.append(
        path("M-86,-64V-320Q-82,-392 0,-446Q82,-392 86,-320V-64Z", shade)
        + path("M-60,-64V-312Q-54,-372 0,-412Q66,-372 86,-320V-64Z", deep)
    )
    parts.append(
        path("M-34,-64V-200Q-32,-236 0,-258Q32,-236 34,-200V-64Z", "#5d5480")
        + path("M-32,-280Q-30,-316 0,-336Q30,-316 32,-280Z", "#5d5480")
        + stroke("M-86,-64V-320Q-82,-392 0,-446Q82,-392 86,-320V-64", GOLD, 4)
    )
    for x in (-96, 96):
        parts.append("".join(circle(x, y, 4, "#c98aa0") for y in range(-460, -80, 30)))
    parts.append(minaret(-440, 520, True) + minaret(440, 520, True))
    parts.append(
        rect(-480, -66, 960, 40, light)
        + rect(180, -66, 300, 40, white)
        + rect(-480, -34, 960, 10, shade)
        + "".join(arch(-460 + k * 40, -30, 22, 26, shade) for k in range(24))
    )
    parts.append(rect(-500, -26, 1000, 26, "#e6c9a0") + rect(-500, -26, 1000, 6, "#f3e0bf"))
    return Sprite(
        group(*parts), (-500, -940, 500, 0), (light, white, shade), seat=(0.5, 0.93), head=(0.5, 0.05), head_width=0.12
    )


def sydney() -> Sprite:
    """Draw the Sydney Opera House: two rows of white shells on a broad terrace."""
    light, white, shade, base = "#fffdf6", "#f1ebdd", "#c9c3c0", "#c79b77"

    def shell(x: float, w: float, h: float, lean: float, y: float = -110) -> str:
        tip = (x + lean * w, y - h)
        d = (
            f"M{n(x)},{n(y)}C{n(x - w * 0.02)},{n(y - h * 0.55)} {n(x + lean * w * 0.55)},{n(y - h * 0.92)} "
            f"{n(tip[0])},{n(tip[1])}C{n(x + lean * w * 0.96)},{n(y - h * 0.55)} {n(x + w * 0.96)},{n(y - h * 0.22)} "
            f"{n(x + w)},{n(y)}Z"
        )
        face = (
            f"M{n(tip[0])},{n(tip[1])}C{n(x + lean * w * 0.96)},{n(y - h * 0.55)} {n(x + w * 0.96)},{n(y - h * 0.22)} "
            f"{n(x + w)},{n(y)}H{n(x + w * 0.62)}C{n(x + w * 0.72)},{n(y - h * 0.3)} {n(x + lean * w * 0.9)},{n(y - h * 0.66)} "
            f"{n(tip[0])},{n(tip[1])}Z"
        )
        ribs = ""
        for k in (0.2, 0.4, 0.6, 0.8):
            ribs += (
                f"M{n(x + w * 0.62 * k)},{n(y)}Q{n(x + w * (0.1 + 0.5 * k) * lean)},{n(y - h * (0.66 - 0.08 * k))} "
                f"{n(tip[0])},{n(tip[1])}"
            )
        return path(d, light) + path(face, shade) + stroke(ribs, "#ddd3c2", 3) + stroke(d, "#b8b0ac", 2)

    def glass(x: float, w: float, h: float, y: float = -110) -> str:
        d = (
            f"M{n(x)},{n(y)}Q{n(x + w * 0.2)},{n(y - h)} {n(x + w * 0.9)},{n(y - h * 1.05)}"
            f"Q{n(x + w)},{n(y - h * 0.4)} {n(x + w)},{n(y)}Z"
        )
        return path(d, "#6f86a8") + stroke(
            f"M{n(x + w * 0.3)},{n(y)}L{n(x + w * 0.9)},{n(y - h)}M{n(x + w * 0.6)},{n(y)}L{n(x + w * 0.92)},{n(y - h)}",
            "#a9bdd6",
            3,
        )

    parts = []
    # the far hall, then the near one; its shells open to the left, the last one to the right
    parts += [mirrored(shell(-520, 200, 250, 1.0, -130)), mirrored(shell(-380, 210, 350, 1.0, -130))]
    parts.append(shell(200, 150, 190, 1.0, -130) + shell(100, 170, 280, 1.0, -130))
    parts.append(
        rect(-560, -132, 1120, 132, base) + rect(120, -132, 440, 132, "#a67e60") + rect(-560, -132, 1120, 10, "#e2bd98")
    )
    parts.append(poly([(-560, 0), (-560, -60), (-640, 0)], "#d9b089"))
    for x, w, h in ((60, 250, 500), (-140, 220, 400), (-310, 190, 290)):
        parts.append(glass(x + w * 0.2, w * 0.95, h * 0.55))
        parts.append(mirrored(shell(-x - w, w, h, 1.06)))
    parts.append(shell(250, 170, 260, 1.0) + glass(250, 60, 70))
    parts.append(mirrored(shell(530, 90, 110, 1.0)) + shell(-460, 90, 120, 1.0))
    for k in range(17):
        x = -530 + k * 66
        parts.append(rect(x, -86, 40, 26, "#5b5f7a" if x < 120 else "#4a4d66", 3))
    for k in range(5):
        parts.append(rect(-560, -50 + k * 11, 1120, 4, "#b38a68" if k % 2 else "#dbb792"))
    return Sprite(
        group(*parts), (-640, -614, 560, 0), (light, white, shade), seat=(0.2, 0.5), head=(0.67, 0.03), head_width=0.12
    )


DRAWINGS = {"basil": basil, "taj": taj, "sydney": sydney}
