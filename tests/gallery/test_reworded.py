"""What a service made of the words is judged by what it says is in the picture."""

import pytest

from gallery.prompts import DEFAULTS, compose
from gallery.safety.reworded import judge_reworded

LONG = "A quiet meadow with daffodils and soft light. " * 60


class TestReworded:
    @pytest.mark.parametrize(
        "text",
        [
            "",
            "A bright illustration of a brown dog beside the Eiffel Tower at dawn, 16:9. No violence, no blood, no weapons.",
            "A bunny rides a horse on a foggy meadow. Avoid any nudity, alcohol or drugs; do not include lettering or guns.",
            "Собака рядом с Эйфелевой башней. Без насилия, крови и оружия, не изображай алкоголь.",
            LONG,
        ],
    )
    def test_what_is_left_out_and_how_long_it_is_does_not_matter(self, text):
        assert judge_reworded(text).outcome == "allow"

    @pytest.mark.parametrize(
        "text",
        [
            "A soldier shoots a man with a gun.",
            "A rifle lies on the table. A soldier shoots a man.",
            "No lettering. A pool of blood beside the tower.",
            "Солдат стреляет в человека из пистолета.",
            f"{LONG} A man lies in a pool of blood.",
            f"{'meadow ' * 200}pool of blood",
        ],
    )
    def test_what_is_in_the_picture_does_wherever_it_stands(self, text):
        verdict = judge_reworded(text)
        assert (verdict.outcome, verdict.gate) == ("refuse", "words")

    def test_what_is_in_doubt_is_held(self):
        assert judge_reworded(f"{LONG} A man holds a rifle. {LONG}").outcome == "hold"

    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_our_own_frame_is_no_news(self, language):
        parts = compose(DEFAULTS[language], "A dog", shape="wide", language=language)
        frame = [text for source, text in parts if source == "frame"]
        assert judge_reworded("".join(text for _source, text in parts), frame=frame).outcome == "allow"

    def test_a_frame_in_somebody_s_own_words_is_no_news_either(self):
        frame = ["A picture for children: weapons and blood stay outside.\n<", ">"]
        assert judge_reworded("A picture for children: weapons and blood stay outside. A dog", frame=frame).outcome == "allow"
        assert judge_reworded("A dog with weapons", frame=frame).outcome == "hold"
