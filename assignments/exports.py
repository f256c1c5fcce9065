"""Grades as files that other programs read."""

import csv
import io

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

#: A cell that begins with one of these could run as a formula in a spreadsheet.
RISKY = ("=", "+", "-", "@", "\t", "\r")


def harmless(text):
    """Return ``text`` so that no spreadsheet runs it."""
    text = str(text)
    return f"'{text}" if text.startswith(RISKY) else text


def grades_csv(assignment, rows):
    """Return the gradebook of ``assignment`` as UTF-8 bytes with a mark that tells Excel so.

    ``rows`` are (enrolment, submission or None, grade or None); numbers have a point, columns a comma, and texts that a
    spreadsheet could run are made harmless.
    """
    criteria = list(assignment.rubric.criteria.all())
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(
        [_("Name"), _("Handed in"), _("Late"), _("Title")]
        + [harmless(criterion.title) for criterion in criteria]
        + [_("Points"), _("Out of"), _("Released"), _("Comment")]
    )
    for enrollment, submission, grade in rows:
        writer.writerow(_row(assignment, criteria, enrollment, submission, grade))
    return file.getvalue().encode("utf-8-sig")


def _row(assignment, criteria, enrollment, submission, grade):
    version = submission.current if submission else None
    points = {row.criterion_id: row.points for row in grade.criterion_grades.all()} if grade else {}
    return [
        harmless(enrollment.alias),
        _moment(submission.submitted_at) if submission and submission.submitted_at else "",
        (_("yes") if version.is_late else _("no")) if version else "",
        harmless(version.title) if version else "",
        *(points.get(criterion.pk, "") for criterion in criteria),
        grade.points if grade else "",
        assignment.points_possible,
        (_("yes") if grade.released_at else _("no")) if grade else "",
        harmless(grade.feedback) if grade else "",
    ]


def _moment(when):
    return date_format(timezone.localtime(when), "Y-m-d H:i")
