"""Lets a real worker hear nothing: it is connected to the broker and well, but its question for messages never comes to an end.

This is how Celery workers have fallen silent after a broker's restart. The worker imports this module (`celery worker -I
tests.faults.deafness`); it is deaf from the moment on at which the file DEAF_FROM exists.
"""

import os
from pathlib import Path

from kombu.transport.redis import Channel

ask = Channel._brpop_start


def ask_in_vain(self, timeout=None):
    if not Path(os.environ["DEAF_FROM"]).exists():
        return ask(self, timeout)
    return None


Channel._brpop_start = ask_in_vain
