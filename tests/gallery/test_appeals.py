"""A stopped try before an adult: held by a gate or asked about by its student, decided once, told to the page."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from gallery import live
from gallery.models import Appeal, Event, Generation
from gallery.models.appeal import MOST_OPEN
from tests.builders import make_ready, make_teacher, make_work

pytestmark = pytest.mark.django_db

WORDS = "a zebrafish with a sword"


@pytest.fixture
def work():
    return make_work()


@pytest.fixture
def adult(work):
    return work.assignment.created_by


def stopped(work, prompt=WORDS, gate="words", **fields):
    return {
        "prompt": prompt,
        "language": "en",
        "gate": gate,
        "family": "weapons",
        "engine": work.assignment.drawing_engine,
        "settings": {"shape": "wide", "size": [1536, 864], "pictures": 1},
    } | fields


def hold(work, **fields):
    return work.trail.hold(**stopped(work, **fields))


def refuse(work, **fields):
    return work.trail.keep_refused(**stopped(work, **fields))


class TestHeldTries:
    def test_a_held_try_is_not_refused_and_lies_before_an_adult(self, work):
        generation = hold(work)
        assert generation.is_held and not generation.is_refused
        assert generation.appeal.kind == "held" and generation.appeal.is_open
        assert not generation.pictures.exists() and work.tries_left() == work.assignment.max_tries

    def test_a_try_is_held_only_by_a_gate(self, work):
        fields = stopped(work, gate="") | {"gate_family": "", "held_at": "2026-01-01T00:00Z", "trail": work.trail}
        del fields["family"]
        with pytest.raises(IntegrityError), transaction.atomic():
            Generation.objects.create(number=1, seed=1, **fields)

    def test_the_same_words_are_held_once(self, work):
        assert hold(work) == hold(work)
        assert Appeal.objects.count() == 1

    def test_words_that_stay_stopped_are_not_laid_before_an_adult_again(self, work, adult):
        hold(work).appeal.decide(adult, "keep")
        with pytest.raises(ValidationError) as refusal:
            hold(work)
        assert refusal.value.code == "kept"

    def test_words_allowed_once_are_asked_about_again(self, work, adult):
        first = hold(work)
        first.appeal.decide(adult, "allow")
        assert hold(work) != first

    def test_a_trail_cannot_fill_the_tray(self, work):
        for number in range(MOST_OPEN):
            hold(work, prompt=f"{WORDS} {number}")
        with pytest.raises(ValidationError) as refusal:
            hold(work, prompt="one more")
        assert refusal.value.code == "too_many"
        assert work.trail.generations.count() == MOST_OPEN


class TestAsking:
    def test_a_student_asks_once_about_a_try(self, work):
        generation = refuse(work)
        first = Appeal.objects.ask(generation, work.student)
        assert Appeal.objects.ask(generation, work.student) == first
        assert first.kind == "asked" and Event.objects.filter(verb="appeal.opened").count() == 1

    @pytest.mark.parametrize("gate", ["words", "learned", "personal", "frame"])
    def test_what_judges_words_may_be_wrong(self, work, gate):
        assert Appeal.objects.ask(refuse(work, gate=gate), work.student).is_open

    @pytest.mark.parametrize("gate", ["care", "length"])
    def test_a_cry_for_help_and_no_words_are_no_mistake(self, work, gate):
        with pytest.raises(ValidationError) as refusal:
            Appeal.objects.ask(refuse(work, gate=gate), work.student)
        assert refusal.value.code == "no_appeal" and not Appeal.objects.exists()

    def test_a_try_that_was_drawn_is_not_asked_about(self, work):
        with pytest.raises(ValidationError) as refusal:
            Appeal.objects.ask(make_ready(work).generation, work.student)
        assert refusal.value.code == "not_refused"


class TestDeciding:
    def test_whoever_comes_second_is_told_so_and_changes_nothing(self, work, adult):
        appeal = hold(work).appeal
        appeal.decide(adult, "keep", "Another picture, please.")
        again = Appeal.objects.get()
        with pytest.raises(ValidationError) as refusal:
            again.decide(make_teacher(), "allow")
        appeal.refresh_from_db()
        assert refusal.value.code == "decided"
        assert (appeal.decision, appeal.decided_by, appeal.note) == ("keep", adult, "Another picture, please.")

    def test_a_decision_has_its_date(self, work):
        appeal = hold(work).appeal
        with pytest.raises(IntegrityError), transaction.atomic():
            Appeal.objects.filter(pk=appeal.pk).update(decision="keep")

    def test_that_it_stays_stopped_can_be_taken_back(self, work, adult):
        appeal = hold(work).appeal
        appeal.decide(adult, "keep", "No.")
        appeal.reopen(adult)
        appeal.refresh_from_db()
        assert appeal.is_open and appeal.note == "" and appeal.decided_by is None

    @pytest.mark.parametrize("decision", ["", "allow", "allow_word"])
    def test_nothing_else_can(self, work, adult, decision):
        appeal = hold(work).appeal
        if decision:
            appeal.decide(adult, decision)
        with pytest.raises(ValidationError) as refusal:
            appeal.reopen(adult)
        assert refusal.value.code == "not_kept"

    def test_every_move_is_an_event_without_words_or_names(self, work, adult):
        appeal = hold(work).appeal
        appeal.decide(adult, "keep", "Not a sword, please.")
        appeal.reopen(adult)
        appeal.decide(adult, "allow")
        events = Event.objects.filter(verb__startswith="appeal.")
        assert [event.verb for event in events] == ["appeal.opened", "appeal.keep", "appeal.reopened", "appeal.allow"]
        assert [event.actor for event in events] == [None, adult, adult, adult]
        for event in events:
            assert "sword" not in f"{event.reason}{event.details}" and str(work.student) not in f"{event.reason}{event.details}"

    def test_the_page_of_the_student_hears_of_it(self, work, adult, django_capture_on_commit_callbacks):
        appeal = hold(work).appeal
        before = live.stamp(work.trail.public_id)
        with django_capture_on_commit_callbacks(execute=True):
            appeal.decide(adult, "keep")
        assert live.stamp(work.trail.public_id) != before


class TestCounting:
    def test_what_waits_and_what_was_allowed_is_counted_by_gate_and_language(self, work, adult):
        hold(work)
        hold(work, prompt="b").appeal.decide(adult, "allow")
        Appeal.objects.ask(refuse(work, prompt="c"), work.student).decide(adult, "allow_word")
        Appeal.objects.ask(refuse(work, prompt="d", gate="frame", language="ru"), work.student).decide(adult, "keep")
        assert Appeal.objects.counted() == {
            ("words", "en"): {"open": 1, "allowed": 2},
            ("frame", "ru"): {"open": 0, "allowed": 0},
        }
