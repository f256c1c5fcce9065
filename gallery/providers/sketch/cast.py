"""Who plays what: from a kind of thing to its drawing, its size and its points to hold and sit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from .figures import FUR, bust, person, sitter, unicorn
from .lexicon import Kind
from .monuments import monument
from .pen import circle, ellipse, path, poly, rect, stroke
from .props import PROPS
from .sprites import Sprite, icon

#: Height of a thing of each size, as a fraction of the stage's unit.
SIZES = {1: 0.08, 2: 0.145, 3: 0.22, 4: 0.315, 5: 0.39, 6: 0.44, 7: 0.5, 8: 0.57, 9: 0.66}
#: Where a rider sits, as fractions of the box, for those that differ from the back of a horse.
SEATS = {
    "horse": (0.6, 0.38), "donkey": (0.56, 0.40), "cow": (0.56, 0.33), "elephant": (0.56, 0.16),
    "giraffe": (0.62, 0.52), "camel": (0.55, 0.2), "two-hump-camel": (0.56, 0.28), "turtle": (0.56, 0.14),
    "t-rex": (0.56, 0.5), "sauropod": (0.55, 0.52), "dragon": (0.5, 0.42), "pig": (0.55, 0.2),
    "hippopotamus": (0.55, 0.2), "rhinoceros": (0.55, 0.2), "mammoth": (0.55, 0.12), "deer": (0.6, 0.42),
    "llama": (0.62, 0.5), "zebra": (0.58, 0.42), "bed": (0.5, 0.62), "couch-and-lamp": (0.45, 0.75),
    "chair": (0.5, 0.62), "bathtub": (0.5, 0.62), "house": (0.52, 0.05), "castle": (0.5, 0.3), "automobile": (0.5, 0.1),
    "bus": (0.5, 0.04), "canoe": (0.5, 0.7), "sailboat": (0.32, 0.8), "motor-boat": (0.4, 0.5), "ship": (0.4, 0.4),
    "bicycle": (0.52, 0.4), "motorcycle": (0.52, 0.45), "motor-scooter": (0.55, 0.5), "rocket": (0.45, 0.4),
    "flying-saucer": (0.5, 0.4), "basket": (0.5, 0.45), "package": (0.5, 0.1), "tractor": (0.6, 0.1),
    "tent": (0.5, 0.9), "whale": (0.55, 0.3), "spouting-whale": (0.55, 0.5), "goat": (0.58, 0.42), "swan": (0.6, 0.5),
    "cloud": (0.5, 0.3), "airplane": (0.5, 0.4), "dolphin": (0.5, 0.35), "tiger": (0.58, 0.36),
    "racing-car": (0.5, 0.3), "bullet-train": (0.5, 0.1), "locomotive": (0.5, 0.2), "sled": (0.5, 0.5),
}  # fmt: skip


def _knight() -> Sprite:
    base = person("man", "#9aa7b8", "#7b8799", "#5d6878", skin="#b8c2cf")
    helmet = path("M-13,-45Q-14,-62 0,-63Q14,-62 13,-45L12,-47Q0,-52 -12,-47Z", "#b8c2cf") + path(
        "M3,-62.5Q14,-60 13,-45L12,-47Q8,-49 4,-50Z", "#8b97a8"
    )
    plume = path("M0,-62Q6,-74 16,-68Q9,-66 5,-60Z", "#e4483f")
    cross = rect(-1.4, -34, 2.8, 13, "#e4483f") + rect(-5, -31, 10, 2.8, "#e4483f")
    return replace(base, svg=base.svg + helmet + plume + cross, box=(-17, -71, 17, 0), family=("#9aa7b8", "#b8c2cf", "#7b8799"))


def _pirate() -> Sprite:
    base = person("man", "#f4f1ea", "#3b4256", "#5b3a2c")
    stripes = "".join(rect(-8.4, y, 16.8, 2.2, "#3f6fd6") for y in (-34, -29.4, -24.8, -20.2))
    scarf = path("M-13,-47Q-14,-60 0,-61Q14,-60 13,-47Q0,-53 -13,-47Z", "#e4483f") + poly(
        [(12, -49), (19, -46), (17, -42)], "#c2332c"
    )
    dots = (
        circle(-5, -56, 1, "#ffffff")
        + circle(3, -57.5, 1, "#ffffff")
        + circle(8, -53, 1, "#ffffff")
        + circle(-9, -51.6, 1, "#ffffff")
    )
    return replace(base, svg=base.svg + stripes + scarf + dots, family=("#3f6fd6",))


def _robot() -> Sprite:
    base = person("robot", "#8fa0c4", "#6f80a6", "#4a5878", skin="#d5dcea")
    plate = (
        rect(-4.6, -32, 9.2, 8, "#3b4a6b", 1.4)
        + circle(-2, -28, 1.1, "#f8312f")
        + circle(1.8, -28, 1.1, "#3fd07a")
        + stroke("M-4,-20H4", "#5d6d94", 1.2)
    )
    return replace(base, svg=base.svg + plate, family=("#8fa0c4", "#6f80a6"))


def _alien() -> Sprite:
    return person("alien", "#55c98f", "#3fae78", "#2f8a5f", skin="#7be0ad")


def _clown() -> Sprite:
    base = person("clown-face", "#ffc93c", "#3f8fe0", "#e4483f")
    buttons = circle(0, -31, 1.8, "#e4483f") + circle(0, -25.6, 1.8, "#3fae5a") + circle(0, -20.4, 1.8, "#3f6fd6")
    ruff = "".join(ellipse(x, -35.6, 3, 2.4, "#ffffff") for x in (-8, -4, 0, 4, 8))
    return replace(base, svg=base.svg + buttons + ruff)


def _santa() -> Sprite:
    base = person("santa-claus", "#e4352c", "#c22a24", "#33303a")
    trim = (
        rect(-9, -17.6, 18, 3.4, "#ffffff", 1.7)
        + rect(-8.6, -23.6, 17.2, 2.8, "#33303a")
        + rect(-2.2, -24.2, 4.4, 4, "#ffc93c", 0.8)
    )
    return replace(base, svg=base.svg + trim + face_again("santa-claus"), family=("#e4352c", "#c22a24"))


def face_again(name: str) -> str:
    """Set the face once more over a beard's trim."""
    from_figure = icon(name)
    scale = 25 / from_figure.width
    middle = (from_figure.box[0] + from_figure.box[2]) / 2
    return (
        f'<g transform="translate({-scale * middle:.2f},{-35 - scale * from_figure.box[3]:.2f})sca'
        f'le({scale:.4f})">{from_figure.svg}</g>'
    )


def _snowmaiden() -> Sprite:
    base = person("girl", "#7fc4f0", "#7fc4f0", "#ffffff", True)
    trim = stroke("M-12,-12Q0,-9 12,-12", "#ffffff", 2.6) + rect(-1.2, -37, 2.4, 25, "#ffffff", 1)
    hat = path("M-11,-52Q-10,-64 0,-64Q10,-64 11,-52Z", "#7fc4f0") + rect(-12, -55, 24, 4.4, "#ffffff", 2.2)
    return replace(base, svg=base.svg + trim + hat, box=(-17, -64, 17, 0))


FIGURES: dict[str, Callable[[], Sprite]] = {
    "boy": lambda: person("boy", "#3f8fe0", "#4a5578"),
    "girl": lambda: person("girl", "#f0628f", "#f0628f", "#e4483f", True),
    "child": lambda: person("child", "#2fa8a0", "#3f5f9c", "#e4483f"),
    "children": lambda: person("girl", "#8f6be0", "#8f6be0", "#e4483f", True),
    "baby": lambda: person("baby", "#a8dcf5", "#a8dcf5", "#ffffff"),
    "man": lambda: person("man", "#3fa07a", "#3b4a6b"),
    "woman": lambda: person("woman", "#9b6bd6", "#9b6bd6", "#5b3f8c", True),
    "grandpa": lambda: person("old-man", "#8a6f55", "#5a5f70"),
    "grandma": lambda: person("old-woman", "#c46a8a", "#c46a8a", "#6b4a55", True),
    "king": lambda: bust("person-with-crown", "#d6453d", "#8c2f6b", "#5b3a2c"),
    "prince": lambda: bust("prince", "#3f8fe0", "#f4f1ea", "#5b3a2c"),
    "princess": lambda: bust("princess", "#8c4fc4", "#8c4fc4", "#e79ac4", -3),
    "astronaut": lambda: bust("astronaut", "#e6e6ee", "#d8d8e4", "#9aa0b4"),
    "cook": lambda: bust("cook", "#f4f1ea", "#5a6478"),
    "farmer": lambda: bust("farmer", "#3f8fe0", "#3f7fc4", "#6b4a35"),
    "firefighter": lambda: bust("firefighter", "#c2332c", "#3b3f52"),
    "policeman": lambda: bust("police-officer", "#2f6fd0", "#27457f"),
    "pilot": lambda: bust("pilot", "#46507a", "#333c5e"),
    "scientist": lambda: bust("scientist", "#f4f1ea", "#5a6478"),
    "artist": lambda: bust("artist", "#f4f1ea", "#5a6478"),
    "graduate": lambda: bust("student", "#2b2b33", "#2b2b33"),
    "singer": lambda: bust("singer", "#ff822d", "#5b3f8c"),
    "guard": lambda: bust("guard", "#d6343f", "#2b2b3f"),
    "detective": lambda: bust("detective", "#5a6fc4", "#3b4a7f"),
    "builder": lambda: bust("construction-worker", "#ffb02e", "#4a6fb0", "#8c5a30"),
    "doctor": lambda: bust("health-worker", "#f4f1ea", "#6fb0d6"),
    "teacher": lambda: person("woman", "#3f9a8c", "#4a5578", "#5b3a2c", True),
    "wizard": lambda: bust("man-mage", "#3f8fe0", "#2f6fc0", "#5b3a2c", -4),
    "witch": lambda: bust("woman-mage", "#3f8fe0", "#2f6fc0", "#5b3a2c", -4),
    "superhero": lambda: bust("person-superhero", "#2f8fe0", "#2f6fd0", "#d6343f"),
    "elf": lambda: bust("man-elf", "#8c5a3f", "#4a7a4a", "#6b4a35"),
    "knight": _knight, "pirate": _pirate, "robot": _robot, "alien": _alien, "clown": _clown, "santa": _santa,
    "snowmaiden": _snowmaiden, "unicorn": unicorn, **PROPS,
}  # fmt: skip


@lru_cache(maxsize=256)
def sprite_of(kind: Kind) -> Sprite:
    """Return the drawing of a kind of thing."""
    if kind.is_monument:
        return monument(kind.icon.split(":")[1])
    if kind.icon.startswith("figure:"):
        return FIGURES[kind.icon.split(":")[1]]()
    if kind.icon in FUR and "head" in kind.traits:
        return sitter(kind.icon)
    looks = 0 if "front" in kind.traits else 1 if "right" in kind.traits else -1
    drawing = icon(kind.icon, looks)
    return replace(drawing, seat=SEATS.get(kind.icon, drawing.seat))
