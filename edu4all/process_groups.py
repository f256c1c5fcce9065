"""Process groups and how to end them: patiently, completely, and even after the one that started them was killed.

A child started in a session of its own leads a process group with its own number; whatever it starts belongs to that group.
"""
# ruff: noqa: S603, S607 (the only command here is ps, with a number)

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path


def has_members(group: int) -> bool:
    """Tell whether a process group has a process left that runs; those that only wait to be collected do not count."""
    try:
        os.killpg(group, 0)
    except OSError:
        return False
    if not sys.platform.startswith("linux"):
        return True
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, its_group = file.read_text().rpartition(")")[2].split()[:3]
        except (OSError, ValueError):
            continue  # gone while we looked
        if its_group == str(group) and state not in "ZX":
            return True
    return False


def signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except OSError:
        pass  # gone already


def end_groups(groups: Iterable[int], grace: float, meanwhile: Callable[[], object]) -> None:
    """End process groups: SIGTERM, up to grace seconds of patience, SIGKILL."""
    groups = [group for group in groups if has_members(group)]
    for group in groups:
        signal_group(group, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while any(has_members(group) for group in groups) and time.monotonic() < deadline:
        meanwhile()
    for group in groups:
        signal_group(group, signal.SIGKILL)


def start_guard(grace: float) -> tuple[int, int]:
    """Fork the process that ends all children when this one vanishes; return its pid and the pipe to name children to."""
    ear, mouth = os.pipe()
    pid = os.fork()
    if pid:
        os.close(ear)
        return pid, mouth
    os.close(mouth)
    os.setsid()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: dict[int, bool] = {}
    with os.fdopen(ear) as lines:
        for line in lines:  # ends when the supervisor does
            word, group, is_last = line.split()
            if word == "start":
                groups[int(group)] = is_last == "1"
            else:
                groups.pop(int(group), None)
    for wave in (False, True):
        end_groups([group for group, is_last in groups.items() if is_last == wave], grace, lambda: time.sleep(0.02))
    os._exit(0)


def command_line(pid: int) -> str:
    """Return the command line of a process, empty if there is none."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        if sys.platform.startswith("linux"):
            return ""
    return subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True).stdout


def end_leftovers(run_dir: Path, mark: str) -> None:
    """End what an earlier run left behind: processes of our pid files whose command line still bears our mark."""
    for file in run_dir.glob("*.pid"):
        text = file.read_text().strip()
        if text.isdigit() and mark in command_line(int(text)):
            end_groups([int(text)], 3, lambda: time.sleep(0.02))
        file.unlink()


def is_being_stopped(parent: int) -> bool:
    """Tell whether the process that started us ends, or waits for us to end.

    GNU make passes SIGTERM on to its children. On SIGINT and SIGHUP it only waits for them, because a terminal sends those
    to all of its processes; where make alone got one (`kill -INT`), Linux shows that its handler runs: the signal is blocked.
    """
    if os.getppid() != parent:
        return True
    try:
        blocked = next(line for line in Path(f"/proc/{parent}/status").read_text().splitlines() if line.startswith("SigBlk"))
    except (OSError, StopIteration):
        return False
    return bool(int(blocked.split()[1], 16) & (1 << (signal.SIGINT - 1) | 1 << (signal.SIGHUP - 1)))
