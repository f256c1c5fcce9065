"""The words gate: decides whether a student's prompt may be sent to an engine, before anything is asked or paid."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from gallery.safety.families import Family
from gallery.safety.frame import frame_family
from gallery.safety.lists import Lexicon, school
from gallery.safety.normalise import clean, language_of, tokens
from gallery.safety.personal import names_somebody, personal_family

#: Characters of a prompt, after cleaning.
MAX_PROMPT = 1000
#: Characters that are looked at in any prompt, so that a book pasted in costs no more than a page.
_MOST_READ = 4 * MAX_PROMPT

Outcome = Literal["allow", "refuse", "care"]
_SAYS_SOMETHING = re.compile(r"[^\W_]")


@dataclass(frozen=True)
class Verdict:
    """What becomes of a prompt.

    ``outcome`` is "allow", "refuse" or "care" (self-harm or abuse: answered with care, never scolded). ``gate`` is the layer
    that decided: "" for allow, else "care", "length", "frame", "words" or "personal"; ``family`` is its key for the kind of
    trouble, never the word itself. ``clean_prompt`` is what may be sent.
    """

    outcome: Outcome
    gate: str
    family: str
    clean_prompt: str


def judge(prompt: str, *, extra_words: frozenset[str] = frozenset(), names: Iterable[str] = ()) -> Verdict:
    """Judge one prompt. ``extra_words`` are a teacher's own words and phrases, ``names`` people who must not be drawn."""
    cleaned = clean(prompt[:_MOST_READ])

    def refused(gate: str, family: str) -> Verdict:
        return Verdict("refuse", gate, family, cleaned[:MAX_PROMPT])

    found = tokens(cleaned)
    hit = school().find(found)
    # A child in need comes first, whatever else is wrong with the prompt.
    if hit and hit.outcome == "care":
        return Verdict("care", "care", hit.family, cleaned[:MAX_PROMPT])
    if not cleaned or not (_SAYS_SOMETHING.search(cleaned) or any(unicodedata.category(sign) == "So" for sign in cleaned)):
        return refused("length", "empty")
    if len(cleaned) > MAX_PROMPT or len(prompt) > _MOST_READ:
        return refused("length", "long")
    if family := frame_family(prompt, cleaned):
        return refused("frame", family)
    if hit:
        return refused("words", hit.family)
    if extra_words and _teachers(extra_words).find(found):
        return refused("words", "teacher")
    if family := personal_family(cleaned):
        return refused("personal", family)
    if names_somebody(found, names):
        return refused("personal", "name")
    return Verdict("allow", "", "", cleaned)


@lru_cache(maxsize=256)
def _teachers(words: frozenset[str]) -> Lexicon:
    return Lexicon([Family("teacher", words=",".join(sorted(words)))])


__all__ = ["MAX_PROMPT", "Verdict", "judge", "language_of"]
