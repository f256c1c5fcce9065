"""The two doors: who comes in, who does not, and what a stranger learns from it."""

import re

import pytest
from axes.models import AccessAttempt
from django.core import signing
from django.test import Client
from django.utils import timezone

from assignments.models import Enrollment, User
from assignments.views.sign_in import WELCOME_SECONDS, welcome_token
from tests.builders import PASSWORD, make_assignment, make_classroom, make_student, make_teacher

pytestmark = pytest.mark.django_db

DOOR = "/login/"


def enter(client, username, password=PASSWORD, headers=None, **more):
    return client.post(DOOR, {"username": username, "password": password} | more, headers=headers)


def who(client):
    """Return the primary key of whoever is signed in, as a number; None where nobody is."""
    pk = client.session.get("_auth_user_id")
    return pk and int(pk)


class TestPasswordDoor:
    @pytest.fixture
    def teacher(self):
        return make_teacher("Olga", email="Olga.S@school.example")

    @pytest.mark.parametrize("spelled", [str, str.upper, str.capitalize])
    def test_the_username_opens_in_any_case(self, client, teacher, spelled):
        answer = enter(client, spelled(teacher.username))
        assert (answer.status_code, answer.url, who(client)) == (302, "/", teacher.pk)

    @pytest.mark.parametrize("spelled", ["Olga.S@school.example", "olga.s@SCHOOL.example"])
    def test_so_does_the_e_mail(self, client, teacher, spelled):
        enter(client, spelled)
        assert who(client) == teacher.pk

    def test_an_empty_e_mail_is_nobodys(self, client, teacher):
        make_teacher("Nina")
        enter(client, "")
        assert who(client) is None

    @pytest.mark.parametrize("name, password", [("known", "wrong"), ("nobody", PASSWORD)])
    def test_a_wrong_name_and_a_wrong_password_read_the_same_sentence(self, client, teacher, name, password):
        answer = enter(client, teacher.username if name == "known" else name, password)
        assert (answer.status_code, who(client)) == (422, None)
        assert len(answer.context["password_form"].non_field_errors()) == 1
        other = enter(Client(), "somebody-else", "x")
        assert (
            answer.context["password_form"].non_field_errors().as_text()
            == other.context["password_form"].non_field_errors().as_text()
        )

    def test_the_password_never_comes_back_in_the_page(self, client, teacher):
        assert "not-my-password" not in enter(client, teacher.username, "not-my-password").content.decode()

    def test_somebody_inactive_does_not_come_in(self, client, teacher):
        User.objects.filter(pk=teacher.pk).update(is_active=False)
        enter(client, teacher.username)
        assert who(client) is None

    def test_a_student_without_a_password_does_not_come_in_by_it(self, client):
        student = Enrollment.objects.enrol(make_classroom(), "Anna K.").student
        for guess in ("", "Anna K.", student.username):
            enter(client, student.username, guess)
        assert who(client) is None

    def test_a_signed_in_person_is_led_home(self, client, teacher):
        enter(client, teacher.username)
        assert client.get(DOOR).url == "/"

    def test_signing_out_needs_a_form(self, client, teacher):
        enter(client, teacher.username)
        assert client.get("/logout/").status_code == 405
        assert who(client) == teacher.pk
        client.post("/logout/")
        assert who(client) is None


class TestPasswordLock:
    @pytest.fixture
    def locked(self, settings):
        """A teacher whose name is locked for the address of the test client."""
        settings.AXES_FAILURE_LIMIT = 3
        teacher = make_teacher("Olga", email="olga@school.example")
        for _ in range(settings.AXES_FAILURE_LIMIT):
            enter(Client(), teacher.username, "wrong")
        return teacher

    def test_the_right_password_does_not_open_a_locked_name(self, client, locked):
        answer = enter(client, locked.username)
        assert (answer.status_code, who(client)) == (429, None)

    def test_another_name_from_the_same_address_still_enters(self, client, locked):
        other = make_teacher("Nina")
        enter(client, other.username)
        assert who(client) == other.pk

    def test_the_same_person_from_another_address_still_enters(self, locked):
        elsewhere = Client(REMOTE_ADDR="203.0.113.9")
        enter(elsewhere, locked.username)
        assert who(elsewhere) == locked.pk

    def test_a_child_from_the_same_address_still_enters(self, client, locked):
        classroom = make_classroom()
        enrollment = Enrollment.objects.enrol(classroom, "Anna K.")
        client.post(DOOR, {"code": classroom.join_code, "name": "Anna K.", "pin": "284617"})
        assert who(client) == enrollment.student_id

    def test_another_spelling_of_the_name_is_locked_too(self, client, locked):
        assert enter(client, locked.username.upper()).status_code == 429
        assert enter(client, f" {locked.username} ").status_code == 429

    def test_the_e_mail_of_the_same_person_is_locked_too(self, client, locked):
        assert enter(client, locked.email).status_code == 429

    def test_the_lock_ends_after_its_time(self, client, locked, settings):
        AccessAttempt.objects.update(attempt_time=timezone.now() - settings.AXES_COOLOFF_TIME)
        enter(client, locked.username)
        assert who(client) == locked.pk

    @pytest.mark.parametrize(
        "proxies, forwarded, found",
        [
            (0, "203.0.113.9", "127.0.0.1"),  # nobody in front: what the browser says of itself does not count
            (1, "203.0.113.9", "203.0.113.9"),
            (1, "192.0.2.1, 203.0.113.9", "203.0.113.9"),  # the first was made up by the browser
            (2, "192.0.2.1, 203.0.113.9, 10.0.0.5", "203.0.113.9"),
            (2, "203.0.113.9", "127.0.0.1"),
            (1, "2001:db8::9", "2001:db8::9"),
            (1, "nonsense", "127.0.0.1"),
            (1, "", "127.0.0.1"),
        ],
    )
    def test_behind_proxies_the_address_is_the_one_that_they_wrote(self, client, settings, proxies, forwarded, found):
        settings.TRUSTED_PROXIES = proxies
        enter(client, make_teacher().username, "wrong", headers={"X-Forwarded-For": forwarded})
        assert AccessAttempt.objects.get().ip_address == found

    def test_success_forgets_earlier_mistakes(self, client, settings):
        settings.AXES_FAILURE_LIMIT = 3
        teacher = make_teacher()
        for _ in range(2):
            for _ in range(settings.AXES_FAILURE_LIMIT - 1):
                enter(Client(), teacher.username, "wrong")
            enter(client, teacher.username)
        assert who(client) == teacher.pk


class TestAfterSignIn:
    def test_it_goes_on_to_the_page_that_was_asked_for(self, client):
        student = make_student(make_classroom())
        answer = client.get("/studio/6b1c2e4e-0000-4000-8000-000000000000/")
        assert answer.url.startswith("/login/?next=")
        assert enter(client, student.username, next="/classes/new/").url == "/classes/new/"

    @pytest.mark.parametrize(
        "target",
        [
            "https://elsewhere.example/",
            "//elsewhere.example/",
            "///elsewhere.example",
            "/\\elsewhere.example",
            "http:elsewhere.example",
            "javascript:alert(1)",
            "\thttps://elsewhere.example",
        ],
    )
    def test_it_never_goes_on_to_somewhere_else(self, client, target):
        student = make_student(make_classroom())
        assert enter(client, student.username, next=target).url == "/"

    @pytest.mark.parametrize("door", ["/account/language/", "/account/theme/"])
    def test_choosing_a_language_or_theme_never_leads_elsewhere(self, client, door):
        answer = client.post(door, {"language": "en", "theme": "dark", "next": "//elsewhere.example/"})
        assert answer.url == "/"

    def test_a_chosen_language_stays_with_the_person(self, client):
        student = make_student(make_classroom())
        client.force_login(student)
        client.post("/account/language/", {"language": "en"})
        client.post("/account/theme/", {"theme": "dark"})
        student.refresh_from_db()
        assert (student.language, student.theme) == ("en", "dark")

    @pytest.mark.parametrize("field, door", [("language", "/account/language/"), ("theme", "/account/theme/")])
    def test_a_language_or_theme_that_is_none_is_ignored(self, client, field, door):
        student = make_student(make_classroom())
        client.force_login(student)
        client.post(door, {field: "xx"})
        student.refresh_from_db()
        assert getattr(student, field) == ""

    def test_the_session_key_changes_so_that_nobody_can_hand_one_over(self, client):
        student = make_student(make_classroom())
        session = client.session
        session["seen"] = 1
        session.save()
        before = session.session_key
        enter(client, student.username)
        assert client.session.session_key != before

    @pytest.mark.parametrize("status", ["teacher", "student", "staff", "nobody"])
    def test_everybody_finds_their_own_first_page(self, client, status):
        classroom = make_classroom()
        person = {
            "teacher": lambda: classroom.teachers.get().user,
            "student": lambda: make_student(classroom),
            "staff": lambda: User.objects.create(username="staff", is_staff=True),
            "nobody": lambda: User.objects.create(username="nobody"),
        }[status]()
        make_assignment(classroom)
        client.force_login(person)
        answer = client.get("/")
        assert answer.status_code == (302 if status == "staff" else 200)
        template = {"teacher": "teacher_home", "student": "student_home", "nobody": "nobody_home"}.get(status)
        assert template is None or f"assignments/{template}.html" in [used.name for used in answer.templates]


class TestWelcomeLink:
    @pytest.fixture
    def teacher(self):
        return make_teacher()

    @pytest.fixture
    def link(self, teacher):
        return f"/welcome/{welcome_token(teacher)}/"

    def test_it_opens_the_door(self, client, teacher, link):
        assert client.get(link).url == "/"
        assert who(client) == teacher.pk

    def test_it_opens_the_door_once(self, client, link):
        Client().get(link)
        assert client.get(link).status_code == 410
        assert who(client) is None

    def test_any_other_sign_in_spends_it(self, client, teacher, link):
        enter(Client(), teacher.username)
        assert client.get(link).status_code == 410

    def test_who_is_in_already_is_led_home(self, client, link):
        client.get(link)
        assert client.get(link).url == "/"

    def test_a_new_link_opens_again(self, client, teacher, link):
        Client().get(link)
        teacher.refresh_from_db()
        client.get(f"/welcome/{welcome_token(teacher)}/")
        assert who(client) == teacher.pk

    @pytest.mark.parametrize("token", ["x", "W10:1x:y", "1:2:3"])
    def test_garbage_leads_nowhere(self, client, token):
        assert client.get(f"/welcome/{token}/").status_code == 404

    def test_a_token_made_for_something_else_leads_nowhere(self, client, teacher):
        token = signing.dumps([teacher.pk, ""], salt="gallery.live")
        assert client.get(f"/welcome/{token}/").status_code == 404

    def test_an_old_link_leads_nowhere(self, client, teacher, monkeypatch):
        now = signing.time.time
        monkeypatch.setattr(signing.time, "time", lambda: now() - WELCOME_SECONDS - 5)
        link = f"/welcome/{welcome_token(teacher)}/"
        monkeypatch.undo()
        assert client.get(link).status_code == 404

    def test_somebody_inactive_is_not_welcome(self, client, teacher, link):
        User.objects.filter(pk=teacher.pk).update(is_active=False)
        assert client.get(link).status_code == 410
        assert who(client) is None


class TestDoorPage:
    def test_a_code_in_the_address_is_filled_in(self, client):
        page = client.get(f"{DOOR}?code=ABCD-EFGH").content.decode()
        assert re.search(r'name="code"[^>]*value="ABCD-EFGH"', page) or re.search(r'value="ABCD-EFGH"[^>]*name="code"', page)

    def test_neither_door_lets_a_browser_keep_the_page(self, client):
        assert "no-store" in client.get(DOOR).headers["Cache-Control"]

    @pytest.mark.parametrize("sent", [{}, {"username": "x"}, {"code": "x"}, {"code": "", "name": "", "pin": ""}])
    def test_an_unfinished_form_is_answered_with_what_is_missing(self, client, sent):
        answer = client.post(DOOR, sent)
        assert answer.status_code == 422
        assert answer.context["password_form"].errors or answer.context["pin_form"].errors
