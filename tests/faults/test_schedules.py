"""Seeded schedules of faults: nothing is lost, stuck or paid twice, and the ledger agrees with the service's own journal.

CI plays 20 seeds, ten on each database, `make faults` 300 on each; `make faults ARGS="--seed 17"` plays one again.
"""

import os
import time

import pytest
from django.conf import settings
from django.db import connection

from gallery import tasks
from tests.faults.schedules import Result, Schedule, Stage

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


def seeds():
    """Return the seeds that FAULT_SEEDS names ("17" or "1-300"); where it names none, the ten of this database."""
    of_ci = "1-10" if connection.vendor == "sqlite" else "11-20"
    first, _, last = os.environ.get("FAULT_SEEDS", of_ci).partition("-")
    return range(int(first), int(last or first) + 1)


def age_spool():
    """Make all spooled answers look old enough to be swept."""
    long_ago = time.time() - 2 * tasks.SPOOL_KEPT
    for path in settings.SPOOL_ROOT.iterdir():
        os.utime(path, (long_ago, long_ago))


class TestSchedules:
    def test_leave_nothing_lost_stuck_or_paid_twice(self, house, own_broker, start_web, start_sweeping, tmp_path, capsys):
        results = []
        with Stage(house, own_broker, start_web, start_sweeping, tmp_path) as stage, capsys.disabled():
            print(f"\n{Result.HEADINGS}")
            for seed in seeds():
                results.append(Schedule(seed, stage).play())
                print(results[-1], flush=True)
        age_spool()
        tasks.sweep()
        assert list(settings.SPOOL_ROOT.iterdir()) == []
        assert [result.seed for result in results if result.problems] == []
