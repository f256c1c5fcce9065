"""A worker that is alive and hears nothing draws all the same, a little later."""

import time

import pytest

from gallery.models import Picture
from tests.faults.conftest import QUICK

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


class TestADeafWorker:
    def test_draws_everything_without_a_doorbell(self, house, start_worker):
        deaf = house.folder / "deaf"
        first = house.ask()
        with start_worker("-c", "4", "-I", "tests.faults.deafness", DEAF_FROM=str(deaf), SILENT_SECONDS="1", **QUICK):
            house.ring()
            house.wait_for_ends()
            deaf.touch()
            time.sleep(1.5)  # a question that was open already may still be answered
            pictures = [house.ask() for _ in range(8)]
            house.ring(8)
            started = time.monotonic()
            house.wait_for_ends()
            assert 0.5 < time.monotonic() - started < 5, "after a second of silence"
            assert "drawn without a doorbell" in house.log("worker").read_text()
        assert [house.end_of(picture) for picture in [first, *pictures]] == 9 * [("ready", "", "stored", 1)]
        assert Picture.objects.count() == 9
        house.assert_all_is_well()
