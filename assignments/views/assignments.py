from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from assignments.exports import grades_csv
from assignments.forms import AssignmentForm
from assignments.limits import LimitsForm, estimate_in_editor, estimate_of, used_of, worst_price
from assignments.line import glance
from assignments.middleware import TRIAL
from assignments.models import Allowance, Assignment, Grade, Submission
from assignments.rubric_forms import RubricFormSet, rubric_initial
from assignments.shown import shown_work
from assignments.starters import STARTERS, starter
from assignments.views.classrooms import own_classroom
from assignments.views.studio import uuid_or_404
from gallery.models import Event, Generation, Picture


def own_assignment(teacher, public_id):
    """Return an assignment of a class that ``teacher`` teaches; for others, the try-out pupil too, it does not exist."""
    return get_object_or_404(
        Assignment.objects.taught_by(teacher).select_related("classroom", "rubric", "engine"), public_id=public_id
    )


@login_required
def assignment_create(request, classroom_pk):
    """Make a draft from one of the starters and open it in the editor."""
    classroom = own_classroom(request, classroom_pk)
    language = _language(request.POST.get("language") or request.GET.get("language"))
    if request.method != "POST":
        starters = [item for item in STARTERS if item.language == language]
        context = {"classroom": classroom, "starters": starters, "language": language, "languages": settings.LANGUAGES}
        return render(request, "assignments/assignment_create.html", context)
    chosen = starter(request.POST.get("starter", ""), language)
    assignment = Assignment.objects.draft(chosen, classroom, request.user)
    return redirect("assignments:assignment-edit", public_id=assignment.public_id)


def _language(wanted):
    """Return the language that was asked for, or the page's own where the site does not have it."""
    return wanted if wanted in dict(settings.LANGUAGES) else get_language()


@login_required
def assignment_edit(request, public_id):
    """Edit the assignment, its meta prompt, and its rubric while nobody was graded by it."""
    assignment = own_assignment(request.user, public_id)
    is_rubric_fixed = assignment.rubric.is_in_use
    form = AssignmentForm(request.POST or None, instance=assignment)
    rubric = None
    if not is_rubric_fixed:
        rubric = RubricFormSet(request.POST or None, initial=rubric_initial(assignment.rubric), prefix="rubric")
    limits = LimitsForm.in_editor(request.POST or None, assignment)
    is_valid = form.is_valid() and limits.is_acceptable and (rubric is None or rubric.is_valid())
    if request.method == "POST" and is_valid:
        try:
            save_assignment(request, form, rubric, limits)
        except ValidationError as error:  # somebody was graded by the rubric in this very moment
            form.add_error(None, error)
            assignment.refresh_from_db(fields=["published_at"])
            rubric = None
        else:
            said = _("Published. Students see it now.") if "publish" in request.POST else _("Saved.")
            messages.success(request, said)
            return redirect("assignments:assignment-detail", public_id=public_id)
    context = {
        "form": form,
        "rubric": rubric,
        "limits": limits,
        "used": used_at(assignment),
        "counts_money": Allowance.objects.counting_at(assignment).count_money(),
        "assignment": assignment,
        "outline": assignment.rubric.outline(),
        "frames": [(form[f"frame_{language}"], assignment.meta_prompt(language).version) for language in ("ru", "en")],
    } | estimate_in_editor(form, limits)
    return render(request, "assignments/assignment_form.html", context, status=422 if request.method == "POST" else 200)


def save_assignment(request, form, rubric, limits):
    """Write the assignment, its meta prompt, rubric and limits, all or nothing. ValidationError("fixed") from the rubric."""
    assignment = form.instance
    with transaction.atomic():
        if "publish" in request.POST and assignment.published_at is None:
            assignment.published_at = timezone.now()
        form.save()
        form.write_meta_prompt(request.user)
        if rubric is not None and rubric.has_changed():
            assignment.rubric.rewrite(rubric.outline())
        if limits.is_bound:
            limits.save()
        Event.objects.record("assignment.saved", subject=f"assignment:{assignment.pk}", actor=request.user)


def used_at(assignment, *, with_class=False):
    """Return what is used of the assignment's own limits, and ``with_class`` of those of its class that count today too."""
    allowances = Allowance.objects.counting_at(assignment).select_related("classroom__school")
    if not with_class:
        allowances = allowances.exclude(assignment=None)
    engine = assignment.drawing_engine
    return used_of(allowances, price=(engine and worst_price(assignment, engine, engine.quality)) or 1)


@login_required
@require_safe
def assignment_detail(request, public_id):
    """List the class's hand-ins with what is missing, and the way to grade them."""
    assignment = own_assignment(request.user, public_id)
    rows = gradebook(assignment, with_trial=True)
    grades = [row["grade"] for row in rows if row["grade"]]
    unreleased = [grade for grade in grades if grade.released_at is None]
    waiting = [row["work"] for row in rows if row["work"] and row["work"].is_ready_to_grade]
    context = {
        "assignment": assignment,
        "rows": rows,
        "in_review": [row for row in rows if row["in_review"]],
        "handed_in": sum(1 for row in rows if row["work"] and row["work"].is_handed_in),
        "graded": len(grades),
        "unreleased": sum(1 for grade in unreleased if grade.is_complete),
        "incomplete": sum(1 for grade in unreleased if not grade.is_complete),
        "ungraded": len(waiting),
        "next": waiting[0] if waiting else None,
        "estimate": None
        if assignment.published_at
        else estimate_of(assignment, list(Allowance.objects.counting_at(assignment))),
        **glance(assignment.classroom),
        "at_limit": [line for line in used_at(assignment, with_class=True) if line.is_at_limit],
    }
    return render(request, "assignments/assignment_detail.html", context)


def gradebook(assignment, *, with_trial=False):
    """Return one row for each student of the class, in the roster's order: enrolment, work, grade, picture, what is missing.

    The number of queries does not grow with the class.
    """
    counted = Generation.objects.tries().filter(trail=OuterRef("trail"))
    tries = counted.order_by().values("trail").annotate(n=Count("pk", distinct=True)).values("n")
    made, held = (
        found.filter(generation__trail=OuterRef("trail"))
        .order_by()
        .values("generation__trail")
        .annotate(n=Count("pk"))
        .values("n")
        for found in (Picture.objects.shown_to_owner(), Picture.objects.in_review())
    )
    works = {
        work.student_id: work
        for work in Submission.objects.filter(assignment=assignment)
        .annotate(tries=Subquery(tries), made=Subquery(made), in_review=Subquery(held))
        .with_pictures()
        .select_related("grade")
        .prefetch_related("grade__criterion_grades")
    }
    prefetch_related_objects([assignment], "rubric__criteria")
    enrollments = assignment.classroom.enrollments.active().select_related("student")
    rows = []
    for enrollment in enrollments:
        work = works.get(enrollment.student_id)
        if enrollment.is_trial and not (with_trial and work):
            continue
        if work:
            work.assignment = assignment
        grade = getattr(work, "grade", None) if work else None
        rows.append(
            {
                "enrollment": enrollment,
                "work": work,
                "grade": grade,
                "picture": shown_work(work, for_teacher=True),
                "tries": (work.tries or 0) if work else 0,
                "made": (work.made or 0) if work else 0,
                "in_review": (work.in_review or 0) if work else 0,
                "missing": work.missing if work else [_("not begun")],
            }
        )
    return rows


@login_required
@require_POST
def grades_release(request, public_id):
    """Show all complete grades of the assignment to the students at once, and say how many are kept back."""
    assignment = own_assignment(request.user, public_id)
    count = Grade.objects.release(assignment, request.user)
    if count:
        messages.success(request, ngettext("%(count)d grade released.", "%(count)d grades released.", count) % {"count": count})
    else:
        messages.info(request, _("There are no new grades to release."))
    if left := Grade.objects.filter(submission__assignment=assignment).unreleased().count():
        said = ngettext(
            "%(count)d grade was not released: a criterion is still open.",
            "%(count)d grades were not released: a criterion is still open.",
            left,
        )
        messages.warning(request, said % {"count": left})
    return redirect("assignments:assignment-detail", public_id=public_id)


@login_required
@require_safe
def grades_export(request, public_id):
    """Give the class's grades as CSV."""
    assignment = own_assignment(request.user, public_id)
    rows = [(row["enrollment"], row["work"], row["grade"]) for row in gradebook(assignment)]
    response = HttpResponse(grades_csv(assignment, rows), content_type="text/csv; charset=utf-8")
    name = slugify(f"{assignment.classroom.name} {assignment.title}", allow_unicode=True)[:80] or "grades"
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{_quoted(name)}.csv"
    Event.objects.record("grades.exported", subject=f"assignment:{assignment.pk}", actor=request.user)
    return response


def _quoted(name):
    return "".join(letter if letter.isascii() else "".join(f"%{byte:02X}" for byte in letter.encode()) for letter in name)


@login_required
@require_POST
def trial_begin(request, public_id):
    """Let the teacher see the assignment as the class's try-out pupil."""
    assignment = own_assignment(request.teacher or request.user, public_id)  # it may be begun anew from within
    if assignment.published_at is None:  # a draft is no pupil's yet, the try-out pupil's neither
        return redirect("assignments:assignment-detail", public_id=public_id)
    request.session[TRIAL] = assignment.classroom.trial_enrollment().pk
    return redirect("assignments:studio", public_id=public_id)


@login_required
@require_POST
def trial_end(request):
    """Go back to being the teacher; straight to grading where that was asked for."""
    request.session.pop(TRIAL, None)
    work = request.POST.get("work")
    if work and request.teacher:
        submission = get_object_or_404(Submission.objects.taught_by(request.teacher), public_id=uuid_or_404(work))
        return redirect("assignments:grading", public_id=submission.public_id)
    return redirect("home")
