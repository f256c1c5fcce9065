"""OpenAI's moderation over real HTTP: what it is told, what its answers mean, and that its failures blame nobody."""

import base64
import time

import pytest

from gallery import engines
from gallery.models import Engine
from gallery.providers import moderation
from gallery.providers.base import Service
from gallery.providers.moderation import MODEL, Moderator, Opinion
from tests.builders import flat_png
from tests.fakes.images_api import FakeImagesAPI

WORDS = "Заяц на лошади, держащий леденец"
PICTURE = flat_png(64, 48)


@pytest.fixture(scope="module")
def server():
    with FakeImagesAPI() as api:
        yield api


@pytest.fixture
def api(server):
    server.forget()
    return server


@pytest.fixture
def moderator(api):
    return Moderator(Service(kind="openai", base_url=api.base_url, api_key="sk-ours"))


def both(moderator):
    return moderator.of_words(WORDS), moderator.of_picture(PICTURE)


class TestWhatIsSent:
    def test_words_and_nothing_else(self, api, moderator):
        assert moderator.of_words(WORDS) == Opinion("fine")
        [asked] = api.requests("moderations")
        assert asked["fields"] == {"model": MODEL, "input": [{"type": "text", "text": WORDS}]}
        assert asked["headers"]["authorization"] == "Bearer sk-ours"

    def test_a_picture_and_nothing_else(self, api, moderator):
        assert moderator.of_picture(PICTURE) == Opinion("fine")
        [asked] = api.requests("moderations")
        [part] = asked["fields"]["input"]
        kind, _comma, encoded = part["image_url"]["url"].partition(",")
        assert kind == "data:image/png;base64" and base64.b64decode(encoded) == PICTURE
        assert asked["fields"].keys() == {"model", "input"}


class TestWhatItMeans:
    @pytest.mark.parametrize("category", ["sexual", "sexual/minors", "violence/graphic"])
    def test_what_no_childrens_drawing_may_have_is_refused(self, api, moderator, category):
        api.always(("flagged", {"categories": [category]}), "moderations")
        assert both(moderator) == (Opinion("refuse", (category,)),) * 2

    @pytest.mark.parametrize("category", ["violence", "hate", "illicit", "harassment"])
    def test_of_everything_else_a_person_decides(self, api, moderator, category):
        api.always(("flagged", {"categories": [category]}), "moderations")
        assert both(moderator) == (Opinion("hold", (category,)),) * 2

    def test_words_of_harming_oneself_ask_for_care(self, api, moderator):
        api.always(("flagged", {"categories": ["self-harm"]}), "moderations")
        assert [opinion.outcome for opinion in both(moderator)] == ["care", "refuse"]

    def test_a_server_that_looks_at_words_alone_has_no_opinion_of_a_picture(self, api, moderator):
        api.always("words_only", "moderations")
        assert both(moderator) == (Opinion("fine"), Opinion("silent", detail="pictures are not looked at"))


class TestItsFailures:
    @pytest.mark.parametrize(
        "behaviour",
        [
            "rate",
            "key_wrong",
            "money",
            "server_error",
            "html_200",
            "cut_json",
            "json_list",
            "data_null",
            "error_in_200",
            "drop_mid_body",
            "oversized",
            "moderation_blocked",
        ],
    )
    def test_are_silence(self, api, moderator, behaviour):
        api.always(behaviour, "moderations")
        assert [opinion.outcome for opinion in both(moderator)] == ["silent", "silent"]
        assert all(opinion.detail for opinion in both(moderator))

    def test_that_hang_end_with_its_own_deadline(self, api, monkeypatch):
        monkeypatch.setattr(moderation, "MODERATION_SECONDS", 0.3)
        moderator = Moderator(Service(kind="openai", base_url=api.base_url, api_key="sk-ours", deadline=60))
        api.always(("slow", {"seconds": 20}), "moderations")
        begin = time.monotonic()
        assert moderator.of_words(WORDS) == Opinion("silent", detail="Unanswered deadline")
        assert time.monotonic() - begin < 5

    def test_a_service_that_is_away_is_silent_too(self):
        away = Moderator(Service(kind="openai", base_url="http://127.0.0.1:9/v1", api_key="sk-ours"))
        assert away.of_words(WORDS).outcome == "silent"

    @pytest.mark.parametrize("key", ["", "with a space"])
    def test_without_a_usable_key_nothing_is_sent(self, key):
        assert Moderator(Service(kind="openai", api_key=key)).of_words(WORDS).outcome == "silent"

    @pytest.mark.parametrize("behaviour", ["server_error", "ok"])
    def test_no_words_are_told_to_the_log(self, api, moderator, behaviour, caplog):
        api.always(behaviour, "moderations")
        with caplog.at_level("DEBUG"):
            said = both(moderator)
        ours = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("gallery"))
        assert WORDS not in ours and WORDS not in str(said)


class TestWhoIsAsked:
    """Only OpenAI's own drawings are shown to OpenAI, unless an operator says otherwise."""

    KEYS = {"OPENAI_API_KEY": "sk-openai", "AZURE_OPENAI_API_KEY": "azure"}
    ENGINES = {
        "openai": Engine(provider="openai", key_variable="OPENAI_API_KEY", model="m"),
        "official": Engine(provider="openai", key_variable="OPENAI_API_KEY", base_url="https://api.openai.com/v1"),
        "keyless": Engine(provider="openai", key_variable="OTHER_KEY"),
        "compatible": Engine(provider="openai", key_variable="OPENAI_API_KEY", base_url="http://10.0.0.1:8080/v1"),
        "azure": Engine(provider="azure", key_variable="AZURE_OPENAI_API_KEY", base_url="https://x.openai.azure.com"),
        "sketch": Engine(provider="sketch"),
    }

    def asked(self, **more):
        return {name for name, engine in self.ENGINES.items() if engines.moderator_of(engine, self.KEYS | more)}

    def test_openai_of_its_own_drawings(self):
        assert self.asked() == {"openai", "official"}

    def test_whom_the_operator_names_of_everything_but_our_own_sketches(self):
        assert self.asked(MODERATION_BASE_URL="https://api.openai.com/v1", MODERATION_API_KEY="sk-2") == set(self.ENGINES) - {
            "sketch"
        }

    def test_the_key_of_another_service_stays_at_home(self):
        named = engines.moderator_of(self.ENGINES["azure"], self.KEYS | {"MODERATION_BASE_URL": "http://10.0.0.2/v1"})
        assert named._service.api_key == ""
