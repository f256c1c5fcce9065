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
from django.db.models import BigIntegerField, Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from gallery.clock import from_now
from gallery.models import Call, Event, Generation, LedgerEntry, Picture, Purse
from gallery.pictures import THUMBNAIL_WIDTHS, thumbnail_name

ENDS = ("picture.ready", "picture.refused", "picture.failed", "picture.cancelled")
COLUMNS = ("pictures_reserved", "pictures_spent", "micros_reserved", "micros_spent")


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


@invariant("I1", "No picture waits longer than it may.")
def waiting_too_long(grace: float) -> QuerySet:
    return pictures(status="queued", queued_at__lt=from_now(-settings.DRAW_WITHIN.total_seconds() - grace))


@invariant("I1", "No claim outlives its lease.")
def outlived_claims(grace: float) -> QuerySet:
    return pictures(status="drawing", lease_until__lt=from_now(-grace))


@invariant("I2", "At most one call of a picture is open.")
def open_twice(grace: float) -> QuerySet:
    return pictures(calls__state__in=Call.OPEN).annotate(opened=Count("calls")).filter(opened__gt=1)


@invariant("I2", "Only a picture that is being drawn has an open call.")
def open_for_nothing(grace: float) -> QuerySet:
    return Call.objects.open().exclude(picture__status="drawing")


@invariant("I3", "The fence never falls.")
def fallen_fences(grace: float) -> QuerySet:
    later = Call.objects.filter(picture=OuterRef("picture"), number__gt=OuterRef("number"), fence__lte=OuterRef("fence"))
    return Call.objects.filter(Q(fence__gt=F("picture__fence")) | Exists(later))


@invariant("I4", "Whatever was answered, was sent first.")
def answered_unsent(grace: float) -> QuerySet:
    return Call.objects.filter(state__in=["sent", "answered", "stored", "refused", "unanswered"], sent_at=None)


@invariant("I4", "No picture is asked for again once a service may have charged it.")
def paid_twice(grace: float) -> QuerySet:
    """Find calls that follow one which drew the picture, or was never answered."""
    charged = Call.objects.filter(picture=OuterRef("picture"), number__lt=OuterRef("number"))
    return Call.objects.filter(Exists(charged.filter(state__in=["answered", "stored", "unanswered"])))


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
    zero = Value(0, output_field=BigIntegerField())
    sums = {f"sum_of_{name}": Coalesce(Sum(f"entries__{name}", output_field=BigIntegerField()), zero) for name in COLUMNS}
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


@invariant("I6", "What was set aside is settled when, and only when, the picture ends.")
def unsettled(grace: float) -> QuerySet:
    settled = Exists(LedgerEntry.objects.exclude(kind="reserve").filter(picture=OuterRef("picture"), purse=OuterRef("purse")))
    is_open = Q(picture__status__in=Picture.OPEN)
    return LedgerEntry.objects.filter(kind="reserve").filter((is_open & settled) | (~is_open & ~settled))


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
