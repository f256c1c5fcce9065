"""What the log's lines hold, read as the operator reads them: never a name, a code, a PIN, a prompt or a token."""

import ast
import io
import json
import logging
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import transaction
from django.test import Client
from django.urls import include, path

from assignments.models import Classroom, Enrollment
from edu4all.logs import FIELDS, JsonFormatter
from tests.builders import make_classroom

NAME = "Мария Тестова"


def _break(request):
    raise RuntimeError(f"{NAME} of {request.GET['code']}")


def _twice(request, token):
    """Break a constraint of the database with a name, as two children at one door once did."""
    child = Enrollment.objects.get()
    with transaction.atomic():
        Enrollment.objects.create(classroom=child.classroom, student=child.student, alias=NAME, name_key=child.name_key)


urlpatterns = [
    path("break/", _break, name="break"),
    path("poll-like/<str:token>/", _twice, name="twice"),
    path("", include("edu4all.urls")),
]


@pytest.fixture
def log():
    """A function that returns the lines written since the test began, as the site's own formatter writes them."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    loggers = [logging.getLogger(name) for name in ("", "django.request", "django.security.DisallowedHost")]
    for logger in loggers:
        logger.addHandler(handler)
    yield stream.getvalue
    for logger in loggers:
        logger.removeHandler(handler)


def the_line(text):
    [line] = text.splitlines()
    return json.loads(line)


def plain(text):
    """Return a line with its letters as letters, so that an escaped name is found too."""
    return text.encode().decode("unicode_escape") if "\\u" in text else text


class TestWiring:
    def test_every_line_of_the_site_goes_through_this_formatter(self):
        formatters = {handler["formatter"] for handler in settings.LOGGING["handlers"].values()}
        assert {settings.LOGGING["formatters"][name]["()"] for name in formatters} == {"edu4all.logs.JsonFormatter"}

    def test_every_field_that_our_code_logs_is_let_through(self):
        used = set()
        for folder in ("assignments", "edu4all", "gallery"):
            for file in (Path(settings.BASE_DIR) / folder).rglob("*.py"):
                calls = (node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Call))
                ours = (call for call in calls if "log" in ast.unparse(call.func).split("."))
                for call in ours:
                    given = [word.value for word in call.keywords if word.arg == "extra"]
                    used |= {ast.literal_eval(key) for value in given for key in value.keys}
        assert {"picture", "engine", "trail"} <= used <= FIELDS


@pytest.mark.django_db
@pytest.mark.urls("tests.edu4all.test_logs")
class TestRequests:
    @pytest.fixture
    def client(self):
        return Client(raise_request_exception=False)

    def test_a_page_that_broke_is_told_by_its_route_and_place_and_not_by_its_words(self, client, log):
        assert client.get("/break/", {"code": "SECRETCODE"}).status_code == 500
        line = the_line(log())
        assert (line["message"], line["status_code"]) == ("GET break", 500)
        assert line["errors"][0]["type"] == "builtins.RuntimeError"
        assert line["errors"][0]["frames"][-1].endswith(" _break")
        assert not any(word in plain(log()) for word in (NAME, "Мария", "SECRETCODE", "?"))

    def test_a_broken_constraint_does_not_quote_the_child(self, client, log):
        """PostgreSQL says: Key (classroom_id, name_key)=(13, мария тестова) already exists."""
        Enrollment.objects.enrol(make_classroom(), NAME)
        assert client.get("/poll-like/a-token-of-somebody/").status_code == 500
        types = [error["type"] for error in the_line(log())["errors"]]
        assert types[0] == "django.db.utils.IntegrityError" and len(types) == 2
        assert not any(word in plain(log()).lower() for word in ("мария", "тестова", "a-token-of-somebody"))

    def test_an_address_that_leads_nowhere_is_not_repeated(self, client, log):
        logging.getLogger("django.request").setLevel(logging.WARNING)
        try:
            code = make_classroom().join_code
            assert client.get(f"/{code}/", {"code": code}).status_code == 404
            assert client.get(f"/welcome/{code}/").status_code == 404
        finally:
            logging.getLogger("django.request").setLevel(logging.ERROR)
        lines = [json.loads(line)["message"] for line in log().splitlines()]
        assert lines == ["GET no route", "GET assignments:welcome"]
        assert Classroom.objects.get().join_code not in log()

    def test_a_foreign_host_name_is_not_repeated(self, client, log):
        assert client.get("/break/", headers={"Host": "maria.example"}).status_code == 400
        line = the_line(log())
        assert "maria" not in log() and line["errors"][0]["type"].endswith(DisallowedHost.__name__)


class TestRecords:
    def test_unknown_fields_stay_outside_and_known_ones_come_in(self, log):
        extra = {"picture": "id", "fence": 3, "prompt": NAME, "alias": NAME, "request": NAME}
        logging.getLogger("gallery").warning("claim ran out", extra=extra)
        line = the_line(log())
        assert set(line) == {"asctime", "levelname", "name", "message", "picture", "fence"}
        assert (line["message"], line["fence"]) == ("claim ran out", 3)

    def test_a_task_that_failed_is_named_and_its_error_is_not_quoted(self, log):
        """The very words of Celery's own record of a failed task."""
        try:
            raise ValueError(NAME)
        except ValueError as error:
            about = {
                "name": "gallery.tasks.sweep",
                "id": "1",
                "description": "raised unexpected",
                "exc": repr(error),
                "args": NAME,
            }
            words = "Task %(name)s[%(id)s] %(description)s: %(exc)s"
            logging.getLogger("celery.app.trace").error(words, about, exc_info=True)
        assert the_line(log())["message"] == "Task gallery.tasks.sweep[1] raised unexpected: …"
        assert NAME not in plain(log())

    @pytest.mark.parametrize("is_error", [True, False])
    def test_an_exception_among_the_words_is_its_type_only(self, log, is_error):
        error = ValueError(NAME)
        logging.getLogger("gallery").error("after %d tries: %s", 3, error, exc_info=error if is_error else None)
        assert the_line(log())["message"] == "after 3 tries: ValueError"
        logging.getLogger("gallery").error(error)
        assert NAME not in plain(log())

    def test_what_an_error_came_from_is_told_too_by_type(self, log):
        try:
            try:
                raise KeyError(NAME)
            except KeyError as error:
                raise RuntimeError(NAME) from error
        except RuntimeError:
            logging.getLogger("gallery").exception("broken")
        assert [error["type"] for error in the_line(log())["errors"]] == ["builtins.RuntimeError", "builtins.KeyError"]
        assert NAME not in plain(log())
