"""What limits leave: students see it before they press, and are offered no more than that."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from assignments.left import Left, Limits
from assignments.models import Allowance, Assignment, Classroom, Submission
from gallery.models import Engine, Event, LedgerEntry, Picture, Price, Purse
from tests.builders import make_assignment, make_classroom, make_engine, make_queued, make_ready, make_work

pytestmark = pytest.mark.django_db
PRICE = 50_000


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def assignment():
    engine = make_engine("paid", price_micros=PRICE, final_quality="high")
    return make_assignment(make_classroom(), engine=engine, max_tries=50, max_pictures=4, allows_final=True)


@pytest.fixture
def work(assignment):
    return make_work(assignment)


def give(assignment, per="pupil", *, pictures=None, micros=None, period="day"):
    only = assignment if period == "whole" else None
    Allowance.objects.give(assignment.classroom, only, per, period, pictures=pictures, micros=micros)


def of_tries(work):
    return Limits(Submission.objects.get(pk=work.pk)).of_tries()


class TestOfTries:
    def test_without_a_limit_nothing_is_said(self, work):
        assert of_tries(work) == Left(None, False, "")

    @pytest.mark.parametrize("period, is_today", [("day", True), ("whole", False)])
    @pytest.mark.parametrize("per", ["pupil", "class"])
    @pytest.mark.parametrize("limit", [{"pictures": 5}, {"micros": 5 * PRICE + 1}], ids=str)
    def test_it_is_the_limit_less_what_was_asked_for(self, assignment, work, per, period, is_today, limit):
        give(assignment, per, period=period, **limit)
        make_queued(work, pictures=2)
        assert of_tries(work) == Left(3, is_today)

    def test_the_smallest_counts(self, assignment, work):
        give(assignment, "class", pictures=9)
        give(assignment, "pupil", pictures=7, period="whole")
        give(assignment, "pupil", micros=6 * PRICE)
        assert of_tries(work) == Left(6, True)
        Classroom.objects.update(purse=Purse.objects.create(title="7B", pictures_allowed=4))
        assert of_tries(work) == Left(4, False)
        Purse.objects.filter(title="7B").update(parent=Purse.objects.create(title="school", pictures_allowed=1))
        assert of_tries(work).pictures == 1

    def test_where_a_day_and_the_whole_are_used_up_no_tomorrow_is_promised(self, assignment, work):
        give(assignment, pictures=1)
        give(assignment, pictures=1, period="whole")
        make_queued(work)
        assert of_tries(work).why_none.startswith("Your pictures for this assignment are used up")

    def test_money_counts_at_the_dearest_shape_that_may_be_chosen(self, assignment, work):
        give(assignment, micros=6 * PRICE)
        Price.objects.create(engine=assignment.engine, size="1024x1024", micros=3 * PRICE, source="an offer")
        assert of_tries(work).pictures == 6
        Assignment.objects.update(is_shape_free=True)
        assert of_tries(work).pictures == 2

    def test_money_without_a_price_leaves_nothing_and_says_so(self, assignment, work):
        give(assignment, micros=10**9)
        Assignment.objects.update(engine=make_engine("bare", price_micros=None))
        left = of_tries(work)
        assert left.pictures is None and "what a picture costs here" in left.why_none

    def test_what_comes_back_above_a_lowered_limit_is_not_left(self, assignment, work):
        give(assignment, pictures=4)
        pictures = make_queued(work, pictures=4)
        give(assignment, pictures=1)
        pictures[0].cancel()
        assert of_tries(work).pictures == 0

    def test_it_agrees_with_what_a_press_is_answered(self, assignment, work):
        give(assignment, pictures=5)
        for count in (4, 1):
            assert of_tries(work).pictures >= count
            make_queued(work, pictures=count)
        left = of_tries(work)
        with pytest.raises(Exception, match="Your pictures for today are used up") as error:
            make_queued(work)
        assert left == Left(0, True, error.value.messages[0])


@pytest.fixture
def client(work):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(work.student)
    return client


def look(client, assignment):
    response = client.get(reverse("assignments:studio", args=[assignment.public_id]))
    assert response.status_code == 200
    return response.content.decode()


def radios(html):
    """Return the numbers that may be asked for at once, and the one that is marked."""
    found = re.findall(r'<input type="radio" name="pictures" value="(\d)"([^>]*)>', html)
    marked = [int(n) for n, rest in found if "checked" in rest]
    return [int(n) for n, rest in found if "disabled" not in rest], *marked


class TestTheStudio:
    def test_says_how_many_pictures_are_left_where_a_limit_counts(self, client, assignment, work):
        assert "left today" not in look(client, assignment)
        give(assignment, pictures=5)
        make_queued(work, pictures=2)
        html = look(client, assignment)
        assert "3 pictures left today" in html and "50 tries left" not in html and "49 tries left" in html
        make_queued(work, pictures=2)
        assert "1 picture left today" in look(client, assignment)
        give(assignment, pictures=5, period="whole")
        assert "1 picture left<" in look(client, assignment)

    def test_is_quiet_where_the_tries_end_first(self, client, assignment):
        Assignment.objects.update(max_tries=2)
        give(assignment, pictures=8)
        assert "8 pictures left" not in look(client, assignment)
        give(assignment, pictures=7)
        assert "7 pictures left today" in look(client, assignment)

    @pytest.mark.parametrize("left, counts", [(9, [1, 2, 4]), (4, [1, 2, 4]), (3, [1, 2]), (1, [1]), (0, [1])])
    def test_offers_no_more_at_once_than_fit_and_says_why(self, client, assignment, left, counts):
        give(assignment, pictures=left)
        html = look(client, assignment)
        assert radios(html) == (counts, counts[-1])
        is_told = 'aria-describedby="id_pictures_helptext"' in html and "not that many pictures are left" in html
        assert is_told is (counts != [1, 2, 4])

    def test_goes_on_with_fewer_at_once_than_the_last_try(self, client, assignment, work):
        give(assignment, pictures=6)
        make_queued(work, pictures=4)
        assert radios(look(client, assignment)) == ([1, 2], 2)

    def test_says_why_none_is_left_beside_the_button(self, client, assignment, work):
        give(assignment, pictures=1)
        make_queued(work)
        html = look(client, assignment)
        assert "Your pictures for today are used up" in html and "0 pictures left today" in html

    def test_answers_a_press_for_too_many_and_marks_what_fits(self, client, assignment):
        """A page that lay open offered more; the words come back, and the next press needs no other choice."""
        give(assignment, pictures=3)
        address = reverse("assignments:studio-ask", args=[assignment.public_id])
        answer = client.post(address, {"prompt": "A lighthouse at dawn", "pictures": 4})
        html = answer.content.decode()
        assert answer.status_code == 422 and "Today you can make 3 more pictures" in html
        assert radios(html) == ([1, 2], 2) and "A lighthouse at dawn" in html

    def test_keeps_what_was_typed_in_a_look_at_what_is_sent(self, client, assignment):
        give(assignment, pictures=3)
        address = reverse("assignments:studio-preview", args=[assignment.public_id])
        for typed, marked in (("4", 2), ("1", 1)):
            html = client.post(address, {"prompt": "A lighthouse at dawn", "pictures": typed}).content.decode()
            assert radios(html) == ([1, 2], marked)

    def test_writes_nothing_when_it_is_looked_at(self, client, assignment):
        give(assignment, pictures=3, micros=10 * PRICE)
        look(client, assignment)
        with CaptureQueriesContext(connection) as captured:
            look(client, assignment)
        assert not [query["sql"] for query in captured if not query["sql"].startswith("SELECT")]
        assert not Purse.objects.exists() and not LedgerEntry.objects.exists()

    def test_asks_as_often_with_much_drawn_as_with_little(self, client, assignment, work):
        for per in ("class", "pupil"):
            give(assignment, per, pictures=99, micros=99 * PRICE)
            give(assignment, per, pictures=99, period="whole")
        costs = []
        for count in (2, 8):
            for _ in range(count):
                make_queued(work)
                make_queued(make_work(assignment))
            look(client, assignment)
            with CaptureQueriesContext(connection) as captured:
                look(client, assignment)
            costs.append(len(captured))
        assert costs[0] == costs[1]


class TestTheFinalPicture:
    @pytest.fixture
    def draft(self, work):
        draft = make_ready(work)
        work.choose(draft)
        return draft

    @pytest.mark.parametrize("period", ["day", "whole"])
    @pytest.mark.parametrize("per", ["pupil", "class"])
    @pytest.mark.parametrize("limit", [{"pictures": 1}, {"micros": PRICE + 10_000}], ids=str)
    def test_used_up_has_a_sentence_in_place_of_the_button(self, client, assignment, work, draft, per, period, limit):
        give(assignment, per, period=period, **limit)
        before = Event.objects.count(), Picture.objects.count(), Purse.objects.count()
        html = look(client, assignment)
        said = "No final picture is left for " + ("you" if per == "pupil" else "your class")
        assert said in html and ("tomorrow, or hand in" in html) == (period == "day")
        assert 'id="make-final"' not in html and "works only once" not in html
        assert (Event.objects.count(), Picture.objects.count(), Purse.objects.count()) == before
        answer = client.post(reverse("assignments:studio-final", args=[assignment.public_id]), {"picture": draft.public_id})
        assert answer.status_code == 302 and not Picture.objects.filter(is_final=True).exists()

    def test_left_is_offered(self, client, assignment, draft):
        give(assignment, pictures=2, micros=2 * PRICE)
        html = look(client, assignment)
        assert 'id="make-final"' in html and "No final picture" not in html

    def test_of_a_dearer_quality_is_counted_at_its_own_price(self, client, assignment, draft):
        give(assignment, micros=3 * PRICE)
        assert 'id="make-final"' in look(client, assignment)
        Price.objects.create(engine=assignment.engine, quality="high", micros=2 * PRICE + 1, source="an offer")
        assert "No final picture is left" in look(client, assignment)

    def test_without_a_price_says_so(self, client, assignment, draft):
        Engine.objects.filter(pk=assignment.engine_id).update(model="unheard-of")
        give(assignment, "class", micros=10**9)
        html = look(client, assignment)
        assert "what a final picture costs here" in html and 'id="make-final"' not in html

    def test_at_the_end_of_the_classs_own_purse_says_so(self, client, assignment, draft):
        Classroom.objects.update(purse=Purse.objects.create(title="7B", pictures_allowed=0))
        html = look(client, assignment)
        assert "No final picture is left for your class." in html and 'id="make-final"' not in html
