"""Finds what could lead a stranger to a child: phones, e-mail, links, handles, long numbers, an address, a full name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from gallery.safety.lemmas import forms_of
from gallery.safety.normalise import Token

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+\s?(?:@|\(at\)|\[at\]|\(собака\))\s?[\w-]+\s?\.\s?[a-zа-я]{2,}", re.IGNORECASE)
_LINK = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|ru|org|net|info|edu|io|gg|me|tv|app|site|online|xyz|su|by|kz|ua|uk|de|рф)\b(?:/\S*)?",
    re.IGNORECASE,
)
_HANDLE = re.compile(r"(?<![\w@])@[a-z][\w.]{2,}", re.IGNORECASE)
#: Digits with what people put between them in a telephone or card number.
_DIGITS = re.compile(r"\+?\(?\d[\d\s().–-]{5,}\d")
_LOCAL_PHONE = re.compile(r"(?<!\d)\d{2,3}-\d{2}-\d{2}(?!\d)|(?<!\d)\d{3}-\d{4}(?!\d)")
_YEARS = re.compile(r"(?:1\d{3}|20\d{2})")
_ROUND = re.compile(r"[1-9]\d{0,2}0{4,}")
_ADDRESS = re.compile(
    r"\b(?:мой|наш|её|ее|его)\s+адрес|\bживу\s+(?:по\s+адресу|на\s+улице|в\s+доме\s+\d)|\bкв(?:артира|\.)?\s?\d+"
    r"|\bмой\s+(?:номер|телефон|пароль|паспорт)|\bmy\s+(?:home\s+)?(?:address|phone|number|password)\b|\bi\s+live\s+(?:at|on)\s+\d",
    re.IGNORECASE,
)
_FULL_NAME = re.compile(
    r"(?i:\b(?:меня\s+зовут|моё\s+имя|мое\s+имя|my\s+name\s+is|my\s+full\s+name\s+is))\s+[A-ZА-ЯЁ][\w-]+\s+[A-ZА-ЯЁ][\w-]+"
)
#: After these words a name belongs to a monument, not to a classmate.
_FAMOUS = frozenset(
    "памятник монумент статуя бюст площадь собор улица храм мост колонна monument statue bust square saint bridge".split()
)


def personal_family(text: str) -> str | None:
    """Return what kind of private detail a cleaned prompt holds: "email", "link", "handle", "number", "address" or "name"."""
    if _EMAIL.search(text):
        return "email"
    if _LINK.search(text):
        return "link"
    if _HANDLE.search(text):
        return "handle"
    if _LOCAL_PHONE.search(text) or any(_is_private_number(match[0]) for match in _DIGITS.finditer(text)):
        return "number"
    if _ADDRESS.search(text):
        return "address"
    return "name" if _FULL_NAME.search(text) else None


def names_somebody(tokens: list[Token], names: Iterable[str]) -> bool:
    """Say whether the tokens name one of ``names``, in any case of declension.

    A name of two or more words counts where its words follow one another. A single first name counts with a capital letter,
    unless a monument bears it or another capital letter follows ("памятник Петру", "Peter the Great", "Alexander Nevsky").
    """
    words = [(token.text, token.text.casefold().replace("ё", "е")) for token in tokens]
    plain = [lower for _, lower in words]
    for name in names:
        parts = _name_forms(name)
        for start in range(len(words) - len(parts) + 1):
            if not parts or any(plain[start + offset] not in forms for offset, forms in enumerate(parts)):
                continue
            if len(parts) > 1:
                return True
            is_capital = words[start][0][:1].isupper()
            before = set(plain[max(0, start - 3) : start])
            after = words[start + 1 : start + 3]
            if is_capital and not _is_famous(before) and not any(text[:1].isupper() for text, _ in after):
                return True
    return False


def _is_private_number(digits: str) -> bool:
    groups = re.findall(r"\d+", digits)
    if all(_YEARS.fullmatch(group) for group in groups) or (len(groups) == 1 and _ROUND.fullmatch(groups[0])):
        return False
    if len(groups) > 1 and all(_ROUND.fullmatch(group) or len(group) < 3 for group in groups):
        return False
    count = sum(len(group) for group in groups)
    return count >= 10 or max(len(group) for group in groups) >= 7 or (digits.startswith("+") and count >= 7)


@lru_cache(maxsize=4096)
def _name_forms(name: str) -> tuple[frozenset[str], ...]:
    return tuple(forms_of(part) for part in name.casefold().replace("ё", "е").split())


@lru_cache(maxsize=1)
def _famous_forms() -> frozenset[str]:
    return frozenset(form for word in _FAMOUS for form in forms_of(word))


def _is_famous(before: set[str]) -> bool:
    return bool(before & _famous_forms())
