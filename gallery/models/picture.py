import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from gallery.clock import from_now
from gallery.pictures import THUMBNAIL_WIDTHS, thumbnail_name

from .event import Event
from .lane import Lane
from .purse import Purse
from .turns import Turns


class PictureQuerySet(Turns):
    def visible_to(self, user):
        """Return the pictures ``user`` may look at: the owner's ready ones, and what the school's rule adds."""
        if not user.is_authenticated:
            return self.none()
        own = Q(generation__trail__owner=user, hidden_at=None, held_at=None)
        seen = self.filter(status=Picture.Status.READY)
        return seen.filter(own | import_string(settings.GALLERY_VISIBLE_PICTURES)(user))

    def shown_to_owner(self):
        """Return the pictures that are there for their own author: ready, and kept back by nobody."""
        return self.filter(status=Picture.Status.READY, hidden_at=None, held_at=None)

    def in_review(self):
        """Return drawn pictures that a gate holds until an adult has decided."""
        return self.filter(status=Picture.Status.READY, hidden_at=None).exclude(held_at=None)

    def counted(self):
        """Return the pictures that a try is counted for: one that was held and then hidden was given back."""
        return self.filter(status__in=Picture.COUNTED).filter(Q(held_at=None) | Q(hidden_at=None))

    def not_looked_at(self):
        """Return ready pictures that no reviewer or teacher has decided on."""
        return self.filter(status=Picture.Status.READY, approved_at=None, hidden_at=None)

    def failed(self):
        return self.filter(status=Picture.Status.FAILED)


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
    held_at = models.DateTimeField(
        _("held"),
        null=True,
        blank=True,
        help_text=_("By a gate, until an adult decides. Approving ends it; hiding keeps it, and gives the try back."),
    )

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["generation", "position"]
        indexes = [
            models.Index(fields=["engine", "status", "turn"], name="picture_turn"),
            models.Index(fields=["engine", "lane", "turn"], name="picture_lane"),
            models.Index(fields=["lease_until"], condition=Q(status="drawing"), name="picture_lease"),
            models.Index(fields=["held_at"], condition=Q(held_at__isnull=False), name="picture_held"),
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
            models.CheckConstraint(
                condition=Q(held_at=None) | Q(status="ready", approved_at=None), name="picture_held_is_for_adults"
            ),
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

    @property
    def is_held(self):
        """Whether a gate holds it until an adult has decided: nobody but adults may see it."""
        return self.is_ready and self.held_at is not None and self.hidden_at is None

    @property
    def is_given_back(self):
        """Whether it was held and then hidden: its try does not count."""
        return self.held_at is not None and self.hidden_at is not None

    @property
    def is_counted(self):
        return self.status in self.COUNTED and not self.is_given_back

    @property
    def is_shown_to_owner(self):
        return self.is_ready and self.hidden_at is None and self.held_at is None

    def file_name(self, size):
        """Return the stored name of the picture at ``size`` ("384", "960" or "full"), None for any other size."""
        if size == "full":
            return self.file
        return thumbnail_name(self.file, size) if size in map(str, THUMBNAIL_WIDTHS) else None

    def _move(self, to, *, frm, event, reason="", actor=None, said=None, **fields):
        """Change the state while this claim holds; False where the fence was passed, and then nothing was written.

        One move, one Event, and what the purse must know in the same transaction. ``said`` goes into the Event's details.
        """
        with transaction.atomic(savepoint=False):
            moved = Picture.objects.filter(pk=self.pk, status=frm, fence=self.fence).update(
                status=to, reason=reason, lease_until=None, **fields
            )
            if not moved:
                return False
            Event.objects.record(event, picture=self, reason=reason, actor=actor, fence=self.fence, **(said or {}))
            self.generation.trail.touch()
        self.status, self.reason = to, reason
        return True

    def settle_ready(self, prepared, *, file, drawn, micros=None, held_by="", said=None):
        """End as ready, with the file that was stored under ``file``.

        ``held_by`` is the code of a gate that wants an adult to look first: then nobody else sees it, and what was set aside
        for it stays so until they decide, for nobody knows yet whether it counts. ``said`` is what all gates said.
        """
        with transaction.atomic(savepoint=False):
            moved = self._move(
                self.Status.READY,
                frm=self.Status.DRAWING,
                event="picture.ready",
                reason=held_by,
                said=said,
                held_at=Now() if held_by else None,
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
            )
            if moved and held_by:
                self.reviews.create(opened_by=held_by)
                Event.objects.record("picture.held", picture=self, reason=held_by)
                return True
            return moved and self._settle(pictures=1, micros=micros)

    def settle_refused(self, reason, detail="", *, micros=0, said=None):
        """End as refused by ``reason``; everything set aside is given back, but for the money that it took all the same.

        ``said`` is what the gate said, for the Event: stage, categories, scores.
        """
        with transaction.atomic(savepoint=False):
            return self._end(self.Status.REFUSED, reason, detail, said) and self._settle(pictures=0, micros=micros)

    def settle_failed(self, reason, detail="", *, is_charged=False):
        """End as failed; the picture is given back, and the money too unless the service may have charged it."""
        with transaction.atomic(savepoint=False):
            return self._end(self.Status.FAILED, reason, detail) and self._settle(pictures=0, micros=None if is_charged else 0)

    def _end(self, to, reason, detail, said=None):
        return self._move(
            to, frm=self.Status.DRAWING, event=f"picture.{to}", reason=reason, detail=detail[:300], said=said, ended_at=Now()
        )

    def _settle(self, *, pictures, micros):
        Purse.objects.settle(self, pictures=pictures, micros=micros)
        return True

    def requeue(self, reason, *, after, detail="", is_failure=False):
        """Go back to the same place in the queue, to be drawn no sooner than ``after`` seconds from now."""
        with transaction.atomic(savepoint=False):
            moved = self._move(
                self.Status.QUEUED,
                frm=self.Status.DRAWING,
                event="picture.requeued",
                reason=reason,
                detail=detail[:300],
                not_before=from_now(after),
                failures=F("failures") + (1 if is_failure else 0),
            )
            if moved:  # nothing was drawn for this lane
                Lane.objects.give_back(self.engine, self.lane)
            return moved

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
        """Let its author see this picture, and classmates where it was handed in."""
        return self._review("approve", reviewer, approved_at=Now(), hidden_at=None, held_at=None)

    def hide(self, reviewer, reason, note=""):
        """Take this picture from everybody but the adults; ``reason`` is one of Review.Reason.

        The try of one that a gate held is given back: its author never had it. The money was spent all the same.
        """
        return self._review("hide", reviewer, reason=reason, note=note, approved_at=None, hidden_at=Now())

    def _review(self, decision, reviewer, *, reason="", note="", **fields):
        with transaction.atomic():
            was_held = bool(Picture.objects.in_review().filter(pk=self.pk).update(**fields))
            if not was_held and not Picture.objects.filter(pk=self.pk, status=self.Status.READY).update(**fields):
                raise ValidationError(_("Only a picture that is ready can be reviewed."), code="not_ready")
            open_review = self.reviews.select_for_update().filter(decided_at=None).first() or self.reviews.model(picture=self)
            open_review.decision, open_review.reason, open_review.note = decision, reason, note
            open_review.decided_by, open_review.decided_at = reviewer, Now()
            open_review.save()
            if was_held:
                paid = self.calls.filter(state="stored").values_list("micros", flat=True).first()
                self._settle(pictures=int(decision == "approve"), micros=paid)
            said = {"was_held": True} if was_held else {}
            Event.objects.record(f"picture.{decision}", picture=self, actor=reviewer, reason=reason, **said)
            self.generation.trail.touch()
