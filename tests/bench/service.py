"""A lean images API for measurements: holds a thousand open requests at little cost, and remembers when each one came.

    python -m tests.bench.service [--seconds 10] [--picture small|photo] [--together] [--pace N] [--hang-every N]

Its first line of output is ``{"base_url": ..., "endpoint": ..., "pid": ...}``. What it answers is made once, before the first
request. ``GET /journal`` returns one ``[at, key, how]`` per request in the order of arrival: Unix time, the picture's seed (or
the prompt, where a client knows no seeds), and what became of it: "waiting", "drawn" (the whole answer was taken), "left" (the
client went away before), "busy" (429) or "hung" (silence, then a cut line). ``POST /forget`` empties it.
"""

import argparse
import asyncio
import base64
import io
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress

from tests import processes

#: Width and height whose photo makes an answer of about 64 KB and of about 2.8 MB (a PNG of 2.1 MB).
SIZES = {"small": (184, 144), "photo": (1536, 1024)}
CHUNK = 256 * 1024
#: Images that a service with a pace lets through at once after a rest.
BURST = 8
#: Seconds of silence before a hanging request is cut, as a gateway does it.
HANGS_FOR = 20


class Service:
    """Answers every request for a picture with the same bytes, ``seconds`` after it came."""

    def __init__(self, options):
        self.options = options
        self.journal = []
        self.body = memoryview(answer_with(photo(*SIZES[options.picture])))
        self.free, self.since = float(BURST), time.monotonic()

    async def serve(self, reader, writer):
        """Answer the requests of one connection, one after the other."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                method, path, _ = head.split(b" ", 2)
                body = await reader.readexactly(length_of(head))
                if method == b"POST" and path.endswith(b"/images/generations"):
                    await self.draw(json.loads(body), reader, writer)
                elif path == b"/journal":
                    await send(writer, 200, json.dumps(self.journal).encode())
                elif path == b"/forget":
                    self.journal.clear()
                    await send(writer, 200, b"{}")
                else:
                    await send(writer, 404, b'{"error": {"message": "no such path"}}')
        writer.close()

    async def draw(self, asked, reader, writer):
        """Answer one request for a picture as its number says."""
        options, line = self.options, [time.time(), asked.get("seed") or asked["prompt"], "waiting"]
        self.journal.append(line)
        number = len(self.journal)
        if options.pace and (wait := self.seconds_too_early()):
            line[2] = "busy"
            error = b'{"error": {"message": "Too fast.", "type": "requests", "code": "rate_limit_exceeded"}}'
            return await send(writer, 429, error, b"Retry-After: %d\r\n" % (wait + 1))
        if options.hang_every and number % options.hang_every == 0:
            line[2] = "hung"
            await asyncio.sleep(HANGS_FOR)
            raise ConnectionAbortedError
        seconds = options.seconds
        if options.together:  # all that wait are answered at the same moment
            seconds += -time.time() % options.seconds
        left = asyncio.ensure_future(reader.read(1))
        gone, _ = await asyncio.wait([left], timeout=seconds)
        if gone:
            line[2] = "left"
            raise ConnectionAbortedError
        left.cancel()
        with suppress(asyncio.CancelledError):
            await left
        line[2] = "left"  # until the last byte is taken
        await send(writer, 200, self.body)
        line[2] = "drawn"

    def seconds_too_early(self):
        """Take one of the images a minute that are allowed; return 0, or for how many seconds there is none."""
        now, each = time.monotonic(), 60 / self.options.pace
        self.free = min(BURST, self.free + (now - self.since) / each)
        self.since = now
        if self.free < 1:
            return (1 - self.free) * each
        self.free -= 1
        return 0


def length_of(head):
    for name, _, value in (line.partition(b":") for line in head.split(b"\r\n")):
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def send(writer, status, body, more=b""):
    """Send an answer in pieces, so that no more of it than one piece waits in memory for a slow reader."""
    head = b"HTTP/1.1 %d -\r\nContent-Type: application/json\r\nContent-Length: %d\r\n%b\r\n" % (status, len(body), more)
    writer.write(head)
    for start in range(0, len(body), CHUNK):
        writer.write(body[start : start + CHUNK])
        await writer.drain()
    await writer.drain()


def photo(width, height):
    """Return the PNG of a photo-like picture."""
    from tests.bench.pixels import photo

    file = io.BytesIO()
    photo(width, height).save(file, "PNG")
    return file.getvalue()


def answer_with(image):
    """Return the body of a success that brings ``image``."""
    usage = {"input_tokens": 50, "output_tokens": 1756, "total_tokens": 1806}
    return json.dumps({"created": 1, "data": [{"b64_json": base64.b64encode(image).decode()}], "usage": usage}).encode()


class Running:
    """A service in a process of its own, as a measurement sees it."""

    def __init__(self, address):
        self.base_url, self.endpoint, self.pid = address["base_url"], address["endpoint"], address["pid"]

    def journal(self):
        """Return the journal: [at, key, how] for each request."""
        with urllib.request.urlopen(f"{self.endpoint}/journal", timeout=30) as answer:
            return json.load(answer)

    def forget(self):
        urllib.request.urlopen(f"{self.endpoint}/forget", b"", timeout=30).close()


@contextmanager
def running_service(*options):
    """Run a service of one's own and yield it."""
    command = [sys.executable, "-m", "tests.bench.service", *map(str, options)]
    with subprocess.Popen(command, cwd=processes.ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Running(json.loads(process.stdout.readline()))
        finally:
            process.terminate()


async def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--picture", choices=SIZES, default="small")
    parser.add_argument("--together", action="store_true")
    parser.add_argument("--pace", type=int, default=0, help="images a minute; faster is refused")
    parser.add_argument("--hang-every", type=int, default=0)
    service = Service(parser.parse_args())
    server = await asyncio.start_server(service.serve, "127.0.0.1", 0, backlog=1024)
    endpoint = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(json.dumps({"base_url": f"{endpoint}/v1", "endpoint": endpoint, "pid": os.getpid()}), flush=True)
    done = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, done.set)
    await done.wait()
    os._exit(0)  # open requests are of no interest any more


if __name__ == "__main__":
    asyncio.run(main())
