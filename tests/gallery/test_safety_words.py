"""How prompts are cleaned, split and read, and which forms a listed word has."""

import time

import pytest

from gallery.safety.families import KEYS, BadList, house, read_family, read_groups
from gallery.safety.lemmas import forms_of, key_of, keys_of
from gallery.safety.lists import Lexicon, school
from gallery.safety.normalise import clean, language_of, spellings, tokens


class TestForms:
    @pytest.mark.parametrize(
        ("word", "form"),
        [
            ("меч", "мечами"),
            ("голый", "голую"),
            ("убить", "убьёт"),
            ("дерево", "деревьях"),
            ("knife", "knives"),
            ("rob", "robbed"),
            ("die", "dying"),
        ],
    )
    def test_a_word_has_its_forms(self, word, form):
        assert form.replace("ё", "е") in forms_of(word)
        assert key_of(word) in keys_of(form.replace("ё", "е"))

    @pytest.mark.parametrize(
        ("word", "other"),
        [
            ("kill", "skill"),
            ("rob", "robe"),
            ("кровь", "кровать"),
            ("повешенный", "повесить"),
            ("меня", "я"),
            ("rape", "grape"),
            ("gun", "gunmetal"),
        ],
    )
    def test_a_word_has_no_form_of_another_word(self, word, other):
        assert other not in forms_of(word)
        assert key_of(word) not in keys_of(other)


class TestLanguage:
    @pytest.mark.parametrize(
        ("prompt", "language"),
        [
            ("кот у башни", "ru"),
            ("a cat", "en"),
            ("кот в стиле LEGO", "ru"),
            ("a poster that says мир", "en"),
            ("😀", "en"),
            ("", "en"),
            ("да ok", "ru"),
        ],
    )
    def test_the_script_of_most_letters_decides(self, prompt, language):
        assert language_of(prompt) == language


class TestTokens:
    def test_letters_set_apart_are_one_run(self):
        [run, word] = tokens("б л и н ы вкусные")
        assert (run.is_run, run.spellings, word.text) == (True, {"блины"}, "вкусные")

    def test_two_single_letters_are_words_of_their_own(self):
        assert [token.text for token in tokens("я и ты")] == ["я", "и", "ты"]

    def test_a_hyphened_word_is_read_whole_and_in_parts(self):
        assert [sorted(token.spellings)[0] for token in tokens("Родина-мать")] == ["родинамать", "родина", "мать"]

    def test_a_plain_russian_or_english_word_has_one_spelling(self):
        assert spellings("дракон") == {"дракон"}
        assert spellings("dragon") == {"dragon"}

    def test_a_mixed_word_is_read_in_both_scripts(self):
        assert {"сок", "cok"} <= spellings("с\u043ek")

    def test_a_word_full_of_signs_stays_cheap(self):
        assert len(spellings("3413" * 20 + "a")) < 100

    def test_cleaning_twice_changes_nothing(self):
        text = "  Кот\u200b и ПЁС\n у за\u0301мка 👩‍🚀 \x07"
        assert clean(clean(text)) == clean(text)


def lexicon_of(text, *, calm=(), told=(), never=()):
    return Lexicon([read_family("first", text, {"@pets": frozenset({"cat", "dog"})})], calm=calm, told=told, never=never)


class TestLexicon:
    lexicon = Lexicon(
        [
            read_family(
                "first",
                """
                [refuse]  # what a farm has
                red fox, owl
                [refuse pairs]
                2: cat + mouse rat
                3: hen > egg + basket
                [exceptions]
                owl cup, cat flap
                """,
                {},
            ),
            read_family("second", "[hold]\nhawk*\n[hold unless calm]\nbear\n[refuse always]\nwasp\n[care]\nlost", {}),
        ],
        calm=[("zoo",)],
        told=[("puppet", "show")],
        never=[("owled",)],
    )

    def found(self, text, **options):
        return [(hit.family, hit.level) for hit in self.lexicon.find(tokens(text), **options)]

    def test_a_phrase_allows_one_word_between_and_no_more(self):
        assert self.found("red foxes") == [("first", "refuse")]
        assert self.found("red old fox") == [("first", "refuse")]
        assert self.found("red very old fox") == []
        assert self.found("fox red") == []

    def test_a_pair_is_found_in_any_order_within_its_reach(self):
        assert self.found("a mouse and cats") == [("first", "refuse")]
        assert self.found("a mouse here and a cat") == []
        assert self.found("cat") == []

    def test_a_pair_may_have_three_sides_and_an_order(self):
        assert self.found("a hen, eggs, a basket") == [("first", "refuse")]
        assert self.found("basket: hen and egg") == [("first", "refuse")]
        assert self.found("eggs, a hen, a basket") == []
        assert self.found("a hen and an egg") == []

    def test_a_beginning_finds_every_word_that_starts_so(self):
        assert self.found("hawkeyed") == [("second", "hold")]
        assert self.found("haw") == []

    def test_an_exception_hides_only_the_words_it_covers(self):
        assert self.found("owl cup") == []
        assert self.found("owl cup and owl") == [("first", "refuse")]
        assert self.found("cat flap, mouse") == []
        assert self.found("cat flap, mouse, and far away another cat") == []

    def test_a_calm_word_excuses_what_may_be_calmed_and_lowers_the_rest(self):
        assert self.found("bear") == [("second", "hold")]
        assert self.found("bear in the zoo") == []
        assert self.found("owl in the zoo") == [("first", "hold")]
        assert self.found("wasp in the zoo") == [("second", "refuse")]

    def test_what_is_only_told_is_held_and_not_excused(self):
        assert self.found("owl in a puppet show") == [("first", "hold")]
        assert self.found("bear in a puppet show") == [("second", "hold")]

    def test_the_worst_comes_first_and_each_family_once(self):
        assert self.found("bear, owl, owl") == [("first", "refuse"), ("second", "hold")]
        assert self.found("owl, lost bear") == [("second", "care"), ("first", "refuse")]

    def test_allowed_tokens_count_for_care_alone(self):
        assert self.found("owl lost", allowed=frozenset({0, 1})) == [("second", "care")]
        assert self.found("cat, mouse", allowed=frozenset({1})) == []

    def test_a_spelling_that_never_counts_does_not(self):
        assert self.found("owled") == []


class TestFiles:
    @pytest.mark.parametrize(
        ("text", "complaint"),
        [
            ("owl", "line 1: words before the first section"),
            ("[refuse]\nowl\n[loathe]\ncat", r"line 3: no section is called \[loathe\]"),
            ("[refuse]\n# a comment\nowl, cat\n\n[hold]\nfox, Owl", "line 6: 'owl' is on line 3 already"),
            ("[refuse]\nowl,, cat", "line 2: an empty phrase"),
            ("[refuse]\na*", "line 2: 'a\\*': a beginning has at least 3 letters"),
            ("[refuse]\n*cat", "line 2: '\\*cat' is no word"),
            ("[refuse]\n(a|b)+", r"is no word"),
            ("[refuse]\none two three four five six seven eight nine", "more than 8 words"),
            ("[refuse pairs]\ncat + dog", "line 2: a pair reads"),
            ("[refuse pairs]\n3: cat", "line 2: a pair reads"),
            ("[refuse pairs]\n3: cat +", "line 2: a side without words"),
            ("[refuse pairs]\n3: @cats + dog", "line 2: no group is called @cats"),
        ],
    )
    def test_what_cannot_be_read_is_told_with_its_line(self, text, complaint):
        with pytest.raises(BadList, match=f"first.txt, {complaint}" if complaint.startswith("line") else complaint):
            read_family("first", text, {})

    @pytest.mark.parametrize(
        ("text", "complaint"),
        [("cat dog", "before the first group"), ("@pets cat", "no colon"), ("@a: cat\n@a: dog", "line 2: '@a' is there twice")],
    )
    def test_a_bad_group_is_told_with_its_line(self, text, complaint):
        with pytest.raises(BadList, match=complaint):
            read_groups(text)

    def test_a_group_stands_for_its_words(self):
        lexicon = lexicon_of("[refuse pairs]\n3: @pets + bath")
        assert lexicon.find(tokens("a dog in the bath"))
        assert not lexicon.find(tokens("a hen in the bath"))

    def test_fifty_thousand_entries_are_read_and_looked_through(self):
        ending = [first + second + third for first in "bdfgklmnprst" for second in "aeiou" for third in "bdfgklmnprst"]
        words = [f"{one}{two}" for one in ending[:240] for two in ending[:210]][:50_000]
        started = time.perf_counter()
        lexicon = lexicon_of("[hold]\n" + ",\n".join(words))
        assert lexicon.find(tokens(f"a {words[0]} and many {words[-1]}s"))
        assert not lexicon.find(tokens("a small brown owl"))
        assert time.perf_counter() - started < 10
        assert len(set(words)) == 50_000


class TestTheHousesLists:
    def test_keys_are_plain_and_unique(self):
        assert [family.key for family in house()] == list(KEYS)
        assert len(KEYS) == len(set(KEYS))
        assert all(key.replace("_", "").isalpha() and key.isascii() and key.islower() for key in KEYS)

    def test_only_self_harm_and_abuse_are_cared_for(self):
        cared = {family.key for family in house() if any(section.level == "care" for section in family.sections)}
        assert cared == {"self_harm", "abuse"}
        assert all(section.level == "care" for family in house() if family.key in cared for section in family.sections)

    def test_every_family_speaks_both_languages(self):
        for family in house():
            letters = "".join(word for section in family.sections for phrase in section.phrases for word in phrase)
            assert any("а" <= letter <= "я" for letter in letters), family.key
            assert any("a" <= letter <= "z" for letter in letters), family.key

    def test_every_listed_phrase_is_found_where_nothing_excuses_it(self):
        missed = []
        for family in house():
            for section in family.sections:
                for phrase in section.phrases:
                    text = " ".join(word.replace("*", "") for word in phrase)
                    excused = section.firmness == "unless calm"
                    if not excused and family.key not in {hit.family for hit in school().find(tokens(clean(text)))}:
                        missed.append(f"{family.key}: {text}")
        assert not missed

    def test_every_exception_is_free_of_its_own_family(self):
        wrong = []
        for family in house():
            for phrase in family.exceptions:
                hits = school().find(tokens(clean(" ".join(phrase))))
                wrong += [f"{family.key}: {' '.join(phrase)}" for hit in hits if hit.family == family.key]
        assert not wrong
