from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from gallery.prompts import DEFAULTS, WORDS

#: The school-wide frame that new assignments copy.
DEFAULT_KEY = "school"


class MetaPromptQuerySet(models.QuerySet):
    def current(self, key, language):
        """Return the newest version of ``key`` in ``language``; the school's own, written at first need, where it has none."""
        newest = self.filter(language=language).order_by("-version")
        known = newest.filter(key=key).first() or newest.filter(key=DEFAULT_KEY).first()
        return known or self.write(DEFAULT_KEY, language, DEFAULTS[language])

    def write(self, key, language, text, author=None):
        """Keep ``text`` as the next version of ``key``; return the current one where nothing changed."""
        try:
            return self._write(key, language, text, author)
        except IntegrityError:  # somebody else wrote that version this very moment: ours is the one after it
            return self._write(key, language, text, author)

    def _write(self, key, language, text, author):
        with transaction.atomic():
            current = self.filter(key=key, language=language).order_by("-version").select_for_update().first()
            if current and current.text == text:
                return current
            fresh = self.model(
                key=key, language=language, text=text, version=current.version + 1 if current else 1, created_by=author
            )
            fresh.full_clean(validate_unique=False, validate_constraints=False)  # that, only the database can know
            fresh.save()
            return fresh


class MetaPrompt(models.Model):
    """One version of the frame put around a student's words, in one language. A version never changes."""

    key = models.CharField(_("key"), max_length=60, help_text=_("“school” is the default that new assignments copy."))
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    version = models.PositiveIntegerField(_("version"))
    text = models.TextField(_("text"), max_length=4000, help_text=_("{words} marks where the student's words go."))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = MetaPromptQuerySet.as_manager()

    class Meta:
        verbose_name = _("meta prompt")
        verbose_name_plural = _("meta prompts")
        ordering = ["key", "language", "-version"]
        constraints = [models.UniqueConstraint(fields=["key", "language", "version"], name="meta_prompt_version_once")]

    def __str__(self):
        return f"{self.key} {self.language} v{self.version}"

    def save(self, *args, **kwargs):
        if self.pk:
            raise TypeError("A version of a meta prompt never changes; write a new one.")
        super().save(*args, **kwargs)

    def clean(self):
        if self.text.count(WORDS) != 1:
            raise ValidationError(
                {"text": _("The text must hold %(mark)s exactly once: the student's words go there.") % {"mark": WORDS}},
                code="words",
            )
