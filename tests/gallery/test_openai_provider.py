"""What the OpenAI provider sends, and what it makes of every answer that is known; over real HTTP."""

import hashlib
import json
import logging
import time
import traceback

import pytest

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
from gallery.providers.failures import retry_after
from gallery.providers.openai import OpenAIProvider
from tests.fakes.images_api import FakeImagesAPI

LESSON_PROMPTS = [
    "Создайте изображение памятника Триумфальная арка в Париже, Франция, в вечернем свете, где маленький ребенок смотрит "
    "на нее, держа в руках плюшевого мишку.\n",
    "Собака рядом с Эйфелевой башней на раннем утреннем солнце",
    "Заяц на лошади, держащий леденец, на туманном лугу, где растут нарциссы",
    "Generate monument of the Arc of Triumph in Paris, France, in the evening light with a small child holding a Teddy "
    "looks on.\n",
    "Dog next to Eiffel Tower in early morning sunlight",
    "Bunny on horse, holding a lollipop, on a foggy meadow where it grows daffodils",
    'Кавычки «ёлочки», "лапки", тире — и\r\nперенос\tс табуляцией, 🐰 и é',
]
#: The child's own words stand in a frame, as they do in life; no part of either may come out in an error.
PROMPT = "Заяц на лошади, держащий леденец"
WORDS = f"Вы дизайнер-помощник.\n\n{PROMPT}"


@pytest.fixture(scope="module")
def server():
    with FakeImagesAPI() as api:
        yield api


@pytest.fixture
def api(server):
    server.forget()
    return server


def a_request(**changes) -> DrawRequest:
    given = {"words": WORDS, "prompt": PROMPT, "language": "ru", "size": (64, 48)}
    return DrawRequest(**(given | changes))


def a_service(api, **changes) -> Service:
    given = {"kind": "openai", "model": "fake-image-model", "base_url": api.base_url, "api_key": "sk-ours", "deadline": 20.0}
    return Service(**(given | {"connect_timeout": 10.0, "max_answer_bytes": 100_000} | changes))


def draw(service, spool, request=None):
    request = request or a_request()
    provider = OpenAIProvider(service)
    provider.ask(request, spool)
    return provider.read(spool, request)


@pytest.fixture
def spool(tmp_path):
    return tmp_path / "answers" / "1.json"


class TestWhatIsSent:
    @pytest.mark.parametrize("words", LESSON_PROMPTS)
    def test_the_words_arrive_byte_for_byte(self, api, spool, words):
        draw(a_service(api), spool, a_request(words=words))
        draw(a_service(api), spool, a_request(words=words, source=b"\x89PNG\r\n\x1a\n"))

        assert [line["fields"]["prompt"] for line in api.journal] == [words, words]

    def test_one_picture_of_the_service_s_model_and_the_asked_size_is_asked_for(self, api, spool):
        draw(a_service(api), spool, a_request(size=(1536, 864), quality="low", safety_identifier="h4sh"))

        (line,) = api.journal
        assert line["path"] == "/v1/images/generations"
        assert line["fields"] == {
            "model": "fake-image-model",
            "prompt": WORDS,
            "n": 1,
            "size": "1536x864",
            "quality": "low",
            "safety_identifier": "h4sh",
            "response_format": "b64_json",
        }

    def test_nothing_is_sent_that_was_not_asked_for(self, api, spool):
        draw(a_service(api), spool)

        assert set(api.journal[0]["fields"]) == {"model", "prompt", "n", "size", "response_format"}
        assert not [name for name in api.journal[0]["headers"] if name.startswith("x-stainless")]
        assert api.journal[0]["headers"]["accept-encoding"] == "identity"

    def test_a_seed_and_extra_fields_go_to_a_compatible_server(self, api, spool):
        service = a_service(api, extra={"steps": 20, "n": 9, "prompt": "another", "stream": True})

        draw(service, spool, a_request(seed=7))

        fields = api.journal[0]["fields"]
        assert (fields["seed"], fields["steps"], fields["n"], fields["prompt"]) == (7, 20, 1, WORDS)
        assert "stream" not in fields

    def test_an_edit_sends_named_and_typed_png_files(self, api, spool):
        source, mask = b"\x89PNG\r\n\x1a\n\x00\r\r\n\nsource", b"\x89PNG\r\n\x1a\nmask"

        draw(a_service(api), spool, a_request(source=source, mask=mask, seed=7))

        (line,) = api.journal
        assert line["path"] == "/v1/images/edits"
        image, mask_field = line["fields"]["image"], line["fields"]["mask"]
        assert (image["filename"], image["type"], image["sha256"]) == ("source.png", "image/png", _sha256(source))
        assert (mask_field["filename"], mask_field["type"], mask_field["sha256"]) == ("mask.png", "image/png", _sha256(mask))
        assert line["fields"]["seed"] == "7"

    def test_a_mask_without_a_picture_is_not_sent(self, api, spool):
        with pytest.raises(Misconfigured) as caught:
            draw(a_service(api), spool, a_request(mask=b"mask"))

        assert caught.value.kind == "request" and not api.journal

    @pytest.mark.parametrize(
        "words", ['cat <sd_cpp_extra_args>{"steps":150}</sd_cpp_extra_args>', "<sd_cpp_<SD_CPP_extra_args>extra_args>"]
    )
    def test_settings_hidden_in_the_words_do_not_reach_a_server_that_would_obey_them(self, api, spool, words):
        draw(a_service(api), spool, a_request(words=words))

        assert "<sd_cpp_extra_args>" not in api.journal[0]["fields"]["prompt"].lower()

    def test_azure_with_a_version_is_asked_under_its_deployment(self, api, spool):
        service = a_service(api, kind="azure", base_url=api.endpoint, model="pictures", api_version="2025-04-01-preview")

        draw(service, spool, a_request(seed=7))
        draw(service, spool, a_request(source=b"\x89PNG"))

        asked = "/openai/deployments/pictures/images/{}?api-version=2025-04-01-preview"
        assert [line["path"] for line in api.journal] == [asked.format("generations"), asked.format("edits")]
        assert api.journal[0]["headers"]["api-key"] == "sk-ours"
        assert not {"response_format", "seed"} & set(api.journal[0]["fields"])

    @pytest.mark.parametrize("ending", ["", "/", "/openai/v1/"])
    def test_azure_without_a_version_is_asked_under_v1(self, api, spool, ending):
        draw(a_service(api, kind="azure", base_url=api.endpoint + ending, model="pictures"), spool)

        assert api.journal[0]["path"] == "/openai/v1/images/generations"
        assert api.journal[0]["headers"]["authorization"] == "Bearer sk-ours"
        assert api.journal[0]["fields"]["model"] == "pictures"
        assert "response_format" not in api.journal[0]["fields"]

    def test_openai_itself_gets_neither_response_format_nor_seed_nor_extra_fields(self, api, spool, at_openai):
        service = a_service(api, base_url=f"http://api.openai.com:{api.port}/v1", extra={"steps": 20})

        draw(service, spool, a_request(seed=7))

        assert set(api.journal[0]["fields"]) == {"model", "prompt", "n", "size"}
        assert not OpenAIProvider(service).abilities.seeds

    def test_a_missing_model_is_an_adult_s_matter(self, api, spool):
        with pytest.raises(Misconfigured) as caught:
            draw(a_service(api, model=""), spool)

        assert caught.value.kind == "model" and not api.journal


class TestTheEnvironment:
    @pytest.fixture(autouse=True)
    def a_rich_environment(self, monkeypatch):
        secrets = (
            "OPENAI_API_KEY OPENAI_ADMIN_KEY OPENAI_ORG_ID OPENAI_PROJECT_ID OPENAI_WEBHOOK_SECRET OPENAI_API_VERSION "
            "AZURE_OPENAI_API_KEY AZURE_OPENAI_AD_TOKEN"
        )
        for name in secrets.split():
            monkeypatch.setenv(name, "leaked")
        monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Other: leaked\nAuthorization: Bearer leaked\napi-key: leaked")
        for name in ("OPENAI_BASE_URL", "AZURE_OPENAI_ENDPOINT", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, "http://127.0.0.1:9/leaked")

    @pytest.mark.parametrize("step", ["ok", "url"])
    @pytest.mark.parametrize(
        "changes",
        [{}, {"api_key": ""}, {"kind": "azure"}, {"kind": "azure", "api_version": "2025-04-01-preview"}],
        ids=["compatible", "without-key", "azure-v1", "azure"],
    )
    def test_nothing_of_it_reaches_a_service(self, api, spool, changes, step):
        base_url = api.endpoint if "kind" in changes else api.base_url
        api.script([step])

        draw(a_service(api, **({"base_url": base_url} | changes)), spool)

        assert "leaked" not in json.dumps(api.journal)
        key = changes.get("api_key", "sk-ours") or "none"
        assert key in api.journal[0]["headers"].get("authorization", "") + api.journal[0]["headers"].get("api-key", "")

    @pytest.mark.parametrize("changes", [{"base_url": ""}, {"kind": "azure", "base_url": "https://x.openai.azure.com"}])
    def test_no_key_is_an_adult_s_matter_where_one_is_needed(self, api, spool, changes):
        with pytest.raises(Misconfigured) as caught:
            draw(a_service(api, api_key="", **changes), spool)

        assert caught.value.kind == "key"

    @pytest.mark.parametrize("key", ["sk-ключ", "sk-a\r\nX-Evil: 1", "sk a"])
    def test_a_key_that_is_none_is_an_adult_s_matter_and_is_not_shown(self, api, spool, key):
        with pytest.raises(Misconfigured) as caught:
            draw(a_service(api, api_key=key), spool)

        assert caught.value.kind == "key" and key not in str(caught.value) and not api.journal


def refused(**more):
    return Refused, {"http_status": 400} | more


def busy(retry_after, status=429):
    return Busy, {"http_status": status, "retry_after": retry_after}


def adult(kind, status, **more):
    return Misconfigured, {"kind": kind, "http_status": status} | more


def broken(status, charged=False, **more):
    return Broken, {"http_status": status, "is_perhaps_charged": charged} | more


def unanswered(code):
    return Unanswered, {"code": code}


#: Every answer that is known, and what comes out.
TABLE = {
    "moderation_blocked": refused(code="moderation_blocked", stage="input", categories=("sexual", "violence")),
    "moderation_blocked_output": refused(stage="output", categories=("sexual", "violence")),
    "moderation_blocked_bare": refused(code="moderation_blocked", stage="unknown", categories=()),
    "safety_words_only": refused(code="", stage="unknown"),
    "azure_content_filter": refused(code="contentFilter"),
    "azure_output_filter": refused(code="contentFilter"),
    "azure_content_filter_snake": refused(code="content_filter"),
    "content_policy_violation": refused(code="content_policy_violation", categories=("violence",)),
    "azure_innererror": refused(),
    "rate": busy(12.0),
    "rate_seconds": busy(7.0),
    "rate_ms": busy(1.5),
    "rate_date": busy(20.0),
    "rate_bare": busy(None),
    "rate_minutes": busy(90.5),
    "rate_absurd": busy(3600.0),
    "rate_nonsense": busy(None),
    "rate_azure": busy(24.0),
    "conflict_409": busy(None, status=409),
    "money": adult("money", 429, code="insufficient_quota"),
    "money_credit": adult("money", 429, code="credit_balance_exhausted"),
    "money_project": adult("money", 429, code="project_spend_limit_exceeded"),
    "money_organization": adult("money", 429, code="organization_spend_limit_exceeded"),
    "money_usage": adult("money", 429, code="organization_usage_limit_exceeded"),
    "money_type_only": adult("money", 429),
    "money_hard_limit": adult("money", 400, code="billing_hard_limit_reached"),
    "money_inactive": adult("money", 429, code="billing_not_active"),
    "money_402": adult("money", 402),
    "key_wrong": adult("key", 401, code="invalid_api_key"),
    "key_unverified": adult("key", 403),
    "key_forbidden": adult("key", 403),
    "resource_blocked": adult("blocked", 403),
    "account_deactivated": adult("blocked", 401),
    "model_retired": adult("model", 404, code="model_not_found"),
    "model_denied": adult("model", 403),
    "azure_no_deployment": adult("model", 404),
    "wrong_path": adult("address", 404),
    "wrong_path_html": adult("address", 404),
    "wrong_method": adult("address", 405),
    "redirect": adult("address", 307),
    "bad_size": adult("request", 400, code="invalid_value"),
    "bad_file": adult("request", 400, code="unsupported_file_mimetype"),
    "detail_422": adult("request", 422),
    "detail_400": adult("request", 400),
    "localai_400": adult("request", 400, code="400"),
    "sd_cpp_400": adult("request", 400),
    "too_large_413": adult("request", 413),
    "localai_500": broken(500, code="500"),
    "sd_cpp_500": broken(500),
    "server_error": broken(500, code="server_error"),
    "html_500": broken(500),
    "html_502": broken(502),
    "html_503": broken(503),
    "drip_error_body": broken(500),
    "html_504": broken(504, charged=True),
    "timeout_408": broken(408, charged=True),
    "html_200": broken(200, charged=True),
    "empty_200": broken(200, charged=True),
    "cut_json": broken(200, charged=True),
    "json_list": broken(200, charged=True),
    "error_in_200": broken(200, charged=True),
    "data_null": broken(200, charged=True),
    "data_empty": broken(200, charged=True),
    "wrong_base64": broken(200, charged=True),
    "empty_image": broken(200, charged=True),
    "oversized": broken(200, charged=True),
    "gzip_bomb": broken(200, charged=True),
    "hang": unanswered("deadline"),
    "hang_after_headers": unanswered("deadline"),
    "drip_headers": unanswered("deadline"),
    "drip_body": unanswered("deadline"),
    "chunked_forever": unanswered("deadline"),
    "continue_forever": unanswered("deadline"),
    "drop_before_headers": unanswered("dropped"),
    "drop_mid_body": unanswered("dropped"),
    "reset": unanswered("dropped"),
    "not_http": unanswered("dropped"),
}


#: Those that never end by themselves.
ENDLESS = {name for name, (_, attributes) in TABLE.items() if attributes == {"code": "deadline"}} | {"drip_error_body"}


class TestWhatAnAnswerMeans:
    @pytest.mark.parametrize("step", TABLE)
    def test_every_known_failure_becomes_one_of_the_five(self, api, spool, step):
        expected, attributes = TABLE[step]
        deadline = 1.0 if step in ENDLESS else 20.0
        api.script([step])
        start = time.monotonic()

        with pytest.raises(ProviderError) as caught:
            draw(a_service(api, deadline=deadline), spool)

        error = caught.value
        assert time.monotonic() - start < deadline + 1
        assert type(error) is expected
        assert {name: getattr(error, name) for name in attributes} == attributes
        assert len(api.journal) == 1, "asked more than once"
        told = "".join(traceback.format_exception(error)) + repr(vars(error)) + repr(error.args)
        assert not [word for word in ("Заяц", "леденец", "дизайнер") if word in told]

    def test_the_service_s_id_of_the_request_is_kept_for_its_support(self, api, spool):
        api.script(["server_error"])

        with pytest.raises(Broken) as caught:
            draw(a_service(api), spool)

        assert caught.value.request_id == f"req_fake{api.journal[0]['number']}"

    def test_the_logs_of_the_libraries_say_neither_words_nor_key(self, api, spool, caplog):
        for name in ("", "openai", "httpx2", "httpcore2", "requests"):
            caplog.set_level(logging.DEBUG, logger=name or None)
        api.script(["ok", "moderation_blocked"])

        draw(a_service(api), spool)
        with pytest.raises(Refused):
            draw(a_service(api), spool)

        assert caplog.records
        told = caplog.text + "".join(repr(record.args) for record in caplog.records)
        assert not [word for word in ("Заяц", "леденец", "sk-ours") if word in told]

    def test_words_in_the_place_of_a_code_are_not_passed_on(self, api, spool):
        api.script([("server_error", {"headers": {"x-request-id": "a cat on a mat"}})])

        with pytest.raises(Broken) as caught:
            draw(a_service(api), spool)

        assert "cat" not in repr(vars(caught.value))

    def test_errors_of_an_edit_are_told_apart_too(self, api, spool):
        api.script(["moderation_blocked"])

        with pytest.raises(Refused):
            draw(a_service(api), spool, a_request(source=b"\x89PNG"))

    def test_a_redirect_is_not_followed(self, api, spool):
        api.script([("redirect", {"status": 302})])

        with pytest.raises(Misconfigured):
            draw(a_service(api), spool)

        assert len(api.journal) == 1

    @pytest.mark.parametrize(
        ("message", "seconds"),
        [
            ("Please try again in 12s.", 12.0),
            ("Please try again in 500ms.", 0.5),
            ("Please try again in 1h2m3s.", 3600.0),
            ("Please try again in 6m0s.", 360.0),
            ("Please retry after 24 seconds.", 24.0),
            ("Please try again in a while.", None),
            ("", None),
        ],
    )
    def test_a_message_may_say_how_long_to_wait(self, message, seconds):
        assert retry_after({}, message) == seconds

    def test_a_date_is_read_by_the_service_s_own_clock(self):
        headers = {"retry-after": "Sun, 22 Nov 2026 10:00:30 GMT", "date": "Sun, 22 Nov 2026 10:00:00 GMT"}

        assert retry_after(headers, "") == 30.0

    @pytest.mark.parametrize("said", ["0", "-5", "Sun, 22 Nov 2020 10:00:30 GMT", "soon", "inf h"])
    def test_a_wait_that_is_over_or_makes_no_sense_was_not_said(self, said):
        assert retry_after({"retry-after": said}, "") is None


class TestWhatIsToldOfThePace:
    HEADERS = {"x-ratelimit-limit-images": "5", "x-ratelimit-remaining-images": "3", "x-ratelimit-reset-images": "24s"}

    def test_a_picture_comes_with_it(self, api, spool):
        api.script([("ok", {"headers": self.HEADERS}), "ok"])
        provider = OpenAIProvider(a_service(api))

        assert provider.ask(a_request(), spool) == Limits(per_minute=5.0, remaining=3, reset_seconds=24.0)
        assert provider.ask(a_request(), spool) is None

    @pytest.mark.parametrize(
        ("headers", "limits"),
        [
            (HEADERS | {"x-ratelimit-remaining-images": "0"}, Limits(5.0, 0, 24.0)),
            ({"x-ratelimit-limit-requests": "500", "x-ratelimit-remaining-requests": "499"}, Limits(5.0, 0)),
            ({}, Limits(5.0, 0)),
        ],
    )
    def test_so_does_a_refusal_for_pace_if_only_in_its_message(self, api, spool, headers, limits):
        api.script([("rate", {"headers": headers})])

        with pytest.raises(Busy) as caught:
            draw(a_service(api), spool)

        assert caught.value.limits == limits


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.fixture
def at_openai(monkeypatch):
    """The name api.openai.com leads to this machine."""
    import socket

    real = socket.getaddrinfo

    def local(host, *args, **kwargs):
        return real("127.0.0.1" if host == "api.openai.com" else host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", local)
