from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from assignments.models import WordRule
from assignments.models.word_rule import MOST_OF_ASSIGNMENT
from assignments.tray import (
    CANNOT_DRAW,
    MOST_DECIDED,
    MOST_SHOWN,
    DecisionForm,
    WordListForm,
    appeals_of,
    false_alarms,
    matters,
    may_review,
)
from assignments.views.assignments import own_assignment
from assignments.views.studio import TOO_FAST, own_work, posted, uuid_or_404
from gallery import tasks
from gallery.models import Appeal
from gallery.ratelimit import is_too_fast

#: Far above what a child asks, far below what a script sends.
APPEALS_A_MINUTE = 10


@login_required
@require_safe
def tray(request):
    """Show the stopped tries that wait for the teacher, and what was decided of late."""
    return render(request, "assignments/tray.html", tray_context(request.user))


def tray_context(user, form=None):
    """Gather the tray in a number of queries that does not grow with it; ``form`` is a decision that was not taken."""
    if not (user.is_teacher or may_review(user)):
        raise Http404
    appeals = appeals_of(user)
    waiting = appeals.undecided().order_by("opened_at", "pk")
    count = waiting.count()
    rows = matters(waiting[:MOST_SHOWN], user)
    for row in rows:
        row["form"] = form if form and form.appeal.pk == row["appeal"].pk else None
    return {
        "rows": rows,
        "count": count,
        "more": count - len(rows),
        "done": matters(appeals.decided().order_by("-decided_at", "-pk")[:MOST_DECIDED], user),
        "alarms": false_alarms(user),
    }


def own_matter(request, pk):
    place = "generation__trail__submission__assignment__classroom"
    appeals = appeals_of(request.user).with_words()
    return get_object_or_404(appeals.select_related(f"{place}__school", f"{place}__purse"), pk=pk)


@login_required
@require_POST
def decide(request, pk):
    """Allow the words this once, allow a word of them in the assignment, or keep the try stopped and say why."""
    appeal = own_matter(request, pk)
    form = DecisionForm(request.POST, appeal=appeal)
    if form.is_valid():
        try:
            said = _settle(appeal, request.user, form.cleaned_data)
        except ValidationError as error:
            if error.code == "decided":
                messages.error(request, error.message)
                return redirect("assignments:tray")
            form.add_error(None, CANNOT_DRAW.get(error.code) or error)
        else:
            messages.success(request, said)
            return redirect("assignments:tray")
    return render(request, "assignments/tray.html", tray_context(request.user, form), status=422)


def _settle(appeal, adult, decided):
    """Take the decision, let the pictures be drawn where it allows them, and return what the teacher reads."""
    if decided["decision"] == Appeal.Decision.KEEP:
        appeal.decide(adult, Appeal.Decision.KEEP, decided["note"])
        return _("The try stays stopped. The student reads what you wrote.")
    work = appeal.generation.trail.submission
    generation = work.permit(appeal, adult, note=decided["note"], phrase=decided["phrase"])
    tasks.ring(generation.engine, times=generation.settings["pictures"])
    if decided["phrase"]:
        return _("Allowed in this assignment from now on, and these words are being drawn.")
    return _("These words are being drawn now.")


@login_required
@require_POST
def reopen(request, pk):
    """Take back that a try stays stopped."""
    try:
        own_matter(request, pk).reopen(request.user)
    except ValidationError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("It waits for your decision again."))
    return redirect("assignments:tray")


@posted
def appeal(request, public_id):
    """Lay a refused try before the teacher, at its student's word that it is a mistake."""
    work = own_work(request, public_id)
    tries = work.trail.generations.select_related("trail")
    generation = get_object_or_404(tries, public_id=uuid_or_404(request.POST.get("generation", "")))
    if is_too_fast("appeal", request.user.pk, limit=APPEALS_A_MINUTE, seconds=60):
        messages.error(request, TOO_FAST)
    else:
        try:
            Appeal.objects.ask(generation, request.user)
        except ValidationError as error:
            messages.error(request, error.message)
        else:
            messages.success(request, pgettext("student", "Your teacher will look at it. Thank you for saying so."))
    return redirect(f"{reverse('assignments:studio', args=[public_id])}?from={generation.public_id}")


@login_required
def word_list(request, public_id):
    """Show an assignment's own list of words, and add to it."""
    assignment = own_assignment(request.user, public_id)
    form = WordListForm(request.POST if request.method == "POST" else None, most=MOST_OF_ASSIGNMENT)
    if form.is_valid():
        phrases, level = form.cleaned_data["phrases"], form.cleaned_data["level"]
        try:
            count = WordRule.objects.write(phrases, level, request.user, assignment=assignment)
        except ValidationError as error:
            form.add_error("phrases", error)
        else:
            said = ngettext("%(count)d entry is new or changed.", "%(count)d entries are new or changed.", count)
            messages.success(request, said % {"count": count})
            return redirect("assignments:word-list", public_id=public_id)
    context = {
        "assignment": assignment,
        "form": form,
        "rules": assignment.word_rules.select_related("created_by"),
        "of_school": WordRule.objects.filter(school=assignment.classroom.school_id).count(),
    }
    return render(request, "assignments/tray_words.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def word_remove(request, public_id):
    """Take one entry off an assignment's list."""
    assignment = own_assignment(request.user, public_id)
    pk = request.POST.get("rule", "")
    rule = get_object_or_404(assignment.word_rules, pk=pk if pk.isdecimal() and len(pk) < 18 else 0)
    rule.remove(request.user)
    messages.success(request, _("Removed. The gate judges by itself again."))
    return redirect("assignments:word-list", public_id=public_id)
