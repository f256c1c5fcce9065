"""`manage.py check_jobs` finds whatever purses, their lines and the calls of a picture say differently of the same money.

The tests change a line and the sums above it alike where they can, so that only one promise is broken.
"""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from gallery import generation
from gallery.models import Call, Event, LedgerEntry, Picture, Price, Purse
from gallery.providers.base import Broken, Unanswered
from gallery.safety.picture_gate import Look
from tests.builders import FlatProvider, claim, make_assignment, make_classroom, make_engine, make_queued, make_ready, make_work
from tests.gallery.promises.asking import check, is_found, name

pytestmark = pytest.mark.django_db

UNSETTLED = "What was set aside is settled when, and only when, the picture ends and no adult has to look first."
COUNTS = "A picture counts as drawn if, and only if, it is ready and was not put away before its author saw it."


class TestMoney:
    def test_a_purse_that_says_something_else_than_its_ledger_is_found(self, ready):
        Purse.objects.update(micros_spent=49_999)
        assert is_found("The ledger adds up to the purse.", name(Purse.objects.get()))

    def test_an_overdrawn_purse_is_found(self, ready):
        Purse.objects.update(pictures_allowed=0)
        assert is_found("No purse is spent beyond its allowance.", name(Purse.objects.get()))

    def test_a_reservation_that_outlived_its_picture_is_found(self, work):
        [picture] = make_queued(work)
        Picture.objects.update(status="cancelled", ended_at=timezone.now())
        Event.objects.record("picture.cancelled", picture=picture)
        sentence = UNSETTLED
        assert is_found(sentence, name(LedgerEntry.objects.get(picture=picture)))

    def test_a_settlement_before_the_end_is_found(self, work):
        [picture] = make_queued(work)
        Purse.objects.settle(picture, pictures=1)
        sentence = UNSETTLED
        assert is_found(sentence, name(LedgerEntry.objects.get(kind="reserve")))

    def test_a_reservation_whose_picture_was_erased_is_found(self, work):
        [picture] = make_queued(work)
        picture.generation.delete()
        assert is_found("Nothing stays set aside for pictures that were erased.", name(Purse.objects.get()))

    def test_the_database_refuses_a_second_settlement(self, ready):
        with pytest.raises(IntegrityError), transaction.atomic():
            Purse.objects.settle(ready, pictures=1)


class TestAHeldPicture:
    """One that a gate holds until an adult has looked: what was set aside for it waits with it."""

    @pytest.fixture
    def held(self, work):
        make_queued(work)
        picture = claim(work.assignment.engine)
        generation.draw(picture, FlatProvider(scale=16), look=lambda content: Look("hold", 0.5))
        return Picture.objects.get(pk=picture.pk)

    def test_keeps_what_was_set_aside_until_it_is_shown_or_put_away(self, work, held):
        assert held.is_held and check()[0] == 0
        teacher = work.assignment.classroom.teachers.first().user
        held.hide(teacher, "unsafe")
        assert check()[0] == 0
        held.approve(teacher)
        assert check()[0] == 0

    def test_settled_before_anybody_decided_is_found(self, held):
        Purse.objects.settle(held, pictures=1)
        assert is_found(UNSETTLED, name(LedgerEntry.objects.get(kind="reserve")))

    def test_that_is_in_nobodys_list_is_found(self, held):
        held.reviews.all().delete()
        assert is_found("A picture that a gate holds is in an adult's list.", name(held))


class TestWhatAPictureTook:
    COST = "Every purse that paid for a picture spent what its calls cost."

    @pytest.fixture
    def both_paid(self):
        """A picture that a class and its school paid for."""
        school = Purse.objects.create(title="school", micros_allowed=1_000_000)
        purse = Purse.objects.create(title="7B", pictures_allowed=10, parent=school)
        make_ready(make_work(make_assignment(make_classroom(purse=purse), engine=make_engine("paid", price_micros=50_000))))
        return purse, school

    def shift(self, purse, **by):
        """Change the settlement of ``purse`` and its sums alike, so that the ledger still adds up."""
        for name_of_sum, amount in by.items():
            LedgerEntry.objects.filter(purse=purse, kind="settle").update(**{name_of_sum: F(name_of_sum) + amount})
            Purse.objects.filter(pk=purse.pk).update(**{name_of_sum: F(name_of_sum) + amount})

    def test_is_the_cost_of_its_calls_in_each_purse(self, both_paid):
        for purse in both_paid:
            self.shift(purse, micros_spent=-1)
            assert is_found(self.COST, name(purse.entries.get(kind="settle")))
            self.shift(purse, micros_spent=1)
        assert check()[0] == 0

    def test_is_found_where_a_call_says_something_else(self, both_paid):
        Call.objects.update(micros=49_999)
        code, text = check()
        assert code == 1 and text.startswith(f"I6 FAILED (2): {self.COST}")

    def test_of_unknown_cost_is_what_was_set_aside(self, both_paid):
        Call.objects.update(micros=None)
        assert check()[0] == 0
        self.shift(both_paid[0], micros_spent=-1)
        assert is_found(self.COST, name(both_paid[0].entries.get(kind="settle")))

    @pytest.mark.parametrize("answer", [Unanswered("timed out"), Broken("garbage", is_perhaps_charged=True)])
    def test_without_a_picture_is_the_worst_price(self, work, answer):
        make_queued(work)
        generation.draw(claim(work.assignment.engine), FlatProvider(answer))
        assert check()[0] == 0
        purse = Purse.objects.get()
        self.shift(purse, micros_spent=-50_000)
        assert is_found(self.COST, name(LedgerEntry.objects.get(kind="settle")))

    def test_gives_back_exactly_what_was_set_aside(self, both_paid):
        purse = both_paid[0]
        LedgerEntry.objects.filter(purse=purse, kind="settle").update(micros_reserved=-49_999)
        Purse.objects.filter(pk=purse.pk).update(micros_reserved=1)
        assert is_found("A settlement gives back what was set aside, no more and no less.", name(purse.entries.last()))

    def test_out_of_a_purse_that_set_nothing_aside_is_found(self, ready):
        other = Purse.objects.create(title="other", micros_spent=50_000, pictures_spent=1)
        line = LedgerEntry.objects.create(purse=other, picture=ready, kind="settle", pictures_spent=1, micros_spent=50_000)
        assert is_found("A settlement gives back what was set aside, no more and no less.", name(line))

    def test_set_aside_at_another_than_the_frozen_price_is_found(self, work):
        [picture] = make_queued(work)
        LedgerEntry.objects.update(micros_reserved=40_000)
        Purse.objects.update(micros_reserved=40_000)
        line = LedgerEntry.objects.get(picture=picture)
        assert is_found("What is set aside is the worst price that was frozen with the try.", name(line))

    def test_a_price_that_changed_meanwhile_is_no_fault(self, work):
        make_queued(work)
        Price.objects.update(micros=10)
        assert check()[0] == 0

    def test_counts_as_a_picture_only_where_it_is_ready(self, work, ready):
        sentence = COUNTS
        self.shift(Purse.objects.get(), pictures_spent=-1)
        assert is_found(sentence, name(LedgerEntry.objects.get(kind="settle")))
        self.shift(Purse.objects.get(), pictures_spent=1)
        make_queued(work)
        generation.draw(claim(work.assignment.engine), FlatProvider(Unanswered("timed out")))
        line = LedgerEntry.objects.filter(kind="settle").last()
        LedgerEntry.objects.filter(pk=line.pk).update(pictures_spent=1)
        Purse.objects.update(pictures_spent=2)
        assert is_found(sentence, name(line))

    def test_carried_over_twice_is_found(self, ready):
        later = Purse.objects.make("later", "later", 10, None, counting=Picture.objects.all())
        assert check()[0] == 0
        again = LedgerEntry.objects.create(purse=later, kind="carry", pictures_spent=1)
        Purse.objects.filter(pk=later.pk).update(pictures_spent=2)
        assert is_found("A purse carries earlier pictures over once, and sets nothing aside by that.", name(again))
