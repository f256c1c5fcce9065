from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

FIXED = _("Somebody was graded by this rubric, so it stays as it is. All students are judged by the same.")


class RubricQuerySet(models.QuerySet):
    def write(self, title, language, criteria):
        """Make a rubric from (title, description, [(points, title), ...]) triples, in their order."""
        with transaction.atomic():
            rubric = self.create(title=title, language=language)
            rubric.rewrite(criteria)
            return rubric


class Rubric(models.Model):
    """How an assignment is judged. Each assignment has a copy of its own."""

    title = models.CharField(_("title"), max_length=120)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = RubricQuerySet.as_manager()

    class Meta:
        verbose_name = _("rubric")
        verbose_name_plural = _("rubrics")

    def __str__(self):
        return self.title

    def rewrite(self, criteria):
        """Replace the criteria. ValidationError("fixed") once somebody was graded by them."""
        with transaction.atomic():
            Rubric.objects.select_for_update().get(pk=self.pk)  # grading takes the same lock
            if self.is_in_use:
                raise ValidationError(FIXED, code="fixed")
            self.criteria.all().delete()
            for position, (title, description, levels) in enumerate(criteria):
                criterion = self.criteria.create(title=title, description=description, position=position)
                Level.objects.bulk_create(
                    Level(criterion=criterion, points=points, title=level_title) for points, level_title in levels
                )

    def outline(self):
        """Return the criteria as the triples that ``write`` takes."""
        return [
            (criterion.title, criterion.description, [(level.points, level.title) for level in criterion.levels.all()])
            for criterion in self.criteria.prefetch_related("levels")
        ]

    @property
    def is_in_use(self):
        return self.criteria.filter(grades__isnull=False).exists()


class Criterion(models.Model):
    """One thing that is looked at."""

    rubric = models.ForeignKey(Rubric, models.CASCADE, related_name="criteria", verbose_name=_("rubric"))
    title = models.CharField(_("title"), max_length=120)
    description = models.CharField(_("description"), max_length=300, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        ordering = ["position", "pk"]

    def __str__(self):
        return self.title

    @property
    def points_possible(self):
        return max((level.points for level in self.levels.all()), default=0)


class Level(models.Model):
    """How well a criterion can be met, and what that is worth."""

    criterion = models.ForeignKey(Criterion, models.CASCADE, related_name="levels", verbose_name=_("criterion"))
    points = models.PositiveSmallIntegerField(_("points"))
    title = models.CharField(_("what it means"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("level")
        verbose_name_plural = _("levels")
        ordering = ["points"]
        constraints = [models.UniqueConstraint(fields=["criterion", "points"], name="level_points_once")]

    def __str__(self):
        return f"{self.points} {self.title}".strip()
