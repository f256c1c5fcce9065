"""A drawing that goes on at the service, whoever asks: what is sent, how it is waited for, and what its end means."""

import os
import threading
import time
import traceback

import pytest

from gallery.providers import responses
from gallery.providers.base import (
    Broken,
    Busy,
    DrawRequest,
    Limits,
    Misconfigured,
    ProviderError,
    Refused,
    Service,
    Unanswered,
)
from gallery.providers.responses import ResponsesProvider
from tests.fakes.drawings import REWORDED
from tests.fakes.images_api import FakeImagesAPI

PROMPT = "Заяц на лошади, держащий леденец"
REQUEST = DrawRequest(
    words=f"Рисуй для детей.\n<{PROMPT}>",
    prompt=PROMPT,
    language="ru",
    size=(64, 48),
    quality="low",
    seed=7,
    safety_identifier="a-stranger",
)


@pytest.fixture(scope="module")
def server():
    with FakeImagesAPI() as api:
        yield api


@pytest.fixture
def api(server, monkeypatch):
    monkeypatch.setattr(responses, "FIRST_PAUSE", 0.05)  # a test has no seconds to wait between two looks
    server.forget()
    return server


@pytest.fixture
def spool(tmp_path):
    return tmp_path / "answers" / "1.json"


def provider_at(api, **changes):
    given = {"kind": "openai", "model": "fake-image-model", "chat_model": "fake-chat-model", "base_url": api.base_url}
    return ResponsesProvider(Service(**(given | {"api_key": "sk-ours", "deadline": 20.0} | changes)))


def draw(api, spool, request=REQUEST, **changes):
    provider = provider_at(api, **changes)
    provider.ask(request, spool)
    return provider.read(spool, request)


class Killed(Exception):
    """What a test's worker dies of."""


def begun(api, spool, *, seconds=0.0, options=None):
    """Begin a drawing and return its id, as a worker would that is killed right then."""
    refs = []

    def die(ref):
        refs.append(ref)
        raise Killed

    api.script([("ok", options or {"seconds": seconds})], route="responses")
    with pytest.raises(Killed):
        provider_at(api).ask(REQUEST, spool, started=die)
    assert not spool.exists()
    return refs[0]


class TestWhatIsSent:
    def test_a_drawing_in_the_background_is_asked_for_once(self, api, spool):
        draw(api, spool)

        [line] = api.requests("responses")
        assert line["fields"] == {
            "model": "fake-chat-model",
            "input": REQUEST.words,
            "tools": [{"type": "image_generation", "model": "fake-image-model", "size": "64x48", "quality": "low"}],
            "tool_choice": {"type": "image_generation"},
            "max_tool_calls": 1,
            "background": True,
            "store": True,
            "safety_identifier": "a-stranger",
        }
        assert line["headers"]["authorization"] == "Bearer sk-ours"

    def test_azure_is_told_the_deployment_of_the_image_model_in_a_header(self, api, spool):
        draw(api, spool, kind="azure", base_url=api.endpoint)

        [line] = api.requests("responses")
        assert line["path"] == "/openai/v1/responses" and "model" not in line["fields"]["tools"][0]
        assert line["headers"]["x-ms-oai-image-generation-deployment"] == "fake-image-model"

    @pytest.mark.parametrize("changes", [{"model": ""}, {"chat_model": ""}])
    def test_a_missing_model_is_an_adult_s_matter(self, api, spool, changes):
        with pytest.raises(Misconfigured) as caught:
            draw(api, spool, **changes)

        assert caught.value.kind == "model" and not api.journal

    def test_a_picture_cannot_be_painted_over(self, api, spool):
        with pytest.raises(Misconfigured):
            draw(api, spool, DrawRequest(words="A", prompt="A", language="en", size=(64, 48), source=b"\x89PNG"))

        assert not api.journal


class TestADrawing:
    def test_is_a_picture_in_the_end_with_its_new_words_and_what_it_took(self, api, spool):
        api.script([("ok", {"seconds": 0.5})], route="responses")

        drawn = draw(api, spool)

        assert drawn.image.startswith(b"\x89PNG") and drawn.revised_prompt == REWORDED
        assert (drawn.usage.input_tokens, drawn.usage.output_tokens, drawn.usage.text_tokens) == (60, 1756, 60)
        assert len(api.requests("responses")) == 1 and len(api.requests("retrieve")) >= 2

    def test_says_its_id_as_soon_as_it_is_known(self, api, spool):
        api.script([("ok", {"seconds": 0.3})], route="responses")
        known = []

        def note(ref):
            known.append((ref, len(api.requests("retrieve"))))

        provider_at(api).ask(REQUEST, spool, started=note)

        assert known == [(f"resp_fake{api.requests('responses')[0]['number']}", 0)]

    def test_tells_the_pace(self, api, spool):
        api.script([("ok", {"headers": {"x-ratelimit-limit-images": "5", "x-ratelimit-remaining-images": "4"}})], "responses")

        assert provider_at(api).ask(REQUEST, spool) == Limits(per_minute=5.0, remaining=4)

    def test_may_end_in_a_long_answer(self, api, spool):
        image = os.urandom(500_000)
        api.script([("ok", {"seconds": 0.3, "image": image})], route="responses")

        assert draw(api, spool).image == image
        assert [path.name for path in spool.parent.iterdir()] == [spool.name]

    def test_may_have_ended_when_it_is_begun(self, api, spool):
        api.script([("ok", {"seconds": 0.0})], route="responses")

        assert draw(api, spool).image.startswith(b"\x89PNG")
        assert not api.requests("retrieve")

    def test_can_be_read_again(self, api, spool):
        first = draw(api, spool)

        assert provider_at(api).read(spool, REQUEST) == first


#: What goes wrong when a drawing is begun, before it has an id.
AT_THE_BEGINNING = {
    "moderation_blocked": (Refused, {"code": "moderation_blocked"}),
    "rate": (Busy, {"retry_after": 12.0, "limits": Limits(5.0, 0)}),
    "money": (Misconfigured, {"kind": "money"}),
    "key_wrong": (Misconfigured, {"kind": "key"}),
    "resource_blocked": (Misconfigured, {"kind": "blocked"}),
    "model_retired": (Misconfigured, {"kind": "model"}),
    "server_error": (Broken, {"is_perhaps_charged": False}),
    "html_200": (Broken, {"is_perhaps_charged": True}),
    "cut_json": (Broken, {"is_perhaps_charged": True}),
    "json_list": (Broken, {"is_perhaps_charged": True}),
    "error_in_200": (Broken, {"is_perhaps_charged": True}),
    "drop_mid_body": (Unanswered, {}),
    "reset": (Unanswered, {}),
}

#: What becomes of a drawing that was begun.
AT_THE_END = {
    "drawing_blocked": (Refused, {"code": "moderation_blocked", "stage": "output", "categories": ("violence",)}),
    "drawing_declined": (Refused, {"code": "refusal", "stage": "input"}),
    "drawing_failed": (Broken, {"code": "server_error", "is_perhaps_charged": False}),
    "drawing_incomplete": (Broken, {"is_perhaps_charged": True}),
}
FAILED_FOR = {
    "image_content_policy_violation": (Refused, {}),
    "invalid_prompt": (Refused, {}),
    "rate_limit_exceeded": (Busy, {"retry_after": 7.0}),
    "insufficient_quota": (Misconfigured, {"kind": "money"}),
    "model_not_found": (Misconfigured, {"kind": "model"}),
    "vector_store_timeout": (Broken, {"is_perhaps_charged": True}),
}


class TestWhatAnEndMeans:
    def check(self, api, spool, expected, attributes):
        with pytest.raises(ProviderError) as caught:
            draw(api, spool, deadline=5.0)

        error = caught.value
        assert type(error) is expected
        assert {name: getattr(error, name) for name in attributes} == attributes
        assert len(api.requests("responses")) == 1
        told = "".join(traceback.format_exception(error)) + repr(vars(error)) + repr(error.args)
        assert not [word for word in ("Заяц", "леденец", "Рисуй") if word in told]

    @pytest.mark.parametrize("step", AT_THE_BEGINNING)
    def test_what_goes_wrong_at_the_beginning_is_told_as_ever(self, api, spool, step):
        api.script([step], route="responses")
        self.check(api, spool, *AT_THE_BEGINNING[step])
        assert not spool.exists() and not api.requests("retrieve")

    @pytest.mark.parametrize("step", AT_THE_END)
    def test_every_end_becomes_one_of_the_five(self, api, spool, step):
        api.script([(step, {"seconds": 0.2})], route="responses")
        self.check(api, spool, *AT_THE_END[step])

    @pytest.mark.parametrize("code", FAILED_FOR)
    def test_a_failure_says_why(self, api, spool, code):
        error = {"code": code, "message": "No {prompt}. Please try again in 7s."}
        api.script([("drawing_failed", {"seconds": 0.1, "error": error})], route="responses")
        self.check(api, spool, *FAILED_FOR[code])

    def test_a_filtered_drawing_is_refused(self, api, spool):
        api.script([("drawing_incomplete", {"reason": "content_filter"})], route="responses")
        self.check(api, spool, Refused, {"stage": "output"})

    def test_a_drawing_without_an_id_cannot_be_waited_for(self, api, spool, monkeypatch):
        api.script([("ok", {"seconds": 5.0})], route="responses")
        monkeypatch.setattr(responses, "_REF", responses.re.compile("never"))
        self.check(api, spool, Broken, {"code": "no_id", "is_perhaps_charged": True})


class TestLooking:
    """Whatever is wrong with one look, the drawing goes on, and is neither given up nor begun again."""

    @pytest.mark.parametrize(
        "step",
        [
            ("rate_ms", {}),
            ("server_error", {}),
            ("html_502", {}),
            ("html_200", {}),
            ("cut_json", {}),
            ("timeout_408", {}),
            ("drop_mid_body", {}),
            ("reset", {}),
            ("wrong_path", {}),
            ("key_wrong", {}),
        ],
        ids=lambda step: step[0],
    )
    def test_a_bad_look_is_made_again(self, api, spool, step):
        api.script([("ok", {"seconds": 0.2})], route="responses")
        api.script([step], route="retrieve")

        assert draw(api, spool).image.startswith(b"\x89PNG")
        assert len(api.requests("responses")) == 1

    def test_a_look_that_hangs_ends_at_a_limit_of_its_own(self, api, spool, monkeypatch):
        monkeypatch.setattr(responses, "LONGEST_LOOK", 0.3)
        api.script([("ok", {"seconds": 0.2})], route="responses")
        api.script(["hang"], route="retrieve")

        assert draw(api, spool).image.startswith(b"\x89PNG")

    def test_a_drawing_that_takes_too_long_is_cancelled_and_unanswered(self, api, spool):
        api.script(["drawing_endless"], route="responses")
        start = time.monotonic()

        with pytest.raises(Unanswered) as caught:
            draw(api, spool, deadline=1.0)

        assert caught.value.code == "deadline" and time.monotonic() - start < 3
        assert len(api.requests("cancel")) == 1 and list(api.drawings.values())[-1].cancelled
        assert not list(spool.parent.iterdir())

    def test_a_drawing_that_ends_while_it_is_cancelled_is_a_picture(self, api, spool):
        api.script([("ok", {"seconds": 1.2})], route="responses")
        api.script([("ok", {"delay": 1.0})], route="cancel")

        assert draw(api, spool, deadline=1.0).image.startswith(b"\x89PNG")

    def test_who_slept_past_the_deadline_cancels_nothing(self, api, spool, monkeypatch):
        api.script(["drawing_endless"], route="responses")
        monkeypatch.setattr(responses, "CANCEL_SECONDS", -1.0)

        with pytest.raises(Unanswered):
            draw(api, spool, deadline=0.5)

        assert not api.requests("cancel")

    def test_an_adult_s_matter_is_told_before_the_deadline_and_nothing_is_cancelled(self, api, spool):
        api.script([("ok", {"seconds": 60})], route="responses")
        api.always("key_wrong", route="retrieve")

        with pytest.raises(Misconfigured) as caught:
            draw(api, spool)

        assert caught.value.kind == "key" and not api.requests("cancel")


class TestTakingUpAgain:
    def test_a_drawing_is_fetched_by_whoever_knows_its_id(self, api, spool):
        ref = begun(api, spool, seconds=0.5)
        provider = provider_at(api)

        provider.resume(ref, REQUEST, spool)

        assert provider.read(spool, REQUEST).image.startswith(b"\x89PNG")
        assert len(api.requests("responses")) == 1

    def test_an_ended_one_is_there_at_once(self, api, spool):
        ref = begun(api, spool, seconds=0.01)
        time.sleep(0.05)
        start = time.monotonic()

        provider_at(api).resume(ref, REQUEST, spool)

        assert spool.exists() and time.monotonic() - start < 0.5

    def test_a_worker_that_was_thought_lost_may_do_it_at_the_same_time(self, api, spool):
        image = os.urandom(3_000_000)
        ref = begun(api, spool, options={"seconds": 0.3, "image": image})
        failures = []

        def resume():
            try:
                provider_at(api).resume(ref, REQUEST, spool)
            except ProviderError as error:
                failures.append(error)

        threads = [threading.Thread(target=resume) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert not failures and provider_at(api).read(spool, REQUEST).image == image
        assert [path.name for path in spool.parent.iterdir()] == [spool.name]

    def test_one_that_the_service_forgot_is_unanswered(self, api, spool):
        with pytest.raises(Unanswered) as caught:
            provider_at(api).resume("resp_of_yesterday", REQUEST, spool)

        assert caught.value.code == "gone" and not api.requests("responses")

    def test_one_that_was_cancelled_is_unanswered(self, api, spool):
        ref = begun(api, spool, seconds=5)
        api.drawings[ref].cancelled = True
        provider = provider_at(api)
        provider.resume(ref, REQUEST, spool)

        with pytest.raises(Unanswered):
            provider.read(spool, REQUEST)
