from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from assignments.forms import AssignmentForm
from assignments.limits import LimitsForm, estimate_in_editor, used_of, worst_price
from assignments.models import Allowance, Assignment
from assignments.views.assignments import own_assignment
from assignments.views.classrooms import own_classroom
from gallery.models import Engine, Event


@login_required
def classroom_limits(request, pk):
    """Set what the class and each student may draw a day, and show what is used up today."""
    classroom = own_classroom(request, pk)
    form = LimitsForm(request.POST if request.method == "POST" else None, classroom=classroom)
    if form.is_valid():
        form.save()
        Event.objects.record("allowance.saved", subject=f"classroom:{pk}", actor=request.user)
        messages.success(request, _("Saved. The limits count from now on."))
        return redirect("assignments:classroom-limits", pk=pk)
    engine = Engine.objects.default()
    price = worst_price(Assignment(), engine, engine.quality) if engine else None
    allowances = Allowance.objects.filter(classroom=classroom, assignment=None).select_related("classroom__school")
    context = {
        "classroom": classroom,
        "form": form,
        "used": used_of(allowances, price=price or 1),
        "engine": engine,
        "is_priced": price is not None,
        "counts_money": Allowance.objects.filter(classroom=classroom).count_money(),
    }
    return render(request, "assignments/classroom_limits.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def assignment_cost(request, public_id):
    """Say anew what the assignment would cost at most, by the fields as they stand in the editor; nothing is saved."""
    assignment = own_assignment(request.user, public_id)
    form = AssignmentForm(request.POST, instance=assignment)
    context = estimate_in_editor(form, LimitsForm.in_editor(request.POST, assignment))
    return render(request, "assignments/_estimate.html", context)
