"""Which image models end when, by the table and by what a service says."""

from datetime import date

import pytest

from gallery.providers.base import Broken, Misconfigured, Service, Unanswered
from gallery.providers.lifetimes import CHECKED_ON, KNOWN, is_retired, listed_models, newest_known_model, shutdown_date
from tests.fakes.images_api import FakeImagesAPI


@pytest.fixture
def api():
    with FakeImagesAPI() as api:
        yield api


def service_at(api, **changes):
    return Service(**({"kind": "openai", "base_url": api.base_url, "api_key": "sk-ours", "deadline": 0.4} | changes))


class TestTheTable:
    def test_the_model_taken_when_nobody_names_one_has_no_announced_end(self):
        assert shutdown_date(newest_known_model()) is None
        assert newest_known_model() == KNOWN[0].model

    def test_every_row_says_where_it_comes_from_and_stands_there_once(self):
        assert all(row.source for row in KNOWN)
        assert len({row.model for row in KNOWN}) == len(KNOWN)

    def test_models_that_were_gone_when_it_was_checked_are_retired_and_living_ones_are_not(self):
        retired = {row.model for row in KNOWN if is_retired(row.model, CHECKED_ON)}

        assert retired == {"dall-e-2", "dall-e-3", "gpt-image-1"}

    def test_a_model_is_retired_from_its_last_day_on(self):
        end = shutdown_date("gpt-image-1-mini")

        assert end == date(2026, 12, 1)
        assert not is_retired("gpt-image-1-mini", date(2026, 11, 30))
        assert is_retired("gpt-image-1-mini", end)

    def test_azure_keeps_dates_of_its_own(self):
        assert shutdown_date("gpt-image-1-mini", kind="azure") == date(2027, 4, 7)
        assert shutdown_date("gpt-image-2") is None and shutdown_date("gpt-image-2", kind="azure") == date(2027, 4, 21)

    def test_nothing_is_said_of_a_model_that_is_not_known(self):
        assert shutdown_date("sd-cpp-local") is None
        assert not is_retired("sd-cpp-local", date(2099, 1, 1))


class TestWhatAServiceSays:
    def test_its_models_come_with_the_days_on_which_they_end(self, api):
        models = [
            {"id": "old", "shutdown_date": "2026-12-01"},
            {"id": "older", "shutdown_date": "2026-12-01T00:00:00Z"},
            {"id": "new", "shutdown_date": None},
            {"id": "odd", "shutdown_date": "some day"},
            {"id": "plain"},
        ]
        api.script([("ok", {"models": models})], route="models")

        listed = listed_models(service_at(api))

        end = date(2026, 12, 1)
        assert listed == {"old": end, "older": end, "new": None, "odd": None, "plain": None}
        assert api.journal[0]["path"] == "/v1/models"
        assert api.journal[0]["headers"]["authorization"] == "Bearer sk-ours"

    @pytest.mark.parametrize(("version", "path"), [("", "/openai/v1/models"), ("2025-04-01-preview", "/openai/models")])
    def test_azure_is_asked_at_its_own_address(self, api, version, path):
        listed_models(service_at(api, kind="azure", base_url=api.endpoint, api_version=version))

        assert api.journal[0]["path"].partition("?")[0] == path

    @pytest.mark.parametrize("step", ["html_200", "data_null", "json_list", "empty_200"])
    def test_a_list_that_is_none_is_broken(self, api, step):
        api.script([step], route="models")

        with pytest.raises(Broken):
            listed_models(service_at(api))

    def test_a_wrong_key_is_an_adult_s_matter(self, api):
        api.script(["key_wrong"], route="models")

        with pytest.raises(Misconfigured) as caught:
            listed_models(service_at(api))

        assert caught.value.kind == "key"

    def test_a_list_that_never_ends_is_left(self, api):
        api.script(["drip_body"], route="models")

        with pytest.raises(Unanswered):
            listed_models(service_at(api))
