"""A teacher sets an assignment, changes it, and tries it out in a pupil's place."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from assignments.models import Assignment, Grade, Submission
from assignments.starters import STARTERS
from gallery.models import Event, Generation, MetaPrompt
from gallery.prompts import DEFAULTS
from tests.builders import make_assignment, make_classroom, make_handed_in, make_queued, make_student, make_teacher, make_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher(client):
    teacher = make_teacher()
    client.force_login(teacher)
    return teacher


@pytest.fixture
def assignment(teacher):
    return make_assignment(make_classroom(teacher))


def rubric_form(rows, initial):
    """Return the fields of the rubric's form for (title, levels) ``rows``."""
    fields = {"rubric-TOTAL_FORMS": len(rows), "rubric-INITIAL_FORMS": initial}
    for number, (title, levels) in enumerate(rows):
        fields |= {f"rubric-{number}-title": title, f"rubric-{number}-levels": "\n".join(levels)}
    return fields


def edit_form(assignment, rubric=None, **changed):
    """Return what the browser would send for ``assignment`` as it stands, with ``changed`` fields."""
    outline = assignment.rubric.outline()
    rows = rubric if rubric is not None else [(title, [name for _points, name in levels]) for title, _text, levels in outline]
    fields = {
        name: getattr(assignment, name) for name in ("title", "brief", "language", "points_possible", "max_tries", "shape")
    }
    fields |= {"max_pictures": assignment.max_pictures, "due_at": "", "engine": "", "shows_gallery": "on"}
    fields |= {f"frame_{language}": assignment.meta_prompt(language).text for language in ("ru", "en")}
    return fields | rubric_form(rows, len(outline)) | changed


def edit(client, assignment, **changed):
    return client.post(f"/assignments/{assignment.public_id}/edit/", edit_form(assignment, **changed))


class TestDraft:
    @pytest.mark.parametrize("starter", STARTERS, ids=lambda starter: f"{starter.key}-{starter.language}")
    def test_every_starter_becomes_a_draft_of_its_own(self, client, teacher, starter):
        classroom = make_classroom(teacher)
        answer = client.post(
            f"/classes/{classroom.pk}/assignments/new/", {"starter": starter.key, "language": starter.language}
        )
        draft = Assignment.objects.get()
        assert answer.url == f"/assignments/{draft.public_id}/edit/"
        assert (draft.title, draft.published_at, draft.created_by) == (starter.title, None, teacher)
        assert [row.title for row in draft.rubric.criteria.all()] == list(starter.criteria)
        assert draft.meta_prompt("ru").key == draft.meta_prompt_key
        assert not Assignment.objects.open_to(make_student(classroom)).exists()

    @pytest.mark.parametrize("sent", [{}, {"starter": "none", "language": "xx"}, {"language": "en"}])
    def test_a_starter_that_there_is_not_gives_the_first_one(self, client, teacher, sent):
        client.post(f"/classes/{make_classroom(teacher).pk}/assignments/new/", sent)
        assert Assignment.objects.get().title in {starter.title for starter in STARTERS if starter.key == "monument"}


class TestEditing:
    def test_saving_as_it_stands_changes_nothing(self, client, assignment):
        before = (assignment.rubric.outline(), MetaPrompt.objects.count(), list(assignment.rubric.criteria.values("pk")))
        assert edit(client, assignment).url == f"/assignments/{assignment.public_id}/"
        assert (
            assignment.rubric.outline(),
            MetaPrompt.objects.count(),
            list(assignment.rubric.criteria.values("pk")),
        ) == before

    def test_a_date_is_kept_in_the_schools_time(self, client, assignment):
        tomorrow = (timezone.now() + timedelta(days=1)).date()
        edit(client, assignment, due_at=f"{tomorrow}T15:30")
        assignment.refresh_from_db()
        zone = assignment.classroom.school.zone
        assert timezone.localtime(assignment.due_at, zone).strftime("%Y-%m-%d %H:%M") == f"{tomorrow} 15:30"

    @pytest.mark.parametrize(
        "changed",
        [
            {"title": ""},
            {"due_at": "2020-01-01T10:00"},
            {"max_pictures": 3},
            {"max_tries": 0},
            {"points_possible": 1001},
            {"language": "de"},
            {"frame_ru": "без места"},
            {"frame_en": "{words} twice {words}"},
            {"frame_en": ""},
        ],
    )
    def test_what_does_not_fit_is_not_saved(self, client, assignment, changed):
        prompts = MetaPrompt.objects.count()
        assert edit(client, assignment, **({"title": "Changed"} | changed)).status_code == 422
        assignment.refresh_from_db()
        assert assignment.title != "Changed" and MetaPrompt.objects.count() == prompts

    def test_publishing_happens_once_and_students_see_it_then(self, client, teacher):
        draft = make_assignment(make_classroom(teacher), published_at=None)
        student = make_student(draft.classroom)
        edit(client, draft)
        assert not Assignment.objects.open_to(student).exists()
        edit(client, draft, publish="1")
        draft.refresh_from_db()
        first = draft.published_at
        edit(client, draft, publish="1")
        draft.refresh_from_db()
        assert draft.published_at == first and Assignment.objects.open_to(student).get() == draft

    def test_a_changed_frame_is_a_new_version_and_old_tries_keep_theirs(self, client, assignment):
        make_queued(make_work(assignment), prompt="A dog on the Moon")
        sent = Generation.objects.get().parts
        edit(client, assignment, frame_en="Draw this:\r\n{words}")
        frame = assignment.meta_prompt("en")
        assert (frame.version, frame.text) == (2, "Draw this:\n{words}")
        assert Generation.objects.get().parts == sent and assignment.meta_prompt("ru").version == 1
        assert MetaPrompt.objects.current("school", "en").text == DEFAULTS["en"]


class TestRubric:
    def test_criteria_are_replaced_by_what_was_typed(self, client, assignment):
        rows = [("Idea", ["no", "yes"]), ("", []), ("Words", ["few", "some", "all"])]
        assert edit(client, assignment, rubric=rows).status_code == 302
        assert assignment.rubric.outline() == [
            ("Idea", "", [(1, "no"), (2, "yes")]),
            ("Words", "", [(1, "few"), (2, "some"), (3, "all")]),
        ]

    @pytest.mark.parametrize(
        "rows",
        [
            [("", [])],
            [("Idea", ["only one"])],
            [("", ["no", "yes"])],
            [("Idea", [str(number) for number in range(11)])],
            [("x" * 121, ["no", "yes"])],
            [("Idea", ["no", "yes"])] * 9,
        ],
    )
    def test_a_rubric_that_cannot_be_graded_by_is_not_saved(self, client, assignment, rows):
        before = assignment.rubric.outline()
        assert edit(client, assignment, rubric=rows).status_code == 422
        assert assignment.rubric.outline() == before

    def test_once_somebody_was_graded_by_it_it_is_fixed(self, client, assignment, teacher):
        work = make_handed_in(make_work(assignment))
        criterion = assignment.rubric.criteria.first()
        Grade.objects.record(work, points={criterion.pk: 3}, feedback="", grader=teacher)
        before = assignment.rubric.outline()
        assert edit(client, assignment, rubric=[("Idea", ["no", "yes"])], title="New title").status_code == 302
        assignment.refresh_from_db()
        assert (assignment.rubric.outline(), assignment.title) == (before, "New title")


class TestTryingOut:
    @pytest.fixture
    def studio(self, client, assignment):
        """The address of the studio, in which the teacher now sits as the try-out pupil."""
        answer = client.post(f"/assignments/{assignment.public_id}/try/")
        assert answer.url == f"/studio/{assignment.public_id}/"
        return answer.url

    def test_the_teacher_works_as_a_pupil_who_is_nobodys_child(self, client, studio, assignment):
        client.post(f"{studio}ask/", {"prompt": "A dog on the Moon", "pictures": "1"})
        work = Submission.objects.get()
        assert work.student.enrollments.get().is_trial

    @pytest.mark.parametrize(
        "method, action", [("post", "release/"), ("get", "grades.csv"), ("get", "edit/"), ("post", "edit/"), ("get", "")]
    )
    def test_nothing_is_done_in_the_pupils_name_that_only_a_teacher_does(self, client, studio, assignment, method, action):
        before = Event.objects.count()
        assert getattr(client, method)(f"/assignments/{assignment.public_id}/{action}").status_code == 404
        assert Event.objects.count() == before

    def test_it_may_be_begun_from_within(self, client, studio, assignment):
        assert client.post(f"/assignments/{assignment.public_id}/try/").url == studio

    def test_coming_back_makes_a_teacher_again(self, client, studio, teacher, assignment):
        assert client.get(studio).status_code == 200
        assert client.post("/trial/end/").url == "/"
        assert client.get(studio).status_code == 404
        assert client.get("/").templates[0].name == "assignments/teacher_home.html"

    def test_it_leads_straight_to_grading_ones_own_try(self, client, studio):
        client.get(studio)
        work = Submission.objects.get()
        assert client.post("/trial/end/", {"work": str(work.public_id)}).url == reverse(
            "assignments:grading", args=[work.public_id]
        )

    def test_it_never_leads_to_a_colleagues_work(self, client, studio):
        foreign = make_work()
        assert client.post("/trial/end/", {"work": str(foreign.public_id)}).status_code == 404

    @pytest.mark.parametrize("work", ["garbage", "", "00000000"])
    def test_a_work_that_is_none_is_no_fault(self, client, studio, work):
        assert client.post("/trial/end/", {"work": work}).status_code in (302, 404)

    def test_another_class_stays_closed_even_one_of_the_teachers_own(self, client, studio, teacher):
        for other in (make_assignment(make_classroom(teacher)), make_assignment()):
            assert client.get(f"/studio/{other.public_id}/").status_code == 404

    def test_the_try_out_pupil_is_nobody_in_the_staff_room(self, client, studio, teacher):
        teacher.is_staff = teacher.is_superuser = True
        teacher.save()
        answer = client.get("/admin/")
        assert answer.wsgi_request.user == teacher and answer.wsgi_request.trial is None
        teacher.is_staff = False
        teacher.save()
        assert client.get("/admin/").status_code == 302

    def test_a_session_that_names_a_real_child_opens_nothing(self, client, teacher, assignment):
        """Only the try-out pupil of a class one teaches may be sat in for."""
        child = assignment.classroom.enrollments.get(student=make_student(assignment.classroom))
        foreign = make_classroom().trial_enrollment()
        for enrollment in (child, foreign):
            session = client.session
            session["trial"] = enrollment.pk
            session.save()
            assert client.get("/").wsgi_request.user == teacher

    def test_a_draft_is_not_tried_out_and_leaves_nobody_stuck(self, client, teacher):
        draft = make_assignment(make_classroom(teacher), published_at=None)
        assert client.post(f"/assignments/{draft.public_id}/try/").url == f"/assignments/{draft.public_id}/"
        assert client.get("/").wsgi_request.trial is None
