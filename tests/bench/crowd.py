"""A thousand pupils ask for a picture in the same minute: real workers, PostgreSQL, broker, and a service that takes its time.

    python -m tests.bench.crowd [part ...] [--short] [--pupils 1000] [--workers 2] [--slots 64]

Parts: small (answers of 64 KB), photo (2 MB), pace (120 pictures a minute), flood (one pupil asks for 200).
"""

import argparse
import json
import os
import threading
import time
from collections import defaultdict
from contextlib import ExitStack
from dataclasses import dataclass, field

from tests.bench.reckoning import ceilings, ideal_end, jain, most_in_window, overtaken, window_while_all_wait
from tests.bench.service import running_service
from tests.bench.site import median, percentile, processor_seconds, running_site

PARTS = ("small", "photo", "pace", "flood")
PACE = 120  # pictures a minute
FLOOD = 200
#: Seconds between two looks at what waiting pupils are promised, and how many are looked at.
LOOK_EVERY, LOOK_AT = 2, 12
#: Targets of the measurements.
THROUGHPUT, NEAR_CEILING, PACE_USED, FAIRNESS, PROMISE = 0.95, 0.85, 0.98, 0.99, 0.20
CLAIM_AND_SETTLE = (40, 250)  # milliseconds: median, 99 of 100


@dataclass
class Wave:
    """What one crowd did: times are Unix times, keys are pictures."""

    asked: dict
    started: dict = field(default_factory=dict)  # claims in their order, by the database's clock
    ended: dict = field(default_factory=dict)
    lanes: dict = field(default_factory=dict)
    owners: dict = field(default_factory=dict)
    journal: list = field(default_factory=list)
    promises: list = field(default_factory=list)  # (picture, at, seconds promised)
    work: float = 0.0  # seconds of processor time of the workers

    def rate(self):
        """Return pictures a second from the first that was ready to the last."""
        ends = sorted(self.ended.values())
        return (len(ends) - 1) / (ends[-1] - ends[0])

    def kept(self):
        """Return promised / real wait of every promise that was looked at."""
        return [seconds / (self.ended[key] - at) for key, at, seconds in self.promises if self.ended[key] > at]


class Crowd:
    """Runs waves on one site."""

    def __init__(self, site, options):
        self.site, self.options = site, options

    def run(self, name, presses_of, *, classes, pupils, seconds, slots, spread, picture="small", **fields):
        """Let the pupils of some classes press as ``presses_of(rooms)`` says and wait until all is drawn; return the Wave."""
        from tests.bench import school

        with running_service("--seconds", seconds, "--picture", picture) as service, ExitStack() as stack:
            engine = school.make_engine(service, concurrent_calls=slots, **fields)
            rooms = school.make_classes(engine, classes, pupils)
            each = ("-c", str(slots // self.options.workers))
            workers = [
                stack.enter_context(self.site.worker(*each, name=f"{name}{number}")) for number in range(self.options.workers)
            ]
            worked = sum(map(processor_seconds, workers))
            asking = school.Asking(presses_of(rooms), spread)
            with Looking(engine) as looking, asking:
                asking.wait()
                wait_for_ends(engine)
            wave = Wave(asking.asked, promises=looking.promises, journal=service.journal())
            wave.work = sum(map(processor_seconds, workers)) - worked
        read_rows(wave, engine)
        return wave

    def times(self, name):
        """Return {step: [milliseconds]} as the workers of a wave noted them."""
        found = defaultdict(list)
        for number in range(self.options.workers):
            for line in (self.site.folder / f"{name}{number}.times").read_text().splitlines():
                step, value = json.loads(line)
                found[step].append(value)
        return found


class Looking:
    """Looks every few seconds at what waiting pupils read: how long it will take."""

    def __init__(self, engine):
        self.engine, self.promises, self.done = engine, [], threading.Event()
        self.thread = threading.Thread(target=self.look)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exc_info):
        self.done.set()
        self.thread.join()

    def look(self):
        from django.db import connection

        from gallery import live
        from gallery.models import Picture

        waiting = Picture.objects.filter(engine=self.engine, status="queued").order_by("?")
        while not self.done.wait(LOOK_EVERY):
            rows = waiting.values_list("pk", "public_id", "generation__trail__public_id")[:LOOK_AT]
            for key, picture, trail in rows:
                _place, seconds, *_ = live.places(trail).get(str(picture)) or (None, None)
                if seconds is not None:
                    self.promises.append((key, time.time(), seconds))
        connection.close()


def wait_for_ends(engine):
    """Wait until nothing of ``engine`` is open."""
    from gallery.models import Picture

    while Picture.objects.filter(engine=engine, status__in=Picture.OPEN).exists():
        time.sleep(0.5)


def read_rows(wave, engine):
    """Read from the rows when each picture was claimed, and in which order, and when it was ready."""
    from gallery.models import Event, Picture

    rows = Picture.objects.filter(engine=engine).values_list("pk", "lane", "owner", "status", "ended_at")
    for key, lane, owner, status, ended_at in rows:
        assert status == "ready", (key, status)
        wave.ended[key], wave.lanes[key], wave.owners[key] = ended_at.timestamp(), lane, owner
    drawing_at = dict(Picture.objects.filter(engine=engine).values_list("pk", "drawing_at"))
    claims = Event.objects.filter(verb="picture.drawing", picture__engine=engine).order_by("pk")
    for key in claims.values_list("picture", flat=True):
        wave.started.setdefault(key, drawing_at[key].timestamp())


def everybody_once(rooms):
    """One press of each pupil, a class at a time in turns."""
    return [work for row in zip(*rooms, strict=True) for work in row]


def one_floods(rooms):
    """The first pupil of the first class asks for FLOOD pictures, then everybody else asks twice."""
    others = [work for work in everybody_once(rooms) if work is not rooms[0][0]]
    return [rooms[0][0]] * FLOOD + others + others


def show(name, value, target="", form="{:.1%}"):
    print(f"  {name:58}{form.format(value):>9}  {target}", flush=True)


def show_common(crowd, name, wave):
    """Print what is told of every wave: claims and settling, promises, work."""
    times, kept = crowd.times(name), wave.kept()
    errors = [abs(share - 1) for share in kept]
    show(f"error of the promised time, median of {len(errors)}", median(errors), f"target under {PROMISE:.0%}")
    show("promised / real time, median", median(kept))
    for step, label in (("claim", "claim"), ("call", "call written"), ("settle", "settle"), ("both", "claim and settle")):
        middle, worst = median(times[step]), percentile(times[step], 0.99)
        target = "target under {} and {}".format(*CLAIM_AND_SETTLE) if step == "both" else ""
        print(f"  {label + ', ms: median, p99':58}{middle:9.1f}{worst:9.1f}  {target}")
    empty = times["no claim"]
    show("doorbells heard, for each picture", len(times["doorbell"]) / len(wave.ended), form="{:.2f}")
    show("claims that found nothing, for each picture", len(empty) / len(wave.ended), form="{:.2f}")
    show("processor time of the workers for each picture, ms", wave.work * 1000 / len(wave.ended), form="{:.0f}")
    show("most pictures whose pixels one worker worked on at once", max(times["pixels"]), form="{:.0f}")


def throughput(crowd, name, options):
    """Answers that are small, or as large as they are in truth."""
    seconds, slots = options.seconds, options.slots
    before = ceilings(options.ceiling_seconds) if name == "photo" else None
    wave = crowd.run(
        name,
        everybody_once,
        classes=options.classes,
        pupils=options.pupils // options.classes,
        seconds=seconds,
        slots=slots,
        spread=options.spread,
        picture=name,
    )
    rate, ideal = wave.rate(), slots / seconds
    first, last = min(wave.asked.values()), max(wave.ended.values())
    print(f"{len(wave.ended)} pictures, {slots} slots in {options.workers} workers, answers after {seconds} s ({name})")
    if before is None:
        show("throughput / what the slots can do", rate / ideal, f"target {THROUGHPUT:.0%}")
    else:
        after, cores = ceilings(options.ceiling_seconds), f"what {os.cpu_count()} cores can do"
        pixels, fetched = ((one + other) / 2 for one, other in zip(before, after, strict=True))
        show(f"pictures a second: {cores} of pixels alone", pixels, form="{:.2f}")
        show(f"pictures a second: {cores} with fetching and filing", fetched, form="{:.2f}")
        show("throughput / pixels alone, or what the slots can do", rate / min(ideal, pixels), f"target {NEAR_CEILING:.0%}")
        show("throughput / with fetching and filing, or the slots", rate / min(ideal, fetched))
    whole = (ideal_end(list(wave.asked.values()), slots, seconds) - first) / (last - first)
    show("time of slots that never idle / time from first press to last picture", whole)
    show_common(crowd, name, wave)


def paced(crowd, options):
    """An engine that may be asked so many times a minute."""
    wave = crowd.run(
        "pace",
        everybody_once,
        classes=options.classes,
        pupils=options.paced // options.classes,
        seconds=options.seconds,
        slots=options.slots,
        spread=options.spread,
        images_per_minute=options.pace,
    )
    starts = sorted(at for at, _, _ in wave.journal)
    print(f"{len(starts)} pictures at {options.pace} a minute, counted where they arrive")
    used = (len(starts) - 1) / (starts[-1] - starts[0]) * 60 / options.pace
    show("share of the pace that was used", used, f"target {PACE_USED:.0%}")
    show("most in any 60 s / the pace", most_in_window(starts, 60) / options.pace, "target at most 100%")
    show_common(crowd, "pace", wave)


def flooded(crowd, options):
    """One pupil asks for everything."""
    wave = crowd.run(
        "flood", one_floods, classes=4, pupils=options.flooded, seconds=2, slots=options.slots // 4, spread=options.spread / 4
    )
    print(f"{len(wave.ended)} pictures: one pupil asks for {FLOOD}, {4 * options.flooded - 1} others in 4 classes for two each")
    show(
        "first pictures that started after anybody's second in their class",
        overtaken(wave.asked, wave.started, wave.lanes, wave.owners),
        "target 0",
        form="{:d}",
    )
    begin, end = window_while_all_wait(wave.asked, wave.started, wave.lanes)
    drawn = [
        sum(begin <= at < end for key, at in wave.started.items() if wave.lanes[key] == lane)
        for lane in set(wave.lanes.values())
    ]
    show(f"Jain's index over the classes while all wait ({sum(drawn)} drawn)", jain(drawn), f"target {FAIRNESS}", form="{:.4f}")
    show_common(crowd, "flood", wave)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[[], *PARTS], metavar="part", help=", ".join(PARTS))
    parser.add_argument("--short", action="store_true", help="half a minute for each part")
    parser.add_argument("--pupils", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--slots", type=int, default=64, help="of all workers together")
    parser.add_argument("--seconds", type=float, default=10, help="that the service takes for a picture")
    parser.add_argument("--spread", type=float, default=60, help="seconds in which all press")
    options = parser.parse_args()
    options.classes, options.paced, options.pace, options.flooded, options.ceiling_seconds = 10, 600, PACE, 30, 8
    if options.short:
        options.pupils, options.slots, options.seconds, options.spread = 200, 32, 4, 10
        options.paced, options.pace, options.flooded, options.ceiling_seconds = 120, 240, 10, 3
    with running_site("pg") as site:
        crowd = Crowd(site, options)
        for part in options.parts or PARTS:
            if part == "pace":
                paced(crowd, options)
            elif part == "flood":
                flooded(crowd, options)
            else:
                throughput(crowd, part, options)


if __name__ == "__main__":
    main()
