"""What limits leave a student just now, read without a write: how many pictures, and where there are none, why."""

from dataclasses import dataclass

from gallery.models import Price, Purse
from gallery.models.purse import NOTHING_LEFT
from gallery.prompts import SIZES

from .limits import worst_price
from .models import Allowance
from .models.allowance import NO_PRICE, no_final


@dataclass(frozen=True)
class Left:
    """How many pictures a student may still ask for (None: no number is known), today or at all, and why there are none."""

    pictures: int | None = None
    is_today: bool = False
    why_none: str = ""


class Limits:
    """All limits that count for a student's ``work`` just now, in a number of queries that grows with nothing."""

    def __init__(self, work):
        self.assignment = work.assignment
        self.bounds = [] if self.assignment.is_closed else list(_bounds(work))
        self.counts_money = any(purse.micros_allowed is not None for _allowance, purse in self.bounds)
        self.engine = self.assignment.drawing_engine if self.counts_money else None

    def of_tries(self):
        """Return what is Left for tries, each picture at its worst price in any shape that may be chosen."""
        price = worst_price(self.assignment, self.engine, self.engine.quality) if self.engine else None
        return self._left(price, _no_try)

    def of_final(self, draft):
        """Return what is Left for the final picture of ``draft``."""
        price = None
        if self.engine:
            size = SIZES[draft.generation.settings["shape"]]
            price = Price.objects.worst(self.engine, size, self.engine.final_quality, has_source=True)
        return self._left(price, no_final)

    def _left(self, price, say):
        """Return what the tightest limit leaves; of two alike the one that no new day lifts."""
        tightest = None
        for allowance, purse in self.bounds:
            if price is None and purse.micros_allowed is not None:
                return Left(why_none=say(allowance, None))
            fit = purse.fits(price or 0)
            is_today = allowance is not None and allowance.period == Allowance.Period.DAY
            if fit is not None and (tightest is None or (fit, is_today) < tightest[:2]):
                tightest = fit, is_today, allowance
        if tightest is None:
            return Left()
        fit, is_today, allowance = tightest
        return Left(fit, is_today, "" if fit else say(allowance, 0))


def _bounds(work):
    """Give each limit as (allowance, purse); the allowance is None for the class's own purse and those above it."""
    for allowance, known in Allowance.objects.with_purses(work.assignment, work.student_id):
        purse = known or Purse()
        # The row stands at what is used where the limit was lowered below that; what comes back is not given out again.
        purse.pictures_allowed, purse.micros_allowed = allowance.pictures, allowance.micros
        yield allowance, purse
    purse = work.assignment.classroom.purse
    while purse is not None:
        yield None, purse
        purse = purse.parent


def _no_try(allowance, fit):
    if fit is None:
        return NO_PRICE
    return allowance.refusal(fit) if allowance else NOTHING_LEFT
