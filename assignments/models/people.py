import secrets

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class UserQuerySet(models.QuerySet):
    def named(self, name):
        """Return the people whose username or e-mail is ``name``, whatever its case."""
        return self.filter(Q(username__iexact=name) | Q(email__iexact=name, email__gt=""))


class PeopleManager(UserManager.from_queryset(UserQuerySet)):
    def create_student(self, alias):
        """Make a student without e-mail or password, under a generated username that tells nobody who it is."""
        user = self.model(username=f"s-{secrets.token_hex(6)}", display_name=alias)
        user.set_unusable_password()
        user.save()
        return user


class User(AbstractUser):
    """Anybody who signs in. What somebody may do follows from membership: a Teacher row, an Enrollment, or ``is_staff``."""

    display_name = models.CharField(_("name that others see"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, blank=True)
    theme = models.CharField(
        _("theme"), max_length=5, blank=True, choices=[("", _("as the device")), ("light", _("light")), ("dark", _("dark"))]
    )

    objects = PeopleManager()

    class Meta(AbstractUser.Meta):
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(fields=["email"], condition=~Q(email=""), name="user_email_once")]

    def __str__(self):
        return self.display_name or self.get_full_name() or self.username

    def get_short_name(self):
        return str(self)

    @property
    def is_teacher(self):
        return self.teacher_rows.exists()

    @property
    def is_adult(self):
        """Whether this person may do more than learn: teaches, or has the staff room. Six digits are no key for that."""
        return self.is_staff or self.is_superuser or self.is_teacher

    def sign_out_everywhere(self):
        """End every session of somebody without a password: sessions hang on its hash, and another random one is set.

        Somebody with a password (the demo's pupils) keeps it and their sessions; a new password ends those.
        """
        if not self.has_usable_password():
            self.set_unusable_password()
            self.save(update_fields=["password"])


class Student(User):
    """A User seen as a student; who is one follows from their enrolments."""

    class Meta:
        proxy = True
        verbose_name = _("student")
        verbose_name_plural = _("students")


class Teacher(models.Model):
    """A person teaches at a school."""

    user = models.ForeignKey(User, models.CASCADE, related_name="teacher_rows", verbose_name=_("person"))
    school = models.ForeignKey("assignments.School", models.CASCADE, related_name="teachers", verbose_name=_("school"))
    checklist_hidden_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("teacher")
        verbose_name_plural = _("teachers")
        constraints = [models.UniqueConstraint(fields=["user", "school"], name="teacher_once")]

    def __str__(self):
        return str(self.user)
