"""Place in line and minutes: honest, rounded, and quiet while nothing changes."""

import pytest

from gallery import line, live, queue, tasks
from gallery.models import Engine
from tests.builders import claim, make_assignment, make_engine, make_queued, make_student, make_work

pytestmark = pytest.mark.django_db


class TestMinutes:
    def test_a_wait_is_counted_by_the_slower_of_slots_and_pace(self):
        assert queue.wait_seconds(1, 20, slots=4, per_minute=None) == 20
        assert queue.wait_seconds(9, 20, slots=4, per_minute=None) == 60
        assert queue.wait_seconds(9, 20, slots=4, per_minute=6) == 100

    def test_what_is_shown_is_rounded(self):
        assert [queue.minutes(seconds) for seconds in (5, 59, 60, 9 * 60 + 30, 14 * 60, 17 * 60)] == [0, 0, 1, 9, 10, 15]


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

    def test_an_unchanged_place_leaves_the_stamp_and_a_changed_one_does_not(self, two):
        trail = two[1][0].trail.public_id
        live.publish_places({str(trail): {"picture": [2, 1]}})
        before = live.stamp(trail)
        live.publish_places({str(trail): {"picture": [2, 1]}})
        assert live.stamp(trail) == before
        live.publish_places({str(trail): {"picture": [1, 0]}})
        assert live.stamp(trail) != before

    def test_a_stopped_engine_promises_no_minutes(self, two):
        Engine.objects.get(name="slow").open_circuit("key", "no key")
        line.publish(Engine.objects.get(name="slow"))
        work, pictures = two[0]
        assert live.places(work.trail.public_id)[str(pictures[0].public_id)] == [1, None]

    def test_the_sweep_publishes_without_anybody_asking(self, two):
        tasks.sweep()
        assert live.places(two[0][0].trail.public_id)

    def test_the_studio_shows_place_and_minutes(self, two, client):
        work, _pictures = two[1]
        line.publish(Engine.objects.get(name="slow"))
        client.force_login(work.student, backend="assignments.backends.NameOrEmailBackend")
        page = client.get(f"/studio/{work.assignment.public_id}/", headers={"accept-language": "en"}).content.decode()
        assert "2 in line" in page and "About 1 minute." in page
