"""What a teacher sees and does: the desk, the class, the list of works, the grading desk, the editor."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments.models import Assignment, Classroom, Enrollment, Grade
from assignments.views.grading import changed_words
from tests import builders

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture
def teacher():
    return builders.make_teacher()


@pytest.fixture
def classroom(teacher):
    return builders.make_classroom(teacher)


@pytest.fixture
def assignment(classroom):
    return builders.make_assignment(classroom)


@pytest.fixture
def client():
    return Client(headers={"Accept-Language": "en"})


@pytest.fixture
def desk(client, teacher):
    """A test client that the teacher has signed in with."""
    client.force_login(teacher, backend="assignments.backends.NameOrEmailBackend")
    return client


def hand_in(assignment, count):
    return [builders.make_handed_in(builders.make_work(assignment)) for _ in range(count)]


def grading_url(work):
    return reverse("assignments:grading", args=[work.public_id])


def grade_fields(work, points, seen_version, feedback=""):
    criteria = work.assignment.rubric.criteria.all()
    return {f"criterion_{row.pk}": points for row in criteria} | {"seen_version": seen_version, "feedback": feedback}


class TestPagesOfManyRows:
    @pytest.mark.parametrize("name", ["list", "class", "home", "desk"])
    def test_a_page_asks_the_database_as_often_for_nine_works_as_for_three(
        self, desk, assignment, name, django_assert_num_queries
    ):
        work = hand_in(assignment, 3)[0]
        url = {
            "list": reverse("assignments:assignment-detail", args=[assignment.public_id]),
            "class": reverse("assignments:classroom-detail", args=[assignment.classroom_id]),
            "home": reverse("home"),
            "desk": grading_url(work),
        }[name]
        desk.get(url)
        with CaptureQueriesContext(connection) as few:
            desk.get(url)
        hand_in(assignment, 6)
        with django_assert_num_queries(len(few)):
            desk.get(url)

    def test_the_list_counts_what_is_graded_and_what_waits(self, desk, assignment, teacher):
        first, _second = hand_in(assignment, 2)
        Grade.objects.record(first, points={}, feedback="", grader=teacher)
        page = desk.get(reverse("assignments:assignment-detail", args=[assignment.public_id]))
        assert (page.context["handed_in"], page.context["graded"], page.context["ungraded"]) == (2, 1, 1)
        assert "a criterion is open" in page.content.decode()


class TestTheGradingDesk:
    def test_saving_opens_the_next_work_that_waits(self, desk, assignment):
        first, second = hand_in(assignment, 2)
        answer = desk.post(grading_url(first), grade_fields(first, 4, seen_version=0))
        assert answer.headers["Location"] == grading_url(second)
        assert Grade.objects.get(submission=first).points == 16

    def test_a_colleagues_grade_is_shown_before_it_is_overwritten(self, desk, assignment):
        (work,) = hand_in(assignment, 1)
        colleague = builders.make_teacher("colleague")
        points = {row.pk: 2 for row in assignment.rubric.criteria.all()}
        Grade.objects.record(work, points=points, feedback="Too dark.", grader=colleague)
        page = desk.post(grading_url(work), grade_fields(work, 5, seen_version=0))
        text = page.content.decode()
        assert page.status_code == 422
        assert "Colleague: 2" in text and "Too dark." in text
        assert Grade.objects.get(submission=work).points == 8
        again = grade_fields(work, 5, seen_version=page.context["form"]["seen_version"].value())
        assert desk.post(grading_url(work), again).status_code == 302
        assert Grade.objects.get(submission=work).points == 20

    def test_the_sum_is_a_share_of_the_points_of_the_assignment(self, desk, classroom):
        assignment = builders.make_assignment(classroom, points_possible=10)
        (work,) = hand_in(assignment, 1)
        page = desk.post(grading_url(work), grade_fields(work, 3, seen_version="x"))
        assert page.context["total"] == 6

    def test_a_teacher_of_another_class_finds_nothing(self, client, assignment):
        (work,) = hand_in(assignment, 1)
        client.force_login(builders.make_teacher("stranger"), backend="assignments.backends.NameOrEmailBackend")
        assert client.get(grading_url(work)).status_code == 404

    def test_earlier_hand_ins_stay_in_sight(self, desk, assignment):
        (work,) = hand_in(assignment, 1)
        builders.make_handed_in(work, title="A second tower", reason="It is brighter than before.")
        page = desk.get(grading_url(work))
        assert [version.title for version, _picture in page.context["earlier"]] == ["Tower"]
        assert page.context["version"].title == "A second tower"


class TestWhatChangedInTheWords:
    def test_a_sign_after_a_word_does_not_change_the_word(self):
        assert changed_words("a tower", "a tower, at night") == [("same", "a tower"), ("added", ", at night")]

    def test_the_runs_that_are_not_removed_read_as_the_new_words(self):
        after = "The tower on the sea floor,\nfish swim"
        runs = changed_words("The tower in the sea", after)
        assert "".join(text for kind, text in runs if kind != "removed") == after
        assert ("removed", "in") in runs


class TestTheClass:
    def test_names_pasted_twice_are_added_once(self, desk, classroom):
        desk.post(reverse("assignments:classroom-detail", args=[classroom.pk]), {"names": "Anna K.\nTimur S.\nanna  k."})
        assert [row.alias for row in Enrollment.objects.filter(classroom=classroom)] == ["Anna K.", "Timur S."]

    def test_the_poster_of_a_closed_class_shows_no_code(self, desk, classroom):
        url = reverse("assignments:classroom-poster", args=[classroom.pk])
        assert classroom.shown_code in desk.get(url).content.decode()
        Classroom.objects.update(is_open=False)
        assert classroom.shown_code not in desk.get(url).content.decode()

    def test_a_name_that_waits_is_no_student_yet(self, desk, classroom):
        Enrollment.objects.enrol(classroom, "Somebody", is_approved=False)
        (row,) = desk.get(reverse("home")).context["classrooms"]
        assert (row.pupils, row.waiting) == (0, 1)


class TestTheEditor:
    def fields(self, page):
        """Return what the browser would send back unchanged."""
        form, rubric = page.context["form"], page.context["rubric"]
        bound = [field for part in (form, rubric.management_form, *rubric.forms) for field in part]
        values = {field.html_name: field.value() for field in bound}
        return {name: value for name, value in values.items() if value not in (None, False)}

    def test_every_mistake_is_listed_with_a_link_to_its_field(self, desk, classroom):
        assignment = builders.make_assignment(classroom, published_at=None)
        url = reverse("assignments:assignment-edit", args=[assignment.public_id])
        page = desk.post(url, self.fields(desk.get(url)) | {"title": "", "rubric-0-levels": "one"})
        assert page.status_code == 422
        assert 'href="#id_title"' in page.content.decode() and 'href="#id_rubric-0-levels"' in page.content.decode()

    def test_save_and_publish_shows_it_to_students(self, desk, classroom):
        assignment = builders.make_assignment(classroom, published_at=None)
        url = reverse("assignments:assignment-edit", args=[assignment.public_id])
        desk.post(url, self.fields(desk.get(url)) | {"publish": "1"})
        assert Assignment.objects.get().published_at

    def test_a_rubric_that_was_used_is_read_only(self, desk, assignment, teacher):
        (work,) = hand_in(assignment, 1)
        points = {row.pk: 2 for row in assignment.rubric.criteria.all()}
        Grade.objects.record(work, points=points, feedback="", grader=teacher)
        page = desk.get(reverse("assignments:assignment-edit", args=[assignment.public_id]))
        assert page.context["rubric"] is None
        assert "rubric-0-title" not in page.content.decode()

    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_starters_come_in_the_language_that_was_asked_for(self, desk, classroom, language):
        url = reverse("assignments:assignment-create", args=[classroom.pk])
        page = desk.get(url, {"language": language})
        assert {starter.language for starter in page.context["starters"]} == {language}
        desk.post(url, {"language": language, "starter": "monument"})
        assert Assignment.objects.get().language == language


class TestTheFirstDay:
    def test_the_next_step_is_the_first_that_is_not_done(self, desk, assignment):
        steps = desk.get(reverse("home")).context["checklist"]["steps"]
        assert [(step["key"], step["is_done"], step["is_next"]) for step in steps][:2] == [
            ("look", True, False),
            ("try", False, True),
        ]

    def test_a_list_that_was_put_away_stays_away(self, desk, assignment):
        desk.post(reverse("assignments:checklist-hide"))
        assert desk.get(reverse("home")).context["checklist"] is None

    def test_a_stopped_engine_is_told_with_its_effect(self, desk, assignment):
        builders.make_engine("paid").open_circuit("money", "no credit")
        text = desk.get(reverse("home")).content.decode()
        assert "paid does not draw just now" in text and "The money at the service is used up" in text
