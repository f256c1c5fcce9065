"""The words gate: decides whether a student's prompt may be sent to an engine, before anything is asked or paid."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from gallery.safety import learned
from gallery.safety.families import Family
from gallery.safety.frame import frame_family
from gallery.safety.lists import Lexicon, school
from gallery.safety.normalise import clean, language_of, tokens
from gallery.safety.personal import names_somebody, personal_family
from gallery.safety.policy import Level, Policy

#: Characters of a prompt, after cleaning.
MAX_PROMPT = 1000
#: Characters that are looked at in any prompt, so that a book pasted in costs no more than a page.
_MOST_READ = 4 * MAX_PROMPT

Outcome = Literal["allow", "refuse", "hold", "care"]
_SAYS_SOMETHING = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class Verdict:
    """What becomes of a prompt.

    ``outcome`` is "allow", "refuse", "hold" (a teacher looks first) or "care" (self-harm or abuse: answered with care, never
    scolded). ``gate`` is the layer that decided: "" for allow, else "care", "length", "frame", "words", "personal" or
    "learned"; ``family`` is its key for the kind of trouble, never the word itself, and ``families`` all kinds that were
    touched. ``cleaned`` is what may be sent.
    """

    outcome: Outcome
    gate: str
    family: str
    cleaned: str
    families: tuple[str, ...] = ()


#: The policy of a school that changed nothing.
HOUSE = Policy()


def judge(
    prompt: str, policy: Policy = HOUSE, *, opinion: Callable[[str], learned.Opinion | None] = learned.opinion
) -> Verdict:
    """Judge one prompt as ``policy`` wants it; ``opinion`` is asked last, where the rules say nothing."""
    cleaned = clean(prompt[:_MOST_READ])

    def stopped(outcome: Outcome, gate: str, family: str) -> Verdict:
        return Verdict(outcome, gate, family, cleaned[:MAX_PROMPT], (family,))

    found = tokens(cleaned)
    hit = school().find(found)
    # A child in need comes first, whatever else is wrong with the prompt.
    if hit and hit.outcome == "care":
        return stopped("care", "care", hit.family)
    if not cleaned or not (_SAYS_SOMETHING.search(cleaned) or any(unicodedata.category(sign) == "So" for sign in cleaned)):
        return stopped("refuse", "length", "empty")
    if len(cleaned) > MAX_PROMPT or len(prompt) > _MOST_READ:
        return stopped("refuse", "length", "long")
    if family := frame_family(prompt, cleaned):
        return stopped("refuse", "frame", family)
    if hit:
        level: Level = policy.level_of(hit.family, "refuse")
        if level != "allow":
            return stopped(level, "words", hit.family)
    for phrase, level in policy.words:
        if level != "allow" and _own(phrase).find(found):
            return stopped(level, "words", "own")
    if family := personal_family(cleaned):
        return stopped("refuse", "personal", family)
    if names_somebody(found, policy.names):
        return stopped("refuse", "personal", "name")
    thought = opinion(cleaned)
    if thought is None:
        return stopped("hold", "learned", "unread") if policy.holds_without_layer else Verdict("allow", "", "", cleaned)
    if thought.outcome == "refuse" or (thought.outcome == "hold" and policy.holds_unsure):
        return stopped(thought.outcome, "learned", "meaning")
    return Verdict("allow", "", "", cleaned)


@lru_cache(maxsize=1024)
def _own(phrase: str) -> Lexicon:
    return Lexicon([Family("own", words=phrase)])


__all__ = ["HOUSE", "MAX_PROMPT", "Verdict", "judge", "language_of"]
