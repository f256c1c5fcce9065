"""The words the engine knows: vocabulary files in, a tree of lemmas out; loaded once per process."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

HERE = Path(__file__).parent
CUT = re.compile(r"[^\W_]+", re.UNICODE)


#: Icons that are only the face of somebody whom we draw whole.
FACES = {
    "boy": "figure:boy", "girl": "figure:girl", "child": "figure:child", "man": "figure:man", "woman": "figure:woman",
    "old-man": "figure:grandpa", "old-woman": "figure:grandma", "prince": "figure:prince",
    "princess": "figure:princess", "person-with-crown": "figure:king", "astronaut": "figure:astronaut",
    "cook": "figure:cook", "unicorn": "figure:unicorn", "santa-claus": "figure:santa", "robot": "figure:robot",
    "alien": "figure:alien", "clown-face": "figure:clown", "person-superhero": "figure:superhero",
    "man-mage": "figure:wizard", "woman-mage": "figure:witch", "tokyo-tower": "monument:eiffel",
}  # fmt: skip
#: Emoji that set the scene, or stand for a monument.
EMOJI = {
    "🎆": "weather:fireworks", "🎇": "weather:fireworks", "🌈": "weather:rainbow", "☀": "weather:sun", "🌞": "weather:sun",
    "🌙": "time:night", "🌛": "time:night", "🌕": "time:night", "🌃": "time:night", "⭐": "time:night", "🌟": "time:night",
    "🌠": "time:night", "❄": "weather:snow", "🌨": "weather:snow", "☃": "weather:snow", "🌧": "weather:rain",
    "☔": "weather:rain", "⛈": "weather:storm", "⚡": "weather:storm", "🌩": "weather:storm", "🌫": "weather:fog",
    "💨": "weather:wind", "🌊": "place:sea", "🏖": "place:beach", "🏝": "place:beach", "🏔": "place:mountains",
    "⛰": "place:mountains", "🌋": "place:volcano", "🏜": "place:desert", "🌅": "time:morning", "🌄": "time:morning",
    "🌇": "time:evening", "🌆": "time:evening", "🌌": "place:space", "🏙": "place:city", "☁": "weather:clouds",
    "🍂": "season:autumn", "🗼": "thing:monument:eiffel", "🗽": "thing:monument:liberty", "🕌": "thing:monument:taj",
    "🌑": "place:moon", "🚇": "place:metro", "🌲": "thing:evergreen-tree",
}  # fmt: skip


@dataclass(frozen=True)
class Kind:
    """A drawable thing: ``icon`` is a vendored icon, "figure:x" or "monument:x"; ``size`` is 1 (a bee) to 9 (a house)."""

    icon: str
    size: int
    traits: frozenset[str]
    ru: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    @property
    def is_monument(self) -> bool:
        """Say whether it is one of the monuments that we drew ourselves."""
        return self.icon.startswith("monument:")


@dataclass(frozen=True)
class Entry:
    """What a word means: ``kind`` is "thing", "time", "weather", "place", "colour", "rel" and so on; ``key`` says which."""

    kind: str
    key: str


@dataclass
class Node:
    """One step in the tree of lemmas."""

    entry: Entry | None = None
    next: dict[str, Node] = field(default_factory=dict)


def plain(text: str) -> str:
    """Lower the case and write ё as е, as the vocabulary does."""
    return text.lower().replace("ё", "е")


def pieces(phrase: str) -> tuple[str, ...]:
    """Split a vocabulary phrase into the steps that a prompt's words are split into."""
    return tuple(CUT.findall(plain(phrase)))


def emoji_key(emoji: str) -> str:
    """Drop variation selectors and skin tones, which change nothing that we draw."""
    return "".join(c for c in emoji if c not in "\ufe0e\ufe0f" and not "\U0001f3fb" <= c <= "\U0001f3ff")


def rows(name: str) -> list[list[str]]:
    """Read a vocabulary file into its columns, without comments."""
    text = (HERE / "vocabulary" / name).read_text(encoding="utf-8")
    return [[cell.strip() for cell in line.split("|")] for line in text.splitlines() if line.strip() and line[0] != "#"]


def words_of(cell: str) -> tuple[str, ...]:
    """Split a column of comma-separated words."""
    return tuple(word.strip() for word in cell.split(",") if word.strip())


def things_in_file() -> list[Kind]:
    """Read the things; a drawing written as "name=icon" is the icon under another name and other traits."""
    found = []
    for icon, traits, ru, en in rows("things.txt"):
        size, *rest = traits.split()
        icon = icon.split("=")[-1].split("@")[0]
        found.append(Kind(icon, int(size), frozenset(rest), words_of(ru), words_of(en)))
    return found


class Lexicon:
    """The tree of phrases, the things by key, and the emoji."""

    def __init__(self) -> None:
        self.root = Node()
        self.things: dict[str, Kind] = {}
        self.emoji: dict[str, Entry] = {}
        for row in rows("settings.txt"):
            if row[0].startswith("rel:"):
                self._teach(row)
        for thing in things_in_file():
            key = thing.icon
            self.things.setdefault(key, thing)
            for phrase in (*thing.ru, *thing.en):
                self.add(phrase, Entry("thing", key))
        for row in rows("settings.txt"):
            self._teach(row)
        self._borrow_emoji_words()

    def _teach(self, row: list[str]) -> None:
        kind, key = row[0].split(":")
        for phrase in (*words_of(row[1]), *words_of(row[2])):
            self.add(phrase, Entry(kind, key))

    def add(self, phrase: str, entry: Entry) -> None:
        """Teach a phrase, unless it already means something."""
        node = self.root
        for step in pieces(phrase):
            node = node.next.setdefault(step, Node())
        if node is not self.root and node.entry is None:
            node.entry = entry

    def _borrow_emoji_words(self) -> None:
        """Take emojibase's labels, and those of its tags that only one of our drawings bears."""
        for emoji, meaning in EMOJI.items():
            self.emoji[emoji] = Entry(*meaning.split(":", 1))
        entries = json.loads((HERE / "data" / "emoji.json").read_text(encoding="utf-8"))
        bearers = Counter(plain(tag) for e in entries for tag in {*e.get("ru", ()), *e.get("en", ())})
        for e in entries:
            name = e["name"]
            if name not in self.things:
                name = FACES.get(name, name.removesuffix("-face"))
            if name not in self.things:
                continue
            entry = Entry("thing", name)
            self.emoji.setdefault(e["emoji"], entry)
            if name != e["name"]:
                continue
            for language in ("ru", "en"):
                for word in e.get(language, ())[:1]:
                    self.add(word, entry)
                for tag in e.get(language, ())[1:]:
                    if bearers[plain(tag)] == 1 and len(tag) > 3:
                        self.add(tag, entry)


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Load the words once per process."""
    return Lexicon()
