import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assignments.phrases import key_of
from gallery.models import Event
from gallery.safety.families import KEYS
from gallery.safety.policy import MAX_PHRASE, fault_of

from .assignment import Assignment
from .school import School

#: Phrases of one list. The gate makes all forms of each when it first meets a list, and keeps them in memory.
MOST_OF_SCHOOL, MOST_OF_ASSIGNMENT = 5_000, 500
#: Families that are answered with care; no list changes that.
CARE = ("self_harm", "abuse")
FAMILIES = tuple(key for key in KEYS if key not in CARE)


class WordLevel(models.TextChoices):
    """What the words gate does with a prompt."""

    REFUSE = "refuse", _("refuse")
    HOLD = "hold", _("ask the teacher first")
    ALLOW = "allow", _("allow")


class SchoolRuleQuerySet(models.QuerySet):
    def delete(self):
        """Delete the rows, and let every process know."""
        schools = set(self.exclude(school=None).values_list("school", flat=True))
        with transaction.atomic():
            deleted = super().delete()
            School.objects.filter(pk__in=schools).update(words_stamp=uuid.uuid4())
        return deleted


class WordRuleQuerySet(SchoolRuleQuerySet):
    def write(self, phrases, level, adult, *, school=None, assignment=None):
        """Put ``phrases`` on the list of a school or of an assignment, at ``level``; one that stands there gets the new level.

        Return how many are new or changed. ValidationError("too_many") where the list would have more than it may.
        """
        wanted = {key_of(phrase): phrase for phrase in phrases}
        most = MOST_OF_ASSIGNMENT if assignment else MOST_OF_SCHOOL
        owner = (Assignment if assignment else School).objects.select_for_update(no_key=True)
        with transaction.atomic():
            owner.get(pk=(assignment or school).pk)  # one list is written by one person at a time
            known = {row.key: row for row in self.filter(school=school, assignment=assignment)}
            if (count := len(known.keys() | wanted.keys())) > most:
                raise ValidationError(
                    _("The list would have %(count)d phrases; a list has at most %(limit)d. Nothing was saved."),
                    code="too_many",
                    params={"count": count, "limit": most},
                )
            changed = [known[key] for key in wanted if key in known and known[key].level != level]
            for row in changed:
                row.level = level
            self.bulk_update(changed, ["level"], batch_size=500)
            fields = {"school": school, "assignment": assignment, "level": level, "created_by": adult}
            new = [WordRule(phrase=phrase, key=key, **fields) for key, phrase in wanted.items() if key not in known]
            self.bulk_create(new, batch_size=500)
            if school:
                school.renew_words()
            subject = f"assignment:{assignment.pk}" if assignment else f"school:{school.pk}"
            written = len(new) + len(changed)
            Event.objects.record("words.listed", subject=subject, actor=adult, reason=level, count=written)
        return written


class SchoolRule(models.Model):
    """What can be said for a whole school: every change of it is seen by all processes at once."""

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        with transaction.atomic():
            super().save(*args, **kwargs)
            if self.school_id:
                self.school.renew_words()

    def delete(self, *args, **kwargs):
        with transaction.atomic():
            deleted = super().delete(*args, **kwargs)
            if self.school_id:
                self.school.renew_words()
        return deleted


class WordRule(SchoolRule):
    """A word or phrase, in any of its forms, that a school or one assignment refuses, holds or allows.

    An assignment's word counts above its school's, and both above the gate's own; a cry for help stays one whatever they say.
    """

    school = models.ForeignKey(
        School, models.CASCADE, null=True, blank=True, related_name="word_rules", verbose_name=_("school")
    )
    assignment = models.ForeignKey(
        Assignment, models.CASCADE, null=True, blank=True, related_name="word_rules", verbose_name=_("assignment")
    )
    phrase = models.CharField(_("word or phrase"), max_length=MAX_PHRASE)
    key = models.CharField(max_length=3 * MAX_PHRASE, editable=False)  # small letters may be more than capitals
    level = models.CharField(_("what the gate does"), max_length=6, choices=WordLevel.choices)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("listed by")
    )
    created_at = models.DateTimeField(_("listed"), auto_now_add=True)

    objects = WordRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("listed word")
        verbose_name_plural = _("listed words")
        ordering = ["key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["school", "key"], condition=Q(assignment=None), name="word_rule_once_of_school"),
            models.UniqueConstraint(
                fields=["assignment", "key"], condition=Q(school=None), name="word_rule_once_of_assignment"
            ),
            models.CheckConstraint(
                condition=Q(school=None, assignment__isnull=False) | Q(school__isnull=False, assignment=None),
                name="word_rule_of_one_place",
            ),
            models.CheckConstraint(condition=Q(level__in=["refuse", "hold", "allow"]), name="word_rule_level_known"),
            models.CheckConstraint(condition=~Q(key=""), name="word_rule_says_something"),
        ]

    def __str__(self):
        return self.phrase

    def save(self, *args, **kwargs):
        self.key = key_of(self.phrase)
        super().save(*args, **kwargs)

    def clean(self):
        if fault_of(self.phrase):
            raise ValidationError(
                {"phrase": _("The gate cannot look for this. Write a word, or up to eight words.")}, code="pattern"
            )
        self.key = key_of(self.phrase)
        same = WordRule.objects.filter(school=self.school_id, assignment=self.assignment_id, key=self.key)
        if same.exclude(pk=self.pk).exists():
            raise ValidationError({"phrase": _("This stands on the list already.")}, code="listed")

    def remove(self, adult):
        """Take it off its list."""
        subject = f"assignment:{self.assignment_id}" if self.assignment_id else f"school:{self.school_id}"
        with transaction.atomic():
            Event.objects.record("words.removed", subject=subject, actor=adult, reason=self.level)
            self.delete()


class FamilyLevel(SchoolRule):
    """What a school wants of one whole family of words, other than the gate does by itself."""

    school = models.ForeignKey(School, models.CASCADE, related_name="family_levels", verbose_name=_("school"))
    family = models.CharField(_("family"), max_length=30)
    level = models.CharField(_("what the gate does"), max_length=6, choices=WordLevel.choices)

    objects = SchoolRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("level of a family")
        verbose_name_plural = _("levels of families")
        ordering = ["school", "family"]
        constraints = [
            models.UniqueConstraint(fields=["school", "family"], name="family_level_once"),
            models.CheckConstraint(condition=~Q(family=""), name="family_level_of_a_family"),
            models.CheckConstraint(condition=Q(level__in=["refuse", "hold", "allow"]), name="family_level_known"),
        ]

    def __str__(self):
        return f"{self.family}: {self.level}"
