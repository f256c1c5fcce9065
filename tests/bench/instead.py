"""What a teacher would use instead, beside ours in the same run: refusals for pace, hanging requests, and a machine that dies.

    python -m tests.bench.instead [pictures] [deaths]

Each of the three has a service of its own that draws in 2 s, refuses with 429 what comes faster than 240 a minute, hangs on
every 40th request and cuts the line after 20 s. Each is killed (SIGKILL) 6 s after its first request and started again at once,
so many times.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass

from tests import processes
from tests.bench.service import HANGS_FOR, running_service
from tests.bench.site import procfile, running_site

SLOTS, SECONDS, PACE, DIES_EVERY = 16, 2, 240, 6
TROUBLE = ("--seconds", SECONDS, "--pace", PACE, "--hang-every", 40)
#: Seconds without a request after which nothing more is to be expected.
QUIET = HANGS_FOR + 10
OURS = {"LEASE_SECONDS": "30", "PROVIDER_DEADLINE": "15"}  # seconds; in a school 210 and 150


@dataclass
class Outcome:
    """How one contender fared. ``told`` counts the pictures whose owner reads that they could not be fetched."""

    drawn: int = 0
    told: int = 0
    starts: int = 0
    seconds: float = 0.0
    journal: tuple = ()

    def twice(self):
        """Count the pictures that were paid for more than once: whatever is not refused is drawn, and costs."""
        paid = Counter(key for _, key, how in self.journal if how != "busy")
        return sum(times > 1 for times in paid.values())


def run_and_kill(command, log, env, deaths, service, is_done):
    """Run a command that dies by SIGKILL so often, each time DIES_EVERY seconds after its first request; return its starts."""
    starts = 0
    while not is_done():
        starts += 1
        known, first = len(service.journal()), None
        with processes.running(command, log, **env) as process:
            while not is_done() and process.poll() is None:
                if first is None and len(service.journal()) > known:
                    first = time.monotonic()
                if deaths and first and time.monotonic() - first > DIES_EVERY:
                    os.killpg(process.pid, signal.SIGKILL)
                    deaths -= 1
                    break
                time.sleep(0.2)
    return starts


def plain(site, name, command, pictures, deaths, before=None):
    """Let one of tests.bench.plain draw; return its Outcome."""
    folder = site.folder / name
    folder.mkdir()
    prompts = [f"A dog next to the Eiffel Tower, number {number}" for number in range(pictures)]
    (folder / "prompts.json").write_text(json.dumps(prompts))
    broker = f"redis+socket://{site.broker_path}?virtual_host=7"
    with running_service(*TROUBLE) as service:
        env = {"FOLDER": str(folder), "BASE_URL": service.base_url, "BROKER": broker}
        outcome, began = Outcome(), time.monotonic()

        def is_done():
            outcome.drawn = len(list(folder.glob("*.png")))
            outcome.journal = service.journal()
            last = max((at for at, _, _ in outcome.journal), default=time.time())
            return outcome.drawn == pictures or time.time() - last > QUIET

        if before:
            before(env, prompts)
        outcome.starts = run_and_kill(command, folder / "log", env, deaths, service, is_done)
        files = [file.stat().st_mtime for file in folder.glob("*.png")]
        outcome.seconds = max(files, default=0) - (time.time() - (time.monotonic() - began))
    return outcome


def script(site, pictures, deaths):
    return plain(site, "script", [sys.executable, "-m", "tests.bench.plain"], pictures, deaths)


def task_each(site, pictures, deaths):
    command = [sys.executable, "-m", "celery", "-A", "tests.bench.plain", "worker", "-P", "threads", "-c", str(SLOTS)]
    return plain(site, "tasks", command, pictures, deaths, before=send_tasks)


def send_tasks(env, prompts):
    """Send one message for each prompt, from a process of its own as a web server would be one."""
    code = "from tests.bench.plain import *\nfor n, p in enumerate(json.loads((FOLDER / 'prompts.json').read_text())):"
    subprocess.run(
        [sys.executable, "-c", f"{code} draw.delay(p, f'{{n}}.png')"], cwd=processes.ROOT, env=os.environ | env, check=True
    )


def ours(site, pictures, deaths):
    from django.db import connection

    from gallery.models import Picture
    from tests.bench import school

    with running_service(*TROUBLE) as service:
        engine = school.make_engine(service, concurrent_calls=SLOTS)
        (room,) = school.make_classes(engine, classes=1, pupils=pictures)
        began = time.time()
        with school.Asking(room, seconds=0):
            pass
        rows = Picture.objects.filter(engine=engine)
        command = [*procfile("worker"), "-c", str(SLOTS)]
        env = {**site.database, **OURS}
        outcome = Outcome()
        outcome.starts = run_and_kill(
            command, site.folder / "ours.log", env, deaths, service, lambda: not rows.filter(status__in=Picture.OPEN).exists()
        )
        outcome.drawn, outcome.told = (rows.filter(status=status).count() for status in ("ready", "failed"))
        outcome.seconds = max(rows.values_list("ended_at", flat=True)).timestamp() - began
        outcome.journal = service.journal()
    connection.close()
    return outcome


BREAKS = {
    "lesson's script in a loop": "one after the other, no class can wait so long; what was cut off is asked and paid again",
    "Celery task for each prompt": "what a dying worker held, or was refused too often, is gone, and nobody is told",
    "Edu4All": "what was on its way when the worker died is told to its pupil, who presses again",
}


def main(pictures=100, deaths=3):
    with running_site("pg") as site:
        outcomes = {}

        def run(name, function):
            outcomes[name] = function(site, pictures, deaths)

        pairs = zip(BREAKS, (script, task_each, ours), strict=True)
        threads = [threading.Thread(target=run, args=pair) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    ideal = SECONDS + pictures * 60 / PACE
    print(
        f"{pictures} pictures of {SECONDS} s, {SLOTS} at once (the script: one), {PACE} a minute allowed; killed {deaths} times"
    )
    print(f"{'':30}{'drawn':>7}{'told':>7}{'lost':>7}{'paid twice':>12}{'started':>9}{'time / ideal':>14}")
    for name in BREAKS:
        found = outcomes[name]
        lost = pictures - found.drawn - found.told
        print(f"{name:30}{found.drawn:7}{found.told:7}{lost:7}{found.twice():12}{found.starts:9}{found.seconds / ideal:14.1f}")
    for name, breaks in BREAKS.items():
        print(f"{name}: {breaks}.")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
