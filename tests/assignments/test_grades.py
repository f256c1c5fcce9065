"""Grades: points by rubric, every change kept, shown to all at once."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from assignments.models import Grade, GradeChange
from tests.builders import make_assignment, make_handed_in, make_teacher, make_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def work():
    return make_handed_in()


@pytest.fixture
def teacher(work):
    return work.assignment.created_by


@pytest.fixture
def criteria(work):
    return list(work.assignment.rubric.criteria.all())


def record(work, points, feedback="", **more):
    return Grade.objects.record(work, points=points, feedback=feedback, grader=more.pop("grader", None), **more)


class TestPoints:
    @pytest.mark.parametrize(
        "possible, levels, expected",
        [
            (20, (5, 5, 5, 5), "20.0"),
            (20, (1, 1, 1, 1), "4.0"),
            (10, (5, 4, 3, 2), "7.0"),
            (7, (5, 5, 5, 4), "6.7"),
            (20, (5,), "5.0"),
        ],
    )
    def test_the_rubrics_best_is_all_the_points_there_are(self, work, criteria, possible, levels, expected):
        work.assignment.points_possible = possible
        grade = record(work, {row.pk: level for row, level in zip(criteria, levels, strict=False)})
        assert grade.points == Decimal(expected)
        assert grade.is_complete == (len(levels) == len(criteria))

    @pytest.mark.parametrize("points", [0, 6, -1])
    def test_a_level_must_exist(self, work, criteria, points):
        with pytest.raises(ValidationError) as error:
            record(work, {criteria[0].pk: points})
        assert error.value.code == "level" and not Grade.objects.exists()

    def test_a_criterion_of_another_rubric_gives_nothing(self, work):
        foreign = make_assignment().rubric.criteria.first()
        with pytest.raises(ValidationError):
            record(work, {foreign.pk: 5})

    def test_a_criterion_left_open_loses_its_points(self, work, criteria):
        record(work, {row.pk: 5 for row in criteria})
        assert record(work, {criteria[0].pk: 5}).criterion_grades.count() == 1


class TestChanges:
    def test_every_change_says_who_from_what_and_to_what(self, work, teacher, criteria):
        record(work, {criteria[0].pk: 2}, "so", grader=teacher)
        other = make_teacher("other")
        record(work, {criteria[0].pk: 4}, "so", grader=other)
        first, second = GradeChange.objects.all()
        assert (first.before, first.changed_by, second.changed_by) == (None, teacher, other)
        assert second.before == first.after
        assert (second.before["points"], second.after["points"]) == ("2.0", "4.0")
        assert second.after["criteria"] == {str(criteria[0].pk): 4}

    def test_saving_the_same_again_writes_no_change(self, work, criteria):
        for _ in range(2):
            record(work, {criteria[0].pk: 2}, "so")
        assert GradeChange.objects.count() == 1

    def test_a_released_grade_changes_only_with_a_record_of_it(self, work, teacher, criteria):
        record(work, {criteria[0].pk: 2}, grader=teacher)
        Grade.objects.release(work.assignment, teacher)
        record(work, {criteria[0].pk: 3}, grader=teacher)
        change = GradeChange.objects.last()
        assert (change.before["released"], change.after["released"]) == (True, True)
        assert (change.before["points"], change.after["points"]) == ("2.0", "3.0")

    def test_a_colleagues_work_is_not_overwritten_unseen(self, work, criteria):
        seen = record(work, {criteria[0].pk: 2}).version
        record(work, {criteria[0].pk: 5}, seen_version=seen)
        with pytest.raises(ValidationError) as error:
            record(work, {criteria[0].pk: 1}, seen_version=seen)
        assert error.value.code == "conflict"
        assert Grade.objects.get().criterion_grades.get().points == 5


class TestGradingPage:
    def form(self, criteria, points=5, feedback="Well seen.", seen=0):
        return {f"criterion_{row.pk}": points for row in criteria} | {"feedback": feedback, "seen_version": seen}

    def test_a_saved_grade_leads_to_the_next_work_and_then_to_the_list(self, client, work, teacher, criteria):
        other = make_handed_in(make_work(work.assignment))
        client.force_login(teacher)
        answer = client.post(f"/work/{work.public_id}/grade/", self.form(criteria))
        assert answer.url == f"/work/{other.public_id}/grade/"
        assert client.post(answer.url, self.form(criteria)).url == f"/assignments/{work.assignment.public_id}/"
        assert set(Grade.objects.values_list("graded_by", "points")) == {(teacher.pk, Decimal("20.0"))}

    def test_two_teachers_do_not_overwrite_each_other(self, client, work, teacher, criteria):
        client.force_login(teacher)
        page = f"/work/{work.public_id}/grade/"
        client.post(page, self.form(criteria, 5))
        conflict = client.post(page, self.form(criteria, 1))
        assert conflict.status_code == 422 and conflict.context["is_conflict"]
        assert Grade.objects.get().points == 20
        again = client.post(page, self.form(criteria, 1, seen=conflict.context["form"].data["seen_version"]))
        assert again.status_code == 302 and Grade.objects.get().points == 4

    @pytest.mark.parametrize("field, value", [("seen_version", ""), ("seen_version", "-1"), ("feedback", "x" * 2001)])
    def test_a_form_that_does_not_fit_saves_nothing(self, client, work, teacher, criteria, field, value):
        client.force_login(teacher)
        assert client.post(f"/work/{work.public_id}/grade/", self.form(criteria) | {field: value}).status_code == 422
        assert not Grade.objects.exists()

    def test_hiding_needs_a_reason_that_there_is(self, client, work, teacher):
        client.force_login(teacher)
        client.post(f"/work/{work.public_id}/show/", {"action": "hide", "reason": "a reason that is none"})
        review = work.current.picture.reviews.get()
        assert (review.decision, review.reason) == ("hide", "other")

    def test_what_is_shown_to_the_class_can_be_taken_away_again(self, client, work, teacher):
        client.force_login(teacher)
        picture = work.current.picture
        for action, is_approved in [("show", True), ("hide", False), ("show", True)]:
            client.post(f"/work/{work.public_id}/show/", {"action": action, "reason": "unkind"})
            picture.refresh_from_db()
            assert (picture.approved_at is not None, picture.hidden_at is None) == (is_approved, is_approved)


class TestRelease:
    @pytest.fixture
    def result(self, client, work):
        client.force_login(work.student)
        return lambda: client.get(f"/studio/{work.assignment.public_id}/result/")

    def test_before_the_release_a_student_sees_nothing_of_it(self, client, work, criteria, result):
        record(work, {row.pk: 3 for row in criteria}, "Secret praise")
        answer = result()
        assert answer.context["grade"] is None and "criteria" not in answer.context
        assert "Secret praise" not in answer.content.decode() + client.get("/").content.decode()

    def test_afterwards_points_levels_and_comment_are_there(self, client, work, teacher, criteria, result):
        record(work, {criteria[0].pk: 3}, "Open praise", grader=teacher)
        client.force_login(teacher)
        client.post(f"/assignments/{work.assignment.public_id}/release/")
        client.force_login(work.student)
        answer = result()
        assert answer.context["grade"].points == 3
        assert [row["points"] for row in answer.context["criteria"]] == [3, None, None, None]
        assert answer.context["criteria"][0]["level"].title and "Open praise" in answer.content.decode()

    def test_all_grades_of_the_assignment_are_shown_at_once_and_of_no_other(self, work, teacher):
        second, other = make_handed_in(make_work(work.assignment)), make_handed_in()
        for each in (work, second, other):
            record(each, {})
        assert Grade.objects.release(work.assignment, teacher) == 2
        assert Grade.objects.released().filter(submission__assignment=work.assignment).count() == 2
        assert not Grade.objects.released().filter(submission=other).exists()
        assert Grade.objects.release(work.assignment, teacher) == 0
