"""From the student's button to the picture on the page: real web server, worker, broker and sketch engine."""

import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

from tests.bench.site import median, percentile, running_site

TARGET = 3000  # milliseconds, 95 of 100
LONGEST = 60  # seconds after which a measurement has failed


def main(rounds=20, together=10):
    """Print what one student alone waits, and what each of several waits who press at the same moment."""
    with running_site() as site:
        from tests.builders import make_assignment, make_classroom, make_student

        site.start_web()
        site.start_worker()
        room = make_classroom()
        assignment = make_assignment(room)

        def students(number):
            return [Student(site.port, assignment, make_student(room)) for _ in range(number)]

        students(1)[0].wait()  # the first picture of a worker loads the dictionaries
        print(f"{'':28}{'p50':>8}{'p95':>8}{'worst':>8}  ms; target p95 {TARGET}")
        show("one student, page's polls", [student.wait() for student in students(rounds)])
        show("one student, poll every 50 ms", [student.wait(every=0.05) for student in students(rounds)])
        with ThreadPoolExecutor(together) as pool:
            show(f"{together} at once, page's polls", list(pool.map(lambda student: student.wait(), students(together))))


def show(name, times):
    print(f"{name:28}{median(times):8.0f}{percentile(times, 0.95):8.0f}{max(times):8.0f}")


class Student:
    """Somebody who presses the button and looks as often as the page itself does."""

    def __init__(self, port, assignment, user):
        from django.urls import reverse

        from assignments.models import Submission
        from gallery import live
        from tests.visitor import Visitor

        self.visitor = Visitor(port, user)
        trail = Submission.objects.begin(assignment, user).trail
        self.ask_path = reverse("assignments:studio-ask", args=[assignment.public_id])
        self.poll_path = reverse("assignments:poll", args=[live.token_for(user, trail)])
        self.intervals = live.FIRST_POLL, live.NEXT_POLL

    def wait(self, every=None):
        """Return the milliseconds from the button to the poll that shows the picture; looks ``every`` so many seconds."""
        started = time.perf_counter()
        prompt = "Три пингвина в шарфах перед Эйфелевой башней ночью"
        answer = self.visitor.post(self.ask_path, prompt=prompt, pictures=1, token=uuid.uuid4())
        assert answer.status == 302, answer.status
        first, then = self.intervals if every is None else (every, every)
        time.sleep(first)
        while b'class="pic__img"' not in (page := self.visitor.get(self.poll_path)).body:
            assert page.status == 200 and time.perf_counter() - started < LONGEST, page.status
            time.sleep(then)
        return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
