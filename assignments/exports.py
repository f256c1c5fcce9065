"""Grades as files that other programs read."""

import csv
import io
import re

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

#: What could run as a formula in a spreadsheet, at the beginning of a cell or after whatever a spreadsheet may split it at:
#: which sign that is depends on the reader's system, and is not asked of the file.
FORMULA = re.compile(r"(^|[;,\t\r\n])( *[=+\-@])")
#: A cell that begins with one of these is read without it.
SKIPPED = ("\t", "\r")


def harmless(text):
    """Return ``text`` so that no spreadsheet runs it, whole or split."""
    text = FORMULA.sub(r"\1'\2", str(text))
    return f"'{text}" if text.startswith(SKIPPED) else text


def grades_csv(assignment, rows):
    """Return the gradebook of ``assignment`` as UTF-8 bytes with a mark that tells Excel so.

    ``rows`` are (enrolment, submission or None, grade or None). Columns and numbers are written as the reader's Excel takes
    them: semicolons and decimal commas in Russian, else commas and points. Texts that could run are made harmless.
    """
    criteria = list(assignment.rubric.criteria.all())
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";" if get_language() == "ru" else ",", quoting=csv.QUOTE_ALL)
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
        number_format(grade.points, 1) if grade else "",
        assignment.points_possible,
        (_("yes") if grade.released_at else _("no")) if grade else "",
        harmless(grade.feedback) if grade else "",
    ]


def _moment(when):
    return date_format(timezone.localtime(when), "Y-m-d H:i")
