"""The stage of one picture: its size, light, colours and dice, decided before anything is drawn."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from .monuments import HOME
from .paint import Light, mix
from .plan import Plan

#: Sky colours from the top to the horizon by time of day; the seed picks one row.
SKIES = {
    "morning": [("#7fbdf0", "#ffd3c0", "#fff0bf"), ("#9fb8ef", "#ffc7c4", "#ffe6b0"), ("#86d0e8", "#ffe0c2", "#fff4cf")],
    "day": [("#3f9fe8", "#8fd0f7", "#e2f5fc"), ("#4aa3f0", "#a5dcfa", "#f0fafd"), ("#2f93dc", "#7fc8f0", "#d5f0f8")],
    "evening": [("#3d3f8f", "#e76f8a", "#ffb765"), ("#5a3d8c", "#f0806e", "#ffc97a"), ("#2f4d94", "#d8698f", "#ffa35c")],
    "night": [("#0a1238", "#1b2a66", "#40559c"), ("#130f3d", "#2a2a6e", "#5a56a0"), ("#071733", "#133a66", "#2f6690")],
}
LIGHTS = {
    "morning": Light(1.0, 0.95, 0.87, "#fbe3cf"), "day": Light(1.0, 1.0, 1.0, "#d8edf8"),
    "evening": Light(0.96, 0.78, 0.74, "#d98c95"), "night": Light(0.66, 0.69, 0.92, "#3a4b8c"),
}  # fmt: skip
GLOWS = {"morning": "#fff2b0", "day": "#fffbe0", "evening": "#ffd27a", "night": "#dfe6ff"}
WATER = frozenset({"sea_floor"})
AIRLESS = frozenset({"moon", "space"})
#: Where a thing of a kind is met when the words name no place, by its icon.
HAUNTS = {
    "camel": "desert", "two-hump-camel": "desert", "cactus": "desert", "penguin": "snow_field",
    "polar-bear": "snow_field", "palm-tree": "beach", "snowman-without-snow": "snow_field", "figure:astronaut": "moon",
    "bed": "room", "couch-and-lamp": "room", "figure:sandcastle": "beach", "television": "room",
    "figure:lighthouse": "sea",
}  # fmt: skip


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
    sky: tuple[str, str, str] = ("#000000", "#000000", "#000000")
    light: Light = field(default_factory=lambda: LIGHTS["day"])
    near_light: Light = field(default_factory=lambda: LIGHTS["day"])
    glow: str = "#fffbe0"
    sun: tuple[float, float] = (0.0, 0.0)
    weather: frozenset[str] = frozenset()

    def dice(self, name: str) -> random.Random:
        """Give a layer its own dice, so that one changed word does not reshuffle the rest of the picture."""
        return random.Random(f"{self.seed}/{name}")  # noqa: S311 - pictures, not secrets

    @property
    def is_wet(self) -> bool:
        """Say whether all of it lies under water."""
        return self.place in WATER


def set_stage(plan: Plan, size: tuple[int, int], seed: int) -> Stage:
    """Decide place, time, light and lines of a picture from its plan."""
    width, height = size
    stage = Stage(plan, width, height, seed)
    dice = stage.dice("stage")
    stage.is_turned = dice.random() < 0.5
    stage.weather = frozenset(plan.weather)
    stage.place = plan.place or _home(plan)
    stage.time = plan.time or ("day" if stage.place not in AIRLESS else "night")
    ratio = width / height
    line = 0.68 if ratio > 1.3 else 0.70 if ratio > 0.8 else 0.72
    stage.horizon = height * (line + dice.uniform(-0.035, 0.03))
    stage.unit = 0.75 * (width * height) ** 0.5
    _light(stage)
    far = stage.light
    red, green, blue = (v + (1 - v) * 0.45 for v in (far.red, far.green, far.blue))
    stage.near_light = Light(red, green, blue, far.haze)
    side = 0.2 + dice.uniform(-0.06, 0.1)
    high = {"morning": 0.86, "day": 0.22, "evening": 0.9, "night": 0.2}[stage.time]
    y = stage.horizon * (high + dice.uniform(-0.05, 0.05))
    stage.sun = (width * (1 - side if stage.is_turned else side), y)
    return stage


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
    stage.sky = dice.choice(SKIES[stage.time])
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
