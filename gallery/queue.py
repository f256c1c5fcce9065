"""Whose turn it is, as plain arithmetic."""

from __future__ import annotations

import heapq
import zlib
from collections.abc import Iterable, Sequence
from uuid import UUID

#: Virtual time that one picture costs a lane of weight 1; divisible by every small weight.
STEP = 5_040_000

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


def step(weight: int) -> int:
    """Return the virtual time between two starts of a lane: twice the weight, twice as often."""
    return STEP // max(weight, 1)


def merge(lanes: Iterable[tuple[int, int, Sequence[int]]]) -> list[int]:
    """Return the order in which an engine serves its lanes, given as (virtual start, step, numbers waiting in their order).

    Numbers grow with the time of asking: of two lanes that are due, the one with the oldest still waiting goes first.
    """
    order: list[int] = []
    heap = [(start, min(waiting), gap, list(waiting)) for start, gap, waiting in lanes if waiting]
    heapq.heapify(heap)
    while heap:
        start, _oldest, gap, waiting = heapq.heappop(heap)
        order.append(waiting.pop(0))
        if waiting:
            heapq.heappush(heap, (start + gap, min(waiting), gap, waiting))
    return order


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
