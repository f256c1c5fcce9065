"""Fixtures: a broker, real workers, a real web server on the test database, and Chromium.

Whatever is seen from another process must have been committed: `worker` and `live_site` bring `transactional_db` along.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection, transaction
from redis import Redis

from edu4all.catalogs import compile_stale
from tests import processes

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup"}
ALLOWED_TO_SKIP = ("needs PostgreSQL", "needs SQLite", "needs Linux")  # another pass or machine runs them


def pytest_collection_modifyitems(config, items):
    """On PostgreSQL run only what asks the database and may get another answer; the rest has run on SQLite already."""
    if os.environ.get("TEST_DB") != "pg":
        return
    asking = [item for item in items if item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(item.fixturenames)]
    asks = [item for item in asking if not item.get_closest_marker("one_database")]
    config.hook.pytest_deselected(items=[item for item in items if item not in asks])
    items[:] = asks


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    """In CI nothing may be left out: a skipped test is a failed one."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") != "true" or not reporter:
        return
    reasons = [report.longrepr[2].removeprefix("Skipped: ") for report in reporter.stats.get("skipped", [])]
    if any(not reason.startswith(ALLOWED_TO_SKIP) for reason in reasons) and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


# Broker and cache


@pytest.fixture(scope="session")
def scratch() -> Path:
    """The folder in which this session and its processes keep what they write."""
    return Path(os.environ["TEST_SCRATCH"])


@pytest.fixture(scope="session")
def broker(scratch):
    """A client of the embedded server that the settings name as broker and cache."""
    path = scratch / "broker.sock"
    with processes.running_broker(scratch / "broker", path), Redis(unix_socket_path=str(path)) as client:
        yield client


@pytest.fixture(autouse=True)
def empty_broker(request):
    """Each test begins with no message waiting and nothing cached; pure tests also run without Django (-p no:django)."""
    if "TEST_SCRATCH" in os.environ:
        request.getfixturevalue("broker").flushall()


# Rows


@pytest.fixture(scope="class")
def build_once(django_db_setup, django_db_blocker):
    """A function that makes rows once for all tests of a class: build_once(make_everything) gives what that returns.

    Each test sees them as they were made, whatever the others changed: its own changes are rolled back to there. A fixture that
    hands the objects out gives each test a copy of them.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield lambda build: build()
        transaction.set_rollback(True)


# Processes on the test database


@pytest.fixture(scope="session")
def on_test_database(django_db_setup, django_db_blocker):
    """The variables that let another process work on the test database."""
    with django_db_blocker.unblock():
        return {"DATABASE_URL": processes.database_url(connection.settings_dict)}


@pytest.fixture
def start_worker(on_test_database, transactional_db, broker, scratch):
    """A function that gives a context with a real Celery worker: start_worker("-c", "8", name="second", LEASE_SECONDS="2")."""

    def start(*options, **variables):
        return processes.running_worker(scratch, broker, *options, **{**on_test_database, **variables})

    return start


@pytest.fixture
def worker(start_worker):
    """A real Celery worker on the test database, until the test ends."""
    with start_worker() as process:
        yield process


@pytest.fixture(scope="session")
def static_files():
    """What a web server with DEBUG off needs: static files collected, both languages compiled."""
    compile_stale()
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
    subprocess.run(command, cwd=processes.ROOT, env={**os.environ, "DJANGO_SETTINGS_MODULE": "edu4all.settings"}, check=True)


@pytest.fixture(scope="session")
def web_server(on_test_database, static_files, scratch):
    """The address of gunicorn with DEBUG off on the test database."""
    port = processes.free_port()
    with processes.running_web(scratch, port, **on_test_database):
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def live_site(web_server, transactional_db):
    """The address of the running site; its database is emptied after each test."""
    return web_server


# Chromium


@pytest.fixture(scope="session")
def browser_type_launch_args():
    """The Chromium of this machine, with flags that keep it quiet."""
    path = processes.find_chromium()
    if not path:
        pytest.skip("no Chromium on this machine")
    return {"executable_path": path, "args": processes.CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def browser_context_args():
    """Russian, without animations, under the site's real content security policy."""
    return {"locale": "ru-RU", "reduced_motion": "reduce"}
