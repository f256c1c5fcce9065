"""Tells waiting pages, without a database, whether anything changed.

A trail has a stamp in the cache: a random word that every change replaces. A page reads the stamp before it reads the rows,
so a stamp that is still the same means that the page shows the newest rows. Stamps are forgotten after a while, so that a
change whose new stamp was lost with the cache reaches the page all the same: then the trail's events are counted, and a page
that knows of all of them gets its stamp back.

Beside the stamp lie the trail's places in line. While only they move, a poll is answered with the few words that changed (see
middleware.py).
"""

import json
import logging
import secrets
import zlib

from django.core import signing
from django.core.cache import cache
from django.utils import translation
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

STAMP_SECONDS = 20
TOKEN_SECONDS = 12 * 3600
SALT = "gallery.live"
#: Seconds between polls: the first soon, then calmly; long waits are looked at more seldom.
FIRST_POLL, NEXT_POLL, CALM_POLL = 1, 2, 4
CALM_FROM_SECONDS = 60
PLACES_SECONDS, PUBLISH_EVERY = 15, 2
#: How long the most pictures drawn at once are remembered, in seconds.
SLOTS_SECONDS = 60


def _key(public_id):
    return f"stamp:{public_id}"


def _places_key(public_id):
    return f"places:{public_id}"


def changed(public_id):
    """Give the trail a new stamp. Without a cache the pages ask the database, so a failure here loses nothing."""
    try:
        cache.set(_key(public_id), secrets.token_urlsafe(9), STAMP_SECONDS)
    except (RedisError, OSError):
        log.debug("stamp not written", extra={"trail": str(public_id)})


def stamp(public_id):
    """Return what the trail's page can be compared by, made now where there was none; empty where the cache is away."""
    return look(public_id)[0]


def look(public_id):
    """Return (stamp, places) of a trail in one look; the stamp is made where there was none."""
    try:
        stamp, places = peek(public_id)
        stamp = stamp or cache.get_or_set(_key(public_id), lambda: secrets.token_urlsafe(9), STAMP_SECONDS)
    except (RedisError, OSError):
        return "", {}
    return stamp, places


def peek(public_id):
    """Return (stamp or None, places) of a trail as they lie in the cache; RedisError or OSError where it is away."""
    found = cache.get_many([_key(public_id), _places_key(public_id)])
    return found.get(_key(public_id)), found.get(_places_key(public_id)) or {}


def keep(public_id, stamp):
    """Give the trail, whose stamp was forgotten, the one that a page of its newest rows holds."""
    try:
        cache.add(_key(public_id), stamp, STAMP_SECONDS)
    except (RedisError, OSError):
        log.debug("stamp not kept", extra={"trail": str(public_id)})


def version_of(places):
    """Return a short word that changes whenever ``places`` do."""
    return f"{zlib.crc32(json.dumps(places, sort_keys=True).encode()):x}" if places else ""


def slots_seen(engine_pk, drawing, most):
    """Return how many pictures an engine draws at once in truth: what was seen of late, ``most`` before anything was.

    ``drawing`` is how many it draws now. Workers may have fewer places than the engine allows.
    """
    key = f"slots:{engine_pk}"
    try:
        seen = max(drawing, cache.get(key) or 0)
        if drawing and drawing >= seen:
            cache.set(key, drawing, SLOTS_SECONDS)
    except (RedisError, OSError):
        seen = drawing
    return seen or most


def may_publish(engine_pk):
    """Tell whether the line of an engine may be published now; who asks first within two seconds does it."""
    try:
        return cache.add(f"line:{engine_pk}", 1, PUBLISH_EVERY)
    except (RedisError, OSError):
        return False


def publish_places(places):
    """Keep ``places``, as line.snapshot gives them, for the pages that wait."""
    try:
        cache.set_many({_places_key(trail): own for trail, own in places.items()}, PLACES_SECONDS)
    except (RedisError, OSError):
        log.debug("places not written")


def places(public_id):
    """Return {picture's id: [place in line, seconds, why neither]} of a trail's waiting pictures, as last published."""
    return look(public_id)[1]


def places_of(public_ids):
    """Return what ``places`` does, for all these trails together and in one look; nothing where the cache is away."""
    try:
        found = cache.get_many([_places_key(public_id) for public_id in public_ids])
    except (RedisError, OSError):
        return {}
    return {picture: place for own in found.values() for picture, place in own.items()}


def token_for(user, trail):
    """Return the token that lets ``user`` ask, in the language of this page, whether ``trail`` changed, and nothing else."""
    return signing.dumps([user.pk, str(trail.public_id), translation.get_language()], salt=SALT, compress=False)


def read_token(token):
    """Return (user's pk, trail's public id, language) of a token; BadSignature where it was not made here or is too old."""
    return signing.loads(token, salt=SALT, max_age=TOKEN_SECONDS)
