"""What the assignment's editor says of the quality of pictures is what its engine is asked for."""

import pytest
from django.utils import translation

from assignments.forms import AssignmentForm
from tests.builders import make_assignment, make_engine

pytestmark = pytest.mark.django_db


def told(**qualities):
    """Return the help of the box that allows a final picture, for an engine with these qualities."""
    engine = make_engine("painter", title="The painter", **qualities)
    with translation.override("en"):
        return str(AssignmentForm(instance=make_assignment(engine=engine)).fields["allows_final"].help_text)


class TestQuality:
    @pytest.mark.parametrize(
        "quality, words",
        [
            ("low", "low quality"),
            ("medium", "medium quality"),
            ("high", "high quality"),
            ("standard", "standard quality"),
            ("HD", "high quality"),
            ("auto", "a quality that the service chooses"),
            ("draft-2", "the quality “draft-2”"),
        ],
    )
    def test_it_is_that_of_the_engines_tries(self, quality, words):
        said = told(quality=quality, final_quality="medium")
        assert (
            said
            == f"With “The painter”, tries are drawn in {words}; the chosen picture may be drawn once more in medium quality."
        )

    def test_nothing_is_said_of_tries_whose_quality_nobody_asks_for(self):
        assert told(final_quality="hd") == "With “The painter”, the chosen picture may be drawn once more in high quality."

    def test_the_label_promises_no_quality(self):
        with translation.override("en"):
            assert "quality" not in str(AssignmentForm(instance=make_assignment()).fields["allows_final"].label)
