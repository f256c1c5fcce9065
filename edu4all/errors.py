"""What the site answers where it could not even read what was sent."""

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpResponseBadRequest
from django.template.loader import render_to_string


def bad_request(request, exception):
    """Answer 400, and say so where it was only too much at once: the same again would be too much again."""
    is_too_much = isinstance(exception, (RequestDataTooBig, TooManyFieldsSent))
    return HttpResponseBadRequest(render_to_string("400.html", {"is_too_much": is_too_much}))
