"""A local server that speaks the images API, obeys a script, and remembers what it was asked.

In a test::

    with FakeImagesAPI() as api:
        api.script(["rate", ("slow", {"delay": 0.3}), "ok"])     # one behaviour per images request, in order
        ...Service(kind="openai", base_url=api.base_url, ...)    # Azure: base_url=api.endpoint
        api.journal[0]["fields"]["prompt"]                       # one dict per request, in the order of arrival

As a process of its own (for tests that kill workers)::

    python -m tests.fakes.images_api --port 0 --journal calls.jsonl --delay 2 [--script rate,ok] [--always server_error]

Its first line of output is ``{"base_url": ..., "endpoint": ..., "port": ..., "pid": ...}``. ``POST /_script`` with
``{"script": [...], "always": "ok", "route": "images"}`` gives it a script from outside, ``{"forget": true}`` takes all of that
back, ``{"finish": true}`` ends all drawings in the background; ``GET /_journal`` returns the journal.

A request that finds no script is answered by ``always`` (a picture of the asked size, unless told otherwise). A behaviour is a
name from ``behaviours()`` or a pair of a name and its options. Every behaviour takes ``delay`` (seconds before answering) and
``headers`` (sent besides its own).
Scripts are kept by route: "images" (generations and edits), "responses" (drawings begun in the background), "retrieve" and
"cancel" (questions about one), "models", "moderations", "files" (what an answered URL points to).

A journal line is written when the request has arrived, before it is answered, so that it outlives whoever asked. It holds
``number`` (from 1), ``at`` (Unix time), ``method``, ``path`` (with query), ``route``, ``headers`` (lower-case names),
``fields`` (of the body; images as name, type, bytes and sha256, never stored) and ``outcome`` (the behaviour's name).
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import ssl
import threading
import time
from collections import deque
from collections.abc import Iterable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

from tests.fakes.drawings import Drawing
from tests.fakes.images_answers import ANSWERS, Asked, Hangup, behaviours, read_fields

__all__ = ["FakeImagesAPI", "behaviours"]

Behaviour = str | Sequence  # a name, or (name, options)


class FakeImagesAPI:
    """Runs the server in a thread of this process, bound to 127.0.0.1, until the ``with`` block ends."""

    def __init__(
        self,
        *,
        port: int = 0,
        delay: float = 0.0,
        journal_file: Path | str | None = None,
        certificate: Path | str | None = None,
    ) -> None:
        self.delay = delay
        self.journal: list[dict] = []
        self._count = 0
        self._journal_file = open(journal_file, "a", encoding="utf-8") if journal_file else None
        self._lock = threading.Lock()
        self._scripts: dict[str, deque[Behaviour]] = {}
        self._always: dict[str, Behaviour] = {}
        self.drawings: dict[str, Drawing] = {}
        self.stopping = threading.Event()
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.api = self
        self.port: int = self._server.server_address[1]
        if certificate:  # a PEM file with a key and a certificate
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate)
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
        self.endpoint = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"
        self.base_url = f"{self.endpoint}/v1"

    def __enter__(self) -> FakeImagesAPI:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self._journal_file:
            self._journal_file.close()

    def script(self, steps: Iterable[Behaviour] | str, route: str = "images") -> None:
        """Answer the next requests of ``route`` by these behaviours, one each, after those already waiting."""
        steps = [steps] if isinstance(steps, str) else list(steps)
        for step in steps:
            self._check(step)
        with self._lock:
            self._scripts.setdefault(route, deque()).extend(steps)

    def always(self, step: Behaviour, route: str = "images") -> None:
        """Answer requests of ``route`` that find no script by this behaviour, from now on."""
        self._check(step)
        with self._lock:
            self._always[route] = step

    def forget(self) -> None:
        """Drop the journal kept in memory, the scripts, and what was set by ``always``."""
        with self._lock:
            self.journal.clear()
            self._scripts.clear()
            self._always.clear()

    def requests(self, route: str = "images") -> list[dict]:
        """The journal's lines of one route."""
        with self._lock:
            return [line for line in self.journal if line["route"] == route]

    def _check(self, step: Behaviour) -> None:
        name = step if isinstance(step, str) else step[0]
        if name not in ANSWERS:
            raise ValueError(f"No behaviour {name!r}; there are: {', '.join(behaviours())}")

    def _next(self, route: str) -> tuple[str, dict]:
        with self._lock:
            waiting = self._scripts.get(route)
            step = waiting.popleft() if waiting else self._always.get(route, "ok")
        name, options = (step, {}) if isinstance(step, str) else (step[0], dict(step[1]))
        options.setdefault("delay", self.delay if route == "images" else 0.0)
        return name, options

    def _note(self, line: dict) -> int:
        with self._lock:
            self._count += 1
            line["number"] = self._count
            self.journal.append(line)
            if self._journal_file:
                self._journal_file.write(json.dumps(line, ensure_ascii=False) + "\n")
                self._journal_file.flush()
            return line["number"]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128
    api: FakeImagesAPI

    def handle_error(self, request, client_address) -> None:
        """Say nothing: a client that hangs up is part of most tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, *args: object) -> None:
        """Say nothing: the journal tells."""

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _answer(self, body: bytes) -> None:
        api = self.server.api
        path = urlsplit(self.path).path
        if path == "/_journal":
            return self._send_json(200, api.journal)
        if path == "/_script":
            return self._take_script(json.loads(body))
        route = _route(self.command, path)
        name, options = api._next(route) if route != "nothing" else ("wrong_path", {"delay": 0})
        fields = read_fields(self.headers.get("Content-Type", ""), body)
        headers = {key.lower(): value for key, value in self.headers.items()}
        line = {"number": 0, "at": time.time(), "method": self.command, "path": self.path, "route": route}
        number = api._note(line | {"headers": headers, "fields": fields, "outcome": name})
        if api.stopping.wait(options["delay"]):
            return None
        asked = Asked(self, api, route, number, fields, options)
        try:
            ANSWERS[name](asked)
        except (Hangup, ConnectionError, TimeoutError):
            self.close_connection = True

    def _take_script(self, wanted: dict) -> None:
        route = wanted.get("route", "images")
        if wanted.get("forget"):
            self.server.api.forget()
        if wanted.get("finish"):
            for drawing in self.server.api.drawings.values():
                drawing.seconds = 0
        if "always" in wanted:
            self.server.api.always(wanted["always"], route)
        self.server.api.script(wanted.get("script", []), route)
        self._send_json(200, {"ok": True})

    def _send_json(self, status: int, content: object) -> None:
        body = json.dumps(content, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _route(method: str, path: str) -> str:
    if path.startswith("/files/"):
        return "files"
    inner = path
    for start in ("/openai/v1/", "/openai/deployments/", "/openai/", "/v1/"):
        if path.startswith(start):
            inner = path.removeprefix(start)
            if start == "/openai/deployments/":
                inner = inner.partition("/")[2]
            break
    else:
        return "nothing"
    if inner.startswith("responses/"):
        return {"GET": "retrieve", "POST": "cancel" if inner.endswith("/cancel") else "nothing"}.get(method, "nothing")
    known = {
        "images/generations": "images",
        "images/edits": "images",
        "responses": "responses",
        "models": "models",
        "moderations": "moderations",
    }
    return known.get(inner, "nothing")


def main() -> None:
    """Serve until told to stop, having printed the address."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--journal", type=Path)
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before each picture")
    parser.add_argument("--script", default="", help="behaviours, separated by commas")
    parser.add_argument("--always", default="ok")
    options = parser.parse_args()
    done = threading.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: done.set())
    with FakeImagesAPI(port=options.port, delay=options.delay, journal_file=options.journal) as api:
        api.script([name for name in options.script.split(",") if name])
        api.always(options.always)
        address = {"base_url": api.base_url, "endpoint": api.endpoint, "port": api.port, "pid": os.getpid()}
        print(json.dumps(address), flush=True)
        done.wait()


if __name__ == "__main__":
    main()
