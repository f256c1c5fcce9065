"""What the environment makes of the engines, whatever stands in it."""

import pytest

from gallery import engines
from gallery.models import Engine
from gallery.providers.lifetimes import newest_known_model
from gallery.providers.openai import OpenAIProvider
from gallery.providers.sketch import SketchProvider
from tests.builders import make_engine

pytestmark = pytest.mark.django_db

KEY = {"OPENAI_API_KEY": "sk-very-secret"}
SERVER = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}
MODEL = {"OPENAI_IMAGE_MODEL": "some-image-model"}
AZURE = {"AZURE_OPENAI_ENDPOINT": "https://school.example", "AZURE_OPENAI_API_KEY": "azure-very-secret"}
OLD_AZURE = {"AZURE_OPENAI_ENDPOINT": "https://school.example", "AZURE_OPENAI_KEY": "azure-very-secret"}
DEPLOYED = {"AZURE_OPENAI_DEPLOYMENT": "our-pictures", "OPENAI_API_VERSION": "2025-04-01"}

NEWEST = newest_known_model()


def drawing():
    """Return (name, model, address) of the engines that may draw, the default one first."""
    return list(Engine.objects.usable().order_by("-is_default", "pk").values_list("name", "model", "base_url"))


class TestRefresh:
    @pytest.mark.parametrize(
        "environment, expected",
        [
            ({}, []),
            (KEY, [("openai", NEWEST, "")]),
            (KEY | MODEL, [("openai", "some-image-model", "")]),
            (SERVER, [("openai", NEWEST, "http://127.0.0.1:9/v1")]),
            (KEY | SERVER | MODEL, [("openai", "some-image-model", "http://127.0.0.1:9/v1")]),
            (AZURE, [("azure", NEWEST, "https://school.example")]),
            (AZURE | DEPLOYED, [("azure", "our-pictures", "https://school.example")]),
            (OLD_AZURE | MODEL, [("azure", "some-image-model", "https://school.example")]),
            (KEY | AZURE | DEPLOYED, [("openai", NEWEST, ""), ("azure", "our-pictures", "https://school.example")]),
            (MODEL, []),
            (DEPLOYED, []),
            ({"AZURE_OPENAI_API_KEY": "x"}, []),
            ({"OPENAI_API_KEY": "  ", "OPENAI_BASE_URL": " "}, []),
        ],
    )
    def test_the_configured_engine_draws_by_default_and_the_sketch_engine_is_always_there(self, environment, expected):
        default = engines.refresh(environment)
        assert drawing() == [*expected, ("sketch", "", "")]
        assert default == Engine.objects.default()
        assert Engine.objects.filter(is_default=True).count() == 1

    def test_a_second_start_changes_nothing(self):
        engines.refresh(KEY | AZURE)
        before = list(Engine.objects.order_by("pk").values())
        engines.refresh(KEY | AZURE)
        assert list(Engine.objects.order_by("pk").values()) == before

    def test_an_engine_that_left_the_environment_stops_drawing_and_may_come_back(self):
        engines.refresh(KEY)
        engines.refresh({})
        assert drawing() == [("sketch", "", "")]
        assert Engine.objects.default().name == "sketch"
        engines.refresh(KEY)
        assert Engine.objects.default().name == "openai"

    def test_an_engine_that_an_admin_made_is_left_alone(self):
        own = make_engine("own", model="their-model")
        engines.refresh(KEY)
        engines.refresh({})
        own.refresh_from_db()
        assert (own.is_enabled, own.model) == (True, "their-model")

    def test_what_an_admin_set_on_a_row_stays_and_what_the_environment_says_is_followed(self):
        engines.refresh(KEY)
        Engine.objects.filter(name="openai").update(title="Ours", images_per_minute=3, quality="low")
        engines.refresh(KEY | MODEL)
        row = Engine.objects.get(name="openai")
        assert (row.title, row.images_per_minute, row.quality) == ("Ours", 3, "low")
        assert row.model == "some-image-model"

    def test_a_restart_asks_a_stopped_engine_again(self):
        engines.refresh(KEY).open_circuit("key", "401")
        engines.refresh(KEY)
        assert not Engine.objects.get(name="openai").is_stopped

    @pytest.mark.parametrize("environment", [KEY | SERVER, AZURE | DEPLOYED, OLD_AZURE])
    def test_no_key_is_ever_written_down(self, environment, caplog):
        engines.refresh(environment)
        assert "very-secret" not in str(list(Engine.objects.values())) + caplog.text


class TestReaching:
    @pytest.mark.parametrize(
        "environment, key", [(KEY, "sk-very-secret"), (AZURE, "azure-very-secret"), (OLD_AZURE, "azure-very-secret")]
    )
    def test_the_key_is_read_where_the_row_says_at_the_moment_of_asking(self, environment, key):
        engine = engines.refresh(environment)
        assert engines.service_of(engine, environment).api_key == key
        assert engines.service_of(engine, {}).api_key == ""

    def test_the_older_name_of_azures_key_counts_only_without_the_newer(self):
        both = OLD_AZURE | {"AZURE_OPENAI_API_KEY": "newer"}
        assert engines.service_of(engines.refresh(both), both).api_key == "newer"

    def test_each_kind_of_engine_has_its_code_and_one_configuration_one_object(self):
        sketch, openai = make_engine(), make_engine("paid")
        assert isinstance(engines.provider_of(sketch), SketchProvider)
        assert isinstance(engines.provider_of(openai), OpenAIProvider)
        assert engines.provider_of(openai) is engines.provider_of(Engine.objects.get(pk=openai.pk))
        openai.model = "another"
        first = engines.provider_of(make_engine("third"))
        assert engines.provider_of(openai) is not first
