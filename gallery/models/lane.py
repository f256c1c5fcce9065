from django.db import models
from django.utils.translation import gettext_lazy as _

from gallery import queue


class LaneQuerySet(models.QuerySet):
    def states(self, engine, keys):
        """Return {key: (virtual start, step)} of the lanes ``keys`` at ``engine``; a new lane starts where the engine is."""
        known = {lane.key: lane for lane in self.filter(engine=engine, key__in=keys)}
        fresh = (engine.virtual_time, queue.step(1))
        return {
            key: (max(known[key].virtual_time, engine.virtual_time), queue.step(known[key].weight)) if key in known else fresh
            for key in keys
        }

    def serve(self, engine, key):
        """Count one start in lane ``key``: its next one is due a step later, and nobody who was idle earns credit.

        Call it while the engine's row is locked.
        """
        start, step = self.states(engine, [key])[key]
        self.update_or_create(engine=engine, key=key, defaults={"virtual_time": start + step})
        type(engine).objects.filter(pk=engine.pk).update(virtual_time=start)


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


class LaneRule(models.Model):
    """What an adult said of a lane, for all engines: that nothing is drawn just now, or only what is needed to finish."""

    key = models.CharField(_("key"), max_length=60, unique=True)
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True)
    finals_only_at = models.DateTimeField(_("only final pictures"), null=True, blank=True)

    class Meta:
        verbose_name = _("rule of a lane")
        verbose_name_plural = _("rules of lanes")

    def __str__(self):
        return self.key
