"""`manage.py check_jobs` finds every broken promise, says which, and finds nothing where all is well.

Some promises are kept by the database itself: two open calls of one picture, two settlements of one reservation, a ready
picture without a file, a picture both approved and hidden. For these the test shows that the row is refused.
"""

import io
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from gallery import generation, tasks
from gallery.invariants import INVARIANTS
from gallery.models import Call, Event, LedgerEntry, Picture, Purse
from gallery.providers.base import Broken, Unanswered
from tests.builders import (
    FlatProvider,
    claim,
    make_assignment,
    make_classroom,
    make_engine,
    make_queued,
    make_ready,
    make_work,
)

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=2)


@pytest.fixture(autouse=True)
def own_files(tmp_path, settings):
    """Files of other tests, whose rows are gone, would all be orphans."""
    stored = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "pictures"}}
    settings.STORAGES = settings.STORAGES | {"default": stored}
    settings.SPOOL_ROOT = tmp_path / "spool"


@pytest.fixture
def work():
    purse = Purse.objects.create(title="7B", pictures_allowed=10, micros_allowed=1_000_000)
    engine = make_engine("paid", price_micros=50_000)
    return make_work(make_assignment(make_classroom(purse=purse), engine=engine))


@pytest.fixture
def ready(work):
    return make_ready(work)


def check(**options):
    """Return the exit code and what was printed."""
    out = io.StringIO()
    try:
        call_command("check_jobs", stdout=out, **({"grace": 0} | options))
    except SystemExit as error:
        return error.code, out.getvalue()
    return 0, out.getvalue()


def is_found(sentence, row):
    """Tell whether exactly this promise is reported as broken, by this row."""
    code, text = check()
    lines = [line for line in text.splitlines() if "FAILED" in line]
    assert any(sentence == invariant.sentence for invariant in INVARIANTS)
    return code == 1 and len(lines) == 1 and lines[0].endswith(sentence) and f"   {row}" in text


def name(row):
    return f"{row._meta.model_name} {row.pk}"


class TestAllIsWell:
    def test_with_every_kind_of_end(self, work):
        make_ready(work)
        for error in (Unanswered("timed out"), Broken("500", http_status=500)):
            make_queued(work)
            generation.draw(claim(work.assignment.engine), FlatProvider(error))
        Picture.objects.filter(status="queued").get().cancel()
        make_queued(work, pictures=2)
        claim(work.assignment.engine)
        code, text = check()
        assert (code, text) == (0, f"{len(INVARIANTS)} promises kept.\n")

    def test_with_no_row_at_all(self):
        assert check()[0] == 0

    def test_every_promise_is_one_query_and_the_one_about_the_broker_none(self, ready, django_assert_num_queries):
        for invariant in INVARIANTS:
            with django_assert_num_queries(0 if invariant.number == "I9" else 1):
                assert list(invariant.broken_by(0)) == []


class TestWaiting:
    def test_a_picture_nobody_gave_up_is_found(self, work):
        [picture] = make_queued(work)
        Picture.objects.update(queued_at=timezone.now() - LONG_AGO)
        assert is_found("No picture waits longer than it may.", name(picture))

    def test_a_claim_nobody_took_over_is_found_once_the_grace_is_over(self, work):
        make_queued(work)
        picture = claim(work.assignment.engine)
        Picture.objects.update(lease_until=timezone.now() - timedelta(seconds=30))
        assert is_found("No claim outlives its lease.", name(picture))
        assert check(grace=60)[0] == 0


class TestCalls:
    def test_the_database_refuses_a_second_open_call(self, work):
        make_queued(work)
        picture = claim(work.assignment.engine)
        Call.objects.intend(picture, spool="one")
        with pytest.raises(IntegrityError), transaction.atomic():
            Call.objects.intend(picture, spool="two")

    def test_an_open_call_of_an_ended_picture_is_found(self, ready):
        call = Call.objects.create(picture=ready, engine=ready.engine, number=2, fence=2, spool="late")
        Picture.objects.update(fence=2)
        Call.objects.filter(pk=ready.calls.first().pk).update(state="failed")
        sentence = "Only a picture that is being drawn has an open call."
        assert f"{sentence}\n   {name(call)}" in check()[1]

    def test_a_call_from_a_claim_that_never_was_is_found(self, ready):
        Call.objects.update(fence=9)
        assert is_found("The fence never falls.", name(ready.calls.get()))

    def test_a_later_call_under_an_older_claim_is_found(self, work):
        make_queued(work)
        picture = claim(work.assignment.engine)
        Picture.objects.update(fence=5)
        for number, fence in ((1, 4), (2, 3)):
            Call.objects.create(
                picture=picture, engine=picture.engine, number=number, fence=fence, spool=str(number), state="failed"
            )
        assert is_found("The fence never falls.", name(Call.objects.get(number=1)))

    def test_an_answer_to_nothing_is_found(self, ready):
        Call.objects.update(sent_at=None)
        assert is_found("Whatever was answered, was sent first.", name(ready.calls.get()))

    @pytest.mark.parametrize("state", ["unanswered", "answered"])
    def test_asking_again_after_a_charge_is_found(self, ready, state):
        now = timezone.now()
        Call.objects.update(number=2)
        Picture.objects.update(fence=2)
        Call.objects.update(fence=2)
        Call.objects.create(
            picture=ready, engine=ready.engine, number=1, fence=1, spool="first", state=state, sent_at=now, ended_at=now
        )
        assert f"charged it.\n   {name(Call.objects.get(number=2))}" in check()[1]

    def test_a_ready_picture_that_nobody_asked_for_is_found(self, ready):
        Call.objects.update(state="failed")
        assert is_found("A picture is ready if, and only if, one call of it was stored.", name(ready))


class TestFiles:
    def test_a_missing_thumbnail_is_found(self, ready):
        default_storage.delete(ready.file_name("960"))
        sentence = "The files of every ready picture are there, and are what was stored."
        assert is_found(sentence, f"picture {ready.pk}: {ready.file_name('960')} missing")

    def test_a_changed_file_is_found(self, ready):
        default_storage.delete(ready.file)
        default_storage.save(ready.file, ContentFile(b"something else"))
        sentence = "The files of every ready picture are there, and are what was stored."
        assert is_found(sentence, f"picture {ready.pk}: {ready.file} was changed")

    def test_a_file_without_a_picture_is_found_once_the_grace_is_over(self, ready):
        orphan = default_storage.save("ab/orphan.png", ContentFile(b"nobody's"))
        assert is_found("Every stored file belongs to a picture.", orphan)
        assert check(grace=60)[0] == 0

    def test_files_are_left_alone_where_one_says_so(self, ready):
        default_storage.delete(ready.file)
        assert check(no_files=True)[0] == 0

    def test_the_database_refuses_a_ready_picture_without_a_file(self, ready):
        with pytest.raises(IntegrityError), transaction.atomic():
            Picture.objects.update(file="")


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
        sentence = "What was set aside is settled when, and only when, the picture ends."
        assert is_found(sentence, name(LedgerEntry.objects.get(picture=picture)))

    def test_a_settlement_before_the_end_is_found(self, work):
        [picture] = make_queued(work)
        Purse.objects.settle(picture, pictures=1)
        sentence = "What was set aside is settled when, and only when, the picture ends."
        assert is_found(sentence, name(LedgerEntry.objects.get(kind="reserve")))

    def test_the_database_refuses_a_second_settlement(self, ready):
        with pytest.raises(IntegrityError), transaction.atomic():
            Purse.objects.settle(ready, pictures=1)


class TestEnds:
    def test_a_second_end_is_found(self, ready):
        Event.objects.record("picture.failed", picture=ready)
        assert is_found("A picture ends once.", name(ready))

    def test_a_start_after_the_end_is_found(self, ready):
        Event.objects.record("picture.drawing", picture=ready)
        assert is_found("Nothing happens to a picture's job after its end.", name(ready))

    def test_an_end_without_a_date_is_found(self, ready):
        Picture.objects.update(ended_at=None)
        assert is_found("A picture has a date of its end if, and only if, it has ended.", name(ready))


class TestTheGate:
    def test_a_picture_that_passed_no_gate_is_found(self, ready):
        Picture.objects.update(width=0)
        assert is_found("No picture is shown that did not pass the picture gate.", name(ready))

    def test_an_approved_picture_that_is_not_ready_is_found(self, work):
        [picture] = make_queued(work)
        Picture.objects.update(approved_at=timezone.now())
        assert is_found("No picture is shown that did not pass the picture gate.", name(picture))

    def test_the_database_refuses_a_picture_both_approved_and_hidden(self, ready):
        with pytest.raises(IntegrityError), transaction.atomic():
            Picture.objects.update(approved_at=timezone.now(), hidden_at=timezone.now())


class TestTheList:
    def test_it_stays_short_and_says_how_many_more(self, work):
        make_queued(work, pictures=1)
        for number in range(25):
            default_storage.save(f"ab/{number}.png", ContentFile(b"x"))
        code, text = check()
        assert code == 1 and "FAILED (25)" in text and "and 5 more" in text

    def test_it_names_no_student_and_no_words(self, ready):
        Picture.objects.update(ended_at=None)
        _code, text = check()
        assert ready.generation.prompt not in text and ready.owner.username not in text
        assert settings.SECRET_KEY not in text


class TestDoorbells:
    def test_a_message_that_says_something_is_found_and_a_doorbell_is_not(self, broker):
        tasks.send(2)
        assert check()[0] == 0
        tasks.draw_next.apply_async(args=[17], ignore_result=True)
        assert is_found("Nothing in the broker is needed: its messages are doorbells and say nothing.", "message 0")
