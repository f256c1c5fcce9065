"""How many pictures this worker process draws at once, and that no engine takes every place for itself."""

import threading
from contextlib import contextmanager

from django.conf import settings

#: Of so many places one is kept free for each other engine: a service that hangs must not hold up the others.
KEPT_FREE_OF = 16


class Slots:
    """The places of one process. ``total`` is how many there are."""

    def __init__(self, total):
        self.total = total
        self._taken = {}
        self._idle = total
        self._claiming = {}
        self._changed = threading.Condition()

    def taken(self, engine_pk=None):
        """Count the places that are taken, by one engine or by all."""
        with self._changed:
            return self._taken.get(engine_pk, 0) if engine_pk is not None else sum(self._taken.values())

    @property
    def free(self):
        return max(0, self.total - self.taken())

    def idle(self):
        """Return how many places were free all the time since this was last asked; one that is free for a moment is not."""
        with self._changed:
            free = max(0, self.total - sum(self._taken.values()))
            idle, self._idle = min(self._idle, free), free
            return idle

    def claiming(self, engine_pk):
        """Return the lock under which this process claims pictures of one engine."""
        with self._changed:
            return self._claiming.setdefault(engine_pk, threading.Lock())

    def most(self, others):
        """Return how many places one engine may take beside ``others`` other engines."""
        return max(1, self.total - others * max(1, self.total // KEPT_FREE_OF))

    @contextmanager
    def place(self, engine_pk, others=0):
        """Take a place for a picture of an engine as long as the block runs; yields False where none may be taken."""
        with self._changed:
            is_free = sum(self._taken.values()) < self.total and self._taken.get(engine_pk, 0) < self.most(others)
            if is_free:
                self._taken[engine_pk] = self._taken.get(engine_pk, 0) + 1
                self._idle = min(self._idle, self.total - sum(self._taken.values()))
        try:
            yield is_free
        finally:
            if is_free:
                with self._changed:
                    self._taken[engine_pk] -= 1
                    self._changed.notify_all()

    def wait_until_free(self, seconds):
        """Wait until no place is taken, at most ``seconds``; tell whether it came to that."""
        with self._changed:
            return self._changed.wait_for(lambda: not any(self._taken.values()), seconds)


#: A worker that was started with another number of threads says so once it is ready (upkeep.begin).
slots = Slots(settings.CELERY_WORKER_CONCURRENCY)
