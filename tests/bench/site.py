"""A site of its own for a measurement: scratch database, broker, and if wanted a worker and a web server, as in production."""

import os
import shlex
import statistics
import sys
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import django
from django.conf import settings
from redis import Redis

from edu4all.supervisor import site_answers
from tests import processes


class Site:
    """What is running: the scratch folder, and the port and process of the web server once there is one."""

    def __init__(self, stack, folder):
        self.stack, self.folder = stack, folder
        self.broker_path = folder / "broker.sock"
        stack.enter_context(processes.running_broker(folder / "broker", self.broker_path))
        self.database = {"DATABASE_URL": processes.database_url(settings.DATABASES["default"])}

    def start_web(self):
        """Start gunicorn as the Procfile has it but with one process, so that its work can be counted."""
        self._collect_static()
        self.port = processes.free_port()
        self.web = self.stack.enter_context(processes.running_web(self.folder, self.port, **self.database))

    def start_whole_web(self):
        """Start gunicorn exactly as the Procfile has it."""
        self._collect_static()
        self.port = processes.free_port()
        log = self.folder / "web.log"
        command = procfile("web", PORT=str(self.port))
        self.web = self.stack.enter_context(processes.running(command, log, PORT=str(self.port), **self.database))
        processes.wait_for_start(self.web, log, lambda: site_answers(self.port))

    def _collect_static(self):
        from django.core.management import call_command

        from edu4all.catalogs import compile_stale

        compile_stale()
        # This process names static files plainly; the server needs them collected under their hashed names.
        storages = settings.STORAGES["staticfiles"]
        storages["BACKEND"] = "whitenoise.storage.CompressedManifestStaticFilesStorage"
        call_command("collectstatic", verbosity=0, interactive=False)

    def start_worker(self):
        """Start a worker with a beat, as `make run` does."""
        self.stack.enter_context(self.worker("-c", "8", "-B", "-s", str(self.folder / "beat")))

    @contextmanager
    def worker(self, *options, name="worker", **variables):
        """Run a worker with these options and variables until the block ends; what `stopwatch` noted lies in {name}.times."""
        watched = ("-I", "tests.bench.stopwatch")
        variables = {**self.database, "STOPWATCH": str(self.folder / f"{name}.times"), **variables}
        with Redis(unix_socket_path=str(self.broker_path)) as queue:
            with processes.running_worker(self.folder, queue, *watched, *options, name=name, **variables) as process:
                yield process


def procfile(name, **variables):
    """Return the command that the Procfile has for ``name``, run by this Python."""
    lines = dict(line.split(": ", 1) for line in (processes.ROOT / "Procfile").read_text().splitlines())
    words = [variables.get(word.removeprefix("$"), word) for word in shlex.split(lines[name])]
    return [sys.executable, "-m", *(word.replace("$PORT", variables.get("PORT", "")) for word in words)]


@contextmanager
def running_site(database=""):
    """Set Django up on an empty database of our own and yield the Site; call it once in a process.

    ``database`` "pg" starts a PostgreSQL unless TEST_DATABASE_URL names one; else TEST_DB chooses, and SQLite by default.
    """
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    with ExitStack() as stack:
        if database == "pg":
            os.environ["TEST_DB"] = "pg"
            if not os.environ.get("TEST_DATABASE_URL"):
                os.environ["TEST_DATABASE_URL"] = stack.enter_context(processes.running_postgres())
        django.setup()
        from django.core.management import call_command

        site = Site(stack, Path(os.environ["TEST_SCRATCH"]))
        call_command("migrate", verbosity=0)
        yield site


def percentile(values, share):
    """Return the value that ``share`` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def timed(function, rounds):
    """Return the milliseconds of each of ``rounds`` calls."""
    spent = []
    for _ in range(rounds):
        started = time.perf_counter()
        function()
        spent.append((time.perf_counter() - started) * 1000)
    return spent


def median(values):
    return statistics.median(values)


def processor_seconds(process):
    """Return the processor time in seconds of a process and the children it runs now; Linux only, None elsewhere."""
    if not sys.platform.startswith("linux"):
        return None
    ticks = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[2] == str(process.pid):  # its process group
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
