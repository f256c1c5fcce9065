"""Tells writing that our lists cannot read: another language, letters set apart without end. A teacher looks at it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from gallery.safety.disguises import is_translit
from gallery.safety.lists import LONGEST_RUN
from gallery.safety.normalise import Token

#: Letters of Cyrillic alphabets that Russian has not.
_OTHER_CYRILLIC = re.compile("[іїєґўәғқңөұүһҳҷӣӯћђљњџѓќѣѳ]", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")
_OURS = re.compile(r"[A-Za-z\u00c0-\u024f\u0400-\u052f]")
#: Letters of Latin alphabets that English writes in borrowed words only.
_OTHER_LATIN = re.compile(r"[ßäöüåøæñçãõłżźćśńęąěščřžťďůőűğşčșț]", re.IGNORECASE)
_LATIN = re.compile("[A-Za-z]")
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?!\w)")
#: The share of letters in other scripts above which a prompt is not read; below it they are a sign on a lantern.
_MOST_FOREIGN = 0.3
_FEW_LETTERS = 4
#: Single letters that are a word set apart rather than a language's small words.
_SET_APART = 5
#: Letters of a word that tells translit from chance.
_LONG = 4


def strange_writing(cleaned: str, found: Sequence[Token]) -> str:
    """Return "language" or "disguise" for a cleaned prompt that the lists cannot read, "" for all others."""
    if any(token.is_run and max(map(len, token.spellings)) > LONGEST_RUN for token in found):
        return "disguise"
    cleaned = "".join(sign for sign in unicodedata.normalize("NFKC", cleaned) if unicodedata.category(sign) not in {"Mn", "Me"})
    letters = _LETTER.findall(cleaned)
    if not letters:
        return ""
    foreign = sum(not _OURS.match(letter) for letter in letters)
    if foreign > _MOST_FOREIGN * len(letters) and foreign >= _FEW_LETTERS:
        return "language"
    words = _WORD.findall(cleaned)
    others = sum(bool(_OTHER_CYRILLIC.search(word)) and not _LATIN.search(word) for word in words)
    if others >= 2 and others * 6 >= len(words):
        return "language"
    return "language" if _is_foreign_latin(words) else ""


def _is_foreign_latin(words: list[str]) -> bool:
    """Say whether the small words of a sentence are another language's rather than English; names may hold two of them."""
    latin = [word for word in words if word[0] < "\u0250"]
    if sum(len(word) == 1 for word in latin) >= _SET_APART:
        return False
    if len(latin) < 3 or len(latin) * 2 < len(words):
        return False
    names = sum(word[0].isupper() for word in latin[1:])
    small = [word.casefold() for word in latin]
    english = sum(word in _small_words("english") for word in small)
    other = sum(word in _small_words("other") for word in small)
    accented = sum(bool(_OTHER_LATIN.search(word)) for word in small)
    long = [word for word in small if len(word) >= _LONG]
    if long and sum(map(is_translit, long)) * 3 >= 2 * len(long):
        return False  # Russian in Latin letters, which the lists do read
    if english:
        return other > 2 * english + 1
    return other >= 3 or (other >= 2 and not names) or (accented >= 2 and other + accented >= 3)


@cache
def _small_words(which: str) -> frozenset[str]:
    """Return the small words of English, or those of its neighbours that English has not."""
    text = (Path(__file__).parent / "data" / "small_words.txt").read_text(encoding="utf-8")
    lines = [line.partition("#")[0] for line in text.splitlines()]
    parted = dict(line.split(":", 1) for line in lines if ":" in line)
    english = set(parted.pop("english").split())
    return frozenset(english if which == "english" else {word for words in parted.values() for word in words.split()} - english)
