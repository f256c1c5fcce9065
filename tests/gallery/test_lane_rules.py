"""What an adult may say of a lane: stop, go on, only finals, this pupil first."""

import pytest

from gallery import line, live
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
