"""Messages are doorbells: losing all of them, or ringing three times, changes nothing but the time a picture takes."""

import os
import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.client import HTTPException

import pytest
from django.urls import reverse
from redis import Redis

from edu4all import broker as embedded
from gallery import tasks
from gallery.models import Picture
from tests import processes
from tests.builders import make_student
from tests.faults.conftest import QUICK
from tests.visitor import Visitor

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


class Broker:
    """A broker of the test's own, to be killed; ``url`` is the REDIS_URL of those who use it."""

    def __init__(self, folder):
        self.folder, self.path = folder / "broker", embedded.socket_path(folder)
        self.url = embedded.url(self.path)

    def run(self):
        return processes.running_broker(self.folder, self.path)


class Pupil(Visitor):
    """A new student of the house's class, who asks for pictures over HTTP."""

    def __init__(self, house, port):
        super().__init__(port, make_student(house.assignment.classroom, f"Pupil {uuid.uuid4().hex[:6]}"))
        self.path = reverse("assignments:studio-ask", args=[house.assignment.public_id])

    def ask(self):
        """Press the button; return the status of the answer and the seconds it took."""
        started = time.monotonic()
        answer = self.post(self.path, prompt="A dog next to the Eiffel Tower", pictures=1, token=uuid.uuid4())
        return answer.status, time.monotonic() - started


@pytest.fixture
def own_broker(tmp_path):
    return Broker(tmp_path)


@pytest.fixture
def start_web(on_test_database, own_broker, tmp_path):
    """A function that gives a context with a web server which uses the test's own broker."""

    @contextmanager
    def start():
        port = processes.free_port()
        with processes.running_web(tmp_path, port, REDIS_URL=own_broker.url, **on_test_database) as process:
            yield process, port

    return start


@pytest.fixture
def start_sweeping(on_test_database, own_broker, tmp_path):
    """A function that gives a context with a worker and its beat, both on the test's own broker."""

    @contextmanager
    def start(*options):
        variables = {**QUICK, **on_test_database, "REDIS_URL": own_broker.url}
        with Redis(unix_socket_path=str(own_broker.path)) as client:
            with processes.running_worker(tmp_path, client, *options, **variables) as process:
                yield process

    return start


def kill(process, number=signal.SIGKILL):
    os.killpg(process.pid, number)


class TestAKilledBroker:
    def test_takes_no_picture_with_it_and_asking_goes_on_without_it(self, house, own_broker, start_web, start_sweeping):
        house.provider.script(["slow", {"seconds": 1.5}])
        with start_web() as (_web, port), own_broker.run() as first:
            pupils = [Pupil(house, port) for _ in range(4)]
            with start_sweeping("-c", "1"):
                assert pupils[0].ask()[0] == 302
                house.wait_for_request(Picture.objects.get())  # being drawn, and two more waiting
                assert [pupil.ask()[0] for pupil in pupils[1:3]] == [302, 302]
                kill(first)
                first.wait()
                status, seconds = pupils[3].ask()
                assert status == 302 and seconds < 1
                with own_broker.run():
                    house.wait_for_ends()
        pictures = list(Picture.objects.all())
        assert [house.end_of(picture) for picture in pictures] == 4 * [("ready", "", "stored", 1)]
        house.assert_all_is_well()


class TestAKilledWebServer:
    def test_between_commit_and_doorbell_loses_only_the_doorbell(self, house, own_broker, start_web, start_sweeping):
        with own_broker.run() as process:
            with start_web() as (web, port):
                pupil = Pupil(house, port)
                kill(process, signal.SIGSTOP)  # the doorbell is pressed, and nobody answers
                with pytest.raises((OSError, HTTPException)), ThreadPoolExecutor() as pool:
                    answer = pool.submit(pupil.ask)
                    processes.wait_until(Picture.objects.exists, what="the commit")
                    kill(web)
                    answer.result()
                kill(process, signal.SIGCONT)
            with Redis(unix_socket_path=str(own_broker.path)) as client:
                assert client.llen("celery") == 0
            with start_sweeping():
                house.wait_for_ends()
        assert house.end_of(Picture.objects.get()) == ("ready", "", "stored", 1)
        house.assert_all_is_well()


class TestMessages:
    def test_delivered_three_times_ask_for_each_picture_once(self, house, start_worker):
        pictures = [house.ask() for _ in range(5)]
        house.ring(times=3 * len(pictures))
        with start_worker("-c", "8"):
            house.wait_for_ends()
            house.ring(times=3)
            processes.wait_until(lambda: self.is_quiet(), what="the last messages to be taken")
        assert [house.end_of(picture) for picture in pictures] == 5 * [("ready", "", "stored", 1)]
        house.assert_all_is_well()

    def is_quiet(self):
        with tasks.draw_next.app.connection_for_read() as connection:
            return connection.default_channel.client.llen("celery") == 0
