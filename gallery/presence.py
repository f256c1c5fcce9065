"""Which worker processes of this machine live: each holds a lock on a file of its own, and the kernel frees a dead one's."""

import fcntl
import logging
from contextlib import suppress
from urllib.parse import quote, unquote

from django.conf import settings

log = logging.getLogger(__name__)

#: End of the name of a file that is not locked yet.
COMING = ".coming"
_held = []


def folder():
    """Return where the files lie: beside the spool, which belongs to one machine too."""
    return settings.SPOOL_ROOT.with_name(f"{settings.SPOOL_ROOT.name}-workers")


def announce(worker):
    """Hold the lock of ``worker`` ("machine:process") until this process ends; where that fails, its claims end by lease.

    Tell whether an earlier one of this name (in a container, all have the same number) has ended here without a word.
    """
    path = folder() / quote(worker, safe="")
    fresh = path.with_name(f"{path.name}{COMING}")
    try:
        folder().mkdir(parents=True, exist_ok=True)
        file = open(fresh, "w")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _held.append(file)
        had_one = path.exists() and _is_free(path)
        fresh.replace(path)  # it appears locked, so no sweep can take it for a dead one's
        return had_one
    except OSError:
        log.warning("presence not announced")
        return False


def _is_free(path):
    try:
        with open(path) as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except OSError:
        return False


def gone():
    """Yield the name of every worker of this machine that has ended; its file is gone once the caller asks for the next."""
    for path in folder().glob("*"):
        if path.name.endswith(COMING):
            continue
        with suppress(OSError), open(path) as file:  # held by a living one, or somebody else is just clearing it away
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield unquote(path.name)
            path.unlink(missing_ok=True)
