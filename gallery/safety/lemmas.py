"""Knows the forms of words: which listed word a Russian or English word of a prompt is a form of."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from functools import cache, lru_cache

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
    "eat": "ate eaten",
    "fight": "fought",
    "hang": "hung",
    "hit": "",
    "hurt": "",
    "kidnap": "kidnapped kidnapping kidnapper kidnappers",
    "kill": "killings",
    "knife": "knives",
    "life": "lives",
    "man": "men",
    "person": "people persons",
    "saw": "sawn",
    "shoot": "shot",
    "slay": "slain slew",
    "slit": "",
    "stab": "stabbings",
    "steal": "stole stolen",
    "take": "took taken",
    "tear": "tore torn",
    "throw": "threw thrown",
    "thief": "thieves",
    "tooth": "teeth",
    "wife": "wives",
    "woman": "women",
    "wolf": "wolves",
}
_BASES: dict[str, set[str]] = {}
for _word, _forms in _IRREGULAR.items():
    for _form in _forms.split():
        _BASES.setdefault(_form, set()).add(_word)


@cache
def _analyzer() -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer(lang="ru")


@lru_cache(maxsize=4096)
def parses_of(word: str) -> tuple[pymorphy3.analyzer.Parse, ...]:
    """Return every reading of a lower-case Russian word, the likeliest first."""
    with _lock:
        return tuple(_analyzer().parse(word))


@lru_cache(maxsize=65_536)
def is_known(word: str) -> bool:
    """Say whether the Russian dictionary has a lower-case word, in any form."""
    with _lock:
        return bool(_analyzer().word_is_known(word))


#: First names that are English words too.
_NAMES_AND_WORDS = frozenset(
    """
    angel april art august autumn bill bob brook buck carol charity chase china christian cliff clay crystal daisy dawn dean
    destiny drew eve faith fern flora forest frank gene ginger glen grace grant guy harmony hazel heather holly hope hunter
    iris ivy jack jade jasmine jay jean jewel joy june king lance lily mark mason max may melody mercy merry miles misty
    myrtle nick olive opal page pat patience pearl penny pepper poppy prince ray reed robin rob rock rocky rose ruby rusty
    sally sandy savannah scout sky skip star sterling stone summer sunny taylor tiger victor victoria violet wade will winter
    """.split()
)


@lru_cache(maxsize=4096)
def is_common_word(word: str) -> bool:
    """Say whether a lower-case form of a first name is a common word as well: "роза", "слава", "lily"."""
    if not _CYRILLIC.search(word):
        return bool(_NAMES_AND_WORDS & keys_of(word))
    with _lock:
        tags = [parse.tag for parse in _analyzer().parse(word) if parse.is_known]
    return any(not {"Name", "Surn", "Patr", "Geox"} & tag.grammemes for tag in tags)


@lru_cache(maxsize=65_536)
def keys_of(spelling: str) -> frozenset[str]:
    """Return every word that a lower-case ``spelling`` may be a form of, as lists write it; itself included."""
    if _CYRILLIC.search(spelling):
        return _russian_keys(spelling)
    if not (spelling.isalpha() and spelling.isascii()):
        return frozenset({spelling})
    return frozenset({spelling, *(base for base in _english_bases(spelling) if spelling in _english_forms(base))})


@lru_cache(maxsize=65_536)
def key_of(word: str) -> str:
    """Return the key under which a listed lower-case word is found by the keys of its forms; itself where nobody knows it."""
    if not _CYRILLIC.search(word) or not is_known(word):
        return word
    # The analyser is loaded and asked by one thread at a time: its first use costs 0.1 s.
    with _lock:
        parses = _analyzer().parse(word)
        if parses[0].tag.POS in _FIXED or any(_plain(parse.normal_form) == word for parse in parses):
            return word
        # A participle is listed for itself: "повешенный" must not bring "повесить картину" along.
        return _participle(parses[0]) or _plain(parses[0].normal_form)


@cache
def forms_of(word: str) -> frozenset[str]:
    """Return all forms of one lower-case word, itself included, with е for ё; the language follows from the script."""
    word = _plain(word)
    if not _CYRILLIC.search(word):
        return frozenset(_english_forms(word)) if word.isalpha() and word.isascii() else frozenset({word})
    key = key_of(word)
    with _lock:
        lexemes = [parse.lexeme for parse in _analyzer().parse(word)]
    forms = {_plain(form.word) for lexeme in lexemes for form in lexeme}
    return frozenset({form for form in forms if key in keys_of(form)} | {word})


def _russian_keys(spelling: str) -> frozenset[str]:
    keys = {spelling}
    with _lock:
        for parse in _analyzer().parse(spelling):
            if parse.tag.POS not in _FIXED:
                keys |= {_plain(parse.normal_form), _participle(parse) or spelling}
    return frozenset(keys)


def _participle(parse: pymorphy3.analyzer.Parse) -> str:
    """Return the dictionary form of a participle; "" for everything else."""
    if parse.tag.POS not in _PARTICIPLES:
        return ""
    kind = (parse.tag.voice, parse.tag.tense)
    for form in parse.lexeme:
        tag = form.tag
        if tag.POS == "PRTF" and (tag.voice, tag.tense) == kind and {"masc", "nomn", "sing"} <= tag.grammemes:
            return _plain(form.word)
    return ""


def _plain(word: str) -> str:
    return str(word).replace("ё", "е")


def _english_bases(form: str) -> Iterator[str]:
    """Yield words that ``form`` may come from; some of them are none, and are told by their own forms."""
    yield from _BASES.get(form, ())
    for ending, lengths in (("s", (1, 2)), ("ed", (1, 2, 3)), ("ing", (3, 4))):
        if form.endswith(ending):
            for length in lengths:
                yield form[:-length]
    if form.endswith(("ies", "ied")):
        yield form[:-3] + "y"
    if form.endswith("ing"):
        yield form[:-3] + "e"


@lru_cache(maxsize=65_536)
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
