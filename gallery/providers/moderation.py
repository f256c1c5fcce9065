"""OpenAI's moderation: a second opinion of words before they are drawn, and of the picture that was drawn from them.

It is told the words or the picture and nothing else: no pseudonym, no frame, no name. Its own failure is nobody's fault and
never an error here: then it has no opinion, and the other layers decide.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, replace
from typing import Any, Literal

from .answers import parsed
from .base import ProviderError, Service
from .clients import conversation

MODEL = "omni-moderation-latest"
#: Seconds for one question: the claim on a picture must outlive two of them beside the drawing itself.
MODERATION_SECONDS = 8.0
_MOST_ANSWER_BYTES = 256 * 1024

#: Flagged categories that no drawing for children may have; whatever else is flagged, a person decides: of war memorials and
#: battles, "violence" is flagged too.
NEVER = frozenset(
    {
        "sexual",
        "sexual/minors",
        "violence/graphic",
        "hate/threatening",
        "harassment/threatening",
        "illicit/violent",
        "self-harm",
        "self-harm/intent",
        "self-harm/instructions",
    }
)
#: In words they are no rudeness but perhaps a call for help.
CARE = frozenset({"self-harm", "self-harm/intent"})

Outcome = Literal["fine", "hold", "refuse", "care", "silent"]


@dataclass(frozen=True)
class Opinion:
    """What the moderation says. "silent": it could not say anything, and ``detail`` tells the operator why.

    "care" is only said of words. ``categories`` are those that were flagged, by the service's own names.
    """

    outcome: Outcome
    categories: tuple[str, ...] = ()
    detail: str = ""


class Moderator:
    """Asks one question at a time, once, under a deadline of its own."""

    def __init__(self, service: Service) -> None:
        self._service = replace(service, deadline=MODERATION_SECONDS, max_answer_bytes=_MOST_ANSWER_BYTES)

    def of_words(self, words: str) -> Opinion:
        """Return the opinion of a student's own words."""
        opinion = self._ask([{"type": "text", "text": words}], "text")
        return replace(opinion, outcome="care") if CARE & set(opinion.categories) else opinion

    def of_picture(self, image: bytes) -> Opinion:
        """Return the opinion of an encoded picture (WebP, PNG or JPEG, up to 20 MB)."""
        kind = "webp" if image[8:12] == b"WEBP" else "png" if image.startswith(b"\x89PNG") else "jpeg"
        address = f"data:image/{kind};base64,{base64.b64encode(image).decode()}"
        return self._ask([{"type": "image_url", "image_url": {"url": address}}], "image")

    def _ask(self, question: list[Any], kind: str) -> Opinion:
        try:
            with conversation(self._service) as client:
                with client.moderations.with_streaming_response.create(model=MODEL, input=question) as answer:
                    body = b"".join(answer.iter_bytes())
            return _opinion(parsed(body), kind)
        except ProviderError as error:  # every one of them: the words and the picture are not to blame
            said = (type(error).__name__, error.http_status, error.code)
            return Opinion("silent", detail=" ".join(str(word) for word in said if word)[:120])


def _opinion(content: dict, kind: str) -> Opinion:
    """Return what the one result in ``content`` says of an input of ``kind`` ("text" or "image")."""
    results = content.get("results")
    result = results[0] if isinstance(results, list) and results else None
    if not isinstance(result, dict) or not isinstance(result.get("flagged"), bool):
        return Opinion("silent", detail="no result")
    given, applied = result.get("categories"), result.get("category_applied_input_types")
    categories = tuple(sorted(name for name, flag in given.items() if flag is True)) if isinstance(given, dict) else ()
    if result["flagged"] or categories:
        return Opinion("refuse" if NEVER & set(categories) else "hold", categories[:20])
    # A server that looks at words alone finds no fault with any picture: that is no opinion of one.
    looked_at = {each for kinds in applied.values() for each in kinds or ()} if isinstance(applied, dict) else set()
    if kind == "image" and "image" not in looked_at:
        return Opinion("silent", detail="pictures are not looked at")
    return Opinion("fine")
