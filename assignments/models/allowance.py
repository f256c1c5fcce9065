from contextlib import contextmanager
from datetime import datetime, time

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext, pgettext_lazy

from gallery.models import Picture, Purse, Trail
from gallery.models.purse import TooLittle

from .assignment import Assignment
from .classroom import Classroom

NO_PRICE = pgettext_lazy(
    "student",
    "Nobody knows yet what a picture costs here, so none can be made. Tell your teacher; your words stay here.",
)
CHANGED = pgettext_lazy("student", "Your teacher has changed the limits just now. Press once more; your words stay here.")
USED_UP = {
    ("day", "pupil"): pgettext_lazy(
        "student", "Your pictures for today are used up. There are new ones tomorrow; your words stay here."
    ),
    ("day", "class"): pgettext_lazy(
        "student", "The pictures of your class are used up for today. There are new ones tomorrow; your words stay here."
    ),
    ("whole", "pupil"): pgettext_lazy(
        "student",
        "Your pictures for this assignment are used up. Choose your best one or ask your teacher; your words stay here.",
    ),
    ("whole", "class"): pgettext_lazy(
        "student",
        "The class's pictures for this assignment are used up. Choose your best one or ask your teacher; your words stay here.",
    ),
}
#: The same for a final picture: there is one to hand in already. The last is for the class's own purse too.
NO_PRICE_OF_FINAL = pgettext_lazy(
    "student",
    "Nobody knows yet what a final picture costs here. Tell your teacher, or hand in your best one as it is.",
)
NO_FINAL_LEFT = {
    ("day", "pupil"): pgettext_lazy(
        "student", "No final picture is left for you today. Come back tomorrow, or hand in your best one as it is."
    ),
    ("day", "class"): pgettext_lazy(
        "student", "No final picture is left for your class today. Come back tomorrow, or hand in your best one as it is."
    ),
    ("whole", "pupil"): pgettext_lazy(
        "student", "No final picture is left for you here. Ask your teacher, or hand in your best one as it is."
    ),
    ("whole", "class"): pgettext_lazy(
        "student", "No final picture is left for your class. Ask your teacher, or hand in your best one as it is."
    ),
}


def _lock(classroom_pk):
    """Let one transaction at a time write the limits of a class, and the purses that keep them."""
    list(Classroom.objects.filter(pk=classroom_pk).select_for_update(no_key=True))


def _end_presses(classroom, assignment, **_period):
    """Wait until no press is under way that may not know of a new limit, and let none begin until the transaction ends."""
    of_place = {"submission__assignment": assignment} if assignment else {"submission__assignment__classroom": classroom}
    list(Trail.objects.filter(**of_place).only("pk").order_by("pk").select_for_update(of=("self",), no_key=True))


class AllowanceQuerySet(models.QuerySet):
    def counting_at(self, assignment):
        """Return the allowances that count for ``assignment``: its own, and those of its class."""
        return self.filter(Q(assignment=None) | Q(assignment=assignment), classroom=assignment.classroom_id)

    def count_money(self):
        """Whether one of them limits money."""
        return self.exclude(micros=None).exists()

    def give(self, classroom, assignment, per, period, *, pictures, micros):
        """Set the limits of one allowance (pictures, micro-dollars; None without limit); with no limit left there is none."""
        self.give_each(classroom, assignment, period, {per: (pictures, micros)})

    def give_each(self, classroom, assignment, period, limits):
        """Set the allowances of a class, or of one ``assignment`` of it: ``limits`` is {per: (pictures, micros)}.

        Pictures that were asked for before count from now on too. The order of locks is the one of everybody who draws and
        presses: class, trails, pictures, purses by pk.
        """
        kind = {"classroom": classroom, "assignment": assignment, "period": period}
        with transaction.atomic():
            _lock(classroom.pk)
            rows = {row.per: row for row in self.filter(**kind, per__in=limits)}
            for per, (pictures, micros) in limits.items():
                row = rows.setdefault(per, Allowance(**kind, per=per))
                row.classroom, row.pictures, row.micros = classroom, pictures, micros
            given = [row for row in rows.values() if row.is_limited]
            if any(row.pk is None for row in given):
                _end_presses(**kind)
            for row in given:
                row.save()
                made = set(row.purses().values_list("key", flat=True))
                for owner_pk in row.owners_so_far():
                    if row.key_of(owner_pk) not in made:
                        row.make_purse(owner_pk)
            known = [row for row in rows.values() if row.pk]
            Purse.objects.filter(key__in=[purse.key for row in known for purse in row.purses()]).lock()
            for row in known:
                row.purses().limit(row.pictures, row.micros)
            self.filter(pk__in=[row.pk for row in known if not row.is_limited]).delete()

    def require_all_in(self, purses, assignment, student_pk):
        """Raise ValidationError("changed") where a limit counts by now that none of ``purses`` keeps: it was set meanwhile.

        Call it under the trail's lock, for which a new limit waits before it counts what was asked for.
        """
        allowances = self.counting_at(assignment).select_related("classroom__school")
        if {allowance.key_of(student_pk) for allowance in allowances} - {purse.key for purse in purses}:
            raise ValidationError(CHANGED, code="changed")

    def with_purses(self, assignment, student_pk):
        """Return (allowance, purse) for each that counts for a student at ``assignment`` just now, without a write.

        The purse is None where none was needed yet.
        """
        allowances = self.counting_at(assignment).select_related("classroom__school")
        keys = {allowance.key_of(student_pk): allowance for allowance in allowances}
        purses = {purse.key: purse for purse in Purse.objects.filter(key__in=keys)}
        return [(allowance, purses.get(key)) for key, allowance in keys.items()]

    @contextmanager
    def guarding(self, assignment, student_pk, *, is_final=False):
        """Give the purses that pay for a student's pictures at ``assignment`` now, and put a refusal of theirs into words.

        Where ``is_final``, the words are those about a final picture, also for the refusal of the class's own purse.
        Enter it before the transaction that asks. ValidationError with the code "purse" or "no_price" comes out.
        """
        counting = self.with_purses(assignment, student_pk)
        pairs = [(allowance, allowance.purse_of(student_pk, known=known)) for allowance, known in counting]
        paid_by = {purse.pk: (allowance, purse) for allowance, purse in pairs if purse}
        try:
            yield [purse for _allowance, purse in paid_by.values()]
        except TooLittle as error:
            allowance, _purse = paid_by.get(error.purse.pk, (None, None))
            if is_final:
                said = no_final(allowance, error.fit)
            elif allowance:
                said = allowance.refusal(error.fit)
            else:
                raise
            raise TooLittle(said, error.code, purse=error.purse, fit=error.fit) from None


class Allowance(models.Model):
    """What a teacher lets a class draw: pictures and money, for each student or for all, a day or for one assignment.

    The limits are enforced by purses of the gallery, one for each day and student where it counts so.
    """

    class Per(models.TextChoices):
        CLASS = "class", _("whole class")
        PUPIL = "pupil", _("each student")

    class Period(models.TextChoices):
        DAY = "day", _("a day")
        WHOLE = "whole", _("the whole assignment")

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="allowances", verbose_name=_("class"))
    assignment = models.ForeignKey(
        Assignment, models.CASCADE, null=True, blank=True, related_name="allowances", verbose_name=_("assignment")
    )
    per = models.CharField(_("for"), max_length=5, choices=Per.choices)
    period = models.CharField(_("period"), max_length=5, choices=Period.choices)
    pictures = models.PositiveIntegerField(_("pictures"), null=True, blank=True)
    micros = models.PositiveBigIntegerField(_("money, millionths of a dollar"), null=True, blank=True)

    objects = AllowanceQuerySet.as_manager()

    class Meta:
        verbose_name = _("allowance")
        verbose_name_plural = _("allowances")
        ordering = ["classroom", "assignment", "period", "per"]
        constraints = [
            models.UniqueConstraint(
                fields=["assignment", "per", "period"],
                condition=Q(assignment__isnull=False),
                name="allowance_once_of_assignment",
            ),
            models.UniqueConstraint(
                fields=["classroom", "per", "period"], condition=Q(assignment=None), name="allowance_once_of_class"
            ),
            models.CheckConstraint(
                condition=Q(period="day") | Q(assignment__isnull=False), name="allowance_whole_of_an_assignment"
            ),
            models.CheckConstraint(
                condition=Q(pictures__isnull=False) | Q(micros__isnull=False), name="allowance_limits_something"
            ),
        ]

    def __str__(self):
        return f"{self.classroom}: {self.get_per_display()}, {self.get_period_display()}"

    @property
    def is_of_pupils(self):
        return self.per == self.Per.PUPIL

    def today(self):
        """Return the day of the class's school, which begins at its own midnight."""
        return timezone.now().astimezone(self.classroom.school.zone).date()

    def key_of(self, owner_pk):
        """Return the key of the purse that pays for this student (the class's, where one pays for all) just now."""
        parts = [f"allowance:{self.pk}"]
        parts += [f"student:{owner_pk}"] if self.is_of_pupils else []
        parts += [self.today().isoformat()] if self.period == self.Period.DAY else []
        return ":".join(parts)

    @property
    def is_limited(self):
        return (self.pictures, self.micros) != (None, None)

    def purses(self):
        """Return the purses that count just now: one, or one for each student who needed one."""
        if not self.is_of_pupils:
            return Purse.objects.filter(key=self.key_of(None))
        begin, end = self.key_of("|").split("|")
        return Purse.objects.filter(key__startswith=begin, key__endswith=end)

    def purse_of(self, owner_pk, *, known=None):
        """Return the purse that pays for this student just now; None where the allowance was taken away meanwhile.

        ``known`` is that purse as it was just read. Only where it is missing, or has other limits than this row knows of, the
        class is locked and both are read anew: whoever has an old row makes no purse with old limits, and writes none back.
        """
        purse = known or Purse.objects.filter(key=self.key_of(owner_pk)).first()
        if purse and purse.has_limits(self.pictures, self.micros):
            return purse
        with transaction.atomic():
            _lock(self.classroom_id)
            allowance = Allowance.objects.filter(pk=self.pk).select_related("classroom__school").first()
            return allowance and allowance._keep_purse(owner_pk)

    def _keep_purse(self, owner_pk):
        purse = Purse.objects.filter(key=self.key_of(owner_pk)).first()
        if purse is None:
            return self.make_purse(owner_pk)
        if not purse.has_limits(self.pictures, self.micros):  # some of what was used above a lowered limit came back
            Purse.objects.filter(pk=purse.pk).limit(self.pictures, self.micros)
            purse.refresh_from_db()
        return purse

    def make_purse(self, owner_pk):
        """Make the purse that pays for this student from now on. Call it under the class's lock, with a row read under it."""
        key = self.key_of(owner_pk)
        title = f"{self.classroom} · {key.partition(':')[2]}"  # no child's name: purses outlive them
        asked = self._asked()
        if self.is_of_pupils:
            asked = asked.filter(owner=owner_pk)
        return Purse.objects.make(key, title, self.pictures, self.micros, counting=asked)

    def owners_so_far(self):
        """Return the students whose pictures count already; None alone where one purse pays for all."""
        if not self.is_of_pupils:
            return [None]
        return list(self._asked().order_by("owner").values_list("owner", flat=True).distinct())

    def _asked(self):
        """Return the pictures that were asked for in the period so far."""
        asked = Picture.objects.filter(generation__trail__submission__assignment__classroom=self.classroom_id)
        if self.assignment_id:
            asked = asked.filter(generation__trail__submission__assignment=self.assignment_id)
        if self.period == self.Period.DAY:
            asked = asked.filter(queued_at__gte=datetime.combine(self.today(), time.min, self.classroom.school.zone))
        return asked

    def refusal(self, fit):
        """Return the sentence for a student who may ask for ``fit`` pictures at most; None where no price is known."""
        if fit is None:
            return NO_PRICE
        if fit == 0:
            return USED_UP[self.period, self.per]
        return _fewer(self.period, self.per, fit) % {"count": fit}


def no_final(allowance, fit):
    """Return the sentence for a student whose final picture ``allowance`` refuses; None is the class's own purse."""
    if fit is None:
        return NO_PRICE_OF_FINAL
    return NO_FINAL_LEFT[(allowance.period, allowance.per) if allowance else ("whole", "class")]


def _fewer(period, per, count):
    """Return the sentence that says how many pictures are left, where more were asked for."""
    left = {
        ("day", "pupil"): npgettext(
            "student",
            "Today you can make %(count)d more picture. Choose fewer at once; your words stay here.",
            "Today you can make %(count)d more pictures. Choose fewer at once; your words stay here.",
            count,
        ),
        ("day", "class"): npgettext(
            "student",
            "Today your class can make %(count)d more picture. Choose fewer at once; your words stay here.",
            "Today your class can make %(count)d more pictures. Choose fewer at once; your words stay here.",
            count,
        ),
        ("whole", "pupil"): npgettext(
            "student",
            "In this assignment you can make %(count)d more picture. Choose fewer at once; your words stay here.",
            "In this assignment you can make %(count)d more pictures. Choose fewer at once; your words stay here.",
            count,
        ),
        ("whole", "class"): npgettext(
            "student",
            "In this assignment your class can make %(count)d more picture. Choose fewer at once; your words stay here.",
            "In this assignment your class can make %(count)d more pictures. Choose fewer at once; your words stay here.",
            count,
        ),
    }
    return left[period, per]
