import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from assignments.forms import PromptForm
from assignments.models import Assignment, Submission
from gallery import live, prompts, tasks
from gallery.models import Picture, Trail
from gallery.providers.sketch import EXAMPLES
from gallery.safety.gate import judge, language_of
from gallery.shown import GATES, shown


def own_work(request, public_id):
    """Return the student's own work on an assignment they may see, begun at the first visit."""
    assignment = get_object_or_404(
        Assignment.objects.open_to(request.user).select_related("classroom__purse", "engine", "rubric"), public_id=public_id
    )
    work = Submission.objects.begin(assignment, request.user)
    work.assignment = assignment
    return work


@login_required
@require_safe
def studio(request, public_id):
    """Show the brief, the prompt form, what is being drawn, and all tries so far."""
    work = own_work(request, public_id)
    start = _start_from(work, request.GET.get("from"))
    form = PromptForm(assignment=work.assignment, initial={"token": uuid.uuid4(), "prompt": start.prompt if start else ""})
    return render(request, "assignments/studio.html", studio_context(work, form, start))


def _start_from(work, public_id):
    """Return the earlier try that the student wants to go on from."""
    if not public_id:
        return None
    return get_object_or_404(work.trail.generations, public_id=_uuid(public_id))


def _uuid(text):
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error


def studio_context(work, form, start=None):
    words = (form.data.get("prompt") if form.is_bound else form.initial.get("prompt")) or ""
    return trail_context(work) | {
        "form": form,
        "start": start,
        "examples": EXAMPLES[work.assignment.language],
        "glass_box": glass_box(work.assignment, words),
    }


def glass_box(assignment, words, shape=None):
    """Return what would be sent for ``words`` just now, part by part, with the version of the frame."""
    language = language_of(words) if words.strip() else assignment.language
    frame = assignment.meta_prompt(language)
    parts = prompts.compose(frame.text, judge(words).clean_prompt, shape=shape or assignment.shape, language=language)
    return {"parts": [part._asdict() for part in parts], "version": frame.version, "language": language}


def trail_context(work):
    """Return what the live part of the studio shows. The stamp is read before the rows, so it can only be too old."""
    stamp = live.stamp(work.trail.public_id)
    trail = Trail.objects.with_tries().get(pk=work.trail_id)
    tries, making, ready = [], [], []
    for generation in trail.generations.all():
        pictures = [shown(picture) for picture in generation.pictures.all()]
        for picture in pictures:
            picture.is_chosen = picture.picture.pk == work.chosen_id
        row = {
            "generation": generation,
            "pictures": pictures,
            "refusal": GATES.get(generation.gate, "") if generation.is_refused else "",
            "parts": [{"source": source, "text": text} for source, text in generation.parts],
        }
        tries.append(row)
        making += [picture for picture in pictures if not picture.picture.is_ready]
        ready += [picture for picture in pictures if picture.picture.is_ready and not picture.is_hidden]
    is_waiting = any(picture.picture.is_open for picture in making)
    latest = tries[-1] if tries else None
    return {
        "work": work,
        "assignment": work.assignment,
        "trail": trail,
        "tries": tries,
        "latest": latest,
        "making": [picture for picture in making if picture.picture.is_open or (latest and picture in latest["pictures"])],
        "ready": list(reversed(ready)),
        "chosen": next((picture for picture in ready if picture.is_chosen), None),
        "tries_left": work.tries_left(),
        "is_waiting": is_waiting,
        "poll_token": live.token_for(trail.owner, trail) if is_waiting else "",
        "poll_stamp": stamp,
        "poll_seconds": live.FIRST_POLL if latest and _is_fresh(latest) else live.NEXT_POLL,
    }


def _is_fresh(row):
    return all(picture.state == Picture.Status.QUEUED for picture in row["pictures"])


@login_required
@require_POST
def ask(request, public_id):
    """Take one try: the words pass the gate, the pictures are queued, and the doorbell rings after the commit."""
    work = own_work(request, public_id)
    form = PromptForm(request.POST, assignment=work.assignment)
    if form.is_valid():
        try:
            generation = work.ask(
                prompt=form.cleaned_data["prompt"],
                shape=form.chosen_shape,
                pictures=form.cleaned_data["pictures"],
                parent=work.trail.generations.filter(public_id=form.cleaned_data["parent"]).first(),
                token=form.cleaned_data["token"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if not generation.is_refused:
                tasks.ring(generation.engine, times=generation.settings["pictures"])
                return redirect("assignments:studio", public_id=public_id)
            form.add_error("prompt", str(GATES[generation.gate]))
    form.data = form.data.copy()
    form.data["token"] = str(uuid.uuid4())
    return render(request, "assignments/studio.html", studio_context(work, form), status=422)


@login_required
@require_POST
def preview(request, public_id):
    """Show exactly what would be sent for the words typed so far, without asking for anything."""
    work = own_work(request, public_id)
    shape = request.POST.get("shape") if work.assignment.is_shape_free else None
    box = glass_box(work.assignment, request.POST.get("prompt", "")[:2000], shape if shape in prompts.SHAPES["en"] else None)
    return render(request, "_glass_box.html", box)


@login_required
@require_POST
def choose(request, public_id):
    """Mark one picture as the best."""
    work = own_work(request, public_id)
    picture = get_object_or_404(
        Picture.objects.visible_to(request.user).filter(generation__trail=work.trail),
        public_id=_uuid(request.POST.get("picture", "")),
    )
    work.choose(picture)
    if request.htmx:
        return render(request, "assignments/_studio_live.html", trail_context(work))
    return redirect("assignments:studio", public_id=public_id)


@login_required
@require_POST
def cancel(request, public_id):
    """Take the pictures that still wait out of the queue."""
    work = own_work(request, public_id)
    waiting = Picture.objects.filter(generation__trail=work.trail, status=Picture.Status.QUEUED)
    cancelled = sum(1 for picture in waiting.select_related("generation__trail") if picture.cancel(request.user))
    if not cancelled:
        messages.info(request, pgettext("student", "Nothing was waiting any more."))
    return redirect("assignments:studio", public_id=public_id)


@login_required
@require_safe
def poll(request, token):
    """Give the live part anew to its owner; a poll while nothing changed was answered before it came here."""
    try:
        owner_pk, trail_id = live.read_token(token)
    except signing.BadSignature:
        return HttpResponse(status=403)
    work = Submission.objects.filter(student=request.user, trail__public_id=trail_id).select_related(
        "assignment__classroom", "assignment__engine", "trail"
    )
    if owner_pk != request.user.pk or not (submission := work.first()):
        return HttpResponse(status=403)
    return render(request, "assignments/_studio_live.html", trail_context(submission))
