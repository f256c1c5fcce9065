"""A full disk makes pictures wait or fail with a reason; when there is room again they go on, and nothing is paid twice."""

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest
from django.db import connection

from gallery.models import Picture
from tests.faults.conftest import QUICK
from tests.faults.limits import FULL
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

IMPATIENT = {**QUICK, "LEASE_SECONDS": "1"}


class Disk:
    """A disk of 64 MB; ``options`` and ``variables`` are those of a worker that shall meet its end."""

    def __init__(self, filler, options=(), **variables):
        self.filler, self.options, self.variables = filler, options, variables

    def fill(self):
        """Write until not one byte more fits."""
        with self.filler.open("wb", buffering=0) as file:
            try:
                while file.write(bytes(1 << 16)) == 1 << 16:
                    pass
            except OSError:
                pass

    def make_room(self):
        self.filler.unlink()


class Limit(Disk):
    """What stands for a disk where none can be mounted: the worker may not write one byte into any file."""

    def fill(self):
        self.filler.touch()


@contextmanager
def small_disk(folder, scratch):
    """Yield a small disk on ``folder``."""
    if sys.platform != "linux":
        pytest.skip("needs Linux: a small disk is a tmpfs, or a limit of Linux's")
    folder.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        if connection.vendor == "sqlite":
            pytest.skip("needs PostgreSQL, or root to mount a small disk: the limit would hold for SQLite's file too")
        yield Limit(scratch / FULL, ("-I", "tests.faults.limits"), LIMIT_IN=str(scratch))
        return
    try:
        yield Disk(folder / "filler")
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


class TestAFullDisk:
    def test_keeps_an_answer_until_there_is_room_for_its_picture(self, house, start_worker, tmp_path):
        with small_disk(tmp_path / "media" / "pictures", tmp_path) as disk:
            if isinstance(disk, Limit):
                pytest.skip("needs Linux's root: a limit would hold for the spool too")
            disk.fill()
            picture = house.ask()
            with start_worker(**IMPATIENT):
                wait_until(lambda: Picture.objects.get().fence > 2, 20, "the sweep to try it again")
                assert Picture.objects.get().status == "drawing"
                disk.make_room()
                house.wait_for_ends()
            assert house.end_of(picture) == ("ready", "", "stored", 1)
            house.assert_all_is_well()

    def test_for_the_answer_itself_keeps_the_question_back_until_there_is_room(self, house, start_worker, tmp_path):
        with small_disk(tmp_path / "media", tmp_path) as disk, start_worker(*disk.options, **IMPATIENT, **disk.variables):
            first = house.ask()
            house.wait_for_ends()
            disk.fill()
            second = house.ask()
            wait_until(lambda: Picture.objects.get(pk=second.pk).reason, 20, "the picture to be put off")
            assert house.end_of(second) == ("queued", "broken", "failed", 0), "no request leaves whose answer has no place"
            disk.make_room()
            house.wait_for_ends()
            assert house.end_of(first) == ("ready", "", "stored", 1)
            assert house.end_of(second)[::3] == ("ready", 1)
            house.assert_all_is_well()
