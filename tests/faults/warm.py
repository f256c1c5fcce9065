"""A process that has imported what takes long and forks whatever is asked of it: a worker then starts in a second, not three.

``python -m tests.faults.warm`` reads one JSON line for each process wanted (module, arguments, environment, log) and answers
each with a process id. What it forks leads a process group of its own and is as real as any: it is killed, stopped and measured
alike. It reads its settings itself, from the environment that it was given; only libraries are shared.
"""

import importlib
import json
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

from edu4all.process_groups import end_groups, has_members
from tests import processes

LIBRARIES = """celery.apps.worker celery.bin.worker celery.concurrency.thread celery.fixups.django celery.worker.worker
csp.middleware dj_database_url django.core.management django.db.backends.sqlite3.base django.db.models django.forms
django.views.generic gunicorn.app.wsgiapp gunicorn.workers.gthread kombu.transport.redis openai PIL.ImageCms
PIL.PngImagePlugin PIL.WebPImagePlugin psycopg redis""".split()


class Process:
    """A forked process, with the manners of subprocess.Popen as far as tests need them."""

    def __init__(self, pid):
        self.pid, self._began = pid, began(pid)

    def poll(self):
        return None if has_members(self.pid) and began(self.pid) in (self._began, None) else 0

    def wait(self, timeout=30):
        processes.wait_until(lambda: self.poll() is not None, timeout, f"process {self.pid} to end")


def began(pid):
    """Return when a process began, None where there is none or nobody tells: numbers are given to others after a while."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return None


class Warm:
    """The other end: starts processes through the warm one."""

    def __init__(self):
        self._lock = threading.Lock()
        command = [sys.executable, "-m", "tests.faults.warm"]
        self._process = subprocess.Popen(command, cwd=processes.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self, command, log, **env):
        """Fork ``python -m module argument ...`` with its output in the file ``log``."""
        assert command[:2] == [sys.executable, "-m"]
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "edu4all.settings", "PYTHONUNBUFFERED": "1", **env}
        with self._lock:
            self._process.stdin.write(json.dumps({"argv": command[2:], "env": env, "log": str(log)}) + "\n")
            self._process.stdin.flush()
            return Process(int(self._process.stdout.readline()))

    @contextmanager
    def running(self, command, log, grace=0, **env):
        """Like processes.running, but without patience at the end: the whole group is killed."""
        process = self.start(command, Path(log), **env)
        try:
            yield process
        finally:
            if process.poll() is None:
                end_groups([process.pid], grace, lambda: time.sleep(0.02))

    def close(self):
        self._process.stdin.close()
        self._process.wait()


def become(argv, env, log):
    """Turn this fork into ``python -m argv[0] argv[1] ...``; never returns."""
    os.setsid()
    os.write(1, f"{os.getpid()}\n".encode())  # from now on it can be found
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = argv
    runpy.run_module(argv[0], run_name="__main__", alter_sys=True)
    sys.exit()


def main():
    for name in LIBRARIES:
        importlib.import_module(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who dies is gone at once, and its number shows it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    started = []
    for line in sys.stdin:
        wanted = json.loads(line)
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            become(**wanted)
        started.append(pid)
    end_groups(started, 0, lambda: None)  # the tests were killed


if __name__ == "__main__":
    main()
