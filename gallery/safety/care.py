"""Tells the two levels of care apart: a child that may be in need itself, and words about somebody else or a subject."""

from __future__ import annotations

from functools import cache
from typing import Literal

from gallery.safety.families import DATA, read_groups
from gallery.safety.normalise import clean, tokens

#: "alert": the own life or being hurt, the teachers are told; "help": the child reads where there is help, and no more.
CareLevel = Literal["alert", "help"]
#: Characters that are looked at; the own voice is heard in the first of them.
_MOST_READ = 4000


def care_level(text: str) -> CareLevel:
    """Return the level of a text that the words gate answered with care. In doubt it is an alert."""
    words = {spelling for token in tokens(clean(text[:_MOST_READ])) for spelling in token.spellings}
    words |= {part for word in words for part in word.replace("’", "'").split("'")}
    groups = _groups()
    if words & groups["@own"]:
        return "alert"
    return "help" if words & (groups["@others"] | groups["@subject"]) else "alert"


@cache
def _groups() -> dict[str, frozenset[str]]:
    """Return the groups of words in care.txt. BadList where the file cannot be read."""
    return read_groups((DATA / "care.txt").read_text(encoding="utf-8"), "care.txt")
