"""The one module that crosses to the outside: a claimed picture and a provider become a recorded outcome."""

import hmac
import logging
from functools import partial
from hashlib import sha256

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from gallery import engines, finals, gates, pixels, queue
from gallery.clock import from_now
from gallery.models import Call, Event, TokenPrice
from gallery.pictures import AI_MADE, SKETCH_MADE, THUMBNAIL_WIDTHS, BadPicture, Label, prepare, thumbnail_name
from gallery.prompts import frame_of, join
from gallery.providers.base import Broken, Busy, DrawRequest, Misconfigured, ProviderError, Refused, Unanswered
from gallery.safety.picture_gate import look as look_at
from gallery.safety.reworded import judge_reworded

log = logging.getLogger(__name__)

#: Claims that may be lost over one answer (a full disk, a file that kills its worker) before it counts as unusable.
MOST_RECOVERIES = 5
#: Codes of a Busy that came from the line and not from the service itself.
UNREACHABLE = {"connect_timeout", "connect_failed", "dns_timeout", "dns", "tls"}
#: Code of a Broken that means our own disk, and the seconds until it is looked at again.
NO_ROOM, NO_ROOM_SECONDS = "no_room", 10
#: The gates look at the larger thumbnail: it shows all that the original does, and they would shrink that much further.
LOOKED_AT = max(THUMBNAIL_WIDTHS)


def at_once(work):
    work()


def draw(picture, provider, look=look_at, *, then=at_once):
    """Ask ``provider`` once for the claimed ``picture`` and record what came of it; never raises for what a service does.

    The Call is committed before the first byte leaves, the raw answer lies in the spool before anything parses it, and every
    change of the row holds only while this claim does. A worker that slept through its claim sends nothing. ``look`` is what
    judges the picture before anybody may see it (safety.picture_gate.look, or a test's own). ``then`` is given what remains to
    be done once the answer lies in the spool; by default it does it.
    """
    request = request_for(picture, provider.abilities)  # first: a storage that fails must not look like a lost answer
    if not words_pass(picture):
        return
    call = Call.objects.intend(picture, spool=f"{picture.public_id}-{picture.fence}", lease=settings.LEASE_SECONDS)
    if call is None or not call.sent():
        log.warning("claim lost before the call", extra={"picture": str(picture.public_id), "fence": picture.fence})
        return
    ask = partial(provider.ask, started=call.begun) if provider.abilities.resumes else provider.ask
    fetch(picture, call, provider, lambda spool: ask(request, spool), look, then)


def words_pass(picture):
    """Ask the moderation, where this engine has one, whether the words may be drawn; False where it refused them.

    What it said is an event: after a crash, whoever stores the picture must know of a doubt that was spoken before.
    """
    moderator = engines.moderator_of(picture.engine)
    if moderator is None:
        return True
    finding = gates.weigh_words(moderator.of_words(picture.generation.prompt))
    if finding.outcome == "refuse":
        picture.settle_refused(finding.reason, detail=finding.in_short, said=finding.said)
        return False
    if finding.said["moderation"] != "fine":
        Event.objects.record(f"words.{finding.said['moderation']}", picture=picture, reason=finding.reason, **finding.said)
    return True


def fetch(picture, call, provider, ask, look=look_at, then=at_once):
    """Let ``ask`` bring the answer of ``call`` to the spool, and record what came of it; ``then`` gets what follows."""
    try:
        spool = settings.SPOOL_ROOT / call.spool
        limits = pixels.work(ask, spool) if provider.abilities.is_local else ask(spool)
    except Misconfigured as error:
        if call.service_ref:
            leave_open(picture, error)
        else:
            stop(picture, call, error)
    except ProviderError as error:
        end_without_picture(picture, call, error)
    else:
        call.answered()
        picture.engine.learn(limits)
        then(partial(finish, picture, call, provider, look))


def end_without_picture(picture, call, error):
    """Do what each of the five errors asks for; False where the claim was lost."""
    ways = {Refused: refuse, Busy: rest, Unanswered: lose, Misconfigured: stop, Broken: fail}
    return ways[type(error)](picture, call, error)


def finish(picture, call, provider, look=look_at):
    """Turn the spooled answer of ``call`` into the stored picture; safe to run again after a crash, bills nothing."""
    spool = settings.SPOOL_ROOT / call.spool
    try:
        request, frame = request_for(picture), frame_of(picture.generation.parts)
        drawn, said, prepared, looked = pixels.work(_look_at, spool, provider, request, frame, label_for(picture.engine), look)
    except ProviderError as error:
        is_mine = end_without_picture(picture, call, error)
    except BadPicture as error:
        is_mine = spoil(picture, call, f"{error.code}: {error.detail}")
    else:
        picture.engine.close_circuit(sent_at=Call.objects.filter(pk=call.pk).values("sent_at"))
        if prepared is None:
            detail = f"reworded: {said.gate} {said.family}"
            is_mine = withhold(picture, call, drawn, "words", detail, {"stage": "reworded", "categories": [said.family]})
        elif (finding := weigh(picture, prepared, looked, said)).outcome == "refuse":
            is_mine = withhold(picture, call, drawn, finding.reason, finding.in_short, finding.said)
        else:
            is_mine = keep(picture, call, drawn, prepared, finding)
    if is_mine:  # or else whoever took the claim over still reads it
        spool.unlink(missing_ok=True)


def _look_at(spool, provider, request, frame, label, look):
    """Return what was drawn, the verdict on the service's own words, the picture made ready, and what the classifier says.

    The last two are None where the words are refused. Reads no rows: the threads that work on pixels hold no connections.
    """
    drawn = provider.read(spool, request)
    verdict = judge_reworded(drawn.revised_prompt, frame=frame)
    if verdict.outcome not in ("allow", "hold"):
        return drawn, verdict, None, None
    prepared = prepare(drawn.image, label=label)
    return drawn, verdict, prepared, look(prepared.thumbnails[LOOKED_AT])


def weigh(picture, prepared, looked, reworded):
    """Return what becomes of a picture, by what our classifier ``looked`` at, the words gate's verdict on what the service
    ``reworded``, and the moderation's word where there is one."""
    moderator = engines.moderator_of(picture.engine)
    opinion, words = None, "reworded_doubt" if reworded.outcome == "hold" else ""
    if moderator and looked.outcome != "refuse":
        opinion = moderator.of_picture(prepared.thumbnails[LOOKED_AT])
    if moderator and picture.events.filter(verb="words.hold").exists():
        words = "words_doubt"
    return gates.weigh(looked, opinion, words=words, is_ours=picture.engine.is_sketch, holds=settings.HOLDS_UNJUDGED)


def keep(picture, call, drawn, prepared, finding):
    """Store the files and end as ready, for an adult alone where a gate holds it; False where the claim was lost meanwhile,
    and then no file stays."""
    file = store(picture, prepared)
    micros = cost_of(picture, drawn.usage)
    kept = _close(
        call,
        "stored",
        lambda: (
            picture.settle_ready(prepared, file=file, drawn=drawn, micros=micros, held_by=finding.reason, said=finding.said)
            and _compare(picture, micros)
        ),
        usage=drawn.usage,
        micros=micros,
    )
    if not kept:
        discard(file)
        log.warning("late answer discarded", extra={"picture": str(picture.public_id), "fence": picture.fence})
    return kept


def cost_of(picture, usage):
    """Return what ``picture`` took in micro-dollars: by the service's own count, or else the worst case that was set aside."""
    micros = usage.micros if usage.micros is not None else TokenPrice.objects.cost(picture.engine, usage)
    return micros if micros is not None else picture.generation.worst_micros


def _compare(picture, micros):
    """Tell the staff room, once a day, where a picture took more than its worst price: the next one may overdraw a purse."""
    worst, subject = picture.generation.worst_micros, f"engine:{picture.engine_id}"
    if worst is not None and micros > worst:
        told = Event.objects.filter(verb="price.too_low", subject=subject, created_at__gt=from_now(-24 * 60 * 60))
        if not told.exists():
            Event.objects.record("price.too_low", subject=subject, worst_micros=worst, micros=micros)
    return True


def refuse(picture, call, error):
    """Record that the service blocked the words or the picture: final, and everything is given back."""
    detail = _detail(error, error.stage, *error.categories)
    said = {"stage": error.stage, "categories": list(error.categories), "code": error.code}
    return _close(call, "refused", lambda: picture.settle_refused("provider", detail=detail, said=said), error=error)


def withhold(picture, call, drawn, reason, detail, said):
    """Record that what was drawn is not for children: nobody sees that picture, no file is kept, and the try is given back."""
    micros = cost_of(picture, drawn.usage)
    return _close(
        call,
        "refused",
        lambda: picture.settle_refused(reason, detail=detail, micros=micros, said=said),
        usage=drawn.usage,
        micros=micros,
    )


def leave_open(picture, error):
    """Record that an adult must act before a drawing can be fetched: it waits at the service until the claim runs out."""
    log.warning("drawing cannot be fetched", extra={"picture": str(picture.public_id), "kind": error.kind})
    if error.kind != "request":
        picture.engine.open_circuit(error.kind, _detail(error))


def rest(picture, call, error):
    """Record that the service asks for a slower pace: the whole engine rests, and the picture keeps its place.

    A service that cannot even be reached does not ask for patience: its engine stops until a probe gets through.
    """
    if error.code in UNREACHABLE:
        return stop(picture, call, error, kind="unreachable")
    sent_at = Call.objects.values_list("sent_at", flat=True).get(pk=call.pk)
    picture.engine.slow_down(error.retry_after, limits=error.limits, sent_at=sent_at)
    seconds = queue.PAUSE if error.retry_after is None else error.retry_after
    return _close(call, "failed", lambda: picture.requeue("busy", after=seconds, detail=_detail(error)), error=error)


def stop(picture, call, error, kind=""):
    """Record that an adult must act: the engine is not asked any more, and the picture keeps its place.

    It sits out one probe, so that the next one is made with another picture. A request that the service cannot read is first
    this picture's own matter; only several pictures in a row show that the engine is set up wrongly.
    """
    kind = kind or error.kind
    if kind == "request":
        ended = _close(call, "failed", lambda: picture.settle_failed("broken", detail=_detail(error)), error=error)
        if Call.objects.are_unreadable(picture.engine):
            picture.engine.open_circuit(kind, _detail(error))
        return ended
    picture.engine.open_circuit(kind, _detail(error))
    after = picture.engine.probe_seconds(kind) + 1
    return _close(call, "failed", lambda: picture.requeue("stopped", after=after, detail=_detail(error)), error=error)


def fail(picture, call, error):
    """Record a broken service: asked again later, a bounded number of times, unless a picture may have been charged."""
    if error.is_perhaps_charged:
        return spoil(picture, call, _detail(error), error=error)
    if error.code == NO_ROOM:  # our own disk is full, and nothing was asked: no fault of the service
        again = NO_ROOM_SECONDS
        return _close(call, "failed", lambda: picture.requeue("broken", after=again, detail=_detail(error)), error=error)
    if picture.failures < len(queue.RETRY_AFTER):
        after = queue.RETRY_AFTER[picture.failures]
        return _close(
            call,
            "failed",
            lambda: picture.requeue("broken", after=after, detail=_detail(error), is_failure=True),
            error=error,
        )
    return _close(call, "failed", lambda: picture.settle_failed("broken", detail=_detail(error)), error=error)


def spoil(picture, call, detail, error=None):
    """Record an answer that is no picture though one may have been charged: never asked again by the machine."""
    return _close(
        call,
        "failed",
        lambda: picture.settle_failed("unusable", detail=detail, is_charged=True),
        error=error,
        micros=picture.generation.worst_micros,
    )


def lose(picture, call, error=None):
    """Record a request that left and was never answered: the money counts as spent, the try is given back."""
    return _close(
        call,
        "unanswered",
        lambda: picture.settle_failed("unanswered", detail=_detail(error) if error else "worker lost", is_charged=True),
        error=error,
        micros=picture.generation.worst_micros,
    )


def recover(picture, provider, look=look_at):
    """Settle a picture whose worker is gone: use its spooled answer, resume its drawing, or say honestly that none came.

    The claim must be a fresh one of the sweep's own, so that the lost worker's fence no longer holds.
    """
    call = picture.calls.open().first()
    if call is None:
        picture.requeue("worker_lost", after=0)
        return
    for fence in range(call.fence, picture.fence):
        discard(file_of(picture, fence))
    is_hopeless = picture.fence - call.fence > MOST_RECOVERIES
    if (settings.SPOOL_ROOT / call.spool).exists():
        if is_hopeless:
            spoil(picture, call, "every worker that tried to store this answer was lost")
        else:
            finish(picture, call, provider, look)
    elif call.service_ref and provider.abilities.resumes and not is_hopeless:
        request = request_for(picture)
        fetch(picture, call, provider, lambda spool: provider.resume(call.service_ref, request, spool), look)
    elif call.state == Call.State.ANSWERED and not is_hopeless:
        log.warning("the answer lies on another machine", extra={"picture": str(picture.public_id)})
    elif call.give_up():
        picture.requeue("worker_lost", after=0)
    else:
        lose(picture, call)


def takes_long(picture):
    """Tell whether ``recover`` may wait for a network: its drawing can be resumed, or a moderation looks at it."""
    return picture.calls.open().exclude(service_ref="").exists() or engines.moderator_of(picture.engine) is not None


def _close(call, state, move, *, error=None, usage=None, micros=0):
    """Move the picture and end its call in one transaction, so that no crash can come between; return what the move says.

    Where the claim was lost, the call belongs to whoever took it over, and stays as it is.
    """
    with transaction.atomic():
        moved = move()
        if moved:
            call.end(state, error=error, usage=usage, micros=micros)
        return moved


def request_for(picture, abilities=None):
    """Return what the provider is told: words, size and seed, and nothing about who asks.

    ``abilities`` are the provider's: with them a final picture takes its draft along where only that keeps the scene.
    """
    generation = picture.generation
    return DrawRequest(
        words=join(generation.parts),
        prompt=generation.prompt,
        language=generation.language,
        size=generation.size,
        quality=generation.settings.get("quality", "") or picture.engine.quality,
        seed=picture.seed,
        source=_source_of(picture, abilities),
        safety_identifier=pseudonym(picture.owner_id),
    )


def _source_of(picture, abilities):
    """Return the file of the draft that a final picture is made from; None where its seed or its words are enough."""
    draft = picture.generation.source if picture.is_final and abilities else None
    if draft is None or not draft.is_shown_to_owner:  # an adult may have put it away since
        return None
    is_same_engine = draft.engine_id == picture.engine_id
    if finals.way(has_seeds=abilities.seeds, can_edit=abilities.edits, is_same_engine=is_same_engine) != finals.SOURCE:
        return None
    try:
        with default_storage.open(draft.file) as file:
            return file.read()
    except FileNotFoundError:
        log.warning("the draft of a final picture is gone", extra={"picture": str(picture.public_id)})
        return None


def pseudonym(owner_id):
    """Return a stable stranger's name for an owner, which only this site's key could trace back."""
    return hmac.new(settings.SECRET_KEY.encode(), f"safety-identifier:{owner_id}".encode(), sha256).hexdigest()[:32]


def label_for(engine):
    """Return what the file itself says of how it was made."""
    if engine.is_sketch:
        return Label(
            digital_source=SKETCH_MADE, statement="Drawn by the Edu4All sketch engine from words. Not AI.", tool="Edu4All"
        )
    return Label(digital_source=AI_MADE, statement="Made with AI.", tool=f"Edu4All, {engine.title}")


def file_of(picture, fence):
    """Return the name of the original under one claim: nobody can guess it, and whoever follows a lost claim can tell it."""
    secret = hmac.new(settings.SECRET_KEY.encode(), f"file:{picture.public_id}:{fence}".encode(), sha256).hexdigest()[:32]
    return f"{picture.public_id.hex[:2]}/{secret}.png"


def store(picture, prepared):
    """Keep the files of this claim and return the name of the original."""
    file = file_of(picture, picture.fence)
    default_storage.save(file, ContentFile(prepared.original))
    for width, thumbnail in prepared.thumbnails.items():
        default_storage.save(thumbnail_name(file, width), ContentFile(thumbnail))
    return file


def discard(file):
    """Delete an original and its thumbnails, as far as they exist: no row will ever name them."""
    for name in [file, *(thumbnail_name(file, width) for width in THUMBNAIL_WIDTHS)]:
        default_storage.delete(name)


def _detail(error, *more):
    return " ".join(str(word) for word in (error.http_status, error.code, error.detail, *more) if word)
