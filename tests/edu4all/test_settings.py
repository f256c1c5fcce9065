"""What the environment makes of the site: somebody's own machine, or production."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.test import Client, override_settings
from django.urls import include, path

from assignments import demo
from assignments.models import User
from edu4all.settings import redis_urls
from tests.builders import make_classroom, make_student

ROOT = Path(__file__).resolve().parents[2]
PRODUCTION = {
    "SECRET_KEY": "a key for one test, long enough and different enough: 0123456789 abcdefghij KLMNOPQRST",
    "ALLOWED_HOSTS": "art.example.org",
    "DATABASE_URL": "postgres://site:word@db.example.org/site",
    "REDIS_URL": "rediss://:word@redis.example.org:6380/2",
}


def django(*arguments, **environment):
    """Run Python with the site's settings and no variables but ``environment``; empty ones hide a developer's .env."""
    names = re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    clean = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "edu4all.settings", "LANG": "C.UTF-8"}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=clean | dict.fromkeys(names, "") | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def values(*names, **environment):
    """Return the settings ``names`` as a process with ``environment`` sees them; None where one is not set."""
    code = f"import json; from edu4all import settings as s; print(json.dumps([getattr(s, n, None) for n in {list(names)!r}]))"
    answer = django("-c", code, **environment)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


class TestStart:
    @pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS"])
    def test_the_site_does_not_start_without(self, name):
        answer = django("manage.py", "check", **(PRODUCTION | {name: ""}))
        assert answer.returncode != 0
        assert f"{name} is not set" in answer.stderr

    def test_production_has_nothing_left_to_warn_about(self):
        answer = django("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
        assert answer.returncode == 0, answer.stderr
        assert "no issues" in answer.stdout

    def test_models_and_migrations_agree(self):
        answer = django("manage.py", "makemigrations", "--check", "--dry-run", **(PRODUCTION | {"DATABASE_URL": ""}))
        assert answer.returncode == 0, answer.stdout

    def test_debug_is_off_unless_said(self):
        assert values("DEBUG", **PRODUCTION) == [False]
        assert values("DEBUG", **PRODUCTION, DEBUG="1") == [True]


class TestOwnMachine:
    SAFE = (
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "LANGUAGE_COOKIE_SECURE",
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
    )

    def test_on_loopback_nothing_asks_for_https(self):
        local = PRODUCTION | {"ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]"}
        assert values("IS_LOCAL", *self.SAFE, **local) == [True, None, None, None, None, None]

    @pytest.mark.parametrize("hosts", ["art.example.org", "localhost,art.example.org", "*", "192.168.1.5", ".example.org"])
    def test_on_any_other_host_everything_does(self, hosts):
        found = values("IS_LOCAL", *self.SAFE, **(PRODUCTION | {"ALLOWED_HOSTS": hosts}))
        assert found == [False, True, True, True, True, 365 * 24 * 3600]

    @pytest.mark.django_db
    @override_settings(IS_LOCAL=False)
    def test_the_demo_refuses_to_load_anywhere_else(self):
        with pytest.raises(ImproperlyConfigured):
            demo.load()
        assert not User.objects.exists()

    def test_origins_of_subdomains_are_spelled_as_django_reads_them(self):
        hosts = PRODUCTION | {"ALLOWED_HOSTS": "art.example.org,.school.example,*"}
        assert values("CSRF_TRUSTED_ORIGINS", **hosts) == [["https://art.example.org", "https://*.school.example"]]


class TestBroker:
    @pytest.mark.parametrize(
        "url, celery, cache",
        [
            ("redis://host:6379/0", "redis://host:6379/0", "redis://host:6379/1"),
            ("redis://host", "redis://host", "redis://host/1"),
            ("rediss://:word@host:6380/2", "rediss://:word@host:6380/2", "rediss://:word@host:6380/3"),
            (
                "rediss://host/0?ssl_cert_reqs=required",
                "rediss://host/0?ssl_cert_reqs=required",
                "rediss://host/1?ssl_cert_reqs=required",
            ),
            ("unix:///run/redis.sock?db=4", "redis+socket:///run/redis.sock?virtual_host=4", "unix:///run/redis.sock?db=5"),
            ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0", "unix:///run/redis.sock?db=1"),
        ],
    )
    def test_messages_and_cache_live_in_two_databases_of_one_server(self, url, celery, cache):
        assert redis_urls(url) == (celery, cache)

    def test_both_urls_reach_a_real_server(self, broker):
        """The embedded one, through the very settings that this test runs with."""
        celery, cache = settings.CELERY_BROKER_URL, settings.CACHE_URL
        assert celery.startswith("redis+socket:///") and cache.startswith("unix:///")
        assert cache.partition("?")[0].removeprefix("unix://") == celery.partition("?")[0].removeprefix("redis+socket://")


class TestHeaders:
    @pytest.fixture(params=["/login/", "/admin/login/", "/nothing-here/"])
    def answer(self, request, client, db):
        return client.get(request.param)

    def test_every_page_brings_a_policy_that_allows_nothing_unsafe(self, answer):
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy
        assert "unsafe" not in policy and "*" not in policy and "data:" not in policy

    def test_no_page_has_a_script_or_style_that_the_policy_forbids(self, answer):
        page = answer.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", page)
        assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=\"", page)

    def test_pages_stay_out_of_frames_and_shared_caches(self, answer):
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "no-store" in answer.headers["Cache-Control"]

    def test_cookies_are_kept_from_scripts(self, client, db):
        client.get("/login/")
        cookie = client.cookies["csrftoken"]
        assert cookie["httponly"] and cookie["samesite"] == "Lax"


def _break(request):
    raise RuntimeError("the secret of the house")


def _forbid(request):
    raise PermissionDenied("the secret of the house")


urlpatterns = [path("break/", _break), path("forbid/", _forbid), path("", include("edu4all.urls"))]


@pytest.mark.django_db
@pytest.mark.urls("tests.edu4all.test_settings")
class TestErrorPages:
    @pytest.fixture
    def client(self):
        return Client(raise_request_exception=False, enforce_csrf_checks=True)

    @pytest.mark.parametrize("address, status", [("/forbid/", 403), ("/nothing-here/", 404), ("/break/", 500)])
    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_a_page_that_failed_says_so_in_the_readers_language_and_tells_nothing_else(self, client, address, status, language):
        answer = client.get(address, headers={"Accept-Language": language})
        page = answer.content.decode()
        assert answer.status_code == status
        assert (f'lang="{language}"' in page) or status == 500
        assert bool(re.search("[а-яё]{4}", page)) or language == "en"
        assert not re.search("secret of the house|Traceback|RuntimeError|PermissionDenied|urlpatterns|Resolver404", page)

    def test_the_page_for_a_broken_site_speaks_both_languages(self, client):
        page = client.get("/break/").content.decode()
        assert "Something broke on our side" in page and "Что-то сломалось у нас" in page

    def test_a_form_without_its_token_is_refused_kindly(self, client):
        answer = client.post("/login/", {"username": "a", "password": "b"})
        assert answer.status_code == 403
        page = answer.content.decode()
        assert "cookie not set" not in page and "CSRF" not in page
        assert client.get("/login/").status_code == 200

    def test_a_signed_in_person_reads_the_language_of_their_profile(self, client):
        student = make_student(make_classroom())
        User.objects.filter(pk=student.pk).update(language="en")
        client.force_login(student)
        assert 'lang="en"' in client.get("/nothing-here/", headers={"Accept-Language": "ru"}).content.decode()
