"""The Celery application: a doorbell for workers (see gallery/tasks.py)."""

import contextlib
import ctypes
import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "edu4all.settings")

app = Celery("edu4all")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

M_MMAP_THRESHOLD = -3  # malloc.h


@worker_init.connect
def give_memory_back(**_):
    """Let glibc return large buffers to the system at once: 32 threads with 3 MB each weigh 170 MB, not 480 (measured)."""
    with contextlib.suppress(OSError, AttributeError):  # another C library has no such switch
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, 128 * 1024)
