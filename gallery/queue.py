"""Whose turn it is, as plain arithmetic."""

from __future__ import annotations

import zlib
from uuid import UUID

#: Seconds to wait before a broken call is tried again, by how often it failed; after the last the picture is given up.
RETRY_AFTER = (5, 30)
#: Seconds an engine rests after it said "too fast" without saying for how long.
PAUSE = 10


def first_turn(reached: int | None, waiting: int | None) -> int:
    """Return the turn of a new picture: start-time fair queueing by owner within a lane.

    ``reached`` is the turn the lane has come to, ``waiting`` the owner's own last turn that is not drawn yet. Who is new
    starts where the lane is now, so idling earns no credit; who already waits goes behind their own last picture.
    """
    return max(reached or 0, 0 if waiting is None else waiting + 1)


def wait_seconds(place: int, drawing: float, *, slots: int, per_minute: int | None) -> float:
    """Return how many seconds from now the picture at ``place`` (1 is next) will be ready.

    ``drawing`` is how many seconds one picture takes, ``slots`` how many are drawn at once, ``per_minute`` the engine's pace.
    """
    spacing = max(drawing / max(slots, 1), 60 / per_minute if per_minute else 0)
    return (place - 1) * spacing + drawing


def minutes(seconds: float) -> int:
    """Round a wait so that what is shown seldom changes: 0 is under a minute; above ten it goes in steps of five."""
    whole = int(seconds // 60)
    return whole if whole < 10 else whole // 5 * 5


def seed_for(trail: UUID, number: int) -> int:
    """Return the seed of try ``number`` of a trail: fixed once and for all, in 31 bits, different from try to try."""
    return zlib.crc32(f"{trail}:{number}".encode()) & 0x7FFFFFFF
