"""A child in need is answered with care, and the teachers of its class, nobody else, are told."""

import json
import logging

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import translation

from assignments.helplines import countries, help_in
from assignments.models import CareNote, HelpText, School, User, WordRule
from gallery.models import Event, Generation
from gallery.safety.care import care_level
from gallery.safety.gate import judge
from tests.builders import make_classroom, make_queued, make_ready, make_student, make_teacher, make_work

pytestmark = pytest.mark.django_db

OWN = "I want to die, nobody needs me"
OTHERS = "a sad man jumps off the bridge to his death"
CARE, HELP = reverse("assignments:care"), reverse("assignments:care-help")
TEXTS = {"title": "Tower", "alt_text": "A brown dog sits next to a tall tower.", "reason": "The light is the best."}


@pytest.fixture
def work():
    return make_work()


ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def pupil(work):
    client = Client(headers=ENGLISH)
    client.force_login(work.student)
    return client


def url(name, work):
    return reverse(f"assignments:{name}", args=[work.assignment.public_id])


def ask(client, work, prompt=OWN, **fields):
    return client.post(url("studio-ask", work), {"prompt": prompt, "pictures": "1", **fields})


def hand_in(client, work, **texts):
    picture = make_ready(work)
    return client.post(url("hand-in", work), TEXTS | texts | {"picture": str(picture.public_id)})


def teacher_of(work):
    return work.assignment.classroom.teachers.get().user


def visit(user, address=CARE, **posted):
    visitor = Client(headers=ENGLISH)
    visitor.force_login(user)
    return visitor.post(address, posted) if posted else visitor.get(address)


class TestLevels:
    @pytest.mark.parametrize(
        "words",
        "I want to die|kill myself|хочу умереть|не хочу жить|меня бьют дома|мой отчим бьет меня|суицид|лучше бы меня не было"
        "|My dad beats me|kms|жизнь не имеет смысла|я режу вены".split("|"),
    )
    def test_the_own_life_and_being_hurt_are_an_alert(self, words):
        assert judge(words).outcome == "care" and care_level(words) == "alert"

    @pytest.mark.parametrize(
        "words",
        "she wants to die|a man kills himself on a roof|Romeo and Juliet: suicide|anorexia awareness poster"
        "|Ромео и Джульетта, самоубийство|плакат против суицида|девушка хочет умереть".split("|"),
    )
    def test_somebody_else_or_a_subject_is_not(self, words):
        assert judge(words).outcome == "care" and care_level(words) == "help"


class TestPrompts:
    def test_the_child_reads_help_and_nothing_looks_like_a_mistake(self, pupil, work):
        answer = ask(pupil, work)
        said = answer.content.decode()
        assert answer.status_code == 200 and "care-title" in said
        assert "You can also talk to your teacher." in said and "You are not in trouble." in said
        assert not answer.context["form"].errors and 'aria-invalid="true"' not in said
        assert answer.context["form"]["prompt"].value() == OWN
        assert "I think this is a mistake" not in said and answer.context["instead"] == []

    def test_the_try_is_kept_and_costs_nothing(self, pupil, work):
        ask(pupil, work)
        assert Generation.objects.get().gate == "care" and work.tries_left() == work.assignment.max_tries

    @pytest.mark.parametrize("prompt, level", [(OWN, "alert"), ("меня бьют дома", "alert"), (OTHERS, "help")])
    def test_the_words_are_kept_for_the_teacher_with_their_level(self, pupil, work, prompt, level):
        ask(pupil, work, prompt)
        note = CareNote.objects.get()
        assert (note.student, note.assignment, note.level, note.where) == (work.student, work.assignment, level, "prompt")
        assert note.words == prompt and note.seen_at is None

    def test_the_same_words_twice_are_one_note_until_it_was_seen(self, pupil, work):
        ask(pupil, work)
        ask(pupil, work)
        assert CareNote.objects.count() == 1
        CareNote.objects.get().see(teacher_of(work))
        ask(pupil, work)
        assert CareNote.objects.waiting().count() == 1 and CareNote.objects.count() == 2

    def test_a_child_is_heard_in_a_text_that_is_too_long(self, pupil, work):
        answer = ask(pupil, work, OWN + ", a long tale" * 100)
        assert "care-title" in answer.content.decode() and CareNote.objects.get().level == "alert"

    def test_and_where_no_engine_draws(self, pupil, work):
        work.assignment.drawing_engine.__class__.objects.update(is_enabled=False, is_default=False)
        assert "care-title" in ask(pupil, work).content.decode()
        assert CareNote.objects.get().words == OWN

    def test_what_only_the_moderation_service_heard_reaches_the_teacher_once(self, work):
        for picture in make_queued(work, prompt="A grey sky over an empty town", pictures=2):
            Event.objects.record("picture.refused", picture=picture, reason="care")
        assert CareNote.objects.get().words == "A grey sky over an empty town"

    def test_any_other_refusal_tells_nobody(self, pupil, work):
        ask(pupil, work, "a knight kills a dragon")
        assert not CareNote.objects.exists()


class TestHandingIn:
    @pytest.mark.parametrize("field", ["title", "alt_text", "reason"])
    def test_the_words_are_kept_and_answered_with_help(self, pupil, work, field):
        answer = hand_in(pupil, work, **{field: OWN})
        said = answer.content.decode()
        assert answer.status_code == 200 and "care-title" in said and "field__error" not in said
        assert "Something is missing or needs a change" not in said
        note = CareNote.objects.get()
        assert (note.where, note.words, note.level) == (field, OWN, "alert")
        assert not work.versions.exists()
        assert answer.context["form"][field].value() == OWN

    def test_words_too_short_for_the_field_are_heard_all_the_same(self, pupil, work):
        assert "care-title" in hand_in(pupil, work, alt_text="суицид").content.decode()
        assert CareNote.objects.get().where == "alt_text"

    def test_looking_at_the_form_keeps_nothing(self, pupil, work):
        make_ready(work)
        pupil.post(url("hand-in", work), TEXTS | {"reason": OWN, "look": "1"})
        assert not CareNote.objects.exists()


class TestHelpTexts:
    @pytest.mark.parametrize("country", ["RU", "KZ", "BY", "UA", "UZ", "GB", "US", "IE", "DE"])
    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_every_country_has_its_own_in_both_languages(self, country, language):
        found = help_in(country, language)
        assert found.emergency and (found.lines or country == "UZ")
        assert all(any("а" <= sign <= "я" for sign in line.said) == (language == "ru") for line in found.lines)

    def test_every_number_has_a_source_and_a_day(self):
        lines = [line for country in countries().values() for line in country["lines"]]
        assert len(lines) >= 9
        assert all(line["source"].startswith("http") and line["checked"].year >= 2026 and line["number"] for line in lines)

    def test_the_country_of_the_school_decides(self, pupil, work):
        School.objects.update(country="ie")
        said = ask(pupil, work).content.decode()
        assert "1800 66 66 66" in said and "call 112" in said

    @pytest.mark.parametrize("country", ["", "FR", "??"])
    def test_elsewhere_no_number_is_given(self, pupil, work, country):
        School.objects.update(country=country)
        said = ask(pupil, work).content.decode()
        assert "run to an adult" in said and "care__lines" not in said

    def test_the_schools_own_text_stands_in_its_language(self, pupil, work):
        HelpText.objects.create(school=School.objects.get(), language="en", text="Mrs Blue, room 12, all day.")
        School.objects.update(country="GB")
        assert "Mrs Blue, room 12" in ask(pupil, work).content.decode()
        with translation.override("ru"):
            assert HelpText.objects.help_for(School.objects.get()).lines[0].number == "0800 1111"

    def test_the_page_with_help_is_there_for_everybody_who_is_signed_in(self, pupil, work):
        School.objects.update(country="DE")
        assert "116 111" in pupil.get(HELP).content.decode()
        assert Client().get(HELP).status_code == 302

    def test_pupils_are_told_who_reads_it_wherever_they_write(self, pupil, work):
        make_ready(work)
        for name in ("studio", "hand-in"):
            work.choose(work.own_pictures().get())
            assert "Your teacher can see every try." in pupil.get(url(name, work)).content.decode()


@pytest.fixture
def note(work):
    return CareNote.objects.write(work, "prompt", OWN)


class TestTheTeacher:
    def test_finds_a_discreet_link_and_the_words_behind_it(self, note, work):
        home = visit(teacher_of(work), "/").content.decode()
        assert f'href="{CARE}"' in home and OWN not in home and "alert" not in home.split("Something for you alone")[0][-200:]
        page = visit(teacher_of(work)).content.decode()
        assert OWN in page and str(work.student) in page and "nobody is in trouble" in page

    def test_has_no_link_where_nothing_waits(self, work):
        CareNote.objects.write(work, "prompt", OTHERS)
        assert CARE not in visit(teacher_of(work), "/").content.decode()
        assert OTHERS in visit(teacher_of(work)).content.decode()

    def test_says_that_it_was_seen_and_what_was_done(self, note, work):
        assert visit(teacher_of(work), note=note.public_id, done="We talked.").status_code == 302
        note.refresh_from_db()
        assert note.seen_by == teacher_of(work) and note.seen_at and note.done == "We talked."
        assert CARE not in visit(teacher_of(work), "/").content.decode()

    def test_the_first_who_saw_it_stays_written(self, note, work):
        first, second = teacher_of(work), make_teacher("second")
        work.assignment.classroom.teachers.add(second.teacher_rows.get())
        visit(first, note=note.public_id, done="")
        visit(second, note=note.public_id, done="I told the psychologist.")
        note.refresh_from_db()
        assert note.seen_by == first and note.done == "I told the psychologist."

    def test_a_note_too_long_stays_in_the_box(self, note, work):
        answer = visit(teacher_of(work), note=note.public_id, done="x" * 2001)
        assert answer.status_code == 422 and "x" * 2001 in answer.content.decode()
        assert CareNote.objects.waiting().exists()

    def test_the_page_is_kept_in_no_cache(self, note, work):
        assert "no-store" in visit(teacher_of(work))["Cache-Control"]

    def test_thirty_notes_cost_as_many_queries_as_three(self, work, django_assert_max_num_queries):
        client = Client()
        client.force_login(teacher_of(work))
        for number in range(30):
            CareNote.objects.write(make_work(work.assignment) if number % 3 else work, "prompt", f"{OWN} {number}")
        client.get(CARE)
        with django_assert_max_num_queries(12):
            client.get(CARE)


class TestNobodyElse:
    def others(self, work):
        """Everybody who could come by: classmate, the child itself, another class, its teacher, a colleague, staff."""
        other = make_classroom(name="8A")
        reviewer = User.objects.create(username="reviewer", is_staff=True)
        reviewer.user_permissions.set(Permission.objects.all())
        return {
            "owner": work.student,
            "classmate": make_student(work.assignment.classroom),
            "stranger": make_student(other),
            "teacher of another class": other.teachers.get().user,
            "colleague of the same school": make_teacher("colleague"),
            "reviewer with every permission": reviewer,
        }

    def test_reads_a_note(self, note, work):
        for who, user in self.others(work).items():
            answer = visit(user)
            assert answer.status_code in (200, 404) and OWN not in answer.content.decode(), who
            assert visit(user, note=note.public_id, done="seen").status_code == 404, who
            assert CARE not in visit(user, "/").content.decode() or answer.status_code == 302, who
        note.refresh_from_db()
        assert note.seen_at is None

    def test_finds_it_in_the_staff_room_but_a_superuser(self, note, work):
        address = reverse("admin:assignments_carenote_changelist")
        row = reverse("admin:assignments_carenote_change", args=[note.pk])
        for who, user in self.others(work).items():
            for page in (address, row):
                answer = visit(user, page)
                assert answer.status_code in (302, 403) and OWN not in answer.content.decode(), who
        reviewer = User.objects.get(username="reviewer")
        assert "carenote" not in visit(reviewer, "/admin/").content.decode()
        admin = User.objects.create(username="root", is_staff=True, is_superuser=True)
        assert OWN in visit(admin, row).content.decode()

    def test_a_teacher_who_left_the_class_sees_it_no_more(self, note, work):
        teacher = teacher_of(work)
        work.assignment.classroom.teachers.clear()
        assert OWN not in visit(teacher).content.decode()

    def test_nothing_of_it_is_in_logs_events_exports_or_addresses(self, pupil, work, caplog):
        with caplog.at_level(logging.DEBUG):
            ask(pupil, work)
            hand_in(pupil, work, reason=OWN)
            note = CareNote.objects.first()
            answer = visit(teacher_of(work), note=note.public_id, done="We talked about it.")
        told = [record.getMessage() + json.dumps(record.__dict__, default=str) for record in caplog.records]
        told = [line for line in told if "django.db.backends" not in line]
        events = [json.dumps(event.details) + event.subject for event in Event.objects.all()]
        csv = visit(teacher_of(work), reverse("assignments:grades-export", args=[work.assignment.public_id])).content.decode()
        for text in [*told, *events, csv, answer.url]:
            assert OWN not in text and "self_harm" not in text and "We talked" not in text
            assert str(note.public_id) not in text

    def test_erasing_a_student_erases_it(self, note, work):
        note.see(teacher_of(work), "We talked.")
        work.delete()
        work.trail.delete()
        work.student.delete()
        assert not CareNote.objects.exists()

    def test_erasing_the_teacher_who_saw_it_does_not(self, work, note):
        note.see(second := make_teacher("second"))
        second.delete()
        note.refresh_from_db()
        assert note.seen_at and note.seen_by is None


class TestOtherWords:
    def test_two_stand_under_the_refusal_as_buttons_and_never_in_an_address(self, pupil, work):
        answer = ask(pupil, work, "a knight kills a dragon")
        said = answer.content.decode()
        assert len(answer.context["instead"]) == 2
        for words in answer.context["instead"]:
            assert f'name="prompt" value="{words}"' in said and f"?words={words}" not in said
        assert "kills" not in " ".join(answer.context["instead"])
        assert said.count("<form") > 1 and Generation.objects.count() == 1

    def test_a_press_without_scripts_puts_them_into_the_box_and_sends_nothing(self, pupil, work):
        words = ask(pupil, work, "a knight kills a dragon").context["instead"][0]
        answer = pupil.post(url("studio-preview", work), {"prompt": words, "pictures": "1", "look": "1", "parent": ""})
        assert answer.status_code == 200 and answer.context["form"]["prompt"].value() == words
        assert Generation.objects.count() == 1

    def test_words_that_the_assignment_refuses_are_not_offered(self, pupil, work):
        assert "kite" in " ".join(ask(pupil, work, "a knight kills a sword").context["instead"])
        WordRule.objects.write(["kite"], "refuse", teacher_of(work), assignment=work.assignment)
        instead = ask(pupil, work, "a knight kills a sword").context["instead"]
        assert instead and "kite" not in " ".join(instead)
