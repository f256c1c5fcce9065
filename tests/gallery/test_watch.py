"""When a worker draws without a doorbell, and when it stops doing so."""

import pytest

from gallery import tasks, upkeep


class Clock:
    """A steady clock that the test moves."""

    def __init__(self):
        self.now = 1000.0

    def monotonic(self):
        return self.now


@pytest.fixture
def clock(monkeypatch, settings):
    settings.SILENT_SECONDS = 10
    clock = Clock()
    monkeypatch.setattr(upkeep, "time", clock)
    monkeypatch.setattr(tasks.Heard, "at", clock.now)
    return clock


@pytest.fixture
def watch(clock):
    """A watch whose drawings are only counted."""

    class Counted:
        drawn = 0

        def submit(self, _function):
            self.drawn += 1

    watch = upkeep.Watch()
    watch.drawing = Counted()
    return watch


def look(watch, clock, due, after):
    """Let ``after`` seconds pass, look, and return how many pictures were drawn by it."""
    clock.now += after
    before = watch.drawing.drawn
    watch.look(due)
    return watch.drawing.drawn - before


class TestSilence:
    def test_work_that_nobody_rings_for_is_drawn_after_ten_seconds(self, watch, clock):
        assert [look(watch, clock, 2, after) for after in (0, 5, 4.9, 0.2)] == [0, 0, 0, 2]

    def test_a_doorbell_in_between_begins_the_wait_anew(self, watch, clock):
        look(watch, clock, 1, 0)
        tasks.Heard.at = clock.now + 4
        assert [look(watch, clock, 1, after) for after in (5, 6)] == [0, 0]

    def test_between_two_starts_of_a_paced_engine_silence_is_not_forgotten(self, watch, clock):
        drawn = [look(watch, clock, due, after) for due, after in ((1, 0), (1, 11), (0, 1), (1, 1), (0, 1), (1, 1))]
        assert drawn == [0, 1, 0, 1, 0, 1]

    def test_it_ends_with_the_first_doorbell(self, watch, clock):
        look(watch, clock, 1, 0)
        assert look(watch, clock, 1, 11) == 1
        tasks.Heard.at = clock.now + 0.5
        assert [look(watch, clock, 1, after) for after in (1, 5)] == [0, 0]

    def test_without_work_there_is_no_silence(self, watch, clock):
        assert [look(watch, clock, due, after) for due, after in ((1, 0), (0, 9), (1, 9), (1, 9))] == [0, 0, 0, 0]
