"""Limits as a teacher types and reads them, and what an assignment may cost at most within them."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from gallery.models import LedgerEntry, Price, Purse
from gallery.prompts import SIZES

from .estimate import Cap, at_most
from .models import Allowance, Assignment

MOST_PICTURES = 1_000_000
MOST_DOLLARS = 1_000_000
#: Days of an assignment without an end: more than any limit needs to hold nothing down.
FOREVER = 1_000_000
#: The editor's fields of which the estimate is made; while one of them is wrong there is nothing to count.
COUNTED = {"max_tries", "max_pictures", "shape", "is_shape_free", "allows_final", "engine", "due_at", "accepts_late"}


def dollars(micros):
    """Return ``micros`` (millionths of a dollar) as a reader of the page writes dollars, rounded up to a cent."""
    return number_format((Decimal(micros) / 1_000_000).quantize(Decimal("0.01"), ROUND_CEILING), 2)


class MoneyField(forms.DecimalField):
    """Dollars, typed as 1.50 or 1,50; its value is in micro-dollars."""

    widget = forms.TextInput

    def __init__(self, **kwargs):
        super().__init__(min_value=0, max_value=MOST_DOLLARS, decimal_places=6, max_digits=14, **kwargs)
        self.error_messages["invalid"] = _("Type dollars like this: 1.50.")

    def widget_attrs(self, widget):
        return {"inputmode": "decimal", "autocomplete": "off"}

    def to_python(self, value):
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)

    def clean(self, value):
        typed = super().clean(value)
        return None if typed is None else int(typed * 1_000_000)

    def prepare_value(self, value):
        """Show micro-dollars as they are typed; what was typed already stays as it is."""
        if not isinstance(value, int):
            return value
        typed = Decimal(value) / 1_000_000
        return f"{typed:.2f}" if typed == round(typed, 2) else f"{typed:f}".rstrip("0")


class LimitsForm(forms.Form):
    """The limits of a class for a day, or those of one assignment. Empty is no limit, 0 is nothing at all."""

    pupil_pictures = forms.IntegerField(required=False, min_value=0, max_value=MOST_PICTURES)
    class_pictures = forms.IntegerField(required=False, min_value=0, max_value=MOST_PICTURES)
    pupil_micros = MoneyField(required=False)
    class_micros = MoneyField(required=False)

    DAILY = {
        "pupil_pictures": _("Pictures for each student a day"),
        "class_pictures": _("Pictures for the whole class a day"),
        "pupil_micros": _("Dollars for each student a day"),
        "class_micros": _("Dollars for the whole class a day"),
    }
    OF_ASSIGNMENT = {
        "pupil_pictures": _("Pictures for each student"),
        "class_pictures": _("Pictures for the whole class"),
        "pupil_micros": _("Dollars for each student"),
        "class_micros": _("Dollars for the whole class"),
    }

    def __init__(self, *args, classroom, assignment=None, **kwargs):
        super().__init__(*args, prefix="limits", **kwargs)
        self.classroom, self.assignment = classroom, assignment
        self.period = Allowance.Period.WHOLE if assignment else Allowance.Period.DAY
        for name, label in (self.OF_ASSIGNMENT if assignment else self.DAILY).items():
            self.fields[name].label = label
        for row in self._rows():
            self.initial |= {f"{row.per}_pictures": row.pictures, f"{row.per}_micros": row.micros}

    def _rows(self):
        kind = {"assignment": self.assignment, "period": self.period}
        return Allowance.objects.filter(classroom=self.classroom, **kind).select_related("classroom__school")

    @classmethod
    def in_editor(cls, posted, assignment):
        """Return the form inside an assignment's editor; not bound where the page that was sent did not have it."""
        form = cls(posted, classroom=assignment.classroom, assignment=assignment)
        is_sent = any(form.add_prefix(name) in form.data for name in form.fields)
        return form if is_sent else cls(classroom=assignment.classroom, assignment=assignment)

    @property
    def is_acceptable(self):
        """Whether nothing is wrong: what was not sent is not."""
        return not self.is_bound or self.is_valid()

    def clean(self):
        """Refuse a student's limit that is above the class's: it could never be reached."""
        cleaned = super().clean()
        for kind in ("pictures", "micros"):
            own, everybody = cleaned.get(f"pupil_{kind}"), cleaned.get(f"class_{kind}")
            if own is not None and everybody is not None and own > everybody:
                message = _("One student cannot have more than the whole class.")
                self.add_error(f"pupil_{kind}", ValidationError(message, code="above_class"))
        return cleaned

    def typed(self):
        """Return the allowances as they stand in the form, unsaved."""
        limits = {
            per: (self.cleaned_data.get(f"{per}_pictures"), self.cleaned_data.get(f"{per}_micros"))
            for per in Allowance.Per.values
        }
        return [
            Allowance(classroom=self.classroom, assignment=self.assignment, period=self.period, per=per, pictures=p, micros=m)
            for per, (p, m) in limits.items()
            if (p, m) != (None, None)
        ]

    def save(self):
        limits = {
            per: (self.cleaned_data[f"{per}_pictures"], self.cleaned_data[f"{per}_micros"]) for per in Allowance.Per.values
        }
        Allowance.objects.give_each(self.classroom, self.assignment, self.period, limits)


@dataclass
class Used:
    """What is used of one allowance just now, of the whole class or of one student (``name``).

    Money is in dollars, as shown; None where a picture counts of which nobody knows the cost.
    """

    allowance: Allowance
    name: str
    pictures: int
    dollars: str | None
    is_at_limit: bool

    @property
    def dollars_allowed(self):
        return None if self.allowance.micros is None else dollars(self.allowance.micros)


def used_of(allowances, *, price=1):
    """Return what is used of ``allowances`` of one class: a line for each, or for each student who used something of it.

    At the limit is who can ask for no further picture of ``price`` micro-dollars, the worst case.
    """
    allowances = list(allowances)
    if not allowances:
        return []
    names = _names(allowances[0].classroom) if any(row.is_of_pupils for row in allowances) else {}
    keys = {}
    for row in allowances:
        for owner_pk, name in names.items() if row.is_of_pupils else [(None, "")]:
            keys[row.key_of(owner_pk)] = (row, name)
    purses = {purse.key: purse for purse in Purse.objects.filter(key__in=keys)}
    unpriced = _with_unknown_cost(purses.values())
    return [
        _used(row, name, purses.get(key), price, unpriced)
        for key, (row, name) in keys.items()
        if not row.is_of_pupils or (key in purses and purses[key].pictures_used + purses[key].micros_used)
    ]


def _names(classroom):
    return dict(classroom.enrollments.active().values_list("student", "alias"))


def _with_unknown_cost(purses):
    """Return the pks of those of ``purses`` that count a picture of which neither we nor the service said what it costs."""
    ended = LedgerEntry.objects.filter(purse=OuterRef("purse"), picture=OuterRef("picture"))
    given_back = ended.filter(kind=LedgerEntry.Kind.RELEASE)
    told = ended.filter(kind=LedgerEntry.Kind.SETTLE, micros_spent__gt=0)
    unpriced = LedgerEntry.objects.filter(
        ~Exists(given_back),
        ~Exists(told),
        purse__in=[purse.pk for purse in purses],
        kind=LedgerEntry.Kind.RESERVE,
        picture__generation__settings__worst_micros=None,
    )
    return set(unpriced.values_list("purse", flat=True))


def _used(allowance, name, purse, price, unpriced):
    purse = purse or Purse()
    is_drawn = allowance.pictures is not None and purse.pictures_used >= allowance.pictures
    is_paid = allowance.micros is not None and purse.micros_used + price > allowance.micros
    spent = None if purse.pk in unpriced else dollars(purse.micros_used)
    return Used(allowance, name, purse.pictures_used, spent, is_drawn or is_paid)


@dataclass
class Estimate:
    """What the teacher reads before publishing: at most so many pictures and dollars, and how that comes about."""

    assignment: Assignment
    engine: object
    pupils: int
    pictures: int
    dollars: str | None
    is_free: bool
    is_priced: bool
    is_capped: bool
    counts_money: bool
    makes_finals: bool


def estimate_of(assignment, allowances):
    """Return the Estimate of ``assignment`` within ``allowances``, both perhaps unsaved; None where no engine can draw."""
    engine = assignment.drawing_engine
    if engine is None:
        return None
    finals = 1 if assignment.makes_finals else 0
    price = worst_price(assignment, engine, engine.quality)
    final_price = worst_price(assignment, engine, engine.final_quality, has_source=True) if finals else price
    caps = caps_of(assignment, allowances)
    pupils = assignment.classroom.enrollments.active().filter(is_trial=False).count()
    most = at_most(
        pupils=pupils,
        tries=assignment.max_tries,
        per_try=assignment.max_pictures,
        finals=finals,
        price=price,
        final_price=final_price,
        caps=caps,
    )
    is_priced = None not in (price, final_price)
    return Estimate(
        assignment=assignment,
        engine=engine,
        pupils=pupils,
        pictures=most.pictures,
        dollars=None if most.micros is None else dollars(most.micros),
        is_free=is_priced and not price and not final_price,
        is_priced=is_priced,
        is_capped=most.is_capped,
        counts_money=any(cap.micros is not None for cap in caps),
        makes_finals=bool(finals),
    )


def estimate_in_editor(form, limits):
    """Return what the editor's page shows of costs: by the fields as they stand, ``limits`` among them, saved or not."""
    assignment = form.instance
    rows = Allowance.objects.counting_at(assignment).select_related("classroom__school")
    if limits.is_bound:
        rows = [*rows.filter(assignment=None), *limits.typed()] if limits.is_valid() else None
    is_unclear = rows is None or bool(COUNTED & form.errors.keys())
    return {"estimate": None if is_unclear else estimate_of(assignment, list(rows)), "is_unclear": is_unclear}


def worst_price(assignment, engine, quality, *, has_source=False):
    """Return the worst case of one picture of ``assignment`` in micro-dollars, in any shape; None where it is not known."""
    shapes = SIZES if assignment.is_shape_free else [assignment.shape]
    prices = [Price.objects.worst(engine, SIZES[shape], quality, has_source=has_source) for shape in shapes]
    return None if None in prices else max(prices)


def caps_of(assignment, allowances):
    """Return what ``allowances`` and the class's own purse leave, as limits of the whole assignment.

    A daily one holds it down only where its days are known.
    """
    days = days_left(assignment)
    times = {Allowance.Period.DAY: FOREVER if days is None else days, Allowance.Period.WHOLE: 1}
    caps = [Cap(row.is_of_pupils, row.pictures, row.micros, times=times[row.period]) for row in allowances]
    purse = assignment.classroom.purse
    while purse is not None:
        caps.append(Cap(False, purse.pictures_left, purse.micros_left))
        purse = purse.parent
    return caps


def days_left(assignment):
    """Return on how many days of the school students can draw, today and the last one included; None where nobody knows."""
    if assignment.due_at is None or assignment.accepts_late:
        return None
    zone = assignment.classroom.school.zone
    last, today = (moment.astimezone(zone).date() for moment in (assignment.due_at, timezone.now()))
    return max(0, (last - today).days + 1)
