from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from assignments.forms import ClassroomForm, RosterForm
from assignments.line import glance
from assignments.models import Classroom, Enrollment, Teacher
from assignments.models.classroom import name_key
from assignments.tray import in_trays_of
from assignments.views.home import with_counts
from gallery.models import Event


@login_required
def classroom_create(request):
    """Make a class at the teacher's school; who makes it teaches it."""
    teacher = Teacher.objects.filter(user=request.user).select_related("school").first()
    if teacher is None:
        raise PermissionDenied
    form = ClassroomForm(request.POST or None)
    if form.is_valid():
        form.instance.school = teacher.school
        with transaction.atomic():
            classroom = form.save()
            classroom.teachers.add(teacher)
        return redirect("assignments:classroom-detail", pk=classroom.pk)
    return render(request, "assignments/classroom_form.html", {"form": form}, status=422 if form.is_bound else 200)


def own_classroom(request, pk):
    classroom = get_object_or_404(Classroom.objects.taught_by(request.user).select_related("school"), pk=pk)
    classroom.rule_times()
    return classroom


@login_required
def classroom_detail(request, pk):
    """Show the class: its code, its roster, and a box to paste names into."""
    classroom = own_classroom(request, pk)
    form = RosterForm(request.POST or None)
    if form.is_valid():
        _add_names(request, classroom, form.cleaned_data["names"])
        return redirect("assignments:classroom-detail", pk=pk)
    enrollments = classroom.enrollments.filter(removed_at=None, is_trial=False).select_related("student")
    context = {
        "classroom": classroom,
        "form": form,
        "pupils": [row for row in enrollments if row.approved_at],
        "waiting": [row for row in enrollments if not row.approved_at],
        "assignments": with_counts(classroom.assignments.all()),
        "in_tray": in_trays_of([classroom]).get(classroom.pk, 0),
        **glance(classroom),
    }
    return render(request, "assignments/classroom_detail.html", context, status=422 if form.is_bound else 200)


def _add_names(request, classroom, names):
    """Enrol the new names and put removed ones back; others stay as they are. The teacher reads how many of each there were."""
    known = {row.name_key: row for row in classroom.enrollments.all()}
    typed = {name_key(name): name for name in reversed(names)}  # the first spelling of a name typed twice counts
    added = 0
    with transaction.atomic():
        for key, name in reversed(typed.items()):
            row = known.get(key)
            if row is None:
                try:
                    Enrollment.objects.enrol(classroom, name)
                except ValidationError:  # a child of that name came to the door this very moment
                    continue
            elif row.removed_at:
                row.put_back(request.user)
            else:
                continue
            added += 1
    skipped = len(names) - added
    if added:
        messages.success(request, ngettext("%(count)d name added.", "%(count)d names added.", added) % {"count": added})
    if skipped:
        messages.info(
            request,
            ngettext("%(count)d name was on the list already.", "%(count)d names were on the list already.", skipped)
            % {"count": skipped},
        )


@login_required
@require_safe
def classroom_poster(request, pk):
    """Show the class code as a poster for the board or the printer."""
    classroom = own_classroom(request, pk)
    sign_in_url = request.build_absolute_uri(f"{reverse('login')}?code={classroom.join_code}")
    context = {"classroom": classroom, "address": request.get_host(), "sign_in_url": sign_in_url}
    return render(request, "assignments/classroom_poster.html", context)


@login_required
@require_POST
def classroom_door(request, pk):
    """Open or close the door, or change the code."""
    classroom = own_classroom(request, pk)
    if request.POST.get("action") == "code":
        classroom.change_code()
        messages.success(request, _("The class has a new code. The old one opens nothing any more."))
    else:
        classroom.is_open = request.POST.get("action") == "open"
        classroom.save(update_fields=["is_open"])
    Event.objects.record(
        "classroom.door", subject=f"classroom:{pk}", actor=request.user, reason=request.POST.get("action", "")[:20]
    )
    return redirect("assignments:classroom-detail", pk=pk)


@login_required
@require_POST
def enrollment_act(request, pk, action):
    """Unlock, reset the PIN of, let in, or remove one student of a class that the teacher teaches."""
    enrollment = get_object_or_404(
        Enrollment.objects.filter(classroom__in=Classroom.objects.taught_by(request.user), removed_at=None), pk=pk
    )
    said = {
        "unlock": _("%(name)s can sign in again."),
        "reset-pin": _("%(name)s chooses a new PIN at the next sign-in."),
        "let-in": _("%(name)s is in the class now."),
        "remove": _("%(name)s is no longer in the class. Their work stays with you."),
    }[action]
    act = {
        "unlock": enrollment.unlock,
        "reset-pin": enrollment.reset_pin,
        "let-in": enrollment.let_in,
        "remove": enrollment.remove,
    }
    act[action](request.user)
    messages.success(request, said % {"name": enrollment.alias})
    return redirect("assignments:classroom-detail", pk=enrollment.classroom_id)
