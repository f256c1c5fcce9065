"""Logs as JSON lines that hold ids, counts and durations, never prompts, names, codes or PINs.

Whatever others write into a record is left out unless it is known to be harmless: extra fields by an allow-list, exceptions
as types and places without their message (a database quotes the row that broke a rule), requests as the name of their route
(addresses hold class codes and one-time tokens).
"""

import logging
import numbers
import traceback
from typing import Any

from django.http import HttpRequest
from pythonjsonlogger.json import JsonFormatter as Base

#: Extra fields that reach the log: identifiers, numbers, and names that an operator gave.
FIELDS = frozenset(
    "assignment at attempt call classroom code count engine enrollment fence generation http_status kind model picture purse "
    "seconds size state status_code submission task trail user worker".split()
)
#: What Celery says of a task that failed, besides the error itself.
TASK_FIELDS = frozenset({"id", "name", "description"})
HIDDEN = "…"


class JsonFormatter(Base):
    """Writes the same few fields from every process."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s", **kwargs)

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"asctime": self.formatTime(record), "levelname": record.levelname, "name": record.name}
        line["message"] = message(record)
        line |= {name: value for name, value in vars(record).items() if name in FIELDS}
        if record.exc_info and record.exc_info[1]:
            line["errors"] = errors(record.exc_info[1])
        return self.serialize_log_record(line)


def message(record: logging.LogRecord) -> str:
    """Return what ``record`` says: for a request its method and route, beside an error only numbers and the fixed words."""
    request = getattr(record, "request", None)
    if isinstance(request, HttpRequest):
        return f"{request.method} {request.resolver_match.view_name if request.resolver_match else 'no route'}"
    if isinstance(record.msg, dict | Exception):
        return type(record.msg).__name__
    if not record.args:
        return str(record.msg)
    has_error = bool(record.exc_info)
    if isinstance(record.args, dict):
        known = FIELDS | TASK_FIELDS
        args: Any = {name: value if name in known else _harmless(value, has_error) for name, value in record.args.items()}
    else:
        args = tuple(_harmless(value, has_error) for value in record.args)
    return str(record.msg) % args


def _harmless(value: object, has_error: bool) -> object:
    if isinstance(value, BaseException):
        return type(value).__name__
    return value if not has_error or isinstance(value, numbers.Number) else HIDDEN


def errors(error: BaseException | None) -> list[dict[str, Any]]:
    """Return ``error`` and what it came from, the last one first: each its type and its frames as "file:line function"."""
    told: list[dict[str, Any]] = []
    seen: set[int] = set()
    while error and id(error) not in seen:
        seen.add(id(error))
        places = traceback.walk_tb(error.__traceback__)
        frames = [f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}" for frame, line in places]
        told.append({"type": f"{type(error).__module__}.{type(error).__qualname__}", "frames": frames})
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return told
