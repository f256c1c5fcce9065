"""The camera of one picture: four families of composition that neighbouring seeds take in turn."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Shot:
    """How a scene is framed; shares are of the picture's width or height.

    ``horizon`` is how far below the upper edge the horizon lies, ``monument`` the share of its room that a monument fills,
    ``foot`` how far down it stands (0 for just below the horizon), ``aside`` how far it stands from the middle.
    ``guest`` is the size of those beside a monument against their usual one, ``alone`` of those without one, and ``stand``
    where these stand, from the left edge; ``lift`` is how far from the lower edge everybody keeps.
    """

    horizon: float
    monument: float
    foot: float
    aside: float
    guest: float
    alone: float
    stand: float
    lift: float = 0.0


SHOTS = (
    Shot(horizon=0.69, monument=1.0, foot=0.0, aside=0.13, guest=1.0, alone=1.0, stand=0.5),  # as on a postcard
    Shot(horizon=0.62, monument=0.56, foot=0.0, aside=0.3, guest=1.6, alone=1.7, stand=0.36),  # a portrait, a sight far off
    Shot(horizon=0.79, monument=1.0, foot=0.9, aside=0.2, guest=0.72, alone=0.9, stand=0.22),  # right below it, much sky
    Shot(
        horizon=0.46, monument=0.74, foot=0.63, aside=0.02, guest=0.95, alone=0.6, stand=0.26, lift=0.11
    ),  # from above, much ground
)
#: Whether a shot is seen from the other side.
SIDES = (False, True, False, True)


def shot_of(seed: int) -> Shot:
    """Return the framing of a seed; any four seeds in a row have four different ones."""
    return SHOTS[seed % len(SHOTS)]


def is_mirrored(seed: int) -> bool:
    """Say whether a seed's picture is composed from right to left; every other round of shots is the mirror of the last."""
    return SIDES[seed % len(SIDES)] != (seed // len(SHOTS) % 2 == 1)
