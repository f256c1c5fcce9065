"""A student's work: trying, choosing, handing in, and what stays of it."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assignments.models import Enrollment, Grade, Submission
from assignments.shown import shown_work
from gallery import generation
from gallery.models import Engine, Generation, Picture, Purse
from gallery.providers.base import Refused, Unanswered
from tests.builders import (
    FlatProvider,
    claim,
    make_assignment,
    make_classroom,
    make_engine,
    make_handed_in,
    make_queued,
    make_ready,
    make_student,
    make_work,
)

pytestmark = pytest.mark.django_db

PAST, FUTURE = timedelta(hours=-1), timedelta(hours=1)


def ask(work, prompt="A dog next to the Eiffel Tower", **more):
    return work.ask(prompt=prompt, shape="wide", pictures=1, **more)


def code_of(error):
    return error.value.code


class TestAsking:
    def test_a_try_keeps_what_will_be_sent(self):
        work = make_work()
        [picture] = make_queued(work, prompt="A dog next to the Eiffel Tower")
        sent = generation.request_for(picture)
        assert "A dog next to the Eiffel Tower" in sent.words and sent.size == (1536, 864)
        assert picture.generation.meta_prompt == work.assignment.meta_prompt("en")

    @pytest.mark.parametrize("prompt, language", [("Собака у башни на Луне", "ru"), ("A dog on the Moon", "en")])
    def test_the_frame_speaks_the_language_of_the_words(self, prompt, language):
        assert ask(make_work(), prompt).meta_prompt.language == language

    def test_a_try_uses_up_one_however_many_pictures(self):
        work = make_work()
        make_queued(work, pictures=4)
        assert work.tries_left() == work.assignment.max_tries - 1

    def test_with_all_tries_used_nothing_is_drawn(self):
        work = make_work(make_assignment(max_tries=1))
        ask(work)
        with pytest.raises(ValidationError) as error:
            ask(work)
        assert code_of(error) == "no_tries"
        assert Generation.objects.count() == 1

    def test_a_closed_assignment_draws_nothing(self):
        work = make_work(make_assignment(due_at=timezone.now() + PAST))
        with pytest.raises(ValidationError) as error:
            ask(work)
        assert code_of(error) == "closed" and not Generation.objects.exists()

    def test_where_late_work_is_taken_it_is_drawn_too(self):
        assert ask(make_work(make_assignment(due_at=timezone.now() + PAST, accepts_late=True))).pictures.count() == 1

    def test_without_an_engine_it_says_so(self):
        work = make_work()
        Engine.objects.update(is_enabled=False)
        with pytest.raises(ValidationError) as error:
            ask(work)
        assert code_of(error) == "no_engine"

    def test_an_engine_that_was_switched_off_is_replaced_by_the_default(self):
        make_engine()
        gone = make_engine("gone", is_enabled=False)
        assert ask(make_work(make_assignment(engine=gone))).engine.name == "sketch"

    def test_refused_words_are_kept_with_their_gate_and_cost_nothing(self):
        purse = Purse.objects.create(title="7B", pictures_allowed=1)
        work = make_work(make_assignment(make_classroom(purse=purse)))
        refused = ask(work, "My phone number is +7 912 345 67 89")
        assert (refused.gate, refused.pictures.count()) == ("personal", 0)
        assert work.tries_left() == work.assignment.max_tries
        purse.refresh_from_db()
        assert purse.pictures_left == 1

    def test_an_empty_purse_draws_nothing_and_writes_nothing(self):
        purse = Purse.objects.create(title="7B", pictures_allowed=1)
        work = make_work(make_assignment(make_classroom(purse=purse)))
        with pytest.raises(ValidationError) as error:
            make_queued(work, pictures=2)
        assert code_of(error) == "purse"
        assert not Generation.objects.exists() and not Picture.objects.exists()
        assert make_queued(work, pictures=1)

    @pytest.mark.parametrize("prompt", ["A dog on the Moon", "My phone number is +7 912 345 67 89"])
    def test_one_form_sent_twice_is_one_try(self, prompt):
        work, token = make_work(), uuid.uuid4()
        assert ask(work, prompt, token=token) == ask(work, prompt, token=token)
        assert Generation.objects.count() == 1

    def test_one_form_sent_twice_is_one_try_even_when_no_try_is_left(self):
        work, token = make_work(make_assignment(max_tries=1)), uuid.uuid4()
        assert ask(work, token=token) == ask(work, token=token)

    @pytest.mark.parametrize("error", [Refused("no", stage="input"), Unanswered("timed out")])
    def test_what_was_refused_or_lost_gives_the_try_back(self, error):
        work = make_work()
        make_ready(work, FlatProvider(error))
        assert work.tries_left() == work.assignment.max_tries

    def test_what_was_cancelled_gives_the_try_back(self):
        work = make_work()
        [picture] = make_queued(work)
        assert work.tries_left() == work.assignment.max_tries - 1
        assert picture.cancel(work.student)
        assert work.tries_left() == work.assignment.max_tries


class TestNamesOfClassmates:
    @pytest.fixture
    def classroom(self):
        classroom = make_classroom()
        for alias in ("Пётр К.", "Маша Иванова", "Alice B.", "A. Smith"):
            make_student(classroom, alias)
        Enrollment.objects.enrol(classroom, "Глеб").remove(None)
        classroom.trial_enrollment()
        return classroom

    @pytest.mark.parametrize("prompt", ["Мой друг Пётр рисует", "маша иванова", "Рисунок для Маши", "Alice on the Moon"])
    def test_they_are_kept_from_the_engine(self, classroom, prompt):
        refused = ask(make_work(make_assignment(classroom)), prompt)
        assert (refused.gate, refused.gate_family, refused.pictures.count()) == ("personal", "name", 0)

    @pytest.mark.parametrize(
        "prompt",
        [
            "Памятник Петру на Луне",
            "Пётр Первый на Луне",
            "Глеб на Луне",
            "A dog on the Moon",
            "Собака и каша",
        ],
    )
    def test_monuments_and_strangers_may_be_drawn(self, classroom, prompt):
        assert ask(make_work(make_assignment(classroom)), prompt).gate == ""

    def test_a_larger_class_costs_no_more_queries(self, classroom):
        work, costs = make_work(make_assignment(classroom)), []
        ask(work, "Alice on the Moon")  # reads the rules of the school, which are kept
        for group in range(2):
            with CaptureQueriesContext(connection) as captured:
                ask(work, "Alice on the Moon")
            costs.append(len(captured))
            for number in range(10):
                Enrollment.objects.enrol(classroom, f"Child {group} {number}")
        assert costs[0] == costs[1]


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def both(self, act):
        """Let two threads ``act`` at once; return what they gave or raised."""
        gate, outcomes = threading.Barrier(2), []

        def run():
            try:
                gate.wait(5)
                outcomes.append(act())
            except ValidationError as error:
                outcomes.append(error.code)
            finally:
                connection.close()

        threads = [threading.Thread(target=run) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(outcomes) == 2
        return outcomes

    def test_two_clicks_with_one_token_are_one_try(self):
        work, token = make_work(), uuid.uuid4()
        first, second = self.both(lambda: ask(Submission.objects.get(pk=work.pk), token=token))
        assert first == second and Picture.objects.count() == 1

    def test_the_last_try_is_used_once(self):
        work = make_work(make_assignment(max_tries=1))
        outcomes = self.both(lambda: ask(Submission.objects.get(pk=work.pk)))
        assert "no_tries" in outcomes and Generation.objects.count() == 1

    def test_the_first_visit_from_two_windows_begins_one_work(self):
        assignment = make_assignment()
        student = make_student(assignment.classroom)
        first, second = self.both(lambda: Submission.objects.begin(assignment, student))
        assert first == second and Submission.objects.count() == 1


class TestChoosing:
    def test_a_ready_picture_of_ones_own_is_chosen(self):
        work = make_work()
        picture = make_ready(work)
        work.choose(picture)
        assert Submission.objects.get().chosen == picture

    @pytest.mark.parametrize("kind", ["foreign", "queued", "hidden"])
    def test_no_other_picture_is(self, kind):
        work = make_work()
        if kind == "hidden":
            picture = make_ready(work)
            picture.hide(work.assignment.created_by, "unkind")
        else:
            picture = make_ready(make_work(work.assignment)) if kind == "foreign" else make_queued(work)[0]
        with pytest.raises(ValidationError) as error:
            work.choose(picture)
        assert code_of(error) == "not_yours"

    def test_after_the_date_the_choice_stands(self):
        work = make_work()
        work.choose(make_ready(work))
        late = make_ready(work)
        work.assignment.due_at = timezone.now() + PAST
        with pytest.raises(ValidationError) as error:
            work.choose(late)
        assert code_of(error) == "closed" and Submission.objects.get().chosen != late


class TestThePictureOfAWork:
    def test_it_is_the_one_handed_in_under_its_own_description(self):
        work = make_work()
        assert shown_work(work) is None
        first, second = make_ready(work), make_ready(work)
        work.choose(second)
        assert shown_work(work).picture == second
        work.hand_in(picture=first, title="a", alt_text="The first one, described.", reason="c")
        work.choose(second)
        assert (shown_work(work).picture, shown_work(work).alt) == (first, "The first one, described.")

    def test_hidden_it_is_there_for_teachers_only(self):
        work = make_handed_in()
        work.current.picture.hide(None, "other")
        work = Submission.objects.get()
        assert shown_work(work) is None and shown_work(work, for_teacher=True).is_hidden

    def test_every_list_shows_it(self, client):
        work = make_handed_in(alt_text="The first one, described.")
        handed_in = work.chosen
        work.choose(make_ready(work))
        teacher = work.assignment.created_by
        teacher.is_staff = teacher.is_superuser = True
        teacher.save()
        file = f"/pictures/{handed_in.public_id}/384/"
        client.force_login(teacher)
        for address in (f"/assignments/{work.assignment.public_id}/", "/admin/assignments/submission/"):
            html = client.get(address).content.decode()
            assert file in html and "The first one, described." in html, address
        client.force_login(work.student)
        assert file in client.get("/").content.decode()


class TestHandingIn:
    def test_every_version_is_kept(self):
        work = make_handed_in(title="First")
        before = work.submitted_at
        work.hand_in(picture=work.chosen, title="Second", alt_text="a", reason="b")
        assert list(work.versions.values_list("number", "title")) == [(1, "First"), (2, "Second")]
        assert work.current.title == "Second" and work.submitted_at > before

    @pytest.mark.parametrize("late, is_late", [(False, None), (True, True)])
    def test_after_the_date_it_counts_only_where_late_work_is_taken(self, late, is_late):
        work = make_work()
        picture = make_ready(work)
        work.assignment.due_at, work.assignment.accepts_late = timezone.now() + PAST, late
        if late:
            assert work.hand_in(picture=picture, title="a", alt_text="b", reason="c").is_late is is_late
        else:
            with pytest.raises(ValidationError) as error:
                work.hand_in(picture=picture, title="a", alt_text="b", reason="c")
            assert code_of(error) == "closed" and not work.versions.exists()

    def test_in_time_is_not_late(self):
        assert make_handed_in(make_work(make_assignment(due_at=timezone.now() + FUTURE))).current.is_late is False

    def test_what_is_missing_is_said(self, settings):
        work = make_work()
        missing = [len(work.missing)]
        picture = make_ready(work)
        assert len(work.missing) == 4
        work.choose(picture)
        said = list(work.missing)
        work.hand_in(picture=picture, title="a", alt_text="", reason="")
        missing.append(len(Submission.objects.get().missing))
        work.hand_in(picture=picture, title="a", alt_text="b", reason="c")
        missing.append(len(Submission.objects.get().missing))
        assert missing == [4, 2, 0] and len(said) == 3

    def test_a_student_hands_in_through_the_pages(self, client):
        work = make_work()
        picture = make_ready(work)
        client.force_login(work.student)
        page = f"/studio/{work.assignment.public_id}"
        assert client.post(f"{page}/choose/", {"picture": str(picture.public_id)}).status_code == 302
        texts = {"title": "Tower", "alt_text": "A brown dog sits next to a tall tower.", "reason": "The light is the best."}
        short = client.post(f"{page}/hand-in/", texts | {"alt_text": "dog"})
        assert short.status_code == 422 and not work.versions.exists()
        assert client.post(f"{page}/hand-in/", texts).url == f"{page}/result/"
        assert Submission.objects.get().is_handed_in

    def test_a_student_tries_through_the_pages(self, client):
        work = make_work()
        client.force_login(work.student)
        page = f"/studio/{work.assignment.public_id}/ask/"
        form = {"prompt": "A dog on the Moon", "pictures": "2", "token": str(uuid.uuid4())}
        for _ in range(2):
            assert client.post(page, form).status_code == 302
        assert Picture.objects.filter(owner=work.student, status="queued").count() == 2
        assert client.post(page, form | {"pictures": "3", "token": ""}).status_code == 422
        refused = client.post(page, form | {"prompt": "My phone number is +7 912 345 67 89", "token": str(uuid.uuid4())})
        assert refused.status_code == 422 and refused.context["form"].has_error("prompt")
        assert Picture.objects.count() == 2


class TestReadyToGrade:
    STATES = ["begun", "asked", "drawn", "chosen", "handed in", "graded", "released", "handed in again", "graded again"]

    def walk(self, work):
        """Lead ``work`` through its life; yield the name of each state as it is reached."""
        teacher = work.assignment.created_by
        yield "begun"
        [picture] = make_queued(work)
        yield "asked"
        generation.draw(claim(picture.engine), FlatProvider())
        yield "drawn"
        work.choose(picture)
        yield "chosen"
        texts = {"picture": picture, "title": "a", "alt_text": "b", "reason": "c"}
        work.hand_in(**texts)
        yield "handed in"
        Grade.objects.record(work, points={}, feedback="", grader=teacher)
        yield "graded"
        Grade.objects.release(work.assignment, teacher)
        yield "released"
        work.hand_in(**texts)
        yield "handed in again"
        Grade.objects.record(work, points={}, feedback="", grader=teacher)
        yield "graded again"

    def test_row_and_rows_agree_in_every_state(self):
        seen = {}
        for state in self.walk(make_work()):
            row = Submission.objects.get()
            assert row.is_ready_to_grade == Submission.objects.ready_to_grade().exists(), state
            assert row.is_handed_in == Submission.objects.handed_in().exists(), state
            seen[state] = row.is_ready_to_grade
        assert list(seen) == self.STATES
        assert [state for state, is_ready in seen.items() if is_ready] == ["handed in", "handed in again"]
