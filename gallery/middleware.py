"""Polls that find no row changed are answered here, before a session or the database is touched.

Only a forgotten stamp costs one count of events, at most once in live.STAMP_SECONDS for each page.
"""

from django.core import signing
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import translation
from redis.exceptions import RedisError

from gallery import live, waiting
from gallery.models import Event

PATH = "/poll/"


class UnchangedMiddleware:
    """Answers 204 where a page is as it should be, and the few words that moved where only places in line did.

    ``v`` is the stamp of the page, ``n`` how many events it knows of, ``p`` the version of the places it shows. The words find
    their own way into the page (templates/gallery/_places.html).
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method == "GET" and request.path_info.startswith(PATH) and (seen := request.GET.get("v")):
            try:
                _user, public_id, language = live.read_token(request.path_info.removeprefix(PATH).strip("/"))
            except (signing.BadSignature, ValueError):
                return HttpResponse(status=403)
            try:
                stamp, places = live.peek(public_id)
            except (RedisError, OSError):
                return self.get_response(request)
            if stamp is None and str(Event.objects.of_trail(public_id).count()) == request.GET.get("n"):
                live.keep(public_id, stamp := seen)
            if stamp == seen:
                return self._answer(places, language, request.GET.get("p", ""))
        return self.get_response(request)

    def _answer(self, places, language, seen):
        version = live.version_of(places)
        if not places or version == seen:
            return HttpResponse(status=204)
        with translation.override(language):
            pictures = [
                {"id": picture, "place": place, "sentence": waiting.sentence(seconds, why)}
                for picture, (place, seconds, why) in places.items()
            ]
            words = render_to_string("gallery/_places.html", {"pictures": pictures, "version": version}).encode()
        headers = {"HX-Reswap": "none", "Cache-Control": "no-store", "Content-Length": str(len(words))}
        return HttpResponse(words, headers=headers)
