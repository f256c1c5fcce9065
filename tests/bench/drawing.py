"""What the bookkeeping of one drawing costs: claim, call, purse and settling, without a service and without pixels."""

import sys
import time

from tests.bench.site import median, percentile, running_site

ROUNDS = 200
STEPS = ("claim", "call written and sent", "settled", "together")


def main(rounds=ROUNDS):
    """Print milliseconds for each step; half of the pictures wait while the other half is drawn."""
    with running_site():
        from django.db import connection

        from assignments.models import Submission
        from gallery.models import Call, Picture, Purse
        from gallery.pictures import Prepared
        from gallery.providers.base import Drawn
        from tests.builders import make_assignment, make_classroom, make_engine, make_student

        purse = Purse.objects.create(title="bench", pictures_allowed=10_000)
        engine = make_engine("paid", price_micros=50_000)
        room = make_classroom(purse=purse)
        assignment = make_assignment(room, engine=engine, max_tries=10_000)
        works = [Submission.objects.begin(assignment, make_student(room)) for _ in range(10)]
        for number in range(rounds // 2):
            works[number % 10].ask(prompt="A dog next to the Eiffel Tower", shape="wide", pictures=4)
        prepared = Prepared(b"x", "png", 1536, 864, "0" * 64, {}, "#808080")
        drawn = Drawn(b"x")
        spent = {step: [] for step in STEPS}
        busy = time.process_time()
        for number in range(rounds):
            times = [time.perf_counter()]
            picture = Picture.objects.claim_next(engine, worker="bench", lease=60)
            times.append(time.perf_counter())
            call = Call.objects.intend(picture, spool=str(number))
            call.sent()
            times.append(time.perf_counter())
            call.answered()
            settle(call, picture, prepared, drawn)
            times.append(time.perf_counter())
            parts = [(end - start) * 1000 for start, end in zip(times, times[1:], strict=False)]
            for step, value in zip(STEPS, [*parts, sum(parts)], strict=True):
                spent[step].append(value)
        busy = (time.process_time() - busy) * 1000 / rounds
        print(f"{connection.vendor:24}{'median':>10}{'p99':>10}  ms, {rounds} rounds")
        for step, values in spent.items():
            print(f"{step:24}{median(values):10.1f}{percentile(values, 0.99):10.1f}")
        print(f"of this, our own processor time {busy:.1f} ms")


def settle(call, picture, prepared, drawn):
    """End picture and call in one transaction, as generation does."""
    from django.db import transaction

    with transaction.atomic():
        assert picture.settle_ready(prepared, file="bench.png", drawn=drawn)
        call.end("stored", usage=drawn.usage)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
