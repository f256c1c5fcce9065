"""Headers that Django and django-csp do not set, and the address that somebody really comes from."""

import ipaddress

from django.conf import settings


def client_address(request):
    """Return the address that wrong passwords count against.

    With TRUSTED_PROXIES=n the n-th entry of X-Forwarded-For from the right, which the outermost of our own proxies wrote;
    what stands further left anybody can make up. Without a fitting entry, whoever holds the other end of the connection.
    """
    address = request.META.get("REMOTE_ADDR")
    if count := settings.TRUSTED_PROXIES:
        entries = request.headers.get("X-Forwarded-For", "").split(",")
        try:
            return str(ipaddress.ip_address(entries[-count].strip()))
        except (IndexError, ValueError):
            return address
    return address


class HeadersMiddleware:
    """Switches off what the site never uses, and keeps pages of signed-in people out of shared caches."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if not request.path.startswith("/static/"):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response
