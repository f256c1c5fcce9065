import zlib

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from assignments.line import holds_until, line_of
from assignments.views.classrooms import own_classroom
from gallery import line, queue
from gallery.models import LaneRule, Picture

#: What a press says of the line, and what the teacher reads afterwards.
RULES = {
    "pause": ({"is_paused": True}, gettext_lazy("The line is paused. Everybody keeps their place.")),
    "go-on": ({"is_paused": False}, gettext_lazy("The line goes on.")),
    "finals": ({"is_finals_only": True}, gettext_lazy("Final pictures go first now. Everybody keeps their place.")),
    "everything": ({"is_finals_only": False}, gettext_lazy("Everything is drawn again.")),
}


@login_required
@require_safe
def classroom_line(request, pk):
    """Show who waits in the class's line; to a page that asks again, only what is new, and nothing where nothing is."""
    classroom = own_classroom(request, pk)
    shown = context_of(request, classroom)
    if not request.htmx:
        return render(request, "assignments/classroom_line.html", shown)
    if request.GET.get("v") == shown["version"]:
        return HttpResponse(status=204)
    return render(request, "assignments/_line_live.html", shown)


def context_of(request, classroom):
    """Return what the page and its live part show; ``version`` changes with whatever can be read there."""
    words = render_to_string("assignments/_line_now.html", {"classroom": classroom, "line": line_of(classroom)}, request)
    return {"classroom": classroom, "now": words, "version": f"{zlib.crc32(words.encode()):x}"}


@login_required
@require_POST
def line_rule(request, pk):
    """Pause the class's line or let it go on; draw only final pictures or everything again."""
    classroom = own_classroom(request, pk)
    if request.POST.get("rule") not in RULES:
        raise Http404
    wanted, said = RULES[request.POST["rule"]]
    LaneRule.objects.change(str(classroom.lane), request.user, until=holds_until(classroom.school.zone), **wanted)
    messages.success(request, said)
    return answer(request, classroom)


@login_required
@require_POST
def line_front(request, pk):
    """Let one pupil's next picture be drawn before everybody else's in the class."""
    classroom = own_classroom(request, pk)
    student = request.POST.get("student", "")
    enrollment = get_object_or_404(classroom.enrollments, pk=student if student.isdecimal() else 0)
    key, name = str(classroom.lane), {"name": enrollment.alias}
    if not Picture.objects.to_front(key, enrollment.student_id, request.user):
        messages.info(request, _("No further picture of %(name)s waits.") % name)
    elif Picture.objects.held().filter(lane=key, owner_id=enrollment.student_id, turn=queue.FRONT).exists():
        messages.success(request, _("%(name)s comes first as soon as the line draws these pictures again.") % name)
    else:
        messages.success(request, _("%(name)s comes first in this class now.") % name)
    return answer(request, classroom)


def answer(request, classroom):
    """Lead back to the line as the press left it; a page that asked by itself gets its live part and what was said."""
    line.publish_lane(str(classroom.lane))
    if not request.htmx:
        return redirect("assignments:classroom-line", pk=classroom.pk)
    return render(request, "assignments/_line_live.html", context_of(request, classroom) | {"is_answer": True})
