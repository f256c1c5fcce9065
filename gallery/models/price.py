from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _


def in_dollars(micros):
    """Return ``micros`` in dollars as this reader writes numbers, exact and with two places at least."""
    value = Decimal(micros) / 1_000_000
    return number_format(value, max(2, -value.normalize().as_tuple().exponent))


class DatedQuerySet(models.QuerySet):
    def of(self, engine):
        """Return the rows for what ``engine`` draws with now: those that people wrote, or else those that came along."""
        rows = list(self.filter(engine=engine, model=engine.priced_as))
        return [row for row in rows if not row.is_builtin] or rows

    def know(self, engine, dated_on, **fields):
        """Write down a price that came with the program; one that is there already stays."""
        self.get_or_create(
            engine=engine,
            model=engine.priced_as,
            is_builtin=True,
            dated_on=dated_on,
            **{name: fields.pop(name) for name in ("size", "quality") if name in fields},
            defaults=fields,
        )


class Dated(models.Model):
    """A price with its date and source. A new price is a new row: the old ones explain old ledgers."""

    model = models.CharField(_("model"), max_length=250, blank=True, editable=False)
    dated_on = models.DateField(_("date of the price"), default=timezone.localdate)
    source = models.CharField(_("source"), max_length=400, help_text=_("Where it was read: a page, an offer, a bill."))
    is_builtin = models.BooleanField(_("came with Edu4All"), default=False, editable=False)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if self.pk:
            raise TypeError("A price is never rewritten.")
        self.model = self.model or self.engine.priced_as
        super().save(*args, **kwargs)

    @property
    def age(self):
        """What orders rows in time: the date, and on one day who was written later."""
        return (self.dated_on, self.pk)

    def clean(self):
        if isinstance(self.dated_on, date) and self.dated_on > timezone.localdate():
            message = _("This date is yet to come. A price counts from the moment it is written down.")
            raise ValidationError({"dated_on": ValidationError(message, code="future")})


class PriceQuerySet(DatedQuerySet):
    def worst(self, engine, size, quality, *, has_source=False):
        """Return the worst case of one picture in micro-dollars; None where nobody knows it.

        ``size`` is (width, height) in pixels. Of the rows that fit, the one that says most counts, of several the newest;
        where no ``quality`` is asked for, the service may take its dearest one. ``has_source``: another picture goes in.
        """
        fitting = {}
        for row in self.of(engine):
            if row.size in ("", "{}x{}".format(*size)):
                best = fitting.get(row.quality)
                if best is None or (bool(row.size), row.age) > (bool(best.size), best.age):
                    fitting[row.quality] = row
        if quality:
            fitting = {"": fitting.get(quality) or fitting.get("")}
        costs = [row.micros + (row.source_micros if has_source else 0) for row in fitting.values() if row]
        return max(costs, default=None)


class Price(Dated):
    """The worst case of one picture, in micro-dollars (1 USD = 1,000,000): it is set aside before the picture is asked for."""

    engine = models.ForeignKey("gallery.Engine", models.CASCADE, related_name="prices", verbose_name=_("engine"))
    size = models.CharField(
        _("size"),
        max_length=11,
        blank=True,
        validators=[RegexValidator(r"^\d{2,5}x\d{2,5}$", _("Write width and height like this: 1536x864."))],
        help_text=_("Width and height in pixels, for example 1536x864. Empty: any size."),
    )
    quality = models.CharField(_("quality"), max_length=12, blank=True, help_text=_("Empty: any quality."))
    micros = models.PositiveBigIntegerField(
        _("worst price of a picture, millionths of a dollar"), help_text=_("Words in and picture out; 0 where drawing is free.")
    )

    source_micros = models.PositiveBigIntegerField(
        _("for a picture that goes in, millionths of a dollar"),
        default=0,
        help_text=_("On top, at the worst: a final picture may take its draft along."),
    )

    objects = PriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price of a picture")
        verbose_name_plural = _("prices of pictures")
        ordering = ["engine", "-dated_on", "size", "quality", "-pk"]

    def __str__(self):
        what = ", ".join(part for part in (str(self.engine), self.size, self.quality) if part)
        return f"{what}: {in_dollars(self.micros)} $"


class TokenPriceQuerySet(DatedQuerySet):
    def cost(self, engine, usage):
        """Return what a picture took by the service's own count of its tokens, in micro-dollars, rounded up.

        None where the count or the price is unknown; a server that counts nothing says 0.
        """
        price = max(self.of(engine), key=lambda row: row.age, default=None)
        if price is None or not usage.output_tokens or usage.input_tokens is None:
            return None
        return price.cost(usage)


class TokenPrice(Dated):
    """What a million tokens cost, in micro-dollars: pictures are settled by it when the service says what they took."""

    engine = models.ForeignKey("gallery.Engine", models.CASCADE, related_name="token_prices", verbose_name=_("engine"))
    text_input = models.PositiveBigIntegerField(
        _("text in"), help_text=_("Millionths of a dollar for a million tokens: 5 dollars are 5000000.")
    )
    image_input = models.PositiveBigIntegerField(_("pictures in"), help_text=_("In the same unit."))
    output = models.PositiveBigIntegerField(_("pictures out"), help_text=_("In the same unit."))

    objects = TokenPriceQuerySet.as_manager()

    class Meta:
        verbose_name = _("price of tokens")
        verbose_name_plural = _("prices of tokens")
        ordering = ["engine", "-dated_on", "-pk"]

    def __str__(self):
        prices = " / ".join(in_dollars(micros) for micros in (self.text_input, self.image_input, self.output))
        return f"{self.engine}: {prices} $"

    def cost(self, usage):
        """Return the cost of ``usage`` in micro-dollars; tokens of unknown kind count as the dearer one."""
        text, image = usage.text_tokens or 0, usage.image_tokens or 0
        unknown = max(0, usage.input_tokens - text - image)
        total = (
            text * self.text_input
            + image * self.image_input
            + unknown * max(self.text_input, self.image_input)
            + usage.output_tokens * self.output
        )
        return -(-total // 1_000_000)
