"""Work on pixels: one piece for each core at a time, and everything else goes first."""

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

#: Cores that this process may use; a Mac cannot say which, and has them all.
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
#: How far threads that work on pixels step back behind claims, settlements and pages on the same machine (nice, 0 to 19).
STEP_BACK = 10


def _step_back():
    if sys.platform == "linux":  # elsewhere a thread has no niceness of its own
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), STEP_BACK)


_team = ThreadPoolExecutor(CORES, thread_name_prefix="pixels", initializer=_step_back)


def work(function, *args):
    """Return function(*args), run when a core is free for it; what it raises comes out here.

    More at once would be no quicker, and each takes tens of megabytes. Never for what waits for a network.
    """
    return _team.submit(function, *args).result()
