"""Finds what could lead a stranger to a child: phones, e-mail, links, handles, numbers, an address, a school, a name.

What is surely private is refused; what may be a rose as well as a Rose is held.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Literal

from gallery.safety.lemmas import forms_of, is_common_word
from gallery.safety.normalise import Token

Finding = tuple[str, Literal["refuse", "hold"]]

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+\s?(?:@|\(at\)|\[at\]|\(собака\))\s?[\w-]+\s?\.\s?[a-zа-я]{2,}", re.IGNORECASE)
_LINK = re.compile(
    r"https?:|www\.|\b[\w-]+\.(?:com|ru|org|net|info|edu|io|gg|me|tv|app|site|online|xyz|su|by|kz|ua|uk|de|рф)\b(?:/\S*)?",
    re.IGNORECASE,
)
_SPOKEN_EMAIL = re.compile(
    r"\b[\w.]{2,}\s+(?:at|собака)\s+[\w-]{2,}\s+(?:dot|точка)\s+(?:com|org|net|ru|ру|ком)\b", re.IGNORECASE
)
_HANDLE = re.compile(
    r"(?<![\w@])@[a-z][\w.]{2,}|\b(?:мой|моя|моём|моем|my)\s+(?:ник|никнейм|аккаунт|инста\w*|телега|телеграм\w*|тг|вк|тикток|ватсап|дискорд|"
    r"insta(?:gram)?|telegram|discord|snap(?:chat)?|tiktok|username|nickname|whatsapp)\b\s*[:@—–-]?\s*\S",
    re.IGNORECASE,
)
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
_SOCIAL_NUMBER = re.compile(r"(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)")
_HOUSE = re.compile(
    r"(?i:\b(?:улиц[аеуы]|ул\.|проспект[ае]?|пр-т|пр\.|переул\w+|пер\.|бульвар[ае]?|шоссе|набережн\w+|микрорайон\w*|мкр\.?))\s*"
    r"[«\"]?[А-ЯЁ\d][\w-]*(?:\s[А-ЯЁ][\w-]*)?[»\"]?,?\s*(?i:(?:д\.|дом|корп\w*\.?)\s*)?№?\d+"
    r"|\b\d{1,5}[a-zA-Z]?\s+(?:[A-Z][a-z]+\s+){1,3}(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Crescent|Terrace)\b"
)
#: Houses that a class may draw.
_FAMOUS_HOUSE = re.compile(r"\b(?:10 Downing|221B? Baker|1600 Pennsylvania|4 Privet|42 Wallaby)\b", re.IGNORECASE)
_SCHOOL = re.compile(
    r"\b(?i:(?:школ|гимнази|лице)(?:а|е|у|ы|ой|и|ю|й|я|ем)?|детск\w+\s+сад\w*)\s*(?i:№|номер|#|no?\s?°?)?\s*\d{1,4}\b"
    r"|(?<!\w)(?:№|No)\s?\d{1,4}\s+(?i:школ|гимнази|лице)|\b\d{1,4}-?(?:я|й|ая|ой|ей)\s+(?i:школ|гимнази)"
    r"|\b\d{1,2}\s?[«\"]?[А-Га-г][»\"]?\s+класс|\bкласс\w*\s\d{1,2}\s?[«\"]?[А-Га-г]\b"
    r"|\b(?:[A-Z][\w.'’-]+\s+){1,4}(?:High|Middle|Elementary|Primary|Grammar|Secondary)\s+School\b|\bP\.?S\.?\s?\d{1,3}\b|\b[Ss]chool\s+(?:No\.?|№|#|number)\s?\d+"
)
_MY_SCHOOL = re.compile(
    r"\b(?:учусь|учимся)\s+(?:в|во)\b|\bмо[яей]{1,2}\s+школ|\bi\s+(?:go\s+to|study\s+at|attend)\b|\bmy\s+school\b",
    re.IGNORECASE,
)
_FULL_NAME = re.compile(
    r"(?i:\b(?:меня\s+зовут|моё\s+имя|мое\s+имя|my\s+name\s+is|my\s+full\s+name\s+is))\s+[A-ZА-ЯЁ][\w-]+\s+[A-ZА-ЯЁ][\w-]+"
)
#: After these words a name belongs to a monument, not to a classmate.
_FAMOUS = frozenset(
    "памятник монумент статуя бюст площадь собор улица храм мост колонна monument statue bust square saint bridge".split()
)


def personal_findings(cleaned: str, tokens: Sequence[Token], names: Iterable[str]) -> list[Finding]:
    """Return the kinds of private details in a cleaned prompt, each with what is done about it.

    Kinds are "email", "link", "handle", "number", "address", "school" and "name".
    """
    text = unicodedata.normalize("NFKC", cleaned)
    found: list[Finding] = []
    if _EMAIL.search(text) or _SPOKEN_EMAIL.search(text):
        found.append(("email", "refuse"))
    elif _LINK.search(text):
        found.append(("link", "refuse"))
    if not found and _HANDLE.search(text):
        found.append(("handle", "refuse"))
    if (
        _LOCAL_PHONE.search(text)
        or _SOCIAL_NUMBER.search(text)
        or any(_is_private_number(match[0]) for match in _DIGITS.finditer(text))
    ):
        found.append(("number", "refuse"))
    if _ADDRESS.search(text):
        found.append(("address", "refuse"))
    elif _HOUSE.search(text) and not _FAMOUS_HOUSE.search(text):
        found.append(("address", "hold"))
    if _SCHOOL.search(text):
        found.append(("school", "refuse" if _MY_SCHOOL.search(text) else "hold"))
    if _FULL_NAME.search(text):
        found.append(("name", "refuse"))
    elif level := names_somebody(tokens, names):
        found.append(("name", level))
    return found


def names_somebody(tokens: Sequence[Token], names: Iterable[str]) -> Literal["refuse", "hold", ""]:
    """Say what is to be done because the tokens name one of ``names``, in any case of declension; "" where they do not.

    A name of two or more words counts where its words follow one another. A single first name counts with a capital letter,
    unless a monument bears it or another capital letter follows ("памятник Петру", "Peter the Great", "Alexander Nevsky").
    It is held where it is in doubt: a common word too that opens a sentence ("Роза на столе"), or small though no word.
    """
    words = [(token.text, token.text.casefold().replace("ё", "е")) for token in tokens]
    plain = [lower for _, lower in words]
    present = set(plain)
    doubt: Literal["hold", ""] = ""
    for name in names:
        parts = _name_forms(name)
        if not parts or any(present.isdisjoint(forms) for forms in parts):
            continue
        for start in range(len(words) - len(parts) + 1):
            if any(plain[start + offset] not in forms for offset, forms in enumerate(parts)):
                continue
            if len(parts) > 1:
                return "refuse"
            before = set(plain[max(0, start - 3) : start])
            after = words[start + 1 : start + 3]
            if _is_famous(before) or any(text[:1].isupper() for text, _ in after):
                continue
            is_capital = words[start][0][:1].isupper()
            if is_capital and not (start == 0 and is_common_word(plain[start])):
                return "refuse"
            if is_capital or not is_common_word(plain[start]):
                doubt = "hold"
    return doubt


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
