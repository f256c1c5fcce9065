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


def seed_for(trail: UUID, number: int) -> int:
    """Return the seed of try ``number`` of a trail: fixed once and for all, in 31 bits, different from try to try."""
    return zlib.crc32(f"{trail}:{number}".encode()) & 0x7FFFFFFF
