"""A worker that was killed is known to be gone at once: its claims wait for no lease."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import pytest
from django.utils import timezone

from gallery import presence, tasks
from gallery.models import Picture
from tests.builders import make_queued

SLEEPER = """
import sys, time
import django; django.setup()
from gallery import presence
print(presence.announce(sys.argv[1]), flush=True)
time.sleep(60)
"""


@pytest.fixture
def spool(settings, tmp_path, monkeypatch):
    settings.SPOOL_ROOT = tmp_path / "spool"
    monkeypatch.setenv("SPOOL_ROOT", str(settings.SPOOL_ROOT))


@contextmanager
def living(worker, *, after_another=False):
    """Run a process that says that it is ``worker``, and kill it at the end of the block.

    It must notice whether it comes ``after_another`` of its name that has ended.
    """
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "edu4all.settings"}
    command = [sys.executable, "-c", SLEEPER, worker]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout.readline() == f"{after_another}\n"
        try:
            yield
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


@pytest.mark.usefixtures("spool")
class TestPresence:
    def test_who_lives_is_not_gone_and_who_was_killed_is_once(self):
        with living("a machine/1:17"):
            assert list(presence.gone()) == []
        assert list(presence.gone()) == ["a machine/1:17"]
        assert list(presence.gone()) == []

    def test_one_that_comes_after_a_dead_one_of_its_name_knows_it_and_lives(self):
        with living("here:7"):
            pass
        with living("here:7", after_another=True):
            assert list(presence.gone()) == []
        assert list(presence.gone()) == ["here:7"]

    def test_where_nobody_ever_came_nobody_is_gone(self):
        assert list(presence.gone()) == []

    def test_where_no_file_can_be_written_a_worker_still_starts(self, settings):
        presence.folder().parent.mkdir(parents=True, exist_ok=True)
        presence.folder().write_text("a file where a folder should be")
        presence.announce("here:1")
        assert list(presence.gone()) == []

    @pytest.mark.django_db
    def test_the_sweep_ends_the_claims_of_the_dead_and_of_nobody_else(self):
        dead, alive = make_queued(pictures=2)
        for picture, worker in ((dead, f"{tasks.WORKER}0"), (alive, f"{tasks.WORKER}1")):
            taken = Picture.objects.claim_next(picture.engine, worker=worker, lease=600)
            assert taken == picture
        with living(f"{tasks.WORKER}1"):
            with living(f"{tasks.WORKER}0"):
                tasks.sweep()
                assert set(Picture.objects.values_list("status", flat=True)) == {"drawing"}
            tasks.sweep()
            assert Picture.objects.get(pk=dead.pk).status == "queued"
            assert Picture.objects.get(pk=alive.pk).lease_until > timezone.now()
