"""Whether a prompt grew from an earlier one, or was written anew."""

import pytest

from gallery.prompts import grew_from


class TestGrewFrom:
    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("Эйфелева башня в море", "Эйфелева башня на дне моря, вокруг рыбы"),
            ("A dog on the Moon", "a DOG, on a small moon!"),
            ("one two three", "three new words"),
            ("a castle", "a castle"),
        ],
    )
    def test_a_third_of_the_words_is_enough(self, before, after):
        assert grew_from(before, after)

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ("one two three four", "four other words"),
            ("Эйфелева башня в море", "кот пьёт чай"),
            ("a castle", ""),
            ("", "a castle"),
            ("...", "..."),
        ],
    )
    def test_fewer_words_are_a_new_beginning(self, before, after):
        assert not grew_from(before, after)
