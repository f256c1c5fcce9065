"""Shortens the waits after a broken or busy answer, which are no settings: a schedule's seconds would be minutes otherwise.

The worker imports this module (`celery worker -I tests.faults.haste`).
"""

from gallery import queue

queue.RETRY_AFTER = (0.3, 0.6)
queue.PAUSE = 0.5
