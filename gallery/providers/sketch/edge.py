"""What grows near: plants along the lower edge, groves, and a little life where the words named nobody."""

from __future__ import annotations

from .cast import SIZES, sprite_of
from .ground import weed
from .lexicon import lexicon
from .paint import lit
from .sprites import Spot, Sprite, icon, stamp
from .stage import AIRLESS, Stage

#: Places where little lies about.
BARE = frozenset({"moon", "mars", "space", "volcano", "desert", "beach", "sea"})
#: What grows (or lies) along the lower edge, by place.
EDGE = {
    "meadow": ("tulip", "blossom", "sunflower", "herb", "four-leaf-clover"), "city": ("tulip", "rose", "blossom"),
    "mountains": ("blossom", "herb", "rock"), "forest": ("mushroom", "brown-mushroom", "herb", "blossom"),
    "desert": ("cactus", "rock"), "beach": ("spiral-shell",), "sea": ("spiral-shell",),
    "sea_floor": ("coral", "coral", "spiral-shell", "rock"), "moon": ("rock",), "mars": ("rock",), "space": ("rock",),
    "snow_field": ("evergreen-tree",), "candy_land": ("candy", "lollipop", "cupcake", "doughnut"), "volcano": ("rock",),
    "room": (), "clouds": (), "metro": (), "ice": (), "jungle": ("hibiscus", "herb", "hibiscus"),
}  # fmt: skip


def draw_edge(stage: Stage, spread: list[Sprite]) -> str:
    """Draw plants along the lower edge; ``spread`` are those the student asked for, which then grow all over."""
    dice = stage.dice("edge")
    w, h, u = stage.width, stage.height, stage.unit
    names = EDGE[stage.place]
    if stage.weather & {"snow"} and stage.place in ("meadow", "city"):
        names = ("evergreen-tree",)
    if stage.plan.season == "autumn" and stage.place in ("meadow", "city", "forest"):
        names = ("maple-leaf", "mushroom", "maple-leaf")
    if len(set(names)) > 3:
        names = tuple(dice.sample(names, 2))
    parts, pieces = [], spread or [icon(name) for name in names]
    many = 26 if spread else 6 if stage.place in BARE else stage.pick((15, 9, 20, 12))
    left = stage.pick((0.26, 0.5, 0.1, 0.2))  # how far in from the left they grow
    right = 0.62 - left
    spots = []
    for _ in range(many if pieces else 0):
        x = dice.random()
        x = x if spread else (x * left if x < 0.5 else 1 - (1 - x) * 2 * right * 0.8)
        spots.append((x * w, h * dice.uniform(0.9 if not spread else 0.8, 0.995)))
    for x, y in sorted(spots, key=lambda spot: spot[1]):
        piece = dice.choice(pieces)
        size = u * dice.uniform(0.05, 0.075) * (0.6 + 1.1 * (y / h - 0.75) * 3)
        if spread:
            size *= 1.25
        if stage.place == "sea_floor" and piece.svg.startswith("<g") and dice.random() < 0.4:
            parts.append(
                weed(x, y, u * dice.uniform(0.12, 0.24), lit(dice.choice(("#37b86f", "#2f9a8a", "#e0648f")), stage.light), dice)
            )
        parts.append(stamp(piece, Spot(x, y, size, flip=dice.random() < 0.5), stage.light, "e"))
    return "".join(parts)


def draw_grove(stage: Stage, trees: list[Sprite]) -> str:
    """Draw trees that were asked for in the plural on both sides, leaving the middle free."""
    dice = stage.dice("grove")
    w, u = stage.width, stage.unit
    spots = []
    for _ in range(11 if trees else 0):
        x = dice.uniform(-0.02, 0.24)
        spots.append((dice.uniform(0.04, 0.17), w * (x if dice.random() < 0.5 else 1 - x)))
    return "".join(
        stamp(dice.choice(trees), Spot(x, stage.horizon + u * down, u * (0.2 + down), depth=0.2 - down), stage.light, "g")
        for down, x in sorted(spots)
    )


def draw_life(stage: Stage) -> str:
    """Draw a few friendly things, so that a picture of unknown words is still worth keeping."""
    dice = stage.dice("life")
    if stage.is_wet:
        names = ("tropical-fish", "fish", "turtle")
    elif stage.place in AIRLESS:
        names = ("rocket", "satellite", "flying-saucer")
    else:
        names = dice.choice(
            (
                ("figure:hot-air-balloon", "bird", "rabbit"),
                ("bird", "butterfly", "deer"),
                ("figure:hot-air-balloon", "butterfly", "fox"),
            )
        )
    parts = []
    for k, name in enumerate(names):
        kind = lexicon().things[name]
        sprite = sprite_of(kind)
        x = stage.width * (0.2 + 0.3 * k + dice.uniform(-0.06, 0.06))
        is_low = not kind.traits & {"air", "water"} and not stage.is_wet
        y = stage.height * (0.9 if is_low else dice.uniform(0.3, 0.6))
        high = SIZES[kind.size] * stage.unit * 0.8
        parts.append(stamp(sprite, Spot(x, y, high, flip=dice.random() < 0.5), stage.near_light, f"l{k}"))
    return "".join(parts)
