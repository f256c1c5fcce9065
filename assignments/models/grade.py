from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from gallery.models import Event

from .rubric import Criterion, Rubric
from .submission import Submission

RUBRIC_CHANGED = _("The rubric was changed in the meantime. Choose the levels anew; your comment is kept.")


class GradeQuerySet(models.QuerySet):
    def complete(self):
        """Return grades in which every criterion has points."""
        given = CriterionGrade.objects.filter(grade=OuterRef(OuterRef("pk")), criterion=OuterRef("pk"))
        open_criteria = Criterion.objects.filter(~Exists(given), rubric=OuterRef("submission__assignment__rubric"))
        return self.filter(~Exists(open_criteria))

    def unreleased(self):
        return self.filter(released_at=None)

    def record(self, submission, *, points, feedback, grader, seen_version=None):
        """Write or change a grade. ``points`` maps criterion pk to points; what was there before is kept as a GradeChange.

        ``seen_version`` is the ``version`` the grader was looking at: ValidationError("conflict") where a colleague has
        saved since then, so that nobody's work is overwritten unseen, and where the rubric has no such criterion any more.
        """
        with transaction.atomic():
            rubric = Rubric.objects.select_for_update().get(pk=submission.assignment.rubric_id)
            criteria = list(rubric.criteria.prefetch_related("levels"))
            levels = {criterion.pk: {level.points for level in criterion.levels.all()} for criterion in criteria}
            if not points.keys() <= levels.keys():
                raise ValidationError(RUBRIC_CHANGED, code="conflict")
            if any(value not in levels[pk] for pk, value in points.items()):
                raise ValidationError(_("Choose one of the levels."), code="level")
            Submission.objects.select_for_update().get(pk=submission.pk)
            grade = self.filter(submission=submission).first() or Grade(submission=submission)
            if seen_version is not None and seen_version != grade.version:
                raise ValidationError(_("Somebody else graded this work in the meantime."), code="conflict")
            before = grade.snapshot() if grade.pk else None
            grade.feedback, grade.graded_by, grade.graded_at = feedback, grader, Now()
            grade.points = scaled(points, criteria, submission.assignment.points_possible)
            grade.version += 1
            grade.save()
            grade.criterion_grades.exclude(criterion__in=points).delete()
            for criterion_pk, value in points.items():
                grade.criterion_grades.update_or_create(criterion_id=criterion_pk, defaults={"points": value})
            grade.refresh_from_db()
            after = grade.snapshot()
            if before != after:
                GradeChange.objects.create(grade=grade, changed_by=grader, before=before, after=after)
            return grade

    def release(self, assignment, actor):
        """Show every complete grade of ``assignment`` to its student at once; return how many were new."""
        with transaction.atomic():
            rows = self.filter(submission__assignment=assignment).unreleased().complete()
            trails = list(rows.values_list("submission__trail", flat=True))
            released = rows.update(released_at=Now())
            if released:
                Event.objects.record(
                    "grades.released", subject=f"assignment:{assignment.pk}", actor=actor, grades=released, trails=trails
                )
            return released


def scaled(points, criteria, points_possible):
    """Return the sum of ``points`` as a share of ``points_possible``, to one decimal; the rubric's best is the full share."""
    best = sum(criterion.points_possible for criterion in criteria)
    if not best:
        return Decimal(0)
    share = Decimal(sum(points.values())) * points_possible / best
    return share.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


class Grade(models.Model):
    """Points per criterion, their sum, and feedback; the student sees it once ``released_at`` is set."""

    submission = models.OneToOneField(Submission, models.CASCADE, related_name="grade", verbose_name=_("submission"))
    points = models.DecimalField(_("points"), max_digits=6, decimal_places=1)
    feedback = models.TextField(_("feedback"), max_length=2000, blank=True)
    graded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("graded by")
    )
    graded_at = models.DateTimeField(_("graded"))
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    version = models.PositiveIntegerField(default=0, editable=False)

    objects = GradeQuerySet.as_manager()

    class Meta:
        verbose_name = _("grade")
        verbose_name_plural = _("grades")

    def __str__(self):
        return str(self.points)

    def snapshot(self):
        """Return points and feedback as they stand, for the record of changes."""
        return {
            "points": str(self.points),
            "feedback": self.feedback,
            "criteria": {str(row.criterion_id): row.points for row in self.criterion_grades.order_by("criterion_id")},
            "released": self.released_at is not None,
        }

    @property
    def is_complete(self):
        """Whether every criterion has points."""
        return len(self.criterion_grades.all()) == len(self.submission.assignment.rubric.criteria.all())


class CriterionGrade(models.Model):
    """The points for one criterion."""

    grade = models.ForeignKey(Grade, models.CASCADE, related_name="criterion_grades", verbose_name=_("grade"))
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="grades", verbose_name=_("criterion"))
    points = models.PositiveSmallIntegerField(_("points"))

    class Meta:
        verbose_name = _("points for a criterion")
        verbose_name_plural = _("points for criteria")
        constraints = [models.UniqueConstraint(fields=["grade", "criterion"], name="criterion_graded_once")]

    def __str__(self):
        return str(self.points)


class GradeChangeQuerySet(models.QuerySet):
    def update(self, **kwargs):
        raise TypeError("A record of a change never changes.")


class GradeChange(models.Model):
    """Who changed a grade, when, from what to what. Never changed itself."""

    grade = models.ForeignKey(Grade, models.CASCADE, related_name="changes", verbose_name=_("grade"))
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("changed by")
    )
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"))
    created_at = models.DateTimeField(_("when"), auto_now_add=True)

    objects = GradeChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("grade change")
        verbose_name_plural = _("grade changes")
        ordering = ["pk"]

    def __str__(self):
        return f"{self.grade_id} {self.created_at:%Y-%m-%d %H:%M}"

    def save(self, *args, **kwargs):
        if self.pk:
            raise TypeError("A record of a change never changes.")
        super().save(*args, **kwargs)
