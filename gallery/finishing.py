"""Answers that have come become pictures apart from the places: while that is done, the service may be asked for the next."""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from django.db import close_old_connections

log = logging.getLogger(__name__)

#: Answers of a process that may wait for their turn. With more, places wait too: the service is quicker than our cores.
MOST = 32
#: Threads that finish; most of them wait for a core (gallery.pixels), a few for the database or the store of files.
THREADS = 8


class Finishing:
    """The second half of the work of a worker process; until it is opened, everything is finished at once, by who asks."""

    def __init__(self):
        self._team = None
        self._room = threading.BoundedSemaphore(MOST)
        self._open = 0
        self._changed = threading.Condition()

    def open(self):
        self._team = ThreadPoolExecutor(THREADS, thread_name_prefix="finishing")

    def add(self, work):
        """Have ``work()`` done, now or when there is a thread for it; wait while too much waits already."""
        if self._team is None:
            work()
            return
        self._room.acquire()
        with self._changed:
            self._open += 1
        self._team.submit(self._do, work)

    def _do(self, work):
        try:
            work()
        except Exception:
            log.exception("finishing failed")
        finally:
            close_old_connections()
            self._room.release()
            with self._changed:
                self._open -= 1
                self._changed.notify_all()

    def wait_until_done(self, until):
        """Wait until nothing is left to finish, at most until time.monotonic() is ``until``; tell whether it came to that."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._open, max(0, until - time.monotonic()))


finishing = Finishing()
