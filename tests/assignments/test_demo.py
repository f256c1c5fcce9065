"""The demo class: there at the first start, left alone at every later one, and only on one's own machine."""

import os
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.test import Client, override_settings

from assignments import demo
from assignments.checks import no_demo_in_production
from assignments.models import Assignment, Classroom, Grade, Submission, User
from gallery import engines
from gallery.models import Engine, Event, Generation, Picture
from tests.builders import make_teacher

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

PASSWORD = "amber-birch-1234"


@pytest.fixture(scope="class")
def built(build_once):
    with override_settings(DEMO_PASSWORD=PASSWORD):
        build_once(load)


def load():
    engines.refresh({})
    demo.load()


@pytest.fixture
def loaded(built, db, settings):
    settings.DEMO_PASSWORD = PASSWORD


def everything():
    """Return how many rows of each kind there are."""
    return [model.objects.count() for model in (User, Classroom, Assignment, Submission, Generation, Picture, Grade)]


class TestLoading:
    def test_everybody_signs_in_with_the_one_password(self, loaded):
        for username in (demo.TEACHER, demo.ADMIN, *(f"{demo.STUDENT}{n}" for n in range(1, 7))):
            client = Client()
            answer = client.post("/login/", {"username": username, "password": PASSWORD})
            assert answer.status_code == 302, username
            assert client.get("/").status_code in (200, 302)

    def test_there_are_three_stages_of_work(self, loaded):
        assignment = Assignment.objects.get(language="ru")
        works = {work.student.username: work for work in assignment.submissions.all()}
        assert set(works) == {"demo-student-1", "demo-student-2"}
        done, half = works["demo-student-1"], works["demo-student-2"]
        assert (done.is_handed_in, done.missing, done.is_ready_to_grade) == (True, [], True)
        assert (half.is_handed_in, half.trail.generations.count()) == (False, len(demo.HALF_DONE))
        assert Classroom.objects.get().enrollments.active().count() == 6

    def test_its_words_pass_the_gate_and_are_drawn_by_the_sketch_engine(self, loaded):
        assert not Generation.objects.exclude(gate="").exists()
        assert set(Picture.objects.values_list("status", "engine__name")) == {("ready", "sketch")}
        assert Picture.objects.count() == len(demo.FINISHED) + len(demo.HALF_DONE)

    def test_the_lesson_is_there_in_two_languages_and_published(self, loaded):
        assert set(Assignment.objects.published().values_list("language", flat=True)) == {"ru", "en"}

    def test_a_configured_service_is_asked_nothing(self, settings):
        """The demo never spends anybody's money: the service named here does not even exist."""
        settings.DEMO_PASSWORD = PASSWORD
        engines.refresh({"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"})
        demo.load()
        assert Engine.objects.default().name == "openai"
        assert set(Picture.objects.values_list("engine__name", flat=True)) == {"sketch"}

    def test_its_teacher_is_no_admin_and_its_admin_no_teacher(self, loaded):
        teacher, boss = User.objects.get(username=demo.TEACHER), User.objects.get(username=demo.ADMIN)
        assert (teacher.is_staff, teacher.is_teacher, boss.is_superuser, boss.is_teacher) == (False, True, True, False)


class TestLoadingAgain:
    def test_a_second_start_adds_nothing(self, loaded):
        before = everything()
        demo.load()
        assert everything() == before

    def test_a_later_start_asks_little(self, loaded, django_assert_max_num_queries):
        with django_assert_max_num_queries(3):
            demo.load()

    def test_what_was_removed_stays_removed_and_what_was_changed_stays_changed(self, loaded):
        Assignment.objects.filter(language="ru").update(title="Mine now")
        Submission.objects.get(student__username="demo-student-2").delete()
        demo.load()
        assert Assignment.objects.filter(title="Mine now").exists()
        assert Submission.objects.count() == 1

    def test_a_new_password_counts_from_the_next_start(self, loaded, settings):
        settings.DEMO_PASSWORD = "another-birch-99"
        demo.load()
        people = User.objects.filter(username__startswith="demo-")
        assert people.count() == 8
        assert all(person.check_password("another-birch-99") for person in people)

    def test_with_the_same_password_nobody_is_signed_out(self, loaded):
        before = list(User.objects.order_by("pk").values_list("password", flat=True))
        demo.load()
        assert list(User.objects.order_by("pk").values_list("password", flat=True)) == before


class TestStoppedHalfWay:
    """Ctrl+C in the first start: the next one goes on from there."""

    def stopped(self, settings, at):
        """Load until the demo has asked for ``at`` pictures, then stop as Ctrl+C does."""
        settings.DEMO_PASSWORD = PASSWORD
        engines.refresh({})

        def stop(execute, sql, params, many, context):
            if sql.startswith("INSERT") and '"gallery_generation"' in sql and Generation.objects.count() >= at:
                raise KeyboardInterrupt
            return execute(sql, params, many, context)

        with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(stop):
            demo.load()

    @pytest.mark.parametrize("at", range(len(demo.FINISHED) + len(demo.HALF_DONE)))
    def test_the_next_start_ends_with_the_same_class(self, settings, at):
        self.stopped(settings, at)
        assert Generation.objects.count() == at
        demo.load()
        TestLoading().test_there_are_three_stages_of_work(None)
        tried = Generation.objects.order_by("pk").values_list("prompt", flat=True)
        assert sorted(tried) == sorted(demo.FINISHED + demo.HALF_DONE)

    def test_a_demo_without_its_class_or_lesson_still_starts(self, settings):
        self.stopped(settings, 0)
        Submission.objects.all().delete()
        Assignment.objects.all().delete()
        demo.load()
        Classroom.objects.update(name="Renamed")
        call_command("prepare", welcome=True)


class TestMovedToAServer:
    @pytest.fixture
    def moved(self, loaded, settings):
        settings.IS_LOCAL = False

    def test_preparing_the_server_shuts_the_demo_out(self, client, moved, settings):
        teacher, boss = Client(), User.objects.get(username=demo.ADMIN)
        teacher.post("/login/", {"username": demo.TEACHER, "password": PASSWORD})
        assert teacher.get("/").status_code == 200
        other = make_teacher()
        call_command("prepare")
        assert teacher.get("/").status_code == 302
        assert client.post("/login/", {"username": demo.ADMIN, "password": PASSWORD}).status_code == 422
        boss.refresh_from_db()
        assert not boss.is_active and not boss.has_usable_password()
        assert list(User.objects.filter(is_active=True)) == [other]

    def test_back_on_ones_own_machine_the_demo_opens_again(self, client, moved, settings):
        call_command("prepare")
        settings.IS_LOCAL = True
        demo.load()
        assert client.post("/login/", {"username": demo.TEACHER, "password": PASSWORD}).status_code == 302

    def test_the_check_of_a_deployment_fails_until_then(self, moved):
        with pytest.raises(SystemCheckError, match="edu4all.E001"):
            call_command("check", deploy=True)
        demo.retire()
        assert not no_demo_in_production(None)

    def test_on_ones_own_machine_there_is_nothing_to_complain_of(self, loaded):
        assert not no_demo_in_production(None)

    @pytest.mark.parametrize("url", ["postgres://nobody@127.0.0.1:9/none", "sqlite://"])
    def test_without_a_database_or_tables_the_check_says_nothing(self, url):
        code = "import django; django.setup(); from assignments.checks import no_demo_in_production as c; print(c(None))"
        variables = {"DATABASE_URL": url, "ALLOWED_HOSTS": "art.example.org", "DJANGO_SETTINGS_MODULE": "edu4all.settings"}
        answer = subprocess.run([sys.executable, "-c", code], env={**os.environ, **variables}, capture_output=True, text=True)
        assert answer.stdout.strip() == "[]", answer.stderr


class TestPassword:
    def test_without_one_in_the_environment_it_is_made_up_once_and_kept_from_others(self, settings, tmp_path):
        settings.DEMO_PASSWORD, settings.BASE_DIR = "", tmp_path
        first = demo.password()
        assert len(first) >= 12 and demo.password() == first
        assert (tmp_path / "var" / "demo-password").stat().st_mode & 0o077 == 0


class TestGreeting:
    def test_it_prints_all_that_somebody_needs_and_the_link_opens(self, client, settings, capsys):
        settings.DEMO_PASSWORD = PASSWORD
        call_command("prepare", welcome=True)
        said = capsys.readouterr().out
        assert PASSWORD in said and demo.TEACHER in said and demo.classroom().shown_code in said
        link = next(word for word in said.split() if "/welcome/" in word)
        assert client.get(f"/{link.split('/', 3)[3]}").url == "/"
        assert client.get("/").wsgi_request.user.username == demo.TEACHER

    def test_on_a_server_it_makes_no_demo_and_prints_no_password(self, settings, capsys):
        settings.DEMO_PASSWORD, settings.IS_LOCAL = PASSWORD, False
        call_command("prepare", welcome=True)
        assert PASSWORD not in capsys.readouterr().out
        assert not User.objects.exists() and not Event.objects.exists()
