"""The composition: monuments first, then everybody else around them, drawn from far to near."""

from __future__ import annotations

from dataclasses import replace

from .cast import sprite_of
from .edge import draw_edge, draw_grove, draw_life
from .extras import draw_extras
from .ground import draw_ground
from .horizon import draw_far
from .monuments import with_lamps_on
from .paint import lit
from .pen import ellipse
from .places import lay_out
from .plan import Actor, Plan
from .relations import Placed, Stance
from .sky import draw_sky, gradient
from .sprites import Sprite, stamp
from .stage import AIRLESS, Stage, set_stage
from .vistas import ice_marks, metro_floor
from .weather import draw_weather, mist


def compose(plan: Plan, size: tuple[int, int], seed: int) -> str:
    """Write the whole picture as SVG; ``size`` is (width, height) in pixels."""
    stage = set_stage(plan, size, seed)
    placed = lay_out(stage)
    far = [p for p in placed if p.stance is Stance.FAR]
    near = [p for p in placed if p.stance is not Stance.FAR]
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}" viewBox="0 0 {size[0]} {size[1]}">']
    parts.append(
        "<defs>"
        + gradient("shade", [(0, "#101c2a", 0.42), (0.55, "#101c2a", 0.24), (1, "#101c2a", 0)], radial=True)
        + "</defs>"
    )
    parts += [draw_sky(stage), draw_far(stage)]
    parts.append(metro_floor(stage) if stage.place == "metro" else draw_ground(stage))
    parts.append(ice_marks(stage) if stage.place == "ice" else "")
    parts.append(draw_extras(stage))
    parts += [_draw(stage, p, k) for k, p in enumerate(sorted(far, key=lambda p: p.z))]
    if far and not stage.is_wet and "fog" in stage.weather:
        parts.append(mist(stage, stage.horizon - stage.unit * 0.02, 0.55, "fog0"))
    spread = [a for a in plan.actors if a.is_spread]
    parts.append(draw_grove(stage, [_sprite(a) for a in spread if a.kind.size > 4]))
    parts.append(draw_edge(stage, [_sprite(a) for a in spread if a.kind.size <= 4]))
    if not plan.actors:
        parts.append(draw_life(stage))
    parts += [_draw(stage, p, 50 + k) for k, p in enumerate(sorted(near, key=lambda p: p.z))]
    return "".join(parts) + draw_weather(stage) + "</svg>"


def _sprite(actor: Actor) -> Sprite:
    return sprite_of(actor.kind).coloured(actor.colour, actor.material)


def _draw(stage: Stage, placed: Placed, number: int) -> str:
    spot = placed.spot
    wide = spot.height * placed.sprite.aspect
    under = ""
    if placed.has_shadow:
        under = ellipse(
            spot.x, spot.base - wide * 0.004, wide * 0.56, max(6.0, min(wide * 0.09, spot.height * 0.16)), "url(#shade)"
        )
    if placed.has_islet:
        under = _islet(stage, spot.x, spot.base, wide) + under
    is_big = placed.stance is Stance.FAR and "big" in stage.plan.actors[placed.actor].kind.traits
    sprite, light = placed.sprite, stage.light if is_big else stage.near_light
    if is_big and stage.time == "night" and stage.place not in AIRLESS:
        sprite = replace(sprite, svg=with_lamps_on(sprite.svg))
    return under + stamp(sprite, spot, light, f"s{number}") + _ripples(stage, placed)


def _islet(stage: Stage, x: float, base: float, wide: float) -> str:
    sand, rock = lit("#f0dcaa", stage.light, 0.1), lit("#b39c78", stage.light, 0.1)
    high = max(14.0, wide * 0.07)
    return (
        ellipse(x, base + high * 0.55, wide * 0.72, high, rock)
        + ellipse(x, base + high * 0.2, wide * 0.7, high * 0.9, sand)
        + ellipse(x, base - high * 0.05, wide * 0.6, high * 0.6, lit("#9cc46a", stage.light, 0.1))
    )


def _ripples(stage: Stage, placed: Placed) -> str:
    if placed.stance is not Stance.AFLOAT or stage.is_wet:
        return ""
    spot, wide = placed.spot, placed.spot.height * placed.sprite.aspect
    return "".join(
        ellipse(spot.x + dx * wide, spot.base + dy, wide * w, 3.2, "#ffffff", fill_opacity=o)
        for dx, dy, w, o in ((0, 0, 0.5, 0.5), (-0.12, 7, 0.36, 0.4), (0.16, 13, 0.3, 0.3))
    )
