"""When image models end: what is known today, and what a service says itself.

Model names stand here and in prices.py, nowhere else in the code. To renew: add rows, newest first, and move ``CHECKED_ON``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from .base import Broken, Service
from .clients import conversation

#: The day on which the table was last compared with its sources.
CHECKED_ON = date(2026, 11, 22)

_LIBRARY = "openai-python 3.54.0, types/image_model.py"
_DEPRECATIONS = "https://developers.openai.com/api/docs/deprecations"
_AZURE = "Microsoft Learn, Azure OpenAI model retirements, 2026-07-07"


@dataclass(frozen=True)
class Lifetime:
    """One image model of OpenAI's; a date is None where nothing was announced. Azure ends models on days of its own."""

    model: str
    shutdown: date | None
    source: str
    azure_shutdown: date | None = None


KNOWN: tuple[Lifetime, ...] = (
    # Of two sisters of one day the first is what OpenAI's own tools take.
    Lifetime("gpt-image-2.6-sunburst", None, _LIBRARY),
    Lifetime("gpt-image-2.6-flare", None, _LIBRARY),
    Lifetime("gpt-image-2.5-sunburst", None, _LIBRARY),
    Lifetime("gpt-image-2.5-sunburst-2026-09-08", None, _LIBRARY),
    Lifetime("gpt-image-2.5-flare", None, _LIBRARY),
    Lifetime("gpt-image-2.5-flare-2026-09-08", None, _LIBRARY),
    Lifetime("gpt-image-2", None, f"{_LIBRARY}; {_AZURE}", date(2027, 4, 21)),
    Lifetime("gpt-image-2-2026-04-21", None, f"{_LIBRARY}; {_AZURE}", date(2027, 4, 21)),
    Lifetime("gpt-image-1.5", date(2026, 12, 1), f"{_DEPRECATIONS}; {_AZURE}", date(2026, 12, 16)),
    Lifetime("gpt-image-1.5-2025-12-16", date(2026, 12, 1), f"{_DEPRECATIONS}; {_AZURE}", date(2026, 12, 16)),
    Lifetime("chatgpt-image-latest", date(2026, 12, 1), _DEPRECATIONS),
    Lifetime("gpt-image-1-mini", date(2026, 12, 1), f"{_DEPRECATIONS}; {_AZURE}", date(2027, 4, 7)),
    Lifetime("gpt-image-1", date(2026, 10, 23), f"{_LIBRARY}; {_AZURE}", date(2026, 10, 23)),
    Lifetime("dall-e-3", date(2026, 5, 12), _LIBRARY, date(2026, 5, 12)),
    Lifetime("dall-e-2", date(2026, 5, 12), _LIBRARY, date(2026, 5, 12)),
)


def newest_known_model() -> str:
    """The model that is taken when nobody names one: the newest for which no end was announced."""
    return next(lifetime.model for lifetime in KNOWN if lifetime.shutdown is None)


def shutdown_date(model: str, kind: str = "openai") -> date | None:
    """The first day on which ``model`` no longer answers, None where no end is known (or the model is not).

    ``kind`` is the service's; an Azure deployment is looked up by its own name, which is often, but not always, the model's.
    """
    lifetime = next((lifetime for lifetime in KNOWN if lifetime.model == model.strip().lower()), None)
    if lifetime is None:
        return None
    return lifetime.azure_shutdown if kind == "azure" else lifetime.shutdown


def is_retired(model: str, today: date, kind: str = "openai") -> bool:
    """Whether ``model`` is known to have ended by ``today``."""
    end = shutdown_date(model, kind)
    return end is not None and end <= today


def listed_models(service: Service) -> dict[str, date | None]:
    """Ask ``service`` for its models and the days on which it says they end, None where it says nothing.

    Free of charge, under the same deadline and with the same errors as a drawing.
    """
    with conversation(service) as client, client.models.with_streaming_response.list() as answer:
        body = b"".join(answer.iter_bytes())
    try:
        rows = json.loads(body)["data"]
        return {str(row["id"]): _date(row) for row in rows}
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Broken("The list of models cannot be read.", code="no_models", http_status=200) from None


def _date(row: Mapping[str, object]) -> date | None:
    try:
        return date.fromisoformat(str(row.get("shutdown_date"))[:10])
    except ValueError:
        return None
