"""A worker whose clock is wrong, or jumps: leases, pace and deadlines follow the database and the machine's steady clock."""

import glob
import sys

import pytest
from django.db import connection

from gallery.models import Picture
from tests import processes
from tests.faults.conftest import QUICK

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

HOUR = 3600
LIBRARIES = "/usr/lib/*/faketime/libfaketimeMT.so.1"


@pytest.fixture
def wrong_clock(tmp_path):
    """A function that sets the clock of processes with these variables: seconds ahead of the true one, or behind."""
    if sys.platform != "linux":
        pytest.skip("needs Linux: libfaketime stands between a program and the clock")
    found = glob.glob(LIBRARIES)
    if not found:
        pytest.skip("no libfaketime on this machine: `apt install libfaketime`")
    clock = tmp_path / "clock"

    def turn(seconds, *, jumps=False):
        steady = {
            "LD_PRELOAD": found[0],
            "DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }  # no clock that is set wrongly runs backwards
        if not jumps:
            return steady | {"FAKETIME": f"{seconds:+d}"}
        clock.write_text(f"{seconds:+d}\n")
        return steady | {"FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_CACHE_DURATION": "1"}  # read once a second

    return turn


def by_a_wrong_clock(command, log, **env):
    return processes.running([*command[:2], "tests.faults.wrong_clock", *command[2:]], log, grace=0, **env)


class TestAWrongClock:
    @pytest.mark.parametrize("seconds", [-HOUR, HOUR])
    def test_of_one_worker_changes_nothing(self, house, start_worker, wrong_clock, seconds):
        """On PostgreSQL beside a worker whose clock is right; SQLite's clock is that of the one machine it lies on."""
        house.provider.script(*[["slow", {"seconds": 0.8}]] * 6)
        pictures = [house.ask() for _ in range(6)]
        with start_worker("-c", "2", name="wrong", run=by_a_wrong_clock, **QUICK, **wrong_clock(seconds)):
            house.ring(2)
            house.wait_for_request(pictures[0])
            if connection.vendor == "postgresql":
                with start_worker("-c", "2", **QUICK):
                    house.wait_for_ends()
            house.wait_for_ends()
        assert [house.end_of(picture) for picture in pictures] == 6 * [("ready", "", "stored", 1)]
        house.assert_all_is_well()

    @pytest.mark.parametrize("seconds", [-HOUR, HOUR])
    def test_that_jumps_during_a_call_asks_for_nothing_twice(self, house, start_worker, wrong_clock, seconds):
        house.provider.script(*[["slow", {"seconds": 2.5}]] * 2)
        pictures = [house.ask() for _ in range(2)]
        with start_worker("-c", "2", run=by_a_wrong_clock, **QUICK, **wrong_clock(0, jumps=True)):
            house.ring(2)
            for picture in pictures:
                house.wait_for_request(picture)
            wrong_clock(seconds, jumps=True)
            house.wait_for_ends()
        ends = [house.end_of(picture) for picture in pictures]
        if connection.vendor == "postgresql" or seconds < 0:
            assert ends == 2 * [("ready", "", "stored", 1)]
        else:  # SQLite's clock jumps too, and with it every lease has ended: the worker could as well be dead for an hour
            assert all(status in ("ready", "failed") and requests == 1 for status, _reason, _calls, requests in ends)
        assert not Picture.objects.filter(reason="too_late").exists()
        house.assert_all_is_well()
