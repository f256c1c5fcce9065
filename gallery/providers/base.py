"""What every provider promises: a request goes in, bytes come out, and five ways to fail.

A provider is told nothing of schools: no names, classes, grades or ids. That is the privacy rule, stated by a signature.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypedDict, Unpack

#: Seconds to fetch a picture that an answer only points to: it is drawn already, and the claim must outlive this too.
FETCH_SECONDS = 30


@dataclass(frozen=True)
class Abilities:
    """What an engine of this provider can do beyond drawing from words.

    ``is_local``: it draws in this very process. ``resumes``: it is a ``ResumableProvider``.
    """

    edits: bool = False
    seeds: bool = False
    partials: bool = False
    is_local: bool = False
    resumes: bool = False


@dataclass(frozen=True)
class DrawRequest:
    """One picture, asked for once.

    ``words`` is the whole text that is sent (meta prompt and the student's words); ``prompt`` is the student's words alone,
    for a drawer that reads plain words. ``size`` is (width, height) in pixels. ``seed`` is None where the engine has none.
    """

    words: str
    prompt: str
    language: str
    size: tuple[int, int]
    quality: str = ""
    seed: int | None = None
    source: bytes | None = None
    mask: bytes | None = None
    safety_identifier: str = ""


@dataclass(frozen=True)
class Usage:
    """What the service says this picture took: tokens, and money in micro-dollars (1 USD = 1,000,000) where it is known.

    ``text_tokens`` and ``image_tokens`` are the kinds of input tokens, which cost differently.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    micros: int | None = None
    text_tokens: int | None = None
    image_tokens: int | None = None


@dataclass(frozen=True)
class Drawn:
    """One picture as the service sent it: encoded image bytes, not yet checked by anyone.

    ``understood`` and ``missed`` are the words that a word-reading drawer used and could not use, in the student's spelling.
    """

    image: bytes
    usage: Usage = field(default_factory=Usage)
    revised_prompt: str = ""
    understood: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Limits:
    """What a service says of its pace: how many pictures a minute, how many are left of them, in how many seconds all are back.

    Each is None where it was not said; where several limits hold, the tightest counts, and tokens never do.
    """

    per_minute: float | None = None
    remaining: int | None = None
    reset_seconds: float | None = None


@dataclass(frozen=True)
class Service:
    """How to reach one service. The key is handed over at the last moment and kept nowhere.

    ``kind`` is "sketch", "openai" or "azure". ``deadline`` is the total time in seconds from the first byte sent to the last
    byte received, whatever the service does in between. ``extra`` holds fields that only self-hosted servers know.
    ``chat_model`` is set where drawings shall be resumable: it stands before ``model`` and rewords the prompt.
    """

    kind: str
    model: str = ""
    base_url: str = ""
    api_key: str = ""
    api_version: str = ""
    chat_model: str = ""
    deadline: float = 150.0
    connect_timeout: float = 5.0
    max_answer_bytes: int = 40 * 1024 * 1024
    extra: dict[str, object] = field(default_factory=dict)


class Provider(Protocol):
    """Speaks to one kind of service. Both methods raise only the errors below."""

    abilities: Abilities

    def ask(self, request: DrawRequest, spool: Path) -> Limits | None:
        """Send the request once and leave the raw answer at ``spool`` (temporary name, fsync, rename) unparsed.

        Returns what the service told of its pace, None where it told nothing.
        """

    def read(self, spool: Path, request: DrawRequest) -> Drawn:
        """Turn a spooled answer into a picture; safe to call again after a crash, and never bills."""


class ResumableProvider(Provider, Protocol):
    """Speaks to a service that gives a drawing an id, by which it can be fetched even when whoever began it is gone."""

    def ask(self, request: DrawRequest, spool: Path, *, started: Callable[[str], object] | None = None) -> Limits | None:
        """Begin a drawing once, say its id to ``started`` as soon as it is known, and leave its end at ``spool``."""

    def resume(self, ref: str, request: DrawRequest, spool: Path) -> Limits | None:
        """Take the drawing ``ref`` up again and leave its end at ``spool``; safe to call again, and never bills."""


def write_spool(path: Path, chunks: Iterable[bytes]) -> None:
    """Write ``chunks`` so that ``path`` either holds all of them on disk or does not exist; nobody else may read it.

    Two may write the same answer at once: whoever was late is replaced, and neither sees the other's half.
    """
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with open(temporary, "wb", opener=lambda name, flags: os.open(name, flags, mode=0o600)) as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


class Fields(TypedDict, total=False):
    """What every error below may say besides its detail."""

    code: str
    http_status: int | None
    request_id: str


class ProviderError(Exception):
    """An answer that is no picture. ``detail`` is for the operator and never holds the student's words.

    ``code`` is the service's own code, ``http_status`` its status or None, ``request_id`` the service's id of the request.
    """

    def __init__(self, detail: str, *, code: str = "", http_status: int | None = None, request_id: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.http_status = http_status
        self.request_id = request_id


class Refused(ProviderError):
    """Final: the service blocked the words or the picture. ``stage`` is "input", "output" or "unknown"."""

    def __init__(
        self, detail: str, *, stage: str = "unknown", categories: tuple[str, ...] = (), **fields: Unpack[Fields]
    ) -> None:
        super().__init__(detail, **fields)
        self.stage = stage
        self.categories = categories


class Busy(ProviderError):
    """Later: asked too fast, or the service is full.

    ``retry_after`` is in seconds, ``limits`` what the service told of its pace; None where it did not say.
    """

    def __init__(
        self, detail: str, *, retry_after: float | None = None, limits: Limits | None = None, **fields: Unpack[Fields]
    ) -> None:
        super().__init__(detail, **fields)
        self.retry_after = retry_after
        self.limits = limits


class Broken(ProviderError):
    """The service failed, or its answer is no picture. Tried again later, with a limit.

    ``is_perhaps_charged`` is True where a success was announced but no usable picture came (a 200 with cut JSON, say): then the
    picture may have been drawn and billed, and asking again could pay twice.
    """

    def __init__(self, detail: str, *, is_perhaps_charged: bool = False, **fields: Unpack[Fields]) -> None:
        super().__init__(detail, **fields)
        self.is_perhaps_charged = is_perhaps_charged


class Unanswered(ProviderError):
    """The request left and no answer came: perhaps drawn, perhaps charged. Never asked again by the machine."""


class Misconfigured(ProviderError):
    """An adult must act: key, money, model, address. ``kind`` is "key", "money", "model", "blocked", "address" or "request"."""

    def __init__(self, detail: str, *, kind: str, **fields: Unpack[Fields]) -> None:
        super().__init__(detail, **fields)
        self.kind = kind
