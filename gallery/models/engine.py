import re

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

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
        """Return engines that pictures wait for."""
        return self.usable().filter(pictures__status="queued").distinct()

    def troubled(self):
        """Return engines that an adult must look at."""
        return self.usable().exclude(circuit_opened_at=None)

    def take_turn(self, engine):
        """Let one picture start on ``engine`` if its pace allows one now; False otherwise.

        Spacing is GCRA with a burst of one: a start moves ``next_free_at`` on by 60 / images_per_minute seconds, by the
        database's clock, so that all workers on all machines share one pace. An open circuit lets a probe through now and then.
        """
        interval = 60 / engine.images_per_minute if engine.images_per_minute else 0
        return bool(
            self.usable()
            .filter(
                Q(next_free_at=None) | Q(next_free_at__lte=Now()),
                Q(circuit_opened_at=None) | Q(probe_at__lte=Now()),
                pk=engine.pk,
            )
            .update(next_free_at=from_now(interval), probe_at=from_now(engine.probe_seconds()))
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
    price_micros = models.PositiveBigIntegerField(
        _("worst price of a picture, millionths of a dollar"), null=True, blank=True, help_text=_("0 where drawing is free.")
    )
    price_source = models.CharField(_("source and date of the price"), max_length=200, blank=True)
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
        """Refuse a key typed in place of its variable's name, and the site's own key, which no service may be sent."""
        if self.key_variable and (not KEY_NAME.fullmatch(self.key_variable) or self.key_variable == "SECRET_KEY"):
            raise ValidationError(
                {"key_variable": _("Write the name of a variable that ends in _KEY, for example OPENAI_API_KEY; not the key.")},
                code="key_variable",
            )

    @property
    def is_sketch(self):
        return self.provider == self.Provider.SKETCH

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

    def pause(self, seconds):
        """Obey a Retry-After of ``seconds`` for the whole engine, not for one picture."""
        Engine.objects.filter(pk=self.pk).filter(Q(next_free_at=None) | Q(next_free_at__lt=from_now(seconds))).update(
            next_free_at=from_now(seconds)
        )

    def make_default(self):
        with transaction.atomic():
            Engine.objects.exclude(pk=self.pk).filter(is_default=True).update(is_default=False)
            Engine.objects.filter(pk=self.pk).update(is_default=True)
