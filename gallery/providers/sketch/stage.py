"""The stage of one picture: its size, light, colours and dice, decided before anything is drawn."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from .monuments import HOME
from .paint import Light, mix
from .plan import Plan
from .shots import SHOTS, Shot, is_mirrored, shot_of

#: Sky colours from the top to the horizon by time of day; five of each, so that four seeds in a row never share one.
SKIES = {
    "morning": [
        ("#7fbdf0", "#ffd3c0", "#fff0bf"), ("#b59be0", "#ffb3b8", "#ffdf9e"), ("#6fd0dc", "#d3f0cf", "#fff2b8"),
        ("#f0a07c", "#ffd08a", "#fff3c9"), ("#8fa8e8", "#f3c6e0", "#ffe9d6"),
    ],
    "day": [
        ("#3f9fe8", "#8fd0f7", "#e2f5fc"), ("#22b0c9", "#8fe0e0", "#eefaf0"), ("#2f74d0", "#6fb0f0", "#cfe6fb"),
        ("#74bdf0", "#c9e8fa", "#fff6dd"), ("#5a96e0", "#b3c8f5", "#f3ebfa"),
    ],
    "evening": [
        ("#3d3f8f", "#e76f8a", "#ffb765"), ("#7a2f5c", "#f0654f", "#ffc14f"), ("#2f5f94", "#8f8fc4", "#ffc4a0"),
        ("#5a3d9c", "#c46ac4", "#ff9fa8"), ("#b0503f", "#f59a4a", "#ffe08a"),
    ],
    "night": [
        ("#0a1238", "#1b2a66", "#40559c"), ("#1f0f3d", "#43286e", "#7f56a0"), ("#04202e", "#0f4a5c", "#2f8088"),
        ("#101018", "#2a2f4a", "#5a6488"), ("#0f1f5c", "#2f3f9c", "#8f7fc4"),
    ],
}  # fmt: skip
#: Times of day that seeds take in turn where the words name none.
HOURS = ("day", "morning", "evening", "day", "morning")
LIGHTS = {
    "morning": Light(1.0, 0.95, 0.87, "#fbe3cf"), "day": Light(1.0, 1.0, 1.0, "#d8edf8"),
    "evening": Light(0.96, 0.78, 0.74, "#d98c95"), "night": Light(0.66, 0.69, 0.92, "#3a4b8c"),
}  # fmt: skip
GLOWS = {"morning": "#fff2b0", "day": "#fffbe0", "evening": "#ffd27a", "night": "#dfe6ff"}
WATER = frozenset({"sea_floor"})
INDOORS = frozenset({"room", "metro"})
AIRLESS = frozenset({"moon", "space"})
#: Where a thing of a kind is met when the words name no place, by its icon.
HAUNTS = {
    "camel": "desert", "two-hump-camel": "desert", "cactus": "desert", "penguin": "snow_field",
    "polar-bear": "snow_field", "palm-tree": "beach", "snowman-without-snow": "snow_field", "figure:astronaut": "moon",
    "bed": "room", "couch-and-lamp": "room", "figure:sandcastle": "beach", "television": "room",
    "figure:lighthouse": "sea",
}  # fmt: skip


T = TypeVar("T")


@dataclass
class Stage:
    """Everything that the layers of one picture share. Lengths are pixels; ``unit`` is the yardstick for things."""

    plan: Plan
    width: int
    height: int
    seed: int
    time: str = ""
    place: str = ""
    horizon: float = 0.0
    unit: float = 0.0
    is_turned: bool = False
    shot: Shot = SHOTS[0]
    sky: tuple[str, str, str] = ("#000000", "#000000", "#000000")
    light: Light = field(default_factory=lambda: LIGHTS["day"])
    near_light: Light = field(default_factory=lambda: LIGHTS["day"])
    glow: str = "#fffbe0"
    sun: tuple[float, float] = (0.0, 0.0)
    weather: frozenset[str] = frozenset()

    def dice(self, name: str) -> random.Random:
        """Give a layer its own dice, so that one changed word does not reshuffle the rest of the picture."""
        return random.Random(f"{self.seed}/{name}")  # noqa: S311 - pictures, not secrets

    def pick(self, choices: Sequence[T]) -> T:
        """Take the choice whose turn it is; seeds in a row take the choices one after the other."""
        return choices[self.seed % len(choices)]

    @property
    def is_wet(self) -> bool:
        """Say whether all of it lies under water."""
        return self.place in WATER


def set_stage(plan: Plan, size: tuple[int, int], seed: int) -> Stage:
    """Decide place, time, light and lines of a picture from its plan."""
    width, height = size
    stage = Stage(plan, width, height, seed)
    dice = stage.dice("stage")
    stage.is_turned, stage.shot = is_mirrored(seed), shot_of(seed)
    stage.weather = frozenset(plan.weather)
    stage.place = plan.place or _home(plan)
    stage.time = plan.time or _hour(stage)
    line = stage.shot.horizon + (0.0 if width > height else 0.02)
    if stage.place in INDOORS or stage.place in ("sea", "beach"):  # a low floor or shore leaves no room for a high horizon
        line = min(0.74, max(line, 0.58))
    stage.horizon = height * (line + dice.uniform(-0.02, 0.02))
    stage.unit = 0.75 * (width * height) ** 0.5
    _light(stage)
    far = stage.light
    red, green, blue = (v + (1 - v) * 0.45 for v in (far.red, far.green, far.blue))
    stage.near_light = Light(red, green, blue, far.haze)
    side = 0.2 + dice.uniform(-0.1, 0.14)
    high = {"morning": 0.8, "day": 0.24, "evening": 0.84, "night": 0.22}[stage.time] + stage.pick((0.06, -0.12, 0.0, -0.06))
    y = stage.horizon * (high + dice.uniform(-0.05, 0.05))
    stage.sun = (width * (1 - side if stage.is_turned else side), y)
    return stage


def _hour(stage: Stage) -> str:
    if stage.place in AIRLESS or stage.weather & {"fireworks", "aurora"}:
        return "night"
    return stage.pick(HOURS) if stage.place not in INDOORS else "day"


def _home(plan: Plan) -> str:
    for actor in plan.actors:
        if actor.kind.is_monument:
            return HOME.get(actor.kind.icon.split(":")[1], "city")
    for actor in plan.actors:
        if actor.kind.icon in HAUNTS:
            return HAUNTS[actor.kind.icon]
    if "snow" in plan.weather:
        return "snow_field"
    if plan.actors and "water" in plan.actors[0].kind.traits:
        return "sea" if "float" in plan.actors[0].kind.traits or plan.actors[0].kind.icon == "swan" else "sea_floor"
    return "meadow"


def _light(stage: Stage) -> None:
    dice = stage.dice("light")
    stage.sky = stage.pick(SKIES[stage.time])
    stage.light, stage.glow = LIGHTS[stage.time], GLOWS[stage.time]
    grey, share = "", 0.0
    night = stage.time == "night"
    if "storm" in stage.weather:
        grey, share = ("#1c2238" if night else "#5d687c"), 0.7
    elif "rain" in stage.weather:
        grey, share = ("#232b48" if night else "#93a4b5"), 0.55
    elif "snow" in stage.weather and stage.time == "day":
        grey, share = "#dbe6f0", 0.5
    if "fog" in stage.weather:
        grey, share = ("#55608c" if night else "#e9eae4"), max(share, 0.5)
    if grey:
        stage.sky = tuple(mix(colour, grey, share) for colour in stage.sky)  # type: ignore[assignment]
        dim = 0.86 if share > 0.52 else 0.95
        light = stage.light
        stage.light = Light(light.red * dim, light.green * dim, light.blue * (dim + 0.03), mix(light.haze, grey, share))
    if stage.place == "sea_floor":
        stage.sky = {
            "morning": ("#7fe0dc", "#2fa8bd", "#15779c"), "day": ("#5fd0ea", "#2196c8", "#0f6aa3"),
            "evening": ("#d99ab8", "#5a6fb5", "#2f4a8f"), "night": ("#1d4a80", "#123063", "#0a1d45"),
        }[stage.time]  # fmt: skip
        deep = {"night": Light(0.42, 0.58, 0.85, "#123063"), "evening": Light(0.8, 0.75, 0.95, "#4d62a8")}
        stage.light = deep.get(stage.time, Light(0.78, 0.96, 1.0, "#2a9cc0"))
    elif stage.place in AIRLESS:
        stage.sky = dice.choice(
            [("#070a24", "#141a4a", "#2b2a68"), ("#0a0822", "#24144a", "#4a2560"), ("#04101f", "#0f2748", "#1f4468")]
        )
        stage.light = Light(0.94, 0.95, 1.02, "#3a3f78")
        stage.glow = "#fff6d8"
    elif stage.place == "mars":
        stage.sky = ("#b5634a", "#e0976a", "#f5cf9f") if not night else ("#2b1530", "#5a2b3d", "#8f4a45")
        stage.light = Light(1.0, 0.88, 0.8, "#e3a37c") if not night else Light(0.6, 0.5, 0.6, "#6b3a48")
    elif stage.place == "candy_land":
        stage.sky = ("#ff9ec7", "#ffc8dd", "#fff0d6") if not night else ("#3a1d5c", "#6b3a86", "#a75fa0")
