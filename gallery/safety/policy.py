"""What a school, and then a teacher, want of the words gate: levels of families, phrases of their own, names to keep out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, get_args

from gallery.safety.families import phrase_of

Level = Literal["refuse", "hold", "allow"]
LEVELS: tuple[Level, ...] = get_args(Level)

#: Letters of a phrase, and phrases of one list.
MAX_PHRASE = 100
MAX_PHRASES = 50_000


@dataclass(frozen=True)
class Policy:
    """One answer to "what may be drawn here", hashable, so that what is made of it can be kept.

    ``levels`` change a whole family; a family of care stays one whatever they say, and an unknown family changes nothing.
    ``words`` are phrases in any form of their words: "allow" is an exception to every family but those of care. Of equal
    phrases or families the last counts. ``names`` are the people of a class. ``holds_unsure`` says whether the learned layer
    may hold a prompt, ``holds_without_layer`` whether what it would have judged is held where it is missing.
    """

    levels: tuple[tuple[str, Level], ...] = ()
    words: tuple[tuple[str, Level], ...] = ()
    names: frozenset[str] = frozenset()
    holds_unsure: bool = True
    holds_without_layer: bool = False

    def __post_init__(self) -> None:
        """ValueError for a level that is none: such a rule would be read as nothing at all."""
        for key, level in (*self.levels, *self.words):
            if level not in LEVELS:
                raise ValueError(f"{key!r}: the level is {level!r}, not one of {', '.join(LEVELS)}")

    def then(self, later: Policy) -> Policy:
        """Return this policy with ``later`` (a teacher's, after the school's) on top; what either holds is held."""
        return replace(
            self,
            levels=self.levels + later.levels,
            words=self.words + later.words,
            names=self.names | later.names,
            holds_unsure=self.holds_unsure or later.holds_unsure,
            holds_without_layer=self.holds_without_layer or later.holds_without_layer,
        )

    def level_of(self, family: str, own: Level) -> Level:
        """Return the level of something of ``family`` that is ``own`` where nobody changed it."""
        return dict(self.levels).get(family, own)


def fault_of(text: str) -> str:
    """Return why ``text`` can be no phrase of a list: "empty", "long", "pattern"; "" where it can. A faulty one is skipped."""
    if not text.strip():
        return "empty"
    if len(text) > MAX_PHRASE:
        return "long"
    try:
        phrase_of(text)
    except ValueError:
        return "pattern"
    return ""
