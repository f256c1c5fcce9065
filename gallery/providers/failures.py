"""What a service's error means: a status, headers and a body become one of the providers' errors.

Services quote the prompt in their messages. So a message is only searched for known turns of phrase, never passed on; codes,
types and categories are passed on when they look like identifiers and not like words that somebody wrote.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from .base import Broken, Busy, Misconfigured, ProviderError, Refused
from .limits import limits_in_words, read_limits, tightest

#: A service that asks for more is asked again after an hour all the same, and may then say no again.
LONGEST_WAIT_SECONDS = 3600.0

_REFUSED_CODES = {
    "moderation_blocked",
    "content_policy_violation",
    "image_content_policy_violation",
    "content_filter",
    "contentfilter",
    "responsibleaipolicyviolation",
}
#: Further codes of a drawing that was begun in the background.
_REFUSED_AT_WORK = {"invalid_prompt", "bio_policy", "misalignment_policy_violation"}
_REFUSED_PHRASES = (
    "rejected by the safety system",
    "rejected by our safety system",
    "rejected as a result of our safety system",
    "failed as a result of our safety system",
    "filtered as a result of our safety system",
    "content management policy",
    "blocked by our content filter",
)
_MONEY_CODES = {
    "insufficient_quota",
    "credit_balance_exhausted",
    "project_spend_limit_exceeded",
    "organization_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "billing_hard_limit_reached",
    "billing_not_active",
    "budget_exceeded",
}
_MODEL_CODES = {"model_not_found", "deploymentnotfound", "model_deprecated", "modeldeprecated", "invalid_model"}
_KEY_CODES = {"invalid_api_key", "invalid_authentication", "permission_denied", "permissiondenied"}
_BLOCKED_CODES = {"account_deactivated", "access_terminated", "unsupported_country_region_territory"}
_BLOCKED_PHRASES = (
    "temporarily blocked",
    "resource has been blocked",
    "account has been deactivated",
    "access was terminated",
    "you have been blocked",
)

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.\-/\[\]]{0,79}")
_REQUEST_ID_HEADERS = ("x-request-id", "apim-request-id", "x-ms-request-id")
_TRY_AGAIN = re.compile(
    r"(?:try again in|retry after) (?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?) ?(ms|s\b|seconds?|milliseconds?))?", re.I
)


@dataclass(frozen=True)
class _Complaint:
    """An error's body, whatever its shape: OpenAI's, Azure's, FastAPI's, LocalAI's, sd.cpp's or a proxy's HTML."""

    codes: frozenset[str]
    code: str
    type: str
    param: str
    message: str
    stage: str
    categories: tuple[str, ...]


def failure(status: int, headers: Mapping[str, str], body: object) -> ProviderError:
    """Return what an answer that is no success means.

    ``headers`` are looked up by lower-case names; ``body`` is parsed JSON, with or without its outer ``error``, or text.
    """
    complaint = _read(body)
    request_id = next((_identifier(headers.get(name)) for name in _REQUEST_ID_HEADERS if headers.get(name)), "")
    about: dict[str, Any] = {"code": complaint.code, "http_status": status, "request_id": request_id}
    detail = _describe(status, complaint, request_id)
    if kind := _adult_matter(status, complaint):
        return Misconfigured(detail, kind=kind, **about)
    if _is_refusal(status, complaint):
        return Refused(detail, stage=complaint.stage, categories=complaint.categories, **about)
    if status == 429:
        limits = tightest([read_limits(headers), limits_in_words(complaint.message)])
        return Busy(detail, retry_after=retry_after(headers, complaint.message), limits=limits, **about)
    if status in (409, 425):  # a lock is held, or the line was too young: nothing was begun
        return Busy(detail, retry_after=retry_after(headers, ""), **about)
    if status in (408, 504, 524):  # somebody between us and the model stopped waiting; the model may have gone on drawing
        return Broken(detail, is_perhaps_charged=True, **about)
    if status >= 500:
        return Broken(detail, **about)
    if status in (404, 405) or 300 <= status < 400:
        return Misconfigured(detail, kind="address", **about)
    return Misconfigured(detail, kind="request", **about)


def failure_within(error: Mapping) -> ProviderError:
    """Return what an error means that came with the status of a success: that of a drawing which was begun and failed later."""
    complaint = _read(error)
    about: dict[str, Any] = {"code": complaint.code, "http_status": 200}
    detail = _describe(200, complaint, "")
    if complaint.codes & _REFUSED_AT_WORK or _is_refusal(400, complaint):
        return Refused(detail, stage=complaint.stage, categories=complaint.categories, **about)
    if kind := _adult_matter(200, complaint):
        return Misconfigured(detail, kind=kind, **about)
    if "rate_limit_exceeded" in complaint.codes:
        limits = limits_in_words(complaint.message)
        return Busy(detail, retry_after=retry_after({}, complaint.message), limits=limits, **about)
    # A service that says it failed has drawn nothing; of any other end nobody knows whether it is billed.
    return Broken(detail, is_perhaps_charged="server_error" not in complaint.codes, **about)


def _adult_matter(status: int, complaint: _Complaint) -> str:
    """Say which of an adult's matters this is ("blocked", "money", "model", "key"), or nothing."""
    # A blocked resource speaks of "content policy" too: it must not be taken for a refusal of one prompt.
    if complaint.codes & _BLOCKED_CODES or (status in (401, 403) and _says(complaint, _BLOCKED_PHRASES)):
        return "blocked"
    if status == 402 or complaint.codes & _MONEY_CODES:
        return "money"
    if complaint.codes & _MODEL_CODES or status == 410 or (status in (400, 404) and complaint.param == "model"):
        return "model"
    if status == 401 or complaint.codes & _KEY_CODES:
        return "key"
    if status == 403 and not _is_refusal(status, complaint):
        return "key"
    return ""


def _is_refusal(status: int, complaint: _Complaint) -> bool:
    if complaint.codes & _REFUSED_CODES:
        return True
    return status in (400, 403, 422, 451) and _says(complaint, _REFUSED_PHRASES)


def _says(complaint: _Complaint, phrases: tuple[str, ...]) -> bool:
    message = complaint.message.lower()
    return any(phrase in message for phrase in phrases)


def retry_after(headers: Mapping[str, str], message: str) -> float | None:
    """Seconds to wait, from ``retry-after-ms``, ``retry-after`` (seconds or a date) or the message; None where nobody says.

    Never above ``LONGEST_WAIT_SECONDS``; a time that has passed, or is no number, counts as not said.
    """
    said = (
        _number(headers.get("retry-after-ms"), 0.001),
        _number(headers.get("retry-after"), 1.0),
        _until(headers.get("retry-after"), headers.get("date")),
        _in_words(message),
    )
    return next((min(wait, LONGEST_WAIT_SECONDS) for wait in said if wait is not None and wait > 0), None)


def _number(text: str | None, unit: float) -> float | None:
    try:
        value = float(text or "") * unit
    except ValueError:
        return None
    return None if math.isnan(value) else value


def _until(text: str | None, now: str | None) -> float | None:
    """Seconds from the service's own ``now`` (its Date header, for clocks differ) to the date in ``text``."""
    try:
        start = parsedate_to_datetime(now).timestamp() if now else time.time()
        return parsedate_to_datetime(text or "").timestamp() - start
    except (ValueError, OverflowError):
        return None


def _in_words(message: str) -> float | None:
    found = _TRY_AGAIN.search(message)
    if not found:
        return None
    hours, minutes, seconds, unit = found.groups()
    fraction = 0.001 if unit and unit.lower().startswith("m") else 1.0
    return int(hours or 0) * 3600.0 + int(minutes or 0) * 60.0 + float(seconds or 0) * fraction


def _read(body: object) -> _Complaint:
    """Find what there is in ``body``: the error object itself, or what wraps it."""
    if isinstance(body, Mapping) and isinstance(body.get("error"), (Mapping, str)):
        body = body["error"]
    if not isinstance(body, Mapping):
        return _Complaint(frozenset(), "", "", "", body if isinstance(body, str) else "", "unknown", ())
    inner = body.get("inner_error") or body.get("innererror")
    inner = inner if isinstance(inner, Mapping) else {}
    moderation = body.get("moderation_details")
    moderation = moderation if isinstance(moderation, Mapping) else {}
    code, type_ = _identifier(body.get("code")), _identifier(body.get("type"))
    stage = moderation.get("moderation_stage")
    message = body.get("message") or body.get("detail")
    return _Complaint(
        codes=frozenset(text.lower() for text in (code, type_, _identifier(inner.get("code"))) if text),
        code=code or _identifier(inner.get("code")),
        type=type_,
        param=_identifier(body.get("param")),
        message=message if isinstance(message, str) else "",
        stage=stage if stage in ("input", "output") else "unknown",
        categories=_categories(moderation, inner),
    )


def _categories(moderation: Mapping, inner: Mapping) -> tuple[str, ...]:
    named = moderation.get("categories")
    if isinstance(named, list):
        return tuple(filter(None, (_identifier(name) for name in named)))[:20]
    results = inner.get("content_filter_results") or inner.get("content_filter_result")
    if not isinstance(results, Mapping):
        return ()
    filtered = (name for name, result in results.items() if isinstance(result, Mapping) and result.get("filtered") is True)
    return tuple(filter(None, (_identifier(name) for name in filtered)))[:20]


def _identifier(value: object) -> str:
    """Return ``value`` when it is a short identifier (a LocalAI code is a number), else nothing."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else ""


def _describe(status: int, complaint: _Complaint, request_id: str) -> str:
    parts = {
        "code": complaint.code,
        "type": complaint.type,
        "param": complaint.param,
        "stage": "" if complaint.stage == "unknown" else complaint.stage,
        "categories": ",".join(complaint.categories),
        "request": request_id,
    }
    return " ".join([f"HTTP {status}", *(f"{name}={value}" for name, value in parts.items() if value)])
