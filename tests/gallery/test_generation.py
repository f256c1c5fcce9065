"""A claimed picture and a provider become a recorded outcome: every way it can end, and what it costs."""

import threading
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from gallery import engines, generation, pixels, queue, tasks
from gallery.models import Call, Engine, LedgerEntry, MetaPrompt, Picture, Purse
from gallery.pictures import AI_MADE, SKETCH_MADE, read_label
from gallery.providers.base import Abilities, Broken, Busy, Limits, Misconfigured, Refused, Unanswered, write_spool
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


@pytest.fixture
def paid():
    """A claimed picture of an engine that costs 50,000 micro-dollars, in a class with a purse of 10 pictures and one dollar."""
    purse = Purse.objects.create(title="7B", pictures_allowed=10, micros_allowed=1_000_000)
    engine = make_engine("paid", price_micros=50_000)
    work = make_work(make_assignment(make_classroom(purse=purse), engine=engine))
    make_queued(work)
    return claim(engine)


def outcome(picture):
    """Return what is left on the rows: state, reason, call's state, and what the purse holds and spent (pictures, money)."""
    picture = Picture.objects.get(pk=picture.pk)
    purse = Purse.objects.get()
    return (
        picture.status,
        picture.reason,
        picture.calls.last().state,
        (purse.pictures_reserved, purse.pictures_spent),
        (purse.micros_reserved, purse.micros_spent),
    )


class TestOutcomes:
    def test_a_picture_is_ready_and_paid_at_what_it_took(self, paid):
        generation.draw(paid, FlatProvider(micros=41_000))
        assert outcome(paid) == ("ready", "", "stored", (0, 1), (0, 41_000))

    def test_without_a_known_cost_the_worst_price_counts(self, paid):
        generation.draw(paid, FlatProvider())
        assert outcome(paid) == ("ready", "", "stored", (0, 1), (0, 50_000))

    def test_a_refusal_is_final_and_free(self, paid):
        generation.draw(paid, FlatProvider(Refused("blocked", stage="input", categories=("violence",))))
        assert outcome(paid) == ("refused", "provider", "refused", (0, 0), (0, 0))

    def test_a_busy_service_rests_as_a_whole_and_the_picture_keeps_its_place(self, paid):
        generation.draw(paid, FlatProvider(Busy("slow down", retry_after=30)))
        assert outcome(paid) == ("queued", "busy", "failed", (1, 0), (50_000, 0))
        picture, engine = Picture.objects.get(), Engine.objects.get(name="paid")
        assert picture.turn == paid.turn and picture.failures == 0
        assert engine.next_free_at > timezone.now() + timedelta(seconds=20)

    def test_an_unanswered_call_counts_its_money_gives_the_try_back_and_is_not_asked_again(self, paid):
        provider = FlatProvider(Unanswered("timed out"))
        generation.draw(paid, provider)
        assert outcome(paid) == ("failed", "unanswered", "unanswered", (0, 0), (0, 50_000))
        tasks.sweep()
        assert claim(paid.engine) is None and len(provider.asked) == 1

    def test_a_missing_key_stops_the_engine_and_blames_nobody(self, paid):
        generation.draw(paid, FlatProvider(Misconfigured("no key", kind="key")))
        assert outcome(paid) == ("queued", "stopped", "failed", (1, 0), (50_000, 0))
        assert Engine.objects.get(name="paid").circuit_kind == "key"

    def test_a_stopped_engine_draws_again_once_a_probe_succeeds(self, paid):
        generation.draw(paid, FlatProvider(Misconfigured("no money", kind="money")))
        Engine.objects.update(probe_at=timezone.now() - timedelta(seconds=1))
        Picture.objects.update(not_before=None)
        generation.draw(claim(paid.engine), FlatProvider())
        assert not Engine.objects.get(name="paid").is_stopped

    def test_a_success_that_was_sent_before_the_stop_says_nothing_of_the_engine_now(self, paid):
        class Stopping(FlatProvider):
            def ask(self, request, spool):
                paid.engine.open_circuit("money", "no money")
                return super().ask(request, spool)

        generation.draw(paid, Stopping())
        assert Engine.objects.get(name="paid").is_stopped

    def test_one_unreadable_request_ends_its_own_picture_and_stops_nobody(self, paid):
        generation.draw(paid, FlatProvider(Misconfigured("too long", kind="request", http_status=400)))
        assert outcome(paid) == ("failed", "broken", "failed", (0, 0), (0, 0))
        assert not Engine.objects.get(name="paid").is_stopped

    def test_several_unreadable_requests_in_a_row_are_the_engines_matter(self, paid):
        error = Misconfigured("unknown size", kind="request", http_status=400)
        make_queued(make_work(paid.generation.trail.submission.assignment), pictures=2)
        for picture in (paid, claim(paid.engine), claim(paid.engine)):
            generation.draw(picture, FlatProvider(error))
        assert Engine.objects.get(name="paid").circuit_kind == "request"

    def test_a_service_that_cannot_be_reached_stops_its_engine_until_a_probe_gets_through(self, paid):
        generation.draw(paid, FlatProvider(Busy("no connection", code="connect_failed")))
        engine = Engine.objects.get(name="paid")
        assert outcome(paid)[:2] == ("queued", "stopped") and engine.circuit_kind == "unreachable"
        assert engine.probe_at < timezone.now() + timedelta(seconds=60)

    def test_a_probe_is_made_with_another_picture_than_the_one_that_met_the_fault(self, paid):
        [other] = make_queued(make_work(paid.generation.trail.submission.assignment))
        generation.draw(paid, FlatProvider(Misconfigured("no key", kind="key")))
        Engine.objects.update(probe_at=timezone.now() - timedelta(seconds=1))
        assert claim(paid.engine).pk == other.pk

    def test_what_waited_for_an_adult_is_drawn_at_once_when_the_adult_has_acted(self, paid):
        generation.draw(paid, FlatProvider(Misconfigured("no key", kind="key")))
        paid.engine.close_circuit()
        assert claim(paid.engine).pk == paid.pk

    def test_settings_that_no_provider_can_be_made_of_are_an_adults_matter(self, paid):
        Engine.objects.filter(name="paid").update(base_url="http://[broken")
        generation.draw(paid, engines.provider_of(Engine.objects.get(name="paid")))
        assert outcome(paid)[:2] == ("queued", "stopped")

    def test_a_broken_service_is_asked_again_a_bounded_number_of_times(self, paid):
        provider, picture = FlatProvider(Broken("500", http_status=500)), paid
        for _ in range(10):
            generation.draw(picture, provider)
            Picture.objects.update(not_before=None)
            picture = claim(paid.engine)
            if picture is None:
                break
        assert outcome(paid) == ("failed", "broken", "failed", (0, 0), (0, 0))
        assert len(provider.asked) == 3

    def test_a_garbled_success_may_have_been_charged_and_is_not_asked_again(self, paid):
        provider = FlatProvider(answer=Broken("cut JSON", is_perhaps_charged=True))
        generation.draw(paid, provider)
        assert outcome(paid) == ("failed", "unusable", "failed", (0, 0), (0, 50_000))
        assert len(provider.asked) == 1

    def test_bytes_that_are_no_picture_are_not_kept(self, paid):
        generation.draw(paid, FlatProvider(answer=b"<svg onload='alert(1)'/>"))
        assert outcome(paid) == ("failed", "unusable", "failed", (0, 0), (0, 50_000))
        assert Picture.objects.get().file == ""

    def test_the_ledger_adds_up_to_the_purse(self, paid):
        generation.draw(paid, FlatProvider(micros=7))
        purse = Purse.objects.get()
        columns = ("pictures_reserved", "pictures_spent", "micros_reserved", "micros_spent")
        sums = {name: sum(LedgerEntry.objects.values_list(name, flat=True)) for name in columns}
        assert sums == {name: getattr(purse, name) for name in columns}


class TestThePace:
    """What a service tells of its pace is the whole engine's matter, whichever picture was told."""

    def test_is_learned_from_a_success(self, paid):
        class Telling(FlatProvider):
            def ask(self, request, spool):
                super().ask(request, spool)
                return Limits(per_minute=5.0, remaining=4, reset_seconds=12.0)

        generation.draw(paid, Telling())
        assert Engine.objects.get(name="paid").per_minute == 5.0

    def test_is_learned_from_a_refusal_too(self, paid):
        generation.draw(paid, FlatProvider(Busy("slow down", retry_after=1, limits=Limits(per_minute=3.0, remaining=0))))
        assert Engine.objects.get(name="paid").per_minute == 3.0


@pytest.mark.django_db(transaction=True)
class TestManyAtOnce:
    """A worker has many slots to wait in, and only so many cores to work on pixels with."""

    PICTURES = pixels.CORES + 3

    def draw_all(self, provider):
        engine = make_engine("wide", concurrent_calls=self.PICTURES)
        make_queued(make_work(make_assignment(engine=engine)), pictures=self.PICTURES)

        def draw(picture):
            try:
                generation.draw(picture, provider)
            finally:
                connection.close()

        threads = [threading.Thread(target=draw, args=(claim(engine),)) for _ in range(self.PICTURES)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Picture.objects.filter(status="ready").count() == self.PICTURES

    def test_all_wait_for_the_service_together_and_pixels_are_worked_on_by_one_for_each_core(self):
        together = threading.Barrier(self.PICTURES)

        class Counting(Crowd):
            def ask(self, request, spool):
                together.wait(20)
                super().ask(request, spool)

            def read(self, spool, request):
                with self:
                    return super().read(spool, request)

        provider = Counting(scale=16)
        self.draw_all(provider)
        assert provider.most == pixels.CORES

    def test_a_drawer_of_our_own_works_on_pixels_when_it_is_asked(self):
        class Counting(Crowd):
            abilities = Abilities(is_local=True)

            def ask(self, request, spool):
                with self:
                    super().ask(request, spool)

        provider = Counting(scale=16)
        self.draw_all(provider)
        assert provider.most == pixels.CORES


class Crowd(FlatProvider):
    """Counts how many are inside at once, at most."""

    inside, most, lock = 0, 0, threading.Lock()

    def __enter__(self):
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(0.3)

    def __exit__(self, *exc_info):
        with self.lock:
            self.inside -= 1


class TestWhatIsSent:
    def test_the_provider_is_told_the_frozen_words_and_nothing_of_the_school(self):
        work = make_work()
        provider = FlatProvider()
        make_ready(work, provider, prompt="A dog next to the Eiffel Tower")
        [request] = provider.asked
        assert request.words == "".join(text for _source, text in work.trail.generations.get().parts)
        assert "A dog next to the Eiffel Tower" in request.words
        told = repr(request)
        for secret in (work.student.username, str(work.student), work.assignment.title, work.assignment.classroom.name):
            assert secret not in told

    def test_an_old_try_keeps_what_it_was_sent_when_the_meta_prompt_changes(self):
        work = make_work()
        [picture] = make_queued(work)
        before = picture.generation.parts
        MetaPrompt.objects.write(work.assignment.meta_prompt_key, "en", "Quite another frame. {words}")
        assert generation.request_for(claim(picture.engine)).words == "".join(text for _source, text in before)


class TestFiles:
    def test_the_file_says_itself_how_it_was_made(self):
        drawn = make_ready()
        assert read_label(default_storage.open(drawn.file).read()) == SKETCH_MADE
        engine = make_engine("model")
        by_model = make_ready(make_work(make_assignment(engine=engine)))
        assert read_label(default_storage.open(by_model.file).read()) == AI_MADE
        assert read_label(default_storage.open(by_model.file_name("384")).read()) == AI_MADE

    def test_the_size_is_known_to_the_page(self):
        picture = make_ready(provider=FlatProvider())
        assert (picture.width, picture.height) == (1536, 864)

    def test_nothing_is_left_in_the_spool(self, paid):
        generation.draw(paid, FlatProvider())
        assert not list(settings.SPOOL_ROOT.glob(f"{paid.public_id}*"))

    def test_a_late_answer_leaves_no_file(self, paid):
        class Slow(FlatProvider):
            def ask(self, request, spool):
                Picture.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
                list(Picture.objects.take_over_lost(worker="test:2", lease=60))
                return super().ask(request, spool)

        def files():
            return {path for path in (settings.MEDIA_ROOT / "pictures").rglob("*") if path.is_file()}

        before = files()
        generation.draw(paid, Slow())
        assert Picture.objects.get().file == "" and files() == before


class TestLostWorkers:
    def lose(self, picture):
        Picture.objects.filter(pk=picture.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
        [taken] = Picture.objects.take_over_lost(worker="test:2", lease=60)
        return taken

    def test_before_the_call_was_written_the_picture_waits_again(self, paid):
        generation.recover(self.lose(paid), FlatProvider())
        assert Picture.objects.get().status == "queued"

    def test_before_the_first_byte_left_the_picture_waits_again(self, paid):
        Call.objects.intend(paid, spool="intent")
        generation.recover(self.lose(paid), FlatProvider())
        assert outcome(paid) == ("queued", "worker_lost", "failed", (1, 0), (50_000, 0))

    def test_after_sending_the_call_is_unanswered_and_never_sent_again(self, paid):
        Call.objects.intend(paid, spool="sent").sent()
        provider = FlatProvider()
        generation.recover(self.lose(paid), provider)
        assert outcome(paid) == ("failed", "unanswered", "unanswered", (0, 0), (0, 50_000))
        assert provider.asked == []

    def test_a_spooled_answer_is_used_and_not_asked_for_again(self, paid):
        call = Call.objects.intend(paid, spool="spooled")
        call.sent()
        write_spool(settings.SPOOL_ROOT / call.spool, [b"answer"])
        provider = FlatProvider()
        generation.recover(self.lose(paid), provider)
        assert outcome(paid) == ("ready", "", "stored", (0, 1), (0, 50_000))
        assert provider.asked == []


class TestPurses:
    def test_a_purse_never_goes_below_zero(self):
        purse = Purse.objects.create(title="small", pictures_allowed=3)
        work = make_work(make_assignment(make_classroom(purse=purse)))
        make_queued(work, pictures=2)
        with pytest.raises(ValidationError) as error:
            make_queued(work, pictures=2)
        assert error.value.code == "purse"
        purse.refresh_from_db()
        assert purse.pictures_reserved == 2 and Picture.objects.count() == 2

    def test_the_purse_above_limits_too(self):
        school = Purse.objects.create(title="school", pictures_allowed=1)
        purse = Purse.objects.create(title="class", pictures_allowed=9, parent=school)
        work = make_work(make_assignment(make_classroom(purse=purse)))
        make_queued(work)
        with pytest.raises(ValidationError):
            make_queued(work)

    def test_an_allowance_given_later_counts_for_trails_that_were_begun_before(self):
        work = make_work()
        make_queued(work)
        classroom = work.assignment.classroom
        classroom.purse = Purse.objects.create(title="late", pictures_allowed=1)
        classroom.save()
        work = type(work).objects.get(pk=work.pk)
        make_queued(work)
        with pytest.raises(ValidationError):
            make_queued(work)

    def test_an_allowance_in_money_refuses_an_engine_without_a_price(self):
        purse = Purse.objects.create(title="money", micros_allowed=10_000)
        work = make_work(make_assignment(make_classroom(purse=purse), engine=make_engine("priceless", price_micros=None)))
        with pytest.raises(ValidationError) as error:
            make_queued(work)
        assert error.value.code == "no_price" and not Picture.objects.exists()

    def test_an_allowance_cannot_be_cut_below_what_is_used(self):
        purse = Purse.objects.create(title="small", pictures_allowed=3)
        make_queued(make_work(make_assignment(make_classroom(purse=purse))), pictures=2)
        purse.refresh_from_db()
        purse.pictures_allowed = 1
        with pytest.raises(ValidationError):
            purse.full_clean()

    def test_cancelling_gives_everything_back(self):
        purse = Purse.objects.create(title="small", pictures_allowed=3)
        [picture] = make_queued(make_work(make_assignment(make_classroom(purse=purse))))
        assert picture.cancel()
        purse.refresh_from_db()
        assert (purse.pictures_reserved, purse.pictures_spent) == (0, 0)


def test_a_full_disk_of_our_own_is_waited_out_and_counts_as_no_failure_of_the_service():
    make_queued()
    for _ in range(len(queue.RETRY_AFTER) + 2):
        generation.draw(claim(Engine.objects.get()), FlatProvider(error=Broken("full", code="no_room")))
        Picture.objects.update(not_before=None)
    picture = Picture.objects.get()
    assert (picture.status, picture.failures) == ("queued", 0)
    assert not Call.objects.exclude(state="failed").exists()
