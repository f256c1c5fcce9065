"""Every worker looks after the queue itself, in a thread of its own that no backlog and no silent broker can hold up."""

import logging
import threading
import time

from celery.signals import worker_ready, worker_shutting_down
from django.conf import settings
from django.db import close_old_connections

from gallery import tasks

log = logging.getLogger(__name__)

#: Seconds between two looks for pictures that may start now: a paced engine starts at most this late.
TICK = 0.5
_stopping = threading.Event()


def look_after():
    """Ring for what may start, and sweep every SWEEP_SECONDS, until the worker shuts down."""
    swept_at = time.monotonic()
    while not _stopping.wait(min(TICK, settings.SWEEP_SECONDS)):
        close_old_connections()
        try:
            tasks.ring_due()
            if time.monotonic() - swept_at >= settings.SWEEP_SECONDS:
                swept_at = time.monotonic()
                tasks.sweep()
        except Exception:  # one bad look (a database that restarts) must not end the looking; the next is soon
            log.exception("upkeep failed")


@worker_ready.connect
def begin(**_):
    threading.Thread(target=look_after, name="upkeep", daemon=True).start()


@worker_shutting_down.connect
def end(**_):
    _stopping.set()
