"""A second worker machine: own name, own disk, own environment; the same PostgreSQL, broker and S3-compatible store.

    python -m tests.bench.machines [waves] [seconds that the service takes]

Few places and long answers, so that the one pair of cores that plays both machines is not the limit.
"""

import sys
from contextlib import ExitStack

from tests.bench.service import running_service
from tests.bench.site import running_site
from tests.fakes.bucket import machine, running_bucket

SLOTS = 8  # of each machine


def main(waves=8, seconds=5):
    with running_site("pg") as site, running_bucket(site.folder) as bucket:
        print(f"{SLOTS} slots a machine, answers after {seconds} s, pictures in a bucket")
        one = throughput(site, bucket, ["first"], waves, seconds)
        two = throughput(site, bucket, ["first", "second"], waves, seconds)
        for name, rate, count in (("one machine", one, 1), ("two machines", two, 2)):
            print(f"  {name:24}{rate:8.2f} pictures/s  {rate / (count * SLOTS / seconds):.0%} of what its slots can do")
        print(f"  {'two / one':24}{two / one:8.2f}  target 2")


def throughput(site, bucket, names, waves, seconds):
    """Return the pictures a second that these machines draw together, from the first start to the last picture."""
    from gallery.models import Picture
    from tests.bench import school
    from tests.bench.crowd import wait_for_ends

    with running_service("--seconds", seconds) as service, ExitStack() as stack:
        for name in names:
            stack.enter_context(site.worker("-c", str(SLOTS), name=name, **machine(bucket, site.folder, name)))
        slots = SLOTS * len(names)
        engine = school.make_engine(service, concurrent_calls=slots)
        warming, room = school.make_classes(engine, classes=2, pupils=slots * waves)
        for works in (warming[:slots], room):  # a worker's first pictures load its libraries
            service.forget()
            with school.Asking(works, seconds=0) as asking:
                pass
            wait_for_ends(engine)
        arrived = [at for at, _, _ in service.journal()]
    rows = Picture.objects.filter(pk__in=asking.asked)
    assert set(rows.values_list("status", flat=True)) == {"ready"}
    drawn_by = {worker.partition(":")[0] for worker in rows.values_list("worker", flat=True)}
    assert drawn_by == set(names), drawn_by
    last = max(rows.values_list("ended_at", flat=True)).timestamp()
    return len(arrived) / (last - min(arrived))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
