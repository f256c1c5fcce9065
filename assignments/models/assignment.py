import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gallery.models import Engine, MetaPrompt
from gallery.models.meta_prompt import DEFAULT_KEY

from .classroom import Classroom, Enrollment
from .rubric import Rubric

POINTS_FIXED = _("Somebody was graded already, so the points stay as they are.")


class AssignmentQuerySet(models.QuerySet):
    def published(self):
        return self.exclude(published_at=None)

    def taught_by(self, user):
        return self.filter(classroom__in=Classroom.objects.taught_by(user))

    def open_to(self, user):
        """Return the published assignments of the classes that ``user`` learns in."""
        return self.published().filter(
            classroom__in=Enrollment.objects.active().filter(student=user).values("classroom"), classroom__archived_at=None
        )

    def visible_to(self, user):
        return self.filter(Q(pk__in=self.taught_by(user).values("pk")) | Q(pk__in=self.open_to(user).values("pk")))

    def draft(self, starter, classroom, author):
        """Write ``starter`` as an unpublished assignment with a rubric and a meta prompt of its own."""
        with transaction.atomic():
            assignment = self.create(
                classroom=classroom,
                title=starter.title,
                brief=starter.brief,
                language=starter.language,
                points_possible=starter.points_possible,
                max_tries=starter.max_tries,
                rubric=Rubric.objects.write(starter.rubric, starter.language, starter.outline()),
                created_by=author,
            )
            for language in ("ru", "en"):
                text = MetaPrompt.objects.current(DEFAULT_KEY, language).text
                MetaPrompt.objects.write(assignment.meta_prompt_key, language, text, author)
            return assignment


class Assignment(models.Model):
    """What a teacher sets: the brief, the date, the rules for drawing and the rubric."""

    class Shape(models.TextChoices):
        WIDE = "wide", _("Wide, 16:9")
        SQUARE = "square", _("Square")
        TALL = "tall", _("Tall, 9:16")

    PICTURE_COUNTS = (1, 2, 4)

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    classroom = models.ForeignKey(Classroom, models.CASCADE, related_name="assignments", verbose_name=_("class"))
    title = models.CharField(_("title"), max_length=120)
    brief = models.TextField(_("brief"), max_length=2000)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    accepts_late = models.BooleanField(_("late work is accepted"), default=False)
    points_possible = models.PositiveSmallIntegerField(
        _("points possible"), default=20, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    max_tries = models.PositiveSmallIntegerField(
        _("tries per student"), default=8, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    max_pictures = models.PositiveSmallIntegerField(
        _("pictures per try"), default=4, choices=[(count, str(count)) for count in PICTURE_COUNTS]
    )
    shape = models.CharField(_("shape"), max_length=10, choices=Shape.choices, default=Shape.WIDE)
    is_shape_free = models.BooleanField(_("students may choose another shape"), default=False)
    allows_final = models.BooleanField(
        _("one final picture in high quality"),
        default=False,
        help_text=_("Tries are drawn in low quality; the chosen picture may be drawn once more in high quality."),
    )
    shows_gallery = models.BooleanField(_("classmates see approved pictures"), default=True)
    engine = models.ForeignKey(
        Engine, models.SET_NULL, null=True, blank=True, related_name="assignments", verbose_name=_("engine")
    )
    rubric = models.OneToOneField(Rubric, models.PROTECT, related_name="assignment", verbose_name=_("rubric"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(points_possible__gt=0), name="assignment_points_positive"),
            models.CheckConstraint(condition=Q(max_tries__gt=0), name="assignment_tries_positive"),
            models.CheckConstraint(condition=Q(max_pictures__in=[1, 2, 4]), name="assignment_picture_counts"),
        ]

    def __str__(self):
        return self.title

    def clean(self):
        if self.are_points_fixed and self.points_possible != Assignment.objects.get(pk=self.pk).points_possible:
            raise ValidationError({"points_possible": POINTS_FIXED}, code="fixed")

    @property
    def are_points_fixed(self):
        """Whether somebody was graded, so that the points possible and the rubric stay as they are."""
        return self.pk is not None and self.rubric.is_in_use

    @property
    def meta_prompt_key(self):
        """The key of the assignment's own copy of the meta prompt."""
        return f"assignment-{self.public_id}"

    def meta_prompt(self, language):
        return MetaPrompt.objects.current(self.meta_prompt_key, language)

    @property
    def is_past_due(self):
        return self.due_at is not None and self.due_at < timezone.now()

    @property
    def is_closed(self):
        """Whether nothing can be made or handed in any more."""
        return self.is_past_due and not self.accepts_late

    @property
    def picture_counts(self):
        return [count for count in self.PICTURE_COUNTS if count <= self.max_pictures]

    @property
    def drawing_engine(self):
        """The engine that draws for this assignment now, None where no engine may draw."""
        chosen = self.engine if self.engine and self.engine.is_enabled else None
        return chosen or Engine.objects.default()

    @property
    def makes_finals(self):
        """Whether the teacher allows final pictures and the engine can make them."""
        engine = self.drawing_engine if self.allows_final else None
        return bool(engine and engine.final_quality)

    def require_open(self):
        if self.is_closed:
            raise ValidationError(_("The time for this assignment is over. You can still look at your work."), code="closed")
