"""Draft cheap, final once: the chosen picture is drawn once more, in high quality, where the teacher allows it."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.utils import timezone

from assignments.models import Assignment, Submission
from gallery import generation
from gallery.engines import provider_of
from gallery.models import Engine, Generation, LaneRule, Picture
from gallery.providers.base import Abilities, Refused, Unanswered
from tests.builders import (
    FlatProvider,
    claim,
    make_assignment,
    make_engine,
    make_queued,
    make_ready,
    make_work,
)

pytestmark = pytest.mark.django_db


def make_draft(**fields):
    """Return a work whose teacher allows a final picture, and its chosen picture."""
    work = make_work(make_assignment(allows_final=True, **fields))
    draft = make_ready(work)
    work.choose(draft)
    return work, draft


def draw(picture, provider=None):
    """Draw the picture that waits through the way that a worker goes, and return it as it is now."""
    claimed = claim(picture.engine)
    assert claimed == picture
    generation.draw(claimed, provider or FlatProvider(scale=16))
    return Picture.objects.get(pk=picture.pk)


def make_final(work, draft, provider=None):
    return draw(work.finish(draft).pictures.get(), provider)


def refusal(work, picture, **more):
    """Return the code with which a final picture is refused; nothing may have been written."""
    before = Generation.objects.count(), Picture.objects.count()
    with pytest.raises(ValidationError) as error:
        work.finish(picture, **more)
    assert (Generation.objects.count(), Picture.objects.count()) == before
    return error.value.code


class TestAsking:
    def test_it_is_the_same_words_frame_shape_and_seed_in_the_final_quality(self):
        work, draft = make_draft()
        asked = work.finish(draft)
        [final] = asked.pictures.all()
        before = draft.generation
        for name in ("prompt", "language", "parts", "meta_prompt", "kind"):
            assert getattr(asked, name) == getattr(before, name), name
        assert (asked.parent, asked.source, asked.number) == (before, draft, before.number + 1)
        assert asked.settings["quality"] == "high" and asked.settings["shape"] == before.settings["shape"]
        assert asked.is_final and final.is_final and not before.is_final
        assert final.seed == draft.seed and final.status == Picture.Status.QUEUED

    def test_the_second_of_four_pictures_keeps_its_own_seed(self):
        work = make_work(make_assignment(allows_final=True))
        for picture in make_queued(work, pictures=4):
            draw(picture)
        second = Picture.objects.get(position=1)
        final = make_final(work, second)
        assert final.seed == second.seed == second.generation.seed + 1
        assert final.position == 0

    def test_it_is_no_try(self):
        work, draft = make_draft(max_tries=1)
        make_final(work, draft)
        assert work.trail.tries_used() == 1 and work.tries_left() == 0

    def test_a_last_try_left_stays_left(self):
        work, draft = make_draft(max_tries=2)
        make_final(work, draft)
        assert work.tries_left() == 1
        assert work.ask(prompt="A cat", shape="wide", pictures=1).pictures.count() == 1

    def test_it_may_be_made_of_a_picture_that_is_not_the_chosen_one(self):
        work, _draft = make_draft()
        assert work.finish(make_ready(work)).is_final


class TestRefusals:
    def test_where_the_teacher_does_not_allow_it(self):
        work = make_work()
        assert refusal(work, make_ready(work)) == "not_allowed"

    def test_after_the_date(self):
        work, draft = make_draft()
        work.assignment.due_at = timezone.now() - timedelta(minutes=1)
        assert refusal(work, draft) == "closed"

    def test_with_an_engine_that_has_no_final_quality(self):
        work, draft = make_draft()
        Engine.objects.update(final_quality="")
        assert not Assignment.objects.get().makes_finals
        assert refusal(Submission.objects.get(), draft) == "no_quality"

    def test_with_no_engine_at_all(self):
        work, draft = make_draft()
        Engine.objects.update(is_enabled=False)
        assert refusal(work, draft) == "no_engine"

    def test_of_somebody_elses_picture(self):
        work, _draft = make_draft()
        other = make_ready(make_work(work.assignment))
        assert refusal(work, other) == "not_yours"

    @pytest.mark.parametrize("status", [status for status in Picture.Status.values if status != "ready"])
    def test_of_a_picture_that_is_not_ready(self, status):
        work, draft = make_draft()
        Picture.objects.update(status=status, reason="x", lease_until=timezone.now())
        assert refusal(work, draft) == "not_yours"

    def test_of_a_picture_that_an_adult_put_away(self):
        work, draft = make_draft()
        draft.hide(work.assignment.created_by, "unkind")
        assert refusal(work, draft) == "not_yours"

    @pytest.mark.parametrize("is_drawn", [False, True])
    def test_of_a_second_one_while_the_first_waits_or_is_there(self, is_drawn):
        work, draft = make_draft()
        make_final(work, draft) if is_drawn else work.finish(draft)
        assert refusal(work, draft) == "final_once"
        assert refusal(work, draft, token=uuid.uuid4()) == "final_once"

    def test_of_a_final_picture(self):
        work, draft = make_draft()
        final = make_final(work, draft)
        assert refusal(work, final) == "final_once"
        Picture.objects.filter(pk=final.pk).update(status="failed", reason="x")
        assert refusal(work, final) == "not_yours"


class TestOnce:
    def test_the_same_form_twice_is_one_final(self):
        work, draft = make_draft()
        token = uuid.uuid4()
        assert work.finish(draft, token) == work.finish(draft, token)
        assert Picture.objects.filter(is_final=True).count() == 1

    @pytest.mark.parametrize(
        "error", [Refused("no", stage="input"), Unanswered("silence")], ids=lambda error: type(error).__name__
    )
    def test_one_that_was_refused_or_failed_may_be_asked_for_again(self, error):
        work, draft = make_draft()
        assert not make_final(work, draft, FlatProvider(error=error)).is_ready
        assert make_final(work, draft).is_ready

    def test_one_that_was_taken_out_of_the_line_may_be_asked_for_again(self):
        work, draft = make_draft()
        work.finish(draft).pictures.get().cancel(work.student)
        assert make_final(work, draft).is_ready

    @pytest.mark.django_db(transaction=True)
    def test_two_tabs_at_the_same_instant_make_one(self):
        work, draft = make_draft()
        start, codes = threading.Barrier(2), []

        def press():
            mine = Submission.objects.select_related("assignment__classroom__purse", "assignment__engine").get(pk=work.pk)
            start.wait(10)
            try:
                mine.finish(draft, uuid.uuid4())
                codes.append("asked")
            except ValidationError as error:
                codes.append(error.code)
            finally:
                connection.close()

        threads = [threading.Thread(target=press) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(codes) == ["asked", "final_once"]
        assert Picture.objects.filter(is_final=True).count() == 1


class TestChoosing:
    def test_a_final_that_is_ready_becomes_the_chosen_one(self):
        work, draft = make_draft()
        final = make_final(work, draft)
        work.refresh_from_db()
        assert work.chosen == final

    def test_unless_another_one_was_chosen_meanwhile(self):
        work, draft = make_draft()
        other = make_ready(work)
        asked = work.finish(draft).pictures.get()
        work.choose(other)
        draw(asked)
        work.refresh_from_db()
        assert work.chosen == other

    def test_the_draft_may_be_chosen_again_and_stays_chosen(self):
        work, draft = make_draft()
        make_final(work, draft)
        work.choose(draft)
        make_ready(work)
        work.refresh_from_db()
        assert work.chosen == draft

    def test_one_that_failed_changes_nothing(self):
        work, draft = make_draft()
        make_final(work, draft, FlatProvider(error=Unanswered("silence")))
        work.refresh_from_db()
        assert work.chosen == draft

    def test_what_was_handed_in_stays_as_it_was_handed_in(self):
        work, draft = make_draft()
        work.hand_in(picture=draft, title="a", alt_text="b", reason="c")
        make_final(work, draft)
        work = Submission.objects.get()
        assert work.chosen.is_final and work.picture == draft == work.current.picture


class TestHowItIsDrawn:
    def asked(self, abilities, engine=None):
        """Return what a provider with ``abilities`` is asked for a final picture, and the draft."""
        work, draft = make_draft()
        if engine:
            work.assignment.engine = engine
        provider = FlatProvider(scale=16)
        provider.abilities = abilities
        make_final(work, draft, provider)
        return provider.asked[-1], draft

    def file_of(self, draft):
        return generation.default_storage.open(draft.file).read()

    @pytest.mark.parametrize("edits", [False, True])
    def test_with_seeds_the_same_scene_by_the_same_seed(self, edits):
        request, draft = self.asked(Abilities(seeds=True, edits=edits))
        assert (request.seed, request.source, request.quality) == (draft.seed, None, "high")

    def test_with_edits_the_draft_goes_along(self):
        request, draft = self.asked(Abilities(edits=True))
        assert request.source == self.file_of(draft) and request.quality == "high"
        assert request.words == generation.join(draft.generation.parts)

    def test_with_neither_the_words_are_drawn_anew(self):
        request, draft = self.asked(Abilities())
        assert request.source is None and request.words == generation.join(draft.generation.parts)

    def test_a_seed_of_another_engine_means_nothing(self):
        make_engine()
        other = make_engine("other", final_quality="max")
        request, draft = self.asked(Abilities(seeds=True, edits=True), other)
        assert request.source == self.file_of(draft) and request.quality == "max"

    def test_a_draft_whose_file_is_gone_is_drawn_anew_from_its_words(self):
        work, draft = make_draft()
        asked = work.finish(draft).pictures.get()
        generation.discard(draft.file)
        provider = FlatProvider(scale=16)
        provider.abilities = Abilities(edits=True)
        assert draw(asked, provider).is_ready
        assert provider.asked[-1].source is None

    def test_a_try_never_takes_a_picture_along(self):
        work, _draft = make_draft()
        provider = FlatProvider(scale=16)
        provider.abilities = Abilities(edits=True)
        make_ready(work, provider)
        assert provider.asked[-1].source is None and provider.asked[-1].quality == ""

    def test_it_is_drawn_while_only_finals_are(self):
        work, draft = make_draft()
        waiting = make_queued(work)
        final = work.finish(draft).pictures.get()
        LaneRule.objects.create(key=final.lane, finals_only_at=timezone.now())
        assert claim(final.engine) == final
        assert claim(final.engine) is None and waiting[0].status == "queued"


class TestSketch:
    def test_the_final_is_larger_and_its_row_says_so(self):
        work = make_work(make_assignment(allows_final=True))
        draft = make_ready(work, provider_of(Engine.objects.get(name="sketch")))
        final = make_final(work, draft, provider_of(draft.engine))
        assert (draft.width, draft.height) == (1536, 864)
        assert (final.width, final.height) == (2304, 1296)
