"""Makes a prompt fit to send, and splits it into tokens in every spelling that a disguise could stand for."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass

from gallery.safety.disguises import on_other_keys
from gallery.safety.lemmas import is_known

_JOINER = "\u200d"
_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f")
_TAG = re.compile("[\U000e0000-\U000e007f]")
_REVERSING = re.compile("[\u202d\u202e]")

#: Letters that look alike, as (Cyrillic, Latin). Case matters: "B" is a Russian "в", "b" is a "ь".
_TWINS = "аa сc еe оo рp хx уy кk іi јj ѕs АA ВB СC ЕE НH КK МM ОO РP ТT ХX УY ІI ьb пn гr иu тm вB нH мM тT зz"
_TO_LATIN = {pair[0]: pair[1].lower() for pair in _TWINS.split() if pair[0] not in "ьпгитвнмз"}
_TO_CYRILLIC = {pair[1]: pair[0].lower() for pair in _TWINS.split()}
#: Signs written for a letter: each with every letter that it may stand for.
_SIGNS = {
    "0": "oо",
    "1": "ilи",
    "3": "eез",
    "4": "aач",
    "5": "s",
    "6": "bб",
    "7": "t",
    "8": "bв",
    "9": "gд",
    "@": "aая",
    "$": "s",
    "!": "iи",
    "|": "l",
    "€": "eе",
}
#: Letters of other alphabets that look Latin, small capitals, letters on tiles.
_LATIN_LOOK = dict(
    zip(
        "αβεικνορτυχωϲϳᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡıɩʋοһԁԛԝɓɗɛᎪᏴᏟᎠᎬᏀᎻᏆᎫᏦᏞᎷΝΟΡᎡᏚᎢᏙᎳΧΥᏃᗩᗷᑕᗪ",
        "abeiknoptuxwcjabcdefghijklmnoprstuvwyzagiivohdqwbdeabcdeghijklmnoprstvwxyzabcd",
        strict=True,
    )
)
_LATIN_LOOK |= {chr(0x1F130 + block + index): chr(97 + index) for block in (0, 0x20, 0x40) for index in range(26)}
_LATIN_LOOK |= {chr(0x1F1E6 + index): chr(97 + index) for index in range(26)}
_LOOKS = str.maketrans(_LATIN_LOOK)
_MOST_SPELLINGS = 24

_WORD = re.compile(r"(?=[^\W_]|[@$*])(?:[^\W_]|[@$*|€]|!(?=[^\W\d_]))+|[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff]")
_SPACED = re.compile(r"(?<![^\W_])[^\W_](?:[\s.,·•*_/|+~-]{1,3}[^\W_](?![^\W_])){2,}")
_HYPHENED = re.compile(r"(?<![^\W\d_])[^\W\d_]+(?:[-_.·•'’`´~+=^|/\\:;,*#&\"]{1,2}[^\W\d_]+)+")
#: What an apostrophe parts off in English: the owner's name is no disguise.
_ENDING = re.compile(r"^\w+['’](?:s|t|d|m|re|ll|ve)$", re.IGNORECASE)
#: A word that could have been typed on the Russian keyboard with the English one switched on.
_TYPED = re.compile(r"(?<!\S)[a-z\[\];',.`]{4,}(?!\S)", re.IGNORECASE)
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_LATIN = re.compile("[A-Za-z]")
_SIGN_IN_WORD = re.compile(r"[013457@$](?=[a-z])|(?<=[a-z])[013457@$]")
_SIGN_IN_CYRILLIC = re.compile(r"[01346@](?=[а-я])|(?<=[а-я])[01346@]")
_STRETCHED = re.compile(r"(.)\1{2,}")


@dataclass(frozen=True)
class Token:
    """One word, emoji or run of spaced letters of a prompt.

    ``text`` is what the student wrote; ``spellings`` are all lower-case words it may stand for, in either script;
    ``is_run`` marks letters set apart ("b l o o d"), where several words may stand without a gap.
    """

    text: str
    spellings: frozenset[str]
    is_run: bool = False


def clean(prompt: str) -> str:
    """Return the prompt as it may be sent: no control or invisible characters, single spaces, letter case kept."""
    kept = []
    flags = {index for match in _FLAG.finditer(prompt) for index in range(*match.span())}
    for index, character in enumerate(prompt):
        kind = unicodedata.category(character)
        if kind in {"Cc", "Zl", "Zp"}:
            kept.append(" ")
        elif kind not in {"Cf", "Co", "Cs", "Cn"} or index in flags or _joins_emoji(prompt, index):
            kept.append(character)
    return " ".join(unicodedata.normalize("NFC", "".join(kept)).split())


def hides_text(prompt: str) -> bool:
    """Say whether the prompt carries text that people cannot see, or that reads backwards: tags outside flags, overrides."""
    return bool(_TAG.search(_FLAG.sub("", prompt)) or _REVERSING.search(prompt))


def language_of(prompt: str) -> str:
    """Return "ru" where at least as many letters are Cyrillic as Latin, else "en" (also without any letter)."""
    cyrillic = len(_CYRILLIC.findall(prompt))
    return "ru" if cyrillic and cyrillic >= len(_LATIN.findall(prompt)) else "en"


def flat(text: str) -> str:
    """Return a cleaned text in compatibility form, lower case, without accents and with е for ё: for patterns to look at."""
    return _without_accents(unicodedata.normalize("NFKC", text)).casefold().replace("ё", "е")


def latin_look(text: str) -> str:
    """Return the flat text with Cyrillic letters that look Latin, and signs inside words, replaced by Latin letters."""
    look = "".join(_TO_LATIN.get(letter, letter) for letter in flat(text))
    return _SIGN_IN_WORD.sub(lambda sign: next((letter for letter in _SIGNS[sign[0]] if letter.isascii()), sign[0]), look)


def cyrillic_look(text: str) -> str:
    """Return the flat text with Latin letters that look Cyrillic, and signs inside words, replaced by Cyrillic letters."""
    look = "".join(_TO_CYRILLIC.get(letter, letter) for letter in unicodedata.normalize("NFKC", text))
    return _SIGN_IN_CYRILLIC.sub(
        lambda sign: next((letter for letter in _SIGNS[sign[0]] if not letter.isascii()), sign[0]), flat(look)
    )


def tokens(text: str) -> list[Token]:
    """Split a cleaned prompt into tokens, in order; letters set apart come as one token."""
    text = _without_accents(unicodedata.normalize("NFKC", text.translate(_LOOKS)))
    found: list[tuple[int, Token]] = []
    covered: set[int] = set()
    for match in _SPACED.finditer(text):
        run = re.sub(r"[^\w]|_", "", match[0])
        found.append((match.start(), Token(match[0], spellings(run), is_run=True)))
        covered.update(range(*match.span()))
    for match in _HYPHENED.finditer(text):
        if match.start() not in covered and not _ENDING.search(match[0]):
            found.append((match.start(), Token(match[0], spellings(re.sub(r"\W|_", "", match[0])))))
    typed = {match.start(): match[0] for match in _TYPED.finditer(text)}
    for match in _WORD.finditer(text):
        if match.start() not in covered:
            found.append((match.start(), Token(match[0], spellings(match[0]) | _typed(typed.pop(match.start(), "")))))
    return [token for _, token in sorted(found, key=lambda pair: pair[0])]


def spellings(word: str) -> frozenset[str]:
    """Return every lower-case word that ``word`` may stand for: as written, as Cyrillic, as Latin, signs read as letters."""
    plain = word.casefold().replace("ё", "е")
    has_signs = any(letter in _SIGNS for letter in word) and any(letter.isalpha() for letter in word)
    is_cyrillic, is_latin = bool(_CYRILLIC.search(word)), bool(_LATIN.search(word))
    found = {plain}
    if is_cyrillic and (is_latin or has_signs or all(letter in _TO_LATIN for letter in word)):
        found |= _read(word, _TO_LATIN, _LATIN)
    if is_latin or has_signs:
        found |= _read(word, _TO_CYRILLIC, _CYRILLIC)
    if has_signs:
        found |= _read(word, {}, _LATIN)
    for stretched in [spelling for spelling in found if _STRETCHED.search(spelling)]:
        found |= {_STRETCHED.sub(r"\1", stretched), _STRETCHED.sub(r"\1\1", stretched)}
    return frozenset(found)


def _typed(chunk: str) -> frozenset[str]:
    """Return the Russian words that the keys of ``chunk`` write; a comma may be a letter or a comma."""
    swapped = (on_other_keys(chunk), on_other_keys(chunk.rstrip(".,;'")))
    return frozenset(word for word in swapped if len(word) > 3 and word.isalpha() and is_known(word))


def _read(word: str, twins: dict[str, str], script: re.Pattern[str]) -> set[str]:
    """Return the readings of ``word`` that are wholly in one script, at most _MOST_SPELLINGS of them."""
    choices = []
    for letter in word:
        options = [sign for sign in _SIGNS.get(letter, "") if script.match(sign)]
        options += [twins[letter]] if letter in twins else []
        lower = letter.casefold().replace("ё", "е")
        options += [lower] if script.match(lower) or lower == "*" else []
        choices.append(list(dict.fromkeys(options)))
    readings = itertools.product(*choices)
    return {"".join(reading) for reading in itertools.islice(readings, _MOST_SPELLINGS)}


def _without_accents(text: str) -> str:
    """Drop accents and stress marks, but keep й and ё, which are letters of their own."""
    kept = []
    for character in text:
        if character.isascii() or "А" <= character <= "я" or character in "ёЁ":
            kept.append(character)
        else:
            kept.append(
                "".join(
                    part for part in unicodedata.normalize("NFD", character) if unicodedata.category(part) not in {"Mn", "Me"}
                )
            )
    return "".join(kept)


def _joins_emoji(prompt: str, index: int) -> bool:
    """Say whether a zero-width joiner stands where it makes one emoji of two."""
    if prompt[index] != _JOINER or not 0 < index < len(prompt) - 1:
        return False
    return ord(prompt[index - 1]) > 0x2000 and ord(prompt[index + 1]) > 0x2000
