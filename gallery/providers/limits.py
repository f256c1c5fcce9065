"""What a service tells of its pace, in the headers of every answer or in the message with which it says "too fast".

OpenAI, Azure, LiteLLM and many gateways send ``x-ratelimit-{limit,remaining,reset}-{requests,images,tokens}``; the drafts of
the IETF have ``ratelimit-limit`` and its sisters, or ``ratelimit`` beside ``ratelimit-policy``. Nothing of it is promised by
anybody, so whatever makes no sense counts as not said.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping

from .base import Limits

#: Seconds of the window that a limit is counted in where nobody names another.
WINDOW = 60.0
#: Whoever lets a picture through less often than once in a day, or says so, has not told a limit but made a mistake.
LONGEST_WINDOW = 86400.0
MOST_PER_WINDOW = 1_000_000

_HEADER = re.compile(r"(?:x-)?ratelimit-(limit|remaining|reset)(?:-([a-z-]+))?")
_WINDOWS = {"second": 1.0, "sec": 1.0, "minute": 60.0, "min": 60.0, "hour": 3600.0, "day": 86400.0}
#: A time as OpenAI writes it ("12s", "1m30s", "500ms", "6m0s"), or plain seconds.
_TIME = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)(ms|s)?)?")
#: "... on input-images per min: Limit 5, Used 5, Requested 1"; older: "... on images per min. Limit: 5 / min."
_IN_WORDS = re.compile(
    r"on ([a-z -]{3,40}) per (sec|min|hour|day)[^:.]{0,20}[:.] ?Limit:? ?(\d{1,7})(?:, Used (\d{1,7}))?", re.IGNORECASE
)
#: "requests";q=100;w=60 or limit=100, remaining=5: the parts of the IETF's fields, whichever draft they follow.
_PARAMETER = re.compile(r"\b(limit|q|w|r|t|remaining|reset) ?= ?(\d+(?:\.\d+)?)")
_PLAIN_POLICY = re.compile(r" ?(\d+) ?;")  # 100;w=60


def read_limits(headers: Mapping[str, str]) -> Limits | None:
    """Return what ``headers`` (looked up in lower case) tell of the pace; None where they tell nothing."""
    given: dict[str, dict[str, str]] = {}
    for header, text in headers.items():
        if (found := _HEADER.fullmatch(header.lower())) and "token" not in (found[2] or ""):
            given.setdefault(found[2] or "", {})[found[1]] = text
    told = [_of_counts(kind, counts) for kind, counts in given.items()]
    lowered = {header.lower(): text for header, text in headers.items() if header.lower().startswith("ratelimit")}
    told.append(_of_policy(lowered.get("ratelimit", ""), lowered.get("ratelimit-policy", "")))
    return tightest(told)


def limits_in_words(message: str) -> Limits | None:
    """Return the limit that the message of a 429 names; None where it names none, or one of tokens."""
    found = _IN_WORDS.search(message)
    if not found or "token" in found[1].lower():
        return None
    limit, used = int(found[3]), found[4]
    remaining = max(0, limit - int(used)) if used is not None else None
    return _told(limit, remaining, None, window=_WINDOWS[found[2].lower()])


def tightest(told: Iterable[Limits | None]) -> Limits | None:
    """Return the lowest pace of all that were told, the fewest that are left of any, and when those are back."""
    known = [limits for limits in told if limits is not None]
    if not known:
        return None
    scarcest = min(known, key=lambda limits: (math.inf if limits.remaining is None else limits.remaining, -_reset(limits)))
    paces = [limits.per_minute for limits in known if limits.per_minute is not None]
    return Limits(min(paces, default=None), scarcest.remaining, scarcest.reset_seconds)


def _reset(limits: Limits) -> float:
    return limits.reset_seconds or 0.0


def _of_counts(kind: str, counts: Mapping[str, str]) -> Limits | None:
    """Read one family of headers; a ``kind`` like "requests-day" names its window."""
    window = next((seconds for name, seconds in _WINDOWS.items() if name in kind.split("-")), WINDOW)
    limit, _, policy = counts.get("limit", "").partition(",")  # "100, 100;w=60"
    if named := dict(_PARAMETER.findall(policy)).get("w"):
        window = float(named)
    return _told(_number(limit), _number(counts.get("remaining", "")), _seconds(counts.get("reset", "")), window=window)


def _of_policy(state: str, policy: str) -> Limits | None:
    """Read ``ratelimit`` ("default";r=50;t=30, or limit=100, remaining=50, reset=5) and ``ratelimit-policy``."""
    now = dict(_PARAMETER.findall(state))
    left, reset = _number(now.get("r") or now.get("remaining", "")), _seconds(now.get("t") or now.get("reset", ""))
    told = [_told(_number(now.get("limit", "")), left, reset, window=WINDOW)]
    for part in policy.split(","):
        rule, plain = dict(_PARAMETER.findall(part)), _PLAIN_POLICY.match(part)
        limit = rule.get("q") or (plain[1] if plain else "")
        told.append(_told(_number(limit), None, None, window=_number(rule.get("w", "")) or WINDOW))
    return tightest(told)


def _told(limit: float | None, remaining: float | None, reset: float | None, *, window: float) -> Limits | None:
    """Return limits of which something makes sense; a reset further off than its window shows that the window is longer."""
    if limit is not None and not 1 <= limit <= MOST_PER_WINDOW:  # 0 and -1 are how gateways write "none is set"
        limit = remaining = None
    if reset is not None and not 0 <= reset <= LONGEST_WINDOW:  # a date in seconds since 1970, say
        reset = None
    if remaining is not None and not 0 <= remaining <= MOST_PER_WINDOW:
        remaining = None
    if limit is None and remaining is None:
        return None
    window = min(max(window, reset or 0.0, 1.0), LONGEST_WINDOW)
    return Limits(
        per_minute=limit * 60.0 / window if limit is not None else None,
        remaining=int(remaining) if remaining is not None else None,
        reset_seconds=reset,
    )


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _seconds(text: str) -> float | None:
    found = _TIME.fullmatch(text.strip().lower()[:40])
    if not found or not any(found.groups()):
        return None
    days, hours, minutes, seconds, unit = found.groups()
    fraction = 0.001 if unit == "ms" else 1.0
    return int(days or 0) * 86400.0 + int(hours or 0) * 3600.0 + int(minutes or 0) * 60.0 + float(seconds or 0) * fraction
