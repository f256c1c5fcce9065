"""Every worker looks after the queue itself, in a thread of its own that no backlog and no silent broker can hold up."""

import logging
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from celery.signals import worker_init, worker_ready, worker_shutting_down
from django.conf import settings
from django.db import close_old_connections
from redis.exceptions import RedisError

from gallery import engines, presence, tasks
from gallery.finishing import finishing
from gallery.models import Engine, Picture
from gallery.slots import slots

log = logging.getLogger(__name__)

#: Most and fewest seconds between two looks for pictures that may start now.
LONGEST_NAP, SHORTEST_NAP = 0.5, 0.02
#: A process that stayed deaf for so many times SILENT_SECONDS while its broker answers ends, to be started anew.
DEAF_FOR = 6
#: Seconds that Celery has to end a process in which nothing is drawn any more.
LAST_WORDS = 5
_stopping = threading.Event()


class Watch:
    """Notices that pictures could start here and no doorbell rings: the broker is away, or our loop to it has died."""

    def __init__(self):
        self.silent_since = None  # time.monotonic() of the first look that found work and silence
        self.due_since = None  # and of the first of the looks in a row that found work
        self.drawing = ThreadPoolExecutor(slots.total, thread_name_prefix="without-doorbell")

    def look(self, due):
        """Take note that ``due`` pictures could start here now; draw them without a doorbell where it has been silent long.

        Silence once noticed lasts until a doorbell is heard: a paced engine has nothing due between two starts.
        """
        now = time.monotonic()
        if self.silent_since is not None and tasks.Heard.at > self.silent_since:
            self.silent_since = self.due_since = None
        if not due:
            self.due_since = None
            if not self.is_silent(now):
                self.silent_since = None
            return
        self.silent_since, self.due_since = self.silent_since or now, self.due_since or now
        if not self.is_silent(now):
            return
        for _ in range(due):
            self.drawing.submit(draw_without_doorbell)
        if now - self.due_since > DEAF_FOR * settings.SILENT_SECONDS and broker_answers():
            log.error("the broker answers and this worker hears nothing: it ends, to be started anew")
            os.kill(os.getpid(), signal.SIGTERM)

    def is_silent(self, now):
        return self.silent_since is not None and now - self.silent_since >= settings.SILENT_SECONDS


def draw_without_doorbell():
    """Draw one picture in a thread that Celery knows nothing of."""
    try:
        if tasks.draw_one():
            log.warning("drawn without a doorbell")
    except Exception:
        log.exception("drawing failed")
    finally:
        close_old_connections()


def broker_answers():
    try:
        with tasks.draw_next.app.connection_for_read(connect_timeout=1) as connection:
            connection.ensure_connection(max_retries=1, timeout=1)
        return True
    except (OSError, RedisError, tasks.KombuError):
        return False


def look_after():
    """Ring for what may start, tell who waits where, and sweep every SWEEP_SECONDS, until the worker shuts down."""
    watch, swept_at, overdue = Watch(), time.monotonic(), 0
    while not _stopping.wait(nap()):
        try:
            paced, others = tasks.due_here()
            tasks.send(paced + min(others, overdue))  # whoever asked for the others, or made room, has just rung for them
            overdue = others
            watch.look(paced + others)
            tasks.publish_lines()
            if time.monotonic() - swept_at >= settings.SWEEP_SECONDS:
                swept_at = time.monotonic()
                tasks.sweep()
        except Exception:  # one bad look (a database that restarts) must not end the looking; the next is soon
            log.exception("upkeep failed")


def nap():
    """Return the seconds until the next look: until the next start of a paced engine, and never long."""
    close_old_connections()
    try:
        waits = [engine.free_in.total_seconds() for engine in Engine.objects.usable().awaited().timed() if engine.free_in]
    except Exception:
        return LONGEST_NAP
    return min([max(wait, SHORTEST_NAP) for wait in waits if wait > 0] + [LONGEST_NAP, settings.SWEEP_SECONDS])


@worker_init.connect
def warm_up(**_):
    """Load what outside engines are asked with: a pace is kept only where a start takes as long as the others."""
    engines.warm()


@worker_ready.connect
def come(**_):
    """Say that this process lives, and leave to the sweep what an earlier one of the same name (in a container) had claimed."""
    if presence.announce(tasks.WORKER):
        Picture.objects.hand_over(tasks.WORKER)


@worker_ready.connect
def begin(sender, **_):
    slots.total = sender.controller.concurrency
    finishing.open()
    threading.Thread(target=look_after, name="upkeep", daemon=True).start()


@worker_shutting_down.connect
def end(**_):
    """Claim nothing more, wait a little for what is being drawn, and go. Celery itself would wait for ever."""
    if not _stopping.is_set():
        _stopping.set()
        slots.total = 0
        threading.Thread(target=leave, name="leave", daemon=True).start()


def leave():
    """End this process STOP_SECONDS from now at the latest; what it has not settled by then is settled by the next sweep."""
    until = time.monotonic() + settings.STOP_SECONDS
    is_done = slots.wait_until_free(settings.STOP_SECONDS) and finishing.wait_until_done(until)
    try:
        Picture.objects.hand_over(tasks.WORKER)
    except Exception:  # a database that is away: the leases end by themselves
        log.exception("claims not handed over")
    if is_done:
        time.sleep(LAST_WORDS)  # Celery ends the process by itself, unless its loop is dead
    log.warning("ended by itself", extra={"count": slots.taken()})
    os._exit(0)
