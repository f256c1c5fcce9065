from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import F
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from assignments.hand_in import HandInForm
from assignments.models import Assignment, CareNote, HelpText, Version
from assignments.models.policy import policy_for
from assignments.views.studio import own_picture, own_work, trail_context
from gallery.models import Picture
from gallery.shown import shown


@login_required
def hand_in(request, public_id):
    """Hand in the chosen picture with title, description and reason; again, until the due date."""
    work = own_work(request, public_id)
    if work.assignment.is_closed:
        return redirect("assignments:result" if work.is_handed_in else "assignments:studio", public_id=public_id)
    if "picture" in request.POST:
        work.choose(own_picture(request, work))
    context = trail_context(work)
    if context["chosen"] is None:
        return redirect("assignments:studio", public_id=public_id)
    is_looking = "look" in request.POST
    form = HandInForm(
        None if is_looking else request.POST or None,
        initial=request.POST if is_looking else _initial(work, context, request.GET),
        policy=policy_for(work.assignment),
    )
    care = _answered_with_care(work, form)
    if care:
        form = HandInForm(initial=request.POST, policy=policy_for(work.assignment))
    elif form.is_valid() and _take(work, form):
        return redirect("assignments:result", public_id=public_id)
    context |= {"form": form, "current": work.current, "rubric": work.assignment.rubric.outline(), "care": care}
    return render(request, "assignments/hand_in.html", context, status=422 if form.is_bound else 200)


def _answered_with_care(work, form):
    """Keep words of a child in need for its teachers, and return the help that it reads; None where there are none."""
    typed = {name: form.data.get(name, "") for name in form.fields} if form.is_bound else {}
    notes = [CareNote.objects.hear(work, name, words) for name, words in typed.items()]
    return HelpText.objects.help_for(work.assignment.classroom.school) if any(notes) else None


def _take(work, form):
    """Hand the work in; False where it cannot be, and then the form says why."""
    try:
        work.hand_in(picture=work.chosen, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    return True


def _initial(work, context, query):
    """Return what stood there when it was last handed in; ?start=prompt begins the description with the picture's words."""
    version = work.current
    initial = {"title": version.title, "alt_text": version.alt_text, "reason": version.reason} if version else {}
    if query.get("start") == "prompt":
        initial["alt_text"] = context["chosen"].picture.generation.prompt[:250]
    return initial


@login_required
@require_safe
def result(request, public_id):
    """Show the receipt, and the grade by criterion with its comment once it is released."""
    work = own_work(request, public_id)
    version = work.current
    if version is None:
        return redirect("assignments:studio", public_id=public_id)
    picture = shown(Picture.objects.select_related("generation", "engine").get(pk=version.picture_id))
    picture.alt = version.alt_text
    if picture.is_hidden:
        picture.thumb_url = ""
    grade = getattr(work, "grade", None)
    released = grade if grade and grade.released_at else None
    context = {"work": work, "assignment": work.assignment, "version": version, "picture": picture, "grade": released}
    if released:
        context["criteria"] = graded_criteria(work.assignment.rubric, released)
    return render(request, "assignments/result.html", context)


def graded_criteria(rubric, grade):
    """Return one row for each criterion: its title, points, the best possible, and the reached level in words."""
    points = {row.criterion_id: row.points for row in grade.criterion_grades.all()}
    rows = []
    for criterion in rubric.criteria.prefetch_related("levels"):
        reached = points.get(criterion.pk)
        level = next((level for level in criterion.levels.all() if level.points == reached), None)
        rows.append({"title": criterion.title, "points": reached, "best": criterion.points_possible, "level": level})
    return rows


@login_required
@require_safe
def class_gallery(request, public_id):
    """Show what the class handed in and a reviewer or teacher approved, in no order of grades."""
    assignment = get_object_or_404(
        Assignment.objects.visible_to(request.user).select_related("classroom").filter(shows_gallery=True), public_id=public_id
    )
    versions = (
        Version.objects.hanging()
        .filter(submission__assignment=assignment)
        .select_related("picture__generation", "picture__engine")
        .order_by(F("picture__approved_at").desc())
    )
    context = {"assignment": assignment, "works": [_hung(version) for version in versions]}
    return render(request, "assignments/class_gallery.html", context)


def _hung(version):
    """Return a work as it hangs in the class gallery: the picture, its title and the author's description."""
    picture = shown(version.picture)
    picture.alt = version.alt_text
    return {"picture": picture, "title": version.title}
