"""A pace for what costs work and nothing else: counted in the cache, so without a cache nobody is held up."""

from __future__ import annotations

import time

from django.core.cache import cache
from redis.exceptions import RedisError


def is_too_fast(what: str, who: int, *, limit: int, seconds: int) -> bool:
    """Count one more ``what`` of the person ``who``; tell whether that is above ``limit`` in the current ``seconds``."""
    key = f"pace:{what}:{who}:{int(time.time() // seconds)}"
    try:
        cache.add(key, 0, timeout=seconds)
        return cache.incr(key) > limit
    except (RedisError, OSError, ValueError):  # away, or the window ended between the two: nobody is held up for that
        return False
