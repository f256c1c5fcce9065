"""How the fake images API answers: one short function or one row for each behaviour.

Services quote the prompt in their messages, and so do the errors here: that is how a test sees that nobody passes it on.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import io
import json
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from tests.fakes import drawings

if TYPE_CHECKING:
    from tests.fakes.images_api import FakeImagesAPI


class Hangup(Exception):
    """The line is cut on purpose."""


@dataclass
class Asked:
    """One request that waits for its answer; ``options`` are those of the behaviour."""

    handler: BaseHTTPRequestHandler
    api: FakeImagesAPI
    route: str
    number: int
    fields: dict
    options: dict

    @property
    def prompt(self) -> str:
        return str(self.fields.get("prompt") or self.fields.get("input", ""))

    @property
    def ref(self) -> str:
        """The id of the drawing that is asked about."""
        return self.handler.path.partition("/responses/")[2].removesuffix("/cancel")

    @property
    def request_id(self) -> str:
        return f"req_fake{self.number}"

    def picture(self) -> bytes:
        """A picture of the asked size, or ``scale`` (an extra field, as self-hosted servers have them) times smaller."""
        width, _, height = str(self.fields.get("size", "1024x1024")).partition("x")
        kind = hashlib.sha256(self.prompt.encode()).digest()[0] % 8
        sides = [int(side) if side.isdigit() else 1024 for side in (width, height)]
        scale = int(self.fields.get("scale", 1))
        return _png(sides[0] // scale, sides[1] // scale, kind)

    def begin(self, status: int, headers: dict[str, str]) -> None:
        self.handler.send_response(status)
        for name, value in {"x-request-id": self.request_id, **headers, **self.options.get("headers", {})}.items():
            self.handler.send_header(name, value)
        self.handler.end_headers()

    def send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.begin(status, {"Content-Length": str(len(body)), **headers})
        self.handler.wfile.write(body)

    def send_json(self, status: int, content: object, headers: dict[str, str] | None = None) -> None:
        body = json.dumps(content, ensure_ascii=False).encode()
        self.send(status, body, {"Content-Type": "application/json", **(headers or {})})

    def send_image(self, image: bytes) -> None:
        self.send_json(200, _answer_with({"b64_json": base64.b64encode(image).decode()}))

    def drip(self, content: bytes) -> None:
        """Send one byte each ``pause`` seconds until all is said, the client leaves or the server stops."""
        for position in range(len(content)):
            self.handler.wfile.write(content[position : position + 1])
            if self.api.stopping.wait(self.options.get("pause", 0.05)):
                raise Hangup

    def hold(self) -> None:
        """Keep the line open for ``seconds`` and then cut it."""
        self.api.stopping.wait(self.options.get("seconds", 30.0))
        raise Hangup


ANSWERS: dict[str, Callable[[Asked], None]] = {}


def behaviours() -> list[str]:
    """The names of all behaviours."""
    return sorted(ANSWERS)


def _behaviour(answer: Callable[[Asked], None]) -> Callable[[Asked], None]:
    ANSWERS[answer.__name__] = answer
    return answer


def _answer_with(image: dict, **more: object) -> dict:
    details = {"text_tokens": 50, "image_tokens": 0}
    usage = {"input_tokens": 50, "input_tokens_details": details, "output_tokens": 1756, "total_tokens": 1806}
    return {"created": int(time.time()), "data": [image], "usage": usage, **more}


# Answers that are pictures, or say so.


@_behaviour
def ok(asked: Asked) -> None:
    """A picture of the asked size; a drawing begun, as it stands or cancelled; models; an unflagged moderation; a file."""
    if asked.route in drawings.ROUTES:
        return drawings.answer(asked)
    if asked.route == "models":
        models = asked.options.get("models", [{"id": "fake-image-model"}])
        rows = [{"object": "model", "created": 1700000000, "owned_by": "fake"} | model for model in models]
        return asked.send_json(200, {"object": "list", "data": rows})
    if asked.route == "moderations":
        return _moderate(asked, flagged=())
    if asked.route == "files":
        return asked.send(200, asked.picture(), {"Content-Type": "image/png"})
    return asked.send_image(asked.picture())


@_behaviour
def flagged(asked: Asked) -> None:
    """A moderation that flags ``categories`` (default: violence), in ``only`` words ("text") or pictures ("image") if said."""
    is_meant = asked.options.get("only") in (None, *_kinds(asked))
    _moderate(asked, flagged=tuple(asked.options.get("categories", ("violence",))) if is_meant else ())


@_behaviour
def words_only(asked: Asked) -> None:
    """A moderation of a server that takes a picture and looks at words alone."""
    _moderate(asked, flagged=(), looks_at=("text",))


@_behaviour
def url(asked: Asked) -> None:
    """A picture given as an address: ``url`` if said (``{endpoint}`` is filled in), else one on this server."""
    address = asked.options.get("url", "{endpoint}/files/" + f"{asked.number}.png")
    asked.send_json(200, _answer_with({"url": address.format(endpoint=asked.api.endpoint)}))


@_behaviour
def revised(asked: Asked) -> None:
    """A picture with a ``revised_prompt`` and no usage, as some servers send it."""
    image = {
        "b64_json": base64.b64encode(asked.picture()).decode(),
        "revised_prompt": asked.options.get("text", "A better prompt"),
    }
    asked.send_json(200, {"created": 1, "data": [image]})


@_behaviour
def slow(asked: Asked) -> None:
    """A picture after ``seconds`` of silence (default 0.3)."""
    if asked.api.stopping.wait(asked.options.get("seconds", 0.3)):
        raise Hangup
    ok(asked)


for _outcome in ("blocked", "declined", "failed", "incomplete", "endless"):
    ANSWERS[f"drawing_{_outcome}"] = functools.partial(drawings.begin, outcome=_outcome)


@_behaviour
def text_for_image(asked: Asked) -> None:
    """Correct base64 of bytes that are no image, at least ``size`` of them."""
    sorry = b"I am sorry, I cannot draw that. "
    asked.send_image(sorry * (1 + asked.options.get("size", 0) // len(sorry)))


@_behaviour
def truncated_png(asked: Asked) -> None:
    """Correct base64 of the first half of a PNG."""
    image = asked.picture()
    asked.send_image(image[: len(image) // 2])


@_behaviour
def given_image(asked: Asked) -> None:
    """The image in the option ``image`` (bytes, or base64 from another process), whatever it is."""
    image = asked.options["image"]
    asked.send_image(base64.b64decode(image) if isinstance(image, str) else image)


@_behaviour
def wrong_base64(asked: Asked) -> None:
    """What a decoder that overlooks strange letters would take."""
    asked.send_json(200, _answer_with({"b64_json": "aGVs*bG8h"}))


@_behaviour
def empty_image(asked: Asked) -> None:
    asked.send_json(200, _answer_with({"b64_json": ""}))


@_behaviour
def data_null(asked: Asked) -> None:
    asked.send_json(200, {"created": 1, "data": None})


@_behaviour
def data_empty(asked: Asked) -> None:
    asked.send_json(200, {"created": 1, "data": []})


@_behaviour
def json_list(asked: Asked) -> None:
    asked.send_json(200, [asked.prompt])


@_behaviour
def error_in_200(asked: Asked) -> None:
    asked.send_json(200, {"error": {"message": f"Cannot draw {asked.prompt!r}", "code": "internal"}})


@_behaviour
def html_200(asked: Asked) -> None:
    asked.send(200, f"<html><h1>Welcome</h1>{asked.prompt}</html>".encode(), {"Content-Type": "text/html"})


@_behaviour
def cut_json(asked: Asked) -> None:
    """Half of an answer, with a Content-Length that says it is whole."""
    body = json.dumps(_answer_with({"b64_json": base64.b64encode(asked.picture()).decode()})).encode()
    asked.send(200, body[: len(body) // 2], {"Content-Type": "application/json"})


@_behaviour
def empty_200(asked: Asked) -> None:
    asked.send(200, b"", {"Content-Type": "application/json"})


@_behaviour
def oversized(asked: Asked) -> None:
    """A body of ``size`` bytes (default 50 MB), whose length is said beforehand unless it is ``chunked``."""
    size, is_chunked = asked.options.get("size", 50_000_000), asked.options.get("chunked", False)
    length = {"Transfer-Encoding": "chunked"} if is_chunked else {"Content-Length": str(size)}
    asked.begin(200, {"Content-Type": "application/json", **length})
    for start in range(0, size, 65536):
        part = b"A" * min(65536, size - start)
        asked.handler.wfile.write(b"%x\r\n%b\r\n" % (len(part), part) if is_chunked else part)
    if is_chunked:
        asked.handler.wfile.write(b"0\r\n\r\n")


@_behaviour
def redirect(asked: Asked) -> None:
    """A redirect to ``location`` (``{endpoint}`` is filled in), by default to a place that would answer."""
    location = asked.options.get("location", "{endpoint}/v1/images/generations").format(endpoint=asked.api.endpoint)
    asked.send(asked.options.get("status", 307), b"", {"Location": location})


# Lines that break or crawl.


@_behaviour
def hang(asked: Asked) -> None:
    """Nothing at all, for ``seconds``."""
    asked.hold()


@_behaviour
def hang_after_headers(asked: Asked) -> None:
    asked.begin(200, {"Content-Type": "application/json", "Content-Length": "1000"})
    asked.hold()


@_behaviour
def drop_before_headers(asked: Asked) -> None:
    asked.handler.connection.shutdown(socket.SHUT_RDWR)
    raise Hangup


@_behaviour
def reset(asked: Asked) -> None:
    """The line is reset (RST) before any answer."""
    asked.handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    asked.handler.connection.close()
    raise Hangup


@_behaviour
def drop_mid_body(asked: Asked) -> None:
    asked.begin(200, {"Content-Type": "application/json", "Content-Length": "100000"})
    asked.handler.wfile.write(b'{"created": 1, "data": [{"b64_json": "iVBORw0KGgo')
    asked.handler.connection.shutdown(socket.SHUT_RDWR)
    raise Hangup


@_behaviour
def drip_headers(asked: Asked) -> None:
    asked.drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 500 + b"\r\n")


@_behaviour
def drip_body(asked: Asked) -> None:
    asked.begin(200, {"Content-Type": "application/json", "Content-Length": "100000"})
    asked.drip(b" " * 100_000)


@_behaviour
def drip_error_body(asked: Asked) -> None:
    """An error whose ``status`` (default 500) comes at once and whose body never ends."""
    asked.begin(asked.options.get("status", 500), {"Content-Type": "application/json", "Content-Length": "100000"})
    asked.drip(b" " * 100_000)


@_behaviour
def chunked_forever(asked: Asked) -> None:
    asked.begin(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
    while not asked.api.stopping.wait(asked.options.get("pause", 0.02)):
        asked.handler.wfile.write(b"1\r\n \r\n")


@_behaviour
def continue_forever(asked: Asked) -> None:
    """Endless 100 Continue."""
    while not asked.api.stopping.wait(asked.options.get("pause", 0.02)):
        asked.handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")


@_behaviour
def not_http(asked: Asked) -> None:
    asked.handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")
    raise Hangup


@_behaviour
def gzip_bomb(asked: Asked) -> None:
    """A small body that says it is gzip and unpacks to 50 MB."""
    asked.send(200, _bomb(), {"Content-Type": "application/json", "Content-Encoding": "gzip"})


# Errors with a status. ``{prompt}`` in a message is filled with the request's own prompt.

_SAFETY = "Your request was rejected by the safety system: '{prompt}'. safety_violations=[sexual]."
_RATE = "Rate limit reached for images (for limit gpt-image) on input-images per min: Limit 5, Used 5, Requested 1."
_FILTERED = {"content_filter_results": {"violence": {"filtered": True, "severity": "medium"}, "hate": {"filtered": False}}}
_HTML = "<html><head><title>{status}</title></head><body><h1>Bad gateway</h1>{prompt}</body></html>"


def _openai(message: str, code: object = None, type_: str | None = None, param: str | None = None, **more: object) -> dict:
    return {"error": {"message": message, "type": type_, "param": param, "code": code, **more}}


def _blocked(stage: str) -> dict:
    details = {"moderation_stage": stage, "categories": ["sexual", "violence"]}
    return _openai(_SAFETY, "moderation_blocked", "image_generation_user_error", moderation_details=details)


def _money(code: str) -> dict:
    return _openai("You exceeded your current quota, please check your plan.", code, "insufficient_quota")


#: name -> status, JSON body or text (HTML), headers.
_ERRORS: dict[str, tuple[int, object, dict[str, str]]] = {
    # blocked words or pictures
    "moderation_blocked": (400, _blocked("input"), {}),
    "moderation_blocked_output": (400, _blocked("output"), {}),
    "moderation_blocked_bare": (400, _openai(_SAFETY, "moderation_blocked", "image_generation_user_error"), {}),
    "safety_words_only": (400, _openai(_SAFETY, None, "invalid_request_error"), {}),
    "azure_content_filter": (400, _openai("Your task failed as a result of our safety system.", "contentFilter"), {}),
    "azure_output_filter": (
        400,
        _openai("Generated image was filtered as a result of our safety system.", "contentFilter"),
        {},
    ),
    "azure_content_filter_snake": (400, _openai("The response was filtered: {prompt}", "content_filter", param="prompt"), {}),
    "content_policy_violation": (
        400,
        _openai(
            "This request has been blocked by our content filters: {prompt}",
            "content_policy_violation",
            "invalid_request_error",
            inner_error={"code": "ResponsibleAIPolicyViolation", "revised_prompt": "{prompt}", **_FILTERED},
        ),
        {},
    ),
    "azure_innererror": (
        400,
        _openai("Bad request", "BadRequest", innererror={"code": "ResponsibleAIPolicyViolation", "content_filter_result": {}}),
        {},
    ),
    # too fast
    "rate": (429, _openai(_RATE + " Please try again in 12s.", "rate_limit_exceeded", "input-images"), {}),
    "rate_seconds": (429, _openai(_RATE, "rate_limit_exceeded", "input-images"), {"Retry-After": "7"}),
    "rate_ms": (429, _openai(_RATE, "rate_limit_exceeded"), {"retry-after-ms": "1500", "Retry-After": "9"}),
    "rate_date": (429, _openai(_RATE, "rate_limit_exceeded"), {"Retry-After": "{date}"}),
    "rate_bare": (429, {}, {}),
    "rate_minutes": (429, _openai(_RATE + " Please try again in 1m30.5s.", "rate_limit_exceeded"), {}),
    "rate_absurd": (429, _openai(_RATE, "rate_limit_exceeded"), {"Retry-After": "99999999999"}),
    "rate_nonsense": (429, _openai(_RATE, "rate_limit_exceeded"), {"Retry-After": "nan", "retry-after-ms": "soon"}),
    "rate_azure": (429, _openai("Requests have exceeded the rate limit. Please retry after 24 seconds.", "429"), {}),
    # no money
    "money": (429, _money("insufficient_quota"), {}),
    "money_credit": (429, _money("credit_balance_exhausted"), {}),
    "money_project": (429, _money("project_spend_limit_exceeded"), {}),
    "money_organization": (429, _money("organization_spend_limit_exceeded"), {}),
    "money_usage": (429, _money("organization_usage_limit_exceeded"), {}),
    "money_type_only": (429, _openai("You exceeded your current quota.", None, "insufficient_quota"), {}),
    "money_hard_limit": (400, _openai("Billing hard limit has been reached", "billing_hard_limit_reached"), {}),
    "money_inactive": (429, _openai("Your account is not active.", "billing_not_active"), {}),
    "money_402": (402, _openai("Payment required", None), {}),
    # key, account, model, address
    "key_wrong": (401, _openai("Incorrect API key provided: sk-wrong.", "invalid_api_key", "invalid_request_error"), {}),
    "key_unverified": (403, _openai("Your organization must be verified to use the model.", None, "invalid_request_error"), {}),
    "key_forbidden": (403, _openai("You have insufficient permissions for this operation.", None), {}),
    "resource_blocked": (
        403,
        _openai(
            "Your resource has been temporarily blocked because we detected behavior that may violate our content policy.",
            "403",
        ),
        {},
    ),
    "account_deactivated": (401, _openai("The account has been deactivated.", "account_deactivated"), {}),
    "model_retired": (404, _openai("The model 'old' does not exist.", "model_not_found", "invalid_request_error"), {}),
    "model_denied": (403, _openai("Project does not have access to model 'x'.", "model_not_found"), {}),
    "azure_no_deployment": (404, _openai("The API deployment for this resource does not exist.", "DeploymentNotFound"), {}),
    "wrong_path": (404, {"detail": "Not Found"}, {}),
    "wrong_path_html": (404, _HTML, {}),
    "wrong_method": (405, {"detail": "Method Not Allowed"}, {}),
    # the request itself
    "bad_size": (400, _openai("Invalid size for {prompt!r}", "invalid_value", "invalid_request_error", "size"), {}),
    "bad_file": (400, _openai("Unsupported", "unsupported_file_mimetype", "image_generation_user_error", "image"), {}),
    "detail_422": (422, {"detail": [{"loc": ["body", "size"], "msg": "size must contain x", "input": "{prompt}"}]}, {}),
    "detail_400": (400, {"detail": "cannot draw {prompt}"}, {}),
    "localai_400": (400, _openai("bad request for {prompt}", 400, ""), {}),
    "sd_cpp_400": (400, {"error": "cannot draw {prompt}"}, {}),
    "too_large_413": (413, _HTML, {}),
    # the service
    "localai_500": (500, _openai("rpc error: {prompt}", 500, ""), {}),
    "sd_cpp_500": (500, {"error": "generate_image returned no images for {prompt}"}, {}),
    "server_error": (500, _openai("The server had an error processing {prompt}", "server_error", "server_error"), {}),
    "html_500": (500, _HTML, {}),
    "html_502": (502, _HTML, {}),
    "html_503": (503, _HTML, {"Retry-After": "5"}),
    "html_504": (504, _HTML, {}),
    "timeout_408": (408, _openai("The operation was timeout.", "Timeout"), {}),
    "conflict_409": (409, _openai("Conflict", None), {}),
}


def _fill(content: object, asked: Asked, status: int) -> object:
    if isinstance(content, str):
        filled = content.replace("{prompt!r}", repr(asked.prompt)).replace("{prompt}", asked.prompt)
        return filled.replace("{status}", str(status)).replace("{date}", formatdate(time.time() + 20, usegmt=True))
    if isinstance(content, dict):
        return {key: _fill(value, asked, status) for key, value in content.items()}
    if isinstance(content, list):
        return [_fill(value, asked, status) for value in content]
    return content


def _answer_error(asked: Asked, *, status: int, content: object, headers: dict[str, str]) -> None:
    headers = {name: str(_fill(value, asked, status)) for name, value in headers.items()}
    filled = _fill(content, asked, status)
    if isinstance(filled, str):
        return asked.send(status, filled.encode(), {"Content-Type": "text/html", **headers})
    return asked.send_json(status, filled, headers)


for _name, (_status, _content, _headers) in _ERRORS.items():
    ANSWERS[_name] = functools.partial(_answer_error, status=_status, content=_content, headers=_headers)


# What the answers are made of.


def _kinds(asked: Asked) -> set[str]:
    """Return what was sent to the moderation: "text", "image"."""
    given = asked.fields.get("input")
    parts = [part for part in given if isinstance(part, dict)] if isinstance(given, list) else []
    return {str(part.get("type", "")).removesuffix("_url") for part in parts} or {"text"}


def _moderate(asked: Asked, flagged: tuple[str, ...], looks_at: tuple[str, ...] = ("text", "image")) -> None:
    given = asked.fields.get("input")
    inputs = given if isinstance(given, list) and all(isinstance(part, str) for part in given) else [given]
    names = ("harassment", "hate", "illicit", "self-harm", "sexual", "sexual/minors", "violence", "violence/graphic", *flagged)
    result = {
        "flagged": bool(flagged),
        "categories": {name: name in flagged for name in names},
        "category_scores": {name: 0.97 if name in flagged else 0.001 for name in names},
        "category_applied_input_types": {name: sorted(_kinds(asked) & set(looks_at)) for name in names},
    }
    asked.send_json(200, {"id": f"modr-{asked.number}", "model": "fake-moderation", "results": [result for _ in inputs]})


@functools.lru_cache(maxsize=64)
def _png(width: int, height: int, kind: int) -> bytes:
    """A picture with a sky, a ground and a sun, in one of eight colourings."""
    colours = ["#7fb2e5", "#f2b56b", "#9ad0a0", "#d7a3d1", "#e58a7f", "#8fd3d6", "#c9c27a", "#a5a9e0"]
    image = Image.new("RGB", (width, height), colours[kind])
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, height * 2 // 3, width, height), fill=colours[(kind + 3) % 8])
    radius = min(width, height) // 6
    draw.ellipse((width // 2 - radius, height // 3 - radius, width // 2 + radius, height // 3 + radius), fill="#fff3b0")
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1)
    return file.getvalue()


@functools.cache
def _bomb() -> bytes:
    import gzip  # only one behaviour needs it

    return gzip.compress(b" " * 50_000_000, compresslevel=1)


def read_fields(content_type: str, body: bytes) -> dict:
    """The fields of a JSON or multipart body; a file becomes its name, type, length in bytes and sha256."""
    if content_type.startswith("application/json"):
        content = json.loads(body or b"{}")
        return content if isinstance(content, dict) else {}
    if not content_type.startswith("multipart/form-data"):
        return {}
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    fields: dict = {}
    for part in message.iter_parts():
        name = str(part.get_param("name", header="content-disposition"))
        content = part.get_payload(decode=True)
        if part.get_filename() is None:
            fields[name] = content.decode()
        else:
            digest = hashlib.sha256(content).hexdigest()
            about = {"filename": part.get_filename(), "type": part.get_content_type(), "bytes": len(content), "sha256": digest}
            fields[name] = about
    return fields
