"""Grades: points by rubric, every change kept, shown to all at once."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from assignments.forms import AssignmentForm
from assignments.limits import LimitsForm
from assignments.models import Grade, GradeChange, User
from assignments.rubric_forms import RubricFormSet, rubric_initial
from assignments.views.assignments import save_assignment
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


def every(criteria, points):
    return {row.pk: points for row in criteria}


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
        record(work, every(criteria, 2), grader=teacher)
        Grade.objects.release(work.assignment, teacher)
        record(work, every(criteria, 3), grader=teacher)
        change = GradeChange.objects.last()
        assert (change.before["released"], change.after["released"]) == (True, True)
        assert (change.before["points"], change.after["points"]) == ("8.0", "12.0")

    def test_what_was_recorded_is_never_written_anew(self, work, criteria):
        record(work, {criteria[0].pk: 2})
        change = GradeChange.objects.get()
        with pytest.raises(TypeError):
            change.save()
        with pytest.raises(TypeError):
            GradeChange.objects.update(after={})

    def test_who_changed_something_may_leave(self, work, criteria):
        leaver = User.objects.create(username="leaver")
        record(work, {criteria[0].pk: 2}, grader=leaver)
        leaver.delete()
        assert GradeChange.objects.get().changed_by is None

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
        answer = client.post(reverse("assignments:grading", args=[work.public_id]), self.form(criteria))
        assert answer.url == reverse("assignments:grading", args=[other.public_id])
        assert client.post(answer.url, self.form(criteria)).url == f"/assignments/{work.assignment.public_id}/"
        assert set(Grade.objects.values_list("graded_by", "points")) == {(teacher.pk, Decimal("20.0"))}

    def test_two_teachers_do_not_overwrite_each_other(self, client, work, teacher, criteria):
        client.force_login(teacher)
        page = reverse("assignments:grading", args=[work.public_id])
        client.post(page, self.form(criteria, 5))
        conflict = client.post(page, self.form(criteria, 1))
        assert conflict.status_code == 422 and conflict.context["is_conflict"]
        assert Grade.objects.get().points == 20
        again = client.post(page, self.form(criteria, 1, seen=conflict.context["form"].data["seen_version"]))
        assert again.status_code == 302 and Grade.objects.get().points == 4

    @pytest.mark.parametrize("field, value", [("seen_version", ""), ("seen_version", "-1"), ("feedback", "x" * 2001)])
    def test_a_form_that_does_not_fit_saves_nothing(self, client, work, teacher, criteria, field, value):
        client.force_login(teacher)
        assert (
            client.post(reverse("assignments:grading", args=[work.public_id]), self.form(criteria) | {field: value}).status_code
            == 422
        )
        assert not Grade.objects.exists()

    def test_hiding_needs_a_reason_that_there_is(self, client, work, teacher):
        client.force_login(teacher)
        client.post(
            reverse("assignments:show-to-class", args=[work.public_id]), {"action": "hide", "reason": "a reason that is none"}
        )
        review = work.current.picture.reviews.get()
        assert (review.decision, review.reason) == ("hide", "other")

    def test_what_is_shown_to_the_class_can_be_taken_away_again(self, client, work, teacher):
        client.force_login(teacher)
        picture = work.current.picture
        for action, is_approved in [("show", True), ("hide", False), ("show", True)]:
            client.post(reverse("assignments:show-to-class", args=[work.public_id]), {"action": action, "reason": "unkind"})
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
        record(work, every(criteria, 3), "Open praise", grader=teacher)
        client.force_login(teacher)
        client.post(f"/assignments/{work.assignment.public_id}/release/")
        client.force_login(work.student)
        answer = result()
        assert answer.context["grade"].points == 12
        assert [row["points"] for row in answer.context["criteria"]] == [3, 3, 3, 3]
        assert answer.context["criteria"][0]["level"].title and "Open praise" in answer.content.decode()

    def test_all_grades_of_the_assignment_are_shown_at_once_and_of_no_other(self, work, teacher):
        second, other = make_handed_in(make_work(work.assignment)), make_handed_in()
        for each in (work, second, other):
            record(each, every(each.assignment.rubric.criteria.all(), 4))
        assert Grade.objects.release(work.assignment, teacher) == 2
        assert set(Grade.objects.exclude(released_at=None).values_list("submission", flat=True)) == {work.pk, second.pk}
        assert Grade.objects.release(work.assignment, teacher) == 0

    def test_a_half_graded_work_is_kept_back_and_counted(self, client, work, teacher, criteria):
        half = make_handed_in(make_work(work.assignment))
        record(work, every(criteria, 4))
        record(half, {criteria[0].pk: 4})
        client.force_login(teacher)
        page = client.get(f"/assignments/{work.assignment.public_id}/", headers={"Accept-Language": "en"})
        assert (page.context["unreleased"], page.context["incomplete"]) == (1, 1)
        assert "1 grade stays here" in page.content.decode()
        answer = client.post(
            f"/assignments/{work.assignment.public_id}/release/", headers={"Accept-Language": "en"}, follow=True
        )
        assert "1 grade was not released" in answer.content.decode()
        assert Grade.objects.get(submission=half).released_at is None
        assert Grade.objects.get(submission=work).released_at is not None

    @pytest.mark.parametrize("given", range(5))
    def test_row_and_rows_agree_on_what_is_complete(self, work, criteria, given):
        grade = record(work, every(criteria[:given], 4))
        assert grade.is_complete == Grade.objects.complete().filter(pk=grade.pk).exists() == (given == len(criteria))


class TestRewrittenRubric:
    """The rubric is written anew while somebody has the grading desk open, or the other way round."""

    OUTLINE = [("New", "", [(1, "weak"), (5, "strong")])]

    def test_levels_of_a_criterion_that_is_gone_are_not_dropped_silently(self, client, work, teacher, criteria):
        client.force_login(teacher)
        work.assignment.rubric.rewrite(self.OUTLINE)
        posted = {f"criterion_{row.pk}": 5 for row in criteria} | {"feedback": "Kept words", "seen_version": 0}
        answer = client.post(reverse("assignments:grading", args=[work.public_id]), posted, headers={"Accept-Language": "en"})
        said = answer.content.decode()
        assert answer.status_code == 422 and "The rubric was changed" in said and "Kept words" in said
        assert "A colleague was quicker" not in said
        assert not Grade.objects.exists()

    def test_a_grade_by_the_old_rubric_is_a_conflict(self, work, criteria):
        work.assignment.rubric.rewrite(self.OUTLINE)
        with pytest.raises(ValidationError) as error:
            record(work, every(criteria, 5))
        assert error.value.code == "conflict" and not Grade.objects.exists()

    def test_a_rubric_that_was_graded_by_says_that_it_is_fixed(self, work, criteria):
        record(work, {criteria[0].pk: 5})
        with pytest.raises(ValidationError) as error:
            work.assignment.rubric.rewrite(self.OUTLINE)
        assert error.value.code == "fixed"
        assert list(work.assignment.rubric.criteria.all()) == criteria

    def test_a_grade_given_while_the_editor_saves_keeps_everything(self, work, teacher, criteria, rf):
        """The editor has found the rubric free; the grade comes before it writes."""
        assignment = work.assignment
        form = AssignmentForm(instance=assignment)
        posted = {field.html_name: field.value() for field in form if field.value() is not None} | {"title": "Another title"}
        rows = rubric_initial(assignment.rubric)
        counts = {"rubric-TOTAL_FORMS": len(rows), "rubric-INITIAL_FORMS": len(rows)}
        posted |= counts | {f"rubric-{n}-{key}": value for n, row in enumerate(rows) for key, value in row.items()}
        posted["rubric-0-title"] = "Another criterion"
        form = AssignmentForm(posted, instance=assignment)
        rubric = RubricFormSet(posted, initial=rows, prefix="rubric")
        assert form.is_valid() and rubric.is_valid(), (form.errors, rubric.errors)
        record(work, {criteria[0].pk: 5})
        request = rf.post("/", posted)
        request.user = teacher
        with pytest.raises(ValidationError) as error:
            save_assignment(request, form, rubric, LimitsForm.in_editor(None, assignment))
        assert error.value.code == "fixed"
        assignment.refresh_from_db()
        assert assignment.title != "Another title"


class TestPointsPossible:
    def test_they_stay_once_somebody_was_graded(self, client, work, teacher, criteria):
        record(work, every(criteria, 5))
        client.force_login(teacher)
        page = f"/assignments/{work.assignment.public_id}/edit/"
        form = client.get(page).context["form"]
        assert form.fields["points_possible"].disabled
        posted = {field.html_name: field.value() for field in form if field.value() is not None} | {"points_possible": 10}
        posted["is_shape_free"] = "on"
        assert client.post(page, posted).status_code == 302
        work.assignment.refresh_from_db()
        assert (work.assignment.points_possible, work.assignment.is_shape_free) == (20, True)

    def test_no_other_door_changes_them_either(self, work, criteria):
        work.assignment.points_possible = 10
        work.assignment.full_clean()
        record(work, every(criteria, 5))
        with pytest.raises(ValidationError) as error:
            work.assignment.full_clean()
        assert "points_possible" in error.value.message_dict
