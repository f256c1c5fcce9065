"""`manage.py check_jobs` finds every broken promise, says which, and finds nothing where all is well.

Some promises are kept by the database itself: two open calls of one picture, two settlements of one reservation, a ready
picture without a file, a picture both approved and hidden. For these the test shows that the row is refused.
"""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from gallery import generation, queue, tasks
from gallery.invariants import INVARIANTS
from gallery.models import Call, Event, LedgerEntry, Picture, Purse, Review
from gallery.providers.base import Broken, Refused, Unanswered
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
from tests.gallery.promises.asking import check, is_found, name

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=2)


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

    def test_where_a_purse_came_later_and_a_picture_took_more_or_less_than_its_worst_price(self, work):
        """The second purse takes over one ended picture and one that waits, which takes more than was thought."""
        make_ready(work, FlatProvider(scale=16, micros=12_345))
        [waiting] = make_queued(work)
        before = Picture.objects.filter(generation__trail=work.trail_id)
        later = Purse.objects.make("later", "later", 10, 10_000_000, counting=before)
        generation.draw(claim(work.assignment.engine), FlatProvider(scale=16, micros=70_000))
        later.refresh_from_db()
        assert (later.pictures_spent, later.micros_spent) == (2, 82_345)
        assert check()[1] == f"{len(INVARIANTS)} promises kept.\n"

    @pytest.mark.parametrize("error", [None, Unanswered("timed out"), Refused("no", stage="input")])
    def test_where_nobody_knew_a_price(self, error):
        engine = make_engine("free", price_micros=None)
        work = make_work(make_assignment(make_classroom(purse=Purse.objects.create(title="7B")), engine=engine))
        make_queued(work)
        generation.draw(claim(engine), FlatProvider(error, scale=16))
        assert check()[1] == f"{len(INVARIANTS)} promises kept.\n"

    def test_once_a_students_pictures_are_erased(self, ready):
        ready.generation.delete()
        assert LedgerEntry.objects.filter(picture=None).count() == 2
        default_storage.delete(ready.file)
        for size in ("384", "960"):
            default_storage.delete(ready.file_name(size))
        assert check()[1] == f"{len(INVARIANTS)} promises kept.\n"

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


class TestGivingUp:
    SENTENCE = "No picture is recovered, or asked for again, for ever."

    def test_a_picture_that_is_asked_for_again_and_again_is_found(self, work):
        [picture] = make_queued(work)
        Picture.objects.update(failures=len(queue.RETRY_AFTER) + 1)
        assert is_found(self.SENTENCE, name(picture))

    def test_a_picture_that_lost_too_many_workers_over_one_answer_is_found(self, work):
        make_queued(work)
        picture = claim(work.assignment.engine)
        Call.objects.intend(picture, spool="one").sent()
        Picture.objects.update(fence=picture.fence + generation.MOST_RECOVERIES + 1)
        assert check()[0] == 0, "the last recovery may be on its way"
        Picture.objects.update(fence=picture.fence + generation.MOST_RECOVERIES + 2)
        assert is_found(self.SENTENCE, name(picture))


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
                picture=picture,
                engine=picture.engine,
                number=number,
                fence=fence,
                spool=str(number),
                state="failed",
                ended_at=timezone.now(),
            )
        assert is_found("The fence never falls.", name(Call.objects.get(number=1)))

    def test_an_ended_call_without_a_date_and_an_open_one_with_one_are_found(self, work, ready):
        sentence = "A call has a date of its end if, and only if, it has ended."
        ended = ready.calls.get()
        Call.objects.filter(pk=ended.pk).update(ended_at=None)
        assert is_found(sentence, name(ended))
        Call.objects.filter(pk=ended.pk).update(ended_at=timezone.now())
        make_queued(work)
        call = Call.objects.intend(claim(work.assignment.engine), spool="open")
        Call.objects.filter(pk=call.pk).update(ended_at=timezone.now())
        assert is_found(sentence, name(call))

    def test_a_call_that_was_lost_is_found(self, ready):
        Call.objects.update(number=2)
        assert is_found("No call of a picture is missing.", name(ready))

    def test_an_end_without_its_unanswered_call_is_found(self, work):
        make_queued(work)
        generation.draw(claim(work.assignment.engine), FlatProvider(Unanswered("timed out")))
        Picture.objects.update(reason="unusable")
        sentence = "A picture fails as unanswered if, and only if, a call of it was never answered."
        assert is_found(sentence, name(Picture.objects.get()))
        Picture.objects.update(reason="unanswered")
        Call.objects.update(state="failed")
        assert is_found(sentence, name(Picture.objects.get()))

    def test_asking_again_after_an_answer_that_cost_something_is_found(self, work):
        make_queued(work)
        generation.draw(claim(work.assignment.engine), FlatProvider(Broken("garbage", is_perhaps_charged=True)))
        again = Call.objects.create(
            picture=Picture.objects.get(),
            engine=work.assignment.engine,
            number=2,
            fence=1,
            spool="again",
            state="failed",
            ended_at=timezone.now(),
        )
        assert f"charged it.\n   {name(again)}" in check()[1]

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


class TestFencesInEvents:
    SENTENCE = "In a picture's events no fence falls, each claim has a higher one, and no claim follows the end."

    @pytest.fixture
    def drawing(self, work):
        """A picture under its third claim; the two before were given back."""
        make_queued(work)
        for _ in range(2):
            claim(work.assignment.engine).requeue("worker_lost", after=0)
        return claim(work.assignment.engine)

    def test_of_claims_that_were_given_back_are_as_they_should_be(self, drawing):
        told = Event.objects.filter(picture=drawing).values_list("verb", "details__fence")
        assert [fence for _verb, fence in told if fence] == [1, 1, 2, 2, 3]
        assert check()[0] == 0

    def test_one_that_falls_is_found(self, drawing):
        late = Event.objects.record("picture.requeued", picture=drawing, reason="busy", fence=2)
        assert is_found(self.SENTENCE, name(late))

    def test_a_second_claim_with_the_same_one_is_found(self, drawing):
        again = Event.objects.record("picture.drawing", picture=drawing, fence=3)
        assert is_found(self.SENTENCE, name(again))

    def test_one_that_the_row_does_not_know_is_found(self, drawing):
        event = Event.objects.record("picture.drawing", picture=drawing, fence=4)
        assert is_found(self.SENTENCE, name(event))

    def test_a_claim_after_the_end_is_found(self, ready):
        Picture.objects.update(fence=2)
        assert is_found(self.SENTENCE, name(Event.objects.get(verb="picture.ready")))


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

    def test_a_picture_that_failed_and_names_a_file_is_found(self, work):
        make_queued(work)
        generation.draw(claim(work.assignment.engine), FlatProvider(Unanswered("timed out")))
        Picture.objects.update(file="ab/left.png")
        assert is_found("Only a ready picture has files.", name(Picture.objects.get()))

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


class TestEnds:
    TOLD = "A picture has ended if, and only if, an event says so, and says how."

    def test_an_end_that_no_event_tells_is_found(self, work):
        [picture] = make_queued(work)
        picture.cancel()
        Event.objects.filter(verb="picture.cancelled").delete()
        assert is_found(self.TOLD, name(picture))

    def test_an_end_of_another_kind_than_the_event_tells_is_found(self, work):
        make_queued(work)
        generation.draw(claim(work.assignment.engine), FlatProvider(Broken("garbage", is_perhaps_charged=True)))
        Picture.objects.update(status="refused")
        assert is_found(self.TOLD, name(Picture.objects.get()))

    def test_a_picture_that_waits_after_an_event_told_its_end_is_found(self, work):
        [picture] = make_queued(work)
        Event.objects.record("picture.cancelled", picture=picture)
        assert is_found(self.TOLD, name(picture))

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

    def test_a_picture_shown_to_classmates_that_nobody_approved_is_found(self, work, ready):
        ready.approve(work.assignment.classroom.teachers.first().user)
        assert check()[0] == 0
        Review.objects.all().delete()
        assert is_found("No picture is shown to classmates that no adult approved.", name(ready))

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
