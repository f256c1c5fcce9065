from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Review(models.Model):
    """A person's decision on a picture: approve or hide, with a reason. Open while nobody has decided."""

    class Decision(models.TextChoices):
        APPROVE = "approve", _("approved")
        HIDE = "hide", _("hidden")

    class Reason(models.TextChoices):
        UNSAFE = "unsafe", _("not fit for children")
        PERSONAL = "personal", _("shows or names a real person")
        UNKIND = "unkind", _("could hurt somebody")
        OFF_TOPIC = "off_topic", _("not about the assignment")
        OTHER = "other", _("another reason")

    picture = models.ForeignKey("gallery.Picture", models.CASCADE, related_name="reviews", verbose_name=_("picture"))
    opened_by = models.CharField(_("opened by"), max_length=40, blank=True, help_text=_("The gate that asked for a person."))
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=12, choices=Reason.choices, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("decided by")
    )
    opened_at = models.DateTimeField(_("opened"), auto_now_add=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["picture"], condition=Q(decided_at=None), name="review_open_once"),
            models.CheckConstraint(
                condition=(Q(decided_at=None) & Q(decision="")) | (Q(decided_at__isnull=False) & ~Q(decision="")),
                name="review_decided_with_decision",
            ),
            models.CheckConstraint(condition=~Q(decision="hide") | ~Q(reason=""), name="review_hidden_with_reason"),
        ]

    def __str__(self):
        return f"{self.picture_id} {self.decision or '…'}"
