from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from .event import Event

#: Matters of one trail that may lie before an adult at once: more is no help to anybody.
MOST_OPEN = 5


class AppealQuerySet(models.QuerySet):
    def undecided(self):
        return self.filter(decided_at=None)

    def decided(self):
        return self.exclude(decided_at=None)

    def with_words(self):
        """Fetch the stopped try of each, with its trail and whose it is."""
        return self.select_related("generation__trail__owner", "decided_by")

    def counted(self):
        """Count the open matters and those that were allowed, by gate and language: {(gate, language): {"open", "allowed"}}."""
        of_words = self.order_by().values_list("generation__gate", "generation__language")
        rows = of_words.annotate(
            waiting=Count("pk", filter=Q(decided_at=None)),
            let=Count("pk", filter=Q(decision__in=[Appeal.Decision.ALLOW, Appeal.Decision.ALLOW_WORD])),
        )
        return {(gate, language): {"open": waiting, "allowed": let} for gate, language, waiting, let in rows}

    def open_for(self, generation, kind, actor=None):
        """Lay a stopped try before an adult. ValidationError("too_many") where enough of its trail lies there already.

        Call it under the trail's lock, or two tabs could pass the limit together.
        """
        if self.undecided().filter(generation__trail=generation.trail_id).count() >= MOST_OPEN:
            said = pgettext(
                "student", "Your teacher has several of your tries to look at. Wait for an answer, or change your words."
            )
            raise ValidationError(said, code="too_many")
        appeal = self.create(generation=generation, kind=kind)
        Event.objects.record(
            "appeal.opened", trail=generation.trail, actor=actor, reason=generation.gate, **appeal.in_event(kind=kind)
        )
        return appeal

    def ask(self, generation, student):
        """Let ``student`` say that their refused try was refused by mistake; once a try, a second time changes nothing.

        ValidationError with the code "not_refused", "no_appeal" (a cry for help, or no words to judge) or "too_many".
        """
        with transaction.atomic():
            trail = generation.trail.locked()
            if known := self.filter(generation=generation).first():
                return known
            if not generation.may_be_appealed:
                said = pgettext("student", "There is nothing to ask about here. Change your words and try again.")
                raise ValidationError(said, code="no_appeal" if generation.is_refused else "not_refused")
            appeal = self.open_for(generation, Appeal.Kind.ASKED, actor=student)
            trail.touch()
        return appeal


class Appeal(models.Model):
    """A stopped try before an adult: a gate wants one to look first, or the student thinks that it was a mistake.

    Open while nobody has decided. What was decided, undone and decided anew stands in its events.
    """

    class Kind(models.TextChoices):
        HELD = "held", _("the gate asks")
        ASKED = "asked", _("the student asks")

    class Decision(models.TextChoices):
        ALLOW = "allow", _("allowed this once")
        ALLOW_WORD = "allow_word", _("the word is allowed in this assignment")
        KEEP = "keep", _("stays stopped")

    generation = models.OneToOneField("gallery.Generation", models.CASCADE, related_name="appeal", verbose_name=_("try"))
    kind = models.CharField(_("who asks"), max_length=5, choices=Kind.choices)
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices, blank=True)
    note = models.CharField(_("words to the student"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    objects = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = _("question about a stopped try")
        verbose_name_plural = _("questions about stopped tries")
        ordering = ["opened_at", "pk"]
        indexes = [models.Index(fields=["opened_at"], condition=Q(decided_at=None), name="appeal_open")]
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_at=None, decision="", note="", decided_by=None)
                | (Q(decided_at__isnull=False) & Q(decision__in=["allow", "allow_word", "keep"])),
                name="appeal_decided_with_decision",
            ),
            models.CheckConstraint(condition=Q(kind__in=["held", "asked"]), name="appeal_kind_known"),
        ]

    def __str__(self):
        return f"{self.generation_id} {self.decision or '…'}"

    @property
    def is_open(self):
        return self.decided_at is None

    @property
    def is_kept(self):
        return self.decision == self.Decision.KEEP

    @property
    def is_allowed(self):
        return self.decision in (self.Decision.ALLOW, self.Decision.ALLOW_WORD)

    def in_event(self, **more):
        """Return the details of its events: ids and codes, never words."""
        return {"generation": self.generation.number, "family": self.generation.gate_family, **more}

    def decide(self, adult, decision, note=""):
        """Take the decision, if nobody has. ValidationError("decided") for whoever comes second."""
        self._move(
            Q(decided_at=None),
            ValidationError(_("Somebody has decided this already."), code="decided"),
            f"appeal.{decision}",
            adult,
            decision=decision,
            note=note,
            decided_by=adult,
            decided_at=Now(),
        )

    def reopen(self, adult):
        """Take back that the try stays stopped. ValidationError("not_kept") where it does not: what was drawn is drawn."""
        self._move(
            Q(decision=self.Decision.KEEP),
            ValidationError(_("Only a try that stays stopped can be opened again."), code="not_kept"),
            "appeal.reopened",
            adult,
            decision="",
            note="",
            decided_by=None,
            decided_at=None,
        )

    def _move(self, frm, refusal, event, actor, **fields):
        with transaction.atomic():
            if not Appeal.objects.filter(frm, pk=self.pk).update(**fields):
                raise refusal
            trail = self.generation.trail
            Event.objects.record(event, trail=trail, actor=actor, reason=self.generation.gate, **self.in_event())
            trail.touch()
        self.refresh_from_db(fields=[*fields])
