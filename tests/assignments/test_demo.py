"""The demo class: there at the first start, left alone at every later one, and only on one's own machine."""

import pytest
from django.core.management import call_command

from assignments import demo
from assignments.models import Assignment, Classroom, Grade, Submission, User
from gallery import engines
from gallery.models import Engine, Event, Generation, Picture

pytestmark = pytest.mark.django_db

PASSWORD = "amber-birch-1234"


@pytest.fixture
def loaded(settings):
    settings.DEMO_PASSWORD = PASSWORD
    engines.refresh({})
    demo.load()


def everything():
    """Return how many rows of each kind there are."""
    return [model.objects.count() for model in (User, Classroom, Assignment, Submission, Generation, Picture, Grade)]


class TestLoading:
    @pytest.mark.parametrize("username", [demo.TEACHER, demo.ADMIN, *(f"{demo.STUDENT}{n}" for n in range(1, 7))])
    def test_everybody_signs_in_with_the_one_password(self, client, loaded, username):
        answer = client.post("/login/", {"username": username, "password": PASSWORD})
        assert answer.status_code == 302
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
