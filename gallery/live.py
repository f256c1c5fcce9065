"""Tells waiting pages, without a database, whether anything changed.

A trail has a stamp in the cache: a random word that every change replaces. A page reads the stamp before it reads the rows,
so a stamp that is still the same means that the page shows the newest rows. Stamps are forgotten after a while, so that a
change whose new stamp was lost with the cache reaches the page all the same.
"""

import logging
import secrets
import zlib

from django.core import signing
from django.core.cache import cache
from django.http import HttpResponse
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

PATH = "/poll/"
STAMP_SECONDS = 20
TOKEN_SECONDS = 12 * 3600
SALT = "gallery.live"
#: Seconds between polls: the first soon, then calmly.
FIRST_POLL, NEXT_POLL = 1, 2


PLACES_SECONDS, PUBLISH_EVERY = 15, 2


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
    """Return what the trail's page can be compared by: its stamp, made now where it had none, and its places in line.

    Empty where the cache is away.
    """
    try:
        found = cache.get_many([_key(public_id), _places_key(public_id)])
        own = found.get(_key(public_id)) or cache.get_or_set(_key(public_id), lambda: secrets.token_urlsafe(9), STAMP_SECONDS)
    except (RedisError, OSError):
        return ""
    places = found.get(_places_key(public_id))
    return f"{own}.{zlib.crc32(repr(places).encode()):x}" if places else own


def may_publish(engine_pk):
    """Tell whether the line of an engine may be published now; who asks first within two seconds does it."""
    try:
        return cache.add(f"line:{engine_pk}", 1, PUBLISH_EVERY)
    except (RedisError, OSError):
        return False


def publish_places(places):
    """Keep ``places``, {trail's id: {picture's id: [place, minutes or None]}}, for the pages that wait."""
    try:
        cache.set_many({_places_key(trail): own for trail, own in places.items()}, PLACES_SECONDS)
    except (RedisError, OSError):
        log.debug("places not written")


def places(public_id):
    """Return {picture's id: [place in line, minutes or None]} of a trail's waiting pictures, as last published."""
    try:
        return cache.get(_places_key(public_id)) or {}
    except (RedisError, OSError):
        return {}


def token_for(user, trail):
    """Return the token that lets ``user`` ask whether ``trail`` changed, and nothing else."""
    return signing.dumps([user.pk, str(trail.public_id)], salt=SALT, compress=False)


def read_token(token):
    """Return (user's pk, trail's public id) of a token; BadSignature where it was not made here or is too old."""
    return signing.loads(token, salt=SALT, max_age=TOKEN_SECONDS)


class UnchangedMiddleware:
    """Answers a poll with 204 while nothing changed, before a session or the database is touched."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method == "GET" and request.path_info.startswith(PATH) and (seen := request.GET.get("v")):
            try:
                _user, public_id = read_token(request.path_info.removeprefix(PATH).strip("/"))
            except signing.BadSignature:
                return HttpResponse(status=403)
            if stamp(public_id) == seen:
                return HttpResponse(status=204)
        return self.get_response(request)
