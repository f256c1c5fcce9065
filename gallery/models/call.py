from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from gallery.clock import from_now

#: So many requests in a row that the service could not read are the engine's matter, not the pictures'.
UNREADABLE_IN_A_ROW, UNREADABLE = 3, (400, 413, 422)


class CallQuerySet(models.QuerySet):
    def open(self):
        return self.filter(state__in=Call.OPEN)

    def are_unreadable(self, engine):
        """Tell whether the last calls of ``engine``, of different pictures, all met "I cannot read this request"."""
        last = list(self.filter(engine=engine).exclude(ended_at=None).order_by("-ended_at", "-pk")[:UNREADABLE_IN_A_ROW])
        refused = [call.picture_id for call in last if call.state == Call.State.FAILED and call.http_status in UNREADABLE]
        return len(set(refused)) == UNREADABLE_IN_A_ROW

    def intend(self, picture, spool, *, lease=None):
        """Write down that ``picture`` is about to be asked for; None where its claim was lost, and then nothing may be sent.

        IntegrityError where another call of it is still open. The picture's row is held meanwhile, so that nobody can take the
        claim over without seeing this call; it lasts ``lease`` seconds from now on (None: as long as it did), so that a machine
        that slept since its claim sends nothing that the next sweep would give up.
        """
        with transaction.atomic():
            held = type(picture).objects.select_for_update().filter(pk=picture.pk, status="drawing", fence=picture.fence)
            if held.first() is None:
                return None
            if lease is not None:
                held.update(lease_until=from_now(lease))
            number = self.filter(picture=picture).count() + 1
            return self.create(picture=picture, engine=picture.engine, number=number, fence=picture.fence, spool=spool)


class Call(models.Model):
    """One request to a provider for one picture, committed before its first byte leaves."""

    class State(models.TextChoices):
        INTENT = "intent", _("about to be sent")
        SENT = "sent", _("sent")
        ANSWERED = "answered", _("answered")
        STORED = "stored", _("stored")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")
        UNANSWERED = "unanswered", _("unanswered")

    OPEN = (State.INTENT, State.SENT, State.ANSWERED)

    picture = models.ForeignKey("gallery.Picture", models.CASCADE, related_name="calls", verbose_name=_("picture"))
    engine = models.ForeignKey("gallery.Engine", models.PROTECT, related_name="calls", verbose_name=_("engine"))
    number = models.PositiveIntegerField(_("number"))
    fence = models.PositiveIntegerField(_("claim it belongs to"))
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.INTENT)
    spool = models.CharField(
        _("spooled answer"), max_length=80, unique=True, help_text=_("Name of the raw answer in the spool.")
    )
    service_ref = models.CharField(
        _("the service's id of the drawing"), max_length=120, blank=True, help_text=_("A resumable call is taken up by it.")
    )
    http_status = models.PositiveIntegerField(_("HTTP status"), null=True, blank=True)
    code = models.CharField(_("the service's code"), max_length=80, blank=True)
    request_id = models.CharField(_("the service's id of the request"), max_length=120, blank=True)
    usage = models.JSONField(_("usage"), default=dict, blank=True)
    micros = models.PositiveBigIntegerField(_("cost in micro-dollars"), null=True, blank=True)
    started_at = models.DateTimeField(_("written"), db_default=Now())
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = CallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["picture", "number"], name="call_number_once"),
            models.UniqueConstraint(
                fields=["picture"], condition=Q(state__in=["intent", "sent", "answered"]), name="call_open_once"
            ),
        ]

    def __str__(self):
        return f"{self.picture_id}.{self.number} {self.state}"

    def _move(self, state, *, frm, **fields):
        """Go from one of the states ``frm`` to ``state``; False where somebody else ended this call first."""
        moved = Call.objects.filter(pk=self.pk, state__in=frm).update(state=state, **fields)
        if moved:
            self.state = state
        return bool(moved)

    def sent(self):
        """Note that the request leaves now; False where a sweep has given this call up, and then it must not leave."""
        return self._move(self.State.SENT, frm=[self.State.INTENT], sent_at=Now())

    def give_up(self):
        """End a call that was never sent; False where it has been by now."""
        return self._move(self.State.FAILED, frm=[self.State.INTENT], ended_at=Now(), micros=0)

    def begun(self, ref):
        """Keep the service's id of the drawing, by which whoever comes later can take it up again."""
        Call.objects.filter(pk=self.pk, state__in=self.OPEN).update(service_ref=ref)
        self.service_ref = ref

    def answered(self):
        return self._move(self.State.ANSWERED, frm=[self.State.SENT])

    def end(self, state, *, error=None, usage=None, micros=None):
        """Close the call with what the service said; ``error`` is a ProviderError, ``micros`` the cost in micro-dollars."""
        fields = {"ended_at": Now(), "micros": micros}
        if error is not None:
            fields |= {"http_status": error.http_status, "code": error.code[:80], "request_id": error.request_id[:120]}
        if usage is not None:
            fields["usage"] = {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens}
        return self._move(state, frm=self.OPEN, **fields)
