"""Who may open what: every address of the site, for everybody who could try it."""

import copy

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from assignments.models import CareNote, User, WordRule
from gallery import live
from gallery.models import Picture
from tests.builders import make_assignment, make_classroom, make_handed_in, make_queued, make_student, make_work

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

ROLES = ("anonymous", "classmate", "stranger", "foreign_teacher", "reviewer", "owner", "teacher")
OUTSIDERS = ROLES[:4]
SECRET = "zebrafish"
IN = "sign in first"  # what the table calls a redirect to the doors

TEACHER_ONLY = (IN, 404, 404, 404, 404, 404)
PUPILS = (IN, 200, 404, 404, 404, 200, 404)
NOT_SO = (IN, 405, 405, 405, 405, 405, 405)
NOT_AT_ALL = (405,) * 7
STUDIO_BY_GET = (IN, 302, 302, 302, 302, 302, 302)  # leads to the studio, which looks who is there

#: Answers in the order of ROLES: (to GET, to POST). What is posted stands in ``posted``.
MATRIX = {
    "home": ((IN, 200, 200, 200, 302, 200, 200), (IN, 200, 200, 200, 302, 200, 200)),
    "set_language": (NOT_AT_ALL, (302,) * 7),
    "account-theme": (NOT_AT_ALL, (302,) * 7),
    "login": ((200, 302, 302, 302, 302, 302, 302), (422,) * 7),
    "logout": (NOT_AT_ALL, (302,) * 7),
    "gallery:picture-file": ((IN, 404, 404, 404, 200, 200, 200), NOT_AT_ALL),
    "assignments:welcome": ((404,) * 7, NOT_AT_ALL),
    "assignments:checklist-hide": (NOT_SO, (IN, 302, 302, 302, 302, 302, 302)),
    "assignments:care": ((IN, 404, 404, 200, 404, 404, 200), (IN, 404, 404, 404, 404, 404, 302)),
    "assignments:care-help": ((IN, 200, 200, 200, 200, 200, 200), NOT_SO),
    "assignments:classroom-create": ((IN, 403, 403, 200, 403, 403, 200), (IN, 403, 403, 422, 403, 403, 422)),
    "assignments:classroom-detail": ((*TEACHER_ONLY, 200), (*TEACHER_ONLY, 422)),
    "assignments:classroom-poster": ((*TEACHER_ONLY, 200), NOT_SO),
    "assignments:classroom-door": (NOT_SO, (*TEACHER_ONLY, 302)),
    "assignments:classroom-limits": ((*TEACHER_ONLY, 200), (*TEACHER_ONLY, 302)),
    "assignments:classroom-line": ((*TEACHER_ONLY, 200), NOT_SO),
    "assignments:line-rule": (NOT_SO, (*TEACHER_ONLY, 302)),
    "assignments:line-front": (NOT_SO, (*TEACHER_ONLY, 302)),
    "assignments:enrollment-act": (NOT_SO, (*TEACHER_ONLY, 302)),
    "assignments:assignment-create": ((*TEACHER_ONLY, 200), (*TEACHER_ONLY, 302)),
    "assignments:assignment-detail": ((*TEACHER_ONLY, 200), NOT_SO),
    "assignments:assignment-edit": ((*TEACHER_ONLY, 200), (*TEACHER_ONLY, 422)),
    "assignments:assignment-cost": (NOT_SO, (*TEACHER_ONLY, 200)),
    "assignments:grades-release": (NOT_SO, (*TEACHER_ONLY, 302)),
    "assignments:grades-export": ((*TEACHER_ONLY, 200), NOT_SO),
    "assignments:trial-begin": (NOT_SO, (*TEACHER_ONLY, 302)),
    "assignments:trial-end": (NOT_SO, (IN, 302, 302, 302, 302, 302, 302)),
    "assignments:grading": ((*TEACHER_ONLY, 200), (*TEACHER_ONLY, 422)),
    "assignments:show-to-class": (NOT_SO, (*TEACHER_ONLY, 302)),
    "assignments:picture-decide": (NOT_SO, (*TEACHER_ONLY, 302)),
    "assignments:tray": ((IN, 404, 404, 200, 200, 404, 200), NOT_SO),
    "assignments:tray-decide": (NOT_SO, (IN, 404, 404, 404, 302, 404, 302)),
    "assignments:tray-reopen": (NOT_SO, (IN, 404, 404, 404, 302, 404, 302)),
    "assignments:word-list": ((*TEACHER_ONLY, 200), (*TEACHER_ONLY, 422)),
    "assignments:word-remove": (NOT_SO, (*TEACHER_ONLY, 302)),
    "assignments:studio": (PUPILS, NOT_SO),
    "assignments:studio-ask": (STUDIO_BY_GET, (IN, 422, 404, 404, 404, 422, 404)),
    "assignments:studio-appeal": (STUDIO_BY_GET, (IN, 404, 404, 404, 404, 302, 404)),
    "assignments:studio-preview": (STUDIO_BY_GET, PUPILS),
    "assignments:studio-choose": (STUDIO_BY_GET, (IN, 404, 404, 404, 404, 302, 404)),
    "assignments:studio-final": (STUDIO_BY_GET, (IN, 404, 404, 404, 404, 302, 404)),
    "assignments:studio-cancel": (STUDIO_BY_GET, (IN, 302, 404, 404, 404, 302, 404)),
    "assignments:hand-in": ((IN, 302, 404, 404, 404, 200, 404), (IN, 404, 404, 404, 404, 422, 404)),
    "assignments:result": ((IN, 302, 404, 404, 404, 200, 404), NOT_SO),
    "assignments:class-gallery": ((IN, 200, 404, 404, 404, 200, 200), NOT_SO),
    "assignments:poll": ((403, 403, 403, 403, 403, 200, 403), NOT_AT_ALL),
}


def routes(resolver=None, namespace=""):
    """Return the name of every route of the site, the staff room's apart."""
    names = set()
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            names |= {namespace + entry.name} if entry.name else set()
        elif entry.namespace != "admin":
            names |= routes(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
    return names


class Class:
    """A class with one handed-in work that nobody graded or approved yet, and everybody who might come by."""

    def __init__(self):
        self.classroom = make_classroom(name="7B")
        self.assignment = make_assignment(self.classroom)
        self.work = make_work(self.assignment)
        make_handed_in(self.work, title=f"A {SECRET}", alt_text=f"A small {SECRET} in a big tower.")
        self.picture = self.work.current.picture
        self.owner = self.work.student
        self.note = CareNote.objects.write(self.work, "reason", f"I want to die, {SECRET}")
        engine, words = self.assignment.drawing_engine, f"A {SECRET} with a sword"
        settings = {"shape": "wide", "size": [1536, 864], "pictures": 1}
        self.held = self.work.trail.hold(
            prompt=words, language="en", gate="words", family="weapons", engine=engine, settings=settings
        )
        WordRule.objects.write([SECRET], "hold", self.classroom.teachers.get().user, assignment=self.assignment)
        other = make_classroom(name="8A")
        make_assignment(other)
        self.classmate, self.stranger = make_student(self.classroom), make_student(other)
        self.teacher, self.foreign_teacher = self.classroom.teachers.get().user, other.teachers.get().user
        self.reviewer = User.objects.create(username="reviewer", is_staff=True)
        self.reviewer.user_permissions.add(*Permission.objects.filter(content_type__app_label="gallery"))

    def client(self, role):
        client = Client()
        if role != "anonymous":
            client.force_login(getattr(self, role))
        return client

    def address(self, name):
        arguments = {
            "gallery:picture-file": [self.picture.public_id, "full"],
            "assignments:welcome": ["garbage"],
            "assignments:enrollment-act": [self.classroom.enrollments.get(student=self.owner).pk, "unlock"],
            "assignments:tray-decide": [self.held.appeal.pk],
            "assignments:tray-reopen": [self.held.appeal.pk],
            "assignments:poll": [live.token_for(self.owner, self.work.trail)],
        }
        by_class = {"classroom-detail", "classroom-poster", "classroom-door", "classroom-limits", "assignment-create"}
        by_class |= {"classroom-line", "line-rule", "line-front"}
        by_work = {"grading", "show-to-class", "picture-decide"}
        bare = {"care", "care-help", "checklist-hide", "classroom-create", "trial-end", "tray"}
        short = name.removeprefix("assignments:")
        if name in arguments:
            return reverse(name, args=arguments[name])
        if ":" not in name or short in bare:
            return reverse(name)
        if short in by_class:
            return reverse(name, args=[self.classroom.pk])
        return reverse(name, args=[self.work.public_id if short in by_work else self.assignment.public_id])

    def posted(self, name):
        """Return what the form of ``name`` sends; forms not named here are sent with one field that is no answer."""
        picture = {"picture": str(self.picture.public_id)}
        forms = dict.fromkeys(["assignments:studio-choose", "assignments:studio-final", "assignments:hand-in"], picture)
        forms["assignments:show-to-class"] = {}
        forms["assignments:picture-decide"] = picture | {"action": "approve"}
        forms["assignments:tray-decide"] = {"decision": "keep"}
        forms["assignments:studio-appeal"] = {"generation": str(self.held.public_id)}
        forms["assignments:word-remove"] = {"rule": self.assignment.word_rules.get().pk}
        forms["assignments:care"] = {"note": str(self.note.public_id), "done": ""}
        forms["assignments:line-rule"] = {"rule": "pause"}
        forms["assignments:line-front"] = {"student": self.owner.enrollments.get().pk}
        return forms.get(name, {"nothing": "1"})


@pytest.fixture(scope="class")
def built(build_once):
    return build_once(Class)


@pytest.fixture
def school(built, db):
    return copy.deepcopy(built)


def seen(answer):
    is_at_the_door = answer.status_code == 302 and answer.url.startswith("/login/?next=")
    return IN if is_at_the_door else answer.status_code


class TestEveryAddress:
    def test_no_address_is_missing_from_the_table(self):
        assert routes() == set(MATRIX)

    @pytest.mark.parametrize("name", MATRIX)
    def test_looking_shows_a_page_only_to_whom_it_belongs(self, school, name):
        answers = [school.client(role).get(school.address(name)) for role in ROLES]
        assert tuple(map(seen, answers)) == MATRIX[name][0]
        self.nothing_leaked(answers)

    @pytest.mark.parametrize("name", MATRIX)
    def test_sending_changes_something_only_for_whom_it_belongs(self, school, name):
        answers = [school.client(role).post(school.address(name), school.posted(name)) for role in ROLES]
        assert tuple(map(seen, answers)) == MATRIX[name][1]
        self.nothing_leaked(answers)

    def nothing_leaked(self, answers):
        for role, answer in zip(ROLES, answers, strict=True):
            if role in OUTSIDERS:
                assert SECRET not in (b"".join(answer) if answer.streaming else answer.content).decode(errors="replace")

    @pytest.mark.parametrize("role", ROLES[1:5])
    @pytest.mark.parametrize("action", ["unlock", "reset-pin", "let-in", "remove"])
    def test_no_outsider_acts_on_a_child(self, school, role, action):
        row = school.classroom.enrollments.filter(student=school.owner).values()
        before = row.get()
        address = reverse("assignments:enrollment-act", args=[before["id"], action])
        assert school.client(role).post(address).status_code == 404
        assert row.get() == before

    def test_an_action_that_is_none_leads_nowhere(self, school):
        enrollment = school.classroom.enrollments.get(student=school.owner)
        assert school.client("teacher").post(f"/students/{enrollment.pk}/delete/").status_code == 404

    def test_an_id_too_long_for_the_database_leads_nowhere(self, school):
        assert school.client("teacher").get(f"/classes/{10**30}/").status_code == 404
        assert school.client("teacher").post(f"/students/{10**30}/unlock/").status_code == 404


class TestLeavingTheClass:
    def test_who_is_removed_loses_the_assignments_and_keeps_the_own_pictures(self, school):
        school.classroom.enrollments.get(student=school.owner).remove(school.teacher)
        client = school.client("owner")
        assert client.get(school.address("assignments:studio")).status_code == 404
        assert client.get(school.address("gallery:picture-file")).status_code == 200
        assert school.client("teacher").get(school.address("assignments:grading")).status_code == 200

    def test_who_only_waits_at_the_door_sees_nothing(self, school):
        school.classroom.enrollments.filter(student=school.classmate).update(approved_at=None)
        assert school.client("classmate").get(school.address("assignments:studio")).status_code == 404
        assert school.client("classmate").get(school.address("assignments:class-gallery")).status_code == 404

    def test_a_teacher_who_left_the_class_sees_nothing_of_it(self, school):
        school.classroom.teachers.clear()
        client = school.client("teacher")
        for name in (
            "assignments:assignment-detail",
            "assignments:grading",
            "gallery:picture-file",
            "assignments:classroom-detail",
        ):
            assert client.get(school.address(name)).status_code == 404

    def test_a_draft_is_not_there_for_students(self, school):
        school.assignment.published_at = None
        school.assignment.save()
        assert school.client("owner").get(school.address("assignments:studio")).status_code == 404
        assert school.client("classmate").get(school.address("assignments:class-gallery")).status_code == 404
        assert school.client("teacher").get(school.address("assignments:assignment-detail")).status_code == 200


class TestPictureFiles:
    SIZES = ("384", "960", "full")

    def answers(self, school, role, picture=None):
        picture = picture or school.picture
        client = school.client(role)
        return [client.get(f"/pictures/{picture.public_id}/{size}/").status_code for size in self.SIZES]

    @pytest.mark.parametrize("role", ["owner", "teacher", "reviewer"])
    def test_before_anybody_approved_it_only_owner_and_adults_see_it(self, school, role):
        assert self.answers(school, role) == [200] * 3

    def test_classmates_see_it_once_it_is_handed_in_and_approved(self, school):
        assert self.answers(school, "classmate") == [404] * 3
        school.picture.approve(school.teacher)
        assert self.answers(school, "classmate") == [200] * 3

    @pytest.mark.parametrize("role", ["stranger", "foreign_teacher"])
    def test_another_class_never_sees_it(self, school, role):
        school.picture.approve(school.teacher)
        assert self.answers(school, role) == [404] * 3

    def test_classmates_do_not_see_it_where_the_assignment_shows_no_gallery(self, school):
        school.picture.approve(school.teacher)
        school.assignment.shows_gallery = False
        school.assignment.save()
        assert self.answers(school, "classmate") == [404] * 3
        assert school.client("classmate").get(school.address("assignments:class-gallery")).status_code == 404

    def test_an_approved_picture_that_was_not_handed_in_stays_between_owner_and_adults(self, school):
        school.work.submitted_at = None
        school.work.save()
        school.picture.approve(school.teacher)
        assert self.answers(school, "classmate") == [404] * 3
        assert self.answers(school, "owner") == [200] * 3

    def test_a_hidden_picture_is_gone_for_students_and_there_for_adults(self, school):
        school.picture.approve(school.teacher)
        school.picture.hide(school.teacher, "unkind")
        assert self.answers(school, "owner") == [404] * 3
        assert self.answers(school, "classmate") == [404] * 3
        assert self.answers(school, "teacher") == [200] * 3
        assert self.answers(school, "reviewer") == [200] * 3

    @pytest.mark.parametrize("status", [status for status in Picture.Status.values if status != "ready"])
    def test_what_is_not_ready_is_there_for_nobody(self, school, status):
        Picture.objects.filter(pk=school.picture.pk).update(status=status, reason="x", lease_until=school.picture.queued_at)
        assert [self.answers(school, role) for role in ROLES[1:]] == [[404] * 3] * 6

    def test_a_staff_person_without_the_permission_sees_nothing(self, school):
        school.reviewer.user_permissions.clear()
        assert self.answers(school, "reviewer") == [404] * 3

    def test_the_gallery_page_hangs_exactly_what_its_visitors_may_open(self, school):
        """The page and the files follow one rule, also where somebody chose another picture after handing in."""
        [later] = make_queued(school.work)
        Picture.objects.filter(pk=later.pk).update(status="ready", file=school.picture.file, width=8, height=8)
        later.refresh_from_db()
        for handed_in, other in [(True, False), (False, True), (True, True)]:
            Picture.objects.update(approved_at=None)
            school.picture.approve(school.teacher) if handed_in else None
            later.approve(school.teacher) if other else None
            for chosen in (school.picture, later):
                school.work.choose(chosen)
                page = school.client("classmate").get(school.address("assignments:class-gallery"))
                for picture in (school.picture, later):
                    is_open = self.answers(school, "classmate", picture) == [200] * 3
                    assert (str(picture.public_id) in page.content.decode()) == is_open, (handed_in, other, chosen, picture)
