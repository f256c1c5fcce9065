"""The supervisor, with real processes: tiny children, and the real broker."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from redis import Redis

from edu4all import broker
from edu4all.process_groups import command_line, end_groups, end_leftovers
from tests.processes import ROOT, running_broker, wait_until

DRIVER = """
import json, sys
from pathlib import Path
from edu4all.supervisor import Child, Supervisor
folder, settings, parent = Path(sys.argv[1]), json.loads(sys.argv[2]), json.loads(sys.argv[3])
children = [Child(**child) for child in settings["children"]]
supervisor = Supervisor(children, folder / "log", folder / "run", grace=settings["grace"], first_delay=0.2)
supervisor.look_every = 0.2
try:
    supervisor.run(welcome="Ready", parent=parent and __import__("os").getppid())
finally:
    supervisor.stop()
"""
FOREVER = ["sleep", "1000"]
IGNORE = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up'); time.sleep(1000)"
STUBBORN = [sys.executable, "-c", IGNORE]


def child(name, command, is_last=False):
    return {"name": name, "command": command, "is_last": is_last}


def shell(script):
    return ["/bin/sh", "-c", script]


def is_running(pid):
    """Tell whether a process runs; one that has ended and waits to be collected does not."""
    if sys.platform == "linux":  # where ps may be missing
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].strip()
        except OSError:
            return False
    else:
        state = subprocess.run(["ps", "-o", "state=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(state) and state[0] not in "ZX"


class Site:
    """A supervisor of tiny children in a process of its own, and what it says."""

    def __init__(self, folder, *children, grace=2.0, through=()):
        self.folder, self.output = folder, folder / "said.txt"
        settings = json.dumps({"children": children, "grace": grace})
        command = [sys.executable, "-c", DRIVER, str(folder), settings, json.dumps(bool(through))]
        (folder / "command.json").write_text(json.dumps(command))
        self.process = subprocess.Popen(
            through or command,
            cwd=ROOT,
            stdout=self.output.open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
            # Whoever runs the tests in the background of a script ignores SIGINT, and all that it starts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        self.seen = []
        wait_until(lambda: "Ready" in self.said(), what="Ready")
        self.seen += [self.pid(each["name"]) for each in children]

    def said(self):
        return self.output.read_text()

    def log(self, name):
        path = self.folder / "log" / f"{name}.log"
        return path.read_text() if path.exists() else ""

    def pid(self, name):
        return int((self.folder / "run" / f"{name}.pid").read_text())

    def number_in(self, name):
        """Return the process number that a child has written to a file."""
        wait_until(lambda: (self.folder / name).exists() and (self.folder / name).read_text().strip(), what=name)
        self.seen.append(int((self.folder / name).read_text()))
        return self.seen[-1]

    def left(self):
        return [pid for pid in self.seen if is_running(pid)]

    def end(self):
        end_groups([self.process.pid], 6, lambda: (self.process.poll(), time.sleep(0.02)))
        end_groups(self.seen, 0.1, lambda: time.sleep(0.02))


@pytest.fixture
def start_site(tmp_path):
    sites = []

    def start(*children, **options):
        sites.append(Site(tmp_path, *children, **options))
        return sites[-1]

    yield start
    for site in sites:
        site.end()


class TestRetirement:
    """A thread pool has no limits of its own: who grows too old or too big is told to end, and started anew."""

    POLITE = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); {}; time.sleep(1000)"

    @pytest.mark.parametrize(
        ("limit", "work"), [({"most_hours": 0.5 / 3600}, "pass"), ({"most_megabytes": 60}, "held = bytearray(80_000_000)")]
    )
    def test_a_child_past_its_limit_is_replaced_and_one_line_says_so(self, start_site, limit, work):
        site = start_site(child("worker", [sys.executable, "-c", self.POLITE.format(work)]) | limit)
        first = site.pid("worker")
        wait_until(lambda: site.pid("worker") != first, what="another worker")
        assert "it ends what it does, and starts anew" in site.said()
        assert "worker ended (as it was told)" in site.said()

    def test_a_child_within_its_limits_is_left_alone(self, start_site):
        site = start_site(child("worker", FOREVER) | {"most_hours": 1, "most_megabytes": 500})
        first = site.pid("worker")
        time.sleep(0.8)
        assert site.pid("worker") == first and is_running(first)


class TestRestart:
    def test_a_killed_child_is_started_again_and_one_line_says_so(self, start_site):
        site = start_site(child("worker", FOREVER))
        first = site.pid("worker")
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: site.pid("worker") != first)
        site.seen.append(site.pid("worker"))
        assert is_running(site.pid("worker"))
        assert [line for line in site.said().splitlines() if line.startswith("worker ended (signal 9); starting it again")]

    def test_each_death_in_a_row_is_answered_later(self, start_site, tmp_path):
        site = start_site(child("web", shell(f"date +%s.%N >> {tmp_path}/births; exit 3")))
        births = tmp_path / "births"
        wait_until(lambda: births.exists() and len(births.read_text().split()) >= 4, 20)
        first, second, third, fourth = map(float, births.read_text().split()[:4])
        assert second - first >= 0.2 and third - second >= 0.4 and fourth - third >= 0.8
        assert "exit code 3" in site.said()

    def test_what_a_dead_child_leaves_behind_is_ended_before_the_next_starts(self, start_site, tmp_path):
        site = start_site(child("web", shell(f"sleep 1000 & echo $! > {tmp_path}/grandchild; wait")))
        grandchild = site.number_in("grandchild")
        first = site.pid("web")
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: site.pid("web") != first)
        site.seen.append(site.pid("web"))
        assert not is_running(grandchild)


class TestEnd:
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_a_signal_leaves_no_process_behind(self, start_site, tmp_path, number):
        site = start_site(
            child("broker", FOREVER, is_last=True), child("web", shell(f"sleep 1000 & echo $! > {tmp_path}/grandchild; wait"))
        )
        site.number_in("grandchild")
        site.process.send_signal(number)
        assert site.process.wait(20) == 0
        assert site.left() == []

    def test_a_child_that_will_not_end_is_killed(self, start_site, tmp_path):
        site = start_site(child("web", STUBBORN), grace=0.5)
        wait_until(lambda: "up" in site.log("web"))
        site.process.terminate()
        assert site.process.wait(20) == 0
        assert site.left() == []

    def test_the_broker_ends_after_those_who_need_it(self, start_site, tmp_path):
        def farewell(name):
            return shell(f"trap 'sleep 0.2; echo {name} >> {tmp_path}/order; exit' TERM; echo up; while :; do sleep 0.05; done")

        site = start_site(child("broker", farewell("broker"), is_last=True), child("worker", farewell("worker")))
        wait_until(lambda: all("up" in site.log(name) for name in ("broker", "worker")))
        site.process.terminate()
        site.process.wait(20)
        assert (tmp_path / "order").read_text().split() == ["worker", "broker"]

    def test_killing_the_supervisor_leaves_no_process_behind(self, start_site, tmp_path):
        site = start_site(
            child("broker", FOREVER, is_last=True), child("web", shell(f"sleep 1000 & echo $! > {tmp_path}/grandchild; wait"))
        )
        site.number_in("grandchild")
        site.process.kill()
        site.process.wait()
        wait_until(lambda: site.left() == [], 20, "all children to be gone")

    def test_it_stops_when_the_process_that_started_it_vanishes(self, start_site, tmp_path):
        parent = "import json, subprocess, sys; subprocess.run(json.load(open(sys.argv[1])))"
        site = start_site(child("web", FOREVER), through=[sys.executable, "-c", parent, str(tmp_path / "command.json")])
        site.process.kill()
        wait_until(lambda: site.left() == [], 20, "all children to be gone")

    @pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")
    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
    def test_a_signal_to_make_alone_is_enough(self, start_site, tmp_path, number):
        run = "import json, os, sys; command = json.load(open(sys.argv[1])); os.execv(command[0], command)"
        (tmp_path / "Makefile").write_text(f"run:\n\t@exec {sys.executable} -c '{run}' {tmp_path}/command.json\n")
        site = start_site(child("web", FOREVER), through=["make", "-s", "-f", str(tmp_path / "Makefile"), "run"])
        site.process.send_signal(number)
        site.process.wait(20)
        wait_until(lambda: site.left() == [], 20, "all children to be gone")

    def test_what_a_killed_run_left_is_ended_at_the_next_start(self, tmp_path):
        left = subprocess.Popen([*FOREVER, "7"], start_new_session=True)
        wait_until(lambda: command_line(left.pid))  # empty for an instant after the start
        (tmp_path / "broker.pid").write_text(str(left.pid))
        try:
            end_leftovers(tmp_path, "sleep 1000 7")
            assert left.wait(5) == -signal.SIGTERM
        finally:
            left.kill()

    def test_a_stranger_with_the_number_of_an_old_child_is_left_alone(self, tmp_path):
        stranger = subprocess.Popen(FOREVER, start_new_session=True)
        (tmp_path / "broker.pid").write_text(str(stranger.pid))
        try:
            end_leftovers(tmp_path, "valkey-server of this checkout")
            assert stranger.poll() is None
            assert not list(tmp_path.iterdir())
        finally:
            stranger.kill()
            stranger.wait()


class TestOutput:
    def test_only_serious_lines_reach_the_terminal_and_all_reach_the_log(self, start_site, tmp_path):
        lines = ["all is well", '{"levelname": "WARNING", "message": "slow"}', "[ERROR] bad"]
        site = start_site(child("worker", shell(f"printf '%s\\n' '{lines[0]}' '{lines[1]}' '{lines[2]}'; sleep 1000")))
        wait_until(lambda: "bad" in site.said())
        assert "worker | [ERROR] bad" in site.said() and "slow" in site.said()
        assert "all is well" not in site.said()
        assert site.log("worker").splitlines() == lines

    def test_the_last_words_of_a_child_that_failed_are_shown(self, start_site):
        site = start_site(child("web", shell("echo no module named cheese; exit 1")))
        wait_until(lambda: "no module named cheese" in site.said())

    def test_each_run_begins_a_new_log_and_keeps_the_one_before(self, start_site, tmp_path):
        (tmp_path / "log").mkdir()
        (tmp_path / "log" / "web.log").write_text("yesterday\n")
        site = start_site(child("web", shell("echo today; sleep 1000")))
        wait_until(lambda: site.log("web") == "today\n")
        assert (tmp_path / "log" / "web.log.1").read_text() == "yesterday\n"


class TestBroker:
    def test_it_answers_on_its_socket_and_on_no_port(self, tmp_path):
        with running_broker(tmp_path / "data", tmp_path / "b.sock"):
            with Redis(unix_socket_path=str(tmp_path / "b.sock")) as client:
                assert client.config_get("port") == {"port": "0"}
                assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
            assert broker.answers(tmp_path / "b.sock")
        assert not broker.answers(tmp_path / "b.sock")

    def test_a_message_outlives_a_killed_broker(self, tmp_path):
        with running_broker(tmp_path / "data", tmp_path / "b.sock") as process:
            with Redis(unix_socket_path=str(tmp_path / "b.sock")) as client:
                client.lpush("celery", "a message")
            process.kill()
            process.wait()
        with running_broker(tmp_path / "data", tmp_path / "b.sock"), Redis(unix_socket_path=str(tmp_path / "b.sock")) as client:
            assert client.lrange("celery", 0, -1) == [b"a message"]

    def test_a_deep_checkout_still_gets_a_socket_of_its_own(self, tmp_path):
        deep = tmp_path / ("deep" * 30)
        path = broker.socket_path(deep)
        assert len(os.fsencode(path)) <= broker.LONGEST_SOCKET_PATH
        assert path == broker.socket_path(deep) != broker.socket_path(tmp_path / ("keep" * 30))
        assert path.parent.stat().st_mode & 0o077 == 0
        path.parent.rmdir()

    def test_a_short_checkout_keeps_its_socket_with_its_data(self):
        assert broker.socket_path(Path("/srv/edu4all/var")) == Path("/srv/edu4all/var/broker.sock")
