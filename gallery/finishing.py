"""Answers that have come become pictures apart from the places: while that is done, the service may be asked for the next."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections

log = logging.getLogger(__name__)

#: Answers of one engine that may wait in a process for their turn. With more, its places wait too.
MOST = 32
#: Threads that finish for one engine; most of them wait for a core (gallery.pixels), a few for a moderation or the store.
THREADS = 8


class Finishing:
    """The second half of the work of a worker process; until it is opened, everything is finished at once, by who asks.

    Each engine has a team of its own: a moderation that hangs holds up nobody else's pictures.
    """

    def __init__(self):
        self._is_open = False
        self._teams = {}
        self._left = 0
        self._changed = threading.Condition()

    def open(self):
        self._is_open = True

    def add(self, engine_pk, work):
        """Have ``work()`` done, now or when the engine's team has a thread for it; wait while too much waits already."""
        if not self._is_open:
            work()
            return
        with self._changed:
            if engine_pk not in self._teams:
                threads = ThreadPoolExecutor(THREADS, thread_name_prefix=f"finishing-{engine_pk}")
                self._teams[engine_pk] = threads, threading.BoundedSemaphore(MOST)
            threads, room = self._teams[engine_pk]
        room.acquire()
        with self._changed:
            self._left += 1
        threads.submit(self._do, work, room)

    def _do(self, work, room):
        try:
            work()
        except Exception:
            log.exception("finishing failed")
        finally:
            close_old_connections()
            room.release()
            with self._changed:
                self._left -= 1
                self._changed.notify_all()

    def wait_until_done(self, until):
        """Wait until nothing is left to finish, at most until time.monotonic() is ``until``; tell whether it came to that."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._left, max(0, until - time.monotonic()))


finishing = Finishing()
