"""Doorbells and the sweep: what is lost is found, what is late is ended, what is old is cleared."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from gallery import tasks
from gallery.models import Call, Engine, Picture
from gallery.slots import slots
from tests.builders import claim, make_assignment, make_engine, make_queued, make_ready, make_work
from tests.processes import free_port

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
QUEUE = "celery"


def rung(broker):
    """Return how many messages wait at the broker."""
    return broker.llen(QUEUE)


def let_leases_end():
    Picture.objects.update(lease_until=timezone.now() - timedelta(days=1))


class TestRinging:
    def test_nothing_is_rung_before_the_commit(self, broker, django_capture_on_commit_callbacks):
        [picture] = make_queued()
        with django_capture_on_commit_callbacks(execute=True):
            tasks.ring(picture.engine, times=3)
            assert rung(broker) == 0
        assert rung(broker) == 3

    def test_a_message_carries_neither_words_nor_names(self, broker, django_capture_on_commit_callbacks):
        [picture] = make_queued(prompt="A very red bicycle")
        with django_capture_on_commit_callbacks(execute=True):
            tasks.ring(picture.engine)
        message = broker.lindex(QUEUE, 0)
        assert b"draw_next" in message and b"bicycle" not in message
        assert picture.owner.username.encode() not in message

    def test_with_the_broker_away_nothing_breaks_and_nobody_waits(self, tmp_path):
        """In a process of its own, whose broker is a port that nobody listens at."""
        code = (
            "import django, time; django.setup()\n"
            "from gallery import tasks\n"
            "tasks.send(0)\n"
            "begin = time.monotonic(); tasks.send(4); print(time.monotonic() - begin)"
        )
        away = {"REDIS_URL": f"redis://127.0.0.1:{free_port()}/0", "DJANGO_SETTINGS_MODULE": "edu4all.settings"}
        answer = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=os.environ | away, capture_output=True, text=True, timeout=60
        )
        assert answer.returncode == 0, answer.stderr
        assert "doorbell not rung" in answer.stderr
        assert float(answer.stdout) < 1


class TestDrawNext:
    def test_it_draws_one_after_another_until_nobody_waits_and_rings_for_none(self, broker):
        make_queued(make_work(), pictures=2)
        tasks.draw_next()
        assert set(Picture.objects.values_list("status", flat=True)) == {"ready"}
        assert broker.llen("celery") == 0

    def test_a_fault_that_nobody_foresaw_is_settled_by_the_next_sweep(self, settings, tmp_path):
        make_queued(make_work())
        settings.SPOOL_ROOT = tmp_path / "spool"
        settings.SPOOL_ROOT.write_text("a file where a folder should be")
        with pytest.raises(OSError):
            tasks.draw_next()
        settings.SPOOL_ROOT = tmp_path / "other"
        tasks.sweep()
        assert Picture.objects.get().reason == "unanswered"

    def test_an_engine_that_is_off_draws_nothing(self):
        make_queued()
        Engine.objects.update(is_enabled=False)
        tasks.draw_next()
        assert Picture.objects.get().status == "queued" and not Call.objects.exists()

    def test_a_message_of_other_code_is_a_doorbell_like_any_other(self):
        make_queued()
        tasks.draw_next(17, picture="3b1e", fence=2)
        assert Picture.objects.get().status == "ready"

    def test_an_engine_without_a_free_place_here_does_not_hold_up_another(self, monkeypatch):
        crowded = make_engine("crowded")
        make_queued(make_work(make_assignment(engine=crowded)))
        make_queued(make_work(make_assignment(engine=make_engine())))
        monkeypatch.setattr(slots, "total", 2)
        with slots.place(crowded.pk, others=1):  # the last place is kept for the other engine
            tasks.draw_next()
        assert dict(Picture.objects.values_list("engine__name", "status")) == {"crowded": "queued", "sketch": "ready"}

    def test_a_process_that_leaves_claims_nothing(self, monkeypatch):
        make_queued()
        monkeypatch.setattr(slots, "total", 0)
        tasks.draw_next()
        assert Picture.objects.get().status == "queued"


class TestSweep:
    def test_a_claim_that_ran_out_before_anything_was_sent_is_queued_again(self):
        [picture] = make_queued()
        claim(picture.engine)
        let_leases_end()
        tasks.sweep()
        assert (Picture.objects.get().status, Picture.objects.get().reason) == ("queued", "worker_lost")

    def test_a_claim_that_still_runs_is_left_alone(self):
        [picture] = make_queued()
        claimed = claim(picture.engine)
        tasks.sweep()
        assert (Picture.objects.get().status, Picture.objects.get().fence) == ("drawing", claimed.fence)

    def test_a_request_that_was_sent_and_lost_is_not_sent_again(self):
        [picture] = make_queued()
        Call.objects.intend(claim(picture.engine), spool="lost").sent()
        let_leases_end()
        tasks.sweep()
        tasks.sweep()
        assert (Picture.objects.get().status, Picture.objects.get().reason) == ("failed", "unanswered")
        assert Call.objects.get().state == "unanswered"

    def test_it_rings_for_whatever_waits_and_no_more(self, broker):
        work = make_work()
        make_queued(work, pictures=2)
        tasks.sweep()
        assert rung(broker) == 2

    def test_it_rings_no_more_often_than_this_process_has_places(self, broker, monkeypatch):
        make_queued(make_work(), pictures=4)
        monkeypatch.setattr(slots, "total", 3)
        tasks.sweep()
        assert rung(broker) == 3

    def test_it_rings_once_for_a_paced_engine(self, broker):
        make_queued(make_work(make_assignment(engine=make_engine("paced", images_per_minute=60))), pictures=4)
        tasks.sweep()
        assert rung(broker) == 1

    @pytest.mark.parametrize("trouble", ["stopped", "resting", "later"])
    def test_it_does_not_ring_where_nothing_could_be_drawn(self, broker, trouble):
        [picture] = make_queued()
        if trouble == "stopped":
            picture.engine.open_circuit("key", "401")
        elif trouble == "resting":
            picture.engine.pause(60)
        else:
            Picture.objects.update(not_before=timezone.now() + timedelta(minutes=1))
        tasks.sweep()
        assert rung(broker) == 0

    def test_a_picture_that_waited_too_long_is_given_up_and_the_try_given_back(self):
        work = make_work()
        make_queued(work)
        Picture.objects.update(queued_at=timezone.now() - settings.DRAW_WITHIN - timedelta(seconds=1))
        tasks.sweep()
        assert (Picture.objects.get().status, Picture.objects.get().reason) == ("failed", "too_late")
        assert work.tries_left() == work.assignment.max_tries

    def test_a_picture_that_waits_not_quite_so_long_keeps_waiting(self):
        make_queued()
        Picture.objects.update(queued_at=timezone.now() - settings.DRAW_WITHIN + timedelta(minutes=1))
        tasks.sweep()
        assert Picture.objects.get().status == "queued"

    def test_one_engine_in_trouble_does_not_keep_the_sweep_from_the_others(self, broker):
        stopped = make_engine("stopped")
        make_queued(make_work(make_assignment(engine=stopped)))
        stopped.open_circuit("key", "401")
        make_queued(make_work(make_assignment(engine=make_engine())))
        tasks.sweep()
        assert rung(broker) == 1


class TestOrphans:
    def test_a_stored_file_that_no_picture_names_is_deleted_after_a_day_and_no_other(self):
        picture = make_ready()
        old, young = (default_storage.save(f"or/{name}.png", ContentFile(b"x")) for name in ("old", "young"))
        for name, age in ((old, tasks.ORPHANS_KEPT + 60), (picture.file, tasks.ORPHANS_KEPT + 60)):
            os.utime(default_storage.path(name), (time.time() - age,) * 2)
        tasks.clear_orphans()
        assert [default_storage.exists(name) for name in (old, young, picture.file)] == [False, True, True]
        default_storage.delete(young)


class TestSpool:
    def spooled(self, name, age):
        settings.SPOOL_ROOT.mkdir(parents=True, exist_ok=True)
        path = settings.SPOOL_ROOT / name
        path.write_bytes(b"answer")
        os.utime(path, (time.time() - age, time.time() - age))
        return path

    def test_an_old_answer_that_nobody_will_read_is_deleted(self):
        path = self.spooled("nobodys", tasks.SPOOL_KEPT + 60)
        tasks.sweep()
        assert not path.exists()

    def test_a_young_one_stays(self):
        path = self.spooled("young", tasks.SPOOL_KEPT - 60)
        tasks.sweep()
        assert path.exists()
        path.unlink()

    def test_an_old_answer_of_an_open_call_stays(self):
        [picture] = make_queued()
        Call.objects.intend(claim(picture.engine), spool="open")
        path = self.spooled("open", tasks.SPOOL_KEPT + 60)
        tasks.sweep()
        assert path.exists()
        Call.objects.get().end("failed")
        tasks.sweep()
        assert not path.exists()
