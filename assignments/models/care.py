"""Words that sound like a child in need: what the child reads, and what the teachers of its class are told."""

import uuid
from dataclasses import replace

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assignments.helplines import help_in
from gallery.models import Event, Generation
from gallery.safety.care import care_level
from gallery.safety.gate import judge

from .assignment import Assignment
from .classroom import Classroom
from .school import School

#: Letters of one note that are kept; nothing that pupils may send is longer.
MOST_KEPT = 2000


class HelpTextQuerySet(models.QuerySet):
    def help_for(self, school):
        """Return the Help that a child of ``school`` (None: anywhere) reads in the page's language."""
        language = get_language()
        if school is None:
            return help_in("", language)
        own = self.filter(school=school, language=language).values_list("text", flat=True).first()
        house = help_in(school.country, language)
        return replace(house, text=own, lines=()) if own else house


class HelpText(models.Model):
    """What a school itself tells a child in need, in one language, instead of the house's list of helplines."""

    school = models.ForeignKey(School, models.CASCADE, related_name="help_texts", verbose_name=_("school"))
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    text = models.TextField(
        _("what a child in need reads"),
        max_length=1000,
        help_text=_("Whom to call, whom to see at school. Short sentences; a child of eight reads it."),
    )

    objects = HelpTextQuerySet.as_manager()

    class Meta:
        verbose_name = _("help text")
        verbose_name_plural = _("help texts")
        constraints = [models.UniqueConstraint(fields=["school", "language"], name="help_text_once")]

    def __str__(self):
        return f"{self.school}: {self.get_language_display()}"


class CareNoteQuerySet(models.QuerySet):
    def taught_by(self, user):
        """Return the notes about children of the classes that ``user`` teaches: nobody else sees any."""
        return self.filter(assignment__classroom__in=Classroom.objects.taught_by(user))

    def alerts(self):
        return self.filter(level=CareNote.Level.ALERT)

    def waiting(self):
        """Return the alerts that no teacher has seen."""
        return self.alerts().filter(seen_at=None)

    def hear(self, work, where, words):
        """Keep ``words`` of ``work``'s student where they sound like a call for help; None where they do not."""
        is_care = judge(words, opinion=lambda said: None).outcome == "care"  # the lists decide that before any other layer
        return self.write(work, where, words) if is_care else None

    def write(self, work, where, words):
        """Keep ``words`` of ``work``'s student for the teachers, with the level they have.

        The same words at the same place are one note until a teacher has seen it: a form is often sent twice.
        """
        same = {"student": work.student, "assignment": work.assignment, "where": where, "words": words[:MOST_KEPT]}
        known = self.filter(**same, seen_at=None).first()
        return known or self.create(**same, level=care_level(words))


class CareNote(models.Model):
    """Something that a student wrote and that sounds like a call for help; for the teachers of the class alone."""

    class Level(models.TextChoices):
        ALERT = "alert", _("may need help now")
        HELP = "help", _("about somebody else, or a subject")

    class Where(models.TextChoices):
        PROMPT = "prompt", _("in a prompt")
        TITLE = "title", _("in a title")
        DESCRIPTION = "alt_text", _("in a description")
        REASON = "reason", _("in the reason for the choice")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    student = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="care_notes", verbose_name=_("student"))
    assignment = models.ForeignKey(Assignment, models.CASCADE, related_name="care_notes", verbose_name=_("assignment"))
    level = models.CharField(_("level"), max_length=5, choices=Level.choices)
    where = models.CharField(_("where"), max_length=10, choices=Where.choices)
    words = models.TextField(_("what was written"), max_length=MOST_KEPT)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("seen by")
    )
    done = models.TextField(_("what was done"), max_length=2000, blank=True)

    objects = CareNoteQuerySet.as_manager()

    class Meta:
        verbose_name = _("call for help")
        verbose_name_plural = _("calls for help")
        ordering = ["-pk"]
        constraints = [models.CheckConstraint(condition=Q(level__in=["alert", "help"]), name="care_note_level_known")]

    def __str__(self):
        return f"{self.student_id}: {self.created_at:%Y-%m-%d}"  # no name and no word: this may end up in a log

    def see(self, teacher, done=""):
        """Keep that ``teacher`` has seen it, if nobody had, and what was done about it."""
        CareNote.objects.filter(pk=self.pk, seen_at=None).update(seen_at=Now(), seen_by=teacher)
        CareNote.objects.filter(pk=self.pk).update(done=done)
        self.refresh_from_db()


@receiver(post_save, sender=Generation)
def hear_prompt(sender, instance, created, **kwargs):
    """Tell the teachers of a prompt that is answered with care, by whichever way it came, in the transaction that keeps it."""
    if created and instance.gate == "care":
        _hear(instance)


@receiver(post_save, sender=Event)
def hear_service(sender, instance, **kwargs):
    """Do the same where only the moderation service heard it, before anything was drawn."""
    if instance.verb == "picture.refused" and instance.reason == "care":
        _hear(instance.picture.generation)


def _hear(generation):
    if work := getattr(generation.trail, "submission", None):
        CareNote.objects.write(work, CareNote.Where.PROMPT, generation.prompt)
