"""Which picture is drawn next, by whom, and what happens when the claim is lost."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from gallery.models import Call, Engine, Event, Picture
from tests.builders import claim, make_assignment, make_classroom, make_engine, make_queued, make_student, make_work

pytestmark = pytest.mark.django_db


class TestClaims:
    def test_a_claimed_picture_is_drawing_with_a_lease_and_a_new_fence(self):
        [picture] = make_queued()
        claimed = claim(picture.engine)
        assert (claimed.pk, claimed.status, claimed.fence) == (picture.pk, "drawing", 1)
        assert claimed.lease_until > timezone.now()

    def test_a_claimed_picture_is_not_claimed_again(self):
        [picture] = make_queued()
        assert claim(picture.engine)
        assert claim(picture.engine) is None

    def test_each_move_writes_one_event(self):
        [picture] = make_queued()
        claim(picture.engine)
        assert list(Event.objects.filter(picture=picture).values_list("verb", flat=True)) == [
            "picture.queued",
            "picture.drawing",
        ]

    def test_a_picture_that_shall_wait_is_not_claimed(self):
        [picture] = make_queued()
        Picture.objects.filter(pk=picture.pk).update(not_before=timezone.now() + timedelta(minutes=1))
        assert claim(picture.engine) is None

    def test_waiting_for_one_engine_blocks_no_other(self):
        classroom = make_classroom()
        slow = make_engine("slow", images_per_minute=1)
        waiting = make_work(make_assignment(classroom, engine=slow))
        make_queued(waiting, pictures=2)
        assert claim(slow)
        assert claim(slow) is None
        [other] = make_queued(make_work(make_assignment(classroom)))
        assert claim(other.engine).pk == other.pk


class TestTurns:
    def test_nobodys_second_picture_is_drawn_before_anothers_first(self):
        assignment = make_assignment()
        eager, late = make_work(assignment), make_work(assignment)
        make_queued(eager, pictures=4)
        make_queued(late, pictures=1)
        engine = Engine.objects.get(name="sketch")
        Engine.objects.update(concurrent_calls=9)
        engine.refresh_from_db()
        owners = [claim(engine).owner_id for _ in range(5)]
        assert owners[:2] == [eager.student_id, late.student_id]

    def test_who_comes_later_does_not_wait_for_all_of_an_eager_ones_pictures(self):
        assignment = make_assignment()
        eager, late = make_work(assignment), make_work(assignment)
        make_queued(eager, pictures=4)
        engine = make_engine()
        Engine.objects.update(concurrent_calls=9)
        engine.refresh_from_db()
        claim(engine)
        claim(engine)
        make_queued(late, pictures=1)
        assert claim(engine).owner_id == late.student_id


class TestPace:
    def test_an_engine_is_not_asked_faster_than_its_pace(self):
        engine = make_engine("paced", images_per_minute=60)
        make_queued(make_work(make_assignment(engine=engine)), pictures=2)
        assert claim(engine)
        assert claim(engine) is None
        Engine.objects.filter(pk=engine.pk).update(next_free_at=timezone.now() - timedelta(seconds=1))
        assert claim(engine)

    def test_no_more_calls_run_at_once_than_the_engine_takes(self):
        engine = make_engine("narrow", concurrent_calls=1)
        make_queued(make_work(make_assignment(engine=engine)), pictures=2)
        assert claim(engine)
        assert claim(engine) is None

    def test_a_stopped_engine_draws_nothing_but_a_probe_now_and_then(self):
        engine = make_engine("stopped")
        make_queued(make_work(make_assignment(engine=engine)), pictures=2)
        engine.open_circuit("key", "invalid_api_key")
        assert claim(engine) is None
        Engine.objects.filter(pk=engine.pk).update(probe_at=timezone.now() - timedelta(seconds=1))
        assert claim(engine)
        assert claim(engine) is None


class TestFences:
    def test_a_late_worker_changes_nothing_after_its_claim_was_taken_over(self):
        [picture] = make_queued()
        late = claim(picture.engine)
        Picture.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        [taken] = Picture.objects.take_over_lost(worker="sweep", lease=60)
        assert taken.fence == late.fence + 1
        assert not late.settle_failed("broken")
        assert not late.requeue("busy", after=0)
        assert Picture.objects.get().status == "drawing"

    def test_a_claim_that_still_holds_is_not_taken_over(self):
        [picture] = make_queued()
        claim(picture.engine)
        assert list(Picture.objects.take_over_lost(worker="sweep", lease=60)) == []

    def test_an_end_is_final(self):
        [picture] = make_queued()
        claimed = claim(picture.engine)
        assert claimed.settle_refused("provider")
        assert not claimed.settle_failed("broken")
        assert not claimed.requeue("busy", after=0)
        assert Picture.objects.get().status == "refused"


class TestCalls:
    def test_at_most_one_call_of_a_picture_is_open(self):
        [picture] = make_queued()
        claimed = claim(picture.engine)
        Call.objects.intend(claimed, spool="one")
        with pytest.raises(IntegrityError), transaction.atomic():
            Call.objects.intend(claimed, spool="two")

    def test_an_ended_call_does_not_move_again(self):
        [picture] = make_queued()
        call = Call.objects.intend(claim(picture.engine), spool="one")
        assert call.sent()
        assert call.end("unanswered")
        assert not call.answered()
        assert not call.end("stored")


class TestConstraints:
    @pytest.mark.parametrize(
        "fields",
        [
            {"status": "ready"},
            {"status": "drawing"},
            {"status": "failed"},
            {"status": "refused"},
            {"approved_at": timezone.now(), "hidden_at": timezone.now()},
        ],
    )
    def test_the_database_refuses_rows_that_must_never_be(self, fields):
        [picture] = make_queued()
        with pytest.raises(IntegrityError), transaction.atomic():
            Picture.objects.filter(pk=picture.pk).update(**fields)

    def test_events_are_append_only(self):
        make_queued()
        event = Event.objects.first()
        with pytest.raises(TypeError):
            event.save()
        with pytest.raises(TypeError):
            Event.objects.update(verb="other")

    def test_a_try_is_never_rewritten(self):
        [picture] = make_queued()
        with pytest.raises(TypeError):
            picture.generation.save()


class TestAtTheSameTime:
    @pytest.mark.django_db(transaction=True)
    def test_many_workers_claim_each_picture_once(self):
        engine = make_engine("wide", concurrent_calls=100)
        assignment = make_assignment(engine=engine, max_tries=50)
        classroom = assignment.classroom
        for _ in range(5):
            make_queued(make_work(assignment, make_student(classroom)), pictures=4)
        claimed, lock = [], threading.Lock()

        def work():
            try:
                while picture := claim(engine):
                    with lock:
                        claimed.append(picture.pk)
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for _ in range(3):  # a worker whose candidate was taken gives up; the next doorbell goes on
            work()
        assert sorted(claimed) == sorted(Picture.objects.values_list("pk", flat=True))
