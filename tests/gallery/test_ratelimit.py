"""How often somebody may do something: so many times in so many seconds, and always where nobody can count."""

import threading
import time

import pytest
from django.core.cache import cache
from django.test import override_settings

from gallery.ratelimit import is_too_fast

NOWHERE = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere.sock?db=1"}}


def many(times, what="ask", who=1, limit=3, seconds=3600):
    return [is_too_fast(what, who, limit=limit, seconds=seconds) for _ in range(times)]


@pytest.fixture(autouse=True)
def early_in_an_hour():
    """An hour that ends within this test would begin the count anew."""
    if time.time() % 3600 > 3595:
        time.sleep(6)


class TestPace:
    def test_the_one_above_the_limit_is_too_fast_and_so_is_all_after_it(self):
        assert many(5) == [False, False, False, True, True]

    def test_people_and_deeds_are_counted_apart(self):
        many(4)
        assert many(3, who=2) == many(3, what="preview") == [False] * 3

    def test_the_count_begins_anew_with_the_next_window(self):
        assert many(30, seconds=1, limit=3)[-1] is True
        time.sleep(1.05)
        assert many(1, seconds=1, limit=3) == [False]

    def test_what_was_counted_is_forgotten(self):
        many(1)
        [key] = cache._cache.get_client().keys("*pace:*")
        assert 0 < cache._cache.get_client().ttl(key) <= 3600

    def test_many_at_once_do_not_pass_the_limit(self):
        answers = []
        threads = [threading.Thread(target=lambda: answers.extend(many(5, limit=10))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert answers.count(False) == 10

    @override_settings(CACHES=NOWHERE)
    def test_without_a_cache_nobody_is_held_up(self):
        assert many(5) == [False] * 5
