"""The fake images API as other tests rely on it: as a process, by script from outside, with its journal."""

import json
import subprocess
import sys
import time

import pytest
import requests

from tests.fakes.images_api import FakeImagesAPI


def ask(address, prompt="A cat", **fields):
    return requests.post(f"{address['base_url']}/images/generations", json={"prompt": prompt, **fields}, timeout=10)


class TestAsAProcess:
    @pytest.fixture
    def address(self, tmp_path):
        command = [
            sys.executable,
            "-m",
            "tests.fakes.images_api",
            "--journal",
            str(tmp_path / "calls.jsonl"),
            "--script",
            "rate",
        ]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            try:
                yield json.loads(process.stdout.readline())
            finally:
                process.terminate()
                process.wait(10)

    def test_it_says_where_it_is_and_writes_down_what_it_is_asked(self, address, tmp_path):
        statuses = [ask(address, "Собака").status_code, ask(address, "Dog").status_code]

        lines = [json.loads(line) for line in (tmp_path / "calls.jsonl").read_text().splitlines()]
        assert statuses == [429, 200]
        assert [(line["number"], line["fields"]["prompt"], line["outcome"]) for line in lines] == [
            (1, "Собака", "rate"),
            (2, "Dog", "ok"),
        ]
        assert requests.get(f"{address['endpoint']}/_journal", timeout=10).json() == lines

    def test_it_takes_a_script_from_outside(self, address):
        told = {"script": ["money", "ok"], "always": "server_error"}
        requests.post(f"{address['endpoint']}/_script", json=told, timeout=10).raise_for_status()

        assert [ask(address).status_code for _ in range(4)] == [429, 429, 200, 500]


class TestInATest:
    def test_a_behaviour_that_does_not_exist_is_not_taken(self):
        with FakeImagesAPI() as api, pytest.raises(ValueError, match="No behaviour"):
            api.script(["raet"])

    def test_a_line_is_written_before_the_answer(self):
        with FakeImagesAPI(delay=5) as api:
            with pytest.raises(requests.Timeout):
                requests.post(f"{api.base_url}/images/generations", json={"prompt": "x"}, timeout=0.3)

            assert [line["outcome"] for line in api.journal] == ["ok"]

    def test_a_drawing_in_the_background_goes_on_whoever_asks_and_only_its_beginning_counts(self):
        with FakeImagesAPI(delay=0.3) as api:
            fields = {"input": "A cat", "tools": [{"type": "image_generation", "size": "64x48"}]}
            begun = requests.post(f"{api.base_url}/responses", json=fields, timeout=5).json()
            time.sleep(0.4)
            ended = requests.get(f"{api.base_url}/responses/{begun['id']}", timeout=5).json()

            assert (begun["status"], ended["status"]) == ("queued", "completed")
            assert [line["route"] for line in api.journal] == ["responses", "retrieve"] and not api.requests()

    def test_it_ends_at_once_with_answers_still_open(self):
        with FakeImagesAPI() as api:
            api.script(["drip_body"])
            response = requests.post(f"{api.base_url}/images/generations", json={"prompt": "x"}, timeout=5, stream=True)
            start = time.monotonic()

        response.close()
        assert time.monotonic() - start < 1
