"""What an adult may say of a lane: stop, go on, only finals, this pupil first."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.utils import timezone

from gallery import line, live
from gallery.clock import from_now
from gallery.models import Engine, Event, LaneRule, Picture
from tests.builders import (
    claim,
    make_assignment,
    make_classroom,
    make_engine,
    make_queued,
    make_ready,
    make_student,
    make_teacher,
    make_work,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def engine():
    return make_engine("shared", concurrent_calls=100)


@pytest.fixture
def assignment(engine):
    return make_assignment(engine=engine, max_tries=50)


@pytest.fixture
def lane(assignment):
    return str(assignment.classroom.lane)


@pytest.fixture
def teacher(assignment):
    return assignment.created_by


def works(assignment, number):
    return [make_work(assignment, make_student(assignment.classroom)) for _ in range(number)]


class TestPause:
    def test_nothing_of_a_paused_lane_is_drawn_and_all_of_it_afterwards(self, assignment, engine, lane, teacher):
        [work] = works(assignment, 1)
        [picture] = make_queued(work)
        LaneRule.objects.change(lane, teacher, is_paused=True)
        assert claim(engine) is None
        LaneRule.objects.change(lane, teacher, is_paused=False)
        assert claim(engine).pk == picture.pk

    def test_another_class_goes_on(self, assignment, engine, lane, teacher):
        make_queued(works(assignment, 1)[0])
        other = make_assignment(make_classroom(), engine=engine)
        [theirs] = make_queued(make_work(other))
        LaneRule.objects.change(lane, teacher, is_paused=True)
        assert claim(engine).pk == theirs.pk

    def test_pictures_that_are_held_make_no_place_in_line_for_others(self, assignment, engine, lane, teacher):
        [held] = make_queued(works(assignment, 1)[0])
        [theirs] = make_queued(make_work(make_assignment(make_classroom(), engine=engine)))
        LaneRule.objects.change(lane, teacher, is_paused=True)
        line.publish(engine)
        trail_of = {each.pk: each.generation.trail.public_id for each in (held, theirs)}
        assert live.places(trail_of[theirs.pk])[str(theirs.public_id)][0] == 1
        assert live.places(trail_of[held.pk])[str(held.public_id)] == [None, None, "paused"]

    def test_each_change_is_one_event_with_the_teacher_and_no_change_is_none(self, lane, teacher):
        for _ in range(2):
            LaneRule.objects.change(lane, teacher, is_paused=True)
        LaneRule.objects.change(lane, teacher, is_paused=False, is_finals_only=False)
        told = Event.objects.filter(subject=f"lane:{lane}").values_list("verb", "actor")
        assert list(told) == [("lane.paused", teacher.pk), ("lane.paused_over", teacher.pk)]


class TestFinalsOnly:
    def test_first_pictures_and_finals_go_and_further_tries_wait(self, assignment, engine, lane, teacher):
        has_one, has_none = works(assignment, 2)
        make_ready(has_one)
        [another] = make_queued(has_one)
        [final] = make_queued(has_one)
        Picture.objects.filter(pk=final.pk).update(is_final=True)
        [first] = make_queued(has_none)
        LaneRule.objects.change(lane, teacher, is_finals_only=True)
        assert {claim(engine).pk, claim(engine).pk} == {final.pk, first.pk}
        assert claim(engine) is None
        LaneRule.objects.change(lane, teacher, is_finals_only=False)
        assert claim(engine).pk == another.pk


class TestTheEnd:
    """What was said ends by itself, by the database's clock: no worker has to come by."""

    @pytest.fixture
    def soon(self):
        return timezone.now() + timedelta(hours=1)

    @pytest.fixture
    def waiting(self, assignment):
        """Somebody who has a picture already and waits for another."""
        work = make_work(assignment, make_student(assignment.classroom))
        make_ready(work)
        return make_queued(work)[0]

    @pytest.mark.parametrize("rule", ["paused", "finals_only"])
    def test_it_holds_until_then_and_no_longer(self, engine, lane, teacher, waiting, soon, rule):
        LaneRule.objects.change(lane, teacher, **{f"is_{rule}": True}, until=soon)
        assert claim(engine) is None and getattr(LaneRule.objects.of(lane), f"is_{rule}")
        LaneRule.objects.update(**{f"{rule}_until": from_now(-1)})
        assert not getattr(LaneRule.objects.of(lane), f"is_{rule}")
        assert claim(engine).pk == waiting.pk

    def test_without_an_end_it_holds(self, engine, lane, teacher, waiting):
        LaneRule.objects.change(lane, teacher, is_paused=True)
        LaneRule.objects.update(paused_at=timezone.now() - timedelta(days=9))
        assert claim(engine) is None

    def test_one_that_ended_does_not_end_the_other(self, lane, teacher, soon):
        LaneRule.objects.change(lane, teacher, is_paused=True, is_finals_only=True, until=soon)
        LaneRule.objects.update(paused_until=from_now(-1))
        assert LaneRule.objects.in_force() == ([], [lane])

    def test_what_ended_can_be_said_again(self, engine, lane, teacher, waiting, soon):
        LaneRule.objects.change(lane, teacher, is_paused=True, until=soon)
        LaneRule.objects.update(paused_until=from_now(-1))
        LaneRule.objects.change(lane, teacher, is_paused=True, until=soon)
        assert claim(engine) is None and LaneRule.objects.get(key=lane).paused_until == soon

    def test_the_line_tells_no_pause_that_ended(self, engine, lane, teacher, waiting, soon):
        LaneRule.objects.change(lane, teacher, is_paused=True, until=soon)
        LaneRule.objects.update(paused_until=from_now(-1))
        line.publish(engine)
        assert live.places(waiting.generation.trail.public_id)[str(waiting.public_id)][0] == 1

    def test_its_event_says_until_when(self, lane, teacher, soon):
        LaneRule.objects.change(lane, teacher, is_finals_only=True, until=soon)
        LaneRule.objects.change(lane, teacher, is_finals_only=False, until=soon)
        assert [event.details for event in Event.objects.filter(subject=f"lane:{lane}")] == [{"until": soon.isoformat()}, {}]

    def test_what_was_forgotten_before_there_were_ends_gets_one(self, lane, teacher):
        LaneRule.objects.change(lane, teacher, is_paused=True)
        import_module("gallery.migrations.0007_lane_rule_until").give_an_end(apps, None)
        rule = LaneRule.objects.get(key=lane)
        assert timezone.now() < rule.paused_until < timezone.now() + timedelta(days=2) and rule.finals_only_until is None


class TestAPress:
    def test_is_told_at_once_though_the_line_was_told_a_moment_ago(self, assignment, engine, lane, teacher):
        first, second = (make_queued(work)[0] for work in works(assignment, 2))
        line.publish(engine)
        Picture.objects.to_front(lane, second.owner_id, teacher)
        line.publish_lane(lane)
        told = live.places_of(picture.generation.trail.public_id for picture in (first, second))
        assert [told[str(picture.public_id)][0] for picture in (first, second)] == [2, 1]

    def test_is_not_undone_by_who_looked_before(self, assignment, engine, lane):
        make_queued(works(assignment, 1)[0])
        line.publish_lane(lane)
        assert not live.may_publish(engine.pk)


class TestToTheFront:
    def test_a_pupils_next_picture_goes_before_everybody_elses_in_the_class(self, assignment, engine, lane, teacher):
        pictures = [make_queued(work, pictures=2) for work in works(assignment, 3)]
        last = pictures[2][0]
        assert Picture.objects.to_front(lane, last.owner_id, teacher)
        assert [claim(engine).pk for _ in range(3)] == [last.pk, pictures[0][0].pk, pictures[1][0].pk]
        assert Event.objects.get(verb="picture.to_front").actor == teacher

    def test_of_several_the_first_moved_goes_first(self, assignment, engine, lane, teacher):
        pictures = [make_queued(work)[0] for work in works(assignment, 3)]
        for picture in (pictures[2], pictures[1]):
            Picture.objects.to_front(lane, picture.owner_id, teacher)
        assert [claim(engine).pk for _ in range(3)] == [pictures[2].pk, pictures[1].pk, pictures[0].pk]

    def test_in_the_last_minutes_it_is_the_final_that_goes_first(self, assignment, engine, lane, teacher):
        work, *others = works(assignment, 3)
        make_ready(work)
        [_extra], [final] = make_queued(work), make_queued(work)
        Picture.objects.filter(pk=final.pk).update(is_final=True)
        for other in others:
            make_queued(other)
        LaneRule.objects.change(lane, teacher, is_finals_only=True)
        Picture.objects.to_front(lane, work.student_id, teacher)
        assert claim(engine).pk == final.pk

    def test_the_class_does_not_overtake_another_by_it(self, assignment, engine, lane, teacher):
        [theirs] = make_queued(make_work(make_assignment(make_classroom(), engine=engine)))
        pictures = [make_queued(work)[0] for work in works(assignment, 2)]
        Picture.objects.to_front(lane, pictures[1].owner_id, teacher)
        assert [claim(engine).pk for _ in range(3)] == [theirs.pk, pictures[1].pk, pictures[0].pk]

    def test_nobody_waits_is_no_error(self, lane, teacher):
        assert not Picture.objects.to_front(lane, teacher.pk, teacher)

    def test_another_lane_is_left_alone(self, assignment, lane, teacher):
        [picture] = make_queued(works(assignment, 1)[0])
        assert not Picture.objects.to_front("another", picture.owner_id, make_teacher())


def test_the_line_is_the_order_of_the_claims_with_every_rule(assignment, engine, lane, teacher):
    pictures = [make_queued(work, pictures=2) for work in works(assignment, 3)]
    make_queued(make_work(make_assignment(make_classroom(), engine=engine)), pictures=2)
    Picture.objects.to_front(lane, pictures[2][0].owner_id, teacher)
    promised = [picture for picture, _trail in Picture.objects.line(Engine.objects.get(pk=engine.pk))]
    assert promised == [claim(engine).public_id for _ in promised]
