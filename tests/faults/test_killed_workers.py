"""The whole worker is killed, without a word, at every step of drawing a picture: nothing is lost and nothing is paid twice."""

import os
import signal

import pytest
from django.conf import settings

from gallery.models import Picture
from tests.faults.conftest import QUICK
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

#: What becomes of a picture by the point at which its worker was killed: state, reason, its calls, requests to the provider.
ENDS = {
    "after-claim": ("ready", "", "stored", 1),
    "after-intent": ("ready", "", "failed stored", 1),
    "before-first-byte": ("failed", "unanswered", "unanswered", 0),
    "hanging": ("failed", "unanswered", "unanswered", 1),
    "amid-answer": ("failed", "unanswered", "unanswered", 1),
    "after-spool": ("ready", "", "stored", 1),
    "amid-files": ("ready", "", "stored", 1),
    "after-settling": ("ready", "", "stored", 1),
    "before-settling": ("ready", "", "stored", 1),  # the last, since who stands here holds a lock on the rows
}
BY_PROVIDER = {"hanging": "hang", "amid-answer": "drip_body"}


def kill(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


class TestAKilledWorker:
    def test_leaves_every_picture_to_its_honest_end_wherever_it_was(self, house, start_worker):
        house.provider.script(*BY_PROVIDER.values())
        options, variables = house.stalling(*(point for point in ENDS if point not in BY_PROVIDER))
        pictures = {}
        with start_worker("-c", "16", *options, LEASE_SECONDS="0.1", **variables) as worker:
            for point in ENDS:  # one thread of the worker after the other, each standing where its picture shall be
                pictures[point] = house.ask()
                house.ring()
                if point in BY_PROVIDER:
                    house.wait_for_request(pictures[point])
                else:
                    house.wait_for(point)
                if point == "amid-answer":
                    wait_until(lambda: list(settings.SPOOL_ROOT.glob("*.part")), what="the answer to begin")
            kill(worker)
        with start_worker(**QUICK):
            house.wait_for_ends()
        assert {point: house.end_of(picture) for point, picture in pictures.items()} == ENDS
        house.assert_all_is_well()

    def test_before_its_claim_was_committed_loses_only_the_message(self, house, start_worker):
        picture = house.ask()
        options, variables = house.stalling("before-claim")
        with start_worker(*options, **variables) as worker:
            house.ring()
            house.wait_for("before-claim")
            kill(worker)
        assert Picture.objects.get().status == "queued"
        with start_worker(**QUICK):
            house.wait_for_ends()
        assert house.end_of(picture) == ("ready", "", "stored", 1)
        house.assert_all_is_well()

    def test_is_recovered_even_where_the_recovering_worker_is_killed_too(self, house, start_worker):
        picture = house.ask()
        options, variables = house.stalling("after-spool")
        with start_worker(*options, LEASE_SECONDS="0.1", **variables) as worker:
            house.ring()
            house.wait_for("after-spool")
            kill(worker)
        options, variables = house.stalling("taking-over")
        with start_worker(*options, **{**variables, **QUICK}) as sweeping:
            house.wait_for("taking-over")
            kill(sweeping)
        options, variables = house.stalling("amid-files", "amid-settling")
        with start_worker(*options, **{**variables, "LEASE_SECONDS": "3", "SWEEP_SECONDS": "0.3"}) as second:
            house.wait_for("amid-files")
            (house.folder / "amid-files.go").touch()
            house.wait_for("amid-settling")
            kill(second)
        with start_worker(**QUICK):
            house.wait_for_ends()
        assert house.end_of(picture) == ("ready", "", "stored", 1)
        house.assert_all_is_well()


class TestASleepingWorker:
    """A machine that is suspended, or out of memory, goes on where it stood long after its claim has passed to others."""

    def test_leaves_no_file_of_its_own_when_it_wakes(self, house, start_worker):
        picture = house.ask()
        options, variables = house.stalling("amid-files")
        with start_worker("-c", "1", *options, name="sleeper", LEASE_SECONDS="0.1", **variables):
            house.ring()
            house.wait_for("amid-files")
            with start_worker(**QUICK):
                house.wait_for_ends()
                (house.folder / "amid-files.go").touch()
                log = house.log("sleeper")
                wait_until(lambda: "late answer discarded" in log.read_text(), what="the sleeper to wake")
        assert house.end_of(picture) == ("ready", "", "stored", 1)
        house.assert_all_is_well()

    @pytest.mark.parametrize("point", ["after-claim", "after-intent"])
    def test_sends_nothing_when_it_wakes(self, house, start_worker, point):
        picture = house.ask()
        options, variables = house.stalling(point)
        with start_worker("-c", "1", *options, name="sleeper", LEASE_SECONDS="0.1", **variables):
            house.ring()
            house.wait_for(point)
            with start_worker(**QUICK):
                house.wait_for_ends()
                (house.folder / f"{point}.go").touch()
                log = house.log("sleeper")
                wait_until(lambda: "claim lost before the call" in log.read_text(), what="the sleeper to wake")
        assert house.end_of(picture)[0::3] == ("ready", 1)
        house.assert_all_is_well()

    def test_overwrites_nothing_with_a_late_answer(self, house, start_worker):
        house.provider.script(["slow", {"seconds": 1.0}])
        picture = house.ask()
        with start_worker("-c", "1", name="sleeper", LEASE_SECONDS="0.1") as sleeper:
            house.ring()
            house.wait_for_request(picture)
            os.killpg(sleeper.pid, signal.SIGSTOP)
            with start_worker(**QUICK):
                house.wait_for_ends()
                os.killpg(sleeper.pid, signal.SIGCONT)
                log = house.log("sleeper")
                wait_until(lambda: "late answer discarded" in log.read_text(), what="the late answer to be discarded")
        assert house.end_of(picture) == ("failed", "unanswered", "unanswered", 1)
        house.assert_all_is_well()
