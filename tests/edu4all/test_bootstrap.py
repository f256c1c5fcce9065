"""The first steps on a bare machine, with the real script in a folder of its own."""

import ast
import os
import shutil
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from edu4all import bootstrap
from tests.processes import ROOT, free_port

SCRIPT = ROOT / "edu4all" / "bootstrap.py"


@pytest.fixture
def checkout(tmp_path):
    """A folder with the script and what it reads, and nothing set up."""
    (tmp_path / "edu4all").mkdir()
    (tmp_path / "tests").mkdir()
    shutil.copy(SCRIPT, tmp_path / "edu4all")
    for name in (".env.example", "requirements.txt", "tests/requirements.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def fake_venv(checkout):
    """A .venv whose Python only writes down how it was called."""
    python = checkout / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\necho "$@" >> {checkout}/calls\n')
    python.chmod(0o755)
    return checkout / "calls"


def run(checkout, *arguments, **env):
    """Run the script to its end; return its exit code and what it said."""
    command = [sys.executable, "-I", str(checkout / "edu4all" / "bootstrap.py"), *arguments]
    done = subprocess.run(command, env={**os.environ, "PORT": "", **env}, capture_output=True, text=True, timeout=20)
    return done.returncode, (done.stdout + done.stderr).strip()


def pip_calls(calls: Path):
    return [line for line in calls.read_text().splitlines() if line.startswith("-m pip install")]


class TestRefusal:
    """Each is one sentence, and nothing has been started or installed."""

    def test_a_port_in_use_is_named_with_a_way_out(self, checkout):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            code, said = run(checkout, "run", PORT=str(port))
        assert code == 1
        assert said == f"Port {port} is in use by another program. Stop it, or choose another port: PORT={port + 1} make run"
        assert not (checkout / ".venv").exists()

    def test_the_port_may_stand_in_the_env_file(self, checkout):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            (checkout / ".env").write_text(f"DEBUG=\nPORT={port}\n")
            assert f"Port {port} is in use" in run(checkout, "run")[1]

    @pytest.mark.parametrize("port", ["http", "0", "65536", "-1", "８０００"])
    def test_a_port_that_is_none_is_refused(self, checkout, port):
        assert run(checkout, "run", PORT=port) == (1, f"PORT must be a number from 1 to 65535, not {port!r}.")

    def test_a_second_run_in_the_same_checkout_is_refused(self, checkout):
        (checkout / "var").mkdir()
        with bootstrap.lock_run(str(checkout)):
            code, said = run(checkout, "run", PORT=str(free_port()))
        assert code == 1
        assert said == f"Edu4All is already running from this folder (process {os.getpid()}). Stop that one first, with Ctrl+C."

    def test_an_old_python_is_named(self, checkout):
        script = checkout / "edu4all" / "bootstrap.py"
        script.write_text(script.read_text().replace("OLDEST_PYTHON = (3, 11)", "OLDEST_PYTHON = (4, 0)"))
        code, said = run(checkout, "run")
        assert code == 1
        assert said.startswith("Edu4All needs Python 4.0 or newer; ") and len(said.splitlines()) == 1

    def test_an_old_python_can_read_the_script(self):
        ast.parse(SCRIPT.read_text(), feature_version=(3, 6))

    def test_a_folder_that_cannot_be_written_to_is_named(self, checkout):
        (checkout / "var").write_text("a file where the folder belongs")
        code, said = run(checkout, "run")
        assert code == 1
        assert said.startswith(f"Edu4All keeps its data in {checkout / 'var'}, which cannot be written to (")
        assert len(said.splitlines()) == 1


class TestEnvFile:
    def test_it_gets_a_key_of_its_own_that_only_its_owner_reads(self, checkout):
        keys = set()
        for _ in range(2):
            bootstrap.write_env(str(checkout))
            env = checkout / ".env"
            assert stat.S_IMODE(env.stat().st_mode) == 0o600
            keys.add(next(line for line in env.read_text().splitlines() if line.startswith("SECRET_KEY=")))
            env.unlink()
        assert len(keys) == 2
        assert all(len(key) > 60 for key in keys)

    def test_one_that_exists_is_not_touched(self, checkout):
        (checkout / ".env").write_text("SECRET_KEY=mine\nPORT=9000\n")
        bootstrap.write_env(str(checkout))
        assert (checkout / ".env").read_text() == "SECRET_KEY=mine\nPORT=9000\n"

    def test_a_plain_copy_of_the_example_gets_its_missing_key(self, checkout, monkeypatch):
        monkeypatch.delenv("SECRET_KEY", raising=False)
        (checkout / ".env").write_text("SECRET_KEY=\nPORT=9000\n")
        bootstrap.write_env(str(checkout))
        key, port = (checkout / ".env").read_text().splitlines()
        assert len(key) > 60 and port == "PORT=9000"


class TestPackages:
    def test_only_wheels_are_installed_and_only_once(self, checkout, fake_venv):
        bootstrap.setup(str(checkout))
        bootstrap.setup(str(checkout))
        (call,) = pip_calls(fake_venv)
        assert "--only-binary :all:" in call and "tests/requirements.txt" not in call

    def test_changed_requirements_are_installed(self, checkout, fake_venv):
        bootstrap.setup(str(checkout))
        with (checkout / "requirements.txt").open("a") as file:
            file.write("another==1.0\n")
        bootstrap.setup(str(checkout))
        assert len(pip_calls(fake_venv)) == 2

    def test_a_failed_installation_is_tried_again(self, checkout, fake_venv):
        python = checkout / ".venv" / "bin" / "python"
        good = python.read_text()
        python.write_text(good + 'test "$2" != pip\n')
        with pytest.raises(SystemExit, match="could not be installed"):
            bootstrap.setup(str(checkout))
        python.write_text(good)
        bootstrap.setup(str(checkout))
        assert len(pip_calls(fake_venv)) == 2

    def test_tests_bring_their_own(self, checkout, fake_venv):
        bootstrap.setup(str(checkout), with_tests=True)
        assert "tests/requirements.txt" in pip_calls(fake_venv)[0]

    @pytest.mark.parametrize("name", ["requirements.txt", "tests/requirements.txt"])
    def test_every_package_is_pinned(self, name):
        lines = [line.split("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
        assert [line for line in lines if line and "==" not in line] == []
