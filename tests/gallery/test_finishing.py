"""What comes after an answer is done apart from the places, bounded, and survives its own faults."""

import threading
import time

import pytest

from gallery import finishing as module
from gallery.finishing import Finishing


@pytest.fixture
def team():
    finishing = Finishing()
    finishing.open()
    return finishing


class TestFinishing:
    def test_a_process_that_is_no_worker_finishes_at_once_and_sees_what_fails(self):
        done = []
        Finishing().add(1, lambda: done.append(threading.get_ident()))
        assert done == [threading.get_ident()]
        with pytest.raises(ZeroDivisionError):
            Finishing().add(1, lambda: 1 / 0)

    def test_a_worker_does_not_wait_for_it(self, team):
        gate, done = threading.Event(), []
        team.add(1, lambda: gate.wait(10) and done.append(1))
        assert not team.wait_until_done(time.monotonic() + 0.05) and not done
        gate.set()
        assert team.wait_until_done(time.monotonic() + 10) and done

    def test_a_worker_waits_where_too_much_waits_already(self, team):
        gate = threading.Event()
        for _ in range(module.MOST):
            team.add(1, lambda: gate.wait(10))
        late = threading.Thread(target=team.add, args=[1, lambda: None])
        late.start()
        late.join(0.1)
        assert late.is_alive()
        gate.set()
        late.join(10)
        assert not late.is_alive() and team.wait_until_done(time.monotonic() + 10)

    def test_what_fails_takes_no_place_from_the_next(self, team):
        for _ in range(2 * module.MOST):
            team.add(1, lambda: 1 / 0)
        assert team.wait_until_done(time.monotonic() + 10)

    def test_one_engine_that_hangs_holds_up_no_other(self, team):
        gate, done = threading.Event(), threading.Event()
        for _ in range(module.MOST):
            team.add(1, lambda: gate.wait(10))
        team.add(2, done.set)
        assert done.wait(10)
        gate.set()
        assert team.wait_until_done(time.monotonic() + 10)
