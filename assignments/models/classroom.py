import itertools
import secrets
import unicodedata
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assignments import pins
from gallery.clock import from_now
from gallery.models import Event, Purse

from .people import Teacher, User

#: No letter or digit that is mistaken for another; 31 ** 8 is 39 bits.
ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
CODE_LENGTH = 8


def make_code():
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def plain_code(typed):
    """Return a join code as it is stored, however it was typed: spaces, dashes and small letters do not matter."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def name_key(alias):
    """Return the form of a name under which a class knows it once: case, spaces and ё do not make another child."""
    plain = unicodedata.normalize("NFKC", alias).casefold().replace("ё", "е")
    return " ".join(plain.split())[:120]  # some signs are spelled out as many letters


class ClassroomQuerySet(models.QuerySet):
    def taught_by(self, user):
        return self.filter(pk__in=Classroom.teachers.through.objects.filter(teacher__user=user).values("classroom"))

    def visible_to(self, user):
        """Return the classes that ``user`` teaches or learns in."""
        learning = Enrollment.objects.active().filter(student=user).values("classroom")
        return self.filter(Q(pk__in=self.taught_by(user).values("pk")) | Q(pk__in=learning))


class Classroom(models.Model):
    """A class with its join code; ``lane`` is the key under which its pupils share turns at an engine."""

    school = models.ForeignKey("assignments.School", models.PROTECT, related_name="classrooms", verbose_name=_("school"))
    name = models.CharField(_("name"), max_length=60)
    subject = models.CharField(_("subject"), max_length=80, blank=True)
    teachers = models.ManyToManyField(Teacher, related_name="classrooms", verbose_name=_("teachers"))
    join_code = models.CharField(_("class code"), max_length=12, unique=True, default=make_code)
    is_open = models.BooleanField(_("students may sign in with the code"), default=True)
    lane = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    weight = models.PositiveIntegerField(_("share of the engine"), default=1)
    purse = models.ForeignKey(Purse, models.PROTECT, null=True, blank=True, related_name="classrooms", verbose_name=_("purse"))
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ClassroomQuerySet.as_manager()

    class Meta:
        verbose_name = _("class")
        verbose_name_plural = _("classes")
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name

    @property
    def shown_code(self):
        """The code as it is written on the board, in two halves."""
        half = CODE_LENGTH // 2
        return f"{self.join_code[:half]}-{self.join_code[half:]}"

    def rule_times(self):
        """Show the times of this request as the clock of the class's own school: a teacher may have two."""
        timezone.activate(self.school.zone)

    def change_code(self):
        """Take a new join code: the old one opens nothing any more."""
        self.join_code = make_code()
        self.save(update_fields=["join_code"])

    def trial_enrollment(self):
        """Return the class's try-out pupil, in whose place a teacher sees the site as a student; made at first need."""
        with transaction.atomic():
            Classroom.objects.select_for_update().get(pk=self.pk)
            known = self.enrollments.filter(is_trial=True).first()
            return known or Enrollment.objects.enrol(self, self._free_name(str(_("Try-out pupil"))), is_trial=True)

    def _free_name(self, name):
        """Return ``name``, with a number behind it where a child of the class is called so."""
        taken = set(self.enrollments.values_list("name_key", flat=True))
        numbered = (f"{name} {number}" for number in itertools.count(2))
        return next(free for free in itertools.chain([name], numbered) if name_key(free) not in taken)


class EnrollmentQuerySet(models.QuerySet):
    def active(self):
        """Return those who belong to the class now: let in by the teacher, and not removed."""
        return self.filter(removed_at=None).exclude(approved_at=None)

    def waiting(self):
        return self.filter(removed_at=None, approved_at=None)

    def pupils(self):
        """Return real children: everybody but the try-out pupil."""
        return self.filter(is_trial=False, removed_at=None)

    def enrol(self, classroom, alias, *, is_trial=False, is_approved=True):
        """Put a new name on the roster, with a student behind it. ValidationError("name_taken") where the class has it."""
        alias = " ".join(alias.split())
        same = self.filter(classroom=classroom, name_key=name_key(alias))
        taken = ValidationError(_("The class has a student with this name already."), code="name_taken")
        if same.exists():
            raise taken
        try:
            with transaction.atomic():
                return self.create(
                    classroom=classroom,
                    student=User.objects.create_student(alias),
                    alias=alias,
                    name_key=name_key(alias),
                    is_trial=is_trial,
                    approved_at=Now() if is_approved else None,
                )
        except IntegrityError:
            if not same.exists():
                raise
            raise taken from None  # somebody else was quicker; the database's own words would name the child


class Enrollment(models.Model):
    """A student in a class: the name on the roster and the PIN that goes with it."""

    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="enrollments", verbose_name=_("class"))
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="enrollments", verbose_name=_("student"))
    alias = models.CharField(_("name on the roster"), max_length=80)
    name_key = models.CharField(max_length=120, editable=False)
    pin_hash = models.CharField(max_length=200, blank=True, editable=False)
    pin_failures = models.PositiveSmallIntegerField(_("wrong PINs in a row"), default=0, editable=False)
    pin_locked_until = models.DateTimeField(_("locked until"), null=True, blank=True, editable=False)
    pin_locked_at = models.DateTimeField(_("locked for the teacher"), null=True, blank=True, editable=False)
    is_trial = models.BooleanField(_("try-out pupil"), default=False, editable=False)
    claimed_at = models.DateTimeField(_("PIN chosen"), null=True, blank=True)
    approved_at = models.DateTimeField(_("let in"), null=True, blank=True)
    removed_at = models.DateTimeField(_("removed"), null=True, blank=True)
    created_at = models.DateTimeField(_("added"), auto_now_add=True)

    objects = EnrollmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["name_key"]
        constraints = [
            models.UniqueConstraint(fields=["classroom", "name_key"], name="enrollment_name_once"),
            models.UniqueConstraint(fields=["classroom", "student"], name="enrollment_student_once"),
            models.UniqueConstraint(fields=["classroom"], condition=Q(is_trial=True), name="enrollment_one_trial"),
        ]

    def __str__(self):
        return self.alias

    @property
    def is_locked_for_teacher(self):
        return self.pin_locked_at is not None

    @property
    def is_locked(self):
        return self.is_locked_for_teacher or bool(self.pin_locked_until and self.pin_locked_until > timezone.now())

    @property
    def is_claimed(self):
        return bool(self.pin_hash)

    def claim(self, pin):
        """Set the first PIN of a roster name; False where somebody else was quicker."""
        return bool(Enrollment.objects.filter(pk=self.pk, pin_hash="").update(pin_hash=pins.hash_pin(pin), claimed_at=Now()))

    def spend_try(self):
        """Count one PIN before it is looked at, so that many at once cannot pass the limit; False where none is left."""
        with transaction.atomic():
            row = Enrollment.objects.select_for_update().get(pk=self.pk)
            if row.is_locked:
                return False
            failures = row.pin_failures + 1
            Enrollment.objects.filter(pk=self.pk).update(
                pin_failures=failures,
                pin_locked_until=from_now(pins.SOFT_MINUTES * 60) if failures == pins.SOFT_LIMIT else F("pin_locked_until"),
                pin_locked_at=Now() if failures >= pins.HARD_LIMIT else None,
            )
        return True

    def accept_pin(self, pin):
        """Forget wrong tries: the right PIN was typed. One kept under an older key of the site is kept under the newest now."""
        self._forget_tries()
        if not pins.is_current(pin, self.pin_hash):
            same = Enrollment.objects.filter(pk=self.pk, pin_hash=self.pin_hash)  # not one that was reset meanwhile
            same.update(pin_hash=pins.hash_pin(pin))

    def _forget_tries(self):
        Enrollment.objects.filter(pk=self.pk).update(pin_failures=0, pin_locked_until=None, pin_locked_at=None)

    def unlock(self, actor):
        """Let the name be tried again, at the teacher's word."""
        self._forget_tries()
        Event.objects.record("enrollment.unlocked", subject=f"enrollment:{self.pk}", actor=actor)

    def reset_pin(self, actor):
        """Take the PIN away, and sign out whoever came in by it; the next claim of the name sets a new one."""
        Enrollment.objects.filter(pk=self.pk).update(
            pin_hash="", claimed_at=None, pin_failures=0, pin_locked_until=None, pin_locked_at=None
        )
        self.student.sign_out_everywhere()
        Event.objects.record("enrollment.pin_reset", subject=f"enrollment:{self.pk}", actor=actor)

    def let_in(self, actor):
        """Accept a name that somebody typed at the door."""
        Enrollment.objects.filter(pk=self.pk, approved_at=None).update(approved_at=Now())
        Event.objects.record("enrollment.let_in", subject=f"enrollment:{self.pk}", actor=actor)

    def put_back(self, actor):
        """Let a removed student return to their name and work; the PIN is chosen anew."""
        Enrollment.objects.filter(pk=self.pk).update(removed_at=None, approved_at=Now())
        self.reset_pin(actor)

    def remove(self, actor):
        """Take the student off the roster and out of the site; what they made stays with the teacher."""
        Enrollment.objects.filter(pk=self.pk).update(removed_at=Now())
        self.student.sign_out_everywhere()
        Event.objects.record("enrollment.removed", subject=f"enrollment:{self.pk}", actor=actor)
