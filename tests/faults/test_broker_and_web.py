"""Messages are doorbells: losing all of them, or ringing three times, changes nothing but the time a picture takes."""

import signal
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import pytest

from gallery import tasks
from gallery.models import Picture
from tests import processes
from tests.faults.conftest import Pupil

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


class TestAKilledBroker:
    def test_takes_no_picture_with_it_and_asking_goes_on_without_it(self, house, own_broker, start_web, start_sweeping):
        house.provider.script(["slow", {"seconds": 1.5}])
        with own_broker.running(), start_web() as (_web, port):
            pupils = [Pupil(house, port) for _ in range(4)]
            with start_sweeping("-c", "1"):
                assert pupils[0].ask()[0] == 302
                house.wait_for_request(Picture.objects.get())  # being drawn, and two more waiting
                assert [pupil.ask()[0] for pupil in pupils[1:3]] == [302, 302]
                own_broker.kill()
                status, seconds = pupils[3].ask()
                assert status == 302 and seconds < 1
                own_broker.start()
                house.wait_for_ends()
        pictures = list(Picture.objects.all())
        assert [house.end_of(picture) for picture in pictures] == 4 * [("ready", "", "stored", 1)]
        house.assert_all_is_well()


class TestAKilledWebServer:
    def test_between_commit_and_doorbell_loses_only_the_doorbell(self, house, own_broker, start_web, start_sweeping):
        with own_broker.running():
            with start_web() as (web, port):
                pupil = Pupil(house, port)
                own_broker.signal(signal.SIGSTOP)  # the doorbell is pressed, and nobody answers
                with pytest.raises((OSError, HTTPException)), ThreadPoolExecutor() as pool:
                    answer = pool.submit(pupil.ask)
                    processes.wait_until(Picture.objects.exists, what="the commit")
                    house.signal(web)
                    answer.result()
                own_broker.signal(signal.SIGCONT)
            with own_broker.client() as client:
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
