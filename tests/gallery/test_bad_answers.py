"""Whatever a service answers, over real HTTP: nothing bad is stored, nobody is charged twice, and no child is blamed."""

import io
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from PIL import Image

from gallery import engines, generation
from gallery.models import Engine, Picture, Purse
from gallery.shown import FOR_STUDENTS, FOR_TEACHERS
from tests.builders import claim, flat_png, make_assignment, make_classroom, make_engine, make_queued, make_work
from tests.fakes.images_api import FakeImagesAPI
from tests.gallery.test_pictures import png_bomb

pytestmark = pytest.mark.django_db

PRICE = 50_000  # micro-dollars
PAGE = b"<html><script>alert('not a picture')</script></html>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><rect width='9' height='9'/></svg>"


@pytest.fixture(scope="module")
def server():
    with FakeImagesAPI() as api:
        yield api


@pytest.fixture
def api(server):
    server.forget()
    return server


@pytest.fixture
def engine(api):
    return make_engine("served", price_micros=PRICE, base_url=api.base_url, concurrent_calls=9)


@pytest.fixture
def work(engine):
    purse = Purse.objects.create(title="7B", pictures_allowed=10, micros_allowed=20 * PRICE)
    return make_work(make_assignment(make_classroom(purse=purse), engine=engine))


def draw(work, engine):
    """Let one picture be asked for, and return how it ended."""
    make_queued(work)
    picture = claim(engine)
    generation.draw(picture, engines.provider_of(engine))
    return Picture.objects.get(pk=picture.pk)


def moving_gif():
    frames = [Image.new("P", (64, 48), colour) for colour in (1, 2)]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    return file.getvalue()


#: A success that is none: the fake's behaviour, and the code that stays on the row.
GARBAGE = {
    "html_200": ("html_200", "no_json"),
    "invalid JSON": ("cut_json", "no_json"),
    "an empty body": ("empty_200", "no_json"),
    "no data": ("data_null", "no_data"),
    "an empty list": ("data_empty", "no_data"),
    "an error with a 200": ("error_in_200", "error_in_success"),
    "wrong base64": ("wrong_base64", "no_base64"),
    "text in the image": ("text_for_image", "not_an_image"),
    "half a PNG": ("truncated_png", "truncated"),
    "a body of 50 MB": ("oversized", "too_long"),
    "a bomb of 13,000 x 13,000": (("given_image", {"image": png_bomb(13_000)}), "too_many_pixels"),
    "an SVG": (("given_image", {"image": SVG}), "not_an_image"),
    "a moving GIF": (("given_image", {"image": moving_gif()}), "not_an_image"),
    "a picture behind a foreign address": (("url", {"url": "http://169.254.169.254/latest/meta-data"}), "foreign_url"),
}


def peak_kilobytes():
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1])


class TestGarbage:
    @pytest.mark.parametrize("kind", GARBAGE)
    def test_is_not_stored_and_not_asked_for_again(self, api, engine, work, kind):
        behaviour, code = GARBAGE[kind]
        api.script([behaviour])

        picture = draw(work, engine)

        purse = Purse.objects.get()
        assert (picture.status, picture.reason, picture.file) == ("failed", "unusable", "") and code in picture.detail
        assert (purse.pictures_spent, purse.pictures_reserved, purse.micros_spent) == (0, 0, PRICE)
        assert not default_storage.exists(generation.file_of(picture, picture.fence))
        assert not list(settings.SPOOL_ROOT.glob(f"{picture.public_id}*"))
        assert FOR_STUDENTS[picture.reason] and FOR_TEACHERS[picture.reason]
        assert claim(engine) is None and len(api.requests()) == 1 and not Engine.objects.get(pk=engine.pk).is_stopped

    @pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells a peak anew")
    def test_costs_less_than_a_hundred_megabytes(self, api, engine, work):
        draw(work, engine)  # what a first picture costs anyway
        Path("/proc/self/clear_refs").write_text("5")  # the peak begins where we are
        before = peak_kilobytes()
        for behaviour, _code in GARBAGE.values():
            api.script([behaviour])
            draw(work, engine)
        assert peak_kilobytes() - before < 100 * 1024

    def test_behind_a_real_picture_is_left_behind(self, api, engine, work):
        api.script([("given_image", {"image": flat_png(96, 64) + PAGE})])

        picture = draw(work, engine)

        stored = default_storage.open(picture.file).read()
        assert picture.status == "ready" and b"alert(" not in stored


class TestAClosedDoor:
    """401, 402 and 403 are an adult's matter: the engine stops, the picture keeps its place, and no words are blamed."""

    @pytest.mark.parametrize(
        ("behaviour", "kind"),
        [
            ("key_wrong", "key"),
            ("key_forbidden", "key"),
            ("money_402", "money"),
            ("money", "money"),
            ("resource_blocked", "blocked"),
        ],
    )
    def test_stops_the_engine_at_the_first_call_and_is_no_strike(self, api, engine, work, behaviour, kind):
        api.script([behaviour])

        picture = draw(work, engine)

        assert (picture.status, picture.reason) == ("queued", "stopped")
        assert picture.generation.gate == "" and picture.failures == 0
        assert Engine.objects.get(pk=engine.pk).circuit_kind == kind
        assert claim(engine) is None and len(api.requests()) == 1
        purse = Purse.objects.get()
        assert (purse.micros_spent, purse.pictures_spent) == (0, 0)


class TestTooFast:
    @pytest.mark.parametrize("behaviour", ["rate_seconds", "rate_date", "rate_bare", "rate_azure"])
    def test_fails_nothing_and_rests_the_engine(self, api, engine, work, behaviour):
        api.script([behaviour])

        picture = draw(work, engine)

        assert (picture.status, picture.reason, picture.failures) == ("queued", "busy", 0)
        assert claim(engine) is None, "the whole engine rests"


class TestABrokenService:
    @pytest.mark.parametrize("behaviour", ["server_error", "html_502", "html_503"])
    def test_is_asked_three_times_at_most(self, api, engine, work, behaviour):
        api.always(behaviour)
        picture = draw(work, engine)
        while picture.status == "queued":
            Picture.objects.update(not_before=None)
            generation.draw(claim(engine), engines.provider_of(engine))
            picture.refresh_from_db()

        assert (picture.status, picture.reason, len(api.requests())) == ("failed", "broken", 3)
        assert Purse.objects.get().micros_spent == 0
