from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class EventQuerySet(models.QuerySet):
    def record(self, verb, *, trail=None, picture=None, subject="", actor=None, reason="", **details):
        """Write one line of what happened. ``details`` holds ids, codes and numbers, never a student's words or name."""
        return self.create(
            verb=verb,
            trail=trail if trail is not None or picture is None else picture.generation.trail,
            picture=picture,
            subject=subject,
            actor=actor,
            reason=reason,
            details=details,
        )

    def of_trail(self, public_id):
        return self.filter(trail__public_id=public_id)

    def update(self, **kwargs):
        raise TypeError("Events are append-only.")


class Event(models.Model):
    """One line of what happened to whom, by whom, when and why; trail, audit and live page read the same lines."""

    verb = models.CharField(_("what happened"), max_length=40, db_index=True)
    trail = models.ForeignKey(
        "gallery.Trail", models.CASCADE, null=True, blank=True, related_name="events", verbose_name=_("trail")
    )
    picture = models.ForeignKey(
        "gallery.Picture", models.CASCADE, null=True, blank=True, related_name="events", verbose_name=_("picture")
    )
    subject = models.CharField(_("subject"), max_length=60, blank=True, db_index=True, help_text=_("For example grade:12."))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("by whom")
    )
    reason = models.CharField(_("why"), max_length=200, blank=True)
    details = models.JSONField(_("details"), default=dict, blank=True)
    created_at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["pk"]

    def __str__(self):
        return f"{self.verb} {self.subject or self.picture_id or self.trail_id or ''}".strip()

    def save(self, *args, **kwargs):
        if self.pk:
            raise TypeError("Events are append-only.")
        super().save(*args, **kwargs)
