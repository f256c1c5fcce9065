"""Allowances of a class: who may still draw, from when on, and what pupils and teachers read."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from assignments.estimate import Cap
from assignments.limits import FOREVER, LimitsForm, caps_of, days_left, estimate_of
from assignments.models import Allowance, Submission
from gallery import generation
from gallery.models import Event, Generation, LedgerEntry, Picture, Price, Purse
from gallery.providers.base import Refused
from tests import builders
from tests.builders import (
    FlatProvider,
    claim,
    make_assignment,
    make_classroom,
    make_engine,
    make_queued,
    make_student,
    make_work,
)

pytestmark = pytest.mark.django_db
PRICE = 50_000


@pytest.fixture(autouse=True)
def in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def room():
    return make_classroom()


@pytest.fixture
def assignment(room):
    return make_assignment(room, engine=make_engine("paid", price_micros=PRICE), max_tries=50)


def give(place, per, *, pictures=None, micros=None):
    """Limit a class a day, or an assignment as a whole."""
    of_assignment = hasattr(place, "classroom")
    room, only = (place.classroom, place) if of_assignment else (place, None)
    Allowance.objects.give(room, only, per, "whole" if of_assignment else "day", pictures=pictures, micros=micros)


def refusal(work, pictures=1):
    """Return the code and the sentence with which a try is refused; None where it is not."""
    try:
        make_queued(work, pictures=pictures)
    except ValidationError as error:
        return error.code, error.messages[0]
    return None


class TestRefusals:
    @pytest.mark.parametrize(
        "is_of_assignment, per, begins",
        [
            (False, "pupil", "Your pictures for today"),
            (False, "class", "The pictures of your class are used up for today"),
            (True, "pupil", "Your pictures for this assignment"),
            (True, "class", "The class's pictures for this assignment"),
        ],
    )
    @pytest.mark.parametrize("limit", [{"pictures": 2}, {"micros": 2 * PRICE}])
    def test_each_limit_has_a_sentence_of_its_own(self, room, assignment, is_of_assignment, per, begins, limit):
        give(assignment if is_of_assignment else room, per, **limit)
        work = make_work(assignment)
        assert refusal(work, pictures=2) is None
        code, said = refusal(work)
        assert code == "purse" and said.startswith(begins) and said.endswith("your words stay here.")

    def test_whoever_asks_for_too_many_at_once_reads_how_many_are_left(self, room, assignment):
        give(room, "pupil", pictures=3)
        code, said = refusal(make_work(assignment), pictures=4)
        assert (code, said.partition(".")[0]) == ("purse", "Today you can make 3 more pictures")

    def test_one_students_limit_is_not_anothers(self, room, assignment):
        give(assignment, "pupil", pictures=1)
        assert refusal(make_work(assignment)) is None
        assert refusal(make_work(assignment)) is None

    def test_the_classs_limit_is_everybodys(self, room, assignment):
        give(assignment, "class", pictures=1)
        assert refusal(make_work(assignment)) is None
        assert refusal(make_work(assignment))[0] == "purse"

    def test_another_assignment_has_its_own(self, room, assignment):
        give(assignment, "class", pictures=0)
        assert refusal(make_work(assignment))
        assert refusal(make_work(make_assignment(room, engine=assignment.engine))) is None

    def test_a_limit_in_money_refuses_an_engine_without_a_price(self, room, assignment):
        give(room, "class", micros=10**9)
        assignment.engine = make_engine("bare", price_micros=None)
        assignment.save()
        code, said = refusal(make_work(assignment))
        assert code == "no_price" and "Tell your teacher" in said
        assert not Picture.objects.exists() and not Generation.objects.exists()

    def test_a_limit_in_pictures_does_not_need_a_price(self, room, assignment):
        give(room, "class", pictures=5)
        assignment.engine = make_engine("bare", price_micros=None)
        assignment.save()
        assert refusal(make_work(assignment)) is None

    def test_what_one_purse_refuses_none_has_set_aside(self, room, assignment):
        give(room, "class", pictures=10)
        give(assignment, "pupil", pictures=0)
        assert refusal(make_work(assignment))
        assert not LedgerEntry.objects.exists() and not any(purse.pictures_used for purse in Purse.objects.all())

    def test_the_purse_that_an_administrator_gave_keeps_its_own_sentence(self, assignment):
        room = assignment.classroom
        room.purse = Purse.objects.create(title="7B", pictures_allowed=0)
        room.save()
        assert refusal(make_work(assignment))[1].startswith("No pictures are left in this allowance")

    def test_words_stay_in_the_form_and_nothing_is_lost(self, room, assignment):
        give(room, "pupil", pictures=0)
        student = make_student(room)
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(student)
        address = reverse("assignments:studio-ask", args=[assignment.public_id])
        page = client.post(address, {"prompt": "A lighthouse at dawn", "pictures": 1})
        assert page.status_code == 422
        assert (
            "Your pictures for today are used up" in page.content.decode() and "A lighthouse at dawn" in page.content.decode()
        )
        assert Submission.objects.get(student=student).trail.tries_used() == 0


class TestGivingBack:
    def test_a_refused_picture_is_given_back_to_every_purse(self, room, assignment):
        give(room, "class", pictures=1, micros=PRICE)
        give(assignment, "pupil", pictures=1)
        work = make_work(assignment)
        make_queued(work)
        generation.draw(claim(assignment.engine), FlatProvider(error=Refused("no")))
        assert [(purse.pictures_used, purse.micros_used) for purse in Purse.objects.all()] == [(0, 0), (0, 0)]
        assert refusal(work) is None

    def test_what_a_picture_did_not_take_can_be_spent_again(self, room, assignment):
        give(room, "class", micros=PRICE)
        work = make_work(assignment)
        make_queued(work)
        generation.draw(claim(assignment.engine), FlatProvider(scale=16, micros=0))
        assert refusal(work) is None
        assert refusal(work)[0] == "purse"

    def test_a_words_gate_takes_nothing(self, room, assignment):
        give(room, "pupil", pictures=1)
        work = make_work(assignment)
        assert work.ask(prompt="a man with a gun kills", shape="wide", pictures=1).is_refused
        assert refusal(work) is None


class TestChanges:
    def test_pictures_from_before_the_limit_count(self, room, assignment):
        """A limit that is set in the middle of a lesson holds what was drawn, and what is being drawn."""
        work = make_work(assignment)
        builders.make_ready(work, provider=FlatProvider(scale=16, micros=30_000))
        make_queued(work)
        give(assignment, "pupil", pictures=3, micros=10**6)
        purse = Purse.objects.get()
        assert (purse.pictures_spent, purse.pictures_reserved) == (1, 1)
        assert (purse.micros_spent, purse.micros_reserved) == (30_000, PRICE)
        assert refusal(work, pictures=2)[0] == "purse" and refusal(work) is None

    def test_what_was_being_drawn_when_the_limit_came_is_settled_once(self, room, assignment):
        work = make_work(assignment)
        make_queued(work)
        give(room, "class", pictures=5)
        generation.draw(claim(assignment.engine), FlatProvider(scale=16, micros=1))
        purse = Purse.objects.get()
        assert (purse.pictures_reserved, purse.pictures_spent, purse.micros_reserved, purse.micros_spent) == (0, 1, 0, 1)

    def test_a_limit_below_what_is_used_refuses_and_takes_nothing_away(self, room, assignment):
        give(room, "class", pictures=4)
        work = make_work(assignment)
        make_queued(work, pictures=4)
        give(room, "class", pictures=1)
        assert refusal(work)[0] == "purse"
        assert Picture.objects.filter(status="queued").count() == 4
        Picture.objects.first().cancel()
        assert refusal(work)[0] == "purse", "what was given back must not be given out again above the new limit"

    def test_a_higher_limit_counts_at_once(self, room, assignment):
        give(room, "class", pictures=0)
        work = make_work(assignment)
        assert refusal(work)
        give(room, "class", pictures=1)
        assert refusal(work) is None

    def test_without_limits_there_is_no_allowance(self, room, assignment):
        give(room, "class", pictures=0)
        give(room, "class")
        assert not Allowance.objects.exists() and refusal(make_work(assignment)) is None

    def test_there_is_one_of_each_kind(self, room, assignment):
        for only, period in [(None, "day"), (assignment, "whole")]:
            fields = {"classroom": room, "assignment": only, "per": "class", "period": period, "pictures": 1}
            Allowance.objects.create(**fields)
            with pytest.raises(IntegrityError), transaction.atomic():
                Allowance.objects.create(**fields)


class TestDays:
    @pytest.mark.parametrize(
        "zone, now, day",
        [
            ("Europe/Moscow", datetime(2026, 11, 22, 20, 59, tzinfo=UTC), "2026-11-22"),
            ("Europe/Moscow", datetime(2026, 11, 22, 21, 0, tzinfo=UTC), "2026-11-23"),
            ("Asia/Vladivostok", datetime(2026, 11, 22, 14, 0, tzinfo=UTC), "2026-11-23"),
            ("America/New_York", datetime(2026, 11, 22, 4, 59, tzinfo=UTC), "2026-11-21"),
        ],
    )
    def test_a_day_begins_at_midnight_of_the_school(self, room, zone, now, day, monkeypatch):
        room.school.time_zone = zone
        monkeypatch.setattr(timezone, "now", lambda: now)
        allowance = Allowance(pk=1, classroom=room, per="class", period="day", pictures=1)
        assert allowance.key_of(None) == f"allowance:1:{day}"

    def test_a_new_day_has_new_pictures_and_yesterdays_do_not_count(self, room, assignment, monkeypatch):
        give(room, "pupil", pictures=1)
        work = make_work(assignment)
        make_queued(work)
        assert refusal(work)
        tomorrow = timezone.now() + timedelta(days=1)
        monkeypatch.setattr(timezone, "now", lambda: tomorrow)
        assert refusal(work) is None and refusal(work)

    def test_daily_limits_count_on_each_day_until_the_date(self, room, assignment):
        zone = room.school.zone
        assignment.due_at = timezone.now().astimezone(zone).replace(hour=23, minute=59) + timedelta(days=2)
        give(room, "class", pictures=10)
        assert days_left(assignment) == 3
        assert caps_of(assignment, Allowance.objects.counting_at(assignment)) == [Cap(False, 10, None, times=3)]
        assignment.accepts_late = True
        assert caps_of(assignment, Allowance.objects.counting_at(assignment)) == [Cap(False, 10, None, times=FOREVER)]


class TestMoneyAsItIsTyped:
    def form(self, room, **typed):
        return LimitsForm({f"limits-{name}": value for name, value in typed.items()}, classroom=room)

    @pytest.mark.parametrize(
        "typed, micros", [("1.50", 1_500_000), ("1,5", 1_500_000), ("0", 0), ("0.000001", 1), ("", None), (" 2 ", 2_000_000)]
    )
    def test_dollars_become_micro_dollars(self, room, typed, micros):
        form = self.form(room, class_micros=typed)
        assert form.is_valid(), form.errors
        assert form.cleaned_data["class_micros"] == micros

    @pytest.mark.parametrize("typed", ["much", "-1", "1.0000001", "99999999999", "NaN", "1,5,0"])
    def test_what_is_no_money_is_refused_with_a_sentence(self, room, typed):
        form = self.form(room, class_micros=typed)
        assert not form.is_valid() and form.errors["class_micros"][0]

    def test_a_student_cannot_have_more_than_the_class(self, room):
        assert self.form(room, pupil_pictures="5", class_pictures="4").errors.keys() == {"pupil_pictures"}

    def test_what_is_set_is_shown_as_it_is_typed(self, room):
        give(room, "class", micros=1_500_000)
        assert 'value="1.50"' in str(LimitsForm(classroom=room)["class_micros"])


class TestTeachersPages:
    @pytest.fixture
    def desk(self, room):
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(room.teachers.get().user, backend="assignments.backends.NameOrEmailBackend")
        return client

    def editor(self, assignment):
        return reverse("assignments:assignment-edit", args=[assignment.public_id])

    def fields(self, desk, assignment, **changes):
        """Return what the editor's own form would send."""
        page = desk.get(self.editor(assignment))
        fields = {}
        for form in (
            page.context["form"],
            page.context["limits"],
            *page.context["rubric"],
            page.context["rubric"].management_form,
        ):
            for field in form:
                value = field.value()
                if value is not None and value is not False:
                    fields[field.html_name] = field.field.prepare_value(value)
        return {name: value for name, value in (fields | changes).items() if value is not None}

    def test_limits_of_the_day_are_set_shown_and_taken_away(self, desk, room):
        address = reverse("assignments:classroom-limits", args=[room.pk])
        assert desk.post(address, {"limits-pupil_pictures": "12", "limits-class_micros": "1.50"}).status_code == 302
        rows = Allowance.objects.order_by("per").values_list("per", "period", "pictures", "micros")
        assert list(rows) == [("class", "day", None, 1_500_000), ("pupil", "day", 12, None)]
        assert Event.objects.get(verb="allowance.saved").actor == room.teachers.get().user
        assert 'value="12"' in desk.get(address).content.decode()
        desk.post(address, {"limits-pupil_pictures": "", "limits-class_micros": ""})
        assert not Allowance.objects.exists()

    def test_a_wrong_limit_changes_nothing_and_is_said(self, desk, room):
        give(room, "class", pictures=7)
        address = reverse("assignments:classroom-limits", args=[room.pk])
        page = desk.post(address, {"limits-class_pictures": "-3", "limits-class_micros": "much"})
        assert page.status_code == 422 and "Type dollars like this: 1.50." in page.content.decode()
        assert Allowance.objects.get().pictures == 7

    def test_who_is_at_the_limit_is_named_with_the_way_to_change_it(self, desk, room, assignment):
        give(room, "pupil", pictures=1)
        student = make_student(room, "Anna K.")
        make_queued(make_work(assignment, student))
        page = desk.get(reverse("assignments:classroom-limits", args=[room.pk])).content.decode()
        assert "Anna K." in page and "at the limit" in page and "1 of 1" in page
        page = desk.get(reverse("assignments:assignment-detail", args=[assignment.public_id])).content.decode()
        assert "A limit is reached" in page and reverse("assignments:classroom-limits", args=[room.pk]) in page

    def test_dollars_are_shown_where_a_limit_counts_them(self, desk, room, assignment):
        address = reverse("assignments:classroom-limits", args=[room.pk])
        give(room, "pupil", pictures=5)
        make_queued(make_work(assignment))
        assert 'data-label="Pictures"' in desk.get(address).content.decode()
        assert 'data-label="Dollars"' not in desk.get(address).content.decode()
        give(room, "class", micros=10**6)
        page = desk.get(address).content.decode()
        assert page.count('data-label="Dollars"') == 2 and ">0.05 of 1.00<" in page and ">0.05<" in page

    def test_a_cost_that_nobody_knows_is_not_shown_as_nothing(self, desk, room):
        bare = make_engine("bare", price_micros=None)
        work = make_work(make_assignment(room, engine=bare))
        give(room, "pupil", pictures=5)
        make_queued(work)
        give(make_assignment(room), "class", micros=10**6)
        address = reverse("assignments:classroom-limits", args=[room.pk])
        assert ">—<" in desk.get(address).content.decode()
        Picture.objects.get().cancel(work.student)
        make_queued(make_work(make_assignment(room), work.student))  # a free one
        page = desk.get(address).content.decode()
        assert ">—<" not in page and ">0.00<" in page

    def test_a_missing_price_is_a_warning_only_where_a_limit_counts_money(self, desk, room):
        make_engine("bare", price_micros=None, title="Bare").make_default()
        address = reverse("assignments:classroom-limits", args=[room.pk])
        quiet = desk.get(address).content.decode()
        assert "costs. An administrator can add a price." in quiet and "note--warning" not in quiet
        give(room, "class", micros=10**6)
        loud = desk.get(address).content.decode()
        assert "note--warning" in loud and "lets nobody draw with it" in loud

    def test_the_page_asks_as_often_for_nine_students_as_for_three(self, desk, room, assignment):
        give(room, "pupil", pictures=5)
        address = reverse("assignments:classroom-limits", args=[room.pk])
        counts = []
        for _ in range(2):
            for _ in range(4):
                make_queued(make_work(assignment))
            with CaptureQueriesContext(
                connection,
            ) as queries:
                desk.get(address)
            counts.append(len(queries))
        assert counts[0] == counts[1]

    def test_the_editor_keeps_the_limits_of_the_assignment(self, desk, room, assignment):
        give(room, "class", pictures=99)
        sent = self.fields(desk, assignment, **{"limits-pupil_pictures": "6", "limits-class_micros": "2"})
        assert desk.post(self.editor(assignment), sent).status_code == 302
        rows = Allowance.objects.filter(assignment=assignment).order_by("per").values_list("per", "pictures", "micros")
        assert list(rows) == [("class", None, 2_000_000), ("pupil", 6, None)]
        assert Allowance.objects.filter(assignment=None).get().pictures == 99

    def test_an_editor_without_the_fields_leaves_the_limits_alone(self, desk, assignment):
        give(assignment, "class", pictures=5)
        sent = {name: value for name, value in self.fields(desk, assignment).items() if not name.startswith("limits-")}
        assert desk.post(self.editor(assignment), sent).status_code == 302
        assert Allowance.objects.get().pictures == 5

    def test_a_wrong_limit_in_the_editor_saves_nothing(self, desk, assignment):
        sent = self.fields(desk, assignment, **{"title": "New", "limits-class_pictures": "x"})
        page = desk.post(self.editor(assignment), sent)
        assert page.status_code == 422 and 'href="#id_limits-class_pictures"' in page.content.decode()
        assignment.refresh_from_db()
        assert assignment.title != "New"

    def test_before_publishing_it_says_what_it_may_cost(self, desk, room):
        draft = make_assignment(
            room, engine=make_engine("paid", price_micros=PRICE), published_at=None, max_tries=3, max_pictures=2
        )
        make_student(room), make_student(room)
        for address in (self.editor(draft), reverse("assignments:assignment-detail", args=[draft.public_id])):
            assert "At most 12 pictures, at most 0.60 $" in desk.get(address).content.decode()

    def test_the_cost_follows_the_fields_and_saves_nothing(self, desk, room, assignment):
        make_student(room)
        address = reverse("assignments:assignment-cost", args=[assignment.public_id])
        sent = self.fields(desk, assignment, max_tries="2", max_pictures="2", title="")
        assert "At most 4 pictures, at most 0.20 $" in desk.post(address, sent).content.decode()
        said = desk.post(address, sent | {"limits-class_pictures": "3"}).content.decode()
        assert "At most 3 pictures, at most 0.15 $" in said and "the limits allow fewer" in said
        for wrong in ({"max_tries": "many"}, {"limits-class_micros": "much"}):
            assert "counted again as soon as" in desk.post(address, sent | wrong).content.decode()
        assignment.refresh_from_db()
        assert assignment.max_tries == 50 and not Allowance.objects.exists()


class TestEstimates:
    def test_the_sketch_engine_is_free(self, room):
        make_student(room)
        estimate = estimate_of(make_assignment(room), [])
        assert (estimate.is_free, estimate.dollars) == (True, "0.00")

    def test_a_free_shape_counts_as_the_dearest_one(self, room, assignment):
        make_student(room)
        Price.objects.create(engine=assignment.engine, size="1024x1024", micros=2 * PRICE, source="an offer")
        assignment.max_tries = assignment.max_pictures = 1
        assert estimate_of(assignment, []).dollars == "0.05"
        assignment.is_shape_free = True
        assert estimate_of(assignment, []).dollars == "0.10"

    def test_a_final_picture_is_counted_at_its_own_quality_with_its_draft(self, room, assignment):
        make_student(room)
        assignment.engine.quality, assignment.engine.final_quality = "low", "high"
        Price.objects.create(engine=assignment.engine, quality="high", micros=10**6, source_micros=10**5, source="an offer")
        assignment.max_tries, assignment.max_pictures, assignment.allows_final = 2, 1, True
        estimate = estimate_of(assignment, [])
        assert (estimate.pictures, estimate.dollars) == (3, "1.20")

    def test_without_a_price_it_says_so_and_counts_pictures(self, room):
        make_student(room)
        bare = make_assignment(room, engine=make_engine("bare", price_micros=None), max_tries=2, max_pictures=2)
        estimate = estimate_of(bare, [])
        assert (estimate.pictures, estimate.dollars, estimate.is_priced) == (4, None, False)
        give(room, "class", micros=10**6)
        assert estimate_of(bare, list(Allowance.objects.all())).pictures == 0

    def test_the_try_out_pupil_is_nobody(self, room, assignment):
        room.trial_enrollment()
        assert estimate_of(assignment, []).pupils == 0
