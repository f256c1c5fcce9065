from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from assignments.models import User


def _back(request):
    """Return to the page that the form stood on, if it is one of ours."""
    target = request.POST.get("next") or request.headers.get("Referer") or "/"
    is_ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if is_ours else "/")


def _person(request):
    return request.teacher or request.user


@require_POST
def language(request):
    """Change the language, for this browser and for the signed-in person."""
    chosen = request.POST.get("language", "")
    response = _back(request)
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=365 * 24 * 3600,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
        _keep(_person(request), language=chosen)
    return response


@require_POST
def theme(request):
    """Keep the person's choice of light, dark, or as the device."""
    chosen = request.POST.get("theme", "")
    if chosen in ("", "light", "dark"):
        _keep(_person(request), theme=chosen)
    return _back(request)


def _keep(person, **choice):
    if person.is_authenticated:
        User.objects.filter(pk=person.pk).update(**choice)


@require_POST
def sign_out(request):
    logout(request)
    return redirect(settings.LOGOUT_REDIRECT_URL)
