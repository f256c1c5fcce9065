"""What machines read: is the process alive, can it serve, what has it done."""

import time

import pytest
from django.core.cache import cache
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.test import override_settings

from gallery import generation, tasks
from tests.builders import FlatProvider, claim, make_engine, make_queued, make_ready


class TestAlive:
    def test_it_is_alive_without_a_database_and_under_any_name(self, client):
        """No database is allowed to this test; a probe sends the bare address of a container as host."""
        answer = client.get("/healthz", headers={"Host": "10.1.2.3:8000"})
        assert (answer.status_code, answer.content) == (200, b"ok")

    @override_settings(SECURE_SSL_REDIRECT=True)
    def test_a_probe_over_plain_http_is_not_sent_elsewhere(self, client):
        assert client.get("/healthz").status_code == 200

    def test_a_page_under_a_foreign_name_is_refused(self, client, db):
        assert client.get("/login/", headers={"Host": "elsewhere.example"}).status_code == 400


@pytest.mark.django_db
class TestReady:
    def test_without_a_worker_nothing_is_drawn_so_it_is_not_ready(self, client):
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"database": True, "broker": True, "worker": False}

    def test_a_sweep_tells_that_a_worker_lives(self, client):
        tasks.sweep()
        answer = client.get("/readyz")
        assert (answer.status_code, set(answer.json().values())) == (200, {True})

    def test_an_old_heartbeat_does_not_count(self, client):
        cache.set(tasks.HEARTBEAT, time.time() - 61, 600)
        assert client.get("/readyz").json()["worker"] is False

    def test_with_tables_of_another_version_it_is_not_ready(self, client):
        tasks.sweep()
        newest = next(key for key in MigrationLoader(connection).graph.leaf_nodes() if key[0] == "assignments")
        MigrationRecorder(connection).record_unapplied(*newest)
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["database"]) == (503, False)

    @override_settings(
        CACHES={"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": "unix:///nowhere.sock?db=1"}}
    )
    def test_without_a_broker_it_says_so_and_does_not_break(self, client):
        answer = client.get("/readyz")
        assert answer.status_code == 503
        assert answer.json() == {"database": True, "broker": False, "worker": False}


@pytest.mark.django_db
class TestMetrics:
    def test_the_machine_itself_reads_its_figures(self, client):
        make_ready()
        make_queued()
        make_engine("openai-like").open_circuit("key", "no key")
        page = client.get("/metrics").content.decode()
        assert 'edu4all_pictures{state="ready"} 1.0' in page
        assert 'edu4all_pictures{state="queued"} 1.0' in page
        assert 'edu4all_calls{engine="sketch",state="stored"} 1.0' in page
        assert 'edu4all_engine_stopped{engine="openai-like"} 1.0' in page

    def test_figures_hold_no_words_and_no_names(self, client):
        [picture] = make_queued(prompt="A very red bicycle")
        generation.draw(claim(picture.engine), FlatProvider())
        page = client.get("/metrics").content.decode()
        assert "bicycle" not in page and picture.owner.username not in page

    @pytest.mark.parametrize("address", ["10.0.0.7", "203.0.113.9", "::2", ""])
    def test_for_another_machine_they_do_not_exist(self, client, address):
        assert client.get("/metrics", REMOTE_ADDR=address).status_code == 404

    def test_for_somebody_behind_the_proxy_of_this_machine_neither(self, client):
        assert client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 404

    @override_settings(IS_LOCAL=False)
    def test_on_a_server_they_need_a_token_even_on_loopback(self, client):
        """A proxy that sets only X-Forwarded-Proto, as the README asks, looks like the machine itself."""
        assert client.get("/metrics", headers={"X-Forwarded-Proto": "https"}).status_code == 404

    @pytest.mark.parametrize("is_local", [True, False])
    @override_settings(METRICS_TOKEN="a long word")
    def test_with_a_token_it_opens_from_anywhere_and_only_with_it(self, client, settings, is_local):
        settings.IS_LOCAL = is_local
        with_token = {"Authorization": "Bearer a long word"}
        assert client.get("/metrics", headers=with_token, REMOTE_ADDR="10.0.0.7").status_code == 200
        assert client.get("/metrics").status_code == 404
        assert client.get("/metrics", headers={"Authorization": "Bearer другое"}).status_code == 404
