from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _

NO_PRICE = _("This allowance counts money, and the engine has no price. An administrator can add one.")
NOTHING_LEFT = _("No pictures are left in this allowance. Ask your teacher.")


class TooLittle(ValidationError):
    """An allowance that has too little left: which ``purse`` it is, and how many pictures ``fit`` (None: no price is known)."""

    def __init__(self, message, code, *, purse, fit):
        super().__init__(message, code=code)
        self.purse, self.fit = purse, fit


class PurseQuerySet(models.QuerySet):
    def make(self, key, title, pictures, micros, *, counting):
        """Make the purse ``key`` with these limits (pictures, micro-dollars; None without limit).

        ``counting`` are pictures that were asked for before and count all the same. Call it under a lock that keeps others
        from making the same one, and outside of the transaction that reserves, whose order of locks is another one.
        """
        with transaction.atomic():
            purse = self.create(key=key, title=title[:120])
            self._take_over(purse, counting)
            self.filter(pk=purse.pk).limit(pictures, micros)
        purse.refresh_from_db()
        return purse

    def limit(self, pictures, micros):
        """Give all of these purses the same limits; one below what is used stands at what is used."""
        used = {name: F(f"{name}_reserved") + F(f"{name}_spent") for name in ("pictures", "micros")}
        self.update(
            pictures_allowed=None if pictures is None else Greatest(pictures, used["pictures"]),
            micros_allowed=None if micros is None else Greatest(micros, used["micros"]),
        )

    def lock(self):
        """Keep these purses from changing until the transaction ends, in the order in which every transaction locks them."""
        return list(self.order_by("pk").select_for_update(no_key=True))

    def _take_over(self, purse, pictures):
        """Book what earlier ``pictures`` took, and set aside what those among them may still take that have not ended, or that
        an adult has still to decide on."""
        undecided = Q(status__in=["queued", "drawing"]) | Q(pk__in=pictures.in_review().values("pk"))
        open_ones = pictures.filter(undecided).select_related("generation").order_by("pk")
        waiting = list(open_ones.select_for_update(of=("self",), no_key=True))
        lines = [self._reserving(purse, picture, picture.generation.worst_micros or 0) for picture in waiting]
        ended = pictures.exclude(pk__in=[picture.pk for picture in waiting])
        drawn = ended.counted().filter(status="ready").count()
        paid = ended.aggregate(micros=models.Sum("calls__micros"))["micros"] or 0
        if drawn or paid:
            lines.append(LedgerEntry(purse=purse, kind=LedgerEntry.Kind.CARRY, pictures_spent=drawn, micros_spent=paid))
        LedgerEntry.objects.bulk_create(lines)
        columns = ("pictures_reserved", "micros_reserved", "pictures_spent", "micros_spent")
        self.filter(pk=purse.pk).update(**{name: sum(getattr(line, name) for line in lines) for name in columns})

    def _reserving(self, purse, picture, micros):
        return LedgerEntry(
            purse=purse, picture=picture, kind=LedgerEntry.Kind.RESERVE, pictures_reserved=1, micros_reserved=micros
        )

    def with_parents(self, purses):
        """Return ``purses`` and all above them, each once, in the one order in which every transaction locks them."""
        found = {}
        for purse in purses:
            while purse is not None and purse.pk not in found:
                found[purse.pk] = purse
                purse = purse.parent
        return [found[pk] for pk in sorted(found)]

    def reserve(self, purses, pictures, micros):
        """Set each of ``pictures`` and ``micros`` for it (worst case, micro-dollars; None unknown) aside in all ``purses``.

        The purses above count too. Call it inside the transaction that makes the pictures, which must end where TooLittle,
        with the code "purse" or "no_price", says that one of the purses has too little left.
        """
        purses = self.with_parents(purses)
        price, count = micros or 0, len(pictures)
        is_affordable = Q(micros_allowed=None)
        if micros is not None:
            is_affordable |= Q(micros_allowed__gte=F("micros_reserved") + F("micros_spent") + price * count)
        for purse in purses:
            within = self.filter(
                Q(pictures_allowed=None) | Q(pictures_allowed__gte=F("pictures_reserved") + F("pictures_spent") + count),
                is_affordable,
                pk=purse.pk,
            )
            if not within.update(
                pictures_reserved=F("pictures_reserved") + count, micros_reserved=F("micros_reserved") + price * count
            ):
                raise self._too_little(purse, micros)
        LedgerEntry.objects.bulk_create(self._reserving(purse, picture, price) for purse in purses for picture in pictures)

    def _too_little(self, purse, micros):
        purse.refresh_from_db()
        if micros is None and purse.micros_allowed is not None:
            return TooLittle(NO_PRICE, "no_price", purse=purse, fit=None)
        return TooLittle(NOTHING_LEFT, "purse", purse=purse, fit=purse.fits(micros or 0))

    def settle(self, picture, *, pictures, micros=None):
        """Turn what was set aside for ``picture`` into what it took; 0 and 0 give everything back.

        ``micros`` None counts the worst case that was reserved; more than that is booked as it is. Settling twice is a
        database error, not a second payment.
        """
        reserved = LedgerEntry.objects.filter(picture=picture, kind=LedgerEntry.Kind.RESERVE)
        for entry in reserved.order_by("purse_id"):
            cost = entry.micros_reserved if micros is None else micros
            self.filter(pk=entry.purse_id).update(
                pictures_reserved=F("pictures_reserved") - entry.pictures_reserved,
                micros_reserved=F("micros_reserved") - entry.micros_reserved,
                pictures_spent=F("pictures_spent") + pictures,
                micros_spent=F("micros_spent") + cost,
            )
            LedgerEntry.objects.create(
                purse_id=entry.purse_id,
                picture=picture,
                kind=LedgerEntry.Kind.SETTLE if pictures or cost else LedgerEntry.Kind.RELEASE,
                pictures_reserved=-entry.pictures_reserved,
                micros_reserved=-entry.micros_reserved,
                pictures_spent=pictures,
                micros_spent=cost,
            )


class Purse(models.Model):
    """A hard allowance of pictures and money; None is without limit. Money is in micro-dollars (1 USD = 1,000,000)."""

    title = models.CharField(_("title"), max_length=120)
    key = models.CharField(  # noqa: DJ001 (many purses have none, and no two the same)
        _("key"),
        max_length=120,
        unique=True,
        null=True,
        editable=False,
        help_text=_("Of a purse that belongs to an allowance, which keeps its limits."),
    )
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
    def pictures_used(self):
        """Pictures that were drawn, or may still be."""
        return self.pictures_reserved + self.pictures_spent

    @property
    def micros_used(self):
        """Micro-dollars that were spent, or may still be."""
        return self.micros_reserved + self.micros_spent

    @property
    def pictures_left(self):
        """Pictures that may still be asked for; None where there is no limit."""
        return None if self.pictures_allowed is None else max(0, self.pictures_allowed - self.pictures_used)

    @property
    def micros_left(self):
        """Micro-dollars that may still be set aside; None where there is no limit."""
        return None if self.micros_allowed is None else max(0, self.micros_allowed - self.micros_used)

    def fits(self, price):
        """Return how many pictures of ``price`` micro-dollars may still be asked for; None where nothing limits them."""
        bounds = [] if self.pictures_left is None else [self.pictures_left]
        if self.micros_left is not None and price:
            bounds.append(self.micros_left // price)
        return min(bounds, default=None)

    def has_limits(self, pictures, micros):
        """Whether these are the limits that count; what is used already is never more than the limit."""
        return (self.pictures_allowed, self.micros_allowed) == (
            None if pictures is None else max(pictures, self.pictures_used),
            None if micros is None else max(micros, self.micros_used),
        )


class LedgerEntry(models.Model):
    """One movement of one purse: what was set aside and what was spent, as differences. The lines add up to the purse."""

    class Kind(models.TextChoices):
        RESERVE = "reserve", _("set aside")
        SETTLE = "settle", _("settled")
        RELEASE = "release", _("given back")
        CARRY = "carry", _("carried over")

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
