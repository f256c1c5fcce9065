from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assignments.helplines import help_in
from assignments.models import CareNote, HelpText, School
from assignments.views.studio import uuid_or_404

#: Notes that were seen, and those that ask for nothing: the newest of each are shown.
MOST_EARLIER = 50


class CareForm(forms.ModelForm):
    """What a teacher did about a child's call for help."""

    class Meta:
        model = CareNote
        fields = ["done"]
        labels = {"done": gettext_lazy("What was done, if you want to note it")}
        widgets = {"done": forms.Textarea(attrs={"rows": 2, "spellcheck": "true", "autocomplete": "off"})}


@login_required
@never_cache
def care(request):
    """Show a teacher what sounds like a child in need, and keep that it was seen. Which note, no address tells."""
    if not request.user.is_teacher:
        raise Http404
    notes = CareNote.objects.taught_by(request.user).select_related("student", "seen_by", "assignment__classroom__school")
    bound = None
    if request.method == "POST":
        note = get_object_or_404(notes, public_id=uuid_or_404(request.POST.get("note", "")))
        bound = CareForm(request.POST, instance=note, auto_id=f"{note.public_id}-%s")
        if bound.is_valid():
            note.see(request.user, bound.cleaned_data["done"])
            messages.success(request, _("Saved."))
            return redirect("assignments:care")
    return render(request, "assignments/care.html", _care_context(notes, bound), status=422 if bound else 200)


def _care_context(notes, bound):
    """Gather the notes in a number of queries that does not grow with them; ``bound`` is a form that was not taken."""

    def rows(some):
        return [_row(note, bound if bound and bound.instance.pk == note.pk else None) for note in some]

    return {
        "waiting": rows(notes.waiting()),
        "earlier": rows(notes.alerts().exclude(seen_at=None)[:MOST_EARLIER]),
        "others": rows(notes.filter(level=CareNote.Level.HELP)[:MOST_EARLIER]),
    }


def _row(note, bound):
    form = bound or CareForm(instance=note, auto_id=f"{note.public_id}-%s")
    emergency = help_in(note.assignment.classroom.school.country, "en").emergency
    return {"note": note, "form": form, "emergency": emergency}


@login_required
@require_safe
def care_help(request):
    """Show whom a child can talk to; it looks the same for everybody, so opening it tells nobody anything."""
    school = School.objects.seen_by(request.user)
    return render(request, "assignments/care_help.html", {"care": HelpText.objects.help_for(school)})
