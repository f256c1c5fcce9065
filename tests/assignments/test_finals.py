"""Draft cheap, final once: the chosen picture is drawn once more, in high quality, where the teacher allows it."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from assignments.forms import AssignmentForm
from assignments.models import Allowance, Assignment, Classroom, Submission
from gallery import generation
from gallery.engines import provider_of
from gallery.models import Engine, Generation, LaneRule, Picture, Purse
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


def told(work, draft):
    """Return (code, English sentence) with which a final picture of ``draft`` is refused."""
    with translation.override("en"), pytest.raises(ValidationError) as error:
        work.finish(draft)
    with translation.override("en"):
        return error.value.code, str(error.value.messages[0])


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

    @pytest.mark.parametrize("period", ["day", "whole"])
    @pytest.mark.parametrize("per", ["pupil", "class"])
    @pytest.mark.parametrize("limit", [{"pictures": 1}, {"micros": 60_000}])
    def test_at_a_limit_the_sentence_is_about_the_final_and_says_what_remains(self, period, per, limit):
        engine = make_engine("paid", price_micros=50_000, final_quality="high")
        work, draft = make_draft(engine=engine)
        assignment = work.assignment
        amounts = {"pictures": None, "micros": None} | limit
        only = assignment if period == "whole" else None
        Allowance.objects.give(assignment.classroom, only, per, period, **amounts)
        before = Picture.objects.count()
        code, said = told(work, draft)
        assert code == "purse" and Picture.objects.count() == before
        assert said.startswith("No final picture is left for " + ("you" if per == "pupil" else "your class"))
        assert said.endswith("or hand in your best one as it is.") and ("tomorrow" in said) == (period == "day")

    def test_at_the_end_of_the_classs_own_purse_it_is_said_too(self):
        work, draft = make_draft()
        purse = Purse.objects.create(title="7B", pictures_allowed=0)
        Classroom.objects.update(purse=purse)
        assert told(Submission.objects.get(), draft)[1].endswith("hand in your best one as it is.")

    def test_without_a_price_where_money_is_limited_it_says_so(self):
        work, draft = make_draft(engine=make_engine("bare", price_micros=None, final_quality="high"))
        Allowance.objects.give(work.assignment.classroom, None, "class", "day", pictures=None, micros=10**9)
        code, said = told(work, draft)
        assert code == "no_price" and "what a final picture costs" in said

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


def url(name, work):
    return reverse(f"assignments:{name}", args=[work.assignment.public_id])


def page(response):
    return response.content.decode()


class TestStudio:
    @pytest.fixture
    def client(self):
        return Client(headers={"Accept-Language": "en"})

    def make_draft(self, client, **fields):
        work, draft = make_draft(**fields)
        client.force_login(work.student)
        return work, draft

    def press(self, client, work, **changes):
        """Press the button as the page has it."""
        offer = client.get(url("studio", work)).context["final_offer"]
        return client.post(url("studio-final", work), {"picture": offer["picture"].id, "token": offer["token"]} | changes)

    def test_a_final_is_made_from_the_page(self, client):
        work, draft = self.make_draft(client)
        response = self.press(client, work)
        assert (response.status_code, response.url) == (302, url("studio", work) + "#live-trail")
        waiting = page(client.get(url("studio", work)))
        assert "Being made now" in waiting and 'id="make-final"' not in waiting
        final = draw(Picture.objects.get(is_final=True))
        ready = client.get(url("studio", work))
        assert ready.context["final"].picture == final == ready.context["chosen"].picture
        assert "final picture, in high quality, from try 1, picture 1" in page(ready)
        assert "Your best: the final picture" in page(ready)
        assert page(ready).count(f'id="picture-{final.public_id}"') == 1

    def test_it_is_offered_only_for_a_chosen_picture(self, client):
        work, draft = self.make_draft(client)
        assert 'id="make-final"' in page(client.get(url("studio", work)))
        Submission.objects.update(chosen=None)
        assert 'id="make-final"' not in page(client.get(url("studio", work)))

    @pytest.mark.parametrize(
        "change",
        [
            lambda: Assignment.objects.update(allows_final=False),
            lambda: Assignment.objects.update(due_at=timezone.now() - timedelta(hours=1)),
            lambda: Engine.objects.update(final_quality=""),
            lambda: Engine.objects.update(is_enabled=False),
        ],
        ids=["not allowed", "closed", "no quality", "no engine"],
    )
    def test_where_it_cannot_be_made_it_is_not_offered_and_pressing_says_why(self, client, change):
        work, draft = self.make_draft(client)
        change()
        assert 'id="make-final"' not in page(client.get(url("studio", work)))
        answer = client.post(url("studio-final", work), {"picture": draft.public_id}, follow=True)
        assert [str(message) for message in answer.context["messages"]]
        assert not Picture.objects.filter(is_final=True).exists()

    def test_pressing_twice_makes_one(self, client):
        work, draft = self.make_draft(client)
        sent = {"picture": draft.public_id, "token": uuid.uuid4()}
        answers = [client.post(url("studio-final", work), sent) for _ in range(2)]
        assert [answer.url for answer in answers] == [url("studio", work) + "#live-trail"] * 2
        again = client.post(url("studio-final", work), sent | {"token": uuid.uuid4()}, follow=True)
        assert "can be made once" in page(again)
        assert Picture.objects.filter(is_final=True).count() == 1

    def test_no_pictures_left_is_said(self, client):
        work, draft = self.make_draft(client)
        purse = Purse.objects.create(title="Class", pictures_allowed=1, pictures_spent=1)
        Classroom.objects.update(purse=purse)
        answer = client.post(url("studio-final", work), {"picture": draft.public_id}, follow=True)
        assert "hand in your best one as it is." in page(answer) and not Picture.objects.filter(is_final=True).exists()

    @pytest.mark.parametrize("token", ["x", "1" * 99])
    def test_a_token_that_is_none_leads_nowhere(self, client, token):
        work, draft = self.make_draft(client)
        assert client.post(url("studio-final", work), {"picture": draft.public_id, "token": token}).status_code == 404

    @pytest.mark.parametrize(
        "engine, said",
        [
            (None, "exactly the same picture"),
            ({"provider": "openai", "model": "m"}, "takes this picture along"),
            ({"provider": "openai", "model": "m", "base_url": "http://127.0.0.1:9/v1"}, "takes this picture along"),
        ],
        ids=["sketch", "openai", "another server with seeds of its own"],
    )
    def test_the_page_says_beforehand_how_like_the_draft_it_will_be(self, client, engine, said):
        work, draft = self.make_draft(client)
        if engine:
            Assignment.objects.update(engine=Engine.objects.create(name="other", final_quality="high", **engine))
        assert said in page(client.get(url("studio", work)))

    def test_a_server_with_seeds_says_that_small_things_may_change(self, client):
        work, draft = self.make_draft(client)
        Engine.objects.filter(name="sketch").update(provider="openai", model="m", base_url="http://127.0.0.1:9/v1")
        assert "It will be the same scene" in page(client.get(url("studio", work)))

    def test_a_drawing_by_another_engine_is_drawn_anew_where_nothing_can_be_taken_along(self, client):
        work, draft = self.make_draft(client)
        Picture.objects.update(engine=make_engine("other"))
        assert "drawn anew from your words" in page(client.get(url("studio", work)))

    def test_one_that_failed_says_so_and_may_be_asked_for_again(self, client):
        work, draft = self.make_draft(client)
        make_final(work, draft, FlatProvider(error=Unanswered("silence")))
        html = page(client.get(url("studio", work)))
        assert "could not fetch your final picture" in html and 'id="make-final"' in html
        assert "try was given back" not in html

    def test_the_box_goes_on_from_the_last_try_and_not_from_the_final(self, client):
        work, draft = self.make_draft(client)
        make_final(work, draft)
        response = client.get(url("studio", work))
        assert str(response.context["form"]["parent"].value()) == str(draft.generation.public_id)
        assert response.context["start_number"] == 1 and len(response.context["numbers"]) == 1

    def test_who_handed_in_the_draft_reads_that_the_teacher_sees_the_draft(self, client):
        work, draft = self.make_draft(client)
        work.hand_in(picture=draft, title="a", alt_text="b", reason="c")
        final = make_final(work, draft)
        assert "still sees the draft" in page(client.get(url("studio", work)))
        work.hand_in(picture=final, title="a", alt_text="b", reason="c")
        assert "still sees the draft" not in page(client.get(url("studio", work)))

    def test_the_page_for_handing_in_names_the_final(self, client):
        work, draft = self.make_draft(client)
        make_final(work, draft)
        html = page(client.get(url("hand-in", work)))
        assert "film__mark" in html and "in high quality, from try 1, picture 1" in html

    def test_the_studio_costs_the_same_number_of_queries_with_many_finals_that_failed(self, client):
        work, draft = self.make_draft(client)
        costs = []
        for count in (1, 5):
            for _ in range(count):
                make_final(work, draft, FlatProvider(error=Unanswered("silence")))
            with CaptureQueriesContext(connection) as captured:
                assert client.get(url("studio", work)).status_code == 200
            costs.append(len(captured))
        assert costs[0] == costs[1]


class TestTeacher:
    @pytest.fixture
    def teacher(self, client):
        work, draft = make_draft(max_tries=3)
        final = make_final(work, draft)
        work.hand_in(picture=final, title="a", alt_text="b", reason="c")
        client.force_login(work.assignment.classroom.teachers.get().user)
        return work

    def test_the_desk_says_that_it_is_the_final_and_of_what(self, client, teacher):
        response = client.get(reverse("assignments:grading", args=[teacher.public_id]), headers={"Accept-Language": "en"})
        assert page(response).count("final picture, in high quality, from try 1, picture 1") == 2
        assert response.context["drawn"] == 1 and "not drawn" not in page(response)

    def test_the_list_of_works_counts_tries_without_it(self, client, teacher):
        response = client.get(url("assignment-detail", teacher))
        assert [row["tries"] for row in response.context["rows"]] == [1]

    def form(self, client, work):
        return client.get(url("assignment-edit", work)).context["form"]

    def test_the_box_can_be_ticked_where_the_engine_can(self, client, teacher):
        assert not self.form(client, teacher)["allows_final"].field.disabled

    def test_where_it_cannot_the_box_says_why(self, client, teacher):
        Engine.objects.update(final_quality="")
        field = self.form(client, teacher)["allows_final"].field
        with translation.override("en"):
            assert field.disabled and "administrator" in str(field.help_text)

    def test_low_quality_is_told_only_of_an_engine_that_asks_for_one(self, client, teacher):
        for quality, is_told in (("low", True), ("", False)):
            Engine.objects.update(quality=quality)
            field = self.form(client, teacher)["allows_final"].field
            with translation.override("en"):
                said = str(field.help_text)
            assert ("low quality" in said) is is_told and "once more in high quality" in said

    def test_a_tick_is_kept(self, client, teacher):
        form = AssignmentForm(instance=Assignment.objects.get())
        sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
        for is_ticked in (False, True):
            given = {name: value for name, value in sent.items() if name != "allows_final"}
            form = AssignmentForm(given | ({"allows_final": "on"} if is_ticked else {}), instance=Assignment.objects.get())
            assert form.is_valid(), form.errors
            form.save()
            assert Assignment.objects.get().allows_final is is_ticked
