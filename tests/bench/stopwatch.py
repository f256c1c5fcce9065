"""Notes what a worker spends on claiming and settling, and how many pictures' pixels it works on at once.

A worker imports this module (`celery worker -I tests.bench.stopwatch`) and knows nothing of it. STOPWATCH names the file that
gets a line of JSON for each measured step: ["claim" | "no claim" | "call" | "settle" | "both" | "doorbell", milliseconds]
or ["pixels", pictures being worked on].
"""

import functools
import json
import os
import threading
import time

from gallery import generation, pictures, tasks
from gallery.models import Call, Picture

_file = open(os.environ["STOPWATCH"], "a", buffering=1)
_lock = threading.Lock()
_claims = {}  # milliseconds that the last claim of a picture took: another thread settles it
_busy = set()


def note(what, value):
    with _lock:
        _file.write(json.dumps([what, round(value, 3)]) + "\n")


def timed(owner, name, told):
    """Put a watch around ``owner.name``; told(milliseconds, result, first argument) notes what it took."""
    function = getattr(owner, name)

    @functools.wraps(function)
    def watched(*args, **kwargs):
        began = time.perf_counter()
        result = function(*args, **kwargs)
        told((time.perf_counter() - began) * 1000, result, args[0] if args else None)
        return result

    setattr(owner, name, watched)


def told_claim(spent, picture, _):
    note("claim" if picture else "no claim", spent)
    if picture:
        _claims[picture.pk] = spent


def told_settle(spent, _, call):
    note("settle", spent)
    note("both", spent + _claims.pop(call.picture_id, 0))


def counted(function):
    """Count the threads that work on pixels."""

    @functools.wraps(function)
    def watched(*args, **kwargs):
        with _lock:
            _busy.add(threading.get_ident())
            count = len(_busy)
        note("pixels", count)
        try:
            return function(*args, **kwargs)
        finally:
            with _lock:
                _busy.discard(threading.get_ident())

    return watched


timed(type(Picture.objects.all()), "claim_next", told_claim)
timed(type(Call.objects.all()), "intend", lambda spent, *_: note("call", spent))
timed(generation, "_close", told_settle)
timed(tasks, "draw_one", lambda spent, *_: note("doorbell", spent))
for step in ("decode", "encode_original", "shrink", "encode_thumbnail"):
    setattr(pictures, step, counted(getattr(pictures, step)))
