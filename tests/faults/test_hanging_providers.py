"""A service that never comes to an end holds its place only until our own deadline."""

import time

import pytest

from tests.faults.conftest import QUICK

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

BEHAVIOURS = ["hang", "hang_after_headers", "drip_headers", "drip_body", "chunked_forever"]


class TestTheTotalDeadline:
    def test_frees_the_only_place_however_a_service_drags_on(self, house, start_worker):
        house.engine.concurrent_calls = 1
        house.engine.save()
        house.provider.script(*BEHAVIOURS)
        dragged, fine = [house.ask() for _ in BEHAVIOURS], house.ask()
        with start_worker("-c", "2", PROVIDER_DEADLINE="1", **{**QUICK, "SWEEP_SECONDS": "60"}):
            started = time.monotonic()
            house.ring()
            house.wait_for_ends()
            seconds = time.monotonic() - started
        assert [house.end_of(picture) for picture in dragged] == len(BEHAVIOURS) * [("failed", "unanswered", "unanswered", 1)]
        assert house.end_of(fine) == ("ready", "", "stored", 1)
        assert seconds < 2.5 * len(BEHAVIOURS), "each takes its one second and little more"
        house.assert_all_is_well()
