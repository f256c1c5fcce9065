"""Lets a real worker run out of disk or memory at a test's word, and have enough again.

The worker imports this module (`celery worker -I tests.faults.limits`). While the folder LIMIT_IN holds a file "full", no byte
can be written to any file; once it holds a file "cramped", the process gets a few megabytes more and no others.
"""

import os
import resource
import threading
import time
from pathlib import Path

FULL, CRAMPED = "full", "cramped"
#: Bytes that are left to a cramped process: an answer can be looked at, a picture of 1536 by 1024 cannot be unpacked.
LEFT = 3_000_000


def watch(folder):
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    while True:
        bytes_a_file = 0 if (folder / FULL).exists() else most
        resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_a_file, most))
        if (folder / CRAMPED).exists():
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + LEFT, used + LEFT))
            (folder / CRAMPED).unlink()
        time.sleep(0.01)


if "LIMIT_IN" in os.environ:
    threading.Thread(target=watch, args=[Path(os.environ["LIMIT_IN"])], daemon=True).start()
