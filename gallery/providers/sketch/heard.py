"""What of the student's words was used: whole things and settings, in the order and spelling in which they were written."""

from __future__ import annotations

from .lexicon import Entry
from .words import Token

#: Words that describe the thing after them, and words that together set one scene.
DESCRIBING = frozenset({"colour", "material", "size", "count"})
SETTING = frozenset({"time", "season", "weather", "place"})
#: Neighbours that are told as one.
TOGETHER = frozenset(
    {
        ("describing", "describing"),
        ("describing", "thing"),
        ("describing", "setting"),
        ("setting", "setting"),
    }
)


class Heard:
    """Collects the words of one prompt as they are read, and joins those that belong together."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self._known: list[tuple[int, int, str]] = []  # from, to, and what sort of words
        self._missed: list[tuple[int, int]] = []

    def note(self, at: int, end: int, entry: Entry, is_after: bool = False) -> None:
        """Remember words that mean ``entry``; prepositions and polite words are passed over."""
        words = self.tokens[at:end]
        if entry.kind == "stop" or (entry.kind == "rel" and all(t.is_small for t in words)):
            return
        sort = "describing" if entry.kind in DESCRIBING else "setting" if entry.kind in SETTING else entry.kind
        while end - at > 1 and self.tokens[at].is_small:
            at += 1
        if self._known and self._known[-1][1] == at and (is_after or (self._known[-1][2], sort) in TOGETHER):
            at = self._known.pop()[0]
            sort = "thing" if is_after else sort
        self._known.append((at, end, sort))

    def deny(self, at: int, end: int, is_noun: bool = False) -> None:
        """Remember words of a denial; ``is_noun`` is what it leaves out, and without one it is forgotten again."""
        if self._known and self._known[-1][2].startswith("deni"):
            start, stop, _ = self._known[-1]
            if all(t.is_small or t.is_comma for t in self.tokens[stop:at]):
                self._known.pop()
                at = start
        self._known.append((at, end, "denied" if is_noun else "denial"))

    def miss(self, at: int) -> None:
        """Remember a word that nothing is known about."""
        start = self._missed.pop()[0] if self._missed and self._missed[-1][1] == at else at
        self._missed.append((start, at + 1))

    def understood(self) -> list[str]:
        """Return what was used, each once."""
        return list(dict.fromkeys(self._spelled(at, end) for at, end, sort in self._known if sort != "denial"))

    def missed(self) -> list[str]:
        """Return what was not known, each once."""
        return list(dict.fromkeys(self._spelled(at, end) for at, end in self._missed))

    def _spelled(self, at: int, end: int) -> str:
        text = self.tokens[at].text
        for before, token in zip(self.tokens[at:end], self.tokens[at + 1 : end], strict=False):
            if token.text.lower() != before.text.lower():
                glue = "" if token.is_comma else "-" if token.is_hyphened else "'" if token.text == "t" else " "
                text += glue + token.text
        return text
