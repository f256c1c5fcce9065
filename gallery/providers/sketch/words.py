"""From a student's words to a plan of what to draw; knows Russian, English and emoji, and never fails."""

from __future__ import annotations

import re
import threading
import unicodedata
from dataclasses import dataclass, replace
from functools import lru_cache

import pymorphy3

from .lexicon import Entry, Node, emoji_key, lexicon, plain

#: Work is bounded by reading no further than this; a long prompt of the school is a tenth of it.
MAX_CHARS = 4000
MAX_WORDS = 400
TOKEN = re.compile(r"[^\W\d_]+|\d+|[.!?;:\n,]|[\u2190-\u2bff\u3030\u303d\U0001f000-\U0001faff\ufe0f\u200d]+", re.UNICODE)
BREAKS = frozenset(".!?;:\n")
RUSSIAN = re.compile(r"[а-яё]", re.IGNORECASE)
#: Parts of speech of which no drawing is expected (pymorphy's names).
SMALL_WORDS = frozenset({"PREP", "CONJ", "PRCL", "NPRO", "INTJ", "ADVB", "PRED", "COMP"})
ENGLISH_SMALL = frozenset(
    """a an the and or but if then than so as is are was were be been being am do does did done have has had having it its it's
    he she they them his her him their theirs we us our you your i me my mine this that these those there here who whom whose
    which what where when why how not no nor of for to from up down out off into onto about very too also just only all any each
    other own same such s t can could will would shall should may might must while during upon there's let lets via per again
    once more most much every everything something anything one's itself himself herself themselves really so-called like
    on in at with by over under above below near beside behind between through against before after along inside
    it'll get gets got getting go goes going come comes coming put puts set sets take takes takes off""".split()
)
IRREGULAR = {
    "mice": "mouse", "geese": "goose", "children": "children", "people": "people", "men": "man", "women": "woman",
    "feet": "foot", "teeth": "tooth", "leaves": "leaf", "wolves": "wolf", "loaves": "loaf", "calves": "calf", "ate": "eat",
    "grew": "grow", "held": "hold", "sat": "sit", "stood": "stand", "lay": "lie", "saw": "see", "swam": "swim", "flew": "fly",
    "ran": "run", "rode": "ride", "lying": "lie", "shone": "shine", "wore": "wear", "oxen": "ox", "elves": "elf",
    "dwarves": "dwarf", "fairies": "fairy", "cacti": "cactus", "octopi": "octopus", "fell": "fall", "slept": "sleep",
    "kept": "keep", "dancing": "dance", "riding": "ride", "smiling": "smile", "gazing": "gaze", "hugging": "hug",
    "swimming": "swim", "sitting": "sit", "running": "run", "blossoms": "blossom", "knives": "knife",
}  # fmt: skip
_analyzer_lock = threading.Lock()


@dataclass(frozen=True)
class Token:
    """One word of the prompt: its spelling, its possible lemmas, and what its form and its neighbours say.

    ``is_genitive`` is a form that can be "of the cat" and cannot be "the cat"; ``is_hyphened`` is "Ben" in "Big-Ben".
    """

    text: str
    lemmas: tuple[str, ...] = ()
    is_break: bool = False
    is_comma: bool = False
    is_small: bool = False
    is_plural: bool = False
    is_perhaps_plural: bool = False
    is_number: bool = False
    is_genitive: bool = False
    is_hyphened: bool = False
    emoji: Entry | None = None


@lru_cache(maxsize=1)
def analyzer() -> pymorphy3.MorphAnalyzer:
    """Load the Russian dictionary once per process (0.1 s, 27 MB)."""
    return pymorphy3.MorphAnalyzer(lang="ru")


@lru_cache(maxsize=8192)
def read_russian(word: str) -> Token:
    """Find the lemmas of a Russian word, likeliest first."""
    with _analyzer_lock:
        parses = analyzer().parse(word.lower())[:6]
    lemmas = dict.fromkeys([*(plain(p.normal_form) for p in parses), plain(word)])
    numbers = {(p.tag.number, p.tag.case) for p in parses if p.tag.POS in ("NOUN", "ADJF") and p.score > 0.02}
    plural = bool(numbers) and all(number == "plur" for number, _ in numbers)
    is_small = bool(parses) and (parses[0].tag.POS in SMALL_WORDS or "Apro" in parses[0].tag)
    cases = {case for _, case in numbers}
    return Token(
        word,
        tuple(lemmas),
        is_small=is_small,
        is_plural=plural,
        is_perhaps_plural=("plur", "nomn") in numbers,
        is_genitive=bool(cases & {"gent", "gen2"}) and "nomn" not in cases,
    )


@lru_cache(maxsize=8192)
def read_english(word: str) -> Token:
    """Find the lemmas of an English word by its ending."""
    low = word.lower()
    found = [low]
    if low in IRREGULAR:
        found.append(IRREGULAR[low])
    if low in ENGLISH_SMALL:  # "does" are no deer
        return Token(word, tuple(found), is_small=True)
    plural = low in ("mice", "geese", "wolves", "leaves", "oxen", "elves", "cacti")
    if low.endswith("s") and not low.endswith(("ss", "us", "is")) and len(low) > 3:
        plural = True
        found.append(low[:-1])
        if low.endswith("es"):
            found.append(low[:-2])
        if low.endswith("ies"):
            found.append(low[:-3] + "y")
    if low.endswith("ves"):
        found += [low[:-3] + "f", low[:-3] + "fe"]
    for ending in ("ing", "ed"):
        if low.endswith(ending) and len(low) > len(ending) + 2:
            stem = low[: -len(ending)]
            found += [stem, stem + "e"]
            if stem[-1] == stem[-2]:
                found.append(stem[:-1])
    is_perhaps = low in ("fish", "sheep", "deer", "goldfish")
    return Token(word, tuple(dict.fromkeys(found)), is_plural=plural, is_perhaps_plural=is_perhaps)


def tokens_of(text: str) -> list[Token]:
    """Cut a prompt into words, breaks and emoji; control characters and marks fall away."""
    text = unicodedata.normalize("NFC", text[:MAX_CHARS])
    found: list[Token] = []
    known = lexicon().emoji
    for match in TOKEN.finditer(text):
        piece = match[0]
        if piece == ",":
            found.append(Token(piece, is_break=True, is_comma=True))
        elif piece in BREAKS:
            if not (piece == "." and found and found[-1].text.lower() in ("st", "св", "mt")):
                found.append(Token(piece, is_break=True))
        elif piece.isdigit():
            found.append(Token(piece, (piece,), is_number=True))
        elif not piece[0].isalpha():
            for emoji in split_emoji(piece):
                found.append(Token(emoji, (emoji,), emoji=known.get(emoji_key(emoji))))
        else:
            token = read_russian(piece[:40]) if RUSSIAN.search(piece) else read_english(piece[:40])
            start = match.start()
            joined = start > 1 and text[start - 1] == "-" and text[start - 2].isalpha()
            found.append(replace(token, is_hyphened=True) if joined else token)
        if len(found) >= MAX_WORDS:
            break
    return found


def split_emoji(run: str) -> list[str]:
    """Cut a run of emoji into single ones, keeping those that are joined by a zero-width joiner together."""
    found: list[str] = []
    for char in run:
        is_tail = char in "\u200d\ufe0f\ufe0e" or "\U0001f3fb" <= char <= "\U0001f3ff"
        if found and (is_tail or found[-1].endswith("\u200d")):
            found[-1] += char
        elif not is_tail:
            found.append(char)
    return found


def longest(tokens: list[Token], start: int) -> tuple[Entry | None, int]:
    """Find the longest phrase of the vocabulary that begins at ``start``; return what it means and where it ends."""
    best: tuple[Entry | None, int] = (None, start)

    def walk(node: Node, at: int) -> None:
        nonlocal best
        if node.entry and at > best[1]:
            best = (node.entry, at)
        if at < len(tokens) and not tokens[at].is_break:
            for lemma in tokens[at].lemmas:
                if lemma in node.next:
                    walk(node.next[lemma], at + 1)
            # "the Eiffel", "bottom of the sea": an article inside a phrase does not break it
            if at > start and tokens[at].text.lower() in ("the", "a", "an", "of"):
                walk(node, at + 1)

    walk(lexicon().root, start)
    return best
