"""How fast an engine is asked: never above its pace, slower after a refusal, and back again by itself."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from gallery import generation, queue
from gallery.models import Call, Engine, Event, Picture
from gallery.providers.base import Busy, Limits
from tests.builders import FlatProvider, claim, make_assignment, make_engine, make_queued, make_work


class TestSpacing:
    @pytest.mark.parametrize("per_minute", [1, 5, 60, 120, 600])
    @pytest.mark.parametrize("lateness", [(0,), (0.2,), (0, 0.25), (0.25, 0, 0, 0.1)])
    def test_no_sixty_seconds_see_more_than_the_pace(self, per_minute, lateness):
        """Starts as late as a worker may be, as the arithmetic of EngineQuerySet.take_turn lets them be."""
        gap, catch_up = queue.spacing(per_minute)
        free_at, starts = 0.0, []
        for late in itertools.islice(itertools.cycle(lateness), 3 * per_minute + 3):
            start = free_at + late
            starts.append(start)
            free_at = max(free_at, start - catch_up) + gap
        assert max(sum(first <= start < first + 60 for start in starts) for first in starts) <= per_minute

    def test_a_worker_that_wakes_a_fifth_of_a_second_late_still_uses_the_pace(self):
        gap, catch_up = queue.spacing(120)
        free_at = 0.0
        for _ in range(1200):
            free_at = max(free_at, free_at + 0.2 - catch_up) + gap
        assert 1200 / free_at * 60 > 0.98 * 120

    def test_a_pace_comes_back_fast_stays_near_the_refused_one_and_is_forgotten_at_twice_that(self):
        paces = [queue.recovered(100, seconds) for seconds in (0, 45, 90, 135, 240, 250)]
        assert paces[:5] == pytest.approx([80, 97.5, 100, 102.5, 192.6], abs=0.1) and paces[5] is None

    def test_refused_again_and_again_it_stays_above_nothing(self):
        assert queue.slowed(0.1) == queue.recovered(0.01, 0) == 0.2


@pytest.mark.django_db
class TestPace:
    def test_an_engine_is_not_asked_faster_than_its_pace(self):
        engine = make_engine("paced", images_per_minute=60)
        make_queued(make_work(make_assignment(engine=engine)), pictures=2)
        assert claim(engine)
        assert claim(engine) is None
        Engine.objects.filter(pk=engine.pk).update(next_free_at=timezone.now() - timedelta(seconds=1))
        assert claim(engine)

    def test_the_next_start_is_a_gap_later_and_a_late_one_makes_up_a_little(self):
        engine = make_engine("paced", images_per_minute=6)
        make_queued(make_work(make_assignment(engine=engine)), pictures=4)
        for late, gap in ((5, queue.spacing(6)[0] - queue.CATCH_UP), (0.1, queue.spacing(6)[0] - 0.1)):
            Engine.objects.filter(pk=engine.pk).update(next_free_at=timezone.now() - timedelta(seconds=late))
            assert claim(engine)
            [free_in] = Engine.objects.timed().filter(pk=engine.pk).values_list("free_in", flat=True)
            assert free_in.total_seconds() == pytest.approx(gap, abs=0.1)

    def test_no_more_calls_run_at_once_than_the_engine_takes(self):
        engine = make_engine("narrow", concurrent_calls=1)
        make_queued(make_work(make_assignment(engine=engine)), pictures=2)
        assert claim(engine)
        assert claim(engine) is None

    def test_a_stopped_engine_draws_nothing_but_a_probe_now_and_then(self):
        engine = make_engine("stopped")
        make_queued(make_work(make_assignment(engine=engine)), pictures=2)
        engine.open_circuit("key", "invalid_api_key")
        assert claim(engine) is None
        Engine.objects.filter(pk=engine.pk).update(probe_at=timezone.now() - timedelta(seconds=1))
        assert claim(engine)
        assert claim(engine) is None


@pytest.mark.django_db
class TestLearning:
    @pytest.fixture
    def engine(self):
        return make_engine("paced", images_per_minute=100, concurrent_calls=100)

    def fresh(self, engine):
        return Engine.objects.timed().get(pk=engine.pk)

    def test_a_refusal_lowers_the_pace_of_the_whole_engine_and_lets_it_rest(self, engine):
        engine.slow_down(7)
        assert self.fresh(engine).per_minute == pytest.approx(80, abs=0.1)
        assert 6 < self.fresh(engine).free_in.total_seconds() <= 7
        assert Event.objects.get(verb="engine.pace").details == {"per_minute": 80}

    def test_of_calls_that_were_on_their_way_together_only_the_first_refusal_counts(self, engine):
        together = timezone.now() - timedelta(seconds=1)
        for _ in range(5):
            engine.slow_down(0, sent_at=together)
        assert self.fresh(engine).per_minute == pytest.approx(80, abs=0.1)
        engine.slow_down(0, sent_at=timezone.now() + timedelta(seconds=1))
        assert self.fresh(engine).per_minute == pytest.approx(64, abs=0.1)

    def test_the_pace_recovers_by_itself_up_to_what_the_admin_set(self, engine):
        engine.slow_down(0)
        Engine.objects.update(pace_changed_at=timezone.now() - timedelta(seconds=45))
        assert self.fresh(engine).per_minute == pytest.approx(97.5, abs=0.5)
        Engine.objects.update(pace_changed_at=timezone.now() - timedelta(minutes=3))
        assert self.fresh(engine).per_minute == 100

    def asked(self, seconds):
        """Return an engine without a limit that was asked ten times in the last ``seconds``."""
        engine = make_engine("free", concurrent_calls=100)
        work = make_work(make_assignment(engine=engine, max_tries=20))
        for _ in range(3):
            make_queued(work, pictures=4)
        for number in range(10):
            Call.objects.intend(claim(engine), spool=str(number)).sent()
        first = Call.objects.order_by("pk").first()
        Call.objects.filter(pk=first.pk).update(sent_at=first.sent_at - timedelta(seconds=seconds))
        return engine

    def test_an_engine_without_a_limit_learns_from_how_often_it_was_asked(self):
        engine = self.asked(50)
        engine.slow_down(0)
        assert self.fresh(engine).per_minute == pytest.approx(0.8 * 12, abs=0.5)

    def test_a_class_that_pressed_at_once_is_not_taken_for_the_pace_of_a_minute(self):
        engine = self.asked(0)
        engine.slow_down(0)
        assert self.fresh(engine).per_minute > 100

    def test_one_refusal_after_a_quiet_time_teaches_nothing_but_patience(self):
        engine = make_engine("free")
        engine.slow_down(3)
        assert self.fresh(engine).per_minute is None and self.fresh(engine).free_in

    def test_a_limit_that_the_service_tells_counts_at_once_and_can_change(self, engine):
        engine.learn(Limits(per_minute=20, remaining=3, reset_seconds=3))
        assert self.fresh(engine).per_minute == 20
        self.fresh(engine).learn(Limits(per_minute=50, remaining=3, reset_seconds=3))
        assert self.fresh(engine).per_minute == 50

    def test_a_limit_above_what_the_admin_set_changes_nothing(self, engine):
        engine.learn(Limits(per_minute=500, remaining=3, reset_seconds=3))
        assert self.fresh(engine).per_minute == 100

    def test_with_nothing_remaining_the_engine_rests_until_the_service_counts_anew(self, engine):
        engine.learn(Limits(per_minute=None, remaining=0, reset_seconds=12))
        assert 11 < self.fresh(engine).free_in.total_seconds() <= 12
        other = make_engine("told")
        other.learn(Limits(per_minute=20, remaining=0, reset_seconds=60))
        assert 2 < self.fresh(other).free_in.total_seconds() <= 3

    def test_a_refused_call_goes_back_to_its_own_place_and_its_class_loses_no_turn(self, engine):
        assignment = make_assignment(engine=engine)
        first, second = (make_queued(make_work(assignment))[0] for _ in range(2))
        before = engine.lanes.get().virtual_time
        generation.draw(claim(engine), FlatProvider(error=Busy("429", retry_after=0)))
        assert engine.lanes.get().virtual_time == before
        Engine.objects.update(next_free_at=None)
        assert [claim(engine).pk, Engine.objects.update(next_free_at=None) and claim(engine).pk] == [first.pk, second.pk]
        assert Picture.objects.get(pk=first.pk).fence == 2
