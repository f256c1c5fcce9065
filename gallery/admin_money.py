"""The staff room's view of money, in dollars: prices are added with date and source, purses given, and the ledger is read."""

from decimal import Decimal, InvalidOperation

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .admin_parts import KeptAdmin, ReadOnlyAdmin
from .models import LedgerEntry, Price, Purse, TokenPrice
from .models.price import in_dollars

#: Digits after the point of a dollar: a micro-dollar is the smallest part that is kept.
DIGITS = 6
MOST_DOLLARS = 1_000_000
QUALITY_HELP = _("As the engine asks for it: low, medium, high or the service's own word. Empty: any quality.")


def money(column, words):
    """Return a column of the admin that shows the micro-dollars in ``column`` as dollars; ``words`` stand above it."""

    @admin.display(description=words, ordering=column)
    def shown(self, row):
        micros = getattr(row, column)
        return "—" if micros is None else in_dollars(micros)

    return shown


class DollarsField(forms.CharField):
    """Dollars as people write them, 0.042 or 0,042; the value is the exact number of micro-dollars (1 USD = 1,000,000)."""

    def __init__(self, *, label, **kwargs):
        look = {"inputmode": "decimal", "autocomplete": "off", "class": "vBigIntegerField"}
        super().__init__(label=capfirst(label), widget=forms.TextInput(attrs=look), **kwargs)

    def to_python(self, value):
        if isinstance(value, int):  # a field's initial value is in micro-dollars already
            return value
        typed = "".join(str(value or "").split()).strip("$").replace(",", ".")
        if not typed:
            return None
        try:
            dollars = Decimal(typed)
        except InvalidOperation:
            dollars = Decimal("NaN")
        if not dollars.is_finite():
            raise ValidationError(_("Write dollars like this: 0.042."), code="invalid")
        if dollars < 0:
            raise ValidationError(_("Dollars cannot be less than 0."), code="negative")
        if dollars > MOST_DOLLARS:
            raise ValidationError(_("At most %(most)d dollars can be written here."), "too_much", {"most": MOST_DOLLARS})
        if dollars.as_tuple().exponent < -DIGITS:
            raise ValidationError(_("Write at most six digits after the point."), code="too_fine")
        return int(dollars.scaleb(DIGITS))

    def prepare_value(self, value):
        """Show micro-dollars as this reader writes numbers; what was typed already stays as it is."""
        return in_dollars(value) if isinstance(value, int) else value

    def has_changed(self, initial, data):
        try:
            return self.to_python(data) != initial
        except ValidationError:
            return True


class DollarsForm(forms.ModelForm):
    """Lets dollars be typed under a name of their own: ``columns`` says in which column of the row each is kept."""

    columns: dict = {}

    def clean(self):
        cleaned = super().clean()
        for name, column in self.columns.items():
            if name in self.cleaned_data:
                setattr(self.instance, column, self.cleaned_data[name])
        return cleaned


class PriceForm(DollarsForm):
    """A new price; one that is written stays, since it explains what was set aside by it."""

    columns = {"worst": "micros", "with_source": "source_micros"}

    worst = DollarsField(
        label=_("worst case, $"), help_text=_("In dollars for one picture, words in and picture out; 0 where drawing is free.")
    )
    with_source = DollarsField(
        label=_("picture in, $"),
        initial=0,
        help_text=_("In dollars, on top: a final picture may take its draft along."),
    )

    class Meta:
        help_texts = {"quality": QUALITY_HELP}


class TokenPriceForm(DollarsForm):
    """What a million tokens cost, in dollars, as services publish it."""

    columns = {"words_in": "text_input", "pictures_in": "image_input", "pictures_out": "output"}

    words_in = DollarsField(label=_("words in, $"), help_text=_("In dollars for a million tokens."))
    pictures_in = DollarsField(label=_("pictures in, $"), help_text=_("In dollars for a million tokens."))
    pictures_out = DollarsField(label=_("pictures out, $"), help_text=_("In dollars for a million tokens."))


class PriceColumns:
    """What a price of a picture shows."""

    form = PriceForm
    worst = money("micros", _("worst case, $"))
    with_source = money("source_micros", _("picture in, $"))


class TokenPriceColumns:
    """What a price of tokens shows, for a million of them."""

    form = TokenPriceForm
    words_in = money("text_input", _("words in, $"))
    pictures_in = money("image_input", _("pictures in, $"))
    pictures_out = money("output", _("pictures out, $"))


class AddedInline(admin.TabularInline):
    """Shows rows that are added and then stay as they are."""

    extra = 0
    can_delete = False
    ordering = ["-dated_on", "-pk"]

    def has_change_permission(self, request, obj=None):
        return False


class PriceInline(PriceColumns, AddedInline):
    model = Price
    fields = ["size", "quality", "worst", "with_source", "dated_on", "source"]


class TokenPriceInline(TokenPriceColumns, AddedInline):
    model = TokenPrice
    verbose_name_plural = _("prices of a million tokens")
    fields = ["words_in", "pictures_in", "pictures_out", "dated_on", "source"]


class AddedAdmin(admin.ModelAdmin):
    """Prices are added, never changed: the old ones explain old ledgers."""

    list_filter = ["engine", "is_builtin", "dated_on"]
    list_select_related = ["engine"]
    date_hierarchy = "dated_on"
    search_fields = ["model", "source"]

    @admin.display(description=_("engine and model"))
    def priced(self, price):
        return " · ".join(part for part in (str(price.engine), price.model) if part)

    @admin.display(description=_("date"), ordering="dated_on")
    def dated(self, price):
        return date_format(price.dated_on, "SHORT_DATE_FORMAT")

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Price)
class PriceAdmin(PriceColumns, AddedAdmin):
    list_display = ["priced", "drawn", "worst", "with_source", "dated"]
    fields = ["engine", "size", "quality", "worst", "with_source", "dated_on", "source"]

    @admin.display(description=_("size and quality"))
    def drawn(self, price):
        return " · ".join([price.size or gettext("any size"), price.quality or gettext("any quality")])


@admin.register(TokenPrice)
class TokenPriceAdmin(TokenPriceColumns, AddedAdmin):
    list_display = ["priced", "words_in", "pictures_in", "pictures_out", "dated"]
    fields = ["engine", "words_in", "pictures_in", "pictures_out", "dated_on", "source"]


class PurseForm(forms.ModelForm):
    micros_allowed = DollarsField(label=_("money allowed, $"), required=False, help_text=_("In dollars. Empty: no limit."))

    def clean_micros_allowed(self):
        """Refuse a limit below what is used, in the unit in which it was typed."""
        allowed, used = self.cleaned_data["micros_allowed"], self.instance.micros_used
        if allowed is not None and allowed < used:
            said = _("%(used)s $ are spent or set aside already: the limit cannot be less.")
            raise ValidationError(said, "used", {"used": in_dollars(used)})
        return allowed


class PurseColumns:
    """What a purse shows of its money."""

    money_allowed = money("micros_allowed", _("money allowed, $"))
    money_reserved = money("micros_reserved", _("money set aside, $"))
    money_spent = money("micros_spent", _("money spent, $"))


@admin.register(Purse)
class PurseAdmin(PurseColumns, KeptAdmin):
    form = PurseForm
    list_display = [
        "title",
        "parent",
        "pictures_allowed",
        "pictures_reserved",
        "pictures_spent",
        "money_allowed",
        "money_reserved",
        "money_spent",
    ]
    list_select_related = ["parent"]
    search_fields = ["title", "key"]
    readonly_fields = ["key", "pictures_reserved", "pictures_spent", "money_allowed", "money_reserved", "money_spent"]

    def get_fields(self, request, obj=None):
        """Let the limit be typed where it may be changed, and read elsewhere."""
        is_read = obj is not None and not self.has_change_permission(request, obj)
        allowed = "money_allowed" if is_read else "micros_allowed"
        counted = ["pictures_reserved", "pictures_spent", "money_reserved", "money_spent", "key"]
        return ["title", "parent", "pictures_allowed", allowed, *counted]

    def has_change_permission(self, request, obj=None):
        """Keep the purses of allowances from hands: the teacher's page sets their limits."""
        return super().has_change_permission(request, obj) and (obj is None or obj.key is None)


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    fields = [
        "created_at",
        "purse",
        "picture",
        "kind",
        "pictures_reserved",
        "pictures_spent",
        "money_reserved",
        "money_spent",
    ]
    list_display = fields
    list_filter = ["kind", "purse", "created_at"]
    list_select_related = ["purse", "picture"]

    money_reserved = money("micros_reserved", _("money set aside, $"))
    money_spent = money("micros_spent", _("money spent, $"))
