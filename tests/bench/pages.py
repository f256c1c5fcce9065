"""Server time of the pages that a class lives in, with sixty pupils at work, beside the barest answer the server can give."""

import sys

from tests.bench.site import median, percentile, running_site, timed

TARGET = 100  # milliseconds, 95 of 100
PUPILS = 60
TRIES = ("Эйфелева башня в море", "Эйфелева башня на дне моря, вокруг плавают рыбы")


def main(rounds=60):
    """Print milliseconds for each page, asked one after the other on one connection."""
    with running_site() as site:
        from django.urls import reverse

        from tests.visitor import Visitor

        assignment, works = make_class()
        site.start_web()
        work, at_work = works[0], [assignment.public_id]
        teacher = Visitor(site.port, assignment.classroom.teachers.first().user)
        student = Visitor(site.port, work.student)
        pages = [
            ("healthz, bare", Visitor(site.port), "/healthz"),
            ("sign-in", Visitor(site.port), reverse("login")),
            ("student's home", student, reverse("home")),
            ("studio", student, reverse("assignments:studio", args=at_work)),
            ("hand-in form", student, reverse("assignments:hand-in", args=at_work)),
            ("class gallery", student, reverse("assignments:class-gallery", args=at_work)),
            ("thumbnail", student, reverse("gallery:picture-file", args=[work.chosen.public_id, "384"])),
            ("teacher's home", teacher, reverse("home")),
            ("class", teacher, reverse("assignments:classroom-detail", args=[assignment.classroom_id])),
            ("list of hand-ins", teacher, reverse("assignments:assignment-detail", args=at_work)),
            ("grading desk", teacher, reverse("assignments:grading", args=[work.public_id])),
            ("grades as CSV", teacher, reverse("assignments:grades-export", args=at_work)),
        ]
        print(f"{PUPILS} pupils, {PUPILS * len(TRIES)} pictures; {rounds} rounds; target p95 {TARGET} ms")
        print(f"{'':20}{'p50':>8}{'p95':>8}{'of bare':>9}{'kB':>7}")
        bare = None
        for name, visitor, path in pages:
            answers = [visitor.get(path) for _ in range(3)]
            assert answers[-1].status == 200, (name, answers[-1].status)
            times = timed(lambda visitor=visitor, path=path: visitor.get(path), rounds)
            bare = bare or median(times)
            size = len(answers[-1].body) / 1000
            ratio = median(times) / bare
            print(f"{name:20}{median(times):8.1f}{percentile(times, 0.95):8.1f}{ratio:8.0f}x{size:7.0f}")


def make_class():
    """Return an assignment, and the works that sixty pupils handed in after two tries each."""
    from tests.builders import make_assignment, make_classroom, make_handed_in, make_ready, make_student, make_work

    room = make_classroom()
    assignment = make_assignment(room, language="ru")
    works = [make_work(assignment, make_student(room)) for _ in range(PUPILS)]
    for work in works:
        make_ready(work, prompt=TRIES[0])
        make_handed_in(work)
    return assignment, works


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
