"""Puts one word in the place of another, in the same form: "swords" and "kite" give "kites", «мечом» и «зонт» дают «зонтом»."""

from __future__ import annotations

import re
from functools import cache

from pymorphy3.analyzer import Parse

from gallery.safety.lemmas import forms_of, parses_of

_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_CASES = frozenset({"nomn", "gent", "datv", "accs", "ablt", "loct"})
#: Second cases of few nouns, which other nouns have not.
_FIRST_CASES = {"gen1": "gent", "gen2": "gent", "acc2": "accs", "loc1": "loct", "loc2": "loct", "voct": "nomn"}
_NUMBERS, _GENDERS = frozenset({"sing", "plur"}), frozenset({"masc", "femn", "neut"})
_OF_VERBS = frozenset({"past", "pres", "futr", "1per", "2per", "3per", "impr", "INFN", "VERB", "GRND"}) | _NUMBERS | _GENDERS
_VERBS = frozenset({"VERB", "INFN", "GRND"})


def in_form_of(form: str, source: str, target: str) -> str | None:
    """Return ``target`` in the form that ``form`` is of the dictionary form ``source``; None where it has no such form.

    ``target`` may be several words: "=" before one keeps it as it is, adjectives follow their noun.
    """
    found = _russian(form.lower(), source, target) if _CYRILLIC.search(source) else _english(form.lower(), source, target)
    if found is None:
        return None
    found = found.replace("=", "")
    return found[:1].upper() + found[1:] if form[:1].isupper() else found


def cases_of(word: str) -> frozenset[str]:
    """Return the cases in which a Russian ``word`` may stand as a noun; none where it cannot be one."""
    return frozenset(_case(parse.tag.case) for parse in parses_of(word.lower()) if parse.tag.POS == "NOUN" and parse.tag.case)


def is_verb(word: str) -> bool:
    """Say whether a lower-case Russian word is most likely a verb or made of one."""
    return parses_of(word)[0].tag.POS in _VERBS | {"PRTF", "PRTS"}


def _case(case: str) -> str:
    return _FIRST_CASES.get(case, case)


def _english(form: str, source: str, target: str) -> str | None:
    words = target.split()
    head = max(index for index, word in enumerate(words) if not word.startswith("="))
    if form.endswith(("'s", "’s")):
        words[head] += "'s"
    elif form != source:
        ending = "ing" if form.endswith("ing") else "s" if form.endswith("s") and not source.endswith("s") else "ed"
        made = [each for each in forms_of(words[head]) if each.endswith(ending) and each != words[head] and "'" not in each]
        if not made:
            return None
        words[head] = min(made, key=len)
    return " ".join(words)


def _russian(form: str, source: str, target: str) -> str | None:
    words = target.split()
    moving = [word for word in words if not word.startswith("=")]
    head = moving[-1]
    for parse in parses_of(form):
        if str(parse.normal_form).replace("ё", "е") != source:
            continue
        wanted = _wanted(parse, head)
        if wanted is None:
            continue
        made = {word: _inflected(word, head, wanted) for word in moving}
        if all(made.values()):
            return " ".join(made.get(word) or word for word in words)
    return None


def _wanted(parse: Parse, head: str) -> frozenset[str] | None:
    """Return the grammemes that the new word must have; None where old and new word are different parts of speech."""
    kind, tag = _kind(head), parse.tag
    if tag.POS == "NOUN" and kind == "NOUN" and tag.case:
        return frozenset({_case(tag.case), tag.number})
    if tag.POS == "ADJF" and kind == "ADJF" or tag.POS == "PRTF" and kind == "ADJF":
        gender = {tag.gender} if tag.number == "sing" else set()
        animacy = {tag.animacy} if tag.animacy else set()
        return frozenset({_case(tag.case), tag.number} | gender | animacy)
    if tag.POS in ("ADJS", "PRTS") and kind == "ADJF":
        return frozenset({"ADJS", tag.number} | ({tag.gender} if tag.gender else set()))
    if tag.POS in _VERBS and kind == "VERB":
        return frozenset(tag.grammemes & _OF_VERBS)
    return None


@cache
def _kind(head: str) -> str:
    pos = parses_of(head)[0].tag.POS
    return "VERB" if pos in _VERBS else str(pos)


def _inflected(word: str, head: str, wanted: frozenset[str]) -> str | None:
    parse = parses_of(word)[0]
    if word != head:  # an adjective of the noun that is the head
        of_noun = parses_of(head)[0].tag
        gender = {of_noun.gender} if "sing" in wanted and of_noun.gender in _GENDERS else set()
        animacy = {of_noun.animacy} if "accs" in wanted and "femn" not in gender and "neut" not in gender else set()
        wanted = wanted | gender | animacy
    made = parse.inflect(wanted)
    return None if made is None else str(made.word)
