"""What the measurements reckon with: ideals to compare with, and indexes of fairness. Times are Unix times in seconds."""

import heapq
import os
import tempfile
import time
from bisect import bisect_left
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


def ideal_end(asked, slots, seconds):
    """Return when the last picture would be ready if ``slots`` places never idled and nothing but the service took time."""
    free = [0.0] * slots
    for at in sorted(asked):
        heapq.heapreplace(free, max(free[0], at) + seconds)
    return max(free)


def most_in_window(times, seconds):
    """Return the most of ``times`` (sorted) in any window of ``seconds``, its end left out."""
    return max(bisect_left(times, at + seconds) - number for number, at in enumerate(times))


def jain(values):
    """Return Jain's index: 1 where all have the same, 1/n where one has everything."""
    return sum(values) ** 2 / (len(values) * sum(value**2 for value in values))


def overtaken(asked, started, lanes, owners):
    """Count the first pictures that waited already when somebody's second of the same lane was claimed before them.

    ``started`` holds the claims in their order; ``asked`` says when each picture could be seen by a claim.
    """
    first_of, seconds, count = {}, {}, 0
    for key in started:
        first_of.setdefault((lanes[key], owners[key]), key)
    firsts = set(first_of.values())
    for key, at in started.items():
        latest = seconds.setdefault(lanes[key], [0.0])
        if key not in firsts:
            latest[0] = max(latest[0], at)
        elif asked[key] < latest[0]:
            count += 1
    return count


def window_while_all_wait(asked, started, lanes):
    """Return (begin, end): from when all had asked until the first lane had nothing waiting."""
    begin = max(asked.values())
    waiting = Counter(lanes.values())
    for key, at in started.items():
        waiting[lanes[key]] -= 1
        if not waiting[lanes[key]]:
            return begin, max(begin, at)
    return begin, begin


def concurrent_ceiling(seconds):
    """Return how many full-size answers a second as many threads as cores can read and prepare, doing nothing else."""
    from gallery.pictures import AI_MADE, Label, prepare
    from gallery.providers.answers import read_answer
    from gallery.providers.base import Service
    from tests.bench.service import SIZES, answer_with, photo

    label, service = Label(AI_MADE, "Made with AI.", "Bench"), Service(kind="openai", base_url="http://127.0.0.1:1/v1")
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(os.cpu_count()) as pool:
        spool = Path(folder) / "answer"
        spool.write_bytes(answer_with(photo(*SIZES["photo"])))
        prepare(read_answer(spool, service).image, label=label)
        began = time.perf_counter()

        def work(_):
            count = 0
            while time.perf_counter() < began + seconds:
                prepare(read_answer(spool, service).image, label=label)
                count += 1
            return count

        count = sum(pool.map(work, range(os.cpu_count())))
        return count / (time.perf_counter() - began)
