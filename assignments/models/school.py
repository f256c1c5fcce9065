import uuid
import zoneinfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _


def validate_time_zone(name):
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("There is no time zone “%(name)s”. An example is Europe/Moscow."), params={"name": name})


class SchoolQuerySet(models.QuerySet):
    def default(self):
        """Return the school that people without another belong to, made at first need."""
        school = self.order_by("pk").first()
        with translation.override(settings.LANGUAGE_CODE):  # a start has no reader whose language it could speak
            return school or self.create(name=str(settings.SCHOOL_NAME))

    def of(self, user):
        """Return the school that ``user`` teaches or learns at; None where there is none."""
        teaching = Q(teachers__user=user)
        return self.filter(teaching | Q(classrooms__enrollments__student=user)).order_by("pk").first()

    def seen_by(self, user):
        """Return the school whose time ``user`` reads: their own; for staff without one the site's first."""
        return self.of(user) or (self.order_by("pk").first() if user.is_staff else None)


class School(models.Model):
    """Owns classes, time zone and defaults. Most sites have one; a city has many."""

    name = models.CharField(_("name"), max_length=120)
    country = models.CharField(_("country"), max_length=2, blank=True, help_text=_("Two letters, for example RU."))
    time_zone = models.CharField(_("time zone"), max_length=60, default="Europe/Moscow", validators=[validate_time_zone])
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="ru")
    holds_unsure = models.BooleanField(
        _("ask the teacher where the learned layer is not sure"),
        default=True,
        help_text=_("Off: a prompt that only looks doubtful as a whole is drawn."),
    )
    holds_without_layer = models.BooleanField(
        _("ask the teacher about every prompt where the learned layer is missing"),
        default=False,
        help_text=_("It has no package for some machines. Off: there the lists of words decide alone."),
    )
    words_stamp = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = _("school")
        verbose_name_plural = _("schools")

    def __str__(self):
        return self.name

    def renew_words(self):
        """Take a new stamp, in the transaction that changes this school's rules: what processes keep of them is old now."""
        self.words_stamp = uuid.uuid4()
        self.save(update_fields=["words_stamp"])

    @property
    def zone(self):
        return zoneinfo.ZoneInfo(self.time_zone)
