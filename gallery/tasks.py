"""The only sender of messages. A message is a doorbell: it says nothing, and the rows say what is to be done."""

import logging
import os
import threading
import time
from contextlib import contextmanager
from functools import partial

from celery import shared_task
from celery.exceptions import CeleryError
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import Count
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from gallery import engines, generation, invariants, line, presence
from gallery.finishing import finishing
from gallery.models import Call, Engine, Picture
from gallery.slots import slots

log = logging.getLogger(__name__)

WORKER = f"{settings.MACHINE}:{os.getpid()}"
HEARTBEAT = "worker-heartbeat"
#: A file in the spool that no open call names is deleted after this many seconds.
SPOOL_KEPT = 3600
#: And a stored file that no picture names, after so many.
ORPHANS_KEPT = 24 * 3600


class Heard:
    """When this process last heard a doorbell, by its own steady clock: a silent broker is noticed by it."""

    at = time.monotonic()


def ring(engine, times=1):
    """Ring for ``times`` pictures of ``engine`` after the commit. A broker that is away is no error: the workers look too."""
    transaction.on_commit(lambda: _ring_now(engine, times))


def _ring_now(engine, times):
    send(times)
    line.publish(engine)


def send(times):
    """Ring the doorbell so often; a broker that is away is only noted."""
    try:
        for _ in range(times):
            draw_next.apply_async(retry=False, ignore_result=True)
    except (KombuError, CeleryError, RedisError, OSError):
        log.warning("doorbell not rung")


@shared_task
def draw_next(*_, **__):
    """Draw the fairest waiting pictures, one after another, as long as an engine may start one now.

    Whatever arguments another version of this code sent are ignored.
    """
    Heard.at = time.monotonic()
    while draw_one():
        pass


def draw_one():
    """Draw one picture, of the engine that has fewest places here; tell whether there was one to draw."""
    if not slots.free:
        return False
    usable = list(Engine.objects.usable().with_starts())
    for engine in sorted((each for each in usable if each.may_start), key=lambda each: (slots.taken(each.pk), each.pk)):
        with slots.place(engine.pk, others=len(usable) - 1) as is_free:
            picture = _claim(engine) if is_free else None
            if picture:
                _draw(picture)
                return True
    return False


def _claim(engine):
    """Claim the fairest picture of ``engine``. Threads of this process come one by one: a queue here costs no connection."""
    if not engine.pictures.waiting().exists():  # most doorbells ring for nothing: they take no lock
        return None
    with slots.claiming(engine.pk):
        return Picture.objects.claim_next(engine, worker=WORKER, lease=settings.LEASE_SECONDS)


def _draw(picture):
    with _leaving_nothing(picture):
        provider = engines.provider_of(picture.engine)
        generation.draw(picture, provider, then=lambda work: finishing.add(picture.engine_id, partial(_finish, picture, work)))


def _finish(picture, work):
    with _leaving_nothing(picture):
        work()


@contextmanager
def _leaving_nothing(picture):
    """Leave ``picture`` to the next sweep where something fails that nobody foresaw."""
    try:
        yield
    except Exception:
        picture.abandon()
        raise


def due_here():
    """Count the pictures that could start now and have a place in this process, as (of paced engines, of others).

    Of a paced engine one at a time; of others as many as have had an idle place since this was last asked.
    """
    paced = others = 0
    waiting = Picture.objects.claimable_now().order_by().values_list("engine").annotate(Count("pk"))
    for engine_pk, count in waiting:
        engine = Engine.objects.timed().get(pk=engine_pk)
        free = max(0, min(count, engine.concurrent_calls - Picture.objects.being_asked(engine).count()))
        if engine.per_minute:
            paced += min(free, 1)
        else:
            others += free
    paced = min(paced, slots.free)
    return paced, min(others, max(0, slots.idle() - paced))


@shared_task
def sweep():
    """Put right whatever a lost message, a dead worker or a long wait left behind.

    Recovering comes last. Where it fails for one picture (a full disk), that one's turn comes again a lease later.
    """
    for picture in Picture.objects.too_late(settings.DRAW_WITHIN):
        picture.give_up("too_late")
    publish_lines()
    send(sum(due_here()))
    _clear_spool()
    _heartbeat()
    for worker in presence.gone():
        Picture.objects.hand_over(worker)
    for picture in Picture.objects.take_over_lost(worker=WORKER, lease=settings.LEASE_SECONDS):
        log.warning("claim ran out", extra={"picture": str(picture.public_id), "fence": picture.fence})
        provider = engines.provider_of(picture.engine)
        if generation.takes_long(picture):
            threading.Thread(target=_resume, args=[picture, provider], name="resume", daemon=True).start()
        else:
            _recover(picture, provider)


def _recover(picture, provider):
    """Recover ``picture``; a fault of one must not keep the others waiting."""
    try:
        generation.recover(picture, provider)
    except Exception:
        log.exception("recovering failed", extra={"picture": str(picture.public_id)})


def _resume(picture, provider):
    """Recover ``picture`` in a thread of its own, so that no sweep waits for a service that draws."""
    try:
        _recover(picture, provider)
    finally:
        connection.close()


def publish_lines():
    """Publish who waits where, for every engine that somebody waits for."""
    for engine in Engine.objects.awaited():
        line.publish(engine)


@shared_task
def clear_orphans():
    """Delete stored files that no picture has named for a day: their worker died between storing and discarding them."""
    for name in list(invariants.orphaned_files(ORPHANS_KEPT)):
        default_storage.delete(name)
        log.warning("orphan file deleted")


def _clear_spool():
    """Delete spooled answers that nobody will read: their call has ended, or never was."""
    if not settings.SPOOL_ROOT.exists():
        return
    old = [path for path in settings.SPOOL_ROOT.iterdir() if path.stat().st_mtime < time.time() - SPOOL_KEPT]
    wanted = set(Call.objects.open().filter(spool__in=[path.name for path in old]).values_list("spool", flat=True))
    for path in old:
        if path.name not in wanted:
            path.unlink(missing_ok=True)


def _heartbeat():
    try:
        cache.set(HEARTBEAT, time.time(), 600)
    except (RedisError, OSError):
        log.warning("heartbeat not written")
