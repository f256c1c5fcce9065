"""All that looked at a picture, weighed: may its author see it, must an adult look first, or may nobody have it?

Each outcome has a code, which stands on the row, in the event and in the review; gallery.shown puts it into words.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from gallery.providers.moderation import Opinion
from gallery.safety.picture_gate import Look

#: Why an adult must look first: the classifier doubts, it failed, the moderation doubts the picture or the words, our words
#: gate doubts those that a service made of them, or nothing on this site could judge.
HOLDS = ("picture_doubt", "picture_broken", "moderation_doubt", "words_doubt", "reworded_doubt", "unjudged")


@dataclass(frozen=True)
class Finding:
    """What becomes of a picture, or of words: "fine", "hold" or "refuse", why, and what each gate said, for the event."""

    outcome: Literal["fine", "hold", "refuse"]
    reason: str = ""
    said: dict[str, Any] = field(default_factory=dict)

    @property
    def in_short(self) -> str:
        """What the gates said, for operators: codes, categories and numbers, never words of a prompt."""
        pairs = ((name, ",".join(value) if isinstance(value, list) else value) for name, value in self.said.items())
        return " ".join(f"{name}={value}" for name, value in pairs if value not in ("", None))


def weigh_words(opinion: Opinion) -> Finding:
    """Return what becomes of words before they are drawn; a moderation that is silent lets them pass."""
    if opinion.outcome == "care":  # what a child in need wrote of is for its teachers, not for events
        return Finding("refuse", "care", {"stage": "input"})
    said = {"stage": "input", "moderation": opinion.outcome, "categories": list(opinion.categories)}
    if opinion.detail:
        said["code"] = opinion.detail
    if opinion.outcome == "refuse":
        return Finding("refuse", "moderation_words", said)
    return Finding("hold", "words_doubt", said) if opinion.outcome == "hold" else Finding("fine", "", said)


def weigh(look: Look, opinion: Opinion | None = None, *, words: str = "", is_ours: bool = False, holds: bool = True) -> Finding:
    """Return what becomes of a picture. The strictest word counts, and a gate that failed is never a reason to show it.

    ``opinion`` is the moderation's, None where there is none; ``words`` is the code of an earlier doubt about the words.
    ``is_ours``: the sketch engine drew it; ``holds``: what outside services drew and nothing could judge is held.
    """
    said: dict[str, Any] = {"stage": "output", "classifier": look.outcome}
    if look.score is not None:
        said["score"] = look.score
    if opinion is not None:
        said |= {"moderation": opinion.outcome, "categories": list(opinion.categories)}
    if detail := look.detail or (opinion.detail if opinion else ""):
        said["code"] = detail
    heard = opinion.outcome if opinion else ""
    if look.outcome == "refuse":
        return Finding("refuse", "picture", said)
    if heard in ("refuse", "care"):
        return Finding("refuse", "moderation_picture", said)
    if look.outcome == "broken":
        return Finding("hold", "picture_broken", said)
    if look.outcome == "hold":
        return Finding("hold", "picture_doubt", said)
    if heard == "hold":
        return Finding("hold", "moderation_doubt", said)
    if words:
        return Finding("hold", words, said)
    is_unjudged = look.outcome == "missing" and heard != "fine" and not is_ours
    if is_unjudged and (holds or heard == "silent"):
        return Finding("hold", "unjudged", said)
    return Finding("fine", "", said)
