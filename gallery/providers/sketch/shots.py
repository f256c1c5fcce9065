"""The camera of one picture: four families of composition that neighbouring seeds take in turn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shot:
    """How a scene is framed; shares are of the picture's width or height.

    ``horizon`` is the height of the horizon from above, ``monument`` the share of its room that a monument fills, ``foot`` the height
    at which it stands (0 for just below the horizon), ``aside`` how far it stands from the middle. ``guest`` is the size of those
    beside a monument against their usual one, ``alone`` of those without one, ``stand`` where these stand across.
    """

    horizon: float
    monument: float
    foot: float
    aside: float
    guest: float
    alone: float
    stand: float


SHOTS = (
    Shot(horizon=0.69, monument=1.0, foot=0.0, aside=0.13, guest=1.0, alone=1.0, stand=0.5),  # as on a postcard
    Shot(horizon=0.62, monument=0.56, foot=0.0, aside=0.3, guest=1.6, alone=1.7, stand=0.4),  # a portrait, the sight far behind
    Shot(horizon=0.79, monument=1.0, foot=0.9, aside=0.2, guest=0.72, alone=0.85, stand=0.24),  # right below it, much sky
    Shot(horizon=0.46, monument=0.8, foot=0.68, aside=0.02, guest=0.95, alone=0.62, stand=0.72),  # from above, much ground
)
#: Whether a shot is seen from the other side.
SIDES = (False, True, False, True)


def shot_of(seed: int) -> Shot:
    """Return the framing of a seed; any four seeds in a row have four different ones."""
    return SHOTS[seed % len(SHOTS)]


def is_mirrored(seed: int) -> bool:
    """Say whether a seed's picture is composed from right to left; every other round of shots is the mirror of the last."""
    return SIDES[seed % len(SIDES)] != (seed // len(SHOTS) % 2 == 1)
