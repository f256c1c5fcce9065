"""The environment of the tests, then the real settings: nothing of a developer's .env or keys reaches a test.

TEST_DB chooses SQLite (default) or PostgreSQL; tests/run.py starts one of its own for the latter, or takes TEST_DATABASE_URL.
What a test writes lies in one temporary folder, which processes started by tests share.
"""

import atexit
import os
import re
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def prepare_environment():
    """Set every variable that the site reads; processes that tests start inherit them."""
    scratch = Path(tempfile.mkdtemp(prefix="e4a-"))
    atexit.register(shutil.rmtree, scratch, ignore_errors=True)
    (scratch / "static").mkdir()
    for name in re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE):
        os.environ[name] = ""
    os.environ["AZURE_OPENAI_KEY"] = ""  # another name for AZURE_OPENAI_API_KEY
    os.environ.update(
        TEST_SCRATCH=str(scratch),
        SECRET_KEY="only for tests, and long enough that check --deploy has nothing to say about it",
        ALLOWED_HOSTS="localhost,127.0.0.1",
        DATABASE_URL=f"sqlite:///{scratch / 'site.sqlite3'}",
        TEST_DATABASE_NAME=str(scratch / "test.sqlite3"),
        REDIS_URL=f"unix://{scratch / 'broker.sock'}?db=0",
        MEDIA_ROOT=str(scratch / "media"),
        STATIC_ROOT=str(scratch / "static"),
        DJANGO_ALLOW_ASYNC_UNSAFE="1",  # Playwright runs an event loop in the thread that asks the database
    )
    if os.environ.get("TEST_DB") == "pg":
        os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]


prepare_environment()

from edu4all.settings import *  # noqa: E402, F403
from edu4all.settings import STORAGES  # noqa: E402

# In-process tests name static files plainly; the real web server of browser tests has them collected and hashed.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
