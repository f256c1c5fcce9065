"""Lets a real worker stand still at one named point after the other, so that a test can kill or wake it exactly there.

The worker imports this module (`celery worker -I tests.faults.stalls`) and knows nothing of it: Django's execute wrappers see
each statement before the database does, Python's audit hooks see each file and each connection before the system does.

STALL_AT names the points, in order; STALL_IN is the folder in which a file named after a point appears when a thread has come
to it. The thread then waits until a file "<point>.go" appears, or for ever. A point counts once, and only after the one before.
"""

import os
import sys
import threading
import time
from pathlib import Path

from django.db.backends.signals import connection_created

FOLDER = Path(os.environ.get("STALL_IN", "."))
_waiting = os.environ.get("STALL_AT", "").split(",")
_lock = threading.Lock()
_thread = threading.local()


def writes(table, *values):
    """Return a test for a statement that changes ``table`` with all these among its parameters."""
    return lambda what, *details: (
        what == "sql"
        and details[0].startswith((f'UPDATE "{table}"', f'INSERT INTO "{table}"'))
        and all(value in details[1] for value in values)
    )


def opens(part):
    return lambda what, *details: what == "open" and part in details[0]


def begins_the_call(what, *details):
    """Tell whether the thread that made the latest claim is about to open the transaction in which it writes the call."""
    if what != "sql":
        return False
    if writes("gallery_picture", "drawing")(what, *details):
        _thread.has_claimed = True
    is_first = details[0].startswith("BEGIN") or ("FOR UPDATE" in details[0] and "drawing" in details[1])
    return is_first and getattr(_thread, "has_claimed", False)


def takes_over(what, *details):
    """Tell whether a sweep is about to claim a picture whose worker was lost."""
    return writes("gallery_picture", "drawing")(what, *details) and "queued" not in details[1]


POINTS = {
    "before-claim": writes("gallery_picture", "drawing"),
    "after-claim": begins_the_call,
    "after-intent": writes("gallery_call", "sent"),
    "before-first-byte": lambda what, *details: what == "connect",
    "after-spool": writes("gallery_call", "answered"),
    "amid-files": opens("-384.webp"),
    "before-settling": writes("gallery_picture", "ready"),
    "amid-settling": writes("gallery_ledgerentry", "settle"),
    "after-settling": lambda what, *details: what == "remove" and "/spool/" in details[0],
    "taking-over": takes_over,
}


def arrive(what, *details):
    """Stand still where this is the point that is waited for."""
    if not _waiting or not POINTS[_waiting[0]](what, *details):
        return
    with _lock:
        if not _waiting or not POINTS[_waiting[0]](what, *details):
            return
        point = _waiting.pop(0)
    (FOLDER / point).touch()
    while not (FOLDER / f"{point}.go").exists():
        time.sleep(0.02)


def see_statement(execute, sql, params, many, context):
    arrive("sql", sql, tuple(params or ()))
    return execute(sql, params, many, context)


def see_system(event, args):
    if event == "open" and isinstance(args[0], str):
        arrive("open", args[0])
    elif event == "os.remove":
        arrive("remove", os.fspath(args[0]))
    elif event == "socket.connect" and isinstance(args[1], tuple):
        arrive("connect")


def watch(connection, **kwargs):
    if see_statement not in connection.execute_wrappers:
        connection.execute_wrappers.append(see_statement)


if "STALL_AT" in os.environ:
    connection_created.connect(watch)
    sys.addaudithook(see_system)
