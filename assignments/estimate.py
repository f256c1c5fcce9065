"""What an assignment may cost at most, before anybody draws.

Pure numbers: no rows, no time. Money is in micro-dollars (1 USD = 1,000,000).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cap:
    """A limit of pictures and money (None: without) for each student or for the class; a daily one counts ``times``."""

    is_of_pupils: bool
    pictures: int | None = None
    micros: int | None = None
    times: int = 1


@dataclass(frozen=True)
class Most:
    """At most so many pictures and so much money; ``micros`` None where nothing bounds what is not known."""

    pictures: int
    micros: int | None
    is_capped: bool = False


def at_most(
    *, pupils: int, tries: int, per_try: int, finals: int, price: int | None, final_price: int | None, caps: Iterable[Cap]
) -> Most:
    """Return what ``pupils`` can draw at most: ``tries`` of ``per_try`` pictures, and ``finals`` final ones, each.

    ``price`` and ``final_price`` are the worst cases of one picture, None where they are not known: then a limit in money lets
    none of them be drawn.
    """
    caps = list(caps)
    wanted = [(final_price, finals), (price, tries * per_try)]
    counts_money = any(cap.micros is not None for cap in caps)
    pool = [(cost, 0 if counts_money and cost is None else count) for cost, count in wanted]
    own = _bounded(pool, [cap for cap in caps if cap.is_of_pupils])
    together = Cap(False, pupils * own.pictures, None if own.micros is None else pupils * own.micros)
    of_class = [cap for cap in caps if not cap.is_of_pupils]
    most = _bounded([(cost, pupils * count) for cost, count in pool], [together, *of_class])
    full = _bounded([(cost, pupils * count) for cost, count in wanted], [])
    is_cheaper = most.micros is not None and full.micros is not None and most.micros < full.micros
    return Most(most.pictures, most.micros, is_capped=most.pictures < full.pictures or is_cheaper)


def _bounded(pool: list[tuple[int | None, int]], caps: list[Cap]) -> Most:
    """Return the most of ``pool``, as (price, count) pairs, that all ``caps`` leave."""
    pictures = min([sum(count for _price, count in pool), *(c.pictures * c.times for c in caps if c.pictures is not None)])
    costs = [c.micros * c.times for c in caps if c.micros is not None]
    if (cost := _cost(pool, pictures)) is not None:
        costs.append(cost)
    return Most(pictures, min(costs, default=None))


def _cost(pool: list[tuple[int | None, int]], pictures: int) -> int | None:
    """Return what the ``pictures`` dearest of ``pool`` cost; None where a price of one that may be among them is unknown."""
    there = [(price, count) for price, count in pool if count]
    if pictures and any(price is None for price, _count in there):
        return None
    total = 0
    for price, count in sorted(there, key=lambda row: row[0] or 0, reverse=True):
        taken = min(count, pictures)
        total, pictures = total + taken * (price or 0), pictures - taken
    return total
