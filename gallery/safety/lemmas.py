"""Knows the forms of words: every way a Russian or English word of our lists may be declined, conjugated or compared."""

from __future__ import annotations

import re
import threading
from functools import cache

import pymorphy3

_lock = threading.Lock()
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
#: Parts of speech that keep their form in a phrase: "меня бьют" is not "я бью".
_FIXED = {"NPRO", "PREP", "CONJ", "PRCL", "ADVB", "PRED"}
_PARTICIPLES = {"PRTF", "PRTS"}
_VOWELS = "aeiou"
_SHORT_VERB = re.compile(r"[^aeiou]*[aeiou][^aeiouwxy]")
_IRREGULAR = {
    "beat": "beaten",
    "behead": "beheadings",
    "bite": "bit bitten",
    "bleed": "bled",
    "break": "broke broken",
    "child": "children",
    "cut": "",
    "die": "dying",
    "drink": "drank drunk",
    "fight": "fought",
    "hang": "hung",
    "hit": "",
    "hurt": "",
    "kidnap": "kidnapped kidnapping kidnapper kidnappers",
    "kill": "killings",
    "knife": "knives",
    "man": "men",
    "person": "people persons",
    "saw": "sawn",
    "shoot": "shot",
    "slay": "slain slew",
    "slit": "",
    "steal": "stole stolen",
    "take": "took taken",
    "throw": "threw thrown",
    "thief": "thieves",
    "woman": "women",
    "wolf": "wolves",
}


@cache
def _analyzer() -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer(lang="ru")


@cache
def forms_of(word: str) -> frozenset[str]:
    """Return all forms of one lower-case word, itself included, with е for ё; the language follows from the script."""
    word = word.replace("ё", "е")
    if _CYRILLIC.search(word):
        return _russian_forms(word)
    return _english_forms(word) if word.isalpha() and word.isascii() else frozenset({word})


def _russian_forms(word: str) -> frozenset[str]:
    # The analyser is loaded and asked by one thread at a time: its first use costs 0.1 s, and forms are asked for once.
    with _lock:
        parses = _analyzer().parse(word)
        if parses[0].tag.POS in _FIXED:
            return frozenset({word})
        own = [parse for parse in parses if parse.normal_form.replace("ё", "е") == word]
        if not own and parses[0].tag.POS == "PRTF":
            # A participle is listed for itself: "повешенный" must not bring "повесить картину" along.
            kind = (parses[0].tag.voice, parses[0].tag.tense)
            forms = [
                form for form in parses[0].lexeme if form.tag.POS in _PARTICIPLES and (form.tag.voice, form.tag.tense) == kind
            ]
        else:
            # Readings of a listed word as a form of some other word are left out.
            forms = [form for parse in own or parses[:1] for form in parse.lexeme]
    return frozenset({form.word.replace("ё", "е") for form in forms} | {word})


def _english_forms(word: str) -> frozenset[str]:
    forms = {word, f"{word}'s", *_IRREGULAR.get(word, "").split()}
    if word.endswith(("s", "x", "z", "ch", "sh")):
        forms.add(word + "es")
    elif word.endswith("y") and len(word) > 2 and word[-2] not in _VOWELS:
        forms |= {word[:-1] + "ies", word[:-1] + "ied"}
    else:
        forms.add(word + "s")
    if word.endswith("e"):
        forms |= {word + "d", word[:-1] + "ing"}
    elif _SHORT_VERB.fullmatch(word):
        forms |= {word + word[-1] + "ed", word + word[-1] + "ing"}
    else:
        forms |= {word + "ed", word + "ing"}
    return frozenset(forms)
