"""A spooled answer becomes a picture, or is told apart from one. Nothing here is billed; all of it may be done again."""

from __future__ import annotations

import base64
import binascii
import json
import shutil
from dataclasses import replace
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import requests

from .base import FETCH_SECONDS, Broken, Drawn, ProviderError, Service, Usage, write_spool
from .clients import address_of, line_to
from .wire import LineAdapter

#: A reworded prompt is shown in the glass box; longer than this it is no prompt.
LONGEST_REVISED_PROMPT = 4000
MOST_PARTS = 100_000
#: An answer that only points to its picture is a few hundred bytes long.
MOST_ADDRESS_BYTES = 64 * 1024


def bring_home(spool: Path, service: Service) -> None:
    """Fetch the picture that the answer in ``spool`` only points to, and put it there in place of its address.

    So that reading needs no network. Whatever else is in ``spool`` stays as it came. Raises ``Broken(is_perhaps_charged=True)``
    and leaves nothing where the picture cannot be fetched.
    """
    if spool.stat().st_size > MOST_ADDRESS_BYTES:
        return
    try:
        content = parsed(spool)
        image = _first_image(content)
    except Broken:
        return  # reading will say so
    if image.get("b64_json") or not image.get("url"):
        return
    try:
        picture = _fetched(str(image["url"]), service)
    except Broken:
        spool.unlink()
        raise
    content["data"] = [image | {"url": None, "b64_json": base64.b64encode(picture).decode()}]
    write_spool(spool, [json.dumps(content).encode()])


def read_answer(spool: Path, service: Service) -> Drawn:
    """Return the picture in ``spool``: not empty, at most ``service.max_answer_bytes``, and not yet checked by anyone.

    Raises ``Broken(is_perhaps_charged=True)`` for everything else: a success was announced, so it may have been billed.
    """
    content = parsed(spool)
    image = _first_image(content)
    if encoded := image.get("b64_json"):
        picture = decoded(encoded)
    elif address := image.get("url"):
        picture = _fetched(str(address), service)
    else:
        raise no_picture("no_image", "The answer has neither an image nor an address.")
    revised = image.get("revised_prompt")
    return Drawn(
        image=picture,
        usage=usage_of(content.get("usage")),
        revised_prompt=revised[:LONGEST_REVISED_PROMPT] if isinstance(revised, str) else "",
    )


def check_room(spool: Path, service: Service) -> None:
    """See that the answer will fit on the disk, before it is paid for; raises ``Broken``."""
    try:
        spool.parent.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(spool.parent).free
    except OSError as error:
        raise Broken(f"There is no place for the answer ({type(error).__name__}).", code="no_room") from None
    if free < service.max_answer_bytes:
        raise Broken("The disk has no room for the answer.", code="no_room")


def no_picture(code: str, detail: str) -> Broken:
    """Return the error of an answer that announced a picture and brought none."""
    return Broken(detail, is_perhaps_charged=True, code=code, http_status=200)


def parsed(answer: Path | bytes) -> dict:
    """Return the JSON object that is ``answer``, or lies there; ``Broken(is_perhaps_charged=True)`` for everything else."""
    try:
        body = answer if isinstance(answer, bytes) else answer.read_bytes()
    except OSError as error:
        raise no_picture("spool", f"The spooled answer cannot be read ({type(error).__name__}).") from None
    # One picture comes in a few dozen parts; the same bytes in millions of tiny ones would take a gigabyte to parse.
    if body.count(b",") + body.count(b"[") > MOST_PARTS:
        raise no_picture("too_many_parts", "The answer has too many parts.")
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        # "from None": the parser's error carries the whole answer, which may quote the prompt.
        raise no_picture("no_json", "The answer is not JSON.") from None
    if not isinstance(content, dict):
        raise no_picture("no_object", "The answer is not a JSON object.")
    return content


def _first_image(content: dict) -> dict:
    images = content.get("data")
    if isinstance(images, list) and images and isinstance(images[0], dict):
        return images[0]
    if content.get("error"):
        raise no_picture("error_in_success", "The answer is an error with the status of a success.")
    raise no_picture("no_data", "The answer has no data.")


def decoded(encoded: object) -> bytes:
    """Return the bytes of a picture that came as base64; ``Broken(is_perhaps_charged=True)`` where it is none."""
    try:
        picture = base64.b64decode(encoded, validate=True) if isinstance(encoded, str) else b""
    except (binascii.Error, ValueError):
        raise no_picture("no_base64", "The image is not base64.") from None
    if not picture:
        raise no_picture("no_base64", "The image is empty.")
    return picture


def _fetched(address: str, service: Service) -> bytes:
    """Fetch a picture that the service left on its own server, under the service's own deadline and size.

    Only there: an answer must not be able to make this server call any other (its cloud's metadata, say).
    """
    address = urljoin(address_of(service) + "/", address)
    try:
        is_its_own = _origin(address) == _origin(address_of(service))
    except ValueError:  # a port that is no number
        is_its_own = False
    if not is_its_own:
        raise no_picture("foreign_url", "The answer points to another server.")
    bound = replace(service, deadline=min(service.deadline, FETCH_SECONDS))
    with requests.Session() as session:
        session.trust_env = False  # neither proxies nor .netrc
        adapter = LineAdapter(line_to(bound))
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        try:
            response = session.get(address, allow_redirects=False, timeout=bound.deadline)
        except (ProviderError, requests.RequestException) as error:
            raise no_picture("not_fetched", f"The picture could not be fetched ({type(error).__name__}).") from None
    if response.status_code != 200 or not response.content:
        raise no_picture("not_fetched", f"The picture could not be fetched (HTTP {response.status_code}).")
    return response.content


def _origin(address: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(address)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def usage_of(given: object) -> Usage:
    """Return the tokens that ``given``, the usage of an answer, counts; unknown where it makes no sense."""
    if not isinstance(given, dict):
        return Usage()
    kinds = given.get("input_tokens_details")
    kinds = kinds if isinstance(kinds, dict) else {}
    return Usage(
        input_tokens=_count(given.get("input_tokens")),
        output_tokens=_count(given.get("output_tokens")),
        text_tokens=_count(kinds.get("text_tokens")),
        image_tokens=_count(kinds.get("image_tokens")),
    )


def _count(value: object) -> int | None:
    is_count = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31
    return value if is_count and isinstance(value, int) else None
