"""`make bench`: measures how much the site carries, prints tables, and never judges: times belong to the machine.

    python -m tests.bench [name ...] [--write]     names: the keys of TITLES; each is a module that says how to run less of it

--write keeps what was printed in docs/benchmarks.md, with the machine and the date; other measurements stay as they are there.
"""

import argparse
import datetime
import os
import platform
import subprocess
import sys
from contextlib import ExitStack, suppress
from pathlib import Path

from tests import processes

TITLES = {
    "visible": "From the button to the picture",
    "drawing": "What one drawing costs beside the drawing itself",
    "pages": "Pages with sixty pupils at work",
    "sign_in": "Thirty pupils sign in at once",
    "pixels": "Checking, encoding and shrinking one picture",
    "sketch": "The sketch engine",
    "safety": "The words gate",
    "crowd": "A thousand pupils ask in the same minute",
    "polls": "A thousand pages wait",
    "memory": "A worker with all places busy",
    "machines": "A second worker machine",
    "instead": "What a teacher would use instead",
}
#: Measured on both databases.
ON_BOTH = {"drawing"}
OPENING = """# Benchmarks

Written by `make bench`. Browser, server, worker and database share one machine: read the figures as proportions.
"""
KEPT_IN = processes.ROOT / "docs" / "benchmarks.md"


def run(name, **env):
    """Run one measurement in a process of its own; pass its lines on and return them."""
    command = [sys.executable, "-m", f"tests.bench.{name}"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", **env}
    lines = []
    with subprocess.Popen(command, cwd=processes.ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line)
    if process.returncode:
        sys.exit(f"{name} failed")
    return "".join(lines)


def measure(name):
    """Run one measurement on every database it is for."""
    if name not in ON_BOTH:
        return run(name)
    text = run(name, TEST_DB="sqlite")
    with ExitStack() as stack:
        url = os.environ.get("TEST_DATABASE_URL") or stack.enter_context(processes.running_postgres())
        return text + run(name, TEST_DB="pg", TEST_DATABASE_URL=url)


def machine():
    """Return what the figures depend on: processor, cores, memory, system and Python."""
    model, memory = platform.machine(), ""
    with suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
        kilobytes = next(line.split()[1] for line in Path("/proc/meminfo").read_text().splitlines() if "MemTotal" in line)
        memory = f", {int(kilobytes) / 1024**2:.0f} GB"
    return f"{model}, {os.cpu_count()} cores{memory}; {platform.system()}, Python {platform.python_version()}"


def sections():
    """Return what docs/benchmarks.md holds, by title: measurements that are not repeated stay there."""
    texts = KEPT_IN.read_text("utf-8").split("\n## ")[1:] if KEPT_IN.exists() else []
    return {text.partition("\n")[0]: f"## {text.rstrip()}\n" for text in texts}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[[], *TITLES], metavar="name", help=", ".join(TITLES))
    parser.add_argument("--write", action="store_true", help="keep the tables in docs/benchmarks.md")
    options = parser.parse_args()
    kept = sections() if options.write else {}
    for name in options.names or list(TITLES):
        title = TITLES[name]
        print(f"\n{title}", flush=True)
        when = f"{datetime.date.today():%Y-%m-%d}. {machine()}. {os.getloadavg()[0]:.1f} processes ran before it began."
        kept[title] = f"## {title}\n\n{when}\n\n```text\n{measure(name).rstrip()}\n```\n"
        if options.write:  # after each, for a long run may be stopped
            KEPT_IN.write_text("\n".join([OPENING, *(kept[known] for known in TITLES.values() if known in kept)]), "utf-8")


if __name__ == "__main__":
    main()
