import functools
import uuid

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_safe
from django_htmx.http import HttpResponseClientRefresh

from assignments.forms import PromptForm
from assignments.left import Limits
from assignments.models import Assignment, CareNote, HelpText, Submission
from assignments.models.policy import policy_for
from assignments.shown import final_offer
from gallery import live, prompts, tasks
from gallery.models import Event, Picture, Trail
from gallery.providers.sketch import EXAMPLES
from gallery.ratelimit import is_too_fast
from gallery.safety.gate import MAX_PROMPT, judge, language_of
from gallery.safety.normalise import clean
from gallery.safety.rewordings import reworded
from gallery.shown import GATES, drawn_numbers, name_sources, shown

#: What the student reads of a try that lies, or lay, before their teacher: by the decision, while there is none by who asks.
FOR_STUDENTS_ASKING = {
    "held": pgettext_lazy("student", "Your teacher is looking at your words. Nothing is wrong; this did not use up a try."),
    "asked": pgettext_lazy("student", "Your teacher will look at it. You can go on with other words meanwhile."),
    "allow": pgettext_lazy("student", "Your teacher allowed these words, and they are drawn."),
    "allow_word": pgettext_lazy("student", "Your teacher allowed these words, and they are drawn."),
    "keep": pgettext_lazy("student", "Your teacher has looked: please use other words this time."),
}
#: Far above what a child types, far below what a script sends.
ASKS_A_MINUTE, LOOKS_A_MINUTE = 30, 120
TOO_FAST = pgettext_lazy("student", "That was very quick. Wait a minute, then go on; your words are still here.")


def own_work(request, public_id):
    """Return the student's own work on an assignment they may see, begun at the first visit."""
    assignment = get_object_or_404(
        Assignment.objects.open_to(request.user).select_related("classroom__purse", "classroom__school", "engine", "rubric"),
        public_id=public_id,
    )
    work = Submission.objects.begin(assignment, request.user)
    work.assignment = assignment
    return work


def posted(view):
    """Lead back to the studio whoever comes by GET: after signing in anew, or changing the language of an answered form."""

    @login_required
    @functools.wraps(view)
    def guarded(request, public_id):
        return view(request, public_id) if request.method == "POST" else redirect("assignments:studio", public_id=public_id)

    return guarded


@login_required
@require_safe
def studio(request, public_id):
    """Show the brief, the prompt form, what is being drawn, and all tries so far."""
    work = own_work(request, public_id)
    context = trail_context(work)
    wanted, example = request.GET.get("from"), _example(work.assignment, request.GET.get("example"))
    start = _start_from(work, wanted) if wanted else None if example else _last_drawn(context["tries"])
    start_number = context["numbers"].get(start.pk) if start else None
    initial = {"prompt": example} if example else _words_of(start)
    form = PromptForm(assignment=work.assignment, initial=initial | {"token": uuid.uuid4()})
    is_restored = not wanted and not example
    return render(
        request,
        "assignments/studio.html",
        context | form_context(work, form, context["left"], start_number=start_number, is_restored=is_restored),
    )


def _start_from(work, public_id):
    """Return the earlier try that the student wants to go on from."""
    return get_object_or_404(work.trail.generations, public_id=uuid_or_404(public_id))


def _last_drawn(tries):
    """Return the newest try whose words passed the gate: one changes a few words more easily than one starts anew."""
    tried = [row["generation"] for row in tries if not row["generation"].is_refused and not row["generation"].is_final]
    return tried[-1] if tried else None


def _words_of(start):
    if start is None:
        return {}
    return {
        "prompt": start.prompt,
        "parent": start.public_id,
    } | {name: start.settings[name] for name in ("pictures", "shape") if name in start.settings}


def _example(assignment, number):
    """Return one of the prompts to try first, by its number from 1; empty where there is none."""
    examples = EXAMPLES[assignment.language]
    return examples[int(number) - 1] if number in {str(n) for n in range(1, len(examples) + 1)} else ""


def uuid_or_404(text):
    try:
        return uuid.UUID(text)
    except ValueError as error:
        raise Http404 from error


def form_context(work, form, left, *, start_number=None, is_restored=False, is_glass_open=False, refused=None, is_care=False):
    """Return what the form's side of the studio shows, with no more pictures at once than are ``left``.

    ``is_restored`` lets words that were typed and not sent come back; ``refused`` is the try that was refused just now;
    ``is_care`` says that the words sound like a child in need.
    """
    form.offer(left.pictures)
    words = form["prompt"].value() or ""
    attrs = form.fields["prompt"].widget.attrs
    attrs["data-draft"] = str(work.trail.public_id)
    if is_restored:
        attrs["data-draft-first"] = ""
    if form.errors:
        attrs["data-focus"] = ""
    return {
        "form": form,
        "start_number": start_number,
        "examples": EXAMPLES[work.assignment.language],
        "glass_box": glass_box(work.assignment, words, form["shape"].value() if "shape" in form.fields else None),
        "is_glass_open": is_glass_open,
        "care": HelpText.objects.help_for(work.assignment.classroom.school) if is_care else None,
        "instead": instead_of(refused, work.assignment) if refused else [],
        "refused": refused if refused and refused.may_be_appealed else None,
    }


def instead_of(refused, assignment):
    """Return other words for a try that was refused: at most two, and the gate lets them pass."""
    policy = policy_for(assignment)
    return reworded(refused.prompt, judge(refused.prompt, policy), refused.language, policy)


def glass_box(assignment, words, shape=None):
    """Return what would be sent for ``words`` just now, part by part, with the version of the frame."""
    language = language_of(words) if words.strip() else assignment.language
    frame = assignment.meta_prompt(language)
    shape = shape if shape in prompts.SIZES else assignment.shape
    parts = prompts.compose(frame.text, clean(words[:MAX_PROMPT]), shape=shape, language=language)
    return {"parts": _readable(parts), "version": frame.version, "language": language}


def _readable(parts):
    """Return the parts for the glass box; one that holds only the frame's mark is shown as a line, and none that is empty."""
    return [
        {"source": source, "text": text, "is_mark": source == "frame" and not any(map(str.isalnum, text))}
        for source, text in parts
        if text.strip() or source == "student"
    ]


def trail_context(work):
    """Return what the live part of the studio shows. Stamp and events are read before the rows, so they can only be too old."""
    stamp, places = live.look(work.trail.public_id)
    events = Event.objects.of_trail(work.trail.public_id).count()
    trail = Trail.objects.with_tries().get(pk=work.trail_id)
    numbers = drawn_numbers(trail.generations.all())
    tries = [_row(generation, work, numbers) for generation in trail.generations.all()]
    pictures = [picture for row in tries for picture in row["pictures"]]
    name_sources(pictures, numbers)
    ready = [picture for picture in pictures if picture.picture.is_shown_to_owner]
    ready.sort(key=lambda picture: (-picture.picture.generation.number, picture.number))
    chosen = next((picture for picture in ready if picture.is_chosen), None)
    final = next((picture for picture in ready if picture.is_final), None)
    waiting = [picture for picture in pictures if picture.picture.is_open]
    for picture in waiting:
        picture.place, picture.seconds, picture.why_waiting = places.get(str(picture.id), (None, None, ""))
    held = [picture for picture in pictures if picture.is_held]
    asked = [row for row in tries if row["appeal"] and row["appeal"].is_open]
    latest = tries[-1] if tries else None
    answered = [row for row in tries if row["appeal"] and _is_news(row["appeal"], latest["generation"])]
    newest = latest["pictures"] if latest else []
    silent = () if waiting else (Picture.Status.READY, Picture.Status.CANCELLED)
    limits, tries_left = Limits(work), work.tries_left()
    left = limits.of_tries()
    return {
        "work": work,
        "assignment": work.assignment,
        "trail": trail,
        "tries": tries,
        "numbers": numbers,
        "heard": next((row["heard"] for row in reversed(tries) if row["number"]), None),
        "latest": latest,
        "making": [
            picture
            for picture in pictures
            if picture in waiting or picture in held or (picture in newest and picture.state not in silent)
        ],
        "is_held": bool(held),
        "made": [picture for picture in newest if picture in ready],
        "ready": ready,
        "drafts": [picture for picture in ready if not picture.is_final],
        "final": final,
        "is_draft_handed_in": final is not None and work.is_handed_in and work.current.picture_id != final.picture.pk,
        "final_offer": final_offer(work, chosen, pictures, limits),
        "is_mixed": len({picture.picture.generation.settings["shape"] for picture in ready}) > 1,
        "chosen": chosen,
        "tries_left": tries_left,
        "left": left,
        "is_left_felt": left.pictures is not None and left.pictures < tries_left * work.assignment.max_pictures,
        "steps": _steps(work, has_tried=bool(tries), is_chosen=chosen is not None),
        "is_waiting": bool(waiting),
        "is_queued": any(picture.state == Picture.Status.QUEUED for picture in waiting),
        "asked": asked,
        "answered": answered,
        "is_live": bool(waiting or held or asked),
        "poll_token": live.token_for(trail.owner, trail) if waiting or held or asked else "",
        "poll_stamp": stamp,
        "poll_events": events,
        "places_version": live.version_of(places),
        "poll_seconds": _poll_seconds(waiting),
    }


def _row(generation, work, numbers):
    """Return one try as the studio shows it."""
    pictures = [shown(picture) for picture in generation.pictures.all()]
    for picture in pictures:
        picture.is_chosen = picture.picture.pk == work.chosen_id
    return {
        "generation": generation,
        "number": numbers.get(generation.pk),
        "is_final": generation.is_final,
        "from_number": numbers.get(generation.parent_id),
        "pictures": pictures,
        "is_chosen": any(picture.is_chosen for picture in pictures),
        "refusal": GATES.get(generation.gate, GATES["words"]) if generation.is_refused else "",
        "appeal": (appeal := getattr(generation, "appeal", None)),
        "may_appeal": generation.may_be_appealed and appeal is None and not work.assignment.is_closed,
        "teacher_said": FOR_STUDENTS_ASKING.get(appeal.decision or appeal.kind) if appeal else "",
        "parts": _readable(generation.parts),
        "heard": _heard(pictures),
    }


def _is_news(appeal, latest):
    """Say whether an adult kept a try stopped, and its student has asked for no other since."""
    return appeal.is_kept and (appeal.generation_id == latest.pk or appeal.decided_at > latest.created_at)


def _heard(pictures):
    """Return the words that the pictures of one try show, and those that none of them knew; None where nobody tells."""
    understood = dict.fromkeys(word for picture in pictures for word in picture.picture.understood)
    missed = dict.fromkeys(word for picture in pictures for word in picture.picture.missed if word not in understood)
    return {"understood": list(understood), "missed": list(missed)} if understood or missed else None


def _steps(work, *, has_tried, is_chosen):
    """Return the three steps of the work; the first one that is not done is where the student is."""
    words = [
        (pgettext("step of the student's work", "Write"), has_tried),
        (pgettext("step of the student's work", "Choose"), is_chosen),
        (pgettext("step of the student's work", "Hand in"), work.is_handed_in),
    ]
    current = next((number for number, (_word, is_done) in enumerate(words) if not is_done), None)
    return [
        {"word": word, "state": "current" if number == current else "done" if is_done else ""}
        for number, (word, is_done) in enumerate(words)
    ]


def _poll_seconds(waiting):
    """Return how soon the page looks again: at once after the button, seldom while nothing can be ready for long."""
    if any(picture.state != Picture.Status.QUEUED for picture in waiting):
        return live.NEXT_POLL
    is_long = all(picture.why_waiting or (picture.seconds or 0) >= live.CALM_FROM_SECONDS for picture in waiting)
    return live.CALM_POLL if is_long else live.FIRST_POLL


@posted
def ask(request, public_id):
    """Take one try: the words pass the gate, the pictures are queued, and the doorbell rings after the commit."""
    work = own_work(request, public_id)
    form, generation = PromptForm(request.POST, assignment=work.assignment), None
    if is_too_fast("ask", request.user.pk, limit=ASKS_A_MINUTE, seconds=60):
        form.add_error(None, ValidationError(TOO_FAST, code="too_fast"))
    elif form.is_valid():
        try:
            generation = work.ask(
                prompt=form.cleaned_data["prompt"],
                shape=form.chosen_shape,
                pictures=form.cleaned_data["pictures"],
                parent=_parent(work, form.cleaned_data),
                token=form.cleaned_data["token"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            if not generation.is_refused:
                if not generation.is_held:
                    tasks.ring(generation.engine, times=generation.settings["pictures"])
                return redirect(f"{reverse('assignments:studio', args=[public_id])}#live-trail")
            if generation.gate != "care":  # a child in need made no mistake
                form.add_error("prompt", ValidationError(GATES.get(generation.gate, GATES["words"]), code=generation.gate))
    form.data = form.data.copy()
    form.data["token"] = str(uuid.uuid4())
    context = trail_context(work)
    # Too long, too fast or too late: a child in need is heard all the same.
    is_care = generation.gate == "care" if generation else CareNote.objects.hear(work, "prompt", form.data.get("prompt", ""))
    context |= form_context(work, form, context["left"], refused=generation, is_care=bool(is_care))
    return render(request, "assignments/studio.html", context, status=422 if form.errors else 200)


def _parent(work, typed):
    """Return the try that the words grew from; None where the box was written anew."""
    parent = work.trail.generations.filter(public_id=typed["parent"]).first()
    return parent if parent and prompts.grew_from(parent.prompt, typed["prompt"]) else None


@posted
def preview(request, public_id):
    """Show exactly what would be sent for the words typed so far, without asking for anything.

    Without JavaScript it is the whole studio again, with what was typed; "Look again" while pictures are drawn comes here too.
    """
    if is_too_fast("preview", request.user.pk, limit=LOOKS_A_MINUTE, seconds=60):
        return HttpResponse(TOO_FAST, status=429, content_type="text/plain; charset=utf-8")
    work = own_work(request, public_id)
    typed = {name: request.POST[name] for name in ("prompt", "pictures", "shape", "parent") if name in request.POST}
    if request.htmx:
        box = glass_box(work.assignment, typed.get("prompt", ""), typed.get("shape"))
        return render(request, "assignments/_glass.html", {"box": box})
    form = PromptForm(assignment=work.assignment, initial=typed | {"token": uuid.uuid4()})
    context = trail_context(work)
    context |= form_context(work, form, context["left"], is_glass_open="look" not in request.POST)
    return render(request, "assignments/studio.html", context)


@posted
def choose(request, public_id):
    """Mark one picture as the best."""
    work = own_work(request, public_id)
    try:
        work.choose(own_picture(request, work))
    except ValidationError as error:
        messages.error(request, error.message)
        return HttpResponseClientRefresh() if request.htmx else redirect("assignments:studio", public_id=public_id)
    if request.htmx:
        return render(request, "assignments/_studio_live.html", trail_context(work))
    return redirect("assignments:studio", public_id=public_id)


def own_picture(request, work):
    """Return the picture of this work that the form names."""
    pictures = Picture.objects.visible_to(request.user).filter(generation__trail=work.trail)
    return get_object_or_404(pictures, public_id=uuid_or_404(request.POST.get("picture", "")))


@posted
def cancel(request, public_id):
    """Take the pictures that still wait out of the queue."""
    work = own_work(request, public_id)
    waiting = Picture.objects.filter(generation__trail=work.trail, status=Picture.Status.QUEUED)
    cancelled = sum(1 for picture in waiting.select_related("generation__trail") if picture.cancel(request.user))
    if not cancelled:
        messages.info(request, pgettext("student", "Nothing was waiting any more."))
    return redirect("assignments:studio", public_id=public_id)


@require_safe
def poll(request, token):
    """Give the live part anew to its owner; a poll while nothing changed was answered before it came here.

    Whoever is signed out meanwhile gets 403 rather than the sign-in page, which has no place inside the studio.
    """
    try:
        owner_pk, trail_id, _language = live.read_token(token)
    except signing.BadSignature:
        return HttpResponse(status=403)
    if not request.user.is_authenticated or owner_pk != request.user.pk:
        return HttpResponse(status=403)
    work = get_object_or_404(
        Submission.objects.filter(student=request.user).select_related(
            "assignment__classroom__purse", "assignment__engine", "trail"
        ),
        trail__public_id=trail_id,
    )
    return render(request, "assignments/_studio_live.html", trail_context(work))
