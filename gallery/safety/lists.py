"""Looks for the words, phrases and pairs of word families in the tokens of a prompt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from gallery.safety.families import CALM, FAMILIES, GROUPS, NEVER, Family
from gallery.safety.lemmas import forms_of
from gallery.safety.normalise import Token

Phrase = tuple[str, ...]
#: Words that may stand between two words of a phrase; exceptions and calm words allow none.
_GAP = 1
#: Letters of the shortest word looked for inside a run of spaced letters.
_SHORTEST_IN_RUN = 4
_LONGEST_FORM = 18
#: Words with starred letters that are looked up in one prompt; each costs about a millisecond.
_MOST_STARRED = 8


@dataclass(frozen=True)
class Hit:
    """A family that a prompt touches, and what is done about it."""

    family: str
    outcome: str


@dataclass(frozen=True)
class _Rules:
    """One family, ready to be looked for."""

    hit: Hit
    phrases: tuple[Phrase, ...]
    calmed: tuple[Phrase, ...]
    pairs: tuple[tuple[frozenset[str], frozenset[str], int], ...]


class Lexicon:
    """Word families with all their forms, made once and then only read, so that threads may share it."""

    def __init__(self, families: Iterable[Family], *, calm: str = "", never: str = "") -> None:
        self._rules = [
            _Rules(
                Hit(family.key, family.outcome),
                _phrases(family.words),
                _phrases(family.unless_calm),
                tuple((_side(pair.left), _side(pair.right), pair.reach) for pair in family.pairs),
            )
            for family in families
        ]
        self._exceptions = [phrase for family in families for phrase in _phrases(family.exceptions)]
        self._calm = _phrases(calm)
        self._words_by_form: dict[str, frozenset[str]] = {}
        for word in self._vocabulary():
            for form in forms_of(word):
                self._words_by_form[form] = self._words_by_form.get(form, frozenset()) | {word}
        for form in never.split():
            self._words_by_form.pop(form, None)

    def find(self, tokens: Sequence[Token]) -> Hit | None:
        """Return the first family, in the order they were given, that the tokens touch."""
        if not (places := self._places(tokens)):
            return None
        for phrase in self._exceptions:
            for masked in _where(phrase, places, gap=0):
                for word in list(places):
                    if not (left := places[word] - masked):
                        del places[word]
                    else:
                        places[word] = left
        is_calm = any(True for phrase in self._calm for _ in _where(phrase, places, gap=0))
        for rules in self._rules:
            if any(True for phrase in rules.phrases for _ in _where(phrase, places, gap=_GAP)):
                return rules.hit
            if not is_calm and any(True for phrase in rules.calmed for _ in _where(phrase, places, gap=_GAP)):
                return rules.hit
            if any(_near(pair, places) for pair in rules.pairs):
                return rules.hit
        return None

    def _vocabulary(self) -> set[str]:
        phrases = [*self._exceptions, *self._calm]
        for rules in self._rules:
            phrases += [*rules.phrases, *rules.calmed, *((word,) for pair in rules.pairs for side in pair[:2] for word in side)]
        return {word for phrase in phrases for word in phrase}

    def _places(self, tokens: Sequence[Token]) -> dict[str, set[int]]:
        """Map each listed word that occurs to the positions where it does."""
        places: dict[str, set[int]] = {}
        starred = 0
        for index, token in enumerate(tokens):
            for spelling in token.spellings:
                words = self._words_by_form.get(spelling, frozenset())
                if token.is_run:
                    words = words | self._words_within(spelling)
                if "*" in spelling and starred < _MOST_STARRED:
                    starred += 1
                    words = words | self._words_behind_stars(spelling)
                for word in words:
                    places.setdefault(word, set()).add(index)
        return places

    def _words_within(self, run: str) -> frozenset[str]:
        found: frozenset[str] = frozenset()
        for start in range(len(run)):
            for end in range(start + _SHORTEST_IN_RUN, min(len(run), start + _LONGEST_FORM) + 1):
                found |= self._words_by_form.get(run[start:end], frozenset())
        return found

    def _words_behind_stars(self, spelling: str) -> frozenset[str]:
        if sum(letter.isalpha() for letter in spelling) < 2 or len(spelling) < 4:
            return frozenset()
        pattern = re.compile(re.escape(spelling).replace(r"\*", "."))
        found = [words for form, words in self._words_by_form.items() if pattern.fullmatch(form)]
        return frozenset().union(*found)


@cache
def school() -> Lexicon:
    """Return the house's own families; the first call takes about a second."""
    return Lexicon(FAMILIES, calm=CALM, never=NEVER)


def _where(phrase: Phrase, places: dict[str, set[int]], *, gap: int) -> Iterable[set[int]]:
    """Yield the positions of every occurrence of ``phrase``, with at most ``gap`` other words between two of its own."""
    if any(word not in places for word in phrase):
        return
    for start in tuple(places[phrase[0]]):
        taken = [start]
        for word in phrase[1:]:
            following = [place for place in range(taken[-1] + 1, taken[-1] + gap + 2) if place in places.get(word, ())]
            if not following:
                break
            taken.append(following[0])
        else:
            yield set(taken)


def _near(pair: tuple[frozenset[str], frozenset[str], int], places: dict[str, set[int]]) -> bool:
    left, right, reach = pair
    left_places = [place for word in left & places.keys() for place in places[word]]
    right_places = [place for word in right & places.keys() for place in places[word]]
    return any(0 < abs(one - other) <= reach for one in left_places for other in right_places)


def _phrases(text: str) -> tuple[Phrase, ...]:
    return tuple(tuple(_plain(part).split()) for part in text.split(",") if part.strip())


def _side(text: str) -> frozenset[str]:
    words = (GROUPS[word].split() if word in GROUPS else [word] for word in text.split())
    return frozenset(_plain(word) for group in words for word in group)


def _plain(text: str) -> str:
    return text.casefold().replace("ё", "е").replace("-", "")
