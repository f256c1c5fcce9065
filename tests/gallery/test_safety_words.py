"""How prompts are cleaned, split and read, and which forms a listed word has."""

import pytest

from gallery.safety.families import FAMILIES, Family, Pair
from gallery.safety.lemmas import forms_of
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


class TestLexicon:
    lexicon = Lexicon(
        [
            Family("first", words="red fox, owl", exceptions="owl cup, cat flap", pairs=(Pair("cat", "mouse rat", 2),)),
            Family("second", words="owl", unless_calm="bear"),
        ],
        calm="zoo",
        never="owled",
    )

    def found(self, text):
        hit = self.lexicon.find(tokens(text))
        return hit and hit.family

    def test_a_phrase_allows_one_word_between_and_no_more(self):
        assert self.found("red foxes") == "first"
        assert self.found("red old fox") == "first"
        assert self.found("red very old fox") is None
        assert self.found("fox red") is None

    def test_a_pair_is_found_in_any_order_within_its_reach(self):
        assert self.found("a mouse and cats") == "first"
        assert self.found("a mouse here and a cat") is None
        assert self.found("cat") is None

    def test_an_exception_hides_only_the_words_it_covers(self):
        assert self.found("owl cup") is None
        assert self.found("owl cup and owl") == "first"
        assert self.found("cat flap, mouse") is None
        assert self.found("cat flap, mouse, and far away another cat") is None

    def test_a_calm_word_excuses_what_may_be_calmed(self):
        assert self.found("bear") == "second"
        assert self.found("bear in the zoo") is None
        assert self.found("owl in the zoo") == "first"

    def test_a_spelling_that_never_counts_does_not(self):
        assert self.found("owled") is None


class TestTheHousesLists:
    def test_keys_are_plain_and_unique(self):
        keys = [family.key for family in FAMILIES]
        assert len(keys) == len(set(keys))
        assert all(key.replace("_", "").isalpha() and key.isascii() and key.islower() for key in keys)

    def test_care_comes_first(self):
        outcomes = [family.outcome for family in FAMILIES]
        assert outcomes == sorted(outcomes)
        assert set(outcomes) == {"care", "refuse"}

    def test_every_family_speaks_both_languages(self):
        for family in FAMILIES:
            assert any("а" <= letter <= "я" for letter in family.words), family.key
            assert any("a" <= letter <= "z" for letter in family.words), family.key

    def test_every_listed_word_is_found_where_nothing_excuses_it(self):
        for family in FAMILIES:
            for phrase in family.words.split(","):
                hit = school().find(tokens(clean(phrase)))
                assert hit is not None, f"{family.key}: {phrase.strip()}"

    def test_every_exception_is_free_of_trouble(self):
        for family in FAMILIES:
            for phrase in filter(str.strip, family.exceptions.split(",")):
                assert school().find(tokens(clean(phrase))) is None, f"{family.key}: {phrase.strip()}"
