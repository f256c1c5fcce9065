"""A schedule: some classes ask, a service behaves as it likes and machines die, all of it drawn from one seed.

What happens is the same for each seed (who asks when, which fault strikes when, what the service answers to its first, second,
third request); which picture a fault finds where, only the machine knows.
"""

import random
import shutil
import signal
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPException

from gallery.models import Call, Generation, LedgerEntry, Picture, Purse
from tests import processes
from tests.builders import make_assignment, make_classroom
from tests.faults.conftest import PRICE, Pupil, broken_promises
from tests.faults.stalls import POINTS

LEASE, SWEEP, DEADLINE = 2.0, 0.3, 0.8  # seconds
#: Faults strike within this many seconds.
SPAN = 1.6
#: What a picture may still wait for after the last fault: a lease and two sweeps, a retry or a pause, and a call.
PATIENCE = LEASE + 2 * SWEEP + 1.0 + DEADLINE + 2.0  # the last for a machine that has other things to do

PAID = {"ok", "slow", "text_for_image", "cut_json"}
PERHAPS_PAID = {"hang", "drip_body", "drop_mid_body", "reset"}
FREE = {"rate_bare", "server_error", "html_502", "moderation_blocked"}
BEHAVIOURS = {
    "ok": 40,
    "slow": 22,
    "rate_bare": 5,
    "server_error": 7,
    "html_502": 4,
    "moderation_blocked": 4,
    "hang": 3,
    "drip_body": 2,
    "drop_mid_body": 3,
    "reset": 3,
    "text_for_image": 4,
    "cut_json": 3,
}
#: The states in which a call may have ended that met one of these behaviours. Whoever asks may be killed at any moment.
FITS = {
    "stored": {"ok", "slow"},
    "refused": {"moderation_blocked"},
    "failed": (PAID | PERHAPS_PAID | FREE) - {"ok", "slow", "moderation_blocked", "hang", "drip_body"},
    "unanswered": PAID | PERHAPS_PAID | FREE,
}
FAULTS = ("kill", "kill", "kill at a point", "kill at a point", "stop", "sleep", "flush", "broker", "broker", "thrice", "web")


@dataclass
class Result:
    """How one seed went."""

    seed: int
    faults: str = ""
    pictures: int = 0
    ready: int = 0
    lost: int = 0
    stuck: float = 0  # seconds from the end of the last fault to the end of the last picture
    twice: int = 0
    unanswered: int = 0
    problems: list[str] = field(default_factory=list)

    HEADINGS = f"{'seed':>5} {'pictures':>8} {'ready':>6} {'lost':>5} {'stuck':>6} {'twice':>6} {'unanswered':>10}  faults"

    def __str__(self):
        columns = f"{self.seed:>5} {self.pictures:>8} {self.ready:>6} {self.lost:>5} {self.stuck:>5.1f}s {self.twice:>6}"
        lines = [f"{columns} {self.unanswered:>10}  {self.faults}"]
        return "\n".join(lines + [f"      BROKEN: {problem}" for problem in self.problems])


class Stage:
    """Broker, web server and two workers on which schedules are played; what a schedule kills is started again."""

    def __init__(self, house, broker, start_web, start_sweeping, folder):
        self.house, self.broker, self.folder = house, broker, folder
        self._start_web, self._start_sweeping = start_web, start_sweeping
        self._stack, self._workers, self._count = ExitStack(), {}, 0

    def __enter__(self):
        self._stack.enter_context(self.broker.running())
        self.port = processes.free_port()
        self._web = ExitStack()
        self.start_web()
        for name in "AB":
            self._workers[name] = ExitStack()
            self.start_worker(name)
        return self

    def __exit__(self, *exc_info):
        for stack in (*self._workers.values(), self._web, self._stack):
            stack.close()

    def start_web(self):
        self.web, _port = self._web.enter_context(self._start_web(self.port))

    def restart_web(self):
        self._web.close()  # kills it
        self.start_web()

    def start_worker(self, name, point=None):
        """Start a worker; with a ``point`` it will stand still there, in a folder that is returned."""
        self._count += 1
        folder = self.folder / f"stall-{self._count}"
        folder.mkdir()
        options, variables = (), {}
        if point:
            options = ("-I", "tests.faults.stalls")
            variables = {"STALL_AT": point, "STALL_IN": str(folder)}
        process = self._workers[name].enter_context(
            self._start_sweeping(
                *("-c", "4", "-I", "tests.faults.haste", *options),
                name=f"worker-{name}",
                is_awaited=False,
                LEASE_SECONDS=str(LEASE),
                SWEEP_SECONDS=str(SWEEP),
                PROVIDER_DEADLINE=str(DEADLINE),
                **variables,
            )
        )
        setattr(self, name, process)
        return folder / point if point else None

    def kill(self, name, number=signal.SIGKILL, point=None):
        """Let a worker end by a signal, and start it again as a supervisor would."""
        self.house.signal(getattr(self, name), number)
        if number != signal.SIGKILL:
            processes.wait_until(lambda: getattr(self, name).poll() is not None, 15, "a worker to end on SIGTERM")
        self._workers[name].close()
        return self.start_worker(name, point)


class Schedule:
    """What one seed holds in store."""

    def __init__(self, seed, stage):
        self.stage, self.house, self.result = stage, stage.house, Result(seed)
        self.random = random.Random(seed)
        self.faults = sorted(
            (self.random.uniform(0, SPAN), self.random.choice(FAULTS)) for _ in range(self.random.randint(2, 4))
        )
        self.result.faults = ", ".join(f"{name} {at:.1f}" for at, name in self.faults)
        self.accepted = []

    def play(self):
        """Let it all happen, wait for the ends, and look what is broken."""
        pupils = self._gather()
        behaviours = self.random.choices(list(BEHAVIOURS), BEHAVIOURS.values(), k=30)
        self.house.provider.script(*map(self._step, behaviours))
        moments = [(self.random.uniform(0, SPAN), pupil) for pupil in pupils]
        with ThreadPoolExecutor(len(pupils)) as pool:
            started = time.monotonic()
            asking = [pool.submit(self._ask, started + at, pupil, self.random.randint(1, 2)) for at, pupil in moments]
            for at, name in self.faults:
                time.sleep(max(0, started + at - time.monotonic()))
                getattr(self, f"_{name.replace(' ', '_')}")()
            ended = time.monotonic()
            for answer in asking:
                answer.result()
        self.house.provider.script(forget=True)  # and from now on everything is well
        ended = max(ended, started + SPAN)
        self._wait_for_ends(ended)
        self._judge()
        return self.result

    def _gather(self):
        """Return the pupils of two new classes, each class with a purse and a lane of its own."""
        self.purses, pupils = [], []
        for number in range(2):
            purse = Purse.objects.create(title=f"{self.result.seed}.{number}", pictures_allowed=50, micros_allowed=50 * PRICE)
            assignment = make_assignment(make_classroom(purse=purse, name=purse.title), engine=self.house.engine)
            self.purses.append(purse)
            pupils += [Pupil(self.house, self.stage.port, assignment) for _ in range(self.random.randint(2, 5))]
        return pupils

    def _step(self, name):
        if name == "slow":
            return name, {"seconds": self.random.uniform(0.1, 0.6)}
        return (name, {"headers": {"Retry-After": "1"}}) if name == "rate_bare" else (name, {})

    def _ask(self, at, pupil, pictures):
        """Ask at a moment, and press the button again where no answer comes; an answer of 302 is a promise."""
        time.sleep(max(0, at - time.monotonic()))
        token, deadline = uuid.uuid4(), time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                status, seconds = pupil.ask(pictures, token)
            except (OSError, HTTPException):
                pupil.close()
                time.sleep(0.2)
                continue
            if status == 302:
                self.accepted.append((token, pictures))
            else:
                self.result.problems.append(f"the page answered {status} after {seconds:.1f} s")
            return pupil.close()
        return self.result.problems.append("the page did not answer for 20 s")

    # The faults.

    def _kill(self):
        self.stage.kill(self.random.choice("AB"))

    def _kill_at_a_point(self):
        """Kill a worker exactly where it stands at a point, or where it is where 1.5 s did not bring it there."""
        name = self.random.choice("AB")
        reached = self.stage.kill(name, point=self.random.choice(list(POINTS)))
        deadline = time.monotonic() + 1.5
        while not reached.exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        self.stage.kill(name)

    def _stop(self):
        self.stage.kill(self.random.choice("AB"), signal.SIGTERM)

    def _sleep(self):
        """Put a worker to sleep for longer than its claims last, and wake it."""
        worker = getattr(self.stage, self.random.choice("AB"))
        self.house.signal(worker, signal.SIGSTOP)
        time.sleep(LEASE + self.random.uniform(-1, 1))
        self.house.signal(worker, signal.SIGCONT)

    def _flush(self):
        with self.stage.broker.client() as client:
            client.flushall()

    def _broker(self):
        """Kill the broker for a while; half the time it comes back without its memory."""
        self.stage.broker.kill()
        time.sleep(self.random.uniform(0, 0.8))
        if self.random.random() < 0.5:
            shutil.rmtree(self.stage.broker.folder)
        self.stage.broker.start()

    def _thrice(self):
        """Deliver every waiting message, and one that was delivered long ago, three times."""
        with self.stage.broker.client() as client:
            for message in client.lrange("celery", 0, -1) * 2:
                client.lpush("celery", message)
        self.house.ring(3)

    def _web(self):
        self.stage.restart_web()

    # What came of it.

    def pictures(self):
        return Picture.objects.filter(generation__trail__purse__in=self.purses)

    def _wait_for_ends(self, since):
        deadline = since + max(30, PATIENCE)
        while self.pictures().filter(status__in=Picture.OPEN).exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.result.stuck = time.monotonic() - since
        if self.result.stuck > PATIENCE:
            self.result.problems.append(f"ended only {self.result.stuck:.1f} s after the last fault")

    def _judge(self):
        result, pictures = self.result, list(self.pictures().prefetch_related("calls"))
        result.pictures = len(pictures)
        result.ready = sum(picture.is_ready for picture in pictures)
        result.lost = sum(picture.is_open for picture in pictures) + self._forgotten()
        if result.lost:
            result.problems.append(f"{result.lost} lost")
        outcomes = self.house.provider.outcomes()
        for picture in pictures:
            self._compare(picture, outcomes.get(picture.seed, []))
        result.unanswered = Call.objects.filter(picture__in=pictures, state="unanswered").count()
        self._count_money(pictures)
        if broken := broken_promises():
            result.problems.append(broken)

    def _forgotten(self):
        """Count accepted pictures of which there is no row."""
        rows = Generation.objects.filter(token__in=[token for token, _ in self.accepted], trail__purse__in=self.purses)
        found = {generation.token: generation.pictures.count() for generation in rows}
        return sum(asked - found.get(token, 0) for token, asked in self.accepted)

    def _compare(self, picture, outcomes):
        """Hold the calls of a picture against the service's own journal: one line each, and none after one that may be paid."""
        story = f"picture {picture.pk} {picture.status} {picture.reason}: {[call.state for call in picture.calls.all()]}"
        story += f" against {outcomes}"
        if any(outcome in PAID | PERHAPS_PAID for outcome in outcomes[:-1]):
            self.result.twice += 1
            self.result.problems.append(f"sent twice: {story}")
        waiting = list(outcomes)
        for call in picture.calls.all():
            if call.sent_at is None:
                continue
            if waiting and waiting[0] in FITS[call.state]:
                is_charged = waiting.pop(0) in PAID | PERHAPS_PAID or call.state == "unanswered"
            else:
                is_charged = call.state == "unanswered"  # sent, says the row; the journal says that it never arrived
                if not is_charged:
                    self.result.problems.append(f"the journal knows no such call: {story}")
            if cost_of(call) != (PRICE if is_charged else 0):
                self.result.problems.append(f"call {call.number} costs {cost_of(call)}: {story}")
        if waiting:
            self.result.problems.append(f"the journal knows more calls: {story}")

    def _count_money(self, pictures):
        """The purses hold what the calls cost, and pictures only for those that are ready."""
        spent = sum(entry.micros_spent for entry in LedgerEntry.objects.filter(purse__in=self.purses))
        costs = sum(cost_of(call) for picture in pictures for call in picture.calls.all())
        drawn = sum(entry.pictures_spent for entry in LedgerEntry.objects.filter(purse__in=self.purses))
        if (spent, drawn) != (costs, self.result.ready):
            self.result.problems.append(f"the purses spent {spent} and {drawn}; the calls {costs} and {self.result.ready}")


def cost_of(call):
    """Return what a call cost: what the service said, the worst case where it drew a picture and said nothing, else nothing."""
    return PRICE if call.micros is None and call.state == "stored" else call.micros or 0
