"""What must never be false of pictures, calls and purses: one query for each promise, for `manage.py check_jobs`.

The numbers I1 to I9 are those under which fault tests speak of them. What a constraint already forbids is asked all the same
where a query can ask it: a database that was restored, or repaired by hand, may hold anything.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any

from celery import current_app
from django.conf import settings
from django.core.files.storage import default_storage
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.fields.json import KT, KeyTextTransform
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils import timezone
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from gallery import queue
from gallery.clock import from_now
from gallery.generation import MOST_RECOVERIES
from gallery.models import Call, Event, Generation, LedgerEntry, Picture, Purse, Review
from gallery.pictures import THUMBNAIL_WIDTHS, thumbnail_name

ENDS = ("picture.ready", "picture.refused", "picture.failed", "picture.cancelled")
COLUMNS = ("pictures_reserved", "pictures_spent", "micros_reserved", "micros_spent")
ZERO = Value(0, output_field=BigIntegerField())


@dataclass(frozen=True)
class Invariant:
    """One promise: its number, its sentence, and the search for what breaks it, given the seconds of grace."""

    number: str
    sentence: str
    broken_by: Callable[[float], Iterable[Any]]
    reads_files: bool = False


INVARIANTS: list[Invariant] = []


def invariant(number: str, sentence: str, *, reads_files: bool = False) -> Callable:
    """Enlist a function that returns what breaks the promise ``sentence``."""

    def enlist(function: Callable[[float], Iterable[Any]]) -> Callable:
        INVARIANTS.append(Invariant(number, sentence, function, reads_files))
        return function

    return enlist


def pictures(**conditions: Any) -> QuerySet:
    return Picture.objects.filter(**conditions).order_by("pk")


def is_undecided() -> Q:
    """Return the condition of a line whose picture has not ended, or waits for an adult: nobody knows yet whether it counts."""
    is_held = Q(picture__status="ready", picture__held_at__isnull=False, picture__hidden_at=None)
    return Q(picture__status__in=Picture.OPEN) | is_held


@invariant("I1", "No picture waits longer than it may.")
def waiting_too_long(grace: float) -> QuerySet:
    return pictures(status="queued", queued_at__lt=from_now(-settings.DRAW_WITHIN.total_seconds() - grace))


@invariant("I1", "No claim outlives its lease.")
def outlived_claims(grace: float) -> QuerySet:
    return pictures(status="drawing", lease_until__lt=from_now(-grace))


@invariant("I1", "No picture is recovered, or asked for again, for ever.")
def never_given_up(grace: float) -> QuerySet:
    """Find what was given up too late: the sweep ends a picture at the first recovery after MOST_RECOVERIES."""
    first = F("picture__fence") - MOST_RECOVERIES - 1
    recovered = Exists(Call.objects.open().filter(picture=OuterRef("pk"), fence__lt=first))
    return pictures().filter(Q(failures__gt=len(queue.RETRY_AFTER)) | recovered)


@invariant("I2", "At most one call of a picture is open.")
def open_twice(grace: float) -> QuerySet:
    return pictures(calls__state__in=Call.OPEN).annotate(opened=Count("calls")).filter(opened__gt=1)


@invariant("I2", "Only a picture that is being drawn has an open call.")
def open_for_nothing(grace: float) -> QuerySet:
    return Call.objects.open().exclude(picture__status="drawing")


@invariant("I2", "A call has a date of its end if, and only if, it has ended.")
def call_without_date(grace: float) -> QuerySet:
    is_open = Q(state__in=Call.OPEN)
    return Call.objects.filter((is_open & Q(ended_at__isnull=False)) | (~is_open & Q(ended_at=None))).order_by("pk")


@invariant("I3", "The fence never falls.")
def fallen_fences(grace: float) -> QuerySet:
    later = Call.objects.filter(picture=OuterRef("picture"), number__gt=OuterRef("number"), fence__lte=OuterRef("fence"))
    return Call.objects.filter(Q(fence__gt=F("picture__fence")) | Exists(later))


@invariant("I3", "In a picture's events no fence falls, each claim has a higher one, and no claim follows the end.")
def fallen_fences_in_events(grace: float) -> QuerySet:
    """Find what was written under a claim that had passed to another, or that the picture's row knows nothing of."""
    told = Event.objects.exclude(picture=None).annotate(told=Cast(KT("details__fence"), BigIntegerField())).order_by("pk")
    before = told.filter(picture=OuterRef("picture"), pk__lt=OuterRef("pk"))
    return told.filter(
        Q(told__gt=F("picture__fence"))
        | Q(verb__in=ENDS, told__lt=F("picture__fence"))
        | Exists(before.filter(told__gt=OuterRef("told")))
        | Q(verb="picture.drawing") & Exists(before.filter(told=OuterRef("told")))
    )


@invariant("I4", "Whatever was answered, was sent first.")
def answered_unsent(grace: float) -> QuerySet:
    return Call.objects.filter(state__in=["sent", "answered", "stored", "refused", "unanswered"], sent_at=None)


@invariant("I4", "No picture is asked for again once a service may have charged it.")
def paid_twice(grace: float) -> QuerySet:
    """Find calls that follow one which drew the picture, cost something, or was never answered."""
    before = Call.objects.filter(picture=OuterRef("picture"), number__lt=OuterRef("number"))
    return Call.objects.filter(Exists(before.filter(Q(state__in=["answered", "stored", "unanswered"]) | Q(micros__gt=0))))


@invariant("I4", "No call of a picture is missing.")
def missing_calls(grace: float) -> QuerySet:
    return pictures().annotate(last=Max("calls__number"), count=Count("calls")).filter(last__gt=F("count"))


@invariant("I4", "A picture fails as unanswered if, and only if, a call of it was never answered.")
def unanswered_without_call(grace: float) -> QuerySet:
    unanswered = Exists(Call.objects.filter(picture=OuterRef("pk"), state="unanswered"))
    says_so = Q(status="failed", reason="unanswered")
    return pictures().filter(says_so & ~unanswered | ~says_so & unanswered)


@invariant("I4", "A picture is ready if, and only if, one call of it was stored.")
def ready_without_call(grace: float) -> QuerySet:
    stored = Exists(Call.objects.filter(picture=OuterRef("pk"), state="stored"))
    drawn = Picture.objects.exclude(generation__kind=Generation.Kind.IMPORT).order_by("pk")
    return drawn.filter(Q(status="ready") & ~stored | ~Q(status="ready") & stored)


@invariant("I5", "The files of every ready picture are there, and are what was stored.", reads_files=True)
def damaged_files(grace: float) -> Iterator[str]:
    for picture in pictures(status="ready").iterator():
        names = [picture.file, *(thumbnail_name(picture.file, width) for width in THUMBNAIL_WIDTHS)]
        if missing := [name for name in names if not default_storage.exists(name)]:
            yield f"picture {picture.pk}: {', '.join(missing)} missing"
            continue
        with default_storage.open(picture.file) as file:
            if sha256(file.read()).hexdigest() != picture.sha256:
                yield f"picture {picture.pk}: {picture.file} was changed"


@invariant("I5", "Only a ready picture has files.")
def files_of_nothing(grace: float) -> QuerySet:
    return pictures().exclude(status="ready").exclude(file="")


@invariant("I5", "Every stored file belongs to a picture.", reads_files=True)
def orphaned_files(grace: float) -> Iterator[str]:
    """Find files older than the grace that no row names; younger ones may be on their way to theirs."""
    known = {name for file in Picture.objects.exclude(file="").values_list("file", flat=True) for name in _files_of(file)}
    before = timezone.now() - timedelta(seconds=grace)
    for name in _stored_files():
        if name not in known and default_storage.get_modified_time(name) < before:
            yield name


def _files_of(file: str) -> list[str]:
    return [file, *(thumbnail_name(file, width) for width in THUMBNAIL_WIDTHS)]


def _stored_files(folder: str = "") -> Iterator[str]:
    if folder == "" and not default_storage.exists(""):
        return
    folders, files = default_storage.listdir(folder)
    start = f"{folder}/" if folder else ""
    yield from (f"{start}{name}" for name in sorted(files))
    for name in sorted(folders):
        yield from _stored_files(f"{start}{name}")


@invariant("I6", "The ledger adds up to the purse.")
def sums_that_differ(grace: float) -> QuerySet:
    sums = {f"sum_of_{name}": Coalesce(Sum(f"entries__{name}", output_field=BigIntegerField()), ZERO) for name in COLUMNS}
    differs = Q()
    for name in COLUMNS:
        differs |= ~Q(**{name: F(f"sum_of_{name}")})
    return Purse.objects.annotate(**sums).filter(differs).order_by("pk")


@invariant("I6", "No purse is spent beyond its allowance.")
def overdrawn_purses(grace: float) -> QuerySet:
    """Find purses that hold more than they may. A worst price that was too low, or an allowance cut later, shows here."""
    return Purse.objects.filter(
        Q(pictures_allowed__lt=F("pictures_reserved") + F("pictures_spent"))
        | Q(micros_allowed__lt=F("micros_reserved") + F("micros_spent"))
    ).order_by("pk")


@invariant("I6", "What was set aside is settled when, and only when, the picture ends and no adult has to look first.")
def unsettled(grace: float) -> QuerySet:
    settled = Exists(LedgerEntry.objects.exclude(kind="reserve").filter(picture=OuterRef("picture"), purse=OuterRef("purse")))
    reserved = LedgerEntry.objects.filter(kind="reserve", picture__isnull=False).order_by("pk")
    return reserved.filter((is_undecided() & settled) | (~is_undecided() & ~settled))


@invariant("I6", "Nothing stays set aside for pictures that were erased.")
def reserved_for_nothing(grace: float) -> QuerySet:
    kept = Sum("entries__pictures_reserved", filter=Q(entries__picture=None))
    return Purse.objects.annotate(kept=kept).exclude(kept=None).exclude(kept=0).order_by("pk")


def ended_lines() -> QuerySet:
    """Return the lines by which pictures that have ended were settled. A line outlives its picture, and is then nobody's."""
    return LedgerEntry.objects.filter(~is_undecided(), kind__in=["settle", "release"], picture__isnull=False).order_by("pk")


def set_aside() -> QuerySet:
    """Return, for use in a line's query, what its purse set aside for its picture."""
    return LedgerEntry.objects.filter(kind="reserve", purse=OuterRef("purse"), picture=OuterRef("picture"))


@invariant("I6", "What is set aside is the worst price that was frozen with the try.")
def wrong_reservations(grace: float) -> QuerySet:
    worst = Cast(KeyTextTransform("worst_micros", "picture__generation__settings"), BigIntegerField())
    reserved = LedgerEntry.objects.filter(kind="reserve", picture__generation__settings__has_key="worst_micros")
    return reserved.annotate(worst=Coalesce(worst, ZERO)).filter(~Q(micros_reserved=F("worst"))).order_by("pk")


@invariant("I6", "A settlement gives back what was set aside, no more and no less.")
def wrong_returns(grace: float) -> QuerySet:
    same = {name: OuterRef(name) * -1 for name in ("pictures_reserved", "micros_reserved")}
    return ended_lines().filter(~Exists(set_aside().filter(**same)))


@invariant("I6", "Every purse that paid for a picture spent what its calls cost.")
def costs_that_differ(grace: float) -> QuerySet:
    """Find settled lines of another cost than the calls'; a drawing whose cost nobody knew cost what was set aside for it."""
    calls = Call.objects.filter(picture=OuterRef("picture")).order_by()
    known = Subquery(calls.values("picture").annotate(cost=Sum("micros", output_field=BigIntegerField())).values("cost"))
    unknown = Exists(calls.filter(state__in=["stored", "unanswered"], micros=None))
    worst = Subquery(set_aside().values("micros_reserved")[:1])
    cost = Coalesce(known, ZERO) + Case(When(unknown, then=Coalesce(worst, ZERO)), default=ZERO)
    return ended_lines().annotate(cost=cost).filter(~Q(micros_spent=F("cost")))


@invariant("I6", "A picture counts as drawn if, and only if, it is ready and was not put away before its author saw it.")
def wrongly_counted(grace: float) -> QuerySet:
    unseen = Event.objects.filter(picture=OuterRef("picture"), verb="picture.hide", details__was_held=True)
    counts = Q(picture__status="ready") & ~Exists(unseen)
    return ended_lines().filter(counts & ~Q(pictures_spent=1) | ~counts & ~Q(pictures_spent=0))


@invariant("I6", "A purse carries earlier pictures over once, and sets nothing aside by that.")
def wrongly_carried(grace: float) -> QuerySet:
    carried = LedgerEntry.objects.filter(kind="carry").order_by("pk")
    earlier = carried.filter(purse=OuterRef("purse"), pk__lt=OuterRef("pk"))
    says_more = Q(picture__isnull=False) | ~Q(pictures_reserved=0) | ~Q(micros_reserved=0)
    return carried.filter(says_more | Exists(earlier))


@invariant("I7", "A picture has ended if, and only if, an event says so, and says how.")
def untold_ends(grace: float) -> QuerySet:
    told = Event.objects.filter(picture=OuterRef("pk"), verb__in=ENDS)
    as_it_is = told.filter(verb=Concat(Value("picture."), OuterRef("status"), output_field=CharField()))
    is_open = Q(status__in=Picture.OPEN)
    return pictures().filter(is_open & Exists(told) | ~is_open & ~Exists(as_it_is))


@invariant("I7", "A picture ends once.")
def ended_twice(grace: float) -> QuerySet:
    return pictures(events__verb__in=ENDS).annotate(ends=Count("events")).filter(ends__gt=1)


@invariant("I7", "Nothing happens to a picture's job after its end.")
def moved_after_end(grace: float) -> QuerySet:
    ends = Event.objects.filter(picture=OuterRef("picture"), verb__in=ENDS, pk__lt=OuterRef("pk"))
    moves = Event.objects.filter(verb__in=["picture.queued", "picture.drawing", "picture.requeued"])
    return pictures(pk__in=moves.filter(Exists(ends)).values("picture"))


@invariant("I7", "A picture has a date of its end if, and only if, it has ended.")
def end_without_date(grace: float) -> QuerySet:
    is_open = Q(status__in=Picture.OPEN)
    return Picture.objects.filter((is_open & Q(ended_at__isnull=False)) | (~is_open & Q(ended_at=None))).order_by("pk")


@invariant("I8", "No picture is shown that did not pass the picture gate.")
def shown_unchecked(grace: float) -> QuerySet:
    """Find ready pictures without the marks the gate leaves, and approvals of pictures that are not ready."""
    unchecked = Q(sha256="") | Q(width=0) | Q(height=0) | Q(bytes=0)
    return Picture.objects.filter(
        (Q(status="ready") & unchecked) | (~Q(status="ready") & Q(approved_at__isnull=False))
    ).order_by("pk")


@invariant("I8", "A picture that a gate holds is in an adult's list.")
def held_for_nobody(grace: float) -> QuerySet:
    asked = Review.objects.filter(picture=OuterRef("pk"), decided_at=None)
    return pictures(status="ready", held_at__isnull=False, hidden_at=None).filter(~Exists(asked))


@invariant("I8", "No picture is shown to classmates that no adult approved.")
def approved_by_nobody(grace: float) -> QuerySet:
    approval = Review.objects.filter(picture=OuterRef("pk"), decision="approve", decided_at__isnull=False)
    return pictures(status="ready", approved_at__isnull=False).filter(~Exists(approval))


@invariant("I8", "No picture is both approved and hidden.")
def approved_and_hidden(grace: float) -> QuerySet:
    return pictures(approved_at__isnull=False, hidden_at__isnull=False)


@invariant("I9", "Nothing in the broker is needed: its messages are doorbells and say nothing.")
def talking_messages(grace: float) -> Iterator[str]:
    """Find messages that carry arguments, which would be lost with the broker; where it is away, there are none to ask."""
    try:
        with current_app.connection_for_read(connect_timeout=1) as connection:
            connection.ensure_connection(max_retries=1, timeout=1)
            messages = connection.default_channel.client.lrange(current_app.conf.task_default_queue, 0, -1)
    except (OSError, RedisError, KombuError):
        return
    for number, message in enumerate(map(json.loads, messages)):
        args, kwargs, _embedded = json.loads(base64.b64decode(message["body"]))
        if args or kwargs:
            yield f"message {number} of {message['headers'].get('task')} has arguments"
