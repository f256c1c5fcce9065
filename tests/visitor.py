"""Somebody with an open session who visits the running site over HTTP, on one connection while they are busy."""

import http.client
import time
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

CSRF = "c" * 32
IDLE_SECONDS = 1  # gunicorn hangs up after two


@dataclass
class Answer:
    status: int
    body: bytes


class Visitor:
    """A browser's manners without a browser. ``user`` None is a stranger."""

    def __init__(self, port, user=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.used_at = time.monotonic()
        self.cookies = f"csrftoken={CSRF}" + (f"; sessionid={open_session(user)}" if user else "")

    def get(self, path):
        return self._ask("GET", path)

    def post(self, path, **fields):
        return self._ask("POST", path, urlencode({"csrfmiddlewaretoken": CSRF, **fields}))

    def _ask(self, method, path, body=None):
        headers = {"Cookie": self.cookies, "Accept-Language": "ru"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if time.monotonic() - self.used_at > IDLE_SECONDS:
            self.connection.close()  # the next request opens it anew
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        answer = Answer(response.status, response.read())
        self.used_at = time.monotonic()
        return answer

    def close(self):
        self.connection.close()


def open_session(user):
    """Sign ``user`` in as the site would have, without the work of checking a password; return the session's key."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "assignments.backends.NameOrEmailBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key
