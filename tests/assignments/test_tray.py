"""From a stopped try to the teacher's word and back: the student's button, the tray, and what is drawn then."""

import threading
import uuid

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse

from assignments.models import Allowance, Classroom, Submission, User, WordRule
from assignments.tray import FEW, touched
from gallery import live
from gallery.models import Appeal, Engine, Event, Generation, Picture
from tests.assignments.test_queries import questions
from tests.builders import make_assignment, make_classroom, make_ready, make_student, make_teacher, make_work

pytestmark = pytest.mark.django_db

WORDS = "A zebrafish next to the tower"
TRAY = "/classes/tray/"


@pytest.fixture
def assignment():
    return make_assignment()


@pytest.fixture
def teacher(assignment):
    teacher = assignment.created_by
    teacher.language = "en"
    teacher.save()
    return teacher


@pytest.fixture
def work(assignment, teacher):
    WordRule.objects.write(["zebrafish"], "hold", teacher, assignment=assignment)
    WordRule.objects.write(["kraken"], "refuse", teacher, assignment=assignment)
    work = make_work(assignment, make_student(assignment.classroom, "Zoya Petrova"))
    work.student.language = "en"
    work.student.save()
    return work


@pytest.fixture
def pupil(client_of, work):
    return client_of(work.student)


@pytest.fixture
def adult(client_of, teacher):
    return client_of(teacher)


@pytest.fixture
def client_of():
    def client_of(user):
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(user)
        return client

    return client_of


def ask(client, work, prompt=WORDS, **fields):
    address = reverse("assignments:studio-ask", args=[work.assignment.public_id])
    return client.post(address, {"prompt": prompt, "pictures": 1, "token": uuid.uuid4()} | fields)


def studio(client, work):
    return client.get(f"/studio/{work.assignment.public_id}/").content.decode()


def appeal(client, work, generation):
    return client.post(f"/studio/{work.assignment.public_id}/appeal/", {"generation": generation.public_id})


def decide(client, matter, decision, **fields):
    return client.post(f"{TRAY}{matter.pk}/decide/", {"decision": decision} | fields, follow=True)


def held(client, work, prompt=WORDS):
    ask(client, work, prompt)
    return Appeal.objects.get(generation__prompt=prompt)


class TestAHeldPrompt:
    def test_it_costs_nothing_and_the_student_reads_that_the_teacher_looks(self, pupil, work):
        assert ask(pupil, work).status_code == 302
        page = studio(pupil, work)
        assert "Your teacher is looking at your words." in page and "do not fit" not in page
        assert not Picture.objects.exists() and work.tries_left() == work.assignment.max_tries

    def test_the_page_looks_again_until_somebody_decides(self, pupil, adult, work):
        matter = held(pupil, work)
        assert "data-poll" in studio(pupil, work)
        decide(adult, matter, "keep")
        assert "data-poll" not in studio(pupil, work)

    def test_a_poll_has_nothing_new_before_the_decision_and_the_answer_after_it(self, pupil, adult, work):
        matter = held(pupil, work)
        token, stamp = live.token_for(work.student, work.trail), live.stamp(work.trail.public_id)
        poll = f"/poll/{token}/?v={stamp}&n={Event.objects.of_trail(work.trail.public_id).count()}"
        assert pupil.get(poll).status_code == 204
        live.changed(work.trail.public_id)  # what a commit does; a test's own is rolled back
        decide(adult, matter, "keep", note="Another animal, please.")
        answer = pupil.get(poll)
        assert answer.status_code == 200 and "Another animal, please." in answer.content.decode()

    def test_without_a_try_left_nobody_is_asked(self, pupil, work):
        work.assignment.max_tries = 1
        work.assignment.save()
        make_ready(work)
        answer = ask(pupil, work)
        assert answer.status_code == 422 and "All tries are used." in answer.content.decode()
        assert not Appeal.objects.exists()

    def test_the_same_words_twice_are_one_question(self, pupil, work):
        ask(pupil, work)
        assert ask(pupil, work).status_code == 302
        assert Appeal.objects.count() == 1


class TestAllowing:
    def test_allowed_words_are_drawn_as_a_new_try_and_the_held_one_stays_as_it_was(self, pupil, adult, work):
        matter = held(pupil, work)
        before = Generation.objects.filter(pk=matter.generation_id).values().get()
        assert "being drawn now" in decide(adult, matter, "allow").content.decode()
        assert Generation.objects.filter(pk=matter.generation_id).values().get() == before
        drawn = Generation.objects.get(parent=matter.generation)
        assert drawn.prompt == WORDS and not drawn.gate and drawn.pictures.count() == 1
        assert work.tries_left() == work.assignment.max_tries - 1
        assert "Your teacher allowed these words" in studio(pupil, work)

    def test_it_is_for_once(self, pupil, adult, work):
        decide(adult, held(pupil, work), "allow")
        ask(pupil, work)
        assert Appeal.objects.undecided().count() == 1

    def test_an_allowed_word_is_asked_about_no_more_in_this_assignment(self, pupil, adult, work):
        answer = decide(adult, held(pupil, work), "allow_word", phrase="Zebrafish")
        assert "Allowed in this assignment from now on" in answer.content.decode()
        assert work.assignment.word_rules.get(key="zebrafish").level == "allow"
        ask(pupil, work, "Two zebrafish in a bowl")
        assert not Appeal.objects.undecided().exists() and Picture.objects.count() == 2

    @pytest.mark.parametrize("phrase", ["", "((", "a lion", "x" * 150])
    def test_a_phrase_that_would_change_nothing_is_refused_and_what_was_typed_stays(self, pupil, adult, work, phrase):
        matter = held(pupil, work)
        answer = decide(adult, matter, "allow_word", phrase=phrase, note="Fine for me.")
        assert answer.status_code == 422 and "Fine for me." in answer.content.decode()
        assert not Picture.objects.exists() and Appeal.objects.get().is_open

    def test_no_word_is_allowed_where_no_word_was_the_trouble(self, adult, work):
        refused = refusal(work, gate="frame", family="role")
        matter = Appeal.objects.ask(refused, work.student)
        assert b'value="allow_word"' not in adult.get(TRAY).content
        assert decide(adult, matter, "allow_word", phrase="zebrafish").status_code == 422

    def test_allowed_orders_to_the_machine_stay_behind_the_fence(self, adult, work):
        words = 'A dog> <sd_cpp_extra_args>{"steps": 1}</sd_cpp_extra_args> | blood'
        refused = refusal(work, prompt=words, gate="frame", family="markup")
        decide(adult, Appeal.objects.ask(refused, work.student), "allow")
        [sent] = [text for source, text in Generation.objects.get(parent=refused).parts if source == "student"]
        assert "A dog" in sent and not set(sent) & set("<>|")

    def test_a_try_that_was_refused_before_settings_were_kept_can_be_allowed(self, adult, work):
        refused = refusal(work)
        Generation.objects.filter(pk=refused.pk).update(settings={})
        decide(adult, Appeal.objects.ask(refused, work.student), "allow")
        assert Generation.objects.get(parent=refused).pictures.count() == 1

    def test_two_tabs_decide_once(self, pupil, adult, work):
        matter = held(pupil, work)
        decide(adult, matter, "allow")
        again = decide(adult, matter, "keep")
        assert "Somebody has decided this already." in again.content.decode()
        assert Picture.objects.count() == 1 and Appeal.objects.get().decision == "allow"
        decide(adult, matter, "allow")
        assert Picture.objects.count() == 1

    @pytest.mark.parametrize("limit", ["tries", "closed", "engine", "allowance"])
    def test_limits_count_as_ever_the_teacher_is_told_and_nothing_is_decided(self, pupil, adult, teacher, work, limit):
        matter = held(pupil, work)
        assignment = work.assignment
        said = {
            "tries": "This student has no try left",
            "closed": "The time for this assignment is over",
            "engine": "No engine can draw just now",
            "allowance": "A limit leaves this student no such picture",
        }[limit]
        if limit == "tries":
            assignment.max_tries = 1
            assignment.save()
            make_ready(work)
        elif limit == "closed":
            assignment.due_at = "2026-01-01T00:00Z"
            assignment.save()
        elif limit == "engine":
            Engine.objects.update(is_enabled=False)
        else:
            Allowance.objects.give(assignment.classroom, assignment, "pupil", "whole", pictures=0, micros=None)
        count = Picture.objects.count()
        answer = decide(adult, matter, "allow_word", phrase="zebrafish")
        assert answer.status_code == 422 and said in answer.content.decode()
        assert Appeal.objects.get().is_open and Picture.objects.count() == count
        assert assignment.word_rules.get(key="zebrafish").level == "hold"

    def test_the_doorbell_rings_after_the_commit(self, pupil, adult, work, broker, django_capture_on_commit_callbacks):
        matter = held(pupil, work)
        before = sum(broker.llen(key) for key in broker.keys("*") if broker.type(key) == b"list")
        with django_capture_on_commit_callbacks(execute=True):
            decide(adult, matter, "allow")
        after = sum(broker.llen(key) for key in broker.keys("*") if broker.type(key) == b"list")
        assert after > before


def refusal(work, prompt="A kraken", gate="words", family="own"):
    return work.trail.keep_refused(
        prompt=prompt,
        language="en",
        gate=gate,
        family=family,
        engine=work.assignment.drawing_engine,
        settings={"shape": "wide", "size": [1536, 864], "pictures": 1},
    )


class TestTheStudentsButton:
    def test_it_stands_beside_the_refusal_and_at_the_try(self, pupil, work):
        page = ask(pupil, work, "A kraken").content.decode()
        generation = work.trail.generations.get()
        assert page.count("I think this is a mistake") == 2
        assert page.count(f'value="{generation.public_id}"') == 2

    def test_pressing_it_lays_the_try_before_the_teacher_and_the_words_stay_in_the_box(self, pupil, adult, work):
        ask(pupil, work, "A kraken")
        answer = appeal(pupil, work, work.trail.generations.get())
        page = pupil.get(answer.url).content.decode()
        assert "Your teacher will look at it." in page and "I think this is a mistake" not in page
        assert ">\nA kraken</textarea>" in page
        assert "A kraken" in adult.get(TRAY).content.decode()

    @pytest.mark.parametrize("gate, has_button", [("frame", True), ("personal", True), ("care", False), ("length", False)])
    def test_it_is_not_there_for_a_cry_for_help(self, pupil, work, gate, has_button):
        generation = refusal(work, gate=gate, family="x")
        assert ("I think this is a mistake" in studio(pupil, work)) == has_button
        appeal(pupil, work, generation)
        assert Appeal.objects.exists() == has_button

    def test_it_is_pressed_once(self, pupil, work):
        generation = refusal(work)
        appeal(pupil, work, generation)
        appeal(pupil, work, generation)
        assert Appeal.objects.count() == 1

    def test_a_script_is_slowed_down(self, pupil, work, teacher):
        generations = [refusal(work, prompt=f"A kraken {number}") for number in range(14)]
        for generation in generations:
            appeal(pupil, work, generation)
            for matter in Appeal.objects.undecided():
                matter.decide(teacher, "keep")
        assert Appeal.objects.count() == 10

    def test_nobody_asks_about_somebody_elses_try(self, client_of, work):
        generation = refusal(work)
        classmate = client_of(make_student(work.assignment.classroom))
        assert appeal(classmate, work, generation).status_code == 404
        assert not Appeal.objects.exists()

    def test_the_teachers_words_reach_the_student(self, pupil, adult, work):
        generation = refusal(work)
        appeal(pupil, work, generation)
        decide(adult, Appeal.objects.get(), "keep", note="Krakens come next week <b>.")
        page = studio(pupil, work)
        assert "Krakens come next week &lt;b&gt;." in page and "Your teacher's answer" in page.replace("&#x27;", "'")

    def test_an_older_refused_try_can_be_started_from(self, pupil, work):
        generation = refusal(work)
        Generation.objects.filter(pk=generation.pk).update(settings={})  # as they were kept before
        assert pupil.get(f"/studio/{work.assignment.public_id}/?from={generation.public_id}").status_code == 200


class TestTheTray:
    def test_it_says_who_what_and_why_in_an_adults_words(self, pupil, adult, work):
        held(pupil, work)
        page = adult.get(TRAY).content.decode()
        for words in ("Zoya Petrova", work.assignment.title, work.assignment.classroom.name, WORDS, "the gate asks you first"):
            assert words in page
        assert "own list" in page

    def test_the_oldest_comes_first(self, pupil, adult, work):
        held(pupil, work, "A zebrafish one")
        held(pupil, work, "A zebrafish two")
        page = adult.get(TRAY).content.decode()
        assert page.index("A zebrafish one") < page.index("A zebrafish two")

    def test_what_was_decided_stands_below_with_who_and_why_and_can_be_undone(self, pupil, adult, teacher, work):
        matter = held(pupil, work)
        decide(adult, matter, "keep", note="Not today.")
        page = adult.get(TRAY).content.decode()
        assert "Not today." in page and str(teacher) in page and "Nothing waits for you" in page
        adult.post(f"{TRAY}{matter.pk}/reopen/")
        assert Appeal.objects.get().is_open and "data-poll" in studio(pupil, work)

    def test_what_was_drawn_cannot_be_undone(self, pupil, adult, work):
        matter = held(pupil, work)
        decide(adult, matter, "allow")
        answer = adult.post(f"{TRAY}{matter.pk}/reopen/", follow=True).content.decode()
        assert "Only a try that stays stopped can be opened again." in answer

    def test_a_count_leads_to_it_from_the_desk_and_the_class(self, pupil, adult, work):
        pages = ("/", f"/classes/{work.assignment.classroom_id}/")
        assert not any(TRAY in adult.get(page).content.decode() for page in pages)
        held(pupil, work)
        assert all("1 try was stopped and waits for your word." in adult.get(page).content.decode() for page in pages)

    def test_the_grading_desk_says_where_a_held_try_is(self, pupil, adult, work):
        held(pupil, work)
        page = adult.get(reverse("assignments:grading", args=[work.public_id])).content.decode()
        assert "These words wait for your decision." in page

    def test_an_archived_class_asks_nothing_more(self, pupil, adult, work):
        held(pupil, work)
        Classroom.objects.update(archived_at="2026-01-01T00:00Z")
        assert WORDS not in adult.get(TRAY).content.decode()

    def test_it_costs_the_same_with_three_questions_and_with_thirty(self, adult, assignment, teacher):
        costs = []
        for count in (3, 27):
            for number in range(count):
                work = make_work(assignment, make_student(assignment.classroom))
                Appeal.objects.ask(refusal(work, prompt=f"A kraken {number}"), work.student)
                Appeal.objects.ask(refusal(work, prompt="a sword"), work.student).decide(teacher, "keep")
            costs.append(questions(adult, TRAY))
        assert costs[0] == costs[1]

    def test_so_does_the_desk(self, adult, assignment):
        costs = []
        for count in (1, 9):
            for _ in range(count):
                work = make_work(assignment, make_student(assignment.classroom))
                Appeal.objects.ask(refusal(work), work.student)
            costs.append(questions(adult, "/"))
        assert costs[0] == costs[1]


class TestWhoMayDecide:
    @pytest.fixture
    def matter(self, work):
        return Appeal.objects.ask(refusal(work), work.student)

    def reviewer(self, *permissions):
        reviewer = User.objects.create(username="reviewer", is_staff=True)
        reviewer.user_permissions.add(*Permission.objects.filter(codename__in=permissions))
        return reviewer

    def test_a_teacher_of_another_class_sees_and_decides_nothing(self, client_of, matter):
        other = client_of(make_classroom(name="8A").teachers.get().user)
        assert b"kraken" not in other.get(TRAY).content
        for act in ("decide", "reopen"):
            assert other.post(f"{TRAY}{matter.pk}/{act}/", {"decision": "allow"}).status_code == 404
        assert Appeal.objects.get().is_open

    def test_students_have_no_tray(self, pupil, work, matter):
        assert pupil.get(TRAY).status_code == 404
        assert pupil.post(f"{TRAY}{matter.pk}/decide/", {"decision": "allow"}).status_code == 404

    def test_staff_decide_where_they_may(self, client_of, matter):
        client = client_of(self.reviewer("change_appeal"))
        page = client.get(TRAY).content
        assert b"kraken" in page and b"/grade/" not in page  # the desk is the teachers' own
        assert decide(client, matter, "keep").status_code == 200
        assert Appeal.objects.get().is_kept

    def test_other_staff_have_no_tray(self, client_of, matter):
        client = client_of(self.reviewer("view_appeal"))
        assert client.get(TRAY).status_code == 404
        assert client.post(f"{TRAY}{matter.pk}/decide/", {"decision": "allow"}).status_code == 404

    def test_a_teacher_without_a_class_has_an_empty_one(self, client_of, matter):
        assert "Nothing waits for you" in client_of(make_teacher(language="en")).get(TRAY).content.decode()


class TestFalseAlarms:
    def test_few_are_called_few(self, adult, work):
        Appeal.objects.ask(refusal(work), work.student)
        assert "too few to say" in adult.get(TRAY).content.decode()

    def test_many_have_a_share(self, adult, work, teacher):
        for number in range(FEW):
            generation = refusal(work, prompt=f"A kraken {number}")
            if number % 4 == 0:
                Appeal.objects.ask(generation, work.student).decide(teacher, "allow")
        [line] = adult.get(TRAY).context["alarms"]
        assert (line["stopped"], line["allowed"], line["share"]) == (FEW, FEW // 4, 25)

    def test_another_class_counts_for_itself(self, client_of, work):
        refusal(work)
        other = client_of(make_classroom(name="8A").teachers.get().user)
        assert other.get(TRAY).context["alarms"] == []

    def test_the_staff_room_counts_all(self, admin_client, work):
        Appeal.objects.ask(refusal(work), work.student)
        answer = admin_client.get("/admin/gallery/appeal/")
        assert answer.status_code == 200 and answer.context["alarms"][0]["stopped"] == 1
        assert admin_client.get(f"/admin/gallery/appeal/{Appeal.objects.get().pk}/change/").status_code == 200


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def both(self, *acts):
        """Let each of ``acts`` run in a thread of its own, all at once; return what they gave or the code they raised."""
        together, outcomes = threading.Barrier(len(acts)), []

        def run(act):
            try:
                together.wait(5)
                outcomes.append(act())
            except ValidationError as error:
                outcomes.append(error.code)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=[act]) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(outcomes) == len(acts)
        return outcomes

    def fresh(self, matter):
        return Appeal.objects.select_related("generation__trail__submission").get(pk=matter.pk)

    def permit(self, matter, adult):
        row = self.fresh(matter)
        return row.generation.trail.submission.permit(row, adult)

    def test_two_teachers_who_allow_at_once_draw_it_once(self, work, teacher):
        matter = Appeal.objects.ask(refusal(work), work.student)
        outcomes = self.both(*[lambda: self.permit(matter, teacher)] * 2)
        assert "decided" in outcomes and Generation.objects.filter(parent=matter.generation).count() == 1

    def test_one_who_allows_and_one_who_keeps_do_not_both_win(self, work, teacher):
        matter = Appeal.objects.ask(refusal(work), work.student)
        self.both(lambda: self.permit(matter, teacher), lambda: self.fresh(matter).decide(teacher, "keep"))
        is_drawn = Generation.objects.filter(parent=matter.generation).exists()
        assert is_drawn == (Appeal.objects.get().decision == "allow")

    def test_two_clicks_of_a_student_are_one_question(self, work):
        generation = refusal(work)
        first, second = self.both(*[lambda: Appeal.objects.ask(Generation.objects.get(pk=generation.pk), work.student)] * 2)
        assert first == second and Appeal.objects.count() == 1

    def test_the_last_try_goes_to_the_student_or_to_the_allowed_words(self, work, teacher):
        work.assignment.max_tries = 1
        work.assignment.save()
        matter = Appeal.objects.ask(refusal(work), work.student)
        words = {"prompt": "A dog", "shape": "wide", "pictures": 1}
        outcomes = self.both(lambda: self.permit(matter, teacher), lambda: Submission.objects.get(pk=work.pk).ask(**words))
        assert "no_tries" in outcomes and Picture.objects.count() == 1


class TestTouched:
    def test_it_names_the_listed_words_as_they_were_typed(self):
        assert "vodka" in touched("A bottle of vodka next to the tower")

    def test_innocent_words_touch_nothing(self):
        assert touched("A dog next to the Eiffel Tower") == []


class TestSecrets:
    def test_no_words_and_no_name_in_events_or_logs(self, pupil, adult, work, caplog):
        caplog.set_level("DEBUG")
        matter = held(pupil, work)
        decide(adult, matter, "keep", note="Another animal.")
        adult.post(f"{TRAY}{matter.pk}/reopen/")
        decide(adult, matter, "allow_word", phrase="zebrafish")
        told = " ".join(f"{event.verb} {event.subject} {event.reason} {event.details}" for event in Event.objects.all())
        logged = " ".join(
            record.getMessage() for record in caplog.records if record.name.split(".")[0] in ("gallery", "assignments")
        )
        for secret in ("zebrafish", "Zoya", "Another animal"):
            assert secret.lower() not in f"{told} {logged}".lower()
