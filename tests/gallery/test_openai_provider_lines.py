"""The line to a service: its one deadline, what is known when it breaks, and what is left on the disk."""

import json
import shutil
import socket
import subprocess
import threading
import time
from contextlib import closing, contextmanager

import pytest

from gallery.providers.base import Broken, Busy, DrawRequest, Misconfigured, Service, Unanswered
from gallery.providers.openai import OpenAIProvider
from gallery.providers.wire import Line, _tls
from tests.fakes.images_api import FakeImagesAPI

REQUEST = DrawRequest(words="A cat", prompt="A cat", language="en", size=(64, 48))
#: How much later than its deadline a call may end on a busy machine, in seconds.
GRACE = 1.0


@pytest.fixture(scope="module")
def server():
    with FakeImagesAPI() as api:
        yield api


@pytest.fixture
def api(server):
    server.forget()
    return server


@pytest.fixture
def spool(tmp_path):
    return tmp_path / "1.json"


def provider_at(base_url, **changes):
    given = {"kind": "openai", "model": "fake", "deadline": 20.0, "connect_timeout": 10.0, "max_answer_bytes": 200_000}
    return OpenAIProvider(Service(base_url=base_url, **(given | changes)))


@contextmanager
def ends_within(seconds):
    start = time.monotonic()
    yield
    took = time.monotonic() - start
    assert took < seconds + GRACE, f"took {took:.2f} s"


@pytest.fixture
def listener():
    """A bare listening socket, and threads that end with the test."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        yield listening


def url_of(listening):
    return f"http://127.0.0.1:{listening.getsockname()[1]}/v1"


class TestTheDeadline:
    # Answers that never end are in the table of test_openai_provider.py.

    def test_it_is_told_apart_whether_anything_had_left_when_it_passed(self):
        line = Line(seconds=0.0, connect_timeout=1.0)

        with pytest.raises(Busy):
            line.left()
        line.is_used = True
        with pytest.raises(Unanswered):
            line.left()

    def test_a_slow_answer_within_it_is_a_picture(self, api, spool):
        api.script([("slow", {"seconds": 1.2})])
        provider = provider_at(api.base_url, connect_timeout=1.0)

        provider.ask(REQUEST, spool)

        assert provider.read(spool, REQUEST).image.startswith(b"\x89PNG")

    @pytest.mark.parametrize("step", ["hang", "drip_headers", "drip_body"])
    def test_a_picture_that_must_be_fetched_is_held_to_it_too(self, api, spool, step):
        api.script(["url"])
        api.script([step], route="files")

        with ends_within(0.5), pytest.raises(Broken) as caught:
            provider_at(api.base_url, deadline=0.5).ask(REQUEST, spool)

        assert caught.value.is_perhaps_charged

    def test_a_server_that_does_not_read_is_left(self, listener, spool):
        request = DrawRequest(words="A", prompt="A", language="en", size=(64, 48), source=b"\x89PNG" + b"0" * 20_000_000)

        with ends_within(1), pytest.raises(Unanswered):
            provider_at(url_of(listener), deadline=1.0).ask(request, spool)

    def test_a_server_that_reads_drop_by_drop_is_left(self, listener, spool):
        stop = threading.Event()

        def sip():
            connection, _ = listener.accept()
            with closing(connection):
                while not stop.wait(0.01) and connection.recv(32768):  # at most 3 MB/s
                    pass

        thread = threading.Thread(target=sip)
        thread.start()
        request = DrawRequest(words="A", prompt="A", language="en", size=(64, 48), source=b"\x89PNG" + b"0" * 20_000_000)
        try:
            with ends_within(1), pytest.raises(Unanswered):
                provider_at(url_of(listener), deadline=1.0).ask(request, spool)
        finally:
            stop.set()
            thread.join()

    def test_a_name_server_that_does_not_answer_is_left(self, spool, monkeypatch):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: time.sleep(2.5) or [])

        with ends_within(0.3), pytest.raises(Busy):
            provider_at("http://pictures.example/v1", connect_timeout=0.3).ask(REQUEST, spool)

    def test_tls_that_is_never_agreed_is_left(self, listener, spool):
        with ends_within(0.3), pytest.raises(Busy):
            provider_at(url_of(listener).replace("http:", "https:"), connect_timeout=0.3).ask(REQUEST, spool)

    def test_a_host_that_swallows_connections_leaves_time_for_its_other_address(self, api, spool, monkeypatch):
        with socket.socket() as full:
            full.bind(("127.0.0.2", api.port))
            full.listen(0)
            waiting = [socket.socket() for _ in range(3)]
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(("127.0.0.2", api.port))
            rows = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, api.port)) for host in ("127.0.0.2", "127.0.0.1")]
            real = socket.getaddrinfo
            monkeypatch.setattr(
                socket,
                "getaddrinfo",
                lambda host, *args, **kwargs: rows if host == "two.example" else real(host, *args, **kwargs),
            )

            provider_at(f"http://two.example:{api.port}/v1", connect_timeout=1.0).ask(REQUEST, spool)

            for one in waiting:
                one.close()
        assert spool.exists()


class TestBeforeAnythingLeft:
    def test_a_closed_door_is_worth_another_try(self, listener, spool):
        address = url_of(listener)
        listener.close()

        with pytest.raises(Busy):
            provider_at(address).ask(REQUEST, spool)

    @pytest.mark.parametrize(("number", "expected"), [(socket.EAI_AGAIN, Busy), (socket.EAI_NONAME, Misconfigured)])
    def test_a_name_that_does_not_exist_is_told_from_a_name_server_in_trouble(self, spool, monkeypatch, number, expected):
        def fail(*args, **kwargs):
            raise socket.gaierror(number, "no")

        monkeypatch.setattr(socket, "getaddrinfo", fail)

        with pytest.raises(expected) as caught:
            provider_at("http://pictures.example/v1").ask(REQUEST, spool)

        assert getattr(caught.value, "kind", "address") == "address"

    @pytest.mark.parametrize(
        "address",
        [
            "ftp://127.0.0.1/v1",
            "127.0.0.1:8000",
            "http:///v1",
            "http://127.0.0.1/v1\x7f",
            "http://127.0.0.1:port/v1",
            f"http://{'a' * 70}.example/v1",
        ],
    )
    def test_an_address_that_cannot_work_is_an_adult_s_matter(self, spool, address):
        with pytest.raises(Misconfigured) as caught:
            provider_at(address).ask(REQUEST, spool)

        assert caught.value.kind == "address"

    def test_https_where_only_http_is_spoken_is_an_adult_s_matter(self, api, spool):
        with pytest.raises(Misconfigured) as caught:
            provider_at(api.base_url.replace("http:", "https:")).ask(REQUEST, spool)

        assert (caught.value.kind, caught.value.code) == ("address", "tls")

    def test_a_full_disk_is_noticed_before_a_picture_is_paid_for(self, api, spool):
        too_much = 2 * shutil.disk_usage(spool.parent).free

        with pytest.raises(Broken) as caught:
            provider_at(api.base_url, max_answer_bytes=too_much).ask(REQUEST, spool)

        assert not caught.value.is_perhaps_charged and not api.journal

    def test_a_spool_that_cannot_be_there_is_noticed_before_a_picture_is_paid_for(self, api, spool):
        spool.write_bytes(b"a file, not a directory")

        with pytest.raises(Broken):
            provider_at(api.base_url).ask(REQUEST, spool / "1.json")

        assert not api.journal


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A PEM file with a key and a certificate for 127.0.0.1; the certificate alone beside it, as .crt."""
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run([*made.split(), "-keyout", path, "-out", f"{path}.crt"], check=True, capture_output=True)
    path.write_text(path.read_text() + path.with_suffix(".pem.crt").read_text())
    return path


@pytest.fixture(scope="module")
def secure_server(certificate):
    with FakeImagesAPI(certificate=certificate) as api:
        yield api


@pytest.fixture
def secure(secure_server):
    secure_server.forget()
    return secure_server


@pytest.fixture
def trusting(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    _tls.cache_clear()
    yield
    _tls.cache_clear()


@pytest.mark.skipif(not shutil.which("openssl"), reason="makes its certificate with the openssl program")
class TestOverTLS:
    def test_a_picture_comes(self, secure, spool, trusting):
        provider = provider_at(secure.base_url)

        provider.ask(REQUEST, spool)

        assert provider.read(spool, REQUEST).image.startswith(b"\x89PNG")

    @pytest.mark.parametrize("step", ["drip_headers", "drip_body"])
    def test_the_deadline_holds(self, secure, spool, trusting, step):
        secure.script([step])

        with ends_within(1), pytest.raises(Unanswered):
            provider_at(secure.base_url, deadline=1.0).ask(REQUEST, spool)

    def test_a_certificate_that_nobody_vouches_for_is_an_adult_s_matter(self, secure, spool):
        with pytest.raises(Misconfigured) as caught:
            provider_at(secure.base_url).ask(REQUEST, spool)

        assert (caught.value.kind, caught.value.code) == ("address", "certificate")
        assert not secure.journal


class TestTheSpool:
    @pytest.mark.parametrize("step", ["html_200", "cut_json", "wrong_base64", "data_null", "error_in_200", "text_for_image"])
    def test_it_holds_the_raw_answer_whatever_that_is_worth(self, api, spool, step):
        api.script([step, step])
        provider = provider_at(api.base_url)

        provider.ask(REQUEST, spool)

        assert spool.read_bytes() == _raw(api)

    def test_a_packed_answer_is_not_unpacked(self, api, spool):
        api.script(["gzip_bomb"])  # 50 MB

        provider_at(api.base_url, max_answer_bytes=1_000_000).ask(REQUEST, spool)

        assert spool.stat().st_size < 1_000_000

    def test_it_can_be_read_again(self, api, spool):
        provider = provider_at(api.base_url)
        provider.ask(REQUEST, spool)

        first, again = provider.read(spool, REQUEST), provider_at(api.base_url).read(spool, REQUEST)

        assert first == again and first.image.startswith(b"\x89PNG")
        assert (first.usage.input_tokens, first.usage.output_tokens) == (50, 1756)
        assert len(api.journal) == 1

    @pytest.mark.parametrize("step", ["server_error", "rate", "drop_mid_body", "oversized", "drip_body"])
    def test_a_failure_leaves_none_behind(self, api, spool, step):
        api.script([step])

        with pytest.raises((Broken, Busy, Unanswered)):
            provider_at(api.base_url, deadline=0.5).ask(REQUEST, spool)

        assert not list(spool.parent.iterdir())

    def test_a_spool_that_is_gone_is_no_picture(self, api, spool):
        with pytest.raises(Broken) as caught:
            provider_at(api.base_url).read(spool, REQUEST)

        assert caught.value.is_perhaps_charged

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"[" * 50_000, "no_json"),
            (b'{"data":' * 50_000, "no_json"),
            (b'{"data": [' + b"[]," * 60_000 + b"[]]}", "too_many_parts"),
        ],
        ids=["lists", "objects", "parts"],
    )
    def test_an_answer_made_to_exhaust_the_parser_is_no_picture(self, api, spool, body, code):
        spool.write_bytes(body)

        with pytest.raises(Broken) as caught:
            provider_at(api.base_url).read(spool, REQUEST)

        assert caught.value.code == code

    def test_a_reworded_prompt_is_kept_within_reason(self, api, spool):
        api.script([("revised", {"text": "A bigger cat"}), ("revised", {"text": "cat " * 10_000})])
        provider = provider_at(api.base_url)

        provider.ask(REQUEST, spool)
        assert provider.read(spool, REQUEST).revised_prompt == "A bigger cat"
        provider.ask(REQUEST, spool)
        assert len(provider.read(spool, REQUEST).revised_prompt) == 4000

    @pytest.mark.parametrize("usage", [None, [], {"input_tokens": "9", "output_tokens": -1}, {"input_tokens": True}])
    def test_a_usage_that_makes_no_sense_is_no_usage(self, api, spool, usage):
        spool.write_text(json.dumps({"data": [{"b64_json": "aGk="}], "usage": usage}))

        drawn = provider_at(api.base_url).read(spool, REQUEST)

        assert (drawn.image, drawn.usage.input_tokens, drawn.usage.output_tokens) == (b"hi", None, None)


class TestAPictureGivenAsAnAddress:
    def draw(self, api, spool, address=None, **changes):
        api.script([("url", {"url": address} if address else {})])
        provider = provider_at(api.base_url, **changes)
        provider.ask(REQUEST, spool)
        return provider.read(spool, REQUEST).image

    def test_it_is_fetched_from_the_engine_s_own_server(self, api, spool):
        assert self.draw(api, spool).startswith(b"\x89PNG")
        assert self.draw(api, spool, "/files/relative.png").startswith(b"\x89PNG")
        assert [line["path"] for line in api.requests("files")][-1] == "/files/relative.png"

    def test_the_key_does_not_go_with_the_request(self, api, spool):
        self.draw(api, spool, api_key="sk-ours")

        assert "sk-ours" not in json.dumps(api.requests("files"))

    @pytest.mark.parametrize(
        "address",
        [
            "http://169.254.169.254/latest/meta-data",
            "https://127.0.0.1:{port}/files/1.png",
            "http://localhost:{port}/files/1.png",
            "http://127.0.0.1:{other}/files/1.png",
            "http://127.0.0.1:{port}@127.0.0.1:{other}/files/1.png",
            "http://[::1]:{port}/files/1.png",
            "http://0x7f000001:{port}/files/1.png",
            "//127.0.0.1:{other}/files/1.png",
            "file:///etc/passwd",
            "gopher://127.0.0.1:{port}/1",
            "http://127.0.0.1:99999/files/1.png",
            "http://127.0.0.1\\@127.0.0.1:{other}/",
        ],
    )
    def test_any_other_place_is_not_asked(self, api, spool, address):
        with FakeImagesAPI() as other:
            address = address.replace("{port}", str(api.port)).replace("{other}", str(other.port))

            with pytest.raises(Broken) as caught:
                self.draw(api, spool, address)

            assert not other.journal and not api.requests("files")
        assert caught.value.is_perhaps_charged

    def test_an_address_that_nobody_can_ask_is_broken(self, api, spool):
        with pytest.raises(Broken) as caught:
            self.draw(api, spool, "/files/" + "a" * 70_000)

        assert caught.value.is_perhaps_charged

    @pytest.mark.parametrize("step", ["redirect", "oversized", "server_error", "drop_mid_body", "wrong_path", "empty_200"])
    def test_what_is_no_picture_there_is_broken(self, api, spool, step):
        with FakeImagesAPI() as other:
            api.script([(step, {"location": f"{other.endpoint}/files/1.png"})], route="files")

            with pytest.raises(Broken) as caught:
                self.draw(api, spool)

            assert not other.journal
        assert caught.value.is_perhaps_charged

    def test_reading_needs_the_network_no_more(self, api, spool):
        self.draw(api, spool)
        spool_alone = provider_at("http://127.0.0.1:9").read(spool, REQUEST)

        assert spool_alone.image.startswith(b"\x89PNG") and spool_alone.usage.output_tokens == 1756
        assert len(api.requests("files")) == 1

    def test_a_failed_fetch_leaves_no_answer_behind(self, api, spool):
        api.script(["server_error"], route="files")
        with pytest.raises(Broken):
            self.draw(api, spool)

        assert not list(spool.parent.iterdir())

    def test_a_worker_lost_before_the_fetch_leaves_an_answer_that_can_be_read(self, api, spool):
        spool.write_text(json.dumps({"data": [{"url": "/files/1.png"}]}))

        assert provider_at(api.base_url).read(spool, REQUEST).image.startswith(b"\x89PNG")


class TestManyAtOnce:
    def test_threads_share_one_provider(self, api, tmp_path):
        provider = provider_at(api.base_url)
        failures = []

        def draw(number):
            request = DrawRequest(words=f"Cat {number}", prompt="", language="en", size=(64 + 16 * number, 48))
            try:
                provider.ask(request, tmp_path / f"{number}.json")
                image = provider.read(tmp_path / f"{number}.json", request).image
                assert int.from_bytes(image[16:20], "big") == 64 + 16 * number, "somebody else's picture"
            except Exception as error:
                failures.append(error)

        threads = [threading.Thread(target=draw, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert not failures and len(api.journal) == 16


def _raw(api):
    """The raw body of the same answer, asked for by a plain socket."""
    body = json.dumps({"prompt": REQUEST.words, "size": "64x48"}).encode()
    with socket.create_connection(("127.0.0.1", api.port)) as plain:
        head = f"POST /v1/images/generations HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {len(body)}\r\n"
        plain.sendall(head.encode() + b"Content-Type: application/json\r\n\r\n" + body)
        answer = b"".join(iter(lambda: plain.recv(65536), b""))
    return answer.partition(b"\r\n\r\n")[2]
