"""What the measurements reckon with: ideals to compare with, and indexes of fairness. Times are Unix times in seconds."""

import heapq
import os
import tempfile
import threading
import time
from bisect import bisect_left
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.bench.service import running_service


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


def ceiling(seconds, work):
    """Return how often a second as many threads as cores can do ``work``, and nothing else."""
    work()
    began = time.perf_counter()

    def repeat(_):
        count = 0
        while time.perf_counter() < began + seconds:
            work()
            count += 1
        return count

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        count = sum(pool.map(repeat, range(os.cpu_count())))
    return count / (time.perf_counter() - began)


def ceilings(seconds):
    """Return (a, b), full-size pictures a second: a of reading and preparing alone, b with fetching and filing them.

    Without a queue, a purse or a row: what is left of b is what keeping books costs.
    """
    from gallery.pictures import AI_MADE, Label, prepare
    from gallery.providers.answers import read_answer
    from gallery.providers.base import DrawRequest, Service
    from gallery.providers.openai import OpenAIProvider

    label = Label(AI_MADE, "Made with AI.", "Bench")
    request = DrawRequest(words="A dog", prompt="A dog", language="en", size=(1536, 1024))
    with running_service("--seconds", 0, "--picture", "photo") as fake, tempfile.TemporaryDirectory() as folder:
        service = Service(kind="openai", model="bench", base_url=fake.base_url)
        provider, kept = OpenAIProvider(service), Path(folder) / "kept"
        provider.ask(request, kept)

        def pixels():
            return prepare(read_answer(kept, service).image, label=label)

        def whole():
            spool = Path(folder) / str(threading.get_ident())
            provider.ask(request, spool)
            prepared = prepare(provider.read(spool, request).image, label=label)
            for number, data in enumerate([prepared.original, *prepared.thumbnails.values()]):
                spool.with_suffix(f".{number}").write_bytes(data)

        return ceiling(seconds, pixels), ceiling(seconds, whole)
