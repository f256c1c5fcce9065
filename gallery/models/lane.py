from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from gallery import queue

from .event import Event


class LaneQuerySet(models.QuerySet):
    def states(self, engine, keys):
        """Return {key: (virtual start, step)} of the lanes ``keys`` at ``engine``; a new lane starts where the engine is."""
        known = {lane.key: lane for lane in self.filter(engine=engine, key__in=keys)}
        fresh = (engine.virtual_time, queue.step(1))
        return {
            key: (max(known[key].virtual_time, engine.virtual_time), queue.step(known[key].weight)) if key in known else fresh
            for key in keys
        }

    def serve(self, engine, key, start, step):
        """Count one start in lane ``key``, which was due at ``start``: its next one is due a ``step`` later.

        Call it while the engine's row is locked.
        """
        if not self.filter(engine=engine, key=key).update(virtual_time=start + step):
            self.create(engine=engine, key=key, virtual_time=start + step)

    def give_back(self, engine, key):
        """Take back one start of lane ``key``: the service refused it for pace, and nothing was drawn."""
        for weight in self.filter(engine=engine, key=key).values_list("weight", flat=True):
            self.filter(engine=engine, key=key).update(virtual_time=F("virtual_time") - queue.step(weight))


class Lane(models.Model):
    """What one lane has had of one engine, as a virtual time: start-time fair queueing by weight."""

    engine = models.ForeignKey("gallery.Engine", models.CASCADE, related_name="lanes", verbose_name=_("engine"))
    key = models.CharField(_("key"), max_length=60)
    weight = models.PositiveIntegerField(_("share of the engine"), default=1)
    virtual_time = models.BigIntegerField(_("virtual time"), default=0)

    objects = LaneQuerySet.as_manager()

    class Meta:
        verbose_name = _("lane")
        verbose_name_plural = _("lanes")
        constraints = [models.UniqueConstraint(fields=["engine", "key"], name="lane_once")]

    def __str__(self):
        return self.key


class LaneRuleQuerySet(models.QuerySet):
    def of(self, key):
        """Return the rule of lane ``key``; one that forbids nothing where there is none."""
        return self.filter(key=key).first() or self.model(key=key)

    def in_force(self):
        """Return (keys of the lanes that are paused, keys of those that draw only finals): short lists, mostly empty."""
        rules = list(self.filter(Q(paused_at__isnull=False) | Q(finals_only_at__isnull=False)))
        return [rule.key for rule in rules if rule.is_paused], [rule.key for rule in rules if rule.is_finals_only]

    def change(self, key, actor, *, is_paused=None, is_finals_only=None):
        """Pause lane ``key`` or let it go on, draw only finals or everything again; None leaves things as they are."""
        for name, wanted in (("paused", is_paused), ("finals_only", is_finals_only)):
            if wanted is None:
                continue
            with transaction.atomic():
                rule, _created = self.select_for_update().get_or_create(key=key)
                if (getattr(rule, f"{name}_at") is not None) == wanted:
                    continue
                self.filter(pk=rule.pk).update(**{f"{name}_at": Now() if wanted else None})
                Event.objects.record(f"lane.{name if wanted else f'{name}_over'}", subject=f"lane:{key}", actor=actor)


class LaneRule(models.Model):
    """What an adult said of a lane, for all engines: that nothing is drawn just now, or only what is needed to finish."""

    key = models.CharField(_("key"), max_length=60, unique=True)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    finals_only_at = models.DateTimeField(_("only final pictures"), null=True, blank=True)

    objects = LaneRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule of a lane")
        verbose_name_plural = _("rules of lanes")

    def __str__(self):
        return self.key

    @property
    def is_paused(self):
        return self.paused_at is not None

    @property
    def is_finals_only(self):
        """Whether only finals are drawn, and first pictures for those who have none yet."""
        return self.finals_only_at is not None
