"""Which picture is drawn next, by whom, and what happens when the claim is lost."""

import threading
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from gallery import queue
from gallery.models import Call, Engine, Event, Picture
from tests.builders import claim, make_assignment, make_classroom, make_engine, make_queued, make_student, make_work

pytestmark = pytest.mark.django_db


class TestClaims:
    def test_a_claimed_picture_is_drawing_with_a_lease_and_a_new_fence(self):
        [picture] = make_queued()
        claimed = claim(picture.engine)
        assert (claimed.pk, claimed.status, claimed.fence) == (picture.pk, "drawing", 1)
        assert Picture.objects.get().lease_until > timezone.now()

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

    def test_who_had_one_and_presses_again_goes_behind_those_who_had_none(self):
        assignment = make_assignment()
        ann, ben, cyd, dan, eve = (make_work(assignment) for _ in range(5))
        engine = make_engine()
        Engine.objects.update(concurrent_calls=9)
        make_queued(ann)
        assert claim(engine).owner_id == ann.student_id
        for work in (cyd, dan, ann, ben, eve):
            make_queued(work)
        wanted = [work.student_id for work in (cyd, dan, ben, eve, ann)]
        assert [claim(engine).owner_id for _ in wanted] == wanted

    def test_of_two_at_the_same_turn_who_had_least_goes_first(self):
        assignment = make_assignment()
        often, seldom, new = (make_work(assignment) for _ in range(3))
        engine = make_engine()
        Engine.objects.update(concurrent_calls=9)
        make_queued(often, pictures=4)
        make_queued(seldom)
        for _ in range(5):
            claim(engine)
        for work in (seldom, new):  # both begin where the class is now
            make_queued(work)
        assert [claim(engine).owner_id for _ in range(2)] == [new.student_id, seldom.student_id]

    def test_a_picture_that_came_to_nothing_does_not_count(self):
        assignment = make_assignment()
        unlucky, other = make_work(assignment), make_work(assignment)
        engine = make_engine()
        Engine.objects.update(concurrent_calls=9)
        make_queued(unlucky)
        claim(engine).settle_failed("broken")
        for work in (unlucky, other):
            make_queued(work)
        assert claim(engine).owner_id == unlucky.student_id


class TestLanes:
    def lanes(self, weights, pictures=6):
        """Return an engine and, by class, its weight; each class has ``pictures`` waiting pictures of as many pupils."""
        engine = make_engine("shared", concurrent_calls=100)
        owners = {}
        for weight in weights:
            classroom = make_classroom(weight=weight)
            assignment = make_assignment(classroom, engine=engine)
            owners[str(classroom.lane)] = weight
            for _ in range(pictures):
                make_queued(make_work(assignment, make_student(classroom)))
        return engine, owners

    def test_classes_share_an_engine_equally_whoever_asked_first(self):
        engine, owners = self.lanes([1, 1])
        started = [claim(engine).lane for _ in range(6)]
        assert sorted(started.count(lane) for lane in owners) == [3, 3]

    def test_a_class_of_twice_the_weight_starts_twice_as_often(self):
        engine, owners = self.lanes([1, 2])
        started = [claim(engine).lane for _ in range(9)]
        assert {owners[lane]: started.count(lane) for lane in owners} == {1: 3, 2: 6}

    def test_a_class_with_a_long_past_is_not_behind_a_new_one(self):
        engine, owners = self.lanes([1], pictures=5)
        while picture := claim(engine):
            picture.settle_failed("broken")
        old = Picture.objects.first().generation.trail.submission.assignment
        [waiting] = make_queued(make_work(old, make_student(old.classroom)))
        fresh = make_assignment(make_classroom(), engine=engine)
        for _ in range(3):
            make_queued(make_work(fresh, make_student(fresh.classroom)))
        assert waiting.pk in [claim(engine).pk for _ in range(2)]

    def test_cancelled_pictures_move_nobody_back(self):
        assignment = make_assignment()
        eager = make_work(assignment)
        for picture in make_queued(eager, pictures=4):
            picture.cancel()
        [own] = make_queued(make_work(assignment, make_student(assignment.classroom)))
        [later] = make_queued(eager)
        assert own.turn == later.turn == queue.FRONT + 1

    def test_the_line_is_the_order_of_the_claims(self):
        engine, _owners = self.lanes([1, 2, 3], pictures=4)
        promised = [picture for picture, _trail in Picture.objects.line(Engine.objects.get(pk=engine.pk))]
        claimed = [claim(engine).public_id for _ in range(12)]
        assert promised == claimed

    def test_a_newcomers_first_picture_goes_before_anothers_second_of_the_same_turn(self):
        assignment = make_assignment(max_tries=50)
        engine = make_engine()
        Engine.objects.update(concurrent_calls=9)
        first, second, late = (make_work(assignment, make_student(assignment.classroom)) for _ in range(3))
        make_queued(first, pictures=2)
        make_queued(second, pictures=2)
        for _ in range(3):  # both firsts, and the first one's second: the lane has reached turn 1
            claim(engine)
        make_queued(late)
        assert claim(engine).owner_id == late.student_id


class TestFences:
    def test_a_late_worker_changes_nothing_after_its_claim_was_taken_over(self):
        [picture] = make_queued()
        late = claim(picture.engine)
        Picture.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        [taken] = Picture.objects.take_over_lost(worker="test:2", lease=60)
        assert taken.fence == late.fence + 1
        assert not late.settle_failed("broken")
        assert not late.requeue("busy", after=0)
        assert Picture.objects.get().status == "drawing"

    def test_a_claim_that_still_holds_is_not_taken_over(self):
        [picture] = make_queued()
        claim(picture.engine)
        assert list(Picture.objects.take_over_lost(worker="test:2", lease=60)) == []

    def test_a_late_refusal_gives_its_class_no_start_back(self):
        [picture] = make_queued()
        late = claim(picture.engine)
        before = picture.engine.lanes.get().virtual_time
        Picture.objects.update(fence=late.fence + 1)
        assert not late.requeue("busy", after=0)
        assert picture.engine.lanes.get().virtual_time == before > 0

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
    def test_the_limit_of_calls_holds_when_many_claim_at_once(self):
        engine = make_engine("narrow", concurrent_calls=2)
        assignment = make_assignment(engine=engine)
        for _ in range(3):
            make_queued(make_work(assignment, make_student(assignment.classroom)), pictures=4)

        def work():
            try:
                claim(engine)
            finally:
                connection.close()

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Picture.objects.filter(status="drawing").count() == 2

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
