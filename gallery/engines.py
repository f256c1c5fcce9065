"""Engines as the environment describes them, and the way from an Engine row to the service it names."""

import logging
import os
import threading
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction

from gallery.models import Engine, Price, TokenPrice
from gallery.providers import clients, prices
from gallery.providers.base import Abilities, Misconfigured, Service
from gallery.providers.lifetimes import newest_known_model
from gallery.providers.moderation import Moderator
from gallery.providers.openai import OpenAIProvider
from gallery.providers.responses import ResponsesProvider
from gallery.providers.sketch import SketchProvider

log = logging.getLogger(__name__)

#: What OpenAI's image models call the quality of tries, and the one of final pictures. Other servers have words of their own.
OPENAI_QUALITIES = {"quality": "low", "final_quality": "high"}


def described_by(environ):
    """Return the engines that ``environ`` configures, the one that shall draw by default first."""
    engines = []
    model = environ.get("OPENAI_IMAGE_MODEL", "").strip()
    base_url = environ.get("OPENAI_BASE_URL", "").strip()
    if environ.get("OPENAI_API_KEY", "").strip() or base_url:
        engines.append(
            {
                "name": "openai",
                "title": "OpenAI" if not base_url else "Images API",
                "provider": Engine.Provider.OPENAI,
                "model": model or newest_known_model(),
                "base_url": base_url,
                "key_variable": "OPENAI_API_KEY",
            }
            | ({} if clients.dialect(Service("openai", base_url=base_url)) == "compatible" else OPENAI_QUALITIES)
        )
    endpoint = environ.get("AZURE_OPENAI_ENDPOINT", "").strip()
    if endpoint:
        new_name = environ.get("AZURE_OPENAI_API_KEY", "").strip()
        engines.append(
            {
                "name": "azure",
                "title": "Azure OpenAI",
                "provider": Engine.Provider.AZURE,
                "model": environ.get("AZURE_OPENAI_DEPLOYMENT", "").strip() or model or newest_known_model(),
                "base_url": endpoint,
                "api_version": environ.get("OPENAI_API_VERSION", "").strip(),
                "key_variable": "AZURE_OPENAI_API_KEY" if new_name else "AZURE_OPENAI_KEY",
            }
            | OPENAI_QUALITIES
        )
    engines.append(
        {
            "name": "sketch",
            "title": "Sketch",
            "provider": Engine.Provider.SKETCH,
            "concurrent_calls": 4,
            "final_quality": "high",
        }
    )
    return engines


@transaction.atomic
def refresh(environ=os.environ):
    """Make or refresh the rows of the engines that ``environ`` configures, and return the default one.

    Engines that came from the environment and are no longer there stop drawing. What an admin set on a row (pace, price,
    quality) stays; a circuit is closed, since a restart is how an adult says "try again".
    """
    described = described_by(environ)
    for fields in described:
        known = Engine.objects.filter(name=fields["name"]).first()
        # An engine that came back draws again; one that an admin switched off stays off.
        is_enabled = known.is_enabled if known and known.from_environment else True
        there = {"from_environment": True, "is_enabled": is_enabled}
        lasting = ("name", "title", "concurrent_calls", "quality", "final_quality")
        engine, created = Engine.objects.update_or_create(
            name=fields["name"],
            defaults={name: value for name, value in fields.items() if name not in lasting} | there,
            create_defaults=fields | there,
        )
        engine.close_circuit()
        write_prices(engine)
        if created:
            log.info("engine", extra={"engine": engine.name, "model": engine.model, "at": engine.base_url})
    names = [fields["name"] for fields in described]
    gone = Engine.objects.filter(from_environment=True).exclude(name__in=names)
    gone.update(is_enabled=False, is_default=False, from_environment=False)
    default = Engine.objects.filter(name=names[0]).usable().first()
    if default:
        default.make_default()
    return default or Engine.objects.default()


def write_prices(engine):
    """Write down what is known of ``engine``'s prices today; what people wrote counts before it, and stays.

    Azure and other people's servers have prices of their own, which an administrator adds.
    """
    if engine.is_sketch:
        Price.objects.know(engine, prices.CHECKED_ON, size="", quality="", micros=0, source="Drawn by this site itself.")
    elif engine.provider == Engine.Provider.OPENAI and is_openai(engine.base_url):
        for known in prices.known_prices(engine.model):
            Price.objects.know(engine, prices.CHECKED_ON, **known._asdict())
        if known := prices.known_token_price(engine.model):
            TokenPrice.objects.know(engine, prices.CHECKED_ON, **known._asdict())


def is_openai(base_url):
    """Say whether an address is OpenAI's own; empty stands for it."""
    return not base_url or urlsplit(base_url).hostname == "api.openai.com"


def service_of(engine, environ=os.environ):
    """Return how to reach ``engine``, with the key that its variable holds right now."""
    return Service(
        kind=engine.provider,
        model=engine.model,
        base_url=engine.base_url,
        api_key=environ.get(engine.key_variable, "").strip() if engine.key_variable else "",
        api_version=engine.api_version,
        chat_model=engine.chat_model if engine.is_resumable else "",
        deadline=settings.PROVIDER_DEADLINE,
        extra=engine.extra,
    )


def _openai(service):
    return ResponsesProvider(service) if service.chat_model else OpenAIProvider(service)


_PROVIDERS = {"sketch": lambda service: SketchProvider(), "openai": _openai, "azure": _openai}
_made = {}
_lock = threading.Lock()


def provider_of(engine):
    """Return the code that draws for ``engine``; one per configuration and process, so that connections are kept."""
    service = service_of(engine)
    key = repr(service)
    with _lock:
        if key not in _made:
            try:
                _made[key] = _PROVIDERS[service.kind](service)
            except ValueError as error:
                _made[key] = Unusable(type(error).__name__)
        return _made[key]


def warm():
    """Load what an outside engine in use is asked with."""
    if Engine.objects.usable().exclude(provider=Engine.Provider.SKETCH).exists():
        clients.warm()


def moderator_of(engine, environ=os.environ):
    """Return the moderation that looks at words and pictures of ``engine``; None where there is none.

    OpenAI's own looks at OpenAI's drawings, with the same key. MODERATION_BASE_URL names one (OpenAI's too, or a server that
    speaks its API) for every outside engine: it gets their words and pictures, so nobody else's is asked unless told to.
    """
    if engine.is_sketch:
        return None
    if address := environ.get("MODERATION_BASE_URL", "").strip():
        key = environ.get("MODERATION_API_KEY", "").strip()
        return Moderator(Service(kind="openai", base_url=address, api_key=key))
    service = service_of(engine, environ)
    return Moderator(service) if clients.dialect(service) == "openai" and service.api_key else None


class Unusable:
    """Stands for a service whose settings no provider can be made of: every call says that an adult must act."""

    abilities = Abilities()

    def __init__(self, why):
        self.why = why

    def ask(self, request, spool):
        raise Misconfigured(f"The engine's settings cannot be used ({self.why}).", kind="address")

    def read(self, spool, request):
        return self.ask(request, spool)
