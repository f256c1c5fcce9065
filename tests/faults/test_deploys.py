"""New code under load: a worker and a web server that are told to end, and others that begin, leave nothing unanswered."""

import os
import signal
import threading
import time
import uuid
from http.client import HTTPException

import pytest
from django.urls import reverse

from gallery.models import Picture
from tests.faults.conftest import QUICK, Pupil
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

TIMES = int(os.environ.get("FAULT_DEPLOYS", 5))


class Crowd:
    """Pupils who press the button and look at the page, one after the other, until told to stop."""

    def __init__(self, house, port):
        self.pupils = [Pupil(house, port) for _ in range(40)]
        self.page = reverse("assignments:studio", args=[house.assignment.public_id])
        self.statuses, self.hung_up, self._stop = [], 0, threading.Event()
        self._thread = threading.Thread(target=self.press)

    def press(self):
        for pupil in self.pupils:
            if self._stop.wait(0.2):
                return
            token = uuid.uuid4()
            while True:
                try:
                    self.statuses += [pupil.ask(token=token)[0], pupil.get(self.page).status]
                    break
                except (OSError, HTTPException):  # an old connection that the server closed: browsers ask again by themselves
                    self.hung_up += 1
                    pupil.close()
                    time.sleep(0.1)
            pupil.close()

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *exc_info):
        self._stop.set()
        self._thread.join()


class TestADeploy:
    def test_again_and_again_leaves_no_call_unanswered_and_no_page_broken(self, house, own_broker, start_web, start_sweeping):
        house.provider.script(always=["slow", {"seconds": 0.4}])
        with own_broker.running(), start_web() as (web, port), Crowd(house, port) as crowd:
            for _ in range(TIMES):
                with start_sweeping("-c", "4", STOP_SECONDS="10") as worker:
                    wait_until(lambda: Picture.objects.filter(status="drawing").exists(), 20, "a picture being drawn")
                    os.kill(web.pid, signal.SIGHUP)  # gunicorn starts new processes and ends the old ones
                    os.kill(worker.pid, signal.SIGTERM)
                    wait_until(lambda: worker.poll() is not None, 20, "the worker to end")
                    assert not Picture.objects.filter(status="drawing").exists(), "what it drew, it finished"
            with start_sweeping("-c", "4"):
                wait_until(lambda: crowd.statuses, 20, "somebody to be answered")
                crowd.__exit__()
                house.wait_for_ends()
        assert set(crowd.statuses) == {302, 200}
        ends = [house.end_of(picture) for picture in Picture.objects.all()]
        assert len(ends) >= TIMES and set(ends) == {("ready", "", "stored", 1)}
        house.assert_all_is_well()

    def test_that_cannot_wait_gives_back_what_it_has_begun(self, house, start_worker):
        """A call longer than the patience is lost like in any other death, soon and honestly: not a lease later."""
        house.provider.script(["slow", {"seconds": 5}])
        picture = house.ask()
        with start_worker("-c", "2", STOP_SECONDS="0.5", LEASE_SECONDS="60", SWEEP_SECONDS="0.3") as worker:
            house.wait_for_request(picture)
            started = time.monotonic()
            os.kill(worker.pid, signal.SIGTERM)
            wait_until(lambda: worker.poll() is not None, 10, "the worker to end")
            assert time.monotonic() - started < 5
        with start_worker(**QUICK):
            house.wait_for_ends()
        assert house.end_of(picture) == ("failed", "unanswered", "unanswered", 1)
        house.assert_all_is_well()
