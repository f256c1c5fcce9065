"""A class's line as its teachers see it: who waits, for what, how long, and what they said of it."""

from collections import Counter
from datetime import datetime, time, timedelta

from django.db.models import Count, Prefetch
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from gallery import live, queue, waiting
from gallery.models import Engine, Event, Generation, LaneRule, Picture, Trail
from gallery.shown import drawn_numbers

#: Tries of one pupil that the list names; of the rest it says how many they are.
TRIES_NAMED = 3
#: What a teacher says of the line ends at midnight: whoever forgets it in the evening finds the next day's lesson as it should
#: be. Said late in the evening, it holds so long all the same: a lesson and its break.
HOLDS_AT_LEAST = timedelta(hours=1)
#: The place in line, the seconds, and why neither, of a picture of which nothing is known.
NOWHERE = (None, None, "")


def with_lines(classrooms):
    """Give each class ``in_line``, how many of its pictures wait, and ``rule``, what its teachers said; two queries for all."""
    classrooms = list(classrooms)
    keys = [str(classroom.lane) for classroom in classrooms]
    counted = Picture.objects.waiting().filter(lane__in=keys).order_by().values_list("lane").annotate(Count("pk"))
    counts, rules = dict(counted), LaneRule.objects.known(keys)
    for classroom, key in zip(classrooms, keys, strict=True):
        classroom.in_line, classroom.rule = counts.get(key, 0), rules.get(key)
    return classrooms


def glance(classroom):
    """Return what a class's other pages say of its line: {"in_line", "rule"}."""
    return {"in_line": Picture.objects.waiting().filter(lane=str(classroom.lane)).count(), "rule": rule_of(classroom)}


def rule_of(classroom):
    """Return what holds of what the teachers said of the line, without what does not hold.

    It is {"paused" and "finals_only": {"since", "by", "ends"}}, all in words.
    """
    key = str(classroom.lane)
    rule = LaneRule.objects.of(key)
    said = {
        "paused": (rule.is_paused, rule.paused_at, rule.paused_until),
        "finals_only": (rule.is_finals_only, rule.finals_only_at, rule.finals_only_until),
    }
    holding = {name: times for name, (holds, *times) in said.items() if holds}
    return {name: {"since": since(at), "by": _by(key, name), "ends": ends(until)} for name, (at, until) in holding.items()}


def holds_until(zone, now=None):
    """Return when what is said of a line ends by itself, at a school in time zone ``zone``: at its next midnight."""
    now = (now or timezone.now()).astimezone(zone)
    midnight = datetime.combine(now.date() + timedelta(days=1), time.min, zone)
    return max(midnight, now + HOLDS_AT_LEAST)


def _by(key, name):
    """Return who said it last, as a name; empty where that person is gone."""
    event = Event.objects.filter(subject=f"lane:{key}", verb=f"lane.{name}").select_related("actor").last()
    return str(event.actor) if event and event.actor else ""


def since(moment):
    """Return a moment as words that leave no doubt of the day."""
    local = timezone.localtime(moment)
    days = timezone.localdate() - local.date()
    words = {"time": date_format(local, "H:i"), "day": date_format(local, "j E")}
    if not days:
        return _("since %(time)s") % words
    if days == timedelta(days=1):
        return _("since yesterday, %(time)s") % words
    return _("since %(day)s, %(time)s") % words


def ends(moment):
    """Return as a sentence when a rule ends by itself; nothing where it has no end."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    words = {"time": date_format(local, "H:i"), "day": date_format(local, "j E")}
    days = (local.date() - timezone.localdate()).days
    if days == 1 and local.time() == time.min:
        return _("It ends by itself at midnight.")
    return (_("It ends by itself on %(day)s at %(time)s.") if days else _("It ends by itself at %(time)s.")) % words


def line_of(classroom):
    """Gather the class's line in a number of queries that does not grow with it.

    Return {"rule", "waiting", "held", "drawing", "last", "engines"}; ``last`` says when the last one will be ready, in words,
    and is empty where nobody can tell. Each of ``engines`` has the same and ``rows``, one for each pupil, in their order.
    """
    key, rule = str(classroom.lane), rule_of(classroom)
    pictures = _open_pictures(key)
    queued = [picture for picture in pictures if picture.status == Picture.Status.QUEUED]
    held = set(Picture.objects.held().filter(lane=key).values_list("pk", flat=True))
    _tell_places(queued, held)
    names = {row.student_id: row for row in classroom.enrollments.all()}
    parts = {}
    for picture in pictures:
        parts.setdefault(picture.engine, []).append(picture)
    engines = [_of_engine(engine, parts[engine], rule, names) for engine in sorted(parts, key=lambda each: each.pk)]
    return {"rule": rule, "engines": engines, **_sums(pictures)}


def _open_pictures(key):
    """Return what waits or is being drawn in lane ``key``, in order, each with its engine and its try.

    Tries and engines are few and pictures many, so each of those is fetched once; a try's ``shown_number`` is its pupil's.
    """
    pictures = Picture.objects.filter(lane=key, status__in=Picture.OPEN).order_by("turn", "rank", "pk")
    pictures = list(pictures.only("public_id", "generation_id", "engine_id", "owner_id", "status", "turn", "queued_at"))
    engines = Engine.objects.in_bulk({picture.engine_id for picture in pictures})
    tries = _tries({picture.generation_id for picture in pictures})
    for picture in pictures:
        picture.engine, picture.generation = engines[picture.engine_id], tries[picture.generation_id]
    return pictures


def _tries(pks):
    """Return the tries of these ``pks`` by pk, each with its trail, the trail's work, and ``shown_number``."""
    drawn = Prefetch("pictures", Picture.objects.only("generation_id", "status", "is_final", "held_at", "hidden_at"))
    tries = Prefetch("generations", Generation.objects.only("trail_id", "number", "settings").prefetch_related(drawn))
    found = {}
    trails = Trail.objects.filter(pk__in=Generation.objects.filter(pk__in=pks).values("trail"))
    for trail in trails.select_related("submission__assignment").prefetch_related(tries):
        numbers = drawn_numbers(trail.generations.all())
        for generation in trail.generations.all():
            generation.shown_number = numbers.get(generation.pk)
            found[generation.pk] = generation
    return found


def _tell_places(queued, held):
    """Give each waiting picture ``is_kept_back``, and the place and seconds that were last published to its owner.

    Both are None where the picture is not drawn for now: what was published may be older than the pause or the fault.
    """
    known = live.places_of({picture.generation.trail.public_id for picture in queued})
    for picture in queued:
        picture.is_kept_back = picture.pk in held
        picture.place, picture.seconds, _why_not = known.get(str(picture.public_id), NOWHERE)
        if picture.is_kept_back or not _draws(picture.engine):
            picture.place, picture.seconds, _why_not = NOWHERE


def _draws(engine):
    return engine.is_enabled and not engine.is_stopped


def _sums(pictures):
    """Count the open ``pictures`` of a line, and say when the last that is not held will be ready."""
    queued = [picture for picture in pictures if picture.status == Picture.Status.QUEUED]
    waits = [picture.seconds for picture in queued if not picture.is_kept_back]
    is_known = waits and None not in waits
    return {
        "waiting": len(queued),
        "held": sum(picture.is_kept_back for picture in queued),
        "drawing": len(pictures) - len(queued),
        "last": _inside(waiting.sentence(max(waits))) if is_known else "",
    }


def _inside(sentence):
    """Return a sentence as it stands within another."""
    return sentence[:1].lower() + sentence[1:].removesuffix(".")


def _of_engine(engine, pictures, rule, names):
    """Return one engine's part of the line. Who is held back stands behind those who are drawn meanwhile."""
    queued = [picture for picture in pictures if picture.status == Picture.Status.QUEUED]
    by_pupil = {}
    for picture in sorted(queued, key=lambda each: each.is_kept_back):  # keeps the order otherwise
        by_pupil.setdefault(picture.owner_id, []).append(picture)
    rows = [_row(own, rule, names.get(owner)) for owner, own in by_pupil.items()]
    return {"engine": engine, "rows": rows, **_sums(pictures)}


def _row(own, rule, enrollment):
    """Return what the list says of one pupil, whose waiting pictures ``own`` are, the next one first."""
    following = own[0]
    counts = Counter(picture.generation for picture in own)
    return {
        "enrollment": enrollment,
        "tries": [
            {
                "assignment": getattr(getattr(generation.trail, "submission", None), "assignment", None),
                "number": generation.shown_number,
                "is_final": generation.is_final,
                "pictures": count,
            }
            for generation, count in list(counts.items())[:TRIES_NAMED]
        ],
        "more": max(0, len(counts) - TRIES_NAMED),
        "place": following.place,
        "wait": _wait(following, rule),
        "since": since(min(picture.queued_at for picture in own)),
        "is_at_front": following.turn == queue.FRONT,
        "may_move": enrollment is not None and any(picture.turn != queue.FRONT for picture in own),
    }


def _wait(picture, rule):
    """Return how long ``picture`` still waits, or why nobody can tell, as the teacher reads it."""
    if picture.is_kept_back:
        return _("Waits until the line goes on.") if "paused" in rule else _("Waits while final pictures go first.")
    if not _draws(picture.engine):
        return _("Waits until the engine draws again.")
    return waiting.sentence(picture.seconds) or _("Nobody can tell just now.")
