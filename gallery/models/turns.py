"""Whose turn it is: which waiting picture is drawn next, by whom, and what the line looks like."""

import statistics

from django.db import models, transaction
from django.db.models import Exists, ExpressionWrapper, F, Max, OuterRef, Q
from django.db.models.functions import Now

from gallery import queue
from gallery.clock import from_now

from .call import Call
from .engine import Engine
from .event import Event
from .lane import Lane, LaneRule


class Turns(models.QuerySet):
    """The queue's side of pictures."""

    def waiting(self):
        return self.filter(status=self.model.Status.QUEUED)

    def held(self):
        """Return waiting pictures that an adult's rule holds back: their lane is paused, or draws only what finishes a work."""
        rule = is_held(self)
        return self.waiting().filter(rule) if rule else self.none()

    def not_held(self):
        """Return waiting pictures that may be drawn as far as the adults are concerned."""
        return self.waiting().exclude(rule) if (rule := is_held(self)) else self.waiting()

    def claimable(self, engine):
        return self.not_held().filter(Q(not_before=None) | Q(not_before__lte=Now()), engine=engine)

    def claimable_now(self):
        """Return waiting pictures of every engine that may start one now."""
        return self.not_held().filter(
            Q(not_before=None) | Q(not_before__lte=Now()),
            Q(engine__next_free_at=None) | Q(engine__next_free_at__lte=Now()),
            Q(engine__circuit_opened_at=None) | Q(engine__probe_at__lte=Now()),
            engine__is_enabled=True,
        )

    def line(self, engine):
        """Return (picture's id, trail's id) of all that wait for ``engine``, in the order in which they will be claimed."""
        waiting = self.not_held().filter(engine=engine).order_by("turn", "rank", "pk")
        lanes = {}
        for lane, *row in waiting.values_list("lane", "pk", "public_id", "generation__trail__public_id"):
            lanes.setdefault(lane, []).append(row)
        states = Lane.objects.states(engine, list(lanes))
        order = queue.merge((*states[lane], [row[0] for row in rows]) for lane, rows in lanes.items())
        shown = {pk: (picture, trail) for rows in lanes.values() for pk, picture, trail in rows}
        return [shown[pk] for pk in order]

    def seconds_being_drawn(self, engine):
        """Return since how many seconds ``engine`` is asked for each picture that it draws now, by the database's clock."""
        since = ExpressionWrapper(Now() - F("drawing_at"), output_field=models.DurationField())
        drawing = self.being_asked(engine).annotate(since=since)
        return [span.total_seconds() for span in drawing.values_list("since", flat=True)]

    def rhythm(self, engine, slots):
        """Return (seconds that a picture of ``engine`` takes, seconds from start to start in each of its ``slots``).

        Both are learned from the last pictures; where there is none, they are a guess.
        """
        last = self.filter(engine=engine, status=self.model.Status.READY).order_by("-ended_at")
        times = list(last.values_list("drawing_at", "ended_at")[: max(slots, 20) + 1])
        if not times:
            return (1, 1) if engine.is_sketch else (15, 15)
        typical = statistics.median((ended - begun).total_seconds() for begun, ended in times[:20])
        span = (times[0][1] - times[-1][1]).total_seconds()
        is_busy = len(times) > slots and span <= 3 * typical  # older ones were drawn when nobody waited
        return typical, slots * span / (len(times) - 1) if is_busy else typical

    def to_front(self, lane, owner_pk, actor):
        """Let the owner's next waiting picture in ``lane`` be drawn before everybody else's there; False where none waits.

        Of several who were moved, the first goes first.
        """
        with transaction.atomic():
            front = self.waiting().filter(lane=lane, turn=queue.FRONT).count()
            mine = self.filter(lane=lane, owner_id=owner_pk).exclude(turn=queue.FRONT).order_by("turn", "rank", "pk")
            mine = mine.select_related("generation__trail")
            picture = mine.not_held().first() or mine.waiting().first()
            if picture is None or not self.waiting().filter(pk=picture.pk).update(turn=queue.FRONT, rank=front):
                return False
            Event.objects.record("picture.to_front", picture=picture, actor=actor)
            picture.generation.trail.touch()
        return True

    def too_late(self, within):
        """Return waiting pictures that were asked for longer than the timedelta ``within`` ago."""
        return self.filter(status=self.model.Status.QUEUED, queued_at__lt=from_now(-within.total_seconds()))

    def take_over_lost(self, *, worker, lease):
        """Claim, one by one, the pictures whose claim ran out; the lost worker's fence no longer holds then.

        ``worker`` is "machine:process". Another machine's pictures are left a second lease where they were asked for: their
        spooled answers lie there.
        """
        machine = worker.partition(":")[0]
        asked_for = Exists(Call.objects.open().filter(picture=OuterRef("pk")))
        own = Q(worker__startswith=f"{machine}:") | ~asked_for | Q(lease_until__lt=from_now(-lease))
        lost = self.filter(own, status=self.model.Status.DRAWING, lease_until__lt=Now())
        for pk, fence in list(lost.values_list("pk", "fence")):
            if lost.filter(pk=pk, fence=fence).update(fence=F("fence") + 1, lease_until=from_now(lease), worker=worker[:80]):
                yield self.select_related("engine", "generation__trail").get(pk=pk)

    def hand_over(self, worker):
        """End the leases of everything that ``worker`` draws: it goes, and the next sweep settles what it leaves."""
        claims = self.filter(worker=worker, status=self.model.Status.DRAWING)
        if claims.exists():  # mostly there are none, and then nobody waits for the right to write
            claims.update(lease_until=Now())

    def turns_of(self, engine, trail):
        """Return (the turn that ``trail``'s lane has reached, that of the owner's own last picture there, how many they had).

        What came to nothing does not count. The first two are None where there is none.
        """
        lane = self.filter(engine=engine, lane=trail.lane)
        reached = lane.exclude(drawing_at=None).aggregate(turn=Max("turn"))["turn"]
        own = lane.counted().filter(owner_id=trail.owner_id).aggregate(turn=Max("turn"), had=models.Count("pk"))
        return reached, own["turn"], own["had"]

    def claim_next(self, engine, *, worker, lease):
        """Take the fairest waiting picture of ``engine`` for ``lease`` seconds, or return None.

        The database decides who wins: the row moves from queued to drawing by compare-and-set, with a new fence.
        """
        with transaction.atomic():
            # One claim of an engine at a time.
            engine = Engine.objects.timed().select_for_update(no_key=True).get(pk=engine.pk)
            found = self._fairest(engine) if self._has_free_call(engine) else None
            if found is None or not Engine.objects.take_turn(engine, virtual_time=found[1]):
                return None
            picture, start, step = found
            picture.engine, picture.status, picture.fence = engine, self.model.Status.DRAWING, picture.fence + 1
            taken = self.filter(pk=picture.pk, status=self.model.Status.QUEUED, fence=picture.fence - 1).update(
                status=self.model.Status.DRAWING,
                fence=F("fence") + 1,
                worker=worker[:80],
                drawing_at=Now(),
                lease_until=from_now(lease),
                reason="",
                detail="",
            )
            if not taken:
                return None
            Lane.objects.serve(engine, picture.lane, start, step)
            Event.objects.record("picture.drawing", picture=picture, fence=picture.fence)
            picture.generation.trail.touch()
        return picture

    def _fairest(self, engine):
        """Return the waiting picture whose turn it is, its lane's virtual start and step; None where nothing may start.

        It is of the lane that is due first, and in it of the owner who had least.
        """
        claimable = self.claimable(engine)
        oldest = dict(claimable.order_by().values_list("lane").annotate(models.Min("pk")))
        if not oldest:
            return None
        states = Lane.objects.states(engine, list(oldest))
        lane = min(oldest, key=lambda key: (states[key][0], oldest[key]))  # of two that are due, who waits longest
        turns = claimable.filter(lane=lane).order_by("turn", "rank", "pk")
        picture = turns.select_related("generation__trail").first()
        if picture is None:
            return None
        return picture, *states[lane]

    def being_asked(self, engine):
        """Return the pictures that ``engine`` is asked for now; one whose answer has come takes none of its calls any more."""
        answered = Call.objects.filter(picture=OuterRef("pk"), state=Call.State.ANSWERED)
        return self.filter(~Exists(answered), engine=engine, status=self.model.Status.DRAWING)

    def _has_free_call(self, engine):
        return self.being_asked(engine).count() < engine.concurrent_calls


def is_held(pictures):
    """Return the condition of pictures that an adult's rule holds back; an empty one where no rule is in force."""
    paused, finals_only = LaneRule.objects.in_force()
    rule = Q(lane__in=paused) if paused else Q()
    if finals_only:
        has_one = pictures.model.objects.shown_to_owner().filter(generation__trail=OuterRef("generation__trail"))
        rule |= Q(lane__in=finals_only) & Q(is_final=False) & Exists(has_one)
    return rule
