"""Runs a program whose clock libfaketime sets: ``python -m tests.faults.wrong_clock celery ...``.

libfaketime 0.9.10 leaves the steady clock alone if asked to, but not the sleeping by it: clock_nanosleep fails, and Python
sleeps by that. So sleeping goes by select, before anybody takes the other one.
"""

import runpy
import select
import sys
import time

if __name__ == "__main__":
    time.sleep = lambda seconds: select.select((), (), (), seconds)
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
