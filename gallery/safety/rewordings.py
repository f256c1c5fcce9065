"""Offers other words for a prompt that was stopped: the trouble replaced by something nice, or the part with it left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from gallery.safety.families import DATA, BadList, read_groups
from gallery.safety.gate import HOUSE, MAX_PROMPT, OWN, Verdict, judge
from gallery.safety.inflect import cases_of, in_form_of, is_verb
from gallery.safety.lemmas import keys_of
from gallery.safety.policy import Policy

#: Prompts that are offered.
MOST = 2
#: Gates whose stopped prompts are no matter of a word: who hides text, or talks to the machine, is not helped to do it better.
_HOPELESS = frozenset({"frame", "length"})
#: What says nothing of the kind of trouble: a phrase that somebody listed, or the learned layer.
_OF_ANY_KIND = frozenset({OWN, "meaning"})
#: Words of a prompt that are looked at one by one.
_MOST_WORDS = 120

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_CLAUSE = re.compile(r"[.,;:!?()\n—–]+")
#: Where something begins that hangs on what stands before it, and may fall off without a trace.
_HANGS = re.compile(
    r"\s+(?=(?:with|and|who|which|that|while|in|on|at|near|under|over|behind|beside|next|around|into|from|for|holding|wearing|"
    r"covered|carrying|using|after|before|because|but|or|с|со|и|который|которая|которое|которые|где|когда|пока|в|во|на|у|под|"
    r"над|рядом|около|возле|среди|из|от|до|за|перед|для|по|но|а|или|чтобы)\s)",
    re.IGNORECASE,
)
#: A place that may stand behind any sentence: in Russian only where the noun says that it is a place and no direction.
_PLACE = re.compile(r"(?:in|on|near|under) (?:the|a|an) |(?:в|во|на|у|около|возле) ", re.IGNORECASE)
_MOST_OF_PLACE = 5
_SURFACES = frozenset(
    "table floor wall bed sofa desk chair ceiling ground plate stage canvas shelf "
    "стол пол стена кровать диван стул потолок земля доска тарелка сцена холст полка".split()
)
_LEANS = frozenset(
    "a an the and or but with of in on at to he she it they him her them his its their this that i you we my is are was very "
    "и а но или с со в во на у к о он она оно они его ее её их ему ей им мы я ты это этот эта там тут очень не".split()
)
_BEFORE_CLUSTER = {"со": "с", "во": "в", "ко": "к", "обо": "о"}


@dataclass
class _Part:
    """What some families are answered with: new words for old ones, and whole sentences."""

    swaps: dict[tuple[str, ...], str] = field(default_factory=dict)
    ideas: list[str] = field(default_factory=list)
    is_only_ideas: bool = False


@dataclass(frozen=True)
class _Swap:
    """A piece of a prompt, from ``start`` to ``end``, and what may stand in its place."""

    start: int
    end: int
    new: str


def reworded(prompt: str, verdict: Verdict, language: str, policy: Policy = HOUSE) -> list[str]:
    """Return at most MOST prompts that say something like ``prompt``, which ``verdict`` stopped, and that pass the gate.

    No word that is stopped by itself is kept. ``language`` ("ru" or "en") is that of the sentences of our own. Nothing is
    offered to a child in need, or where only the length or an order to the machine stopped the prompt.
    """
    if verdict.outcome not in ("refuse", "hold") or verdict.gate in _HOPELESS:
        return []
    text = verdict.cleaned
    parts = _parts_for(verdict.families)
    swaps = _swaps_in(text, [part for _, part in _parts()] if _OF_ANY_KIND & {*verdict.families} else parts)
    stopped = _stopped_words(text, policy) | {word for swap in swaps for word in _words(text[swap.start : swap.end])}
    offered: list[str] = []
    candidates = _candidates(text, parts, language, swaps, stopped, policy, is_personal=verdict.gate == "personal")
    for kept, candidate in candidates:
        if len(offered) == MOST:
            break
        is_said = candidate in offered or (not kept and any(said.startswith(candidate) for said in offered))
        if (
            not is_said
            and len(candidate) <= MAX_PROMPT
            and not _words(kept) & stopped
            and judge(candidate, policy).outcome == "allow"
        ):
            offered.append(candidate)
    return offered


def _candidates(
    text: str,
    parts: Sequence[_Part],
    language: str,
    swaps: list[_Swap],
    stopped: frozenset[str],
    policy: Policy,
    *,
    is_personal: bool,
) -> Iterator[tuple[str, str]]:
    """Yield prompts to offer, the nearest to the child's own first, each behind what it keeps of the child's words."""
    ideas = [idea for part in parts for idea in part.ideas if bool(_CYRILLIC.search(idea)) == (language == "ru")]
    if not parts[0].is_only_ideas:
        if swaps:
            yield _with(text, swaps)
        if left := _left_out(text, stopped, policy, may_lose_its_head=is_personal):
            yield left, left
        place, open_ended = _place_in(text, stopped), next((idea for idea in ideas if idea.endswith("…")), "")
        if place and open_ended:
            yield place, f"{open_ended.rstrip('…')} {place}"
    for idea in ideas:
        yield "", idea.rstrip("…")


def _with(text: str, swaps: list[_Swap]) -> tuple[str, str]:
    """Return what is left of ``text`` without the swapped pieces, and the text with what stands in their place."""
    kept, whole, at = "", "", 0
    for swap in swaps:
        before = text[at : swap.start]
        kept += before + " "
        whole += _leading_to(before, swap.new) + swap.new
        at = swap.end
    return kept + text[at:], whole + text[at:]


def _leading_to(before: str, new: str) -> str:
    """Return the words before a new one with the article or the preposition that it needs: "a kite", «с зонтом»."""

    def fitting(match: re.Match[str]) -> str:
        word = match[1]
        if word.lower() in ("a", "an"):
            return word[0] + ("n" if new[0].lower() in "aeiou" else "") + match[2]
        plain = _BEFORE_CLUSTER[word.lower()]
        return (plain.capitalize() if word[0].isupper() else plain) + match[2]

    return re.sub(r"\b(an?|со|во|ко|обо)(\s+)$", fitting, before, flags=re.IGNORECASE)


def _swaps_in(text: str, parts: Sequence[_Part]) -> list[_Swap]:
    """Return what can be put in the place of the words of ``text`` that the parts list, from left to right."""
    listed = {source: new for part in reversed(parts) for source, new in part.swaps.items()}
    firsts = {source[0] for source in listed}
    words = list(_WORD.finditer(text))[:_MOST_WORDS]
    keys = [keys_of(word[0].lower().replace("ё", "е")) for word in words]
    found: list[_Swap] = []
    index = 0
    while index < len(words):
        step = 1
        for source in sorted(listed, key=len, reverse=True) if keys[index] & firsts else ():
            last = _end_of(source, index, words, keys)
            if last is None:
                continue
            new = in_form_of(words[index][0], source[0], listed[source])
            if len(source) > 1 and new is None:  # the form is that of the last word: "sword fights"
                new = in_form_of(words[last][0], source[-1], listed[source])
            if new is not None:
                found.append(_Swap(words[index].start(), words[last].end(), new))
                step = last - index + 1
                break
        index += step
    return found


def _end_of(source: tuple[str, ...], index: int, words: list[re.Match[str]], keys: list[frozenset[str]]) -> int | None:
    """Return the index of the last word of ``source`` where it begins at ``index``; articles between its words do not count."""
    for position, wanted in enumerate(source):
        if position:
            index += 1
            if index < len(words) and words[index][0].lower() in ("a", "an", "the"):
                index += 1
        if index >= len(words) or wanted not in keys[index]:
            return None
    return index


def _left_out(text: str, stopped: frozenset[str], policy: Policy, *, may_lose_its_head: bool) -> str:
    """Return ``text`` with every clause cut before what stops it; "" where nothing is left that says something.

    A text whose first clause is gone has mostly lost what it was about, and is none unless ``may_lose_its_head``.
    """
    kept: list[str] = []
    is_whole = True
    for number, clause in enumerate(filter(None, map(str.strip, _CLAUSE.split(text)))):
        parts = _HANGS.split(clause)
        hangs = _HANGS.match(f" {clause}") is not None
        fit = 0
        if not hangs or (kept and is_whole):
            fits = (end for end in range(len(parts), 0, -1) if _is_fit(parts[:end], len(parts), stopped, policy))
            fit = next(fits, 0)
        if not fit and not number and not may_lose_its_head:
            return ""
        if fit:
            kept.append(" ".join(parts[:fit]))
        is_whole = fit == len(parts)
    left = ", ".join(kept)
    says_enough = len({word for word in _words(left) - _LEANS if len(word) > 2}) > 1
    return left if says_enough and _words(left) != _words(text) else ""


def _is_fit(parts: Sequence[str], count: int, stopped: frozenset[str], policy: Policy) -> bool:
    """Say whether the first ``parts`` of a clause of ``count`` parts can stand alone."""
    text = " ".join(parts)
    words = _words(text)
    says_something = any(len(word) > 2 and word not in _LEANS for word in words)
    is_cut = len(parts) < count
    return says_something and not words & stopped and not (is_cut and _wants_more(text)) and _is_let_through(text, policy)


def _wants_more(text: str) -> bool:
    """Say whether a cut text ends in a small word or a verb, which may want what was cut off: «мальчик держит»."""
    last = _WORD.findall(text)[-1].lower()
    return last in _LEANS or (is_verb(last) if _CYRILLIC.search(last) else last.endswith(("ing", "ed")))


def _place_in(text: str, stopped: frozenset[str]) -> str:
    """Return where it happens, as the child wrote it ("in the park"); "" where no such place may follow another sentence."""
    for clause in _CLAUSE.split(text):
        for part in _HANGS.split(clause.strip())[1:]:
            lead = _PLACE.match(part)
            words = _words(part)
            if not lead or len(part.split()) > _MOST_OF_PLACE or words & stopped:
                continue
            inside = [word[0].lower() for word in _WORD.finditer(part[lead.end() :])]
            if not inside or set(inside) & _LEANS or any(keys_of(word) & _no_places() for word in inside):
                continue
            if not _CYRILLIC.search(part) or _is_place(lead[0].strip().lower(), inside):
                return part
    return ""


def _is_place(preposition: str, words: list[str]) -> bool:
    nouns = [cases for word in words if (cases := cases_of(word))]
    return bool(nouns) and ("loct" if preposition in ("в", "во", "на") else "gent") in nouns[0]


def _stopped_words(text: str, policy: Policy) -> frozenset[str]:
    """Return the words of ``text`` that the gate stops alone: they are never said again."""
    words = {match[0] for match in _WORD.finditer(text)}
    return frozenset(word.lower() for word in sorted(words)[:_MOST_WORDS] if not _is_let_through(word, policy))


def _is_let_through(text: str, policy: Policy) -> bool:
    """Say whether the rules let ``text`` pass; the learned layer is asked of whole prompts only."""
    return judge(text, replace(policy, holds_without_layer=False), opinion=lambda _: None).outcome == "allow"


def _words(text: str) -> frozenset[str]:
    return frozenset(match[0].lower() for match in _WORD.finditer(text))


def _parts_for(families: Sequence[str]) -> list[_Part]:
    """Return the parts of these families, in the order of the file, and last what fits any.

    Where one of them has only sentences, so have all.
    """
    found = [part for names, part in _parts() if names & {*families, "any"}]
    return (
        [part for part in found[:-1] if part.is_only_ideas] + found[-1:] if any(part.is_only_ideas for part in found) else found
    )


@cache
def _parts() -> tuple[tuple[frozenset[str], _Part], ...]:
    """Return rewordings.txt as it was written. BadList names the line that cannot be read."""
    parts: list[tuple[frozenset[str], _Part]] = []
    for number, line in enumerate((DATA / "rewordings.txt").read_text(encoding="utf-8").splitlines(), start=1):
        line = line.partition("#")[0].strip()
        if line.startswith("["):
            names, _, said = line[1:].partition("]")
            parts.append((frozenset(names.split()), _Part(is_only_ideas=said.strip() == "only sentences")))
        elif line.startswith("*") and parts:
            parts[-1][1].ideas.append(line[1:].strip())
        elif line:
            old, equals, new = (side.strip() for side in line.partition("="))
            if not (parts and old and equals and new):
                raise BadList(f"rewordings.txt, line {number}: neither families, nor a sentence, nor words = words")
            parts[-1][1].swaps |= {tuple(words.split()): new for words in old.split(",")}
    return tuple(parts)


@cache
def _no_places() -> frozenset[str]:
    """Return what has an "on" and an "in" of its own: parts of the body, furniture."""
    return read_groups((DATA / "groups.txt").read_text(encoding="utf-8"))["@body"] | _SURFACES
