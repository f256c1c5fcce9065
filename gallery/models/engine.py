import re
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, Count, ExpressionWrapper, F, Max, Min, Q, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from gallery import queue
from gallery.clock import from_now

from .event import Event

#: After a circuit opened, one picture may try the engine again this often (seconds).
PROBE_EVERY = 300
#: A service that cannot be reached may be back soon (seconds).
PROBE_UNREACHABLE_EVERY = 30
KEY_NAME = re.compile(r"[A-Z][A-Z0-9_]*_KEY")


class EngineQuerySet(models.QuerySet):
    def usable(self):
        return self.filter(is_enabled=True)

    def default(self):
        """Return the engine that draws where nobody chose one."""
        return self.usable().order_by("-is_default", "pk").first()

    def awaited(self):
        """Return engines that pictures wait for, also those that may not draw just now."""
        return self.filter(pictures__status="queued").distinct()

    def troubled(self):
        """Return engines that an adult must look at."""
        return self.usable().exclude(circuit_opened_at=None)

    def with_starts(self):
        """Add ``may_start``: whether pace and circuit let a picture start now."""
        free = Q(next_free_at=None) | Q(next_free_at__lte=Now())
        closed = Q(circuit_opened_at=None) | Q(probe_at__lte=Now())
        return self.annotate(may_start=ExpressionWrapper(free & closed, output_field=models.BooleanField()))

    def timed(self):
        """Add, by the database's clock, the seconds since a pace was learned (``learned_ago``) and until the next start may
        be made (``free_in``)."""
        span = models.DurationField()
        return self.annotate(
            learned_ago=ExpressionWrapper(Now() - F("pace_changed_at"), output_field=span),
            free_in=ExpressionWrapper(F("next_free_at") - Now(), output_field=span),
        )

    def take_turn(self, engine, virtual_time):
        """Let one picture start on ``engine``, one of ``timed()``, if its pace allows one now; False otherwise.

        The start moves ``next_free_at`` on (``queue.spacing``) by the database's clock, so that all workers on all machines
        share one pace. An open circuit lets a probe through now and then.
        """
        per_minute = engine.per_minute
        gap, catch_up = queue.spacing(per_minute) if per_minute else (0, 0)
        behind = from_now(-catch_up)
        on_time = ExpressionWrapper(F("next_free_at") + timedelta(seconds=gap), output_field=models.DateTimeField())
        return bool(
            self.usable()
            .filter(
                Q(next_free_at=None) | Q(next_free_at__lte=Now()),
                Q(circuit_opened_at=None) | Q(probe_at__lte=Now()),
                pk=engine.pk,
            )
            .update(
                next_free_at=Case(When(next_free_at__gt=behind, then=on_time), default=from_now(gap - catch_up)),
                probe_at=from_now(engine.probe_seconds()),
                virtual_time=virtual_time,
            )
        )


class Engine(models.Model):
    """A configured way to draw. It names the variable of its key and holds no secret."""

    class Provider(models.TextChoices):
        SKETCH = "sketch", _("built-in sketch engine")
        OPENAI = "openai", _("OpenAI, or a server that speaks its images API")
        AZURE = "azure", _("Azure OpenAI")

    name = models.SlugField(_("short name in Latin letters"), unique=True)
    title = models.CharField(_("title"), max_length=80, help_text=_("As teachers and students read it."))
    provider = models.CharField(_("provider"), max_length=10, choices=Provider.choices)
    model = models.CharField(_("model"), max_length=120, blank=True, help_text=_("On Azure, the name of the deployment."))
    base_url = models.URLField(_("address"), blank=True)
    api_version = models.CharField(_("API version"), max_length=40, blank=True)
    key_variable = models.CharField(
        _("variable of the key"), max_length=60, blank=True, help_text=_("Name of the environment variable that holds the key.")
    )
    is_resumable = models.BooleanField(
        _("resumable calls"),
        default=False,
        help_text=_("Asks by the Responses API: drawings outlive our workers, and a chat model rewords the prompt."),
    )
    chat_model = models.CharField(
        _("chat model of resumable calls"), max_length=120, blank=True, help_text=_("It rewords the prompt.")
    )
    quality = models.CharField(_("quality of tries"), max_length=12, blank=True)
    final_quality = models.CharField(
        _("quality of final pictures"), max_length=12, blank=True, help_text=_("Empty: this engine makes no final pictures.")
    )
    extra = models.JSONField(_("extra fields"), default=dict, blank=True, help_text=_("Sent along; for self-hosted servers."))
    is_enabled = models.BooleanField(_("may draw"), default=True)
    is_default = models.BooleanField(_("default"), default=False)
    from_environment = models.BooleanField(_("set by the environment"), default=False, editable=False)
    images_per_minute = models.PositiveIntegerField(
        _("images a minute"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    concurrent_calls = models.PositiveIntegerField(_("calls at once"), default=8)
    pace = models.FloatField(_("learned pace, images a minute"), null=True, blank=True, editable=False)
    pace_ceiling = models.FloatField(_("pace at which it was refused"), null=True, blank=True, editable=False)
    pace_changed_at = models.DateTimeField(_("pace learned"), null=True, blank=True, editable=False)
    virtual_time = models.BigIntegerField(default=0, editable=False)
    next_free_at = models.DateTimeField(_("next start"), null=True, blank=True, editable=False)
    probe_at = models.DateTimeField(null=True, blank=True, editable=False)
    circuit_opened_at = models.DateTimeField(_("stopped"), null=True, blank=True, editable=False)
    circuit_kind = models.CharField(_("why it stopped"), max_length=12, blank=True, editable=False)
    circuit_detail = models.CharField(_("what the service said"), max_length=300, blank=True, editable=False)

    objects = EngineQuerySet.as_manager()

    class Meta:
        verbose_name = _("engine")
        verbose_name_plural = _("engines")
        ordering = ["-is_default", "title"]
        constraints = [models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="engine_one_default")]

    def __str__(self):
        return self.title

    def clean(self):
        """Refuse a key typed in place of its variable's name, the site's own key, and resumable calls where there are none."""
        if self.key_variable and (not KEY_NAME.fullmatch(self.key_variable) or self.key_variable == "SECRET_KEY"):
            raise ValidationError(
                {"key_variable": _("Write the name of a variable that ends in _KEY, for example OPENAI_API_KEY; not the key.")},
                code="key_variable",
            )
        if self.is_resumable and (self.provider == self.Provider.SKETCH or self.api_version):
            raise ValidationError(
                {"is_resumable": _("Only OpenAI, and Azure without an API version, have drawings that can be resumed.")},
                code="is_resumable",
            )
        if self.is_resumable and not self.chat_model:
            raise ValidationError({"chat_model": _("Resumable calls need the name of a chat model.")}, code="chat_model")

    @property
    def is_sketch(self):
        return self.provider == self.Provider.SKETCH

    @property
    def priced_as(self):
        """What a price is for: the model, and the chat model that rewords the prompt where calls are resumable."""
        return f"{self.chat_model} + {self.model}" if self.is_resumable else self.model

    @property
    def is_stopped(self):
        return self.circuit_opened_at is not None

    def open_circuit(self, kind, detail):
        """Stop asking this engine until an adult acts or a probe succeeds: pictures stay queued, nobody's words are blamed."""
        opened = Engine.objects.filter(pk=self.pk, circuit_opened_at=None).update(
            circuit_opened_at=Now(), circuit_kind=kind, circuit_detail=detail[:300], probe_at=from_now(self.probe_seconds(kind))
        )
        if opened:
            Event.objects.record("engine.stopped", subject=f"engine:{self.pk}", reason=kind)

    def close_circuit(self, actor=None, *, sent_at=None):
        """Ask this engine again: at an adult's word, or because a call sent at ``sent_at``, after it stopped, succeeded."""
        stopped = Engine.objects.filter(pk=self.pk).exclude(circuit_opened_at=None)
        if sent_at is not None:
            stopped = stopped.filter(circuit_opened_at__lt=sent_at)
        if stopped.update(circuit_opened_at=None, circuit_kind="", circuit_detail="", probe_at=None):
            self.pictures.filter(status="queued", reason="stopped").update(not_before=None)
            Event.objects.record("engine.resumed", subject=f"engine:{self.pk}", actor=actor)

    def probe_seconds(self, kind=None):
        """Return how many seconds lie between two probes while the circuit is open."""
        return PROBE_UNREACHABLE_EVERY if (kind or self.circuit_kind) == "unreachable" else PROBE_EVERY

    @property
    def per_minute(self):
        """How many pictures may be started in a minute now: what an admin set, or less where the service taught us; None: any.

        For an engine out of ``timed()``; any other is taken to have learned its pace just now.
        """
        learned = self.pace
        if self.pace_ceiling:  # 0 where the service told its limit, which stays as it is
            ago = getattr(self, "learned_ago", None) or timedelta()
            learned = queue.recovered(self.pace_ceiling, max(ago.total_seconds(), 0))
        return min((pace for pace in (self.images_per_minute, learned) if pace is not None), default=None)

    def learn(self, limits):
        """Take over what a service said of its own limits with an answer (providers.base.Limits, or None)."""
        if limits is None:
            return
        if limits.remaining == 0 and limits.reset_seconds:
            # The reset is when all is back; of a known limit the next start is back sooner.
            self.pause(min(limits.reset_seconds, 60 / limits.per_minute if limits.per_minute else limits.reset_seconds))
        is_new = limits.per_minute and (self.pace is None or (self.pace_ceiling == 0 and self.pace != limits.per_minute))
        if is_new and (self.images_per_minute is None or limits.per_minute < self.images_per_minute):
            self._set_pace(limits.per_minute, 0)

    def slow_down(self, seconds, *, limits=None, sent_at=None):
        """Obey a refusal for pace, for the whole engine: rest for ``seconds`` (None: not said), then ask less often.

        Of all calls that were on their way (``sent_at``) when the pace was lowered, only the first counts. The pace comes
        back by itself, a little each minute.
        """
        self.pause(queue.PAUSE if seconds is None else seconds)
        engine = Engine.objects.timed().get(pk=self.pk)
        if sent_at is not None and engine.pace_changed_at is not None and sent_at <= engine.pace_changed_at:
            return
        if limits is not None and limits.per_minute and limits.per_minute < (engine.per_minute or float("inf")):
            engine._set_pace(limits.per_minute, 0)
            return
        pace = engine.per_minute or self._asked_per_minute()
        if pace is not None:
            engine._set_pace(queue.slowed(pace), pace)

    def _asked_per_minute(self):
        """Return how often the service was asked of late, as pictures a minute; None where that says nothing."""
        sent = self.calls.filter(sent_at__gt=from_now(-60)).aggregate(Min("sent_at"), Max("sent_at"), Count("pk"))
        if sent["pk__count"] < queue.FEWEST_TO_LEARN:
            return None
        seconds = (sent["sent_at__max"] - sent["sent_at__min"]).total_seconds()
        return sent["pk__count"] * 60 / max(seconds, queue.SHORTEST_BURST)

    def _set_pace(self, pace, ceiling):
        same = Engine.objects.filter(pk=self.pk, pace=self.pace)  # or else somebody was quicker
        if same.update(pace=pace, pace_ceiling=ceiling, pace_changed_at=Now()):
            Event.objects.record("engine.pace", subject=f"engine:{self.pk}", per_minute=round(pace, 2))

    def pause(self, seconds):
        """Ask nothing of the whole engine for ``seconds``."""
        Engine.objects.filter(pk=self.pk).filter(Q(next_free_at=None) | Q(next_free_at__lt=from_now(seconds))).update(
            next_free_at=from_now(seconds)
        )

    def make_default(self):
        with transaction.atomic():
            Engine.objects.exclude(pk=self.pk).filter(is_default=True).update(is_default=False)
            Engine.objects.filter(pk=self.pk).update(is_default=True)
