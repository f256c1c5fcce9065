import statistics
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, ExpressionWrapper, F, Max, OuterRef, Q
from django.db.models.functions import Now
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from gallery import queue
from gallery.clock import from_now
from gallery.pictures import THUMBNAIL_WIDTHS, thumbnail_name

from .engine import Engine
from .event import Event
from .lane import Lane, LaneRule
from .purse import Purse


class PictureQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the pictures ``user`` may look at: the owner's ready ones, and what the school's rule adds."""
        if not user.is_authenticated:
            return self.none()
        seen = self.filter(status=Picture.Status.READY)
        return seen.filter(
            Q(generation__trail__owner=user, hidden_at=None) | import_string(settings.GALLERY_VISIBLE_PICTURES)(user)
        )

    def not_looked_at(self):
        """Return ready pictures that no reviewer or teacher has decided on."""
        return self.filter(status=Picture.Status.READY, approved_at=None, hidden_at=None)

    def failed(self):
        return self.filter(status=Picture.Status.FAILED)

    def waiting(self):
        return self.filter(status=Picture.Status.QUEUED)

    def held(self):
        """Return waiting pictures that an adult's rule holds back: their lane is paused, or draws only what finishes a work."""
        rule = _is_held()
        return self.waiting().filter(rule) if rule else self.none()

    def not_held(self):
        """Return waiting pictures that may be drawn as far as the adults are concerned."""
        return self.waiting().exclude(rule) if (rule := _is_held()) else self.waiting()

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
        """Return for how many seconds each picture that ``engine`` draws now has been drawn, by the database's clock."""
        since = ExpressionWrapper(Now() - F("drawing_at"), output_field=models.DurationField())
        drawing = self.filter(engine=engine, status=Picture.Status.DRAWING)
        return [span.total_seconds() for span in drawing.annotate(since=since).values_list("since", flat=True)]

    def rhythm(self, engine, slots):
        """Return (seconds that a picture of ``engine`` takes, seconds from start to start in each of its ``slots``).

        Both are learned from the last pictures; where there is none, they are a guess.
        """
        last = self.filter(engine=engine, status=Picture.Status.READY).order_by("-ended_at")
        times = list(last.values_list("drawing_at", "ended_at")[: max(slots, 20)])
        if not times:
            return (1, 1) if engine.is_sketch else (15, 15)
        typical = statistics.median((ended - begun).total_seconds() for begun, ended in times[:20])
        span = (times[0][1] - times[-1][1]).total_seconds()
        is_busy = len(times) > slots and span <= 3 * typical  # older ones were drawn when nobody waited
        return typical, max(typical, slots * span / (len(times) - 1)) if is_busy else typical

    def to_front(self, lane, owner_pk, actor):
        """Let the owner's next waiting picture in ``lane`` be drawn before everybody else's there; False where none waits.

        Of several who were moved, the first goes first.
        """
        with transaction.atomic():
            front = self.waiting().filter(lane=lane, turn=queue.FRONT).count()
            mine = self.waiting().filter(lane=lane, owner_id=owner_pk).exclude(turn=queue.FRONT)
            picture = mine.select_related("generation__trail").order_by("turn", "rank", "pk").first()
            if picture is None or not self.waiting().filter(pk=picture.pk).update(turn=queue.FRONT, rank=front):
                return False
            Event.objects.record("picture.to_front", picture=picture, actor=actor)
            picture.generation.trail.touch()
        return True

    def too_late(self, within):
        """Return waiting pictures that were asked for longer than the timedelta ``within`` ago."""
        return self.filter(status=Picture.Status.QUEUED, queued_at__lt=from_now(-within.total_seconds()))

    def take_over_lost(self, *, worker, lease):
        """Claim, one by one, the pictures whose claim ran out; the lost worker's fence no longer holds then.

        ``worker`` is "machine:process". Another machine's pictures are left a second lease: their spooled answers lie there.
        """
        machine = worker.partition(":")[0]
        own = Q(worker__startswith=f"{machine}:") | Q(lease_until__lt=from_now(-lease))
        lost = self.filter(own, status=Picture.Status.DRAWING, lease_until__lt=Now())
        for pk, fence in list(lost.values_list("pk", "fence")):
            if lost.filter(pk=pk, fence=fence).update(fence=F("fence") + 1, lease_until=from_now(lease), worker=worker[:80]):
                yield self.select_related("engine", "generation__trail").get(pk=pk)

    def hand_over(self, worker):
        """End the leases of everything that ``worker`` draws: it goes, and the next sweep settles what it leaves."""
        self.filter(worker=worker, status=Picture.Status.DRAWING).update(lease_until=Now())

    def turns_of(self, engine, trail):
        """Return (the turn that ``trail``'s lane has reached, the owner's own last open turn, how many of theirs are open).

        The first two are None where there is none.
        """
        lane = self.filter(engine=engine, lane=trail.lane)
        reached = lane.exclude(drawing_at=None).aggregate(turn=Max("turn"))["turn"]
        own = lane.filter(owner_id=trail.owner_id, status__in=Picture.OPEN)
        found = own.aggregate(turn=Max("turn"), open=models.Count("pk"))
        return reached, found["turn"], found["open"]

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
            picture.engine, picture.status, picture.fence = engine, Picture.Status.DRAWING, picture.fence + 1
            taken = self.filter(pk=picture.pk, status=Picture.Status.QUEUED, fence=picture.fence - 1).update(
                status=Picture.Status.DRAWING,
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

        It is of the lane that is due first, and in it of the owner who had least. ``is_last`` says that no other could start.
        """
        claimable = self.claimable(engine)
        lanes = list(claimable.order_by().values_list("lane").annotate(models.Min("pk"), models.Count("pk")))
        if not lanes:
            return None
        oldest = {key: pk for key, pk, _count in lanes}
        states = Lane.objects.states(engine, list(oldest))
        lane = min(oldest, key=lambda key: (states[key][0], oldest[key]))  # of two that are due, who waits longest
        turns = claimable.filter(lane=lane).order_by("turn", "rank", "pk")
        picture = turns.select_related("generation__trail").first()
        if picture is None:
            return None
        picture.is_last = sum(count for _key, _pk, count in lanes) == 1
        return picture, *states[lane]

    def being_drawn(self, engine):
        """Count the pictures that ``engine`` (or the engine with this pk) draws now."""
        return self.filter(engine=engine, status=Picture.Status.DRAWING).count()

    def _has_free_call(self, engine):
        return self.being_drawn(engine) < engine.concurrent_calls


def _is_held():
    """Return the condition of pictures that an adult's rule holds back; an empty one where no rule is in force."""
    paused, finals_only = LaneRule.objects.in_force()
    rule = Q(lane__in=paused) if paused else Q()
    if finals_only:
        has_one = Picture.objects.filter(generation__trail=OuterRef("generation__trail"), status=Picture.Status.READY)
        rule |= Q(lane__in=finals_only) & Q(is_final=False) & Exists(has_one)
    return rule


class Picture(models.Model):
    """One image asked for. It is born before it is drawn: this row is the job."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        DRAWING = "drawing", _("being drawn")
        READY = "ready", _("ready")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("not made")
        CANCELLED = "cancelled", _("cancelled")

    OPEN = (Status.QUEUED, Status.DRAWING)
    COUNTED = (Status.QUEUED, Status.DRAWING, Status.READY)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    generation = models.ForeignKey("gallery.Generation", models.CASCADE, related_name="pictures", verbose_name=_("try"))
    position = models.PositiveSmallIntegerField(_("position"))
    status = models.CharField(_("state"), max_length=10, choices=Status.choices, default=Status.QUEUED)
    engine = models.ForeignKey("gallery.Engine", models.PROTECT, related_name="pictures", verbose_name=_("engine"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="pictures", verbose_name=_("owner"))
    lane = models.CharField(max_length=60, blank=True, editable=False)
    turn = models.PositiveBigIntegerField(_("turn"), default=0, editable=False)
    rank = models.PositiveIntegerField(_("own pictures before it"), default=0, editable=False)
    seed = models.PositiveIntegerField(_("seed"), default=0)
    is_final = models.BooleanField(_("final picture"), default=False, editable=False)

    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    failures = models.PositiveSmallIntegerField(_("failed calls"), default=0)
    fence = models.PositiveIntegerField(_("claim"), default=0, editable=False)
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    worker = models.CharField(_("worker"), max_length=80, blank=True)
    queued_at = models.DateTimeField(_("queued"), db_default=Now())
    drawing_at = models.DateTimeField(_("claimed"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    reason = models.CharField(_("why it ended so"), max_length=30, blank=True)
    detail = models.CharField(_("detail for operators"), max_length=300, blank=True)

    file = models.CharField(max_length=120, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)
    bytes = models.PositiveIntegerField(_("size in bytes"), default=0, editable=False)
    width = models.PositiveIntegerField(_("width"), default=0, editable=False)
    height = models.PositiveIntegerField(_("height"), default=0, editable=False)
    colour = models.CharField(max_length=7, blank=True, editable=False)
    understood = models.JSONField(_("words understood"), default=list, blank=True)
    missed = models.JSONField(_("words not understood"), default=list, blank=True)
    revised_prompt = models.TextField(_("as the service reworded it"), blank=True)
    approved_at = models.DateTimeField(_("approved"), null=True, blank=True)
    hidden_at = models.DateTimeField(_("hidden"), null=True, blank=True)

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["generation", "position"]
        indexes = [
            models.Index(fields=["engine", "status", "turn"], name="picture_turn"),
            models.Index(fields=["engine", "lane", "turn"], name="picture_lane"),
            models.Index(fields=["lease_until"], condition=Q(status="drawing"), name="picture_lease"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["generation", "position"], name="picture_position_once"),
            models.CheckConstraint(condition=~Q(status="ready") | ~Q(file=""), name="picture_ready_has_file"),
            models.CheckConstraint(
                condition=~Q(status="drawing") | Q(lease_until__isnull=False), name="picture_drawing_has_lease"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["refused", "failed"]) | ~Q(reason=""), name="picture_end_has_reason"
            ),
            models.CheckConstraint(condition=Q(approved_at=None) | Q(hidden_at=None), name="picture_not_approved_and_hidden"),
        ]

    def __str__(self):
        return f"{self.generation_id}.{self.position + 1}"

    @property
    def number(self):
        return self.position + 1

    @property
    def is_open(self):
        return self.status in self.OPEN

    @property
    def is_ready(self):
        return self.status == self.Status.READY

    def file_name(self, size):
        """Return the stored name of the picture at ``size`` ("384", "960" or "full"), None for any other size."""
        if size == "full":
            return self.file
        return thumbnail_name(self.file, size) if size in map(str, THUMBNAIL_WIDTHS) else None

    def _move(self, to, *, frm, event, reason="", actor=None, **fields):
        """Change the state while this claim holds; False where the fence was passed, and then nothing was written.

        One move, one Event, and what the purse must know in the same transaction.
        """
        with transaction.atomic(savepoint=False):
            moved = Picture.objects.filter(pk=self.pk, status=frm, fence=self.fence).update(
                status=to, reason=reason, lease_until=None, **fields
            )
            if not moved:
                return False
            Event.objects.record(event, picture=self, reason=reason, actor=actor, fence=self.fence)
            self.generation.trail.touch()
        self.status, self.reason = to, reason
        return True

    def settle_ready(self, prepared, *, file, drawn, micros=None):
        """End as ready, with the file that was stored under ``file``."""
        with transaction.atomic(savepoint=False):
            return self._move(
                self.Status.READY,
                frm=self.Status.DRAWING,
                event="picture.ready",
                file=file,
                sha256=prepared.sha256,
                bytes=len(prepared.original),
                width=prepared.width,
                height=prepared.height,
                colour=prepared.average_colour,
                understood=list(drawn.understood),
                missed=list(drawn.missed),
                revised_prompt=drawn.revised_prompt,
                ended_at=Now(),
            ) and self._settle(pictures=1, micros=micros)

    def settle_refused(self, reason, detail="", *, micros=0):
        """End as refused by ``reason``; everything set aside is given back, but for the money that it took all the same."""
        with transaction.atomic(savepoint=False):
            return self._end(self.Status.REFUSED, reason, detail) and self._settle(pictures=0, micros=micros)

    def settle_failed(self, reason, detail="", *, is_charged=False):
        """End as failed; the picture is given back, and the money too unless the service may have charged it."""
        with transaction.atomic(savepoint=False):
            return self._end(self.Status.FAILED, reason, detail) and self._settle(pictures=0, micros=None if is_charged else 0)

    def _end(self, to, reason, detail):
        return self._move(
            to, frm=self.Status.DRAWING, event=f"picture.{to}", reason=reason, detail=detail[:300], ended_at=Now()
        )

    def _settle(self, *, pictures, micros):
        Purse.objects.settle(self, pictures=pictures, micros=micros)
        return True

    def requeue(self, reason, *, after, detail="", is_failure=False):
        """Go back to the same place in the queue, to be drawn no sooner than ``after`` seconds from now."""
        with transaction.atomic(savepoint=False):
            if reason == "busy":  # nothing was drawn for this lane
                Lane.objects.give_back(self.engine, self.lane)
            return self._move(
                self.Status.QUEUED,
                frm=self.Status.DRAWING,
                event="picture.requeued",
                reason=reason,
                detail=detail[:300],
                not_before=from_now(after),
                failures=F("failures") + (1 if is_failure else 0),
            )

    def give_up(self, reason):
        """End a picture that waited too long; it costs nothing."""
        with transaction.atomic():
            return self._move(
                self.Status.FAILED, frm=self.Status.QUEUED, event="picture.failed", reason=reason, ended_at=Now()
            ) and self._settle(pictures=0, micros=0)

    def cancel(self, actor=None):
        """Take a waiting picture out of the queue; False where it is being drawn already."""
        with transaction.atomic():
            return self._move(
                self.Status.CANCELLED, frm=self.Status.QUEUED, event="picture.cancelled", actor=actor, ended_at=Now()
            ) and self._settle(pictures=0, micros=0)

    def abandon(self):
        """Let the next sweep settle this picture at once: its worker met a fault that nobody foresaw."""
        Picture.objects.filter(pk=self.pk, status=self.Status.DRAWING, fence=self.fence).update(lease_until=Now())

    def approve(self, reviewer):
        """Let classmates see this picture."""
        return self._review("approve", reviewer, approved_at=Now(), hidden_at=None)

    def hide(self, reviewer, reason, note=""):
        """Take this picture from everybody but the adults; ``reason`` is one of Review.Reason."""
        return self._review("hide", reviewer, reason=reason, note=note, approved_at=None, hidden_at=Now())

    def _review(self, decision, reviewer, *, reason="", note="", **fields):
        with transaction.atomic():
            if not Picture.objects.filter(pk=self.pk, status=self.Status.READY).update(**fields):
                raise ValidationError(_("Only a picture that is ready can be reviewed."), code="not_ready")
            open_review = self.reviews.select_for_update().filter(decided_at=None).first() or self.reviews.model(picture=self)
            open_review.decision, open_review.reason, open_review.note = decision, reason, note
            open_review.decided_by, open_review.decided_at = reviewer, Now()
            open_review.save()
            Event.objects.record(f"picture.{decision}", picture=self, actor=reviewer, reason=reason)
            self.generation.trail.touch()
