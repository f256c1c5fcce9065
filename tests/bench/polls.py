"""Waiting pages: what a thousand of them cost the web server, while nothing changes and while the line moves.

python -m tests.bench.polls [pages] [seconds of each part] [seconds between two polls of a page]
"""

import json
import subprocess
import sys
import threading
import time
from collections import deque
from contextlib import contextmanager

from tests import processes
from tests.bench.site import percentile, processor_seconds, running_site

SHARE, P99 = 60, 50  # targets: per cent of one core, milliseconds
#: What a poll may bring: 204, the places that moved, the part anew.
ANSWERS = ("nothing", "words", "part")
#: Pictures a minute that are drawn while the line moves.
PACE = 120
TAKES = 10  # seconds for each


def main(pages=1000, seconds=60, every=3):
    with running_site("pg") as site:
        from django.urls import reverse

        from gallery import live
        from tests.bench import school
        from tests.builders import make_engine
        from tests.visitor import open_session

        engine = make_engine("paced", images_per_minute=PACE, concurrent_calls=64)
        rooms = school.make_classes(engine, classes=10, pupils=pages // 10)
        works = [work for room in rooms for work in room]
        with school.Asking(works, seconds=0):
            pass
        site.start_whole_web()
        addresses = [
            [reverse("assignments:poll", args=[live.token_for(work.student, work.trail)]), open_session(work.student)]
            for work in works
        ]
        plan = site.folder / "pages.json"
        plan.write_text(json.dumps({"port": site.port, "every": every, "opening": pages / 25, "pages": addresses}))
        print(f"{len(works)} pages poll every {every} s; target under {SHARE} % of one core, p99 under {P99} ms; times in ms")
        print(f"{'':28}{'polls/s':>9}{'of a core':>11}{'each':>8}{'p50':>8}{'p99':>8}{'nothing':>9}{'words':>7}{'part':>7}")
        with subprocess.Popen(
            [sys.executable, "-m", "tests.bench.pollers", str(plan)],
            cwd=processes.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as pollers:
            assert pollers.stdout.readline() == "open\n"
            with line_of(engine, is_moving=False):
                time.sleep(every)
                show("nothing changes", measure(site, pollers, seconds))
            with line_of(engine, is_moving=True):
                time.sleep(every)
                show(f"{PACE} pictures a minute", measure(site, pollers, seconds))
            pollers.stdin.close()


def measure(site, pollers, seconds):
    """Return what the pages report of the next ``seconds``, with the server's share of one core."""
    report(pollers)
    worked = processor_seconds(site.web)
    time.sleep(seconds)
    found = report(pollers)
    found["share"] = (processor_seconds(site.web) - worked) / found["seconds"]
    return found


def report(pollers):
    pollers.stdin.write("\n")
    pollers.stdin.flush()
    return json.loads(pollers.stdout.readline())


def show(name, found):
    times, answers = found["times"], found["answers"]
    assert set(answers) <= set(ANSWERS), answers
    nothing, words, part = (answers.get(answer, 0) / len(times) for answer in ANSWERS)
    print(
        f"{name:28}{len(times) / found['seconds']:9.0f}{found['share']:10.0%}"
        f"{found['share'] * found['seconds'] * 1000 / len(times):9.2f}{percentile(times, 0.5):8.1f}"
        f"{percentile(times, 0.99):8.1f}{nothing:9.1%}{words:7.1%}{part:7.1%}",
        flush=True,
    )


@contextmanager
def line_of(engine, *, is_moving):
    """Publish the line as a worker does and, where it moves, draw at the engine's pace without a service and pixels."""
    done = threading.Event()
    thread = threading.Thread(target=draw if is_moving else publish, args=[engine, done])
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def publish(engine, done):
    from django.db import connection

    from gallery import line

    while not done.wait(30 / PACE):
        line.publish(engine)
    connection.close()


def draw(engine, done):
    from django.db import connection

    from gallery import line
    from gallery.models import Picture
    from gallery.pictures import Prepared
    from gallery.providers.base import Drawn

    prepared = Prepared(b"x", "png", 1536, 864, "0" * 64, {}, "#808080")
    drawing = deque()
    while not done.wait(30 / PACE):
        if picture := Picture.objects.claim_next(engine, worker="bench:1", lease=60):
            drawing.append((time.monotonic() + TAKES, picture))
        if drawing and drawing[0][0] < time.monotonic():
            drawing.popleft()[1].settle_ready(prepared, file="bench.png", drawn=Drawn(b"x"))
        line.publish(engine)
    connection.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), *map(float, sys.argv[3:]))
