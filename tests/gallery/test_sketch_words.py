"""What the sketch engine reads in a prompt."""

import re

import pytest

from gallery.providers.sketch.lexicon import HERE, lexicon, rows, things_in_file, words_of
from gallery.providers.sketch.plan import MAX_ACTORS, MAX_COUNT, read_plan
from gallery.providers.sketch.words import MAX_WORDS, read_english, read_russian, tokens_of


def icons(prompt):
    return [actor.kind.icon for actor in read_plan(prompt).actors]


def links(prompt):
    """Spell the relations of a prompt as (who, relation, whom)."""
    actors = read_plan(prompt).actors
    return {(a.kind.icon, rel, actors[t].kind.icon) for a in actors for rel, t in a.links}


class TestThings:
    @pytest.mark.parametrize(
        "prompt",
        [
            "собака",
            "рядом с собакой",
            "много собак",
            "двум собачкам",
            "щеночек",
            "пёсик",
            "a dog",
            "three dogs",
            "the puppy's ball",
            "🐶",
        ],
    )
    def test_a_dog_is_a_dog_in_every_form_and_both_languages(self, prompt):
        assert "dog" in icons(prompt)

    @pytest.mark.parametrize(
        ("word", "icon"),
        [
            ("зайчик", "rabbit"),
            ("котик", "cat"),
            ("мишка", "bear"),
            ("лисичка", "fox"),
            ("лошадка", "horse"),
            ("птичка", "bird"),
            ("слонёнок", "elephant"),
            ("ёжик", "hedgehog"),
            ("белочка", "chipmunk"),
            ("цветочек", "blossom"),
            ("домик", "house"),
            ("машинка", "automobile"),
            ("кораблик", "sailboat"),
            ("мороженое", "soft-ice-cream"),
            ("снеговик", "snowman-without-snow"),
        ],
    )
    def test_diminutives_are_understood(self, word, icon):
        assert icons(word) == [icon]

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("mice", "mouse"),
            ("foxes", "fox"),
            ("butterflies", "butterfly"),
            ("wolves", "wolf"),
            ("geese", "goose"),
            ("leaves", "maple-leaf"),
        ],
    )
    def test_english_plurals_are_read(self, one, other):
        assert icons(one) == [other]

    def test_the_longest_phrase_wins(self):
        assert icons("плюшевого мишку") == ["teddy-bear"]
        assert icons("белый медведь") == ["polar-bear"]
        assert icons("ice cream") == ["soft-ice-cream"]
        assert icons("fire engine") == ["fire-engine"]

    def test_both_languages_in_one_prompt(self):
        plan = read_plan("кот near the Eiffel Tower ночью")
        assert [a.kind.icon for a in plan.actors] == ["cat", "monument:eiffel"]
        assert plan.time == "night"

    def test_the_same_tower_named_twice_is_one_tower(self):
        assert icons("Эйфелева башня и кот, который смотрит на Эйфелеву башню").count("monument:eiffel") == 1


class TestCounts:
    @pytest.mark.parametrize(
        ("prompt", "count"),
        [
            ("three cats", 3),
            ("две собаки", 2),
            ("5 лошадей", 5),
            ("семь гномов", 7),
            ("a cat", 1),
            ("кот", 1),
            ("на лошади", 1),
            ("four fish", 4),
        ],
    )
    def test_a_number_is_obeyed(self, prompt, count):
        assert read_plan(prompt).actors[0].count == count

    @pytest.mark.parametrize("prompt", ["много рыб", "рыбы плавают", "butterflies", "fish swim", "пингвины"])
    def test_a_plural_is_more_than_one(self, prompt):
        assert read_plan(prompt).actors[0].count > 1

    @pytest.mark.parametrize("number", ["1000000", "100", "сто", "тысяча"])
    def test_a_number_too_great_to_draw_is_owned_up_to(self, number):
        plan = read_plan(f"{number} котов")
        assert plan.actors[0].count == MAX_COUNT and plan.missed == [number] and plan.understood == ["котов"]

    def test_twenty_are_twenty(self):
        assert read_plan("двадцать котиков").actors[0].count == 20 and read_plan("20 cats").missed == []

    @pytest.mark.parametrize(("prompt", "count"), [("замок принцессы", 1), ("замок принцесс", 3), ("кот боится собаки", 1)])
    def test_an_owner_is_one_unless_its_form_is_plural(self, prompt, count):
        assert read_plan(prompt).actors[-1].count == count

    def test_a_list_without_end_is_cut(self):
        assert len(read_plan("кот и собака и слон и " * 200).actors) <= MAX_ACTORS


class TestColoursAndMaterials:
    @pytest.mark.parametrize(
        ("prompt", "colour"),
        [
            ("red balloon", "red"),
            ("синий дом", "blue"),
            ("с розовым слоном", "pink"),
            ("рыжий кот", "orange"),
            ("a green dragon", "green"),
        ],
    )
    def test_an_adjective_colours_the_thing_after_it(self, prompt, colour):
        assert read_plan(prompt).actors[0].colour == colour

    @pytest.mark.parametrize(
        "prompt",
        ["Жираф красный", "жираф красного цвета", "жираф красный на лугу", "the giraffe is red", "красного цвета жираф"],
    )
    def test_a_colour_may_be_said_after_the_thing(self, prompt):
        (actor,) = read_plan(prompt).actors
        assert (actor.kind.icon, actor.colour) == ("giraffe", "red")

    def test_a_colour_between_two_things_is_the_second_ones(self):
        first, second = read_plan("слон красный шар держит").actors
        assert (first.colour, second.colour) == ("", "red")

    def test_a_colour_does_not_spill_over_to_the_next_thing(self):
        first, second = read_plan("red balloon and a cat").actors
        assert (first.colour, second.colour) == ("red", "")

    @pytest.mark.parametrize(
        "prompt", ["Эйфелева башня из шоколада", "шоколадная Эйфелева башня", "Eiffel Tower made of chocolate"]
    )
    def test_a_monument_can_be_made_of_something(self, prompt):
        assert read_plan(prompt).actors[0].material == "chocolate"

    def test_small_things_are_smaller_than_big_ones(self):
        assert read_plan("a tiny elephant").actors[0].scale < 1 < read_plan("огромный слон").actors[0].scale


class TestRelations:
    @pytest.mark.parametrize(
        ("prompt", "link"),
        [
            ("a cat on a horse", ("cat", "on", "horse")),
            ("на лошади сидит кот", ("cat", "on", "horse")),
            ("кот под столом", ("cat", "under", "figure:table")),
            ("a bird above the house", ("bird", "above", "house")),
            ("собака перед Колизеем", ("dog", "front", "monument:colosseum")),
            ("a dog behind the tree", ("dog", "behind", "deciduous-tree")),
            ("кот в машине", ("cat", "in", "automobile")),
            ("a dog next to the Eiffel Tower", ("dog", "beside", "monument:eiffel")),
            ("девочка с воздушным шариком", ("balloon", "hold", "figure:girl")),
            ("a boy holding a teddy bear", ("teddy-bear", "hold", "figure:boy")),
            ("пингвин в шляпе", ("top-hat", "wear", "penguin")),
            ("the Colosseum full of ice cream", ("monument:colosseum", "full", "soft-ice-cream")),
            ("кот на крыше дома", ("cat", "on", "house")),
        ],
    )  # fmt: skip
    def test_a_preposition_says_where(self, prompt, link):
        assert link in links(prompt)

    def test_the_hare_sits_on_the_horse_and_holds_the_lollipop(self):
        prompt = "Заяц на лошади, держащий леденец, на туманном лугу, где растут нарциссы"
        assert links(prompt) == {("rabbit", "on", "horse"), ("lollipop", "hold", "rabbit")}
        plan = read_plan(prompt)
        assert plan.place == "meadow" and plan.weather == ["fog"] and plan.missed == []
        assert [a.kind.icon for a in plan.actors if a.is_spread] == ["figure:daffodil"]

    def test_the_child_looks_at_the_arch_and_does_not_stand_on_it(self):
        prompt = (
            "Триумфальная арка в Париже, Франция, в вечернем свете, где маленький ребенок смотрит на неё, "
            "держа в руках плюшевого мишку"
        )
        assert links(prompt) == {("teddy-bear", "hold", "figure:child")}
        plan = read_plan(prompt)
        assert (plan.place, plan.time, plan.missed) == ("city", "evening", [])

    def test_looking_at_is_not_standing_on(self):
        assert ("dog", "on", "monument:eiffel") not in links("собака смотрит на Эйфелеву башню")

    def test_a_circle_of_relations_is_read(self):
        assert len(read_plan("кот на собаке на коте на собаке").actors) == 2


class TestDenials:
    @pytest.mark.parametrize(
        ("prompt", "drawn"),
        [
            ("Не рисуй кота, только пустыню без пирамид", []),
            ("не кот, а собака", ["dog"]),
            ("Кот без шляпы и шарфа на лошади", ["cat", "horse"]),
            ("Город без людей, машин и домов, только дракон", ["dragon"]),
            ("a cat without a hat", ["cat"]),
            ("no dogs, only a cat", ["cat"]),
            ("Don't draw a cat, draw a dog", ["dog"]),
            ("do not draw cats or dogs. A horse", ["horse"]),
        ],
    )
    def test_what_is_left_out_is_not_drawn(self, prompt, drawn):
        assert icons(prompt) == drawn

    @pytest.mark.parametrize(
        ("prompt", "drawn"),
        [
            ("кот не боится собаки", ["cat", "dog"]),
            ("не только кот, но и собака", ["cat", "dog"]),
            ("a cat does not fear the dog", ["cat", "dog"]),
        ],
    )
    def test_not_doing_something_leaves_nobody_out(self, prompt, drawn):
        assert icons(prompt) == drawn

    def test_a_place_left_out_is_not_the_place(self):
        assert read_plan("кот не в лесу").place == ""

    def test_a_denial_is_understood_with_its_noun(self):
        plan = read_plan("Не рисуй кота, только пустыню без пирамид")
        assert plan.understood == ["Не рисуй кота", "пустыню", "без пирамид"] and plan.missed == []


class TestPointingBack:
    @pytest.mark.parametrize(
        "prompt", ["Пизанская башня в лесу, на ней сидит кот", "Пизанская башня и кот на ней", "the Leaning Tower, a cat on it"]
    )
    def test_on_it_is_on_the_thing_named_before(self, prompt):
        assert links(prompt) == {("cat", "on", "monument:pisa")}

    def test_a_hat_on_somebody_is_worn(self):
        assert links("собака, на ней шляпа") == {("top-hat", "wear", "dog")}


class TestSettings:
    @pytest.mark.parametrize(
        ("prompt", "time"),
        [
            ("на раннем утреннем солнце", "morning"),
            ("at sunset", "evening"),
            ("ночью", "night"),
            ("звёздная ночь", "night"),
            ("at noon", "day"),
        ],
    )
    def test_times_of_day(self, prompt, time):
        assert read_plan(prompt).time == time

    @pytest.mark.parametrize(
        ("prompt", "weather"),
        [
            ("под дождём", "rain"),
            ("падает снег", "snow"),
            ("misty", "fog"),
            ("в грозу", "storm"),
            ("радуга", "rainbow"),
            ("ветрено дует ветер", "wind"),
        ],
    )
    def test_weathers(self, prompt, weather):
        assert weather in read_plan(prompt).weather

    @pytest.mark.parametrize(
        ("prompt", "place"),
        [
            ("на дне моря", "sea_floor"),
            ("on the sea floor", "sea_floor"),
            ("под водой", "sea_floor"),
            ("на Луне", "moon"),
            ("on the moon", "moon"),
            ("в космосе", "space"),
            ("в лесу", "forest"),
            ("в пустыне", "desert"),
            ("in the city", "city"),
            ("на пляже", "beach"),
            ("в горах", "mountains"),
            ("на лугу", "meadow"),
            ("в комнате", "room"),
            ("на северном полюсе", "snow_field"),
            ("on a cloud", "clouds"),
            ("на льду", "ice"),
            ("on the ice", "ice"),
            ("на льдине", "snow_field"),
            ("в джунглях", "jungle"),
            ("в метро", "metro"),
            ("in the subway", "metro"),
        ],
    )
    def test_places(self, prompt, place):
        assert read_plan(prompt).place == place

    def test_paris_on_the_moon_is_on_the_moon(self):
        assert read_plan("Эйфелева башня из Парижа на Луне").place == "moon"


class TestUnderstoodAndMissed:
    def test_words_keep_the_students_spelling(self):
        plan = read_plan("Кошечка рядом с Бармаглотом в ТУМАНЕ")
        assert plan.understood == ["Кошечка", "ТУМАНЕ"]
        assert plan.missed == ["Бармаглотом"]

    @pytest.mark.parametrize(
        ("prompt", "understood"),
        [
            (
                "Собака рядом с Эйфелевой башней на раннем утреннем солнце",
                ["Собака", "Эйфелевой башней", "раннем утреннем солнце"],
            ),
            ("маленький рыжий кот у Биг-Бена", ["маленький рыжий кот", "Биг-Бена"]),
            ("Жираф красного цвета и лев", ["Жираф красного цвета", "лев"]),
        ],
    )
    def test_the_words_of_one_thing_are_told_together(self, prompt, understood):
        assert read_plan(prompt).understood == understood

    def test_unknown_neighbours_are_told_together(self):
        assert read_plan("кот и Хливкий Шорёк").missed == ["Хливкий Шорёк"]

    def test_small_words_are_in_neither(self):
        plan = read_plan("the cat is on a horse and in the fog")
        assert plan.understood == ["cat", "horse", "fog"] and plan.missed == []

    def test_a_repeated_word_is_told_once(self):
        plan = read_plan("кот кот кот бука бука")
        assert plan.understood == ["кот"] and len(plan.missed) <= 1

    def test_a_very_long_prompt_is_read_only_so_far(self):
        assert len(tokens_of("слово " * 20_000)) <= MAX_WORDS


class TestVocabulary:
    def test_every_line_of_the_vocabulary_is_reachable_by_its_first_words(self):
        lost = []
        for thing in things_in_file():
            for phrase in (thing.ru[0], thing.en[0]):
                if thing.icon not in icons(phrase):  # another line has taken its words
                    lost.append((thing.icon, phrase))
        assert lost == [], lost

    def test_russian_words_are_written_as_lemmas(self):
        wrong = [
            w
            for t in things_in_file()
            for w in t.ru
            if " " not in w and "-" not in w and w.replace("ё", "е") not in read_russian(w).lemmas
        ]
        assert wrong == []

    def test_every_relation_and_setting_is_known(self):
        kinds = {row[0].split(":")[0] for row in rows("settings.txt")}
        assert kinds == {
            "time",
            "weather",
            "season",
            "place",
            "colour",
            "material",
            "count",
            "size",
            "rel",
            "part",
            "verb",
            "stop",
        }

    def test_there_are_no_weapons_blood_alcohol_or_cigarettes(self):
        names = (HERE / "data" / "icons.json").read_text() and " ".join(
            re.findall(r'"name": "([^"]+)"', (HERE / "data" / "icons.json").read_text())
        )
        bad = (
            "dagger|sword|pistol|knife|bomb|gun|axe|bow-and-arrow|blood|skull|coffin|cigarette|smoking|beer|wine|sake|cocktai"
            "l|syringe|pill|zombie|vampire"
        )
        assert re.findall(rf"(?:^|[ -])(?:{bad})(?:$|[ -])", names) == []
        for word in (
            "меч",
            "пистолет",
            "ружьё",
            "нож",
            "бомба",
            "танк",
            "кровь",
            "череп",
            "пиво",
            "вино",
            "сигарета",
            "sword",
            "gun",
            "knife",
            "blood",
            "skull",
            "beer",
            "wine",
            "cigarette",
            "bomb",
        ):
            assert icons(word) == [], word

    def test_most_nouns_of_ordinary_prompts_are_understood(self):
        prompts = [line.strip() for line in ORDINARY.splitlines() if line.strip()]
        understood = missed = 0
        for prompt in prompts:
            plan = read_plan(prompt)
            understood += len(plan.understood)
            missed += len(plan.missed)
        assert understood / (understood + missed) > 0.9

    def test_words_of_a_row_are_cut_at_commas(self):
        assert words_of("a, b c,, d ") == ("a", "b c", "d")

    def test_the_lexicon_is_loaded_once(self):
        assert lexicon() is lexicon()

    def test_english_endings(self):
        assert "hold" in read_english("holding").lemmas and "puppy" in read_english("puppies").lemmas


ORDINARY = """
Панда ест бамбук рядом с Великой Китайской стеной на рассвете
Кот в сапогах танцует на Красной площади под снегом
Динозавр гуляет по Парижу и смотрит на Эйфелеву башню
Пингвины катаются на коньках перед Кремлём
Розовый слон летит на воздушном шаре над Тадж-Махалом
Статуя Свободы ест пиццу на пляже
Белый медведь сидит на льдине возле Биг-Бена
Робот поливает цветы у Колизея
Русалка плавает вокруг Пизанской башни на дне океана
Жираф в шарфе рядом с Эйфелевой башней зимой
Инопланетяне приземлились возле пирамид ночью
Лиса и заяц пьют чай под зонтиком, идёт дождь
Космонавт с флагом стоит на Луне рядом со Стоунхенджем
Three kittens play with a ball in front of the Taj Mahal at sunset
A dragon guards the Great Wall of China in the fog
A pirate ship sails past the Statue of Liberty under a rainbow
Big Ben covered with ice cream and cherries
A unicorn jumps over the Sydney Opera House at night
The Sphinx wearing sunglasses on a sunny beach
A penguin family builds a snowman near the Colosseum
A girl with a red umbrella walks in the rain past the Arc de Triomphe
Dolphins swim around Christ the Redeemer in the ocean
A robot chef bakes a cake inside the Leaning Tower of Pisa
Astronauts ride horses on Mars near a pyramid
"""
