"""What a worker weighs while all its places hold full-size answers.

python -m tests.bench.memory [slots] [waves]
"""

import json
import sys
import threading
from pathlib import Path

from tests.bench.crowd import wait_for_ends
from tests.bench.service import running_service
from tests.bench.site import running_site

TARGET = 300  # MB
#: All that wait are answered at the same moment, this many seconds apart: the worst that a service can do.
SECONDS = 10


def main(slots=32, waves=3):
    with running_site("pg") as site, running_service("--seconds", SECONDS, "--picture", "photo", "--together") as service:
        from tests.bench import school

        engine = school.make_engine(service, concurrent_calls=slots)
        (room,) = school.make_classes(engine, classes=1, pupils=slots * waves)
        with site.worker("-c", str(slots)) as worker:
            idle, weight = megabytes(worker.pid, "Pss"), Weight(worker.pid)
            with weight:
                with school.Asking(room, seconds=0):
                    pass
                wait_for_ends(engine)
            peak = megabytes(worker.pid, "VmHWM", "status")
        lines = map(json.loads, (site.folder / "worker.times").read_text().splitlines())
        at_once = max(value for step, value in lines if step == "pixels")
    print(f"{slots} slots, {slots * waves} answers of 2.8 MB (PNG 1536x1024), {slots} of them in the same moment")
    print(f"  {'peak of resident memory':44}{peak:8.0f} MB  {peak / TARGET:.0%} of the {TARGET} MB allowed")
    print(f"  {'peak of memory of its own (PSS), seen':44}{weight.most:8.0f} MB")
    print(f"  {'the same while idle':44}{idle:8.0f} MB")
    print(f"  {'for each slot':44}{(weight.most - idle) / slots:8.1f} MB")
    print(f"  {'most pictures whose pixels it worked on':44}{at_once:8.0f}")


def megabytes(pid, field, file="smaps_rollup"):
    """Return a field of /proc/<pid>/<file> in MB."""
    lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith(f"{field}:"))) / 1024


class Weight:
    """Looks ten times a second how much memory a process has of its own; ``most`` is the most it saw, in MB."""

    def __init__(self, pid):
        self.pid, self.most, self.done = pid, 0, threading.Event()
        self.thread = threading.Thread(target=self.look)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exc_info):
        self.done.set()
        self.thread.join()

    def look(self):
        while not self.done.wait(0.1):
            self.most = max(self.most, megabytes(self.pid, "Pss"))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
