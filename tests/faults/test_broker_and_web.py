"""Messages are doorbells: losing all of them, or ringing three times, changes nothing but the time a picture takes."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import pytest

from gallery import tasks
from gallery.models import Picture
from tests import processes
from tests.faults.conftest import QUICK, Pupil

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
                assert pupils[3].ask()[0] == 302
                own_broker.start()
                house.wait_for_ends()
        pictures = list(Picture.objects.all())
        assert [house.end_of(picture) for picture in pictures] == 4 * [("ready", "", "stored", 1)]
        house.assert_all_is_well()


class TestABrokerThatForgets:
    def test_changes_nothing_at_all(self, house, own_broker, start_web, start_sweeping):
        """The same pictures are drawn, once each, while everything in the broker is deleted all the time (I9)."""
        house.provider.script(*[["slow", {"seconds": 0.2}]] * 8)
        with own_broker.running(), start_web() as (_web, port), start_sweeping("-c", "2"), own_broker.client() as client:
            with ThreadPoolExecutor() as pool:
                answers = [pool.submit(pupil.ask) for pupil in [Pupil(house, port) for _ in range(8)]]
                while Picture.objects.exclude(status="ready").exists() or not all(answer.done() for answer in answers):
                    client.flushall()
                    time.sleep(0.03)
        assert [answer.result()[0] for answer in answers] == 8 * [302]
        assert [house.end_of(picture) for picture in Picture.objects.all()] == 8 * [("ready", "", "stored", 1)]
        house.assert_all_is_well()

    def test_and_is_full_refuses_no_pupil(self, house, own_broker, start_web, start_sweeping):
        with own_broker.running(), start_web() as (_web, port), start_sweeping(), own_broker.client() as client:
            client.config_set("maxmemory", 1)
            pupils = [Pupil(house, port) for _ in range(3)]
            asked = [pupil.ask() for pupil in pupils]
            seen = [pupil.get(pupil.path.removesuffix("ask/")).status for pupil in pupils]
            assert client.llen("celery") == 0, "nobody could ring"
            client.config_set("maxmemory", 0)
            house.wait_for_ends()
        assert [status for status, _ in asked] + seen == 3 * [302] + 3 * [200]
        assert max(seconds for _, seconds in asked) < 1
        assert [house.end_of(picture) for picture in Picture.objects.all()] == 3 * [("ready", "", "stored", 1)]
        house.assert_all_is_well()


class TestAnAbsentBroker:
    def test_at_the_start_of_everybody_delays_pictures_and_refuses_nobody(self, house, own_broker, start_web, start_sweeping):
        with start_web() as (_web, port), start_sweeping(is_awaited=False):
            asked = [Pupil(house, port).ask() for _ in range(3)]
            with own_broker.running():
                started = time.monotonic()
                house.wait_for_ends()
                assert time.monotonic() - started < 10
        assert [status for status, _ in asked] == 3 * [302]
        assert max(seconds for _, seconds in asked) < 1, "a broker that is away costs nobody time"
        assert [house.end_of(picture) for picture in Picture.objects.all()] == 3 * [("ready", "", "stored", 1)]
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

    def test_of_other_versions_of_this_code_harm_nobody(self, house, start_worker):
        """Older and newer code rings differently: other arguments, other names, no arguments at all."""
        send, engine = tasks.draw_next.app.send_task, house.engine.pk
        for arguments in [(), (engine,), (engine, 7, "more"), ("no engine",), (None,), ({"picture": 12, "prompt": "A dog"},)]:
            send("gallery.tasks.draw_next", args=arguments)
        send("gallery.tasks.draw_next", kwargs={"engine_pk": engine, "picture_pk": 4})
        for name in ("gallery.tasks.draw_picture", "gallery.tasks.retry", "assignments.tasks.remind"):
            send(name, args=[engine, "2026-11-22"])
        send("gallery.tasks.sweep", kwargs={"engine": engine})
        pictures = [house.ask() for _ in range(2)]
        with start_worker(**QUICK) as process:
            house.wait_for_ends()
            processes.wait_until(lambda: self.is_quiet(), what="the last messages to be taken")
            assert process.poll() is None
        assert [house.end_of(picture) for picture in pictures] == 2 * [("ready", "", "stored", 1)]
        house.assert_all_is_well()

    def is_quiet(self):
        with tasks.draw_next.app.connection_for_read() as connection:
            return connection.default_channel.client.llen("celery") == 0
