"""Reads the families of words that do not belong in a school's pictures from the files in ``data``, and checks them.

A family's file is plain text: ``#`` begins a comment, ``[refuse]``, ``[hold]``, ``[care]`` or ``[allow]`` a section of
phrases parted by commas, ``[exceptions]`` phrases that mean something else. ``[hold pairs]`` has one pair for each line,
``reach: these + those``: a word of each side, at most ``reach`` words from the first; ``>`` for ``+`` keeps the order. In
``[exception pairs]`` the word of the first side is excused beside the others. "unless calm" after a section's name drops it
in a prompt about a monument, a museum, a tale; "always" keeps its level there. Words are dictionary forms, ``порн*`` is a
beginning, ``@people`` a group of groups.txt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

Phrase = tuple[str, ...]
Level = Literal["care", "refuse", "hold", "allow"]

DATA = Path(__file__).parent / "data"
#: Every family, in the order in which they are told: care first.
KEYS = tuple(
    """
    self_harm abuse sexual nudity gore violence weapons horror hate bullying extremism drugs alcohol tobacco adult crime
    deceit danger privacy people brands
    """.split()
)
#: Letters before the star of a beginning.
SHORTEST_STEM = 3
MOST_WORDS = 8

_HEADER = re.compile(r"\[(care|refuse|hold|allow|exceptions|exception)( pairs)?( unless calm| always)?\]")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*\*?|[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff]")


class BadList(ValueError):
    """A list that cannot be read: the file, the line and what is wrong with it."""


@dataclass(frozen=True)
class Pair:
    """Groups of words that are trouble together: one of each side, none further than ``reach`` words from the first.

    ``is_after`` says for each side but the first whether its word follows that of the side before.
    """

    sides: tuple[frozenset[str], ...]
    is_after: tuple[bool, ...]
    reach: int


@dataclass(frozen=True)
class Section:
    """Phrases and pairs of one level; ``firmness`` says what a calm or told prompt makes of it."""

    level: Level
    firmness: Literal["", "unless calm", "always"] = ""
    phrases: tuple[Phrase, ...] = ()
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class Family:
    """One kind of trouble; ``key`` names it, titles are translated elsewhere."""

    key: str
    sections: tuple[Section, ...] = ()
    exceptions: tuple[Phrase, ...] = ()
    exception_pairs: tuple[Pair, ...] = ()


def phrase_of(text: str) -> Phrase:
    """Return the words of a phrase, lower case, е for ё, hyphens closed up. ValueError says why there is none."""
    words = text.casefold().replace("ё", "е").replace("-", "").split()
    if not words:
        raise ValueError("an empty phrase")
    if len(words) > MOST_WORDS:
        raise ValueError(f"{text.strip()!r} has more than {MOST_WORDS} words")
    for word in words:
        if not _WORD.fullmatch(word):
            raise ValueError(f"{word!r} is no word")
        if word.endswith("*") and len(word) <= SHORTEST_STEM:
            raise ValueError(f"{word!r}: a beginning has at least {SHORTEST_STEM} letters")
    return tuple(words)


def read_phrases(text: str, name: str) -> tuple[Phrase, ...]:
    """Return the phrases of a file that has no sections. BadList names the line of a bad one."""
    found: dict[Phrase, int] = {}
    for number, line in _lines(text):
        _add_phrases(line, found, name, number)
    return tuple(found)


def read_groups(text: str, name: str = "groups.txt") -> dict[str, frozenset[str]]:
    """Return the groups of words of a file of ``@group: words`` lines, which lines without a name go on."""
    groups: dict[str, set[str]] = {}
    own: set[str] | None = None
    for number, line in _lines(text):
        if line.startswith("@"):
            group, colon, line = line.partition(":")
            if not colon or group in groups:
                raise BadList(f"{name}, line {number}: {group!r} {'is there twice' if colon else 'has no colon'}")
            own = groups[group] = set()
        if own is None:
            raise BadList(f"{name}, line {number}: words before the first group")
        own |= _side(line, {}, name, number) if line.strip() else set()
    return {group: frozenset(words) for group, words in groups.items()}


def read_family(key: str, text: str, groups: Mapping[str, frozenset[str]]) -> Family:
    """Return the family that ``text`` describes. BadList names file and line of what is wrong with it."""
    name = f"{key}.txt"
    sections: list[Section] = []
    exceptions: tuple[Phrase, ...] = ()
    exception_pairs: tuple[Pair, ...] = ()
    found: dict[Phrase, int] = {}
    header, phrases, pairs = None, found, list[Pair]()

    def end_section() -> None:
        nonlocal exceptions, exception_pairs
        if header and header[1].startswith("exception"):
            exceptions += tuple(phrases)
            exception_pairs += tuple(pairs)
        elif header:
            firmness = cast(Literal["", "unless calm", "always"], (header[3] or "").strip())
            sections.append(Section(cast(Level, header[1]), firmness, tuple(phrases), tuple(pairs)))

    for number, line in _lines(text):
        if line.startswith("["):
            end_section()
            if not (header := _HEADER.fullmatch(line)):
                raise BadList(f"{name}, line {number}: no section is called {line}")
            phrases, pairs = {}, []
        elif header is None:
            raise BadList(f"{name}, line {number}: words before the first section")
        elif header[2]:
            pairs.append(_pair(line, groups, name, number))
        else:
            _add_phrases(line, found, name, number, phrases)
    end_section()
    return Family(key, tuple(sections), exceptions, exception_pairs)


@cache
def house() -> tuple[Family, ...]:
    """Return the families as they are shipped. BadList for a file that cannot be read, lacks, or belongs to no family."""
    files = {path.stem for path in (DATA / "families").glob("*.txt")}
    if wrong := files ^ set(KEYS):
        raise BadList(f"families without a file, or files without a family: {', '.join(sorted(wrong))}")
    groups = read_groups(_text("groups"))
    return tuple(read_family(key, _text(f"families/{key}"), groups) for key in KEYS)


@cache
def phrases_called(name: str) -> tuple[Phrase, ...]:
    """Return the phrases of one of the plain files: "calm", "told", "never"."""
    return read_phrases(_text(name), f"{name}.txt")


def _text(name: str) -> str:
    try:
        return (DATA / f"{name}.txt").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadList(f"{name}.txt: {error}") from error


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line := line.partition("#")[0].strip():
            yield number, line


def _add_phrases(line: str, found: dict[Phrase, int], name: str, number: int, into: dict[Phrase, int] | None = None) -> None:
    for part in line.removesuffix(",").split(","):
        try:
            phrase = phrase_of(part)
        except ValueError as error:
            raise BadList(f"{name}, line {number}: {error}") from error
        if phrase in found:
            raise BadList(f"{name}, line {number}: {' '.join(phrase)!r} is on line {found[phrase]} already")
        found[phrase] = number
        if into is not None:
            into[phrase] = number


def _pair(line: str, groups: Mapping[str, frozenset[str]], name: str, number: int) -> Pair:
    reach, colon, rest = line.partition(":")
    parts = re.split(r"([+>])", rest)
    if not colon or not reach.isdecimal() or len(parts) < 3:
        raise BadList(f"{name}, line {number}: a pair reads 'reach: words + words'")
    sides = tuple(_side(part, groups, name, number) for part in parts[::2])
    return Pair(sides, tuple(sign == ">" for sign in parts[1::2]), int(reach))


def _side(text: str, groups: Mapping[str, frozenset[str]], name: str, number: int) -> frozenset[str]:
    words: set[str] = set()
    for word in text.split():
        if word.startswith("@"):
            if word not in groups:
                raise BadList(f"{name}, line {number}: no group is called {word}")
            words |= groups[word]
        else:
            try:
                words |= set(phrase_of(word))
            except ValueError as error:
                raise BadList(f"{name}, line {number}: {error}") from error
    if not words:
        raise BadList(f"{name}, line {number}: a side without words")
    return frozenset(words)
