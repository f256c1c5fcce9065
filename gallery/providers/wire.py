"""The line to a service: one connection for one request, and one deadline for everything that happens on it.

HTTP libraries restart their timeouts with every byte, so a service that drips its answer is never late for them. Here every
connect, write and read is given only what is left of the whole. A connection serves one request and is closed: beside a picture
that takes seconds a handshake costs nothing, a forked worker shares no socket, and no idle line can die under a request.
No proxy is read from the environment, no redirect is followed, and what comes is passed on as it came (never unpacked).
"""

from __future__ import annotations

import functools
import io
import queue
import socket
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import httpcore2
import httpx2
import requests
from requests.adapters import BaseAdapter

from .base import Broken, Busy, Misconfigured, ProviderError, Unanswered

#: An error's body is a courtesy of a few hundred bytes; more than this is not read.
MOST_ERROR_BYTES = 64 * 1024
_WRITE_BYTES = 64 * 1024
#: The name does not exist, as opposed to "the resolver cannot say just now".
_NO_SUCH_NAME = {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}


class Line(httpcore2.NetworkBackend):
    """Opens connections whose every step ends before one deadline, and knows whether the request has begun to leave.

    ``seconds`` counts from the making of the line, by the monotonic clock; ``connect_timeout`` bounds name, TCP and TLS
    together. Raises the providers' errors: ``Busy`` or ``Misconfigured`` until the first byte of the request leaves, then
    ``Unanswered``.
    """

    def __init__(self, *, seconds: float, connect_timeout: float) -> None:
        now = time.monotonic()
        self._ends_at = now + seconds
        self._connected_by = min(self._ends_at, now + connect_timeout)
        self.is_used = False

    def left(self) -> float:
        """Seconds until the deadline, above zero; once it has passed, raises ``Unanswered`` (``Busy`` if nothing has left)."""
        left = self._ends_at - time.monotonic()
        if left <= 0 and not self.is_used:
            raise Busy("The deadline passed before anything was sent.", code="deadline")
        if left <= 0:
            raise Unanswered("The deadline passed before the whole answer came.", code="deadline")
        return left

    def left_to_connect(self) -> float:
        """Seconds in which a connection must stand, above zero; raises ``Busy`` once they have passed."""
        left = self._connected_by - time.monotonic()
        if left <= 0:
            raise Busy("The service could not be reached in time.", code="connect_timeout")
        return left

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first address of ``host`` that answers; each gets its share of the time that is left."""
        addresses = self._addresses(host, port)
        reason = "no address"
        for position, address in enumerate(addresses):
            share = self.left_to_connect() / (len(addresses) - position)
            try:
                connection = socket.create_connection(address, share)
            except OSError as error:
                reason = type(error).__name__
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return _Stream(connection, self)
        self.left_to_connect()
        raise Busy(f"The service does not accept connections ({reason}).", code="connect_failed")

    def _addresses(self, host: str, port: int) -> list[tuple[str, int]]:
        # getaddrinfo knows no timeout: it is asked on a thread of its own, which is left behind when it is late.
        found: queue.SimpleQueue[list[tuple[str, int]] | Exception] = queue.SimpleQueue()

        def resolve() -> None:
            try:
                rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                found.put(list(dict.fromkeys((str(row[4][0]), int(row[4][1])) for row in rows)))
            except (OSError, UnicodeError) as error:
                found.put(error)

        threading.Thread(target=resolve, name="resolve", daemon=True).start()
        try:
            answer = found.get(timeout=self.left_to_connect())
        except queue.Empty:
            raise Busy("The service's name could not be looked up in time.", code="dns_timeout") from None
        if isinstance(answer, list):
            return answer
        if isinstance(answer, UnicodeError) or getattr(answer, "errno", None) in _NO_SUCH_NAME:
            raise Misconfigured("The service's name does not exist.", kind="address", code="dns") from None
        raise Busy("The service's name could not be looked up.", code="dns") from None


class _Stream(httpcore2.NetworkStream):
    """One socket of a line; the timeouts that a library passes in are ignored, the line's deadline holds."""

    def __init__(self, connection: socket.socket, line: Line) -> None:
        self._socket = connection
        self._line = line

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        try:
            self._socket.settimeout(self._line.left_to_connect())
            secured = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
        except (ssl.SSLCertVerificationError, ssl.CertificateError):
            self.close()
            raise Misconfigured("The service's certificate is not trusted.", kind="address", code="certificate") from None
        except ssl.SSLError as error:
            self.close()
            if error.reason == "WRONG_VERSION_NUMBER":  # it speaks plain HTTP: https will never work there
                raise Misconfigured("The service speaks no TLS at this address.", kind="address", code="tls") from None
            raise Busy("TLS could not be agreed with the service.", code="tls") from None
        except OSError:
            self.close()
            self._line.left_to_connect()
            raise Busy("The line dropped while TLS was agreed.", code="tls") from None
        except Busy:
            self.close()
            raise
        return _Stream(secured, self._line)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        while rest:
            self._socket.settimeout(self._line.left())
            self._line.is_used = True
            try:
                sent = self._socket.send(rest[:_WRITE_BYTES])
            except TimeoutError:
                raise Unanswered("The deadline passed while the request was sent.", code="deadline") from None
            except OSError as error:
                # The HTTP layer now looks for an early answer (413, say), and fails on reading if there is none.
                raise httpcore2.WriteError(type(error).__name__) from None
            rest = rest[sent:]

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._socket.settimeout(self._line.left())
        try:
            return self._socket.recv(max_bytes)
        except TimeoutError:
            raise Unanswered("The deadline passed before the whole answer came.", code="deadline") from None
        except OSError as error:
            raise Unanswered(f"The line dropped ({type(error).__name__}).", code="dropped") from None

    def close(self) -> None:
        self._socket.close()

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object":
            # Only asked for the HTTP version that TLS agreed on.
            return self._socket if isinstance(self._socket, ssl.SSLSocket) else None
        return None


class LineTransport(httpx2.BaseTransport):
    """Carries one request of an HTTP library over one line.

    ``most_bytes`` bounds the body of a success: beyond it ``Broken``. The body of an error ends early instead, when it is too
    long, late or cut: there the status says enough.
    """

    def __init__(self, *, seconds: float, connect_timeout: float, most_bytes: int) -> None:
        self._line = Line(seconds=seconds, connect_timeout=connect_timeout)
        self._most_bytes = most_bytes
        self._connection: httpcore2.HTTPConnection | None = None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send ``request`` and return when the answer's headers are there; the body is read by whoever iterates over it."""
        url = httpcore2.URL(
            scheme=request.url.raw_scheme, host=request.url.raw_host, port=request.url.port, target=request.url.raw_path
        )
        tls = _tls() if request.url.scheme == "https" else None
        self._connection = httpcore2.HTTPConnection(url.origin, ssl_context=tls, network_backend=self._line)
        # What the server runs on is nobody's business; packed answers would have to be unpacked before they are counted.
        headers = [
            (name, value)
            for name, value in request.headers.raw
            if not name.lower().startswith((b"x-stainless-", b"accept-encoding", b"connection"))
        ]
        headers += [(b"Accept-Encoding", b"identity"), (b"Connection", b"close")]
        try:
            answer = self._connection.handle_request(
                httpcore2.Request(request.method, url, headers=headers, content=request.stream)
            )
        except (httpcore2.ProtocolError, httpcore2.NetworkError) as error:
            raise self._problem(error) from None
        return httpx2.Response(
            answer.status,
            headers=[(name, value) for name, value in answer.headers if name.lower() != b"content-encoding"],
            stream=_Body(self._chunks(answer), answer),
        )

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def _chunks(self, answer: httpcore2.Response) -> Iterator[bytes]:
        is_success = 200 <= answer.status < 300
        most_bytes = self._most_bytes if is_success else MOST_ERROR_BYTES
        size = 0
        try:
            for chunk in answer.iter_stream():
                size += len(chunk)
                if size > most_bytes:
                    raise Broken(
                        f"The answer is longer than {most_bytes} bytes.",
                        is_perhaps_charged=True,
                        code="too_long",
                        http_status=answer.status,
                    )
                yield chunk
        except (httpcore2.ProtocolError, httpcore2.NetworkError) as error:
            if is_success:
                raise self._problem(error) from None
        except ProviderError:
            if is_success:
                raise

    def _problem(self, error: Exception) -> ProviderError:
        if self._line.is_used:
            return Unanswered(f"The line dropped ({type(error).__name__}).", code="dropped")
        return Misconfigured(f"The request could not be written ({type(error).__name__}).", kind="request")


class _Body(httpx2.SyncByteStream):
    def __init__(self, chunks: Iterator[bytes], answer: httpcore2.Response) -> None:
        self._chunks = chunks
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield from self._chunks

    def close(self) -> None:
        with suppress(httpcore2.ProtocolError):  # closing a body that was cut
            self._answer.close()


class LineAdapter(BaseAdapter):
    """Lets the requests library send over a line of ours, for its own timeouts too restart with every byte."""

    def __init__(self, transport: LineTransport) -> None:
        super().__init__()
        self._transport = transport

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        """Return the whole answer, held in memory (its size is bounded by the transport)."""
        try:
            plain = httpx2.Request(str(request.method), str(request.url))
        except httpx2.InvalidURL:
            raise requests.exceptions.InvalidURL("This address cannot be asked.") from None
        answer = self._transport.handle_request(plain)
        response = requests.Response()
        response.status_code = answer.status_code
        response.headers.update(answer.headers)
        response.raw = io.BytesIO(answer.read())
        response.url = str(request.url)
        response.request = request
        return response

    def close(self) -> None:
        self._transport.close()


@functools.lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    # The machine's own trust store; SSL_CERT_FILE counts, because slim containers and schools with a CA of their own need it.
    return httpx2.create_ssl_context()
