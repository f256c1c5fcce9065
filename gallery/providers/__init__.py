"""The services that can draw, each behind the same two methods."""

from __future__ import annotations

from .base import Provider, Service
from .openai import OpenAIProvider
from .sketch import SketchProvider


def provider_for(service: Service) -> Provider:
    """Return the code that speaks to ``service``; ValueError for a kind that nobody wrote."""
    if service.kind == "sketch":
        return SketchProvider()
    if service.kind in ("openai", "azure"):
        return OpenAIProvider(service)
    raise ValueError(f"No provider for {service.kind!r}.")
