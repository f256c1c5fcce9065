"""What every fault test stands on: a provider and its journal, an engine that costs money, a purse, and files of its own."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
import uuid
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.models import Q
from django.urls import reverse
from redis import Redis

from edu4all import broker as embedded
from gallery import tasks
from gallery.models import Call, Engine, Picture, Purse
from tests import processes
from tests.builders import make_assignment, make_classroom, make_engine, make_queued, make_student, make_work
from tests.faults.warm import Warm
from tests.visitor import Visitor

PRICE = 50_000  # micro-dollars

#: A worker that puts everything right at once.
QUICK = {"LEASE_SECONDS": "30", "SWEEP_SECONDS": "0.3"}


@dataclass
class FakeProvider:
    """The images API in a process of its own, which outlives whoever asks it."""

    base_url: str
    endpoint: str
    file: Path

    def script(self, *steps, always=None, forget=False):
        """Answer the next requests by these behaviours, in order of arrival; ``forget`` drops those still waiting."""
        wanted = {"script": steps, "forget": forget} | ({"always": always} if always else {})
        asked = urllib.request.Request(f"{self.endpoint}/_script", json.dumps(wanted).encode(), method="POST")
        urllib.request.urlopen(asked, timeout=5).close()

    def outcomes(self):
        """Return {seed: the behaviours that its requests met, in order of arrival}; a picture's seed is its own."""
        met = {}
        for line in map(json.loads, self.file.read_text().splitlines()):
            if line["route"] == "images":
                met.setdefault(line["fields"].get("seed"), []).append(line["outcome"])
        return met

    def requests_for(self, picture):
        """Return how often this picture was asked for."""
        return len(self.outcomes().get(picture.seed, []))


@pytest.fixture(scope="session")
def provider(scratch):
    file = scratch / "journal.jsonl"
    command = [sys.executable, "-m", "tests.fakes.images_api", "--journal", str(file)]
    with subprocess.Popen(command, cwd=processes.ROOT, stdout=subprocess.PIPE, text=True) as process:
        address = json.loads(process.stdout.readline())
        yield FakeProvider(address["base_url"], address["endpoint"], file)
        process.terminate()


@pytest.fixture(scope="session")
def warm():
    """What starts workers and web servers quickly."""
    process = Warm()
    yield process
    process.close()


@pytest.fixture
def start_worker(warm, on_test_database, transactional_db, broker, scratch):
    """A function that gives a context with a real worker: start_worker("-c", "8", name="second", LEASE_SECONDS="2")."""

    def start(*options, queue=broker, run=warm.running, **variables):
        """Killed at the end like in any other fault: nothing may depend on a worker's last words."""
        return processes.running_worker(scratch, queue, *options, run=run, **{**on_test_database, **variables})

    return start


class Broker:
    """A broker to be killed; ``url`` is the REDIS_URL of those who use it."""

    def __init__(self, folder):
        self.folder, self.path = folder / "broker", embedded.socket_path(folder)
        self.url = embedded.url(self.path)
        self.process = None

    def client(self):
        return Redis(unix_socket_path=str(self.path))

    @contextmanager
    def running(self, *options):
        """Run it until the block ends, however often it dies and is started again in between."""
        self.start(*options)
        try:
            yield self
        finally:
            self.kill()

    def start(self, *options):
        self.folder.mkdir(exist_ok=True)
        command = [*embedded.command(self.folder, self.path), *options]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        assert embedded.wait_until_ready(self.path), (self.folder / "log").read_text()

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        self.process.kill()
        self.process.wait()


class Pupil(Visitor):
    """A new student of the house's class, who asks for pictures over HTTP."""

    def __init__(self, house, port, assignment=None):
        assignment = assignment or house.assignment
        super().__init__(port, make_student(assignment.classroom, f"Pupil {uuid.uuid4().hex[:6]}"))
        self.path = reverse("assignments:studio-ask", args=[assignment.public_id])

    def ask(self, pictures=1, token=None):
        """Press the button; return the status of the answer and the seconds it took."""
        started = time.monotonic()
        fields = {"prompt": "A dog next to the Eiffel Tower", "pictures": pictures, "token": token or uuid.uuid4()}
        return self.post(self.path, **fields).status, time.monotonic() - started


@pytest.fixture
def own_broker(tmp_path):
    return Broker(tmp_path)


@pytest.fixture
def start_web(warm, static_files, on_test_database, own_broker, tmp_path):
    """A function that gives a context with a web server on the test's own broker; it yields the process and its port."""

    @contextmanager
    def start(port=None, **variables):
        port = port or processes.free_port()
        variables = {"REDIS_URL": own_broker.url, **on_test_database, **variables}
        with processes.running_web(tmp_path, port, run=warm.running, **variables) as process:
            yield process, port

    return start


@pytest.fixture
def start_sweeping(start_worker, own_broker):
    """A function that gives a context with a quick worker on the test's own broker."""

    @contextmanager
    def start(*options, **variables):
        with own_broker.client() as client:
            with start_worker(*options, queue=client, **{**QUICK, "REDIS_URL": own_broker.url, **variables}) as process:
                yield process

    return start


class House:
    """A class with a purse whose assignment is drawn by the fake provider."""

    def __init__(self, provider, folder):
        self.provider, self.folder = provider, folder
        self.purse = Purse.objects.create(title="7B", pictures_allowed=100, micros_allowed=100 * PRICE)
        self.engine = make_engine(
            "fake",
            provider=Engine.Provider.OPENAI,
            base_url=provider.base_url,
            price_micros=PRICE,
            concurrent_calls=16,
            extra={"scale": 16},  # pictures of 96 by 64: drawn and kept in no time
        )
        self.assignment = make_assignment(make_classroom(purse=self.purse), engine=self.engine)
        provider.script(forget=True)

    def ask(self):
        """Return one waiting picture of a new student; nobody has rung for it yet."""
        work = make_work(self.assignment, make_student(self.assignment.classroom, f"Pupil {Picture.objects.count()}"))
        return make_queued(work)[0]

    def signal(self, process, number=signal.SIGKILL):
        """Send a signal to a process and all that it has started, unless it has ended by itself meanwhile."""
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)

    def ring(self, times=1):
        tasks.ring(self.engine, times)

    def stalling(self, *points):
        """Return the option and the variables of a worker that stands still at these points, one after the other.

        It never sweeps, unless told to: it would settle itself what it let go of.
        """
        variables = {"STALL_AT": ",".join(points), "STALL_IN": str(self.folder), "SWEEP_SECONDS": "600"}
        return ("-I", "tests.faults.stalls"), variables

    def log(self, worker):
        return Path(os.environ["TEST_SCRATCH"]) / f"{worker}.log"

    def wait_for(self, point):
        processes.wait_until((self.folder / point).exists, 20, f"a worker to come to {point}")

    def wait_for_request(self, picture):
        processes.wait_until(lambda: self.provider.requests_for(picture), 20, "the request to arrive")

    def wait_for_ends(self, timeout=30):
        processes.wait_until(lambda: not Picture.objects.filter(status__in=Picture.OPEN).exists(), timeout, "all to end")

    def end_of(self, picture):
        """Return how a picture ended: its state, why, its calls' states, and how often the provider was asked."""
        fresh = Picture.objects.get(pk=picture.pk)
        calls = " ".join(fresh.calls.order_by("number").values_list("state", flat=True))
        return fresh.status, fresh.reason, calls, self.provider.requests_for(picture)

    def assert_all_is_well(self):
        """Every promise holds, and the purse paid for exactly the requests that brought a picture, or may have."""
        assert broken_promises() == ""
        self.purse.refresh_from_db()
        charged = Call.objects.filter(Q(state__in=["stored", "unanswered"]) | Q(state="failed", micros__gt=0)).count()
        assert (self.purse.pictures_reserved, self.purse.micros_reserved) == (0, 0)
        assert self.purse.micros_spent == PRICE * charged
        assert self.purse.pictures_spent == Picture.objects.filter(status="ready").count()


def broken_promises():
    """Return what `manage.py check_jobs` finds, an empty text where all is well."""
    text = io.StringIO()
    try:
        call_command("check_jobs", grace=0, stdout=text)
    except SystemExit:
        return text.getvalue()
    return ""


@pytest.fixture
def house(provider, transactional_db, tmp_path, settings, monkeypatch):
    """A house whose pictures lie in a folder of their own, in this process and in those it starts."""
    stored = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "media" / "pictures"},
    }
    settings.STORAGES = settings.STORAGES | {"default": stored}
    settings.SPOOL_ROOT = tmp_path / "media" / "spool"
    monkeypatch.setenv("MEDIA_ROOT", str(tmp_path / "media"))
    return House(provider, tmp_path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Show the ends of the processes' logs beside a failure."""
    report = yield
    if report.failed and "TEST_SCRATCH" in os.environ:
        folders = [Path(os.environ["TEST_SCRATCH"]), item.funcargs.get("tmp_path")]
        for log in [log for folder in folders if folder for log in sorted(folder.glob("*.log"))]:
            report.sections.append((log.name, log.read_text(errors="replace")[-4000:]))
    return report
