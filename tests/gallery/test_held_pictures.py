"""What the gates decide of a picture, in rows: who waits for whom, what it costs, and what is left of one that was refused."""

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import translation

from gallery import engines, generation
from gallery.invariants import INVARIANTS
from gallery.models import Call, Event, Picture, Purse, Review
from gallery.providers.base import Refused
from gallery.safety.picture_gate import Look
from gallery.shown import shown
from tests.builders import (
    FlatProvider,
    claim,
    make_assignment,
    make_classroom,
    make_engine,
    make_queued,
    make_teacher,
    make_work,
)
from tests.fakes.images_api import FakeImagesAPI
from tests.processes import wait_until

pytestmark = pytest.mark.django_db

FINE, DOUBT, REFUSAL, BROKEN = Look("fine", 0.01), Look("hold", 0.5), Look("refuse", 0.97), Look("broken", detail="OSError")


@pytest.fixture
def paid():
    """A claimed picture of an engine that costs at most 50,000 micro-dollars, in a class with a purse."""
    purse = Purse.objects.create(title="7B", pictures_allowed=10, micros_allowed=1_000_000)
    engine = make_engine("paid", price_micros=50_000)
    work = make_work(make_assignment(make_classroom(purse=purse), engine=engine, allows_final=True))
    make_queued(work)
    return claim(engine)


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture
def teacher():
    return make_teacher()


def draw(picture, looked, provider=None):
    """Let ``picture`` be drawn and looked at; return it as it is then."""
    seen = []
    generation.draw(picture, provider or FlatProvider(scale=16, micros=41_000), look=lambda image: seen.append(image) or looked)
    return Picture.objects.get(pk=picture.pk)


def books():
    """Return what the purse holds and spent: pictures set aside and drawn, money set aside and spent."""
    purse = Purse.objects.get()
    return (purse.pictures_reserved, purse.pictures_spent), (purse.micros_reserved, purse.micros_spent)


def files():
    return {path for path in (settings.MEDIA_ROOT / "pictures").rglob("*") if path.is_file()}


class TestLooking:
    def test_a_picture_that_is_fine_is_ready_and_its_event_says_what_the_gate_said(self, paid):
        picture = draw(paid, FINE)
        assert (picture.status, picture.held_at, picture.reason) == ("ready", None, "")
        said = picture.events.get(verb="picture.ready").details
        assert (said["classifier"], said["score"]) == ("fine", 0.01)
        assert not Review.objects.exists()

    def test_one_in_doubt_is_held_for_a_person_whom_the_gate_asks(self, paid):
        picture = draw(paid, DOUBT)
        assert picture.status == "ready" and picture.is_held and picture.reason == "picture_doubt"
        review = picture.reviews.get()
        assert (review.opened_by, review.decided_at) == ("picture_doubt", None)
        assert picture.events.get(verb="picture.held").reason == "picture_doubt"

    def test_one_that_the_gate_could_not_judge_is_held_too(self, paid):
        assert draw(paid, BROKEN).reason == "picture_broken"

    def test_a_gate_that_raises_is_no_way_to_be_shown(self, paid):
        """As the real one never does; then the claim is left, and no picture is there."""

        def break_down(image):
            raise RuntimeError("out of order")

        with pytest.raises(RuntimeError):
            generation.draw(paid, FlatProvider(scale=16), look=break_down)
        assert Picture.objects.get().status == "drawing" and not files() & {Picture.objects.get().file}

    def test_of_one_that_is_refused_no_file_is_kept_and_the_try_is_given_back(self, paid):
        before, trail = files(), paid.generation.trail
        picture = draw(paid, REFUSAL)
        assert (picture.status, picture.reason, picture.file) == ("refused", "picture", "")
        assert files() == before and trail.tries_used() == 0
        assert books() == ((0, 0), (0, 41_000))
        assert picture.events.get(verb="picture.refused").details["score"] == 0.97
        assert picture.calls.get().state == "refused"

    def test_what_is_looked_at_is_what_will_be_shown(self, paid):
        seen = []
        generation.draw(paid, FlatProvider(scale=1), look=lambda image: seen.append(image) or FINE)
        assert seen == [default_storage.open(Picture.objects.get().file_name("960")).read()]

    def test_a_picture_whose_worker_was_lost_is_looked_at_by_the_next_one(self, paid):
        call = Call.objects.intend(paid, spool="lost")
        call.sent()
        provider = FlatProvider(scale=16)
        provider.ask(generation.request_for(paid), settings.SPOOL_ROOT / "lost")
        generation.recover(paid, provider, look=lambda image: DOUBT)
        assert Picture.objects.get().is_held


class TestDeciding:
    def test_until_then_the_try_counts_and_everything_stays_set_aside(self, paid):
        picture = draw(paid, DOUBT)
        assert picture.generation.trail.tries_used() == 1
        assert books() == ((1, 0), (50_000, 0))

    def test_approving_gives_it_to_its_author_and_books_what_it_took(self, paid, teacher):
        picture = draw(paid, DOUBT)
        picture.approve(teacher)
        picture.refresh_from_db()
        assert picture.held_at is None and picture.is_shown_to_owner and picture.approved_at
        assert books() == ((0, 1), (0, 41_000))
        review = picture.reviews.get()
        assert (review.opened_by, review.decision, review.decided_by) == ("picture_doubt", "approve", teacher)
        assert picture.events.get(verb="picture.approve").details == {"was_held": True}

    def test_hiding_gives_the_try_back_and_not_the_money(self, paid, teacher):
        picture = draw(paid, DOUBT)
        picture.hide(teacher, "unsafe")
        picture.refresh_from_db()
        assert picture.is_given_back and not picture.is_held
        assert picture.generation.trail.tries_used() == 0
        assert books() == ((0, 0), (0, 41_000))
        assert picture.reviews.get().decision == "hide"

    @pytest.mark.parametrize("decisions", ["", "approve", "hide", "hide approve", "approve hide", "hide approve hide"])
    def test_nothing_that_must_hold_is_broken_by_it(self, paid, teacher, decisions):
        picture = draw(paid, DOUBT)
        for decision in decisions.split():
            picture.hide(teacher, "unsafe") if decision == "hide" else picture.approve(teacher)
        asked = [promise for promise in INVARIANTS if not promise.reads_files]
        assert not [promise.sentence for promise in asked if list(promise.broken_by(0))]

    def test_its_author_reads_kindly_what_became_of_it(self, paid, teacher):
        picture = draw(paid, DOUBT)
        assert "teacher" in str(shown(picture).sentence) and not shown(picture).thumb_url
        picture.hide(teacher, "unsafe")
        view = shown(Picture.objects.get())
        assert "given back" in str(view.sentence) and not view.thumb_url and not view.full_url

    def test_changing_ones_mind_books_nothing_twice(self, paid, teacher):
        picture = draw(paid, DOUBT)
        picture.hide(teacher, "unsafe")
        picture.approve(teacher)
        assert books() == ((0, 0), (0, 41_000))
        picture.refresh_from_db()
        assert picture.is_shown_to_owner and picture.is_counted
        picture.hide(teacher, "other")
        assert books() == ((0, 0), (0, 41_000))
        picture.refresh_from_db()
        assert picture.is_counted  # it was not held any more: what its author had is not given back

    def test_one_that_was_never_held_keeps_its_try_when_it_is_hidden(self, paid, teacher):
        picture = draw(paid, FINE)
        picture.hide(teacher, "unsafe")
        assert picture.generation.trail.tries_used() == 1 and books() == ((0, 1), (0, 41_000))

    def test_only_what_is_ready_can_be_decided_on(self, paid, teacher):
        with pytest.raises(ValidationError):
            paid.approve(teacher)

    @pytest.mark.parametrize("wrong", [{"status": "refused", "reason": "x"}, {"approved_at": "2026-11-22T10:00:00Z"}])
    def test_the_database_knows_no_held_picture_that_others_may_see(self, paid, wrong):
        picture = draw(paid, DOUBT)
        with pytest.raises(IntegrityError), transaction.atomic():
            Picture.objects.filter(pk=picture.pk).update(**wrong)


class TestTwoSpellings:
    """What a queryset and a row say of a picture is the same in every state."""

    def states(self, picture):
        for status in Picture.Status.values:
            for held in (False, True):
                for decision in ("", "approved_at", "hidden_at"):
                    if held and (status != "ready" or decision == "approved_at"):
                        continue  # the database knows no such row
                    fields = {"status": status, "reason": "x", "held_at": picture.queued_at if held else None}
                    fields |= {"lease_until": picture.queued_at, "approved_at": None, "hidden_at": None}
                    yield fields | ({decision: picture.queued_at} if decision else {})

    @pytest.mark.parametrize(
        "rows, row",
        [
            (Picture.objects.in_review, "is_held"),
            (Picture.objects.counted, "is_counted"),
            (Picture.objects.shown_to_owner, "is_shown_to_owner"),
        ],
    )
    def test_in_every_state(self, paid, rows, row):
        picture, said = draw(paid, FINE), set()
        for fields in self.states(picture):
            Picture.objects.filter(pk=picture.pk).update(**fields)
            is_so = getattr(Picture.objects.get(), row)
            assert rows().exists() == is_so, fields
            said.add(is_so)
            if row == "is_counted":
                assert bool(picture.generation.trail.tries_used()) == is_so, fields
        assert said == {True, False}


class TestFinals:
    @pytest.fixture
    def final(self, paid):
        """A claimed final picture of a chosen draft."""
        draft = draw(paid, FINE)
        paid.engine.final_quality = "high"
        paid.engine.save()
        work = paid.generation.trail.submission
        work.choose(draft)
        work.assignment.refresh_from_db()
        work.finish(draft)
        return claim(paid.engine)

    def chosen(self, picture):
        picture.generation.trail.submission.refresh_from_db()
        return picture.generation.trail.submission.chosen

    def test_one_that_is_held_is_not_chosen_until_an_adult_lets_it_go(self, final, teacher):
        held = draw(final, DOUBT)
        assert self.chosen(held) == held.generation.source
        held.approve(teacher)
        assert self.chosen(held) == held

    def test_one_that_is_hidden_may_be_asked_for_once_more(self, final, teacher):
        held = draw(final, DOUBT)
        assert held.generation.trail.final() == held
        held.hide(teacher, "unsafe")
        assert held.generation.trail.final() is None

    def test_a_draft_that_was_put_away_meanwhile_is_not_sent_along(self, final, teacher):
        draft = final.generation.source
        abilities = type("Edits", (FlatProvider.abilities.__class__,), {})(edits=True)
        assert generation.request_for(final, abilities).source is not None
        draft.hide(teacher, "unsafe")
        final.generation.source.refresh_from_db()
        assert generation.request_for(final, abilities).source is None


class TestRefusalsOfServices:
    def test_stage_and_categories_stand_in_the_event_and_for_operators(self, paid):
        draw(
            paid,
            FINE,
            FlatProvider(Refused("HTTP 400", stage="output", categories=("sexual", "violence"), code="moderation_blocked")),
        )
        picture = Picture.objects.get()
        assert picture.events.get(verb="picture.refused").details == {
            "fence": paid.fence, "stage": "output", "categories": ["sexual", "violence"], "code": "moderation_blocked"
        }  # fmt: skip
        assert "output sexual violence" in picture.detail

    @pytest.mark.parametrize("behaviour, stage", [("moderation_blocked_output", "output"), ("azure_content_filter", "unknown")])
    def test_over_real_http(self, behaviour, stage):
        with FakeImagesAPI() as api:
            api.script([behaviour])
            engine = make_engine("served", base_url=api.base_url)
            make_queued(make_work(make_assignment(engine=engine)))
            generation.draw(claim(engine), engines.provider_of(engine))
        assert Event.objects.get(verb="picture.refused").details["stage"] == stage


class TestTheModeration:
    """One more layer, where an operator named one: words before the drawing call, the picture after it."""

    @pytest.fixture
    def api(self, monkeypatch):
        with FakeImagesAPI() as api:
            monkeypatch.setenv("MODERATION_BASE_URL", api.base_url)
            yield api

    @pytest.fixture
    def served(self, api):
        """A claimed picture of a service with a moderation."""
        engine = make_engine("served", base_url=api.base_url, extra={"scale": 16})
        make_queued(make_work(make_assignment(engine=engine)), prompt="A brown dog")
        return claim(engine)

    def draw(self, picture, looked=FINE):
        generation.draw(picture, engines.provider_of(picture.engine), look=lambda image: looked)
        return Picture.objects.get(pk=picture.pk)

    def test_words_that_it_refuses_are_not_drawn_and_cost_nothing(self, api, served):
        api.script([("flagged", {"categories": ["sexual"]})], "moderations")
        picture = self.draw(served)
        assert (picture.status, picture.reason) == ("refused", "moderation_words")
        assert not api.requests("images") and not Call.objects.exists()
        said = picture.events.get(verb="picture.refused").details
        assert (said["stage"], said["categories"]) == ("input", ["sexual"])
        assert picture.generation.trail.tries_used() == 0

    def test_words_that_ask_for_help_are_answered_with_care(self, api, served):
        api.script([("flagged", {"categories": ["self-harm/intent"]})], "moderations")
        picture = self.draw(served)
        assert picture.reason == "care" and "not in trouble" in str(shown(picture).sentence)
        assert "self-harm" not in str([event.details for event in picture.events.all()]) + picture.detail

    def test_it_is_told_the_childs_words_without_our_frame_and_nothing_of_the_child(self, api, served):
        self.draw(served)
        words, picture = api.requests("moderations")
        assert words["fields"]["input"] == [{"type": "text", "text": "A brown dog"}]
        assert [part["type"] for part in picture["fields"]["input"]] == ["image_url"]
        assert "user" not in words["fields"] and "safety_identifier" not in words["fields"]

    def test_words_in_doubt_are_drawn_and_held(self, api, served):
        api.script([("flagged", {"categories": ["violence"]})], "moderations")
        picture = self.draw(served)
        assert picture.is_held and picture.reason == "words_doubt"
        assert picture.events.get(verb="words.hold").details["categories"] == ["violence"]

    def test_a_doubt_about_words_outlives_the_worker_that_heard_it(self, api, served):
        api.script([("flagged", {"categories": ["violence"]})], "moderations")
        assert generation.words_pass(served)
        call = Call.objects.intend(served, spool="lost")
        call.sent()
        provider = engines.provider_of(served.engine)
        provider.ask(generation.request_for(served), settings.SPOOL_ROOT / "lost")
        generation.recover(served, provider, look=lambda image: FINE)
        assert Picture.objects.get().reason == "words_doubt"

    @pytest.mark.parametrize("category, ends", [("sexual", "moderation_picture"), ("violence", "moderation_doubt")])
    def test_a_picture_that_it_flags_is_refused_or_held(self, api, served, category, ends):
        api.always(("flagged", {"categories": [category], "only": "image"}), "moderations")
        picture = self.draw(served)
        assert picture.reason == ends and picture.is_held == (ends == "moderation_doubt")

    def test_what_our_own_classifier_refuses_is_not_sent_there(self, api, served):
        assert self.draw(served, REFUSAL).reason == "picture"
        assert len(api.requests("moderations")) == 1  # the words alone

    def test_its_failure_is_noted_and_the_local_layer_decides(self, api, served):
        api.always("server_error", "moderations")
        picture = self.draw(served)
        assert picture.status == "ready" and not picture.is_held
        assert picture.events.get(verb="words.silent").details["code"] == "Broken 500 server_error"
        assert picture.events.get(verb="picture.ready").details["moderation"] == "silent"

    def test_where_no_layer_could_judge_the_picture_is_held(self, api, served):
        api.always("server_error", "moderations")
        assert self.draw(served, Look("missing")).reason == "unjudged"

    def test_a_lost_picture_is_recovered_beside_the_sweep_where_a_network_is_asked(self, served, monkeypatch):
        assert generation.takes_long(served)
        monkeypatch.delenv("MODERATION_BASE_URL")
        assert not generation.takes_long(served)


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_holds_what_the_moderation_flags(start_worker):
    with FakeImagesAPI() as api:
        api.always(("flagged", {"categories": ["violence"], "only": "image"}), "moderations")
        engine = make_engine("served", base_url=api.base_url, extra={"scale": 16})
        make_queued(make_work(make_assignment(engine=engine)), pictures=2)
        with start_worker(MODERATION_BASE_URL=api.base_url, MODERATION_API_KEY="sk-ours", SWEEP_SECONDS="0.3"):
            wait_until(lambda: Picture.objects.filter(status="ready").count() == 2, 60, "two pictures")
    assert {picture.reason for picture in Picture.objects.in_review()} == {"moderation_doubt"}
    said = Event.objects.filter(verb="picture.ready").first().details
    assert said["classifier"] in ("fine", "missing") and said["categories"] == ["violence"]
