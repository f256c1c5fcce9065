"""`make test`: the suite on SQLite, again on PostgreSQL, then in a browser; says at the end what was left out, and why.

    python -m tests.run [pytest's arguments]     TEST_ONLY=sqlite|pg|browser: one of the three
    python -m tests.run --faults [--seed 17 | --seeds 1-300] [pytest's arguments]
        only what kills processes, for longer than CI has time: 300 schedules on each database, or those that are named

With CI=true nothing may be left out.
"""

import argparse
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass

from tests import processes

GET_CHROMIUM = (
    "no Chromium or Chrome found: `apt install chromium`, `brew install --cask chromium`, or set CHROMIUM to its path"
)
NO_TESTS = 5  # pytest's exit code
#: Two processes share the many quick tests; those that kill processes and count seconds have the machine for themselves.
QUICK = ("-m", "not browser and not faults", "-n", "2")
FAULTS = ("-m", "faults")
#: What `make faults` plays: seeds of schedules, pictures of the soak, deploys in a row.
LONG = {"FAULT_SEEDS": "1-300", "FAULT_SOAK": "400", "FAULT_DEPLOYS": "10"}
SCHEDULES = "tests/faults/test_schedules.py"


@dataclass
class Pass:
    """One run of the suite: how it is called, and how it went."""

    name: str
    title: str
    parts: tuple[tuple[str, ...], ...]  # pytest's options, one run after the other
    is_good: bool = False
    outcome: str = ""


def run_pytest(suite: Pass, arguments: list[str], **env: str) -> None:
    """Run the parts of a pass; keep their closing lines."""
    outcomes = [run_part(part, arguments, **env) for part in suite.parts]
    suite.is_good = all(is_good for is_good, _ in outcomes)
    suite.outcome = "; ".join(outcome for _, outcome in outcomes)


def run_part(options: tuple[str, ...], arguments: list[str], **env: str) -> tuple[bool, str]:
    """Run pytest once with its output passed on; return whether it is good, and its closing line."""
    outcome = ""
    command = [sys.executable, "-m", "pytest", "--ds=tests.settings", *options, "-rfEs", *arguments]
    if sys.stdout.isatty():
        command.append("--color=yes")
    process = subprocess.Popen(
        command,
        cwd=processes.ROOT,
        env={**os.environ, **env},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    try:
        for line in process.stdout:
            print(line, end="", flush=True)
            outcome = line.strip() or outcome
        code = process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    return code == 0 or (code == NO_TESTS and (bool(arguments) or os.environ.get("CI") != "true")), outcome


def run_pass(suite: Pass, arguments: list[str]) -> None:
    """Give a pass the database or browser it needs, and run it; say why where that cannot be had."""
    print(f"\n{suite.title}", flush=True)
    with ExitStack() as stack:
        env = {"TEST_DB": "sqlite"}
        try:
            if suite.name == "browser" and not processes.find_chromium():
                raise LookupError(GET_CHROMIUM)
            if suite.name == "pg":
                url = os.environ.get("TEST_DATABASE_URL") or stack.enter_context(processes.running_postgres())
                env = {"TEST_DB": "pg", "TEST_DATABASE_URL": url}
        except (LookupError, ImportError, OSError, subprocess.SubprocessError) as error:
            suite.outcome = f"left out: {error}"
            suite.is_good = os.environ.get("CI") != "true"
            print(suite.outcome, flush=True)
            return
        run_pytest(suite, arguments, **env)


def only_faults(arguments: list[str]) -> tuple[list[Pass], list[str]]:
    """Return the passes of `make faults` and what is left for pytest; seeds that are named are played alone."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--seed", "--seeds", dest="seeds")
    options, arguments = parser.parse_known_args(arguments)
    os.environ.update(LONG | ({"FAULT_SEEDS": options.seeds} if options.seeds else {}))
    if options.seeds:
        arguments = [SCHEDULES, *arguments]
    return [Pass("sqlite", "SQLite", (FAULTS,)), Pass("pg", "PostgreSQL", (FAULTS,))], arguments


def main(arguments: list[str]) -> int:
    """Run all three passes, or the one that TEST_ONLY names; return the exit code."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    passes = [
        Pass("sqlite", "SQLite", (QUICK, FAULTS)),
        Pass("pg", "PostgreSQL", (QUICK, FAULTS)),
        Pass("browser", "Browser", (("-m", "browser"),)),
    ]
    if "--faults" in arguments:
        passes, arguments = only_faults(arguments)
    if only := os.environ.get("TEST_ONLY"):
        passes = [suite for suite in passes if suite.name == only]
    for suite in passes:
        run_pass(suite, arguments)
    print()
    for suite in passes:
        print(f"{suite.title + ':':12}{'' if suite.is_good else 'FAILED: '}{suite.outcome}", flush=True)
    return 0 if passes and all(suite.is_good for suite in passes) else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
