"""A worker looks after the queue even while all its places are taken, and even where nobody rings."""

import pytest
from django.core.cache import cache

from gallery import tasks
from gallery.models import Picture
from tests.faults.conftest import QUICK
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


class TestUpkeep:
    def test_a_backlog_holds_up_no_sweep(self, house, start_worker):
        house.provider.script(always="hang")
        stuck = house.ask()
        try:
            with start_worker("-c", "1", PROVIDER_DEADLINE="6", **QUICK):
                house.ring()
                wait_until(lambda: Picture.objects.get(pk=stuck.pk).status == "drawing", 10, "the only place to be taken")
                cache.delete(tasks.HEARTBEAT)
                wait_until(lambda: cache.get(tasks.HEARTBEAT), 4, "a sweep while the only place is taken")
                assert Picture.objects.get(pk=stuck.pk).status == "drawing"
        finally:
            house.provider.script(always="ok")

    def test_pictures_whose_message_was_lost_are_drawn_soon_and_without_beat(self, house, start_worker):
        picture = house.ask()  # nobody rings
        with start_worker("-c", "2", **QUICK):
            wait_until(lambda: Picture.objects.get(pk=picture.pk).status == "ready", 10, "the picture to be drawn")
