"""What the sketch engine draws, and what it promises as a provider."""

import io
import itertools
import os
import subprocess
import sys
import threading

import pytest
from PIL import Image, ImageChops

from gallery.providers.base import Broken, DrawRequest
from gallery.providers.sketch import EXAMPLES, MAGIC, SketchProvider, draw
from gallery.providers.sketch.lexicon import things_in_file
from gallery.providers.sketch.monuments import DRAWINGS, monument
from gallery.providers.sketch.places import lay_out
from gallery.providers.sketch.plan import read_plan
from gallery.providers.sketch.scene import compose
from gallery.providers.sketch.stage import set_stage

WIDE, SQUARE, TALL = (1536, 864), (1024, 1024), (864, 1536)
DOG = "Собака рядом с Эйфелевой башней на раннем утреннем солнце"


def ask(prompt, size=WIDE, seed=None, language="ru"):
    return DrawRequest(words=f"Draw kindly: {prompt}", prompt=prompt, language=language, size=size, seed=seed)


def pixels(drawn):
    return Image.open(io.BytesIO(drawn.image)).convert("RGB")


def share_of_changed_pixels(one, other):
    """Return how much of the picture differs visibly, 0..1, looked at in small."""
    small = [pixels(d).resize((96, 96)) for d in (one, other)]
    grey = ImageChops.difference(*small).convert("L")
    return sum(count for value, count in enumerate(grey.histogram()) if value > 12) / (96 * 96)


class TestProvider:
    def test_an_answer_is_read_back_with_its_words(self, tmp_path):
        provider, request = SketchProvider(), ask("Кот рядом с Бармаглотом", seed=5)
        provider.ask(request, tmp_path / "answer")
        drawn = provider.read(tmp_path / "answer", request)
        assert drawn.understood == ("Кот",) and drawn.missed == ("Бармаглотом",)
        assert pixels(drawn).size == WIDE

    def test_reading_twice_gives_the_same(self, tmp_path):
        provider, request = SketchProvider(), ask("a cat")
        provider.ask(request, tmp_path / "answer")
        assert provider.read(tmp_path / "answer", request) == provider.read(tmp_path / "answer", request)

    def test_only_the_students_own_words_are_drawn(self, tmp_path):
        provider = SketchProvider()
        request = DrawRequest(words="elephant elephant", prompt="a cat", language="en", size=WIDE)
        provider.ask(request, tmp_path / "answer")
        assert provider.read(tmp_path / "answer", request).understood == ("cat",)

    def test_it_edits_nothing_and_has_seeds(self):
        assert SketchProvider.abilities.seeds and not SketchProvider.abilities.edits

    @pytest.mark.parametrize(
        "garbage",
        [
            b"",
            b"\x00" * 90,
            MAGIC,
            MAGIC + b"{}\n\x89PNG",
            MAGIC + b'{"understood": [], "missed": []}\nno picture',
            MAGIC + b"[1]\n",
            b"<html>",
        ],
    )
    def test_garbage_in_the_spool_is_broken(self, tmp_path, garbage):
        (tmp_path / "answer").write_bytes(garbage)
        with pytest.raises(Broken):
            SketchProvider().read(tmp_path / "answer", ask("a cat"))

    def test_half_an_answer_is_broken(self, tmp_path):
        provider, request = SketchProvider(), ask("a cat")
        provider.ask(request, tmp_path / "answer")
        whole = (tmp_path / "answer").read_bytes()
        (tmp_path / "answer").write_bytes(whole[: len(whole) // 2])
        with pytest.raises(Broken):
            provider.read(tmp_path / "answer", request)

    def test_a_missing_spool_is_broken(self, tmp_path):
        with pytest.raises(Broken):
            SketchProvider().read(tmp_path / "nowhere", ask("a cat"))


class TestTheSamePicture:
    def test_the_same_words_and_seed_give_the_same_bytes(self):
        assert draw(DOG, WIDE, 3).image == draw(DOG, WIDE, 3).image

    def test_no_seed_is_seed_zero(self, tmp_path):
        SketchProvider().ask(ask(DOG, seed=None), tmp_path / "none")
        SketchProvider().ask(ask(DOG, seed=0), tmp_path / "zero")
        assert (tmp_path / "none").read_bytes() == (tmp_path / "zero").read_bytes()

    def test_another_process_with_another_hash_seed_gives_the_same_bytes(self):
        code = (
            "import sys, hashlib; from gallery.providers.sketch import draw; "
            f"print(hashlib.sha256(draw({DOG!r}, (1024, 1024), 9).image).hexdigest())"
        )
        found = {
            subprocess.run(
                [sys.executable, "-c", code],
                env={**os.environ, "PYTHONHASHSEED": seed},
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
            ).stdout
            for seed in ("1", "77")
        }
        assert len(found) == 1 and len(found.pop().strip()) == 64

    def test_threads_drawing_at_once_agree(self):
        images = []
        threads = [threading.Thread(target=lambda: images.append(draw(DOG, SQUARE, 2).image)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert len(images) == 4 and len(set(images)) == 1

    def test_another_seed_is_visibly_another_picture(self):
        first = draw(DOG, WIDE, 0)
        for seed in (1, 2, 3):
            assert share_of_changed_pixels(first, draw(DOG, WIDE, seed)) > 0.2

    def test_other_words_are_another_picture(self):
        assert share_of_changed_pixels(draw("a cat in the city", WIDE, 1), draw("a cat on the sea floor", WIDE, 1)) > 0.5

    def test_the_time_of_day_changes_the_light(self):
        day, night = (
            sum(pixels(draw(f"Биг Бен {time}", SQUARE, 1)).resize((1, 1)).getpixel((0, 0))) for time in ("днём", "ночью")
        )
        assert night < day * 0.75

    def test_a_colour_is_seen(self):
        red, green = (pixels(draw(f"{colour} слон", SQUARE, 1)) for colour in ("красный", "зелёный"))
        assert (
            sum(r > 150 and g < 100 and b < 100 for r, g, b in zip(*[iter(red.resize((128, 128)).tobytes())] * 3, strict=True))
            > 100
        )
        assert share_of_changed_pixels(draw("красный слон", SQUARE, 1), draw("зелёный слон", SQUARE, 1)) > 0.02
        assert red.size == green.size


class TestSizes:
    @pytest.mark.parametrize("size", [WIDE, SQUARE, TALL])
    def test_the_picture_has_the_size_asked_for(self, size):
        drawn = draw(EXAMPLES["en"][0], size, 1)
        image = pixels(drawn)
        assert image.size == size
        assert len(image.resize((64, 64)).getcolors(4096)) > 200

    def test_tall_is_composed_anew(self):
        wide, tall = (pixels(draw(DOG, size, 1)) for size in (WIDE, TALL))
        crop = wide.crop((525, 0, 1011, 864)).resize((96, 96))
        grey = ImageChops.difference(crop, tall.resize((96, 96))).convert("L")
        assert sum(grey.histogram()[13:]) > 0.3 * 96 * 96


class TestMonuments:
    def test_there_are_more_than_twenty(self):
        assert len(DRAWINGS) > 20

    @pytest.mark.parametrize("kind", [t for t in things_in_file() if t.is_monument], ids=lambda t: t.icon)
    def test_each_is_drawn_for_its_russian_and_english_names(self, kind):
        svg = monument(kind.icon.split(":")[1]).svg
        probe = svg[svg.index(' d="') :].split('"')[1]
        for name in (*kind.ru[:2], *kind.en[:2]):
            plan = read_plan(name)
            assert [a.kind.icon for a in plan.actors] == [kind.icon], name
            assert probe in compose(plan, WIDE, 1), name

    def test_every_drawing_has_a_name(self):
        assert {f"monument:{key}" for key in DRAWINGS} == {t.icon for t in things_in_file() if t.is_monument}

    @pytest.mark.parametrize("key", sorted(DRAWINGS))
    def test_each_has_detail_and_stands_on_the_ground(self, key):
        drawing = monument(key)
        assert len(drawing.svg) > 3000
        assert -1 <= drawing.box[3] <= 30 and drawing.height > 400


class TestEveryThing:
    def test_everything_in_the_vocabulary_can_be_composed(self):
        for kind in things_in_file():
            svg = compose(read_plan(kind.en[0]), SQUARE, 1)
            assert svg.startswith("<svg") and svg.endswith("</svg>"), kind.icon
            assert "nan" not in svg and "inf," not in svg, kind.icon

    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_the_examples_are_understood_to_the_last_word(self, language):
        assert len(EXAMPLES[language]) == 3
        for prompt in EXAMPLES[language]:
            plan = read_plan(prompt)
            assert plan.missed == [] and len(plan.actors) >= 2, prompt


class TestHostileWords:
    @pytest.mark.parametrize(
        "prompt",
        [
            "", "   ", ".,;:!?", "\x00\x01\x02\x1b[31m", "🐶🍦🗼🌈", "👨‍👩‍👧‍👦🏳️‍🌈", "<svg onload=alert(1)><image href='file:///etc/passwd'/></svg>",
            "]]><script>&quot;&#0;</script>", "{{ 7*7 }} %s %(x)s \\N{BELL}", "абв" * 400, "0" * 500,
            "٣ قطط", "猫とエッフェル塔",
            "нет нет нет на на на в под над за", "кот на коте на коте", "\u202e\u200b\ufeffкот\u0301",
        ],
    )  # fmt: skip
    def test_any_text_gives_a_picture(self, prompt):
        assert pixels(draw(prompt, SQUARE, 1)).size == SQUARE

    def test_nothing_of_the_text_reaches_the_drawing(self):
        prompt = "a cat <image href='file:///etc/passwd'/> &xxe; zzqqzz"
        svg = compose(read_plan(prompt), WIDE, 1)
        assert svg == compose(read_plan("a cat"), WIDE, 1)
        assert "passwd" not in svg and "zzqqzz" not in svg and "<image" not in svg

    def test_a_hundred_thousand_characters_are_answered_quickly(self):
        code = (
            "import time; from gallery.providers.sketch import draw; draw('a cat', (864, 1536), 1); "
            "start = time.process_time(); draw('кот и собака у башни, ' * 5000, (864, "
            "1536), 1); print(time.process_time() - start)"
        )
        took = float(
            subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120).stdout
        )
        assert took < 6

    def test_unknown_words_still_give_a_lively_scene(self):
        drawn = draw("бармаглот и варкалось", WIDE, 4)
        assert drawn.understood == () and "бармаглот" in drawn.missed
        assert len(pixels(drawn).resize((64, 64)).getcolors(4096)) > 200


#: The prompts of the lesson that this school began with.
LESSON = (
    "Собака рядом с Эйфелевой башней на раннем утреннем солнце",
    "Заяц на лошади, держащий леденец, на туманном лугу, где растут нарциссы",
    "Триумфальная арка в Париже, Франция, в вечернем свете, где ребенок смотрит на неё, держа в руках плюшевого мишку",
)


def placements(prompt, size, seed):
    """Return (left, top, right, bottom) of everything that was planned, as fractions of the picture, by its icon."""
    plan = read_plan(prompt)
    found = {}
    for placed in lay_out(set_stage(plan, size, seed)):
        spot, half = placed.spot, placed.wide / 2
        box = (spot.x - half, spot.base - spot.height, spot.x + half, spot.base)
        whole = (size[0], size[1], size[0], size[1])
        icon = plan.actors[placed.actor].kind.icon
        found.setdefault(icon, []).append(tuple(edge / full for edge, full in zip(box, whole, strict=True)))
    return found


class TestFourChoicesOfOneTry:
    @pytest.mark.parametrize("size", [WIDE, SQUARE, TALL], ids=["wide", "square", "tall"])
    @pytest.mark.parametrize("prompt", LESSON)
    def test_four_seeds_in_a_row_place_somebody_elsewhere_or_bigger(self, prompt, size):
        for first in (0, 5, 98):
            plans = [placements(prompt, size, seed) for seed in range(first, first + 4)]
            for one, other in itertools.combinations(plans, 2):
                moves = [abs(a - b) for icon in one for a, b in zip(one[icon][0], other[icon][0], strict=True)]
                assert max(moves) > 0.12, (first, moves)

    @pytest.mark.parametrize("prompt", LESSON)
    def test_four_seeds_in_a_row_look_different_even_in_grey_and_small(self, prompt):
        greys = [pixels(draw(prompt, WIDE, seed)).convert("L").resize((32, 18)) for seed in range(5, 9)]
        for one, other in itertools.combinations(greys, 2):
            changed = sum(ImageChops.difference(one, other).histogram()[16:]) / (32 * 18)
            assert changed > 0.25, changed

    @pytest.mark.parametrize("size", [WIDE, SQUARE, TALL], ids=["wide", "square", "tall"])
    @pytest.mark.parametrize(
        "prompt", [*LESSON, "Пизанская башня, на ней сидит кот", "Эйфелева башня в коробке", "слон на доме"]
    )
    def test_nothing_is_cut_off_in_any_shot(self, prompt, size):
        for seed in range(8):
            for icon, boxes in placements(prompt, size, seed).items():
                if icon != "figure:daffodil":
                    for left, top, right, bottom in boxes:
                        assert left > -0.01 and top > -0.01 and right < 1.01 and bottom < 1.01, (icon, seed)

    def test_a_picture_without_an_hour_in_its_words_has_another_one_in_the_next_seed(self):
        hours = [set_stage(read_plan("a cat"), WIDE, seed).time for seed in range(3)]
        assert len(set(hours)) == 3
        assert {set_stage(read_plan("a cat at night"), WIDE, seed).time for seed in range(4)} == {"night"}


class TestPlacesHideNobody:
    @pytest.mark.parametrize("prompt", ["Рабочий и колхозница в метро", "Эйфелева башня в метро", "Кот в метро", "Кот на льду"])
    def test_a_place_is_a_backdrop_and_no_thing_of_its_own(self, prompt):
        for seed in range(4):
            ((left, top, right, bottom),) = next(iter(placements(prompt, WIDE, seed).values()))
            assert len(placements(prompt, WIDE, seed)) == 1
            assert bottom - top > 0.18

    def test_most_of_a_tower_looks_out_of_its_box(self):
        for seed in range(4):
            found = placements("Эйфелева башня в коробке", WIDE, seed)
            (tower,), (box,) = found["monument:eiffel"], found["package"]
            assert (box[1] - tower[1]) / (tower[3] - tower[1]) > 0.6

    def test_forty_cats_are_forty_cats(self):
        boxes = placements("100 котиков", SQUARE, 3)["cat"]
        assert len(set(boxes)) == 40
        assert all(left > -0.02 and top > 0.2 and right < 1.02 and bottom < 1 for left, top, right, bottom in boxes)

    @pytest.mark.parametrize("place", ["в метро", "на льду", "в джунглях"])
    def test_each_new_place_looks_like_no_other(self, place):
        assert share_of_changed_pixels(draw(f"кот {place}", SQUARE, 2), draw("кот в лесу", SQUARE, 2)) > 0.4
