"""A school at work, for measurements: classes full of pupils made all at once, who then ask through the model's own door."""

import itertools
import random
import threading
import time

PROMPTS = ("A dog next to the Eiffel Tower", "Три пингвина в шарфах перед Эйфелевой башней ночью")
_number = itertools.count(1)


def make_engine(service, **fields):
    """Return an engine that asks ``service`` (a running tests.bench.service)."""
    from tests.builders import make_engine

    return make_engine(f"bench{next(_number)}", base_url=service.base_url, **fields)


def make_classes(engine, classes, pupils, **fields):
    """Return the works of ``classes`` classes of ``pupils`` pupils each, not begun yet, as a list for each class."""
    from tests.builders import make_assignment, make_classroom

    rooms = []
    for _ in range(classes):
        room = make_classroom()
        assignment = make_assignment(room, engine=engine, **({"max_tries": 1000} | fields))
        rooms.append(_fill(room, assignment, pupils))
    return rooms


def _fill(room, assignment, pupils):
    from django.utils import timezone

    from assignments.models import Enrollment, Submission, User
    from gallery.models import Trail

    names = [f"Pupil {next(_number)}" for _ in range(pupils)]
    users = User.objects.bulk_create(User(username=f"s-{name}", display_name=name, password="!") for name in names)
    now = timezone.now()
    Enrollment.objects.bulk_create(
        Enrollment(classroom=room, student=user, alias=name, name_key=name.lower(), approved_at=now)
        for name, user in zip(names, users, strict=True)
    )
    trails = Trail.objects.bulk_create(
        Trail(owner=user, lane=str(room.lane), weight=room.weight, purse=room.purse) for user in users
    )
    return Submission.objects.bulk_create(
        Submission(assignment=assignment, student=user, trail=trail) for user, trail in zip(users, trails, strict=True)
    )


class Asking:
    """Pupils press the button, one picture each time, spread evenly over some seconds.

    ``asked`` says when each press was done (Unix time of the commit) by the picture's key.
    """

    def __init__(self, presses, seconds, hands=4):
        self.presses, self.hands = list(presses), hands
        self.asked, self.late = {}, 0.0
        self.gap = seconds / max(1, len(self.presses))
        self._lock = threading.Lock()

    def __enter__(self):
        """Begin; the presses go on while the block runs."""
        self._turns = iter(enumerate(self.presses))
        self.began = time.time()
        self._threads = [threading.Thread(target=self._press_all) for _ in range(self.hands)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc_info):
        self.wait()

    def wait(self):
        """Wait until all have pressed."""
        for thread in self._threads:
            thread.join()

    def _press_all(self):
        from django.db import connection

        try:
            while True:
                with self._lock:
                    number, work = next(self._turns, (None, None))
                if number is None:
                    return
                due = self.began + number * self.gap
                time.sleep(max(0, due - time.time()))
                for key in press(work):
                    self.asked[key] = time.time()
                self.late = max(self.late, time.time() - due)
        finally:
            connection.close()


def press(work):
    """Ask for one picture, and ring, as the studio's view does; return the keys of the pictures."""
    from gallery import tasks

    generation = work.ask(prompt=random.choice(PROMPTS), shape="wide", pictures=1)
    assert not generation.gate, generation.gate
    tasks.ring(generation.engine, 1)
    return list(generation.pictures.values_list("pk", flat=True))
