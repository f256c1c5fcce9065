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
#: Seconds by which starts may come closer than they should on the way from our clock to the service's (see ``spacing``).
LEEWAY = 0.8
#: Seconds of lateness that a start may make up for, so that a worker that woke late costs no turn.
CATCH_UP = 0.25
#: What a refusal leaves of a pace, and the seconds after which it is back at the refused one: as CUBIC does it (RFC 9438).
SLOWED, BACK_AFTER = 0.8, 90
#: Starts in a minute below which a refusal says nothing about our own pace: others share the service's limit.
FEWEST_TO_LEARN = 5
#: Seconds over which a burst of starts is taken to be spread at least.
SHORTEST_BURST = 2
#: Turn of a picture that an adult moved to the front; everybody else's are above it.
FRONT = 0


def spacing(per_minute: float) -> tuple[float, float]:
    """Return (seconds between two starts, seconds by which a late start may shorten the next one's wait).

    GCRA with a burst of one. Whatever the lateness, no 60 seconds see more than ``per_minute`` starts, and 60 / (60 + LEEWAY)
    of the pace can be used: 98.7 %.
    """
    interval = (60 + LEEWAY) / per_minute
    return interval, min(CATCH_UP, interval / 2)


def slowed(pace: float) -> float:
    """Return the pace (pictures a minute) after one of ``pace`` was refused; never below one picture in five minutes."""
    return max(pace * SLOWED, 0.2)


def recovered(ceiling: float, seconds: float) -> float | None:
    """Return the pace ``seconds`` after ``ceiling`` was refused; None where it binds no more.

    It comes back fast, stays long near the ceiling, then feels its way above it, and is forgotten at twice the ceiling.
    """
    now = ceiling * (1 + (1 - SLOWED) * (seconds / BACK_AFTER - 1) ** 3)
    return None if now >= 2 * ceiling else max(now, 0.2)


def first_turn(reached: int | None, last: int | None) -> int:
    """Return the turn of a new picture: start-time fair queueing by owner within a lane.

    ``reached`` is the turn the lane has come to, ``last`` that of the owner's own last picture, drawn or waiting. Who is new
    starts where the lane is now, so idling earns no credit; who had a picture goes behind their own last one.
    """
    return max(reached or FRONT + 1, 0 if last is None else last + 1)


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


def waits(
    count: int,
    drawing: Sequence[float],
    *,
    typical: float,
    slots: int,
    per_minute: float | None,
    free_in: float = 0,
    cycle: float | None = None,
) -> list[float]:
    """Return, for ``count`` waiting pictures in their order, the seconds from now until each will be ready.

    ``drawing`` holds for how many seconds each picture on its way has been drawn, ``typical`` how many one takes, ``slots``
    how many are drawn at once, ``per_minute`` the engine's pace, ``free_in`` the seconds until it may be asked again, ``cycle``
    the seconds from one start to the next in the same slot (None: as many as one picture takes).
    """
    cycle = typical if cycle is None else cycle
    free = [max(cycle - age, cycle / 10) for age in drawing][: max(slots, 1)]
    free += [0.0] * (max(slots, 1) - len(free))
    heapq.heapify(free)
    gap = spacing(per_minute)[0] if per_minute else 0.0
    ready = []
    for place in range(count):
        start = max(free[0], free_in + place * gap)
        heapq.heapreplace(free, start + cycle)
        ready.append(start + typical)
    return ready


def rounded_wait(seconds: float) -> int:
    """Round a wait so that what is shown seldom changes: to 10 seconds, after a minute to 30, after three to 60, then 300."""
    unit = 10 if seconds < 60 else 30 if seconds < 180 else 60 if seconds < 600 else 300
    return max(10, round(seconds / unit) * unit)


def rounded_place(place: int) -> int:
    """Round a place in line up, so that what is shown seldom changes: exact to 10, then to 5, to 10, to 50."""
    unit = 1 if place <= 10 else 5 if place <= 50 else 10 if place <= 100 else 50
    return -(-place // unit) * unit


def seed_for(trail: UUID, number: int) -> int:
    """Return the seed of try ``number`` of a trail: fixed once and for all, in 31 bits, different from try to try."""
    return zlib.crc32(f"{trail}:{number}".encode()) & 0x7FFFFFFF
