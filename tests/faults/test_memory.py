"""A worker that runs out of memory loses nothing, and one that works for long needs no more than at its beginning."""

import os
import sys
import time

import pytest

from gallery.models import Picture
from tests import processes
from tests.faults.conftest import QUICK
from tests.faults.limits import CRAMPED
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.one_database, pytest.mark.django_db(transaction=True)]

#: Pictures of the soak; `make faults` draws more.
SOAK = int(os.environ.get("FAULT_SOAK", 60))


@pytest.fixture(autouse=True)
def linux():
    if sys.platform != "linux":
        pytest.skip("needs Linux: /proc tells what a process uses")


def megabytes(process, what="VmRSS"):
    """Return how much memory a process uses, or used at most ("VmHWM")."""
    with open(f"/proc/{process.pid}/status") as lines:
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(what))


def open_files(process):
    return len(os.listdir(f"/proc/{process.pid}/fd"))


class TestTooLittleMemory:
    def test_for_a_picture_leaves_it_to_a_worker_that_has_more(self, house, start_worker):
        house.engine.extra = {}  # a picture in its full size
        house.engine.save()
        picture = house.ask()
        _options, variables = house.stalling("after-spool")
        options = ("-I", "tests.faults.stalls,tests.faults.limits")
        variables |= {"LIMIT_IN": str(house.folder), "MALLOC_MMAP_THRESHOLD_": "65536"}  # what is big is asked of the system
        with start_worker("-c", "1", *options, run=processes.running, **variables):
            house.ring()
            house.wait_for("after-spool")
            (house.folder / CRAMPED).touch()
            wait_until(lambda: not (house.folder / CRAMPED).exists(), what="the limit")
            (house.folder / "after-spool.go").touch()
            wait_until(lambda: "raised unexpected" in house.log("worker").read_text(), 20, "the memory to end")
            assert Picture.objects.get().status == "drawing"
        with start_worker(**QUICK):
            house.wait_for_ends()
        assert house.end_of(picture) == ("ready", "", "stored", 1)
        house.assert_all_is_well()


class TestASoak:
    def test_leaves_memory_files_and_connections_as_they_were(self, house, start_worker, broker):
        house.purse.pictures_allowed = house.purse.micros_allowed = None
        house.purse.save()
        with start_worker("-c", "4", **QUICK) as worker:
            self.draw(house, SOAK // 3)  # everything that is loaded once is loaded now
            used, files, connections = megabytes(worker), open_files(worker), len(broker.client_list())
            self.draw(house, SOAK - SOAK // 3)
            most = files + 6  # a connection to the database for each thread
            wait_until(lambda: open_files(worker) <= most, 20, "files to be closed")
            assert len(broker.client_list()) <= connections + 2
            grown = megabytes(worker) - used
            assert grown < 8 + SOAK / 1000, f"{grown:.1f} MB more after {SOAK} pictures"
        assert Picture.objects.filter(status="ready").count() == SOAK // 3 + SOAK - SOAK // 3
        house.assert_all_is_well()

    def draw(self, house, count):
        for _ in range(count):
            house.ask()
        house.ring(4)
        house.wait_for_ends(20 + count)
        time.sleep(0.1)
