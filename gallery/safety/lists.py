"""Looks for the words, phrases and pairs of word families in the tokens of a prompt."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from gallery.safety.disguises import is_doubled, readings, squeezed
from gallery.safety.families import SHORTEST_STEM, Family, Level, Pair, Phrase, Section, house, phrases_called
from gallery.safety.lemmas import forms_of, is_known, key_of, keys_of
from gallery.safety.normalise import Token

#: Words that may stand between two words of a phrase; exceptions and calm words allow none.
_GAP = 1
#: Letters of the shortest word looked for inside a run of spaced letters, and of the longest.
_SHORTEST_IN_RUN = 4
_LONGEST_IN_RUN = 18
#: Letters of one run of spaced letters that are looked through; nobody spaces more of them for fun.
LONGEST_RUN = 100
#: Words with starred letters that are looked up in one prompt.
_MOST_STARRED = 8
_CYRILLIC = re.compile("[а-я]")

#: Severity of what is found, the worst first.
ORDER: dict[Level, int] = {"care": 0, "refuse": 1, "hold": 2, "allow": 3}

Places = dict[str, set[int]]


@dataclass(frozen=True)
class Hit:
    """A family that a prompt touches, and what is done about it where the school changed nothing."""

    family: str
    level: Level


class Lexicon:
    """Word families with all their forms, made once and then only read, so that threads may share it."""

    def __init__(
        self,
        families: Iterable[Family],
        *,
        calm: Iterable[Phrase] = (),
        told: Iterable[Phrase] = (),
        never: Iterable[Phrase] = (),
    ) -> None:
        families = tuple(families)
        self._never = frozenset(word for phrase in never for word in phrase)
        self._calm, self._told = _Index(), _Index()
        self._exceptions, self._phrases = _Index(), _Index()
        self._pairs: list[tuple[Pair, str, Section]] = []
        self._exception_pairs = [_keyed(pair) for family in families for pair in family.exception_pairs]
        for phrase in calm:
            self._calm.add(phrase, None)
        for phrase in told:
            self._told.add(phrase, None)
        for family in families:
            for phrase in family.exceptions:
                self._exceptions.add(phrase, None)
            for section in family.sections:
                for phrase in section.phrases:
                    self._phrases.add(phrase, (family.key, section))
                self._pairs += [(_keyed(pair), family.key, section) for pair in section.pairs]
        indexes = (self._calm, self._told, self._exceptions, self._phrases)
        self._vocabulary = {key for index in indexes for key in index.keys()}
        pairs = [*self._exception_pairs, *(pair for pair, _, _ in self._pairs)]
        self._vocabulary |= {key for pair in pairs for side in pair.sides for key in side}
        self._stems = {key[:-1] for key in self._vocabulary if key.endswith("*")}
        self._stem_lengths = sorted({len(stem) for stem in self._stems})
        self._starts = frozenset(key[:3] for key in self._vocabulary)
        self._by_shape: dict[tuple[str, int], list[str]] = {}
        for key in self._vocabulary:
            self._by_shape.setdefault((key[:2], 0), []).append(key)
            self._by_shape.setdefault(("", len(key)), []).append(key)
        self._squeezed: dict[str, set[str]] = {}
        for key in self._vocabulary:
            self._squeezed.setdefault(squeezed(key), set()).add(key)

    def find(self, tokens: Sequence[Token], *, allowed: frozenset[int] = frozenset()) -> list[Hit]:
        """Return the families that the tokens touch, each once, the worst first.

        Tokens at the positions ``allowed`` count for care alone.
        """
        if not (places := self._places(tokens)):
            return []
        excused = {place for _, where in self._exceptions.found(places, gap=0) for place in where}
        excused |= {place for pair in self._exception_pairs for place in _near(pair, places)}
        plain = _without(places, excused)
        is_calm = self._calm.is_in(places)
        is_told = is_calm or self._told.is_in(places)
        free = _without(plain, allowed) if allowed else plain
        worst: dict[str, Level] = {}

        def add(family: str, section: Section, where: set[int]) -> None:
            level = section.level
            if is_calm and section.firmness == "unless calm":
                return
            if is_told and level == "refuse" and section.firmness != "always":
                level = "hold"
            if level != "care" and where & allowed:
                return
            if ORDER[level] < ORDER[worst.get(family, "allow")] or family not in worst:
                worst[family] = level

        for (family, section), where in self._phrases.found(plain, gap=_GAP):
            add(family, section, where)
        for pair, family, section in self._pairs:
            if _near(pair, plain if section.level == "care" else free):
                add(family, section, set())
        hits = [Hit(family, level) for family, level in worst.items()]
        return sorted(hits, key=lambda hit: ORDER[hit.level])

    def where(self, tokens: Sequence[Token]) -> list[tuple[str, Level, frozenset[int]]]:
        """Return each phrase that occurs: its family, level, and the positions of its tokens."""
        found = self._phrases.found(self._places(tokens), gap=_GAP)
        return [(family, section.level, frozenset(places)) for (family, section), places in found]

    def _places(self, tokens: Sequence[Token]) -> Places:
        """Map each listed word that occurs to the positions where it does."""
        places: Places = {}
        starred = 0
        for index, token in enumerate(tokens):
            found: set[str] = set()
            for spelling in token.spellings:
                found |= self._listed(spelling) or self._disguised(spelling)
                if token.is_run:
                    found |= self._within(spelling)
                if "*" in spelling and starred < _MOST_STARRED:
                    starred += 1
                    found |= self._behind_stars(spelling)
            for key in found:
                places.setdefault(key, set()).add(index)
        return places

    def _listed(self, spelling: str) -> set[str]:
        if spelling in self._never:
            return set()
        # What the dictionary lacks begins as its guessed base does.
        is_worth_a_look = spelling[:3] in self._starts or not _CYRILLIC.search(spelling) or is_known(spelling)
        found = self._vocabulary & keys_of(spelling) if is_worth_a_look else set()
        for length in self._stem_lengths:
            if spelling[:length] in self._stems and len(spelling) >= length:
                found.add(spelling[:length] + "*")
        return found

    def _disguised(self, spelling: str) -> set[str]:
        """Return the listed words that a spelling may hide: in the other script, on the wrong keys, backwards, doubled."""
        if spelling in self._never:
            return set()
        found = {key for reading in readings(spelling, self._starts) for key in self._listed(reading)}
        if is_doubled(spelling) and not (_CYRILLIC.search(spelling) and is_known(spelling)):  # «раннее» is no «рана»
            found |= self._listed(squeezed(spelling))
            found |= {key for base in keys_of(squeezed(spelling)) for key in self._squeezed.get(base, ())}
            starts = (squeezed(spelling)[:length] + "*" for length in self._stem_lengths)
            found |= {key for start in starts for key in self._squeezed.get(start, ())}
        return found

    def _within(self, run: str) -> set[str]:
        """Return the listed words inside a run of letters; a Russian one counts where the dictionary has it."""
        found: set[str] = set()
        run = run[:LONGEST_RUN]
        for start in range(len(run) - _SHORTEST_IN_RUN + 1):
            for end in range(start + _SHORTEST_IN_RUN, min(len(run), start + _LONGEST_IN_RUN) + 1):
                part = run[start:end]
                # Four letters in a row turn up by chance where two words meet.
                if len(part) == _SHORTEST_IN_RUN and start > 0 and end < len(run):
                    continue
                if part in self._vocabulary or not _CYRILLIC.search(part) or is_known(part):
                    found |= self._listed(part)
        return found

    def _behind_stars(self, spelling: str) -> set[str]:
        letters = sum(letter.isalpha() for letter in spelling)
        if letters < 2 or len(spelling) < 4:
            return set()
        pattern = re.compile(re.escape(spelling).replace(r"\*", "."))
        known = spelling.partition("*")[0]
        found = {key for key in self._by_shape.get(("", len(spelling)), ()) if pattern.fullmatch(key)}
        if len(known) >= 2:
            same_start = self._by_shape.get((known[:2], 0), ())
            near = (key for key in same_start if key.startswith(known) and abs(len(key) - len(spelling)) < 4)
            found |= {key for key in near if any(pattern.fullmatch(form) for form in forms_of(key.rstrip("*")))}
        return found


class _Index:
    """Phrases by their first word, each with what it stands for."""

    def __init__(self) -> None:
        self._by_first: dict[str, list[tuple[Phrase, object]]] = {}

    def add(self, phrase: Phrase, meaning: object) -> None:
        keyed = tuple(map(_key, phrase))
        self._by_first.setdefault(keyed[0], []).append((keyed, meaning))

    def keys(self) -> set[str]:
        return {word for found in self._by_first.values() for phrase, _ in found for word in phrase}

    def found(self, places: Mapping[str, set[int]], *, gap: int) -> Iterable[tuple]:
        """Yield what each occurrence of a phrase stands for, and its positions."""
        for first in self._by_first.keys() & places.keys():
            for phrase, meaning in self._by_first[first]:
                for where in _where(phrase, places, gap=gap):
                    yield meaning, where

    def is_in(self, places: Mapping[str, set[int]]) -> bool:
        return any(True for _ in self.found(places, gap=0))


def _keyed(pair: Pair) -> Pair:
    return replace(pair, sides=tuple(frozenset(map(_key, side)) for side in pair.sides))


def _near(pair: Pair, places: Mapping[str, set[int]]) -> set[int]:
    """Return where words of the first side of ``pair`` stand that have one of each other side near, at a place of its own."""
    where = []
    for side in pair.sides:
        if not (present := side & places.keys()):
            return set()
        where.append({place for word in present for place in places[word]})

    def fits(taken: list[int]) -> bool:
        if len(taken) == len(where):
            return True
        is_after = pair.is_after[len(taken) - 1]
        return any(
            fits([*taken, place])
            for place in where[len(taken)]
            if abs(place - taken[0]) <= pair.reach and place not in taken and (place > taken[-1] or not is_after)
        )

    return {first for first in where[0] if fits([first])}


@cache
def school() -> Lexicon:
    """Return the house's own families; the first call takes about half a second. BadList where they cannot be read."""
    calm, told, never = (phrases_called(name) for name in ("calm", "told", "never"))
    return Lexicon(house(), calm=calm, told=told, never=never)


def _key(word: str) -> str:
    return word if word.endswith("*") and len(word) > SHORTEST_STEM else key_of(word)


def _without(places: Mapping[str, set[int]], gone: Iterable[int]) -> Places:
    gone = set(gone)
    left = ((word, where - gone) for word, where in places.items())
    return {word: where for word, where in left if where}


def _where(phrase: Phrase, places: Mapping[str, set[int]], *, gap: int) -> Iterable[set[int]]:
    """Yield the positions of every occurrence of ``phrase``, with at most ``gap`` other words between two of its own."""
    if any(word not in places for word in phrase):
        return
    for start in tuple(places[phrase[0]]):
        taken = [start]
        for word in phrase[1:]:
            following = [place for place in range(taken[-1] + 1, taken[-1] + gap + 2) if place in places[word]]
            if not following:
                break
            taken.append(following[0])
        else:
            yield set(taken)
