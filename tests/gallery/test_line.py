"""Place in line and minutes: honest, rounded, and quiet while nothing changes."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from gallery import line, live, queue, tasks, waiting
from gallery.models import Engine, Picture
from tests.builders import claim, make_assignment, make_engine, make_queued, make_student, make_work

pytestmark = pytest.mark.django_db


class TestWaits:
    def test_a_wait_is_counted_by_the_slower_of_slots_and_pace(self):
        assert queue.waits(9, [], typical=20, slots=4, per_minute=None) == [20] * 4 + [40] * 4 + [60]
        assert queue.waits(3, [], typical=20, slots=4, per_minute=6)[2] == pytest.approx(20 + 2 * queue.spacing(6)[0])

    def test_what_is_being_drawn_counts_by_how_long_it_has_been(self):
        assert queue.waits(3, [18, 5], typical=20, slots=2, per_minute=None) == [22, 35, 42]

    def test_one_that_takes_longer_than_it_should_is_expected_soon(self):
        assert queue.waits(1, [90], typical=20, slots=1, per_minute=None) == [22]

    def test_a_slot_that_is_filled_late_counts_as_such(self):
        assert queue.waits(3, [], typical=10, cycle=15, slots=1, per_minute=None) == [10, 25, 40]

    def test_an_engine_that_rests_is_waited_for(self):
        assert queue.waits(2, [], typical=5, slots=2, per_minute=None, free_in=30) == [35, 35]

    def test_what_is_shown_is_rounded(self):
        shown = [queue.rounded_wait(seconds) for seconds in (1, 14, 44, 62, 100, 170, 200, 620, 1000)]
        assert shown == [10, 10, 40, 60, 90, 180, 180, 600, 900]
        assert [queue.rounded_place(place) for place in (1, 10, 11, 37, 51, 101, 430)] == [1, 10, 15, 40, 60, 150, 450]

    def test_the_words_are_those_a_child_would_say(self):
        with translation.override("en"):
            said = [waiting.sentence(seconds) for seconds in (40, 60, 90, 150, 600)]
        assert said == [
            "About 40 seconds.",
            "About 1 minute.",
            "About a minute and a half.",
            "About two and a half minutes.",
            "About 10 minutes.",
        ]


@pytest.mark.django_db
class TestRhythm:
    def ended(self, engine, seconds_ago, took=10):
        [picture] = make_queued(make_work(make_assignment(engine=engine)))
        end = timezone.now() - timedelta(seconds=seconds_ago)
        fields = {"drawing_at": end - timedelta(seconds=took), "ended_at": end, "status": "ready", "file": "x"}
        Picture.objects.filter(pk=picture.pk).update(**fields)

    def test_an_engine_that_drew_nothing_yet_is_guessed_at(self):
        assert Picture.objects.rhythm(make_engine("new"), 8) == (15, 15)
        assert Picture.objects.rhythm(make_engine(), 8) == (1, 1)

    def test_it_is_learned_from_the_last_pictures(self):
        engine = make_engine("busy")
        for number in range(4):  # one slot, each picture 10 seconds, one end every 12
            self.ended(engine, 12 * number)
        assert [round(seconds) for seconds in Picture.objects.rhythm(engine, 1)] == [10, 10]  # 36 seconds are too long ago

    def test_slots_that_stay_empty_for_a_while_are_noticed(self):
        engine = make_engine("busy")
        for number in range(3):
            self.ended(engine, 12 * number)
        assert [round(seconds) for seconds in Picture.objects.rhythm(engine, 1)] == [10, 12]

    def test_pictures_of_a_quiet_hour_say_nothing_of_a_crowd(self):
        engine = make_engine("quiet")
        for number in range(5):
            self.ended(engine, 600 * number)
        assert [round(seconds) for seconds in Picture.objects.rhythm(engine, 2)] == [10, 10]


class TestPlaces:
    @pytest.fixture
    def two(self):
        """Two pupils of one class who ask for two pictures each."""
        assignment = make_assignment(engine=make_engine("slow", images_per_minute=1))
        works = [make_work(assignment, make_student(assignment.classroom)) for _ in range(2)]
        return [(work, make_queued(work, pictures=2)) for work in works]

    def test_everybody_stands_where_their_turn_is(self, two):
        engine = Engine.objects.get(name="slow")
        line.publish(engine)
        places = [
            [live.places(work.trail.public_id)[str(picture.public_id)][0] for picture in pictures] for work, pictures in two
        ]
        assert places == [[1, 3], [2, 4]]
        drawn = claim(engine)
        assert drawn.pk == two[0][1][0].pk

    def test_a_second_publication_within_a_moment_is_left_out(self, two, django_assert_num_queries):
        engine = Engine.objects.get(name="slow")
        line.publish(engine)
        with django_assert_num_queries(0):
            line.publish(engine)

    def test_an_unchanged_place_leaves_the_version_and_a_changed_one_does_not(self, two):
        trail = two[1][0].trail.public_id
        live.publish_places({str(trail): {"picture": [2, 1]}})
        before = live.version_of(live.places(trail))
        live.publish_places({str(trail): {"picture": [2, 1]}})
        assert live.version_of(live.places(trail)) == before
        live.publish_places({str(trail): {"picture": [1, 0]}})
        assert live.version_of(live.places(trail)) != before

    def test_a_stopped_engine_promises_nothing(self, two):
        Engine.objects.get(name="slow").open_circuit("key", "no key")
        line.publish(Engine.objects.get(name="slow"))
        work, pictures = two[0]
        assert live.places(work.trail.public_id)[str(pictures[0].public_id)] == [None, None, "stopped"]

    def test_an_engine_that_is_off_says_so(self, two, client):
        Engine.objects.filter(name="slow").update(is_enabled=False)
        tasks.sweep()
        assert self.studio(two[0][0], client).count("This way of drawing is switched off just now.") == 2

    def test_more_is_drawn_at_once_in_truth_than_the_engine_allows_only_until_it_was_seen(self, two):
        engine = Engine.objects.get(name="slow")
        assert live.slots_seen(engine.pk, 0, 8) == 8
        assert live.slots_seen(engine.pk, 3, 8) == 3
        assert live.slots_seen(engine.pk, 1, 8) == 3

    def test_the_sweep_publishes_without_anybody_asking(self, two):
        tasks.sweep()
        assert live.places(two[0][0].trail.public_id)

    def test_the_studio_shows_place_and_wait(self, two, client):
        line.publish(Engine.objects.get(name="slow"))
        page = self.studio(two[1][0], client)
        assert "2 in line" in page and "About a minute and a half." in page

    def studio(self, work, client):
        client.force_login(work.student, backend="assignments.backends.NameOrEmailBackend")
        return client.get(f"/studio/{work.assignment.public_id}/", headers={"accept-language": "en"}).content.decode()
