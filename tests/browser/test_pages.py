"""Every page, in both languages and themes, wide and narrow: WCAG 2.2 AA, no word to the console, nothing sideways."""

import pytest
from django.urls import reverse

from assignments import demo
from assignments.models import Assignment, CareNote, Classroom, Grade, Submission, User, WordRule
from gallery.models import LaneRule
from tests.browser.conftest import overflow, sign_in, violations
from tests.builders import make_queued

pytestmark = pytest.mark.browser

LOOKS = {
    "wide, Russian, light": {"locale": "ru-RU", "color_scheme": "light", "viewport": {"width": 1366, "height": 768}},
    "phone, English, dark": {"locale": "en-GB", "color_scheme": "dark", "viewport": {"width": 390, "height": 844}},
    "small phone, Russian, dark": {"locale": "ru-RU", "color_scheme": "dark", "viewport": {"width": 320, "height": 640}},
}


@pytest.fixture(params=LOOKS, ids=list(LOOKS))
def browser_context_args(request):
    # axe is put into the page as a script, which the site's policy rightly forbids; test_console keeps the policy
    return {**LOOKS[request.param], "reduced_motion": "reduce", "bypass_csp": True}


def check(page, site, paths):
    """Open each path and collect what is wrong with it."""
    wrong = []
    for path in paths:
        answer = page.goto(site + path)
        wrong += [f"{path}: answered {answer.status}"] if answer.status >= 500 else []
        wrong += [f"{path}: {fault}" for fault in violations(page)]
        wrong += [f"{path}: {overflow(page)} px too wide"] if overflow(page) > 0 else []
    return wrong


def student_paths():
    work = Submission.objects.handed_in().get()
    assignments = Assignment.objects.all()
    fill_tray(work)
    names = ["assignments:studio", "assignments:class-gallery"]
    paths = [reverse(name, args=[assignment.public_id]) for assignment in assignments for name in names]
    finished = [reverse(name, args=[work.assignment.public_id]) for name in ("assignments:hand-in", "assignments:result")]
    return ["/", *paths, *finished, reverse("assignments:care-help"), "/there-is-no-such-page/"]


def teacher_paths():
    work, classroom = Submission.objects.handed_in().get(), Classroom.objects.get()
    Grade.objects.record(work, points={}, feedback="", grader=User.objects.get(username=demo.TEACHER))
    other = Submission.objects.exclude(pk=work.pk).first()
    other.student.enrollments.update(approved_at=None)
    make_queued(other)
    for words in ("I want to die", "a sad man wants to die"):
        CareNote.objects.write(work, "prompt", words)
    LaneRule.objects.change(str(classroom.lane), work.assignment.created_by, is_paused=True)
    fill_tray(work)
    return [
        "/",
        reverse("assignments:care"),
        reverse("assignments:classroom-create"),
        reverse("assignments:classroom-detail", args=[classroom.pk]),
        reverse("assignments:classroom-poster", args=[classroom.pk]),
        reverse("assignments:classroom-line", args=[classroom.pk]),
        reverse("assignments:assignment-create", args=[classroom.pk]),
        reverse("assignments:assignment-detail", args=[work.assignment.public_id]),
        reverse("assignments:assignment-edit", args=[work.assignment.public_id]),
        reverse("assignments:grading", args=[work.public_id]),
        reverse("assignments:tray"),
        reverse("assignments:word-list", args=[work.assignment.public_id]),
        "/classes/999999/",
    ]


def fill_tray(work):
    """Let the gate ask about some words of ``work``, and the teacher keep others stopped."""
    teacher = work.assignment.created_by
    WordRule.objects.write(["зебра", "kraken"], "hold", teacher, assignment=work.assignment)
    for words in ("Зебра на крыше вокзала", "A kraken in a bowl"):
        held = work.ask(prompt=words, shape="wide", pictures=1)
    held.appeal.decide(teacher, "keep", "Not in this lesson, please.")


class TestEveryPage:
    def test_before_sign_in(self, demo_site, page):
        assert check(page, demo_site, ["/login/", "/login/?code=ABCD-EFGH", "/welcome/spent/"]) == []

    def test_of_a_student(self, demo_site, page):
        sign_in(page, demo_site, f"{demo.STUDENT}1")
        assert check(page, demo_site, student_paths()) == []

    def test_of_a_teacher(self, demo_site, page):
        sign_in(page, demo_site, demo.TEACHER)
        assert check(page, demo_site, teacher_paths()) == []


class TestStaffRoom:
    def test_the_review_pages(self, demo_site, page):
        """The stock admin has faults of its own on form pages; the pages where reviewers work have none."""
        sign_in(page, demo_site, demo.ADMIN)
        assert check(page, demo_site, ["/admin/", "/admin/gallery/picture/"]) == []
