"""Waiting pages: nothing is asked of the database while nothing changed, and a change reaches its owner alone."""

import time

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client, override_settings
from django.utils import translation

from gallery import generation, live
from gallery.models import Picture, Trail
from tests.builders import FlatProvider, claim, make_queued, make_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture():
    return make_queued()[0]


@pytest.fixture
def trail(picture):
    return picture.generation.trail


def poll(client, trail, seen=None):
    address = f"/poll/{live.token_for(trail.owner, trail)}/"
    return client.get(address, {"v": seen} if seen else {})


class TestUnchanged:
    def test_a_poll_touches_neither_session_nor_database(self, trail, django_assert_num_queries):
        seen = live.stamp(trail.public_id)
        client = Client()
        client.force_login(trail.owner)
        with django_assert_num_queries(0):
            answer = poll(client, trail, seen)
        assert (answer.status_code, answer.content) == (204, b"")
        assert not answer.cookies

    def test_the_answer_is_not_kept_by_the_browser(self, trail):
        assert "no-store" in poll(Client(), trail, live.stamp(trail.public_id)).headers["Cache-Control"]

    @pytest.mark.parametrize("token", ["x", "garbage:1:2"])
    def test_a_token_that_was_not_made_here_is_refused_at_once(self, client, token, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert client.get(f"/poll/{token}/?v=1").status_code == 403

    def test_a_token_made_for_another_door_is_refused(self, client, trail):
        token = signing.dumps([trail.owner_id, str(trail.public_id)], salt="assignments.welcome")
        assert client.get(f"/poll/{token}/?v=1").status_code == 403

    def test_a_token_of_yesterday_is_refused(self, client, trail, monkeypatch):
        now = time.time
        monkeypatch.setattr(signing.time, "time", lambda: now() - live.TOKEN_SECONDS - 5)
        token = live.token_for(trail.owner, trail)
        monkeypatch.undo()
        assert client.get(f"/poll/{token}/?v=1").status_code == 403


class TestMovedPlaces:
    """While only places in line move, the words that changed are sent, from the cache alone."""

    @pytest.fixture
    def seen(self, trail, picture):
        live.publish_places({str(trail.public_id): {str(picture.public_id): [12, 120, ""]}})
        return {"v": live.stamp(trail.public_id), "p": live.version_of(live.places(trail.public_id))}

    def move(self, trail, picture, place, seconds, why=""):
        live.publish_places({str(trail.public_id): {str(picture.public_id): [place, seconds, why]}})

    def poll(self, trail, seen, language="en"):
        with translation.override(language):
            address = f"/poll/{live.token_for(trail.owner, trail)}/"
        return Client().get(address, seen)

    def test_a_page_that_shows_them_already_gets_nothing(self, trail, seen):
        assert self.poll(trail, seen).status_code == 204

    def test_new_places_come_without_session_or_database(self, trail, picture, seen, django_assert_num_queries):
        self.move(trail, picture, 9, 90)
        assert trail.owner
        with django_assert_num_queries(0):
            answer = self.poll(trail, seen)
        words = answer.content.decode()
        assert answer.status_code == 200 and answer.headers["HX-Reswap"] == "none"
        assert f'id="place-{picture.public_id}" hx-swap-oob="true">9 in line<' in words
        assert f'id="wait-{picture.public_id}" hx-swap-oob="true">About a minute and a half.<' in words
        assert f'value="{live.version_of(live.places(trail.public_id))}"' in words
        assert picture.generation.prompt not in words

    def test_a_rounded_place_is_not_told_as_an_exact_one(self, trail, picture, seen):
        self.move(trail, picture, 15, 90)
        assert ">about 15 in line<" in self.poll(trail, seen).content.decode()

    def test_they_come_in_the_language_of_the_page(self, trail, picture, seen):
        self.move(trail, picture, 9, 90)
        assert "9 in line" not in self.poll(trail, seen, "ru").content.decode()

    def test_why_nobody_can_tell_takes_the_place_of_the_place(self, trail, picture, seen):
        self.move(trail, picture, None, None, "held")
        words = self.poll(trail, seen).content.decode()
        assert "hidden>" in words and "Your teacher lets other pictures go first just now." in words

    def test_a_changed_row_counts_more_than_a_moved_place(self, trail, picture, seen):
        self.move(trail, picture, 9, 90)
        live.changed(trail.public_id)
        assert self.poll(trail, seen).status_code == 403  # asked for the page itself, and nobody is signed in

    def test_the_page_asks_with_the_version_it_shows(self, trail, picture, seen, client):
        client.force_login(trail.owner)
        page = client.get(f"/studio/{trail.submission.assignment.public_id}/").content.decode()
        assert f'name="p" value="{seen["p"]}"' in page and 'hx-include="#places-seen"' in page


class TestChanged:
    def test_its_owner_gets_the_live_part_anew(self, client, trail, picture):
        seen = live.stamp(trail.public_id)
        generation.draw(claim(picture.engine), FlatProvider())
        live.changed(trail.public_id)
        client.force_login(trail.owner)
        answer = poll(client, trail, seen)
        assert answer.status_code == 200
        assert str(picture.public_id) in answer.content.decode() and "<html" not in answer.content.decode()

    @pytest.mark.parametrize("who", ["nobody", "classmate", "teacher"])
    def test_nobody_else_gets_it_though_they_hold_the_token(self, client, trail, who):
        work = trail.submission
        people = {"classmate": make_work(work.assignment).student, "teacher": work.assignment.created_by}
        if who in people:
            client.force_login(people[who])
        assert poll(client, trail, "another stamp").status_code == 403

    def test_while_pictures_wait_the_part_asks_again_and_then_no_more(self, client, trail, picture):
        client.force_login(trail.owner)
        assert 'hx-get="/poll/' in poll(client, trail).content.decode()
        generation.draw(claim(picture.engine), FlatProvider())
        assert "/poll/" not in poll(client, trail).content.decode()


class TestStamps:
    def test_a_stamp_stays_until_something_changes(self, trail):
        seen = live.stamp(trail.public_id)
        assert seen and live.stamp(trail.public_id) == seen
        live.changed(trail.public_id)
        assert live.stamp(trail.public_id) not in ("", seen)

    def test_trails_do_not_share_stamps(self, trail):
        other = make_work(trail.submission.assignment).trail
        before = live.stamp(trail.public_id)
        live.changed(other.public_id)
        assert live.stamp(trail.public_id) == before

    def test_a_page_that_knows_of_all_events_gets_its_forgotten_stamp_back(self, trail, django_assert_num_queries):
        seen = {"v": live.stamp(trail.public_id), "n": trail.events.count()}
        address = f"/poll/{live.token_for(trail.owner, trail)}/"
        cache.clear()
        with django_assert_num_queries(1):
            assert Client().get(address, seen).status_code == 204
        with django_assert_num_queries(0):
            assert Client().get(address, seen).status_code == 204

    def test_a_page_that_missed_an_event_is_given_anew_though_its_stamp_was_lost(self, client, trail, picture):
        seen = {"v": live.stamp(trail.public_id), "n": trail.events.count()}
        claim(picture.engine)
        cache.clear()
        client.force_login(trail.owner)
        assert client.get(f"/poll/{live.token_for(trail.owner, trail)}/", seen).status_code == 200

    def test_a_lost_stamp_is_another_one_so_that_the_page_looks_again(self, trail):
        seen = live.stamp(trail.public_id)
        cache.clear()
        assert live.stamp(trail.public_id) != seen

    def test_a_stamp_is_forgotten_soon(self, trail, broker):
        live.stamp(trail.public_id)
        [key] = [key for db in (0, 1) for key in self.keys(broker, db)]
        assert str(trail.public_id).encode() in key

    def keys(self, broker, number):
        broker.select(number)
        keys = broker.keys("*stamp*")
        assert all(0 < broker.ttl(key) <= live.STAMP_SECONDS for key in keys)
        broker.select(0)
        return keys

    @pytest.mark.django_db(transaction=True)
    def test_every_move_of_a_picture_changes_the_stamp(self):
        """Asked, claimed, put back, claimed again, ready, approved, hidden: seven moves, seven stamps."""
        work = make_work()
        stamps = [live.stamp(work.trail.public_id)]

        def look():
            stamps.append(live.stamp(work.trail.public_id))

        [picture] = make_queued(work)
        look()
        claimed = claim(picture.engine)
        look()
        claimed.requeue("busy", after=-1)
        look()
        claimed = claim(picture.engine)
        look()
        generation.draw(claimed, FlatProvider())
        look()
        picture = Picture.objects.get()
        picture.approve(work.student)
        look()
        picture.hide(work.student, "unkind")
        look()
        assert len(set(stamps)) == len(stamps) == 8


@override_settings(
    CACHES={"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere.sock?db=1"}}
)
def test_without_a_cache_pages_ask_the_database_and_nothing_breaks(client):
    [picture] = make_queued()
    trail = Trail.objects.get()
    assert live.stamp(trail.public_id) == ""
    live.changed(trail.public_id)
    client.force_login(trail.owner)
    answer = poll(client, trail, "seen")
    assert answer.status_code == 200 and str(picture.generation.prompt) in answer.content.decode()
