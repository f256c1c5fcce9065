"""Reads words that were written so that a list would miss them: in the other script, on the wrong keys, backwards, doubled."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache

from gallery.safety.lemmas import is_known

_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_KEYS_EN = "`qwertyuiop[]asdfghjkl;'zxcvbnm,."
_KEYS_RU = "ёйцукенгшщзхъфывапролджэячсмитьбю"
_TO_RUSSIAN_KEYS = dict(zip(_KEYS_EN, _KEYS_RU, strict=True))
_TO_ENGLISH_KEYS = dict(zip(_KEYS_RU, _KEYS_EN, strict=True))

#: How Russian is written in Latin letters: each piece with every letter that it may stand for, longest pieces first.
_LATIN_PIECES = {
    "shch": "щ", "sch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "tz": "ц", "ch": "ч", "sh": "ш", "yu": "ю ью",
    "ju": "ю", "ya": "я ья",
    "ja": "я", "yo": "е ье", "jo": "е", "ye": "е ье", "je": "е", "yi": "ый", "yj": "ый", "iy": "ий йи", "ij": "ий",
    "ia": "ия я",
    "a": "а", "b": "б", "c": "ц к", "d": "д", "e": "е э", "f": "ф", "g": "г", "h": "х", "i": "и", "j": "й ж", "k": "к",
    "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в", "w": "в ш",
    "x": "х кс", "y": "ы й и", "z": "з",
}  # fmt: skip
_LATIN_PIECE = re.compile("|".join(sorted(_LATIN_PIECES, key=len, reverse=True)))
#: How English is written in Cyrillic letters.
_CYRILLIC_PIECES = {
    "а": "a", "б": "b", "в": "v w", "г": "g h", "д": "d", "е": "e", "ж": "zh j g", "з": "z s", "и": "i e y", "й": "y i j",
    "к": "k c", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s c", "т": "t", "у": "u oo w", "ф": "f ph",
    "х": "h kh x", "ц": "c ts", "ч": "ch", "ш": "sh", "щ": "sch", "ъ": "", "ы": "y i", "ь": "", "э": "e a", "ю": "u yu",
    "я": "ya a",
}  # fmt: skip
#: English words that are Russian ones of our lists when read in the other script, or backwards.
_FALSE_FRIENDS = frozenset(
    "tank tanks tanker mech mechs patron patrons dura strip most brat brats desk luck boy bar ad step cult culture rana morok "
    "snug bats live lived lives evil deliver reviled star stop step pets part trap strap straw warts nets liar rail room moor "
    "band bands cart carts care cares convert cost costs delay done drake kite luke mess messy much past poly scale secs slow "
    "sport spot spots swap sweden tool tools travel travels vary visit visits wagon wagons wisely director dome edit smart "
    "invalid absent roma metro visitor protest analyze needless "
    "spit tips loots stool pool loop decaf emit time mood doom".split()
)
_SOFT = frozenset({"l", "t", "n", "s", "v", "d", "r", "zh", "sh", "ch"})
_MOST_READINGS = 48
_SHORTEST = 4
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=16_384)
def readings(word: str, starts: frozenset[str]) -> frozenset[str]:
    """Return the words that a lower-case ``word`` may hide and that begin as ``starts`` do; Russian ones are known words."""
    if len(word) < 3 or not word.isalpha() or word in _FALSE_FRIENDS:
        return frozenset()
    found: set[str] = set()
    if _CYRILLIC.search(word):
        if is_known(word):
            return frozenset()
        found |= _product([_CYRILLIC_PIECES.get(letter, letter).split(" ") for letter in word])
        found.add(on_other_keys(word))
        found |= {each for each in (word[::-1], *_unsqueezed(squeezed(word))) if each != word and is_known(each)}
    elif word.isascii() and len(word) >= _SHORTEST:
        found |= {each for each in _in_cyrillic(word) if each[:3] in starts and is_known(each)}
        found.add(word[::-1])
    return frozenset(each for each in found if each[:3] in starts and each != word)


def squeezed(word: str) -> str:
    """Return ``word`` with every doubled letter once."""
    return _DOUBLED.sub(r"\1", word)


def _unsqueezed(word: str) -> list[str]:
    """Return ``word`` and every word that has one of its letters doubled."""
    return [word, *(word[:index] + letter + word[index:] for index, letter in enumerate(word))]


def is_doubled(word: str) -> bool:
    """Say whether a word has more doubled letters than words have."""
    return sum(1 for _ in _DOUBLED.finditer(word)) >= 2


def on_other_keys(text: str) -> str:
    """Return what the same keys write on the other one of the Russian and the English keyboard."""
    keys = _TO_ENGLISH_KEYS if _CYRILLIC.search(text) else _TO_RUSSIAN_KEYS
    return "".join(keys.get(letter, letter) for letter in text.casefold()).replace("ё", "е")


def is_backwards(words: list[str]) -> bool:
    """Say whether a prompt's lower-case words make more sense read from the end."""
    small = {"eht", "dna", "htiw", "morf", "rof", "sih", "reh", "nam", "namow", "nerdlihc", "otni", "eno", "owt", "si", "fo"}
    russian = [word for word in words if len(word) > 2 and _CYRILLIC.search(word)]
    odd = sum(not is_known(word) and is_known(word[::-1]) for word in russian)
    return odd * 2 > max(1, len(russian)) or len(small & set(words)) >= 1 and "of" not in words


def in_cyrillic(text: str) -> str:
    """Return the likeliest reading of a lower-case text whose Latin letters stand for Russian ones."""
    return _LATIN_PIECE.sub(lambda piece: _LATIN_PIECES[piece[0]].partition(" ")[0], text)


def is_translit(word: str) -> bool:
    """Say whether a lower-case Latin word is a Russian one in Latin letters."""
    return any(is_known(reading) for reading in _in_cyrillic(word))


def _in_cyrillic(word: str) -> set[str]:
    pieces = [match[0] for match in _LATIN_PIECE.finditer(word)]
    choices = [_LATIN_PIECES[piece].split(" ") for piece in pieces]
    for index, piece in enumerate(pieces):
        is_last = index == len(pieces) - 1
        # A soft sign is seldom written in Latin letters: krov, malchik.
        is_soft = piece in _SOFT and (is_last or (piece == "l" and pieces[index + 1] not in "aeiouy"))
        if is_soft:
            choices[index] = [*choices[index], *(choice + "ь" for choice in choices[index])]
    return _product(choices)


def _product(choices: list[list[str]]) -> set[str]:
    return {"".join(reading) for reading in itertools.islice(itertools.product(*choices), _MOST_READINGS)}
