"""Gets a bare machine ready: checks, .venv, packages, .env; then `run` and `test` hand over to the venv's Python.

Runs before anything is installed, so it imports nothing but the standard library, is started as a file (`python3 -I
edu4all/bootstrap.py run`), and keeps to a syntax that an old Python can still read: it has to say that it is too old.
"""
# ruff: noqa: S603, S606, T201 (running our own commands and speaking to the terminal is its trade)

import errno
import fcntl
import hashlib
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
OLDEST_PYTHON = (3, 11)
HOST = "127.0.0.1"


def check_python():
    """Stop with one sentence where this Python is too old."""
    if sys.version_info < OLDEST_PYTHON:
        wanted = ".".join(map(str, OLDEST_PYTHON))
        found = ".".join(map(str, sys.version_info[:3]))
        sys.exit(
            f"Edu4All needs Python {wanted} or newer; {sys.executable} is {found}. Name another one: make PYTHON=python3.12 run"
        )


def check_folder(root):
    """Stop with one sentence where the checkout cannot be written to; make var/ otherwise."""
    var = os.path.join(root, "var")
    try:
        os.makedirs(var, exist_ok=True)
        for folder in (root, var):
            probe = os.path.join(folder, f".writable-{os.getpid()}")
            open(probe, "w").close()
            os.unlink(probe)
    except OSError as error:
        sys.exit(f"Edu4All keeps its data in {var}, which cannot be written to ({error.strerror}). Use a folder that is yours.")


def port_of(root):
    """Return the port to serve on: PORT of the environment, else of .env, else 8000."""
    text = os.environ.get("PORT", "").strip()
    if not text:
        try:
            with open(os.path.join(root, ".env"), encoding="utf-8") as file:
                found = re.search(r"^\s*(?:export\s+)?PORT\s*=\s*['\"]?([^'\"\s#]*)", file.read(), re.MULTILINE)
            text = found.group(1) if found else ""
        except OSError:
            pass
    text = text or "8000"
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        sys.exit(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def check_port(port):
    """Stop with one sentence where somebody else serves on this port or it may not be used."""
    with socket.socket() as probe:
        probe.settimeout(1)
        taken = probe.connect_ex((HOST, port)) == 0
    if not taken:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    sys.exit(f"Port {port} cannot be used ({error.strerror}). Choose another one: PORT=8001 make run")
                taken = True
    if taken:
        sys.exit(f"Port {port} is in use by another program. Stop it, or choose another port: PORT={port + 1} make run")


def is_alive(pid):
    """Tell whether a process of this number exists."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def lock_run(root):
    """Return the file that is locked as long as this checkout runs; stop with one sentence where it already does."""
    lock = open(os.path.join(root, "var", "run.lock"), "a+")
    patience = time.monotonic() + 15  # seconds: a supervisor that was killed leaves a guard that is still clearing up
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except OSError:
            lock.seek(0)
            pid = int(lock.read().strip() or 0)
            if pid and is_alive(pid) or time.monotonic() > patience:
                sys.exit(f"Edu4All is already running from this folder (process {pid}). Stop that one first, with Ctrl+C.")
            time.sleep(0.1)
    lock.seek(0)
    lock.truncate()
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def venv_python(root):
    return os.path.join(root, ".venv", "bin", "python")


def make_venv(root):
    """Make .venv, or make it anew where its Python is gone or too old."""
    python = venv_python(root)
    good = f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    if os.path.exists(python) and subprocess.run([python, "-c", good], stderr=subprocess.DEVNULL).returncode == 0:
        return
    try:
        import ensurepip  # noqa: F401 (Debian keeps it in a package of its own)
    except ImportError:
        sys.exit("This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv")
    print("Making .venv ...", flush=True)
    if subprocess.run([sys.executable, "-m", "venv", "--clear", os.path.join(root, ".venv")]).returncode:
        sys.exit("The virtual environment .venv could not be made: see above.")


def install(root, name, files):
    """Install pinned wheels from requirements files, unless the stamp says that exactly these are there."""
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        with open(os.path.join(root, file), "rb") as content:
            digest.update(content.read())
    stamp = os.path.join(root, ".venv", f".installed-{name}")
    try:
        with open(stamp) as content:
            if content.read() == digest.hexdigest():
                return
    except OSError:
        pass
    print(f"Installing the packages of {' and '.join(files)} (a minute or two the first time) ...", flush=True)
    command = [venv_python(root), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]
    for file in files:
        command += ["-r", os.path.join(root, file)]
    if subprocess.run(command, env=dict(os.environ, PIP_ROOT_USER_ACTION="ignore")).returncode:
        sys.exit("The packages could not be installed: see above. Is there a network, and does the package index answer?")
    with open(stamp, "w") as content:
        content.write(digest.hexdigest())


def write_env(root):
    """Write .env from .env.example with a SECRET_KEY of its own, readable by its owner only; fill in a missing key."""
    path, example = os.path.join(root, ".env"), os.path.join(root, ".env.example")
    source = path if os.path.exists(path) else example
    with open(source, encoding="utf-8") as file:
        text = file.read()
    if source == path and (os.environ.get("SECRET_KEY") or not re.search(r"^SECRET_KEY=\s*$", text, re.MULTILINE)):
        return
    text = re.sub(r"^SECRET_KEY=\s*$", f"SECRET_KEY={secrets.token_urlsafe(50)}", text, count=1, flags=re.MULTILINE)
    fresh = f"{path}.{os.getpid()}"
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    os.rename(fresh, path)


def setup(root, with_tests=False):
    """Leave a complete .venv, .env and compiled translations; do nothing that is already done."""
    make_venv(root)
    if with_tests:
        install(root, "tests", ["requirements.txt", "tests/requirements.txt"])
    else:
        install(root, "site", ["requirements.txt"])
    write_env(root)


def hand_over(root, module, arguments):
    """Become the venv's Python running this module."""
    os.chdir(root)
    sys.stdout.flush()
    os.execv(venv_python(root), [venv_python(root), "-m", module] + arguments)


def leave(number, frame):
    sys.exit(128 + number)


def main(arguments):
    command, rest = arguments[0], arguments[1:]
    check_python()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
    check_folder(ROOT)
    if command == "run":
        lock = lock_run(ROOT)
        port = port_of(ROOT)
        if not os.path.isdir(os.path.join(ROOT, "var", "run")) or not os.listdir(os.path.join(ROOT, "var", "run")):
            check_port(port)  # otherwise the supervisor looks again, after it has ended what a killed run left behind
        setup(ROOT)
        os.set_inheritable(lock.fileno(), True)
        os.environ.update(PORT=str(port), EDU4ALL_LOCK=str(lock.fileno()))
        hand_over(ROOT, "edu4all.supervisor", rest)
    setup(ROOT, with_tests=command in ("test", "tools"))
    if command == "test":
        hand_over(ROOT, "tests.run", rest)
    if command == "setup":
        hand_over(ROOT, "edu4all.catalogs", ["compile"])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit(130)
