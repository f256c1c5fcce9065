"""Services that are busy, broken or closed to us: everybody is drawn in the end, and no child hears that its words were bad."""

import json
import time
from email.utils import formatdate

import pytest

from gallery.models import Engine, Picture
from tests.faults.conftest import QUICK
from tests.processes import wait_until

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

HASTY = ("-I", "tests.faults.haste")


def arrivals(house, since):
    """Return (second, behaviour) of each request that arrived after ``since``."""
    lines = map(json.loads, house.provider.file.read_text().splitlines())
    return [(line["at"], line["outcome"]) for line in lines if line["route"] == "images" and line["at"] >= since]


class TestAStormOfTooFast:
    def test_fails_no_picture_and_is_obeyed_by_all_places_of_the_engine(self, house, start_worker):
        """Retry-After as a number, as a date, and not at all."""
        house.engine.concurrent_calls = 2
        house.engine.save()
        since = time.time()
        soon = formatdate(since + 6, usegmt=True)
        storm = [["rate_bare", {"headers": {"Retry-After": "1"}}], "ok", ["rate_bare", {"headers": {"Retry-After": soon}}]]
        storm += ["ok", "rate_bare", "ok"]
        house.provider.script(*storm)
        pictures = [house.ask() for _ in range(6)]
        with start_worker("-c", "4", *HASTY, **QUICK):
            house.wait_for_ends(60)
        assert [house.end_of(picture)[0] for picture in pictures] == 6 * ["ready"]
        came = arrivals(house, since)
        assert len(came) == 6 + 3, "one more request for each refusal"
        first = next(at for at, outcome in came if outcome == "rate_bare")
        assert not [at for at, _ in came if first + 0.3 < at < first + 1], "the whole engine rests, but for calls that were out"
        house.assert_all_is_well()


class TestABrokenService:
    def test_is_asked_again_a_bounded_number_of_times(self, house, start_worker):
        """Three of ten answers are a 500, 502 or 503."""
        house.provider.script(*["ok", "server_error", "ok", "html_502", "ok", "ok", "ok", "html_503", "ok", "ok"] * 2)
        pictures = [house.ask() for _ in range(14)]
        with start_worker("-c", "4", *HASTY, **QUICK):
            house.wait_for_ends(60)
        ends = [house.end_of(picture) for picture in pictures]
        assert all((status, reason) in (("ready", ""), ("failed", "broken")) for status, reason, _calls, _requests in ends)
        assert all(requests <= 3 for *_, requests in ends)
        assert sum(requests for *_, requests in ends) <= 1.5 * len(pictures)
        house.assert_all_is_well()


class TestAClosedDoor:
    @pytest.mark.parametrize("answer", ["resource_blocked", "key_wrong", "money_402"])
    def test_stops_the_engine_at_once_and_blames_nobody(self, house, start_worker, answer):
        house.provider.script(always=answer)
        pictures = [house.ask() for _ in range(8)]
        with start_worker("-c", "2", *HASTY, **QUICK):
            wait_until(lambda: Engine.objects.get(pk=house.engine.pk).is_stopped, 10, "the engine to stop")
            time.sleep(1)
            assert sum(house.provider.requests_for(picture) for picture in pictures) <= 3
            rows = list(Picture.objects.all())
            assert {row.status for row in rows} == {"queued"}
            assert {row.reason for row in rows} <= {"", "stopped"}
            house.provider.script(forget=True)
            Engine.objects.get(pk=house.engine.pk).close_circuit()  # an adult has paid
            house.wait_for_ends()
        assert [house.end_of(picture)[0] for picture in pictures] == 8 * ["ready"]
        house.assert_all_is_well()
