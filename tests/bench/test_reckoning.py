"""What the measurements reckon with can say no."""

import pytest

from tests.bench.reckoning import ideal_end, jain, most_in_window, overtaken, window_while_all_wait

LANES = {"a1": "A", "a2": "A", "a3": "A", "b1": "B"}
OWNERS = {"a1": "ann", "a2": "ann", "a3": "bob", "b1": "eve"}


def test_two_places_end_three_drawings_after_two_rounds():
    assert ideal_end([100, 100, 100], slots=2, seconds=10) == 120
    assert ideal_end([100, 115], slots=1, seconds=10) == 125


def test_a_window_leaves_its_end_out_and_finds_the_densest_place():
    assert most_in_window([0, 30, 60], 60) == 2
    assert most_in_window([0, 50, 51, 109], 60) == 3


def test_equal_shares_are_fair_and_one_taker_is_not():
    assert jain([5, 5, 5]) == 1
    assert jain([9, 0, 0]) == pytest.approx(1 / 3)


def test_a_first_that_waited_while_a_second_started_was_overtaken():
    asked = {"a1": 0, "a2": 0, "a3": 1, "b1": 0}
    assert overtaken(asked, {"a1": 2, "a2": 3, "a3": 4, "b1": 5}, LANES, OWNERS) == 1
    assert overtaken(asked, {"a1": 2, "a3": 3, "a2": 4, "b1": 5}, LANES, OWNERS) == 0


def test_who_asked_after_the_second_had_started_was_not_overtaken():
    asked = {"a1": 0, "a2": 0, "a3": 4, "b1": 0}
    assert overtaken(asked, {"a1": 2, "a2": 3, "a3": 5, "b1": 6}, LANES, OWNERS) == 0


def test_all_wait_until_the_first_lane_is_empty():
    asked = {"a1": 0, "a2": 1, "a3": 1, "b1": 1}
    assert window_while_all_wait(asked, {"a1": 2, "b1": 7, "a2": 8, "a3": 9}, LANES) == (1, 7)
