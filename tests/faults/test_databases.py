"""A database that is busy for ten seconds, or that restarts, makes pages and pictures late and breaks neither."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction

from gallery.models import Picture
from tests import processes
from tests.faults.conftest import Pupil

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

LOCKED = 10  # seconds; SQLite's and our own patience is 20


@contextmanager
def locked():
    """Keep everybody else from writing, and on PostgreSQL also from reading, pictures and tries."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute("BEGIN EXCLUSIVE")
            yield
            cursor.execute("ROLLBACK")
    else:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE gallery_picture, gallery_trail, gallery_call, gallery_engine IN ACCESS EXCLUSIVE MODE")
            yield


class TestALockedDatabase:
    def test_makes_pupils_and_workers_wait_and_nothing_else(self, house, own_broker, start_web, start_sweeping):
        house.provider.script(*[["slow", {"seconds": 1}]] * 2)
        with own_broker.running(), start_web() as (_web, port), start_sweeping("-c", "4"):
            pupils = [Pupil(house, port) for _ in range(5)]
            assert [pupil.ask()[0] for pupil in pupils[:2]] == [302, 302]
            for picture in Picture.objects.all():  # both are being drawn when the lock comes down
                house.wait_for_request(picture)
            with ThreadPoolExecutor() as pool:
                with locked():
                    asked = [pool.submit(pupil.ask) for pupil in pupils[2:]]
                    time.sleep(LOCKED)
                answers = [answer.result() for answer in asked]
            house.wait_for_ends()
        assert [status for status, _ in answers] == 3 * [302]
        assert all(seconds > LOCKED - 1 for _, seconds in answers), "they waited for the lock"
        assert [house.end_of(picture) for picture in Picture.objects.all()] == 5 * [("ready", "", "stored", 1)]
        house.assert_all_is_well()


class TestARestartedDatabase:
    def test_is_found_again_by_everybody(self, house, own_broker, start_web, start_sweeping):
        """PostgreSQL ends all its sessions and starts again where one of them is killed."""
        if connection.vendor != "postgresql":
            pytest.skip("needs PostgreSQL: SQLite has no server")
        house.provider.script(*[["slow", {"seconds": 1}]] * 2)
        with own_broker.running(), start_web() as (_web, port), start_sweeping("-c", "4", LEASE_SECONDS="3"):
            pupils = [Pupil(house, port) for _ in range(5)]
            assert [pupil.ask()[0] for pupil in pupils[:2]] == [302, 302]
            for picture in Picture.objects.all():
                house.wait_for_request(picture)
            self.restart()
            assert [pupil.ask()[0] for pupil in pupils[2:]] == 3 * [302], "nobody meets a session that is dead"
            house.wait_for_ends()
        ends = [house.end_of(picture) for picture in Picture.objects.order_by("pk")]
        assert ends[2:] == 3 * [("ready", "", "stored", 1)]
        assert all(status in ("ready", "failed") and requests == 1 for status, _reason, _calls, requests in ends[:2])
        house.assert_all_is_well()

    def restart(self):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid(), pg_postmaster_start_time()")
            [pid, _started] = cursor.fetchone()
        try:
            os.kill(pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            pytest.skip("needs PostgreSQL on this machine, under this user or with this one being root")
        connection.close()
        processes.wait_until(self.answers, 20, "PostgreSQL to answer again")

    def answers(self):
        try:
            connection.ensure_connection()
        except OperationalError:
            return False
        return True
