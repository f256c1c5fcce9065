"""OpenAI's Responses API: a drawing is begun in the background and has an id, by which whoever comes later takes it up again.

A chat model stands before the image model there and rewords the words; its wording comes back with the picture.
"""

from __future__ import annotations

import itertools
import os
import re
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from .answers import LONGEST_REVISED_PROMPT, check_room, decoded, no_picture, parsed, usage_of
from .base import (
    Abilities,
    Broken,
    Busy,
    Drawn,
    DrawRequest,
    Limits,
    Misconfigured,
    ProviderError,
    Refused,
    Service,
    Unanswered,
    Usage,
    write_spool,
)
from .clients import conversation, dialect
from .failures import failure_within
from .limits import read_limits

#: Seconds between two looks at a drawing: at first, and at most.
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 3.0
#: Seconds for one look, the picture's arrival included: looking is free and may be done again.
LONGEST_LOOK = 60.0
#: Seconds for the request that stops a drawing nobody waits for any more.
CANCEL_SECONDS = 10.0
#: So many looks in a row say that the drawing is gone, or that an adult must act.
SAID_TOO_OFTEN = 3
#: What is told of a drawing that goes on is shorter; only its end holds a picture.
MOST_STATE_BYTES = 64 * 1024
_CHUNK_BYTES = 64 * 1024
_WORKING = {"queued", "in_progress"}
_REF = re.compile(r"[A-Za-z0-9_-]{1,120}")
#: Long answers are parsed one at a time: each takes three times its size in memory.
_PARSING = threading.Lock()


@dataclass(frozen=True)
class _State:
    """What a service says of a drawing: its id and how far it has come."""

    ref: str
    status: str

    @property
    def is_working(self) -> bool:
        return self.status in _WORKING


class ResponsesProvider:
    """Begins one drawing at a time, looks at it until it ends, all under one deadline; or takes one up again by its id."""

    abilities = Abilities(resumes=True)

    def __init__(self, service: Service) -> None:
        self.service = service
        self._dialect = dialect(service)

    def ask(self, request: DrawRequest, spool: Path, *, started: Callable[[str], object] | None = None) -> Limits | None:
        """Begin a drawing once, say its id to ``started``, wait for its end and leave that at ``spool``, unparsed.

        ``Unanswered`` where the id never came, or where the deadline passed; the drawing was cancelled then.
        """
        ends_at = time.monotonic() + self.service.deadline
        fields = self._fields(request)
        check_room(spool, self.service)
        with conversation(self.service) as client, client.responses.with_streaming_response.create(**fields) as answer:
            state = _receive(answer, spool)
            limits = read_limits(answer.headers)
        if not state.is_working:
            return limits
        if not _REF.fullmatch(state.ref):
            raise Broken("The drawing was begun and has no id.", is_perhaps_charged=True, code="no_id", http_status=200)
        if started is not None:
            started(state.ref)
        self._wait(state.ref, spool, ends_at, pause=FIRST_PAUSE)
        return limits

    def resume(self, ref: str, request: DrawRequest, spool: Path) -> Limits | None:
        """Wait for the end of the drawing ``ref`` and leave it at ``spool``, under a deadline that begins now. Never bills.

        ``Unanswered`` where the service knows it no more, ``Misconfigured`` where an adult must act before it can be fetched.
        """
        check_room(spool, self.service)
        self._wait(ref, spool, time.monotonic() + self.service.deadline, pause=0.0)
        return None

    def read(self, spool: Path, request: DrawRequest) -> Drawn:
        """Turn the spooled end of a drawing into a picture; one of the five errors if there is none."""
        content = parsed(spool)
        output = content.get("output")
        items = [item for item in output if isinstance(item, Mapping)] if isinstance(output, list) else []
        for item in items:
            if item.get("type") == "image_generation_call" and item.get("result"):
                revised = item.get("revised_prompt")
                return Drawn(
                    image=decoded(item["result"]),
                    usage=_usage(content),
                    revised_prompt=revised[:LONGEST_REVISED_PROMPT] if isinstance(revised, str) else "",
                )
        raise _why_there_is_none(content, items)

    def _fields(self, request: DrawRequest) -> dict[str, Any]:
        if not self.service.model or not self.service.chat_model:
            raise Misconfigured("No model is set.", kind="model", code="no_model")
        if request.source is not None:
            raise Misconfigured("This engine draws from words alone.", kind="request", code="no_edits")
        width, height = request.size
        tool: dict[str, Any] = {"type": "image_generation", "model": self.service.model, "size": f"{width}x{height}"}
        if request.quality:
            tool["quality"] = request.quality
        fields: dict[str, Any] = {
            "model": self.service.chat_model,
            "input": request.words,
            "tools": [tool],
            "tool_choice": {"type": "image_generation"},
            "max_tool_calls": 1,  # one picture is asked for and paid, however much the chat model would like to draw
            "background": True,
            "store": True,  # kept until it was fetched, even by somebody who comes back the day after
        }
        if request.safety_identifier:
            fields["safety_identifier"] = request.safety_identifier
        if self._dialect == "azure":  # knows the image model by the name of its deployment, and that from a header
            del tool["model"]
            fields["extra_headers"] = {"x-ms-oai-image-generation-deployment": self.service.model}
        return fields

    def _wait(self, ref: str, spool: Path, ends_at: float, *, pause: float) -> None:
        """Look at the drawing until it has ended; whatever is wrong with one look, the drawing itself goes on."""
        told: list[int] = []  # what an adult must hear, as often as it was said in a row
        while (left := ends_at - time.monotonic()) > 0:
            time.sleep(min(pause, left))
            pause = min(max(pause, FIRST_PAUSE) * 1.25, LONGEST_PAUSE)
            try:
                if not self._look(ref, spool, ends_at):
                    return
                told.clear()
            except Busy as error:
                pause = max(pause, min(error.retry_after or 0.0, self.service.deadline))
            except Unanswered:
                continue  # a look is no request for a picture: it may be made again
            except Broken as error:
                if error.code in ("too_long", "not_stored"):
                    raise
            except Misconfigured as error:
                told.append(error.http_status or 0)
                if len(told) < SAID_TOO_OFTEN:
                    continue
                if told[-1] == 404:
                    raise Unanswered("The service knows nothing of this drawing.", code="gone", http_status=404) from None
                raise
        # Whoever wakes up long after the deadline has slept, and somebody else may be waiting for this drawing now.
        has_slept = time.monotonic() - ends_at > CANCEL_SECONDS
        if has_slept or not self._has_ended_after_all(ref, spool):
            raise Unanswered("The deadline passed before the drawing ended.", code="deadline")

    def _look(self, ref: str, spool: Path, ends_at: float) -> bool:
        """Return whether the drawing goes on; its end is left at ``spool``."""
        bound = replace(self.service, deadline=max(min(ends_at - time.monotonic(), LONGEST_LOOK), 0.0))
        with conversation(bound) as client, client.responses.with_streaming_response.retrieve(ref) as answer:
            return _receive(answer, spool).is_working

    def _has_ended_after_all(self, ref: str, spool: Path) -> bool:
        """Stop a drawing that took too long; True where it was ready just then, and lies at ``spool``."""
        bound = replace(self.service, deadline=CANCEL_SECONDS)
        try:
            with conversation(bound) as client, client.responses.with_streaming_response.cancel(ref) as answer:
                is_done = _receive(answer, spool).status == "completed"
        except ProviderError:
            return False
        if not is_done:
            spool.unlink(missing_ok=True)
        return is_done


def _receive(answer: Any, spool: Path) -> _State:
    """Take one answer in; where the drawing has ended, it stays at ``spool``."""
    chunks = answer.iter_bytes(_CHUNK_BYTES)
    body = b""
    try:
        for chunk in chunks:
            body += chunk
            if len(body) > MOST_STATE_BYTES:
                return _receive_long(itertools.chain([body], chunks), spool)
        latest = _state(parsed(body))
        if not latest.is_working:
            write_spool(spool, [body])
        return latest
    except OSError as error:  # the line's errors are ours by now, so this is the disk's
        raise Broken(
            f"The answer could not be stored ({type(error).__name__}).", is_perhaps_charged=True, code="not_stored"
        ) from None


def _receive_long(chunks: itertools.chain[bytes], spool: Path) -> _State:
    whole = spool.with_name(f"{spool.name}.{secrets.token_hex(4)}.whole")  # a worker that was thought lost may write it too
    try:
        write_spool(whole, chunks)
        with _PARSING:
            state = _state(parsed(whole))
        if not state.is_working:
            os.replace(whole, spool)
        return state
    finally:
        whole.unlink(missing_ok=True)


def _state(content: dict) -> _State:
    ref, status = content.get("id"), content.get("status")
    if not isinstance(status, str):
        raise no_picture("no_status", "The answer does not say how far the drawing is.")
    return _State(ref if isinstance(ref, str) else "", status)


def _usage(content: dict) -> Usage:
    """Return what the image model took; the chat model's few tokens are told elsewhere and cost next to nothing."""
    tools = content.get("tool_usage")
    return usage_of(tools.get("image_gen") if isinstance(tools, Mapping) else None)


def _why_there_is_none(content: dict, items: list[Mapping]) -> ProviderError:
    """Return what an answer without a picture means."""
    errors = [item.get("error") for item in items] + [content.get("error")]
    if error := next((error for error in errors if isinstance(error, Mapping)), None):
        return failure_within(error)
    if any(_type_of(part) == "refusal" for item in items for part in _parts_of(item)):
        return Refused("The chat model declined.", stage="input", code="refusal", http_status=200)
    details = content.get("incomplete_details")
    if isinstance(details, Mapping) and details.get("reason") == "content_filter":
        return Refused("The drawing was filtered.", stage="output", code="content_filter", http_status=200)
    if content.get("status") == "cancelled":  # by a worker of ours whose deadline passed, and who died before it could say so
        return Unanswered("The drawing was cancelled.", code="cancelled", http_status=200)
    return no_picture("no_image", "The drawing ended without an image.")


def _parts_of(item: Mapping) -> list:
    parts = item.get("content")
    return parts if isinstance(parts, list) else []


def _type_of(part: object) -> object:
    return part.get("type") if isinstance(part, Mapping) else None
