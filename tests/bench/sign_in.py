"""The first minute of a lesson: a whole class signs in with class code, name and PIN at the same moment."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

from tests.bench.site import median, percentile, processor_seconds, running_site

PIN = "493817"


def main(pupils=30):
    """Print what the server worked in all, and what each pupil waited from opening the page to being in."""
    with running_site() as site:
        from django.urls import reverse

        from tests.builders import make_classroom, make_student
        from tests.visitor import Visitor

        room = make_classroom()
        names = [f"Ученик {number}" for number in range(pupils)]
        for name in names:
            make_student(room, name)
        site.start_web()
        path = reverse("login")

        def sign_in(name):
            visitor = Visitor(site.port)
            started = time.perf_counter()
            assert visitor.get(path).status == 200
            answer = visitor.post(path, code=room.join_code, name=name, pin=PIN)
            assert answer.status == 302, answer.status
            visitor.close()
            return (time.perf_counter() - started) * 1000

        print(f"{pupils} pupils at once{'wall':>14}{'processor':>12}{'p50':>8}{'worst':>8}  s, s, ms, ms")
        for what in ("first PIN", "known PIN"):
            began, worked = time.perf_counter(), processor_seconds(site.web)
            with ThreadPoolExecutor(pupils) as pool:
                times = list(pool.map(sign_in, names))
            wall = time.perf_counter() - began
            work = "?" if worked is None else f"{processor_seconds(site.web) - worked:.1f}"
            print(f"{what:18}{wall:14.1f}{work:>12}{median(times):8.0f}{percentile(times, 1):8.0f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
