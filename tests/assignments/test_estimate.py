"""What an assignment may cost at most: numbers alone."""

import pytest

from assignments.estimate import Cap, Most, at_most

CLASS = {"pupils": 28, "tries": 8, "per_try": 4, "finals": 0, "price": 10, "final_price": 10}


def most(caps=(), **changes):
    return at_most(**(CLASS | changes), caps=caps)


def of_pupil(**limits):
    return Cap(True, **limits)


def of_class(**limits):
    return Cap(False, **limits)


class TestWithoutLimits:
    def test_every_student_may_use_every_try(self):
        assert most() == Most(28 * 32, 28 * 32 * 10)

    def test_a_final_picture_is_one_more_for_each_at_its_own_price(self):
        assert most(finals=1, final_price=90) == Most(28 * 33, 28 * (32 * 10 + 90))

    def test_nobody_draws_nothing(self):
        assert most(pupils=0) == Most(0, 0)

    def test_what_is_free_stays_free(self):
        assert most(price=0, final_price=0, finals=1) == Most(28 * 33, 0)

    @pytest.mark.parametrize("unknown", [{"price": None}, {"final_price": None, "finals": 1}])
    def test_without_a_price_the_pictures_are_counted_and_the_money_is_not(self, unknown):
        assert most(**unknown).micros is None and most(**unknown).pictures >= 28 * 32

    def test_the_price_of_finals_that_nobody_makes_does_not_matter(self):
        assert most(final_price=None).micros == 28 * 32 * 10


class TestWithinLimits:
    def test_a_students_limit_counts_for_each(self):
        assert most([of_pupil(pictures=5)]) == Most(28 * 5, 28 * 50, is_capped=True)

    def test_the_classes_limit_counts_once(self):
        assert most([of_class(pictures=100)]) == Most(100, 1000, is_capped=True)

    def test_a_daily_limit_counts_on_each_day(self):
        assert most([of_class(pictures=100, times=3)]).pictures == 300

    def test_the_tightest_limit_counts(self):
        assert most([of_pupil(pictures=9), of_class(pictures=200), of_class(pictures=150)]).pictures == 150
        assert most([of_pupil(pictures=2), of_class(pictures=200)]).pictures == 56

    def test_money_is_bounded_by_money_and_pictures_are_not(self):
        """What is set aside and not used comes back, so less money does not mean fewer pictures."""
        assert most([of_class(micros=500)]) == Most(28 * 32, 500, is_capped=True)
        assert most([of_pupil(micros=7)]) == Most(28 * 32, 28 * 7, is_capped=True)

    def test_few_pictures_may_be_the_dearest_ones(self):
        assert most([of_pupil(pictures=2)], finals=1, final_price=90).micros == 28 * (90 + 10)
        assert most([of_class(pictures=30)], finals=1, final_price=90).micros == 28 * 90 + 2 * 10

    def test_a_limit_that_nobody_can_reach_changes_nothing(self):
        assert most([of_pupil(pictures=32), of_class(micros=10**9)]) == most()

    def test_nothing_allowed_is_nothing(self):
        assert most([of_class(pictures=0)]) == Most(0, 0, is_capped=True)

    def test_a_limit_in_money_lets_nobody_draw_what_has_no_price(self):
        assert most([of_pupil(micros=100)], price=None).pictures == 0
        assert most([of_pupil(micros=100)], price=None, finals=1, final_price=5) == Most(28, 28 * 5, is_capped=True)
