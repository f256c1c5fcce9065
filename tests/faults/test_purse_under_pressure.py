"""Two hundred presses at one moment, over HTTP and a real gunicorn: no allowance is overspent, and nobody meets a fault."""

import io
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db.models import Sum
from django.urls import reverse

from assignments.models import Allowance
from gallery.models import Call, LedgerEntry, Picture, Purse
from tests import builders, processes
from tests.faults.conftest import PRICE
from tests.visitor import Visitor

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

PRESSES = 200
PATIENCE = 170  # seconds until an answer counts as none


def press_all_at_once(site, presses):
    """Send ``presses``, as (visitor, assignment, pictures), from a thread each at one moment; return the answers' states."""
    start = threading.Barrier(len(presses))

    def press(visitor, assignment, pictures):
        start.wait()
        path = reverse("assignments:studio-ask", args=[assignment.public_id])
        return visitor.post(path, prompt="A dog next to the Eiffel Tower", pictures=pictures).status

    with ThreadPoolExecutor(len(presses)) as threads:
        return list(threads.map(lambda row: press(*row), presses))


@pytest.fixture
def visit(live_site):
    """A function that gives a signed-in visitor of the running site."""
    visitors = []

    def come(user):
        visitor = Visitor(urlsplit(live_site).port, user)
        visitor.connection.timeout = PATIENCE
        visitors.append(visitor)
        return visitor

    yield come
    for visitor in visitors:
        visitor.close()


def assert_the_ledger_adds_up():
    text = io.StringIO()
    try:
        call_command("check_jobs", grace=0, stdout=text)
    except SystemExit:
        raise AssertionError(text.getvalue()) from None
    for purse in Purse.objects.all():
        sums = purse.entries.aggregate(*map(Sum, ("pictures_reserved", "pictures_spent", "micros_reserved", "micros_spent")))
        booked = {name.removesuffix("__sum"): total or 0 for name, total in sums.items()}
        assert booked == {name: getattr(purse, name) for name in booked}


class TestTwoHundredPresses:
    def test_the_last_picture_is_given_once(self, house, visit, live_site):
        """Ten classes share a school's pictures; each has a lane of its own, so that only the purse keeps them apart."""
        school = Purse.objects.create(title="school", pictures_allowed=60)
        rooms = [builders.make_classroom(purse=Purse.objects.create(title="class", parent=school)) for _ in range(10)]
        assignments = [builders.make_assignment(room, engine=house.engine, max_tries=50) for room in rooms]
        pupils = [(builders.make_student(work.classroom), work) for work in assignments for _ in range(2)]
        presses = [(visit(pupil), assignment, 1) for pupil, assignment in pupils for _ in range(PRESSES // len(pupils))]

        answers = Counter(press_all_at_once(live_site, presses))

        assert answers == {302: 60, 422: PRESSES - 60}
        school.refresh_from_db()
        assert Picture.objects.count() == school.pictures_used == 60
        assert_the_ledger_adds_up()

    def test_the_last_micro_dollar_is_given_once(self, house, visit, live_site):
        """A class draws with four engines at once within one allowance in money that is a micro-dollar short of a picture."""
        room = house.assignment.classroom
        Allowance.objects.give(room, None, "class", "day", pictures=None, micros=31 * PRICE - 1)
        engines = [builders.make_engine(f"engine{number}", price_micros=PRICE) for number in range(4)]
        assignments = [builders.make_assignment(room, engine=engine, max_tries=50) for engine in engines]
        pupils = [(builders.make_student(room), assignment) for assignment in assignments for _ in range(5)]
        presses = [(visit(pupil), assignment, 1) for pupil, assignment in pupils for _ in range(PRESSES // len(pupils))]

        answers = Counter(press_all_at_once(live_site, presses))

        assert answers == {302: 30, 422: PRESSES - 30}
        assert Purse.objects.get(key__startswith="allowance").micros_used == 30 * PRICE
        assert_the_ledger_adds_up()

    def test_overlapping_purses_of_two_classes_never_lock_each_other_out_while_pictures_are_drawn(
        self, house, visit, live_site, start_worker
    ):
        """Pupils press in two assignments of two classes under one school's purse, while a worker draws; some are refused."""
        school = Purse.objects.create(title="school", pictures_allowed=150, micros_allowed=120 * PRICE)
        own = house.assignment.classroom
        other = builders.make_classroom(name="8A", purse=Purse.objects.create(title="8A", pictures_allowed=70, parent=school))
        Purse.objects.filter(pk=house.purse.pk).update(parent=school)
        assignments, presses = [], []
        for room in (own, other):
            Allowance.objects.give(room, None, "class", "day", pictures=75, micros=70 * PRICE)
            Allowance.objects.give(room, None, "pupil", "day", pictures=11, micros=None)
            pupils = [builders.make_student(room) for _ in range(10)]
            for _ in range(2):
                assignment = builders.make_assignment(room, engine=house.engine, max_tries=50)
                Allowance.objects.give(room, assignment, "pupil", "whole", pictures=8, micros=7 * PRICE)
                Allowance.objects.give(room, assignment, "class", "whole", pictures=50, micros=45 * PRICE)
                assignments.append(assignment)
            for pupil in pupils:
                sizes = [1, 2, 4, 1, 2] * 2
                presses += [(visit(pupil), assignments[-1 - n % 2], size) for n, size in enumerate(sizes)]
        house.provider.script(*["moderation_blocked", "ok", "ok"] * 12, always="ok")

        with start_worker("-c", "8", LEASE_SECONDS="60", SWEEP_SECONDS="0.5"):
            answers = Counter(press_all_at_once(live_site, presses))
            processes.wait_until(lambda: not Picture.objects.filter(status__in=Picture.OPEN).exists(), 120, "all to end")

        assert set(answers) == {302, 422} and answers.total() == PRESSES
        for purse in Purse.objects.all():
            assert purse.pictures_allowed is None or purse.pictures_used <= purse.pictures_allowed, purse
            assert purse.micros_allowed is None or purse.micros_used <= purse.micros_allowed, purse
            assert (purse.pictures_reserved, purse.micros_reserved) == (0, 0), purse
        school.refresh_from_db()
        assert school.pictures_spent == Picture.objects.filter(status="ready").count()
        assert school.micros_spent == Call.objects.aggregate(sum=Sum("micros"))["sum"]
        assert LedgerEntry.objects.filter(kind="reserve").exists()
        assert_the_ledger_adds_up()
