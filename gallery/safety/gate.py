"""The words gate: decides whether a student's prompt may be sent to an engine, before anything is asked or paid."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, cast

from gallery.safety import learned
from gallery.safety.disguises import is_backwards
from gallery.safety.families import Family, Phrase, Section, phrase_of
from gallery.safety.frame import frame_family
from gallery.safety.languages import strange_writing
from gallery.safety.lists import Lexicon, school
from gallery.safety.normalise import Token, clean, language_of, tokens
from gallery.safety.personal import personal_findings
from gallery.safety.policy import LEVELS, Level, Policy, fault_of

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
#: The kind of trouble with a phrase that the school or the teacher listed.
OWN = "own"


class _Finding(NamedTuple):
    level: Level
    gate: str
    family: str


def judge(
    prompt: str, policy: Policy = HOUSE, *, opinion: Callable[[str], learned.Opinion | None] = learned.opinion
) -> Verdict:
    """Judge one prompt as ``policy`` wants it; ``opinion`` is asked last, where the rules say nothing."""
    cleaned = clean(prompt[:_MOST_READ])
    found = tokens(cleaned)
    own, allowed = _own(policy.words).judged(found) if policy.words else ([], frozenset[int]())
    hits = school().find(found, allowed=allowed)
    if is_backwards([token.text.casefold() for token in found]):
        hits = hits or school().find(tokens(cleaned[::-1]))
    families = tuple(hit.family for hit in hits)

    def verdict(outcome: Outcome, gate: str, family: str) -> Verdict:
        touched = tuple(dict.fromkeys((family, *families)))
        return Verdict(outcome, gate, family, cleaned[:MAX_PROMPT], touched)

    # A child in need comes first, whatever else is wrong with the prompt.
    if hits and hits[0].level == "care":
        return verdict("care", "care", hits[0].family)
    if not cleaned or not (_SAYS_SOMETHING.search(cleaned) or any(unicodedata.category(sign) == "So" for sign in cleaned)):
        return verdict("refuse", "length", "empty")
    if len(cleaned) > MAX_PROMPT or len(prompt) > _MOST_READ:
        return verdict("refuse", "length", "long")
    if family := frame_family(prompt, cleaned):
        return verdict("refuse", "frame", family)
    findings = [_Finding(policy.level_of(hit.family, hit.level), "words", hit.family) for hit in hits if hit.level != "care"]
    findings += [_Finding(level, "words", OWN) for level in own]
    findings += [_Finding(level, "personal", family) for family, level in personal_findings(cleaned, found, policy.names)]
    if kind := strange_writing(cleaned, found):
        findings.append(_Finding("hold", "words", kind))
    families = tuple(dict.fromkeys(finding.family for finding in findings))
    for outcome in ("refuse", "hold"):
        for finding in findings:
            if finding.level == outcome:
                return verdict(outcome, finding.gate, finding.family)
    thought = opinion(_without(cleaned, found, allowed))
    if thought is None and policy.holds_without_layer:
        return verdict("hold", "learned", "unread")
    if thought and (thought.outcome == "refuse" or (thought.outcome == "hold" and policy.holds_unsure)):
        return verdict(thought.outcome, "learned", "meaning")
    return Verdict("allow", "", "", cleaned, families)


def _without(cleaned: str, found: Sequence[Token], allowed: frozenset[int]) -> str:
    """Return a cleaned prompt without its allowed tokens: what a teacher allows is no news for the learned layer."""
    for place in allowed:
        cleaned = cleaned.replace(found[place].text, " ", 1)
    return " ".join(cleaned.split()) if allowed else cleaned


class _Own:
    """The phrases of a policy with all their forms."""

    def __init__(self, words: Iterable[tuple[str, Level]]) -> None:
        phrases: dict[Phrase, Level] = {}
        for text, level in words:
            if not fault_of(text):
                phrases[phrase_of(text)] = level
        by_level = {level: tuple(each for each in phrases if phrases[each] == level) for level in LEVELS}
        self._lexicon = Lexicon([Family(OWN, tuple(Section(level, "", listed) for level, listed in by_level.items()))])

    def judged(self, found: Sequence[Token]) -> tuple[list[Level], frozenset[int]]:
        """Return the levels of the phrases in a prompt, and the positions that "allow" covers.

        A phrase that lies wholly within an allowed one does not count.
        """
        places = self._lexicon.where(found)
        excuses = [where for _, level, where in places if level == "allow"]
        levels = [level for _, level, where in places if level in ("refuse", "hold") and not any(where <= e for e in excuses)]
        return cast(list[Level], levels), frozenset().union(*excuses)


@lru_cache(maxsize=256)
def _own(words: tuple[tuple[str, Level], ...]) -> _Own:
    return _Own(words)


__all__ = ["HOUSE", "MAX_PROMPT", "Verdict", "judge", "language_of"]
