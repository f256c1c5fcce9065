from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class PurseQuerySet(models.QuerySet):
    def _book(self, purse, picture, kind, *, reserved=(0, 0), spent=(0, 0), within_allowance=False):
        """Move (pictures, micro-dollars) and write the ledger line; False where the allowance forbids it."""
        rows = self.filter(pk=purse.pk)
        if within_allowance:
            rows = rows.filter(
                Q(pictures_allowed=None)
                | Q(pictures_allowed__gte=F("pictures_reserved") + F("pictures_spent") + reserved[0] + spent[0]),
                Q(micros_allowed=None)
                | Q(micros_allowed__gte=F("micros_reserved") + F("micros_spent") + reserved[1] + spent[1]),
            )
        moved = rows.update(
            pictures_reserved=F("pictures_reserved") + reserved[0],
            micros_reserved=F("micros_reserved") + reserved[1],
            pictures_spent=F("pictures_spent") + spent[0],
            micros_spent=F("micros_spent") + spent[1],
        )
        if moved:
            LedgerEntry.objects.create(
                purse=purse,
                picture=picture,
                kind=kind,
                pictures_reserved=reserved[0],
                micros_reserved=reserved[1],
                pictures_spent=spent[0],
                micros_spent=spent[1],
            )
        return bool(moved)

    def reserve(self, purse, picture, micros):
        """Set one picture and ``micros`` (worst case, micro-dollars; None unknown) aside in ``purse`` and all above it.

        Call it inside the transaction that makes the picture. ValidationError("purse") where one of them has too little left.
        """
        while purse is not None:
            if micros is None and purse.micros_allowed is not None:
                raise ValidationError(
                    _("This allowance counts money, and the engine has no price. An administrator can add one."),
                    code="no_price",
                )
            if not self._book(purse, picture, LedgerEntry.Kind.RESERVE, reserved=(1, micros or 0), within_allowance=True):
                raise ValidationError(_("No pictures are left in this allowance. Ask your teacher."), code="purse")
            purse = purse.parent

    def settle(self, picture, *, pictures, micros=None):
        """Turn what was set aside for ``picture`` into what it took; 0 and 0 give everything back.

        ``micros`` None counts the worst case that was reserved. Settling twice is a database error, not a second payment.
        """
        for entry in LedgerEntry.objects.filter(picture=picture, kind=LedgerEntry.Kind.RESERVE).select_related("purse"):
            cost = entry.micros_reserved if micros is None else micros
            kind = LedgerEntry.Kind.SETTLE if pictures or cost else LedgerEntry.Kind.RELEASE
            self._book(
                entry.purse,
                picture,
                kind,
                reserved=(-entry.pictures_reserved, -entry.micros_reserved),
                spent=(pictures, cost),
            )


class Purse(models.Model):
    """A hard allowance of pictures and money; None is without limit. Money is in micro-dollars (1 USD = 1,000,000)."""

    title = models.CharField(_("title"), max_length=120)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    pictures_allowed = models.PositiveIntegerField(_("pictures allowed"), null=True, blank=True)
    pictures_reserved = models.PositiveIntegerField(_("pictures set aside"), default=0, editable=False)
    pictures_spent = models.PositiveIntegerField(_("pictures drawn"), default=0, editable=False)
    micros_allowed = models.PositiveBigIntegerField(_("money allowed, millionths of a dollar"), null=True, blank=True)
    micros_reserved = models.PositiveBigIntegerField(_("money set aside"), default=0, editable=False)
    micros_spent = models.PositiveBigIntegerField(_("money spent"), default=0, editable=False)

    objects = PurseQuerySet.as_manager()

    class Meta:
        verbose_name = _("purse")
        verbose_name_plural = _("purses")

    def __str__(self):
        return self.title

    def clean(self):
        above = self.parent
        while above is not None and self.pk:
            if above.pk == self.pk:
                raise ValidationError({"parent": _("A purse cannot be part of itself.")}, code="circle")
            above = above.parent
        for kind, label in (("pictures", _("pictures")), ("micros", _("money"))):
            allowed, used = getattr(self, f"{kind}_allowed"), getattr(self, f"{kind}_reserved") + getattr(self, f"{kind}_spent")
            if allowed is not None and allowed < used:
                message = _("%(used)d are used or set aside already: %(what)s cannot be limited to less.")
                raise ValidationError({f"{kind}_allowed": message % {"used": used, "what": label}}, code="used")

    @property
    def pictures_left(self):
        """Pictures that may still be asked for; None where there is no limit."""
        if self.pictures_allowed is None:
            return None
        return max(0, self.pictures_allowed - self.pictures_reserved - self.pictures_spent)


class LedgerEntry(models.Model):
    """One movement of one purse: what was set aside and what was spent, as differences. The lines add up to the purse."""

    class Kind(models.TextChoices):
        RESERVE = "reserve", _("set aside")
        SETTLE = "settle", _("settled")
        RELEASE = "release", _("given back")

    purse = models.ForeignKey(Purse, models.PROTECT, related_name="entries", verbose_name=_("purse"))
    picture = models.ForeignKey(
        "gallery.Picture", models.SET_NULL, null=True, related_name="entries", verbose_name=_("picture")
    )  # what was spent stays spent when a student's pictures are erased
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    pictures_reserved = models.IntegerField(_("pictures set aside"), default=0)
    pictures_spent = models.IntegerField(_("pictures drawn"), default=0)
    micros_reserved = models.BigIntegerField(_("money set aside"), default=0)
    micros_spent = models.BigIntegerField(_("money spent"), default=0)
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["purse", "picture"], condition=Q(kind="reserve"), name="ledger_reserved_once"),
            models.UniqueConstraint(fields=["purse", "picture"], condition=~Q(kind="reserve"), name="ledger_ended_once"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.picture_id}"
