"""Runs the whole site on one machine: broker, web, worker and beat, started together, restarted when they die, ended together.

`make run` ends here (see bootstrap.py). Every child has a process group of its own, so nothing it starts can stay. A guard,
forked first, holds the other end of a pipe: when the supervisor vanishes in any way, kill -9 included, the guard ends them all.
"""
# ruff: noqa: S603, T201 (running our own commands and speaking to the terminal is its trade)

import argparse
import http.client
import logging.handlers
import os
import re
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from dotenv import load_dotenv

from edu4all import broker
from edu4all.bootstrap import HOST, ROOT, check_folder, check_port, lock_run, port_of
from edu4all.process_groups import end_groups, end_leftovers, is_being_stopped, signal_group, start_guard

GRACE = 5.0  # seconds from SIGTERM to SIGKILL
LONGEST_DELAY = 30.0  # seconds before a child that dies again and again is started again
TICK = 0.1  # seconds between two looks around
LOOK_EVERY = 30.0  # seconds between two looks at age and memory
WORKER_HOURS, WORKER_MEGABYTES = 12.0, 800.0  # a worker older or bigger is started anew, unless the environment says otherwise
SERIOUS = re.compile(r'\b(WARN(ING)?|ERROR|CRITICAL|FATAL)\b|^Traceback|"level(name)?": ?"(warning|error|critical)"')
HARMLESS = re.compile("overcommit_memory")  # the broker's advice for big servers
COLOURS = {"broker": 35, "web": 36, "worker": 32, "beat": 34}


def say(text: str) -> None:
    """Print to the terminal; a terminal that has been closed must not stop the stopping."""
    try:
        print(text, flush=True)
    except (OSError, ValueError):
        pass


@dataclass
class Child:
    """A process to keep running: what to run, and what is known of the one that runs now."""

    name: str
    command: list[str]
    is_last: bool = False  # ended after the others: they still need it
    grace: float = 0  # seconds from SIGTERM to SIGKILL, where it needs more than the others
    most_hours: float = 0  # it is told to end at that age, to be started anew; 0: never
    most_megabytes: float = 0  # and when it holds so much memory; 0: never
    is_retired: bool = False  # it has been told
    process: subprocess.Popen | None = None
    started: float = 0  # time.monotonic() of the last start
    deaths: int = 0  # in a row
    due: float | None = None  # time.monotonic() of the next start
    tail: deque = field(default_factory=lambda: deque(maxlen=8))


def start_group(command: list[str], output: IO | int, errors: IO | int = subprocess.STDOUT) -> subprocess.Popen:
    """Start a command at the head of a process group of its own."""
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, start_new_session=True, cwd=ROOT)


class Supervisor:
    """Keeps children running until a signal comes."""

    def __init__(self, children: list[Child], log_dir: Path, run_dir: Path, grace: float = GRACE, first_delay: float = 1.0):
        self.children = children
        self.log_dir, self.run_dir = log_dir, run_dir
        self.grace, self.first_delay = grace, first_delay
        self.is_verbose = os.environ.get("VERBOSE", "") not in ("", "0")
        self.is_colourful = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self.look_every = LOOK_EVERY
        self.signals: list[int] = []
        self.selector = selectors.DefaultSelector()
        self.logs: dict[str, logging.Handler] = {}
        for folder in (log_dir, run_dir):
            folder.mkdir(parents=True, exist_ok=True)
        self.guard, self.to_guard = start_guard(min(grace, 3))
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, frame: self.signals.append(number))

    # Children

    def start(self, child: Child) -> None:
        """Start a child in a session of its own, with its output to us."""
        child.due, child.started, child.is_retired = None, time.monotonic(), False
        child.process = subprocess.Popen(
            child.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=ROOT,
        )
        assert child.process.stdout
        os.write(self.to_guard, f"start {child.process.pid} {int(child.is_last)}\n".encode())
        (self.run_dir / f"{child.name}.pid").write_text(str(child.process.pid))
        os.set_blocking(child.process.stdout.fileno(), False)
        self.selector.register(child.process.stdout, selectors.EVENT_READ, (child, bytearray()))

    def look_around(self, seconds: float = TICK) -> None:
        """Pass on what children write, for up to seconds, and collect the dead."""
        for key, _ in self.selector.select(seconds):
            child, rest = key.data
            chunk = os.read(key.fd, 65536)
            rest += chunk
            *lines, remains = rest.split(b"\n")
            rest[:] = remains
            if not chunk:
                self.selector.unregister(key.fileobj)
                lines = [remains] if remains else []
            for line in lines:
                self.pass_on(child, line.decode(errors="replace").rstrip())
        for child in self.children:
            if child.process:
                child.process.poll()

    def pass_on(self, child: Child, line: str) -> None:
        """Write a line to the child's log, and to the terminal where it is serious."""
        if child.name not in self.logs:
            log = logging.handlers.RotatingFileHandler(self.log_dir / f"{child.name}.log", maxBytes=10_000_000, backupCount=2)
            if log.stream.tell():
                log.doRollover()
            self.logs[child.name] = log
        self.logs[child.name].emit(logging.makeLogRecord({"msg": line}))
        child.tail.append(line)
        if self.is_verbose or (SERIOUS.search(line) and not HARMLESS.search(line)):
            colour, plain = (f"\033[{COLOURS.get(child.name, 33)}m", "\033[0m") if self.is_colourful else ("", "")
            say(f"{colour}{child.name:>6} |{plain} {line}")

    def restart_the_dead(self) -> None:
        """Say who died, clear away what it left, and start it again after a delay that grows with each death in a row."""
        for child in self.children:
            if not child.process:
                continue
            code = child.process.poll()
            if code is not None and child.due is None:
                now = time.monotonic()
                child.deaths = 1 if now - child.started > LONGEST_DELAY else child.deaths + 1
                delay = min(self.first_delay * 2 ** (child.deaths - 1), LONGEST_DELAY)
                child.due = now + delay
                how = "as it was told" if child.is_retired else f"signal {-code}" if code < 0 else f"exit code {code}"
                say(f"{child.name} ended ({how}); starting it again in {delay:.0f} s. See {self.log_dir / child.name}.log")
                if code > 0:
                    for line in child.tail:
                        say(f"    {line}")
                signal_group(child.process.pid, signal.SIGTERM)
            elif child.due is not None and time.monotonic() >= child.due:
                signal_group(child.process.pid, signal.SIGKILL)
                os.write(self.to_guard, f"gone {child.process.pid} 0\n".encode())
                self.start(child)

    def retire_the_old(self) -> None:
        """Tell children to end that grew too old or too big: threads have no limits of their own. They are started anew."""
        for child in self.children:
            if not child.process or child.is_retired or child.process.poll() is not None:
                continue
            hours = (time.monotonic() - child.started) / 3600
            size = megabytes_of(child.process.pid) if child.most_megabytes else 0
            if 0 < child.most_hours < hours or 0 < child.most_megabytes < size:
                say(f"{child.name} is {hours:.1f} hours old and holds {size:.0f} MB: it ends what it does, and starts anew.")
                child.is_retired = True
                child.process.terminate()

    # The whole

    def run_once(self, name: str, command: list[str]) -> str | None:
        """Run one command to its end while children run; return what it printed, or None where it failed or a signal came.

        What it logs goes to its log, and to the terminal where it failed.
        """
        log = self.log_dir / f"{name}.log"
        with tempfile.TemporaryFile("w+") as output, log.open("w") as errors:
            process = start_group(command, output, errors)
            os.write(self.to_guard, f"start {process.pid} 0\n".encode())
            while process.poll() is None and not self.signals:
                self.look_around(0.05)
            end_groups([process.pid], 1, process.poll)
            os.write(self.to_guard, f"gone {process.pid} 0\n".encode())
            output.seek(0)
            if process.wait() and not self.signals:
                say(f"{output.read()}{log.read_text()}\n{name} failed (exit code {process.returncode}): see above.")
            return None if process.returncode or self.signals else output.read()

    def run(self, is_ready: Callable[[], bool] = lambda: True, welcome: str = "", parent: int | None = None) -> None:
        """Start the children, say welcome once ready, and keep all running until a signal comes or the parent stops."""
        for child in self.children:
            if not child.process:
                self.start(child)
        looked_at = time.monotonic()
        while not self.signals:
            self.look_around()
            self.restart_the_dead()
            if time.monotonic() - looked_at >= self.look_every:
                looked_at = time.monotonic()
                self.retire_the_old()
            if welcome and is_ready():
                say(welcome)
                welcome = ""
            if parent and is_being_stopped(parent):
                break

    def stop(self) -> None:
        """End every child and the guard; a second Ctrl+C ends them at once."""
        asked = len(self.signals)
        for wave in (False, True):
            children = [child for child in self.children if child.process and child.is_last == wave]
            groups = [child.process.pid for child in children if child.process]
            deadline = time.monotonic() + max([self.grace, *(child.grace for child in children)])

            def meanwhile(groups: list[int] = groups) -> None:
                self.look_around(0.05)
                if len(self.signals) > asked:
                    for group in groups:
                        signal_group(group, signal.SIGKILL)

            end_groups(groups, deadline - time.monotonic(), meanwhile)
        for child in self.children:
            if child.process:
                child.process.wait()
            (self.run_dir / f"{child.name}.pid").unlink(missing_ok=True)
        os.close(self.to_guard)
        os.waitpid(self.guard, 0)


def megabytes_of(pid: int) -> float:
    """Return the memory that a process holds, in MB; 0 where nobody can say."""
    try:
        if sys.platform.startswith("linux"):
            return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
        return int(subprocess.run(["/bin/ps", "-o", "rss=", "-p", str(pid)], capture_output=True, check=True).stdout) / 1000
    except (OSError, ValueError, IndexError, subprocess.SubprocessError):
        return 0


def site_answers(port: int) -> bool:
    """Tell whether the web server answers /healthz."""
    connection = http.client.HTTPConnection(HOST, port, timeout=1)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def site(port: int, var: Path) -> list[Child]:
    """Return web, worker and beat."""
    python = [sys.executable, "-m"]
    heartbeat = ["--worker-tmp-dir", "/dev/shm"] if os.access("/dev/shm", os.W_OK) else []  # noqa: S108 (a disk can stall it)
    web = [
        "gunicorn",
        "edu4all.wsgi",
        "--bind",
        f"{HOST}:{port}",
        "--worker-class",
        "gthread",
        "--workers",
        "2",
        "--threads",
        "8",
    ]
    web += ["--keep-alive", "15", "--graceful-timeout", "4", "--no-control-socket", *heartbeat]
    worker = ["celery", "--quiet", "-A", "edu4all", "worker", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    beat = ["celery", "--quiet", "-A", "edu4all", "beat", "--schedule", str(var / "run" / "beat-schedule"), "--pidfile", ""]
    hours = float(os.environ.get("WORKER_HOURS") or WORKER_HOURS)
    megabytes = float(os.environ.get("WORKER_MEGABYTES") or WORKER_MEGABYTES)
    grace = float(os.environ.get("STOP_SECONDS") or 20) + GRACE  # it finishes what it draws
    drawing = Child("worker", python + worker, grace=grace, most_hours=hours, most_megabytes=megabytes)
    return [Child("web", python + web), drawing, Child("beat", python + beat)]


def take_lock() -> None:
    """Hold the lock of this checkout until this process and its guard end: bootstrap's, if it started us."""
    if inherited := os.environ.pop("EDU4ALL_LOCK", ""):
        os.set_inheritable(int(inherited), False)
    else:
        os.dup(lock_run(ROOT).fileno())


def main() -> int:
    """Prepare and run the site of this checkout; return the exit code."""
    arguments = argparse.ArgumentParser(description=main.__doc__)
    arguments.add_argument("--end-with-parent", action="store_true", help="stop when the process that started this one ends")
    parent = os.getppid() if arguments.parse_args().end_with_parent else None
    load_dotenv(Path(ROOT, ".env"))
    var = Path(ROOT, "var")
    check_folder(ROOT)
    take_lock()
    port = port_of(ROOT)
    end_leftovers(var / "run", ROOT)
    check_port(port)
    os.environ.update(PORT=str(port), PYTHONUNBUFFERED="1")
    children = site(port, var)
    if not os.environ.get("REDIS_URL"):
        socket = broker.socket_path(var)
        (var / "broker").mkdir(exist_ok=True)
        os.environ["REDIS_URL"] = broker.url(socket)
        children.insert(0, Child("broker", broker.command(var / "broker", socket), is_last=True))
    supervisor = Supervisor(children, var / "log", var / "run")
    try:
        if children[0].name == "broker":
            supervisor.start(children[0])
        greeting = supervisor.run_once("prepare", [sys.executable, "manage.py", "prepare", "--welcome"])
        if greeting is not None:
            welcome = f"Ready: http://{HOST}:{port}\n{greeting}\nCtrl+C stops everything. Logs: {var / 'log'}"
            supervisor.run(lambda: site_answers(port), welcome, parent)
        say("Stopping ... Pictures on their way are finished first; Ctrl+C again ends at once.")
        return 0 if supervisor.signals or greeting is not None else 1
    finally:
        supervisor.stop()


if __name__ == "__main__":
    sys.exit(main())
