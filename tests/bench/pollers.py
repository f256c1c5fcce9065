"""Waiting pages in a process of their own: each polls as a browser does, and every poll is timed.

    python -m tests.bench.pollers pages.json

The file holds {"port", "every" (seconds), "opening" (seconds in which the pages are opened), "pages": [[path, session], ...]}.
It prints "open" when every page was opened, and a line of JSON for each line it reads: what the polls since the last one took.
"""

import asyncio
import contextlib
import json
import random
import re
import sys
import time
from collections import Counter

#: Where a page finds the address of its next poll, and the version of the places in line that it shows.
NEXT, PLACES = re.compile(rb'hx-get="(/poll/[^"]+)"'), re.compile(rb'id="places-seen"[^>]* value="([^"]*)"')


class Page:
    """One open page. It keeps its connection while the server does, and stops when nothing is waited for any more."""

    def __init__(self, load, path, session):
        self.load, self.path, self.places = load, path, ""
        self.cookies = f"sessionid={session}; csrftoken={'c' * 32}"
        self.reader = self.writer = None

    async def live(self, opens_after):
        await asyncio.sleep(opens_after)
        await self.ask(self.path)
        self.load.opened += 1
        while self.path:
            await asyncio.sleep(self.load.every * random.uniform(0.95, 1.05))
            began = time.perf_counter()
            answer = await self.ask(f"{self.path}&p={self.places}" if self.places else self.path)
            self.load.note(answer, (time.perf_counter() - began) * 1000)

    async def ask(self, path):
        """Ask once and take over what came: "nothing", "words" (places that moved) or "part" (the part anew); or the status."""
        while True:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):  # hung up while idle: ask on a new line
                if self.writer is None or self.reader.at_eof():
                    self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.load.port)
                self.writer.write(self.request(path))
                status, body = await self.answer()
                break
            self.writer = None
        if status == 204:
            return "nothing"
        if status != 200:
            return str(status)
        shown = PLACES.search(body)
        self.places = shown[1].decode() if shown else ""
        if b'id="live-trail"' not in body:
            return "words"
        following = NEXT.search(body)
        self.path = following[1].decode() if following else None
        return "part"

    def request(self, path):
        lines = [
            f"GET {path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.load.port}",
            "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            "Accept: */*",
            "Accept-Encoding: gzip, deflate, br",
            "Accept-Language: ru-RU,ru;q=0.9,en;q=0.8",
            "HX-Request: true",
            "HX-Target: live-trail",
            f"Cookie: {self.cookies}",
        ]
        return "\r\n".join([*lines, "", ""]).encode()

    async def answer(self):
        head = await self.reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        if b"transfer-encoding: chunked" in lower:
            body = await self.chunks()
        else:
            length = re.search(rb"content-length: (\d+)", lower)
            body = await self.reader.readexactly(int(length[1])) if length else b""
        if b"connection: close" in lower:
            self.writer.close()
            self.writer = None
        return int(head.split(b" ", 2)[1]), body

    async def chunks(self):
        body = b""
        while size := int(await self.reader.readline(), 16):
            body += (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readline()
        return body


class Load:
    """All pages of one run, and what their polls took since somebody last asked."""

    def __init__(self, plan):
        self.port, self.every, self.opened = plan["port"], plan["every"], 0
        self.pages = [Page(self, path, session) for path, session in plan["pages"]]
        self.opening = plan["opening"]
        self.forget()

    def forget(self):
        self.times, self.answers, self.since = [], Counter(), time.perf_counter()

    def note(self, answer, milliseconds):
        self.times.append(milliseconds)
        self.answers[answer] += 1

    def report(self):
        """Return the polls since the last report, and begin anew."""
        found = {"seconds": time.perf_counter() - self.since, "times": self.times, "answers": self.answers}
        self.forget()
        return found

    def check(self, tasks):
        """Raise what a page met."""
        for task in tasks:
            if task.done():
                task.result()

    async def run(self):
        gap = self.opening / len(self.pages)
        tasks = [asyncio.create_task(page.live(number * gap)) for number, page in enumerate(self.pages)]
        while self.opened < len(self.pages):
            await asyncio.sleep(0.1)
            self.check(tasks)
        print("open", flush=True)
        self.forget()
        while await asyncio.to_thread(sys.stdin.readline):
            self.check(tasks)
            print(json.dumps(self.report()), flush=True)
        for task in tasks:
            task.cancel()


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        plan = json.load(file)
    asyncio.run(Load(plan).run())
