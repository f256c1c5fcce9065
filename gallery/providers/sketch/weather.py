"""What falls or drifts before the picture: rain, snow, fog, wind, and the last touch of light."""

from __future__ import annotations

from .pen import circle, ellipse, rect, stroke
from .pen import n as num
from .sky import gradient
from .sprites import Spot, icon, stamp
from .stage import AIRLESS, Stage


def draw_weather(stage: Stage) -> str:
    """Draw the weather in front of everything; nothing falls under water or in space."""
    parts = []
    if not stage.is_wet and stage.place not in AIRLESS | {"room"}:
        if "fog" in stage.weather:
            parts.append(_fog(stage))
        if stage.weather & {"rain", "storm"}:
            parts.append(_rain(stage))
        if "snow" in stage.weather:
            parts.append(_snow(stage))
        if "wind" in stage.weather:
            parts.append(_wind(stage))
        if stage.plan.season == "autumn":
            parts.append(_leaves(stage, "maple-leaf"))
        if stage.plan.season == "spring":
            parts.append(_leaves(stage, "cherry-blossom"))
    return "".join(parts) + _last_light(stage)


def mist(stage: Stage, y: float, strength: float, mark: str) -> str:
    """Lay one bank of fog across the picture at ``y``."""
    w, u = stage.width, stage.unit
    pale = "#f4f3ee" if stage.time != "night" else "#8d98c4"
    if stage.time == "evening":
        pale = "#f6d9cf"
    fill = f"url(#{mark})"
    return f"<defs>{gradient(mark, [(0, pale, 0), (0.5, pale, strength), (1, pale, 0)])}</defs>" + rect(
        0, y - u * 0.16, w, u * 0.32, fill
    )


def _fog(stage: Stage) -> str:
    dice = stage.dice("fog")
    w, h, u = stage.width, stage.height, stage.unit
    pale = "#fbfaf5" if stage.time != "night" else "#8d98c4"
    parts = [
        mist(stage, stage.horizon + u * 0.02, 0.55, "fog1"),
        mist(stage, stage.horizon + (h - stage.horizon) * 0.5, 0.34, "fog2"),
        mist(stage, h, 0.4, "fog3"),
    ]
    parts.append("<defs>" + gradient("puff", [(0, pale, 0.5), (1, pale, 0)], radial=True) + "</defs>")
    for _ in range(9):
        x, y = dice.uniform(-0.1, 1.1) * w, dice.uniform(stage.horizon - u * 0.12, h * 0.97)
        parts.append(ellipse(x, y, u * dice.uniform(0.22, 0.45), u * dice.uniform(0.03, 0.06), "url(#puff)"))
    return "".join(parts)


def _rain(stage: Stage) -> str:
    dice = stage.dice("rain")
    w, h, u = stage.width, stage.height, stage.unit
    near = far = rings = ""
    for k in range(230):
        x, y, q = dice.uniform(-0.05, 1.1) * w, dice.uniform(-0.05, 1) * h, u * dice.uniform(0.02, 0.045)
        line = f"M{num(x)},{num(y)}l{num(-q * 0.28)},{num(q)}"
        near, far = (near + line, far) if k % 3 == 0 else (near, far + line)
    for _ in range(20):
        x, y, q = dice.random() * w, dice.uniform(stage.horizon + u * 0.08, h), u * dice.uniform(0.01, 0.025)
        rings += ellipse(x, y, q, q * 0.3, "none", stroke="#e6f3ff", stroke_opacity=0.6, stroke_width=1.6)
    return stroke(far, "#d6e8fa", 1.5, stroke_opacity=0.5) + stroke(near, "#eaf5ff", 2.6, stroke_opacity=0.6) + rings


def _snow(stage: Stage) -> str:
    dice = stage.dice("snow")
    parts = []
    for k in range(190):
        r = stage.unit * (dice.uniform(0.0018, 0.004) if k % 4 else dice.uniform(0.005, 0.0085))
        parts.append(
            circle(dice.random() * stage.width, dice.random() * stage.height, r, "#ffffff", fill_opacity=0.9 if k % 4 else 0.75)
        )
    return "".join(parts)


def _wind(stage: Stage) -> str:
    dice = stage.dice("wind")
    u = stage.unit
    d = ""
    for _ in range(8):
        x, y, q = dice.uniform(-0.1, 0.8) * stage.width, dice.uniform(0.12, 0.75) * stage.height, u * dice.uniform(0.12, 0.24)
        d += (
            f"M{num(x)},{num(y)}h{num(q)}c{num(q * 0.35)},0 {num(q * 0.35)},{num(-q * 0.32)} "
            f"{num(q * 0.12)},{num(-q * 0.3)}c{num(-q * 0.14)},0 {num(-q * 0.1)},{num(q * 0.18)} "
            f"{num(q * 0.02)},{num(q * 0.14)}"
        )
        d += f"M{num(x + q * 0.2)},{num(y + q * 0.14)}h{num(q * 0.75)}"
    return stroke(d, "#ffffff", u * 0.0045, stroke_opacity=0.65) + _leaves(stage, "maple-leaf", 7)


def _leaves(stage: Stage, name: str, many: int = 16) -> str:
    dice = stage.dice("leaves")
    parts = []
    for _ in range(many):
        spot = Spot(
            dice.random() * stage.width,
            dice.uniform(0.08, 0.98) * stage.height,
            stage.unit * dice.uniform(0.022, 0.04),
            turn=dice.uniform(0, 360),
        )
        parts.append(stamp(icon(name), spot, stage.light, "leaf"))
    return "".join(parts)


def _last_light(stage: Stage) -> str:
    """Let a low sun warm its side of the picture."""
    if stage.time not in ("morning", "evening") or stage.is_wet or stage.place in AIRLESS | {"room"}:
        return ""
    x, y = stage.sun
    warm = gradient("warm", [(0, stage.glow, 0.3), (1, stage.glow, 0)], radial=True)
    return f"<defs>{warm}</defs>" + ellipse(x, y, stage.unit * 0.75, stage.unit * 0.6, "url(#warm)")
