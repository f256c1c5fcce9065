from django.db import models, transaction
from django.db.models import ExpressionWrapper, F, Q
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


def _holds(name):
    """Return the condition that the rule ``name`` was said and has not ended, by the database's clock."""
    has_time = Q(**{f"{name}_until": None}) | Q(**{f"{name}_until__gt": Now()})
    return ExpressionWrapper(Q(**{f"{name}_at__isnull": False}) & has_time, output_field=models.BooleanField())


class LaneRuleQuerySet(models.QuerySet):
    def told(self):
        """Add ``is_paused`` and ``is_finals_only``, as they hold now: a rule ends by itself, and nothing has to end it."""
        return self.annotate(is_paused=_holds("paused"), is_finals_only=_holds("finals_only"))

    def known(self, keys):
        """Return {key: rule} of those of the lanes ``keys`` of which anything was ever said."""
        return {rule.key: rule for rule in self.told().filter(key__in=keys)}

    def of(self, key):
        """Return the rule of lane ``key``; one that forbids nothing where there is none."""
        return self.told().filter(key=key).first() or self.model(key=key)

    def in_force(self):
        """Return (keys of the lanes that are paused, keys of those that draw only finals): short lists, mostly empty."""
        rules = list(self.told().filter(Q(is_paused=True) | Q(is_finals_only=True)))
        return [rule.key for rule in rules if rule.is_paused], [rule.key for rule in rules if rule.is_finals_only]

    def change(self, key, actor, *, is_paused=None, is_finals_only=None, until=None):
        """Pause lane ``key`` or let it go on, draw only finals or everything again; None leaves things as they are.

        What is said holds ``until`` that moment, which its event keeps; without one, until somebody says otherwise.
        """
        for name, wanted in (("paused", is_paused), ("finals_only", is_finals_only)):
            if wanted is None:
                continue
            with transaction.atomic():
                rule, _created = self.told().select_for_update().get_or_create(key=key)
                if getattr(rule, f"is_{name}") == wanted:
                    continue
                said = {f"{name}_at": Now(), f"{name}_until": until} if wanted else {f"{name}_at": None, f"{name}_until": None}
                self.filter(pk=rule.pk).update(**said)
                ends = {"until": until.isoformat()} if wanted and until else {}
                verb = f"lane.{name if wanted else f'{name}_over'}"
                Event.objects.record(verb, subject=f"lane:{key}", actor=actor, **ends)


class LaneRule(models.Model):
    """What an adult said of a lane, for all engines: that nothing is drawn just now, or only what is needed to finish.

    Whether that still holds only the database's clock knows: ask ``LaneRule.objects`` for a rule by ``of`` or ``known``.
    """

    key = models.CharField(_("key"), max_length=60, unique=True)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    finals_only_at = models.DateTimeField(_("only final pictures"), null=True, blank=True)
    finals_only_until = models.DateTimeField(_("only final pictures until"), null=True, blank=True)

    objects = LaneRuleQuerySet.as_manager()

    #: What holds now. With ``is_finals_only`` only finals are drawn, and first pictures for those who have none yet.
    is_paused = is_finals_only = False

    class Meta:
        verbose_name = _("rule of a lane")
        verbose_name_plural = _("rules of lanes")

    def __str__(self):
        return self.key
