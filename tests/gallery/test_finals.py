"""A final picture is the draft's own scene: drawn larger by the sketch engine, and kept as well as each other engine can."""

import io

import pytest
from PIL import Image, ImageChops, ImageStat

from gallery import engines, finals
from gallery.models import Engine
from gallery.pictures import Label, prepare
from gallery.providers.sketch import draw

WIDE, SQUARE, TALL = (1536, 864), (1024, 1024), (864, 1536)
PROMPTS = ("Собака рядом с Эйфелевой башней на раннем утреннем солнце", "100 котиков под дождём ночью в метро")


def pixels(drawn):
    return Image.open(io.BytesIO(drawn.image)).convert("RGB")


def difference(one, other):
    """Return how far two pictures of one size lie apart: the mean of all channels, 0..255."""
    stat = ImageStat.Stat(ImageChops.difference(one, other))
    return sum(stat.mean) / len(stat.mean)


class TestSketchInHighQuality:
    @pytest.mark.parametrize(
        "size, larger", [(WIDE, (2304, 1296)), (SQUARE, (1536, 1536)), (TALL, (1296, 2304))], ids=["wide", "square", "tall"]
    )
    @pytest.mark.parametrize("prompt", PROMPTS)
    def test_it_is_the_same_picture_one_and_a_half_times_as_large(self, prompt, size, larger):
        draft, final = pixels(draw(prompt, size, 7)), pixels(draw(prompt, size, 7, "high"))
        assert final.size == larger
        shrunk = final.resize(size, Image.Resampling.LANCZOS)
        assert difference(draft, shrunk) < 1.5  # edges are smoothed anew, and nothing else changes
        assert difference(draft, pixels(draw(prompt, size, 8))) > 20

    def test_it_is_finer_and_not_only_blown_up(self):
        draft, final = pixels(draw(PROMPTS[0], SQUARE, 7)), pixels(draw(PROMPTS[0], SQUARE, 7, "high"))
        assert difference(draft.resize(final.size, Image.Resampling.LANCZOS), final) > 0.3

    @pytest.mark.parametrize("quality", ["", "low", "medium", "<svg>"])
    def test_every_other_quality_is_the_draft(self, quality):
        assert draw("a cat", SQUARE, 3, quality).image == draw("a cat", SQUARE, 3).image

    def test_it_can_be_kept_and_shown(self):
        kept = prepare(draw(PROMPTS[0], TALL, 7, "high").image, label=Label("x", "y", "z"))
        assert (kept.width, kept.height) == (1296, 2304)
        assert {width: Image.open(io.BytesIO(small)).width for width, small in kept.thumbnails.items()} == {384: 384, 960: 960}


class TestTheWay:
    @pytest.mark.parametrize(
        "has_seeds, can_edit, is_same_engine, way",
        [
            (True, False, True, finals.SEED),
            (True, True, True, finals.SEED),
            (False, True, True, finals.SOURCE),
            (True, True, False, finals.SOURCE),
            (True, False, False, finals.WORDS),
            (False, False, True, finals.WORDS),
        ],
    )
    def test_it_is_the_one_that_keeps_most_of_the_draft(self, has_seeds, can_edit, is_same_engine, way):
        assert finals.way(has_seeds=has_seeds, can_edit=can_edit, is_same_engine=is_same_engine) == way


@pytest.mark.django_db
class TestQualitiesOfEngines:
    KEY = {"OPENAI_API_KEY": "sk-very-secret"}
    AZURE = {"AZURE_OPENAI_ENDPOINT": "https://school.example", "AZURE_OPENAI_API_KEY": "azure-very-secret"}

    @pytest.mark.parametrize(
        "environment, name, tries, final",
        [
            ({}, "sketch", "", "high"),
            (KEY, "openai", "low", "high"),
            (KEY | {"OPENAI_BASE_URL": "https://eu.api.openai.com/v1"}, "openai", "low", "high"),
            (AZURE, "azure", "low", "high"),
            ({"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"}, "openai", "", ""),
        ],
    )
    def test_tries_are_cheap_and_finals_good_where_the_words_for_it_are_known(self, environment, name, tries, final):
        engines.refresh(environment)
        engine = Engine.objects.get(name=name)
        assert (engine.quality, engine.final_quality) == (tries, final)

    def test_what_an_admin_set_stays(self):
        engines.refresh(self.KEY)
        Engine.objects.update(quality="medium", final_quality="")
        engines.refresh(self.KEY)
        assert set(Engine.objects.values_list("quality", "final_quality")) == {("medium", "")}
