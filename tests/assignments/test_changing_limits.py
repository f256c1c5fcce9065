"""Limits that change while students press: no press brings an old limit back, escapes a new one or stops for a removed one."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone

from assignments.models import Allowance, Submission
from gallery.models import LedgerEntry, Picture, Purse, Trail
from tests.builders import make_assignment, make_classroom, make_engine, make_queued, make_student, make_work

pytestmark = pytest.mark.django_db
PRICE = 50_000


def give(assignment, per, *, pictures=None, micros=None, period="day"):
    only = assignment if period == "whole" else None
    Allowance.objects.give(assignment.classroom, only, per, period, pictures=pictures, micros=micros)


def fresh(work):
    """Return the work as a request of its own reads it."""
    return Submission.objects.select_related("assignment__classroom__purse", "assignment__engine", "trail").get(pk=work.pk)


def press(work, pictures=1):
    """Ask for pictures; return "asked", or the code of the refusal."""
    try:
        make_queued(work, pictures=pictures)
    except ValidationError as error:
        return error.code
    return "asked"


def press_in_thread(work, pictures=1):
    """The same on a connection that ends with it."""
    try:
        return press(fresh(work), pictures)
    finally:
        connection.close()


@pytest.fixture
def assignment(request):
    return make_assignment(make_classroom(), engine=make_engine("paid", price_micros=PRICE), max_tries=50)


@pytest.fixture(params=["class", "pupil"])
def per(request):
    return request.param


@pytest.fixture(params=["day", "whole"])
def period(request):
    return request.param


class TestAPressThatReadTheOldLimit:
    """What it read is an Allowance in its hands; the teacher's change is written before it comes to the purse."""

    @pytest.mark.parametrize("old, new", [(10, 2), (2, 10)], ids=["lowered", "raised"])
    def test_does_not_write_it_back(self, assignment, per, period, old, new):
        give(assignment, per, pictures=old, period=period)
        work = make_work(assignment)
        make_queued(work)
        read_before = Allowance.objects.get()
        give(assignment, per, pictures=new, period=period)
        assert read_before.purse_of(work.student_id).pictures_allowed == new
        assert Purse.objects.get().pictures_allowed == new

    def test_makes_no_purse_with_it(self, assignment, period):
        give(assignment, "pupil", pictures=10, micros=10 * PRICE, period=period)
        work = make_work(assignment)
        read_before = Allowance.objects.get()
        give(assignment, "pupil", pictures=2, period=period)
        purse = read_before.purse_of(work.student_id)
        assert (purse.pictures_allowed, purse.micros_allowed) == (2, None)
        assert press(work, 4) == "purse" and press(work, 2) == "asked"

    def test_is_not_stopped_by_a_limit_that_was_removed(self, assignment, per, period):
        give(assignment, per, pictures=1, period=period)
        work = make_work(assignment)
        make_queued(work)
        read_before = Allowance.objects.get()
        give(assignment, per, period=period)
        assert Purse.objects.get().pictures_allowed is None
        assert read_before.purse_of(work.student_id) is None
        assert press(work, 4) == "asked"

    def test_makes_no_purse_for_a_limit_that_was_removed(self, assignment):
        give(assignment, "pupil", pictures=1)
        read_before = Allowance.objects.get()
        give(assignment, "pupil")
        assert read_before.purse_of(make_student(assignment.classroom).pk) is None
        assert not Purse.objects.exists()

    def test_holds_a_purse_of_a_removed_limit_and_is_let_through(self, assignment, per):
        """It came as far as the purse; what it sets aside there is settled as ever, and stops nobody."""
        give(assignment, per, pictures=1)
        work = make_work(assignment)
        make_queued(work)
        with Allowance.objects.guarding(assignment, work.student_id) as purses:
            give(assignment, per)
            generation = work.trail.ask(**self.words_of(work), purses=purses)
        generation.pictures.get().cancel()
        assert LedgerEntry.objects.filter(kind="release").count() == 1

    def words_of(self, work):
        last = work.trail.generations.last()
        names = ("prompt", "language", "parts", "meta_prompt", "engine")
        return {name: getattr(last, name) for name in names} | {"shape": "wide", "pictures": 1}

    def test_is_asked_to_press_again_where_a_limit_came_between(self, assignment, per, period):
        """Its purses were found before; the new limit counted what was there, and must not be escaped."""
        work = make_work(assignment)
        with Allowance.objects.guarding(assignment, work.student_id) as purses:
            give(assignment, per, pictures=0, period=period)
            with pytest.raises(ValidationError) as error:
                Allowance.objects.require_all_in(purses, assignment, work.student_id)
        assert error.value.code == "changed"

    def test_removed_and_given_again_counts_what_was_drawn(self, assignment, per, period):
        give(assignment, per, pictures=3, period=period)
        work = make_work(assignment)
        make_queued(work, pictures=2)
        give(assignment, per, period=period)
        make_queued(work, pictures=1)
        give(assignment, per, pictures=4, period=period)
        assert press(work, 2) == "purse" and press(work) == "asked"


class TestWhichPurses:
    def test_a_change_reaches_every_students_purse(self, assignment):
        give(assignment, "pupil", pictures=9)
        works = [make_work(assignment) for _ in range(3)]
        for work in works:
            make_queued(work)
        give(assignment, "pupil", pictures=1)
        assert {purse.pictures_allowed for purse in Purse.objects.all()} == {1} and Purse.objects.count() == 3
        assert {press(work) for work in works} == {"purse"}

    def test_a_change_leaves_the_purses_of_an_allowance_with_a_longer_number_alone(self, assignment):
        rooms = [assignment.classroom, make_classroom()]
        for pk, room in zip((7, 71), rooms, strict=True):
            Allowance.objects.create(pk=pk, classroom=room, per="pupil", period="day", pictures=5)
            make_queued(make_work(make_assignment(room)))
        give(assignment, "pupil", pictures=3)
        allowed = dict(Purse.objects.values_list("key", "pictures_allowed"))
        assert sorted(allowed.values()) == [3, 5] and [key for key, n in allowed.items() if n == 5][0].startswith(
            "allowance:71:"
        )

    def test_yesterday_stays_as_it_was(self, assignment, per, monkeypatch):
        give(assignment, per, pictures=5)
        make_queued(make_work(assignment))
        tomorrow = timezone.now() + timedelta(days=1)
        monkeypatch.setattr(timezone, "now", lambda: tomorrow)
        make_queued(make_work(assignment))
        give(assignment, per, pictures=2)
        purses = Purse.objects.order_by("pk").values_list("pictures_allowed", flat=True)
        assert (purses.first(), purses.last()) == (5, 2)

    def test_a_press_asks_twice_where_every_purse_is_there_and_locks_no_class(self, assignment, django_assert_num_queries):
        for kind in ("class", "pupil"):
            give(assignment, kind, pictures=9)
            give(assignment, kind, pictures=9, period="whole")
        work = make_work(assignment)
        make_queued(work)
        with django_assert_num_queries(2), Allowance.objects.guarding(assignment, work.student_id) as purses:
            assert len(purses) == 4


def at_once(jobs):
    """Call all of ``jobs`` from a thread each at one moment; return what they gave."""
    start = threading.Barrier(len(jobs))

    def run(job):
        start.wait(20)
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as threads:
        return list(threads.map(run, jobs))


@pytest.mark.django_db(transaction=True)
class TestAtOneMoment:
    def test_first_presses_make_one_purse(self, assignment, per):
        give(assignment, per, pictures=9)
        student = make_student(assignment.classroom)
        pks = at_once([lambda: Allowance.objects.get().purse_of(student.pk).pk] * 8)
        assert len(set(pks)) == 1 == Purse.objects.filter(pk__in=pks).count()

    @pytest.mark.parametrize("before", [None, 100], ids=["first limit", "lowered limit"])
    def test_every_picture_counts_whenever_the_limit_came(self, assignment, before):
        """Presses before, during and after: the purse knows of each picture, so that none can be escaped."""
        if before:
            give(assignment, "class", pictures=before)
        works = [make_work(assignment) for _ in range(6)]
        codes = []

        def press_often(work):
            codes.extend(press_in_thread(work) for _ in range(5))

        def limit():
            while Picture.objects.count() < 5:
                time.sleep(0.005)
            give(assignment, "class", pictures=9)

        at_once([limit, *(lambda work=work: press_often(work) for work in works)])
        purse = Purse.objects.get()
        assert set(codes) <= {"asked", "purse", "changed"} and len(codes) == 30
        assert purse.pictures_used == Picture.objects.count() == codes.count("asked")
        assert purse.pictures_allowed == max(9, purse.pictures_used)
        assert press(works[0], 4) == "purse"

    def test_nobody_is_locked_out_while_limits_change_and_pictures_end(self, assignment):
        """Two kinds of limit are written together again and again; presses and endings lock the same purses."""
        works = [make_work(assignment) for _ in range(4)]
        over, codes, until = threading.Event(), [], time.monotonic() + 60

        def change():
            for number in range(12):
                while len(codes) < 2 * number and time.monotonic() < until:  # some presses between any two changes
                    time.sleep(0.005)
                limits = {"class": (60 + number, None), "pupil": (None if number % 4 == 3 else 20 - number, 10**7)}
                Allowance.objects.give_each(assignment.classroom, None, "day", limits)
            over.set()

        def press_and_stop(work):
            while not over.is_set():
                codes.append(press_in_thread(work, pictures=2))
                picture = Picture.objects.filter(owner=work.student_id, status="queued").select_related("generation__trail")
                if found := picture.first():
                    found.cancel()

        jobs = [change, *(lambda work=work: press_and_stop(work) for work in works)]
        at_once(jobs)
        assert "asked" in codes and set(codes) <= {"asked", "purse", "changed", "no_tries"}
        for purse in Purse.objects.all():
            asked = Picture.objects.exclude(status="cancelled")
            owner = purse.key.partition("student:")[2].partition(":")[0]
            assert purse.pictures_used == (asked.filter(owner=owner) if owner else asked).count(), purse.key


@pytest.mark.django_db(transaction=True)
class TestInAKnownOrder:
    """The trail's row is held, so that both wait: whoever came first goes first."""

    @pytest.fixture(autouse=True)
    def only_where_rows_are_locked(self):
        if connection.vendor != "postgresql":
            pytest.skip("needs PostgreSQL")

    def run(self, work, first, second):
        """Let ``first`` and then ``second`` come as far as the trail's lock, then free it; return what they gave."""
        with ThreadPoolExecutor(2) as threads:
            with transaction.atomic():
                Trail.objects.select_for_update(no_key=True).get(pk=work.trail_id)
                futures = []
                for job in (first, second):
                    futures.append(threads.submit(at_once, [job]))
                    self.wait_for_waiting(len(futures))
            return [future.result(20)[0] for future in futures]

    def wait_for_waiting(self, count):
        until = time.monotonic() + 10
        with connection.cursor() as cursor:
            while time.monotonic() < until:
                cursor.execute("select pg_stat_clear_snapshot()")  # or else a transaction sees the same activity for ever
                cursor.execute(
                    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
                )
                if cursor.fetchone()[0] >= count:
                    return
                time.sleep(0.01)
        raise AssertionError("nobody waits for the trail")

    def test_a_press_that_was_first_is_counted_by_the_new_limit(self, assignment, per, period):
        work = make_work(assignment)
        asked, _ = self.run(work, lambda: press_in_thread(work), lambda: give(assignment, per, pictures=1, period=period))
        assert asked == "asked" and Purse.objects.get().pictures_used == 1
        assert press(fresh(work)) == "purse"

    def test_a_press_that_was_second_does_not_escape_it(self, assignment, per, period):
        work = make_work(assignment)
        _, asked = self.run(work, lambda: give(assignment, per, pictures=0, period=period), lambda: press_in_thread(work))
        assert asked == "changed" and not Picture.objects.exists()
