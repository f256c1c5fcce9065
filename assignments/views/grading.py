import difflib
import re

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assignments.comments import COMMENTS
from assignments.forms import GradeForm
from assignments.models import Enrollment, Grade, Submission
from assignments.models.grade import scaled
from assignments.views.studio import uuid_or_404
from gallery.models import Picture, Review, Trail
from gallery.prompts import grew_from
from gallery.shown import GATES, drawn_numbers, name_sources, shown

#: A word, a space between words, or a sign: a comma that is put after a word does not change the word.
TOKENS = re.compile(r"\s+|\w+|[^\w\s]")


def own_submission(request, public_id):
    return get_object_or_404(
        Submission.objects.taught_by(request.user)
        .select_related("assignment__classroom", "assignment__rubric", "student", "trail", "grade", "chosen")
        .prefetch_related("versions"),
        public_id=public_id,
    )


@login_required
def grading(request, public_id):
    """Grade one work: the picture, the path to it, and the rubric; save and go on to the next."""
    work = own_submission(request, public_id)
    criteria = list(work.assignment.rubric.criteria.prefetch_related("levels"))
    grade = getattr(work, "grade", None)
    form = GradeForm(request.POST or None, criteria=criteria, grade=grade)
    order = _order(work.assignment)
    if form.is_valid():
        try:
            Grade.objects.record(
                work,
                points=form.points(),
                feedback=form.cleaned_data["feedback"],
                grader=request.user,
                seen_version=form.cleaned_data["seen_version"],
            )
        except ValidationError as error:
            form.add_error(None, error)
            grade = Grade.objects.filter(submission=work).select_related("graded_by").first()
            form.data = form.data.copy()
            form.data["seen_version"] = grade.version if grade else 0  # a second press overwrites, knowingly
        else:
            return _go_on(request, work, order)
    return render(request, "assignments/grading.html", _context(work, form, grade, order), status=422 if form.is_bound else 200)


def _order(assignment):
    """Return the works of the assignment that were handed in, in the roster's order, with name and whether they wait."""
    pupils = {row.student_id: row for row in Enrollment.objects.filter(classroom=assignment.classroom)}
    works = Submission.objects.handed_in().filter(assignment=assignment).select_related("grade")
    rows = [
        {
            "public_id": row.public_id,
            "name": pupils[row.student_id].alias,
            "is_trial": pupils[row.student_id].is_trial,
            "waits": row.is_ready_to_grade,
        }
        for row in works
        if row.student_id in pupils
    ]
    return sorted(rows, key=lambda row: (row["is_trial"], row["name"].casefold()))


def _go_on(request, work, order):
    """Open the next work that waits, after this one in the roster and then from its beginning; the list when none does."""
    here = next((i for i, row in enumerate(order) if row["public_id"] == work.public_id), -1)
    for row in order[here + 1 :] + order[: here + 1]:
        if row["waits"] and row["public_id"] != work.public_id:
            messages.success(request, _("Saved."))
            return redirect("assignments:grading", public_id=row["public_id"])
    address = reverse("assignments:assignment-detail", args=[work.assignment.public_id])
    said = _("Saved.")
    if Grade.objects.filter(submission__assignment=work.assignment, released_at=None).exists():
        said = format_html('{} <a href="{}#release">{}</a>', _("All graded."), address, _("Release the grades?"))
    messages.success(request, said)
    return redirect(address)


def _context(work, form, grade, order):
    here = next((i for i, row in enumerate(order) if row["public_id"] == work.public_id), None)
    version = work.current
    tries = trail_steps(work)
    pictures = [picture for row in tries for picture in row["pictures"] if picture.picture.is_ready]
    pictures.sort(key=lambda picture: not picture.is_held)
    by_pk = {picture.picture.pk: picture for picture in pictures}
    chosen = by_pk.get(version.picture_id) if version else None
    if chosen:
        chosen.alt, chosen.is_chosen = version.alt_text, True
        pictures.sort(key=lambda picture: (not picture.is_held, picture is not chosen))
    for row in tries:
        row["lead"] = chosen if chosen in row["pictures"] else next(iter(row["pictures"]), None)
    criteria = [_criterion(criterion, form, grade) for criterion in form.criteria]
    chosen_points = {row["criterion"].pk: row["points"] for row in criteria if row["points"] is not None}
    return {
        "work": work,
        "assignment": work.assignment,
        "here": order[here] if here is not None else None,
        "number": here + 1 if here is not None else None,
        "name": order[here]["name"] if here is not None else str(work.student),
        "version": version,
        "form": form,
        "criteria": criteria,
        "grade": grade,
        "is_conflict": form.has_error(NON_FIELD_ERRORS, "conflict") and not form.is_outdated,
        "total": scaled(chosen_points, form.criteria, work.assignment.points_possible),
        "rubric_best": sum(criterion.points_possible for criterion in form.criteria),
        "tries": tries,
        "drawn": sum(1 for row in tries if row["number"]),
        "pictures": pictures,
        "held": [picture for picture in pictures if picture.is_held],
        "chosen": chosen,
        "earlier": [(row, by_pk.get(row.picture_id)) for row in work.versions.all() if row != version],
        "minutes": _minutes(tries, version),
        "comments": COMMENTS[work.assignment.language],
        "reasons": Review.Reason.choices,
        "order": order,
        "graded": sum(1 for row in order if not row["waits"]),
        "previous": order[here - 1] if here else None,
        "next": order[here + 1] if here is not None and here + 1 < len(order) else None,
    }


def _criterion(criterion, form, grade):
    """Return a criterion with its levels as radio buttons, the points chosen now, and those that are saved."""
    field = form[f"criterion_{criterion.pk}"]
    given = {row.criterion_id: row.points for row in grade.criterion_grades.all()} if grade else {}
    now = str(field.value() or "")
    levels = [(level, str(level.points) == now) for level in criterion.levels.all()]
    points = next((level.points for level, is_chosen in levels if is_chosen), None)
    return {"criterion": criterion, "field": field, "levels": levels, "points": points, "saved": given.get(criterion.pk)}


def _minutes(tries, version):
    """Return the whole minutes from the first try to the hand-in, or to the last try where nothing was handed in."""
    if not tries:
        return 0
    last = version.created_at if version else tries[-1]["generation"].created_at
    return round((last - tries[0]["generation"].created_at).total_seconds() / 60)


def trail_steps(work):
    """Return the trail as the teacher reads it: each try with its pictures, its refusal, and what changed in the words."""
    trail = Trail.objects.with_tries().get(pk=work.trail_id)
    numbers = drawn_numbers(trail.generations.all())
    rows, before = [], None
    for generation in trail.generations.all():
        origin = generation.parent.prompt if generation.parent else before
        if origin and not grew_from(origin, generation.prompt):
            origin = None  # other words altogether: crossing out all the old ones says nothing
        rows.append(
            {
                "generation": generation,
                "number": numbers.get(generation.pk),
                "is_final": generation.is_final,
                "pictures": [shown(picture, for_teacher=True) for picture in generation.pictures.all()],
                "refusal": GATES.get(generation.gate, "") if generation.is_refused else "",
                "needs_care": generation.gate == "care",
                "words": changed_words(origin, generation.prompt),
            }
        )
        before = generation.prompt if not generation.is_refused else before
    name_sources([picture for row in rows for picture in row["pictures"]], numbers)
    return rows


def changed_words(before, after):
    """Return ``after`` as (kind, text) runs, kind being "same", "added" or "removed" against ``before``.

    Joined without the removed runs they are ``after`` itself; its spaces stand outside the added runs.
    """
    if not before:
        return [("same", after)]
    old, new = TOKENS.findall(before), TOKENS.findall(after)
    runs = []
    for kind, a, b, c, d in difflib.SequenceMatcher(str.isspace, old, new, autojunk=False).get_opcodes():
        gone, come = "".join(old[a:b]).strip(), "".join(new[c:d])
        if kind in ("delete", "replace") and gone:
            runs.append(("removed", gone))
        if kind in ("insert", "replace"):
            lead, tail = come[: len(come) - len(come.lstrip())], come[len(come.rstrip()) :]
            runs += [("same", lead), ("added", come.strip()), ("same", tail)] if come.strip() else [("same", come)]
        if kind == "equal":
            runs.append(("same", "".join(new[c:d])))
    return [(kind, text) for kind, text in runs if text]


@login_required
@require_POST
def decide(request, public_id):
    """Let the author see a picture that a gate held, or hide it with a reason and give the try back."""
    work = own_submission(request, public_id)
    pictures = Picture.objects.in_review().filter(generation__trail=work.trail).select_related("generation__trail")
    picture = pictures.filter(public_id=uuid_or_404(request.POST.get("picture", ""))).first()
    if picture is None:
        messages.info(request, _("Somebody has decided on this picture already."))
    elif request.POST.get("action") == "hide":
        reason = request.POST.get("reason")
        picture.hide(request.user, reason=reason if reason in Review.Reason.values else Review.Reason.OTHER)
        messages.success(request, _("The picture is hidden, and the student got the try back."))
    else:
        picture.approve(request.user)
        messages.success(request, _("The student sees the picture now."))
    return redirect("assignments:grading", public_id=public_id)


@login_required
@require_POST
def show_to_class(request, public_id):
    """Approve the handed-in picture for the class gallery, or take it away again with a reason."""
    work = own_submission(request, public_id)
    version = work.current
    if version is None:
        return redirect("assignments:grading", public_id=public_id)
    if request.POST.get("version", str(version.number)) != str(version.number):
        messages.warning(request, _("The work was handed in anew in the meantime. Look at it once more."))
        return redirect("assignments:grading", public_id=public_id)
    if request.POST.get("action") == "hide":
        reason = request.POST.get("reason")
        version.picture.hide(request.user, reason=reason if reason in Review.Reason.values else Review.Reason.OTHER)
        messages.success(request, _("The picture is hidden from students."))
    else:
        version.picture.approve(request.user)
        messages.success(request, _("The picture hangs in the class gallery now."))
    return redirect("assignments:grading", public_id=public_id)
