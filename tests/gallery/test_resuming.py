"""A drawing that goes on at the service when its worker is gone: taken up again, never begun again; and what it was made of."""

import time
from datetime import timedelta

import pytest
import requests
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from gallery import engines, generation, tasks
from gallery.models import Call, Engine, Picture, Purse
from gallery.providers.base import Abilities, Broken, Drawn, Misconfigured, Refused, Unanswered, write_spool
from gallery.providers.openai import OpenAIProvider
from gallery.providers.responses import ResponsesProvider
from tests.builders import FlatProvider, claim, make_assignment, make_classroom, make_engine, make_queued, make_work
from tests.fakes.images_api import FakeImagesAPI
from tests.processes import wait_until

pytestmark = pytest.mark.django_db

PRICE = 50_000  # micro-dollars


@pytest.fixture
def paid():
    """A claimed picture of a resumable engine, in a class with a purse of 10 pictures and one dollar."""
    purse = Purse.objects.create(title="7B", pictures_allowed=10, micros_allowed=1_000_000)
    engine = make_engine("chatty", price_micros=PRICE, is_resumable=True, chat_model="chat")
    make_queued(make_work(make_assignment(make_classroom(purse=purse), engine=engine)))
    return claim(engine)


class Resumable(FlatProvider):
    """A service whose drawings have an id; ``end`` is raised where one is taken up again, ``reworded`` its new words."""

    abilities = Abilities(resumes=True)

    def __init__(self, end=None, reworded="", **fields):
        super().__init__(**({"scale": 16} | fields))
        self.end, self.reworded, self.resumed = end, reworded, []

    def ask(self, request, spool, *, started=None):
        started("resp_1")
        self.known = Call.objects.get().service_ref
        super().ask(request, spool)

    def resume(self, ref, request, spool):
        self.resumed.append(ref)
        if self.end:
            raise self.end
        write_spool(spool, [b"answer"])

    def read(self, spool, request):
        drawn = super().read(spool, request)
        return Drawn(drawn.image, usage=drawn.usage, revised_prompt=self.reworded)


def lose(picture, after="sent", ref="resp_1"):
    """Let the worker of ``picture`` be gone when its call had come to this state, and return the sweep's own claim of it."""
    call = Call.objects.intend(picture, spool=f"spool-{picture.pk}")
    call.sent()
    call.begun(ref)
    if after == "answered":
        call.answered()
    return take_over(picture)


def take_over(picture, worker="test:2"):
    Picture.objects.filter(pk=picture.pk).update(lease_until=timezone.now() - timedelta(seconds=61))
    [taken] = Picture.objects.take_over_lost(worker=worker, lease=60)
    return taken


def outcome(picture):
    """Return state, reason, the calls' states, and what the purse holds and spent (pictures, money)."""
    picture, purse = Picture.objects.get(pk=picture.pk), Purse.objects.get()
    calls = " ".join(picture.calls.order_by("number").values_list("state", flat=True))
    purse_holds = (purse.pictures_reserved, purse.pictures_spent), (purse.micros_reserved, purse.micros_spent)
    return picture.status, picture.reason, calls, *purse_holds


READY = ("ready", "", "stored", (0, 1), (0, PRICE))
UNANSWERED = ("failed", "unanswered", "unanswered", (0, 0), (0, PRICE))


class TestADrawing:
    def test_its_id_is_kept_before_anybody_waits_for_it(self, paid):
        provider = Resumable()
        generation.draw(paid, provider)
        assert provider.known == "resp_1" and outcome(paid) == READY

    def test_that_lost_its_worker_is_taken_up_and_not_begun_again(self, paid):
        provider = Resumable()
        generation.recover(lose(paid), provider)
        assert outcome(paid) == READY
        assert (provider.asked, provider.resumed) == ([], ["resp_1"])

    def test_whose_end_lies_here_is_not_fetched_again(self, paid):
        write_spool(settings.SPOOL_ROOT / f"spool-{paid.pk}", [b"answer"])
        provider = Resumable()
        generation.recover(lose(paid), provider)
        assert outcome(paid) == READY and not provider.resumed

    def test_whose_end_lies_on_another_machine_is_fetched_from_the_service(self, paid):
        provider = Resumable()
        generation.recover(lose(paid, after="answered"), provider)
        assert outcome(paid) == READY and provider.resumed

    def test_that_the_service_forgot_is_unanswered(self, paid):
        generation.recover(lose(paid), Resumable(end=Unanswered("gone")))
        assert outcome(paid) == UNANSWERED

    def test_whose_id_was_never_known_is_unanswered(self, paid):
        provider = Resumable()
        generation.recover(lose(paid, ref=""), provider)
        assert outcome(paid) == UNANSWERED and not provider.resumed

    def test_that_was_refused_meanwhile_is_refused_and_free(self, paid):
        generation.recover(lose(paid), Resumable(end=Refused("blocked")))
        assert outcome(paid) == ("refused", "provider", "refused", (0, 0), (0, 0))

    def test_that_failed_at_the_service_is_begun_anew_later(self, paid):
        provider = Resumable(answer=Broken("server_error", code="server_error"))
        generation.recover(lose(paid), provider)
        assert outcome(paid) == ("queued", "broken", "failed", (1, 0), (PRICE, 0))
        assert not list(settings.SPOOL_ROOT.glob(f"spool-{paid.pk}"))

    def test_waits_at_the_service_while_an_adult_must_act(self, paid):
        generation.recover(lose(paid), Resumable(end=Misconfigured("no key", kind="key", http_status=401)))
        assert outcome(paid)[:3] == ("drawing", "", "sent") and Engine.objects.get(name="chatty").is_stopped
        generation.recover(take_over(paid), Resumable())
        assert outcome(paid) == READY

    def test_is_given_up_when_it_could_not_be_fetched_many_times(self, paid):
        provider = Resumable(end=Misconfigured("no key", kind="key", http_status=401))
        taken = lose(paid)
        for _ in range(generation.MOST_RECOVERIES):
            generation.recover(taken, provider)
            taken = take_over(paid)
        generation.recover(taken, provider)
        assert len(provider.resumed) == generation.MOST_RECOVERIES and outcome(paid) == UNANSWERED

    def test_cannot_be_taken_up_by_an_engine_that_was_set_otherwise_meanwhile(self, paid):
        generation.recover(lose(paid), FlatProvider())
        assert outcome(paid) == UNANSWERED


@pytest.mark.django_db(transaction=True)
class TestTheSweep:
    def test_waits_for_no_drawing_that_it_takes_up(self, paid):
        with FakeImagesAPI() as api:
            Engine.objects.filter(pk=paid.engine_id).update(base_url=api.base_url)
            api.script([("ok", {"seconds": 4})], route="responses")
            begun = requests.post(f"{api.base_url}/responses", json={"tools": [{"size": "96x64"}]}, timeout=10)
            lose(paid, ref=begun.json()["id"])
            Picture.objects.update(lease_until=timezone.now() - timedelta(seconds=1000))

            started = time.monotonic()
            tasks.sweep()
            seconds = time.monotonic() - started

            assert outcome(paid)[0] == "drawing" and seconds < 4
            wait_until(lambda: Picture.objects.get().status == "ready", 20, "the drawing to be fetched")
            assert len(api.requests("responses")) == 1


class TestRewordedWords:
    def test_are_kept_with_the_picture(self, paid):
        generation.draw(paid, Resumable(reworded="A cheerful brown dog. No violence, no weapons."))
        assert outcome(paid) == READY
        assert Picture.objects.get().revised_prompt == "A cheerful brown dog. No violence, no weapons."

    def test_that_a_pupil_may_not_write_give_no_picture_and_the_try_back(self, paid):
        generation.draw(paid, Resumable(reworded="A soldier shoots a dog with a gun.", micros=41_000))
        assert outcome(paid) == ("refused", "words", "refused", (0, 0), (0, 41_000))
        picture = Picture.objects.get()
        assert (picture.file, picture.revised_prompt) == ("", "") and "violence" in picture.detail
        assert picture.generation.trail.tries_used() == 0


class TestTheEngine:
    @pytest.mark.parametrize(("chat_model", "expected"), [("chat", ResponsesProvider), ("", OpenAIProvider)])
    def test_its_provider_follows_its_chat_model(self, chat_model, expected):
        engine = make_engine("chosen", is_resumable=True, chat_model=chat_model)
        assert type(engines.provider_of(engine)) is expected

    def test_a_chat_model_alone_changes_nothing(self):
        assert type(engines.provider_of(make_engine("plain", chat_model="chat"))) is OpenAIProvider

    @pytest.mark.parametrize(
        ("fields", "code"),
        [
            ({"provider": "sketch", "chat_model": "chat"}, "is_resumable"),
            ({"provider": "azure", "chat_model": "chat", "api_version": "2025-04-01-preview"}, "is_resumable"),
            ({"provider": "openai"}, "chat_model"),
        ],
    )
    def test_what_cannot_be_resumed_is_not_called_resumable(self, fields, code):
        engine = make_engine("wrong", **fields)
        engine.is_resumable = True
        with pytest.raises(ValidationError) as caught:
            engine.clean()
        assert code in caught.value.message_dict


class TestThePages:
    WORDS = "A cheerful brown dog sits beside an iron tower."

    @pytest.fixture
    def work(self, paid):
        generation.draw(paid, Resumable(reworded=self.WORDS))
        return paid.generation.trail.submission

    def test_the_student_s_trail_shows_what_was_drawn_from(self, client, work):
        client.force_login(work.student)
        page = client.get(reverse("assignments:studio", args=[work.assignment.public_id]))
        assert self.WORDS in page.content.decode()

    def test_the_teacher_s_desk_shows_it_too(self, client, work):
        work.hand_in(picture=Picture.objects.get(), title="Tower", alt_text="A brown dog sits by a tower.", reason="The light.")
        client.force_login(work.assignment.classroom.teachers.first().user)
        page = client.get(reverse("assignments:grading", args=[work.public_id]))
        assert self.WORDS in page.content.decode()

    def test_a_picture_that_was_put_away_takes_its_words_along(self, client, work):
        reviewer = work.assignment.classroom.teachers.first().user
        Picture.objects.get().hide(reviewer, "unsafe")
        client.force_login(work.student)
        page = client.get(reverse("assignments:studio", args=[work.assignment.public_id]))
        assert self.WORDS not in page.content.decode()

    def test_an_administrator_reads_that_the_service_keeps_the_picture(self, admin_client, paid):
        page = admin_client.get(reverse("admin:gallery_engine_change", args=[paid.engine_id]))
        assert "at least 30 days" in page.content.decode() or "30 дней" in page.content.decode()
