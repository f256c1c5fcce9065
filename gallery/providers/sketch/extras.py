"""Small life in the air that belongs to no word: birds, butterflies, a kite; another in each picture of a try."""

from __future__ import annotations

from .cast import sprite_of
from .lexicon import lexicon
from .paint import mix
from .pen import n, stroke
from .sprites import Spot, stamp
from .stage import AIRLESS, INDOORS, Stage

#: What flies by, by the rest of the seed; "" is nobody.
IN_THE_AIR = ("birds", "butterfly", "figure:hot-air-balloon", "", "kite")
ROUGH = frozenset({"rain", "storm", "snow", "fog", "fireworks", "aurora"})


def draw_extras(stage: Stage) -> str:
    """Draw what flies by, away from the monument; nothing where it would not be at home, or where the words name it."""
    what = stage.pick(IN_THE_AIR)
    if stage.is_wet or stage.place in AIRLESS | INDOORS or stage.place in ("mars", "volcano") or not what:
        return ""
    if stage.time == "night" or stage.weather & ROUGH or any("air" in a.kind.traits for a in stage.plan.actors):
        return ""
    if what == "birds" or what == "butterfly" and stage.place in ("snow_field", "ice", "sea", "desert"):
        return _flock(stage)
    dice = stage.dice("extras")
    sprite = sprite_of(lexicon().things[what])
    x = 0.14 if stage.is_turned else 0.86
    if what == "butterfly":
        spots = [(1 - x + dice.uniform(-0.07, 0.07), dice.uniform(0.5, 0.8), 0.045) for _ in range(3)]
    else:
        spots = [(x, 0.3, 0.13 if what == "kite" else 0.16)]
    return "".join(
        stamp(
            sprite,
            Spot(stage.width * at, stage.horizon * y + stage.unit * 0.05, stage.unit * high, flip=k % 2 == 1),
            stage.light,
            f"x{k}",
        )
        for k, (at, y, high) in enumerate(spots)
    )


def _flock(stage: Stage) -> str:
    dice = stage.dice("flock")
    x, y, d = stage.width * dice.uniform(0.2, 0.8), stage.horizon * dice.uniform(0.15, 0.35), ""
    for _ in range(7):
        bx, by, s = x + stage.unit * dice.uniform(-0.14, 0.14), y + stage.unit * dice.uniform(-0.05, 0.05), stage.unit * 0.014
        d += f"M{n(bx - s)},{n(by - s * 0.4)}q{n(s * 0.6)},{n(-s * 0.5)} {n(s)},{n(s * 0.4)}"
        d += f"q{n(s * 0.4)},{n(-s * 0.9)} {n(s)},{n(-s * 0.4)}"
    return stroke(d, mix("#3b4256", stage.sky[1], 0.25), max(2.0, stage.unit * 0.0032))
