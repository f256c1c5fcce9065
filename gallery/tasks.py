"""The only sender of messages. A message is a doorbell: it carries an engine's id, and the rows say what is to be done."""

import logging
import os
import socket
import time

from celery import shared_task
from celery.exceptions import CeleryError
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Count
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from gallery import engines, generation, line
from gallery.models import Call, Engine, Picture

log = logging.getLogger(__name__)

WORKER = f"{socket.gethostname()}:{os.getpid()}"
HEARTBEAT = "worker-heartbeat"
#: A file in the spool that no open call names is deleted after this many seconds.
SPOOL_KEPT = 3600


def ring(engine, times=1):
    """Ring for ``times`` pictures of ``engine`` after the commit. A broker that is away is no error: the sweep rings again."""
    transaction.on_commit(lambda: _ring_now(engine, times))


def _ring_now(engine, times):
    _send(engine.pk, times)
    line.publish(engine)


def _send(engine_pk, times):
    try:
        for _ in range(times):
            draw_next.apply_async(args=[engine_pk], retry=False, ignore_result=True)
    except (KombuError, CeleryError, RedisError, OSError):
        log.warning("doorbell not rung", extra={"engine": engine_pk})


@shared_task
def draw_next(engine_pk):
    """Draw the fairest waiting picture of this engine, if its pace allows one now, and ring again where more wait.

    One picture a message: so the messages of all engines take turns at the worker's slots.
    """
    engine = Engine.objects.usable().filter(pk=engine_pk).first()
    picture = engine and Picture.objects.claim_next(engine, worker=WORKER, lease=settings.LEASE_SECONDS)
    if not picture:
        return
    try:
        generation.draw(picture, engines.provider_of(picture.engine))
    except Exception:
        picture.abandon()
        raise
    if Picture.objects.claimable(engine).exists():
        _send(engine_pk, 1)


def ring_due():
    """Ring for pictures that an engine could start now, as many as it has calls free: a message was lost, or a pace held."""
    for row in Picture.objects.claimable_now().values("engine", "engine__concurrent_calls").annotate(waiting=Count("pk")):
        free = row["engine__concurrent_calls"] - Picture.objects.being_drawn(row["engine"])
        _send(row["engine"], max(0, min(row["waiting"], free)))


@shared_task
def sweep():
    """Put right whatever a lost message, a dead worker or a long wait left behind.

    Recovering comes last: where it fails (a full disk), the rest was done, and that picture's turn comes again a lease later.
    """
    for picture in Picture.objects.too_late(settings.DRAW_WITHIN):
        picture.give_up("too_late")
    for engine in Engine.objects.awaited():
        line.publish(engine)
    ring_due()
    _clear_spool()
    _heartbeat()
    for picture in Picture.objects.take_over_lost(worker=WORKER, lease=settings.LEASE_SECONDS):
        log.warning("claim ran out", extra={"picture": str(picture.public_id), "fence": picture.fence})
        generation.recover(picture, engines.provider_of(picture.engine))


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
