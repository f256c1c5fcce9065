"""Workers die again and again while the service draws: each drawing is taken up by its id, and none is begun twice."""

import json
import urllib.request

import pytest
from django.conf import settings
from django.db.models.functions import Now

from gallery.models import Call, Engine, Picture
from tests.builders import make_queued, make_student, make_work
from tests.faults.conftest import QUICK
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

PICTURES = 8
PLACES = "12"  # one engine never gets all of a worker's
KILLS = 3
#: Seconds that the service draws: for ever, until it is told to finish.
FOR_EVER = 3600


class Drawings:
    """What the fake provider's journal tells of the drawings that began after this was made."""

    def __init__(self, house):
        self.file, self.endpoint = house.provider.file, house.provider.endpoint
        self.skipped = len(self.file.read_text().splitlines())

    def lines(self, route):
        lines = self.file.read_text().splitlines()[self.skipped :]
        return [line for line in map(json.loads, lines) if line["route"] == route]

    def begun_for(self, picture):
        """Count how often the service was asked to draw ``picture``, whose words are its own."""
        return sum(picture.generation.prompt in line["fields"]["input"] for line in self.lines("responses"))

    def wait_for_looks(self, count):
        """Wait until somebody looked so often at drawings from now on."""
        before = len(self.lines("retrieve"))
        wait_until(lambda: len(self.lines("retrieve")) >= before + count, 20, "a worker to look")

    def tell(self, **wanted):
        wanted = json.dumps({"route": "responses"} | wanted).encode()
        urllib.request.urlopen(urllib.request.Request(f"{self.endpoint}/_script", wanted, method="POST"), timeout=5).close()


@pytest.fixture
def drawings(house):
    Engine.objects.filter(pk=house.engine.pk).update(is_resumable=True, chat_model="fake-chat-model")
    return Drawings(house)


def ask(house, count):
    """Return the waiting pictures of so many new students, each with words of its own."""
    pictures = []
    for number in range(count):
        work = make_work(house.assignment, make_student(house.assignment.classroom, f"Pupil {number}"))
        pictures += make_queued(work, prompt=f"A dog with {number + 2} balloons near the Eiffel Tower")
    return pictures


def kill(house, worker):
    """Kill a worker, and let its claims run out."""
    house.signal(worker)
    worker.wait()
    Picture.objects.filter(status="drawing").update(lease_until=Now())


class TestKilledWorkers:
    def test_lose_no_drawing_that_has_an_id_and_begin_none_twice(self, house, drawings, start_worker):
        drawings.tell(always=["ok", {"seconds": FOR_EVER}])
        pictures = ask(house, PICTURES)
        house.ring(times=PICTURES)
        for _ in range(KILLS):
            with start_worker("-c", PLACES, **QUICK) as worker:
                wait_until(lambda: Call.objects.exclude(service_ref="").count() == PICTURES, 30, "all drawings to be begun")
                drawings.wait_for_looks(4)
                kill(house, worker)
        drawings.tell(finish=True)
        with start_worker("-c", PLACES, **QUICK):
            house.wait_for_ends(60)
            wait_until(lambda: not list(settings.SPOOL_ROOT.iterdir()), what="the spool to be cleared")
        ends = [(end.status, end.reason, drawings.begun_for(end)) for end in Picture.objects.select_related("generation")]
        assert ends == len(pictures) * [("ready", "", 1)]
        assert list(Call.objects.values_list("state", flat=True)) == PICTURES * ["stored"]
        assert not drawings.lines("cancel")
        house.assert_all_is_well()

    def test_before_an_id_came_leave_an_unanswered_call(self, house, drawings, start_worker):
        drawings.tell(always=["ok", {"delay": 3}])
        [picture] = ask(house, 1)
        with start_worker(**QUICK) as worker:
            house.ring()
            wait_until(lambda: drawings.begun_for(picture), 20, "the request to arrive")
            kill(house, worker)
        with start_worker(**QUICK):
            house.wait_for_ends()
        end = Picture.objects.get()
        assert (end.status, end.reason, drawings.begun_for(picture)) == ("failed", "unanswered", 1)
        house.assert_all_is_well()

    def test_leave_a_drawing_that_never_ends_to_the_deadline_of_another(self, house, drawings, start_worker):
        drawings.tell(always="drawing_endless")
        [picture] = ask(house, 1)
        with start_worker(**QUICK) as worker:
            house.ring()
            drawings.wait_for_looks(1)
            kill(house, worker)
        with start_worker(PROVIDER_DEADLINE="2", **QUICK):
            house.wait_for_ends()
        end = Picture.objects.get()
        assert (end.status, end.reason, drawings.begun_for(picture)) == ("failed", "unanswered", 1)
        assert len(drawings.lines("cancel")) == 1
        house.assert_all_is_well()
