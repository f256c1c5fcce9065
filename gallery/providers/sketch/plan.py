"""From what the words mean to who stands where: counts, colours, and the relations between things."""

from __future__ import annotations

from dataclasses import dataclass, field

from .lexicon import Entry, Kind, lexicon
from .words import Token, longest, tokens_of

MAX_ACTORS = 14
MAX_COUNT = 12
#: A number of things that plural words stand for when nobody counted, by size.
PLURAL = {1: 4, 2: 4, 3: 3, 4: 3, 5: 3, 6: 2, 7: 2, 8: 2, 9: 2}


@dataclass
class Actor:
    """One thing of the picture; ``links`` are (relation, index of the other actor)."""

    kind: Kind
    count: int = 1
    colour: str = ""
    material: str = ""
    scale: float = 1.0
    links: list[tuple[str, int]] = field(default_factory=list)
    is_spread: bool = False


@dataclass
class Plan:
    """What the picture holds, and which of the student's words it uses and misses."""

    actors: list[Actor] = field(default_factory=list)
    time: str = ""
    place: str = ""
    season: str = ""
    weather: list[str] = field(default_factory=list)
    understood: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)


def read_plan(prompt: str) -> Plan:
    """Read a prompt into a plan; never fails, whatever the text."""
    reader = _Reader(tokens_of(prompt))
    reader.read()
    return reader.plan


class _Reader:
    """Walks over the words once, keeping in mind whose relation is waiting for its other end."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.plan = Plan()
        self.group: list[int] = []  # the things that the sentence is about just now
        self.prefix: tuple[str, int] | None = None  # "under the tower" waiting for who is there
        self.rel = ""
        self.is_top = False
        self.looks = False
        self.joins = False
        self.says_and = False  # "a cat, a dog and a bird" all sit on the bench; "a cat, a bird" each do their own
        self.is_tied = False  # the group has its relation already: who comes next is a new subject
        self.is_single = False  # "a fish" is one fish
        self._forget_adjectives()

    def _forget_adjectives(self) -> None:
        self.count = 0
        self.colour = self.material = ""
        self.scale = 1.0

    def read(self) -> None:
        at = 0
        while at < len(self.tokens):
            token = self.tokens[at]
            if token.is_break:
                self._pause(token)
                at += 1
                continue
            entry, end = (token.emoji, at + 1) if token.emoji else longest(self.tokens, at)
            if entry is None:
                self._unknown(token)
                at += 1
                continue
            self._note(at, end, entry)
            self._take(entry, self.tokens[at:end])
            at = end
        self._close_part()

    def _note(self, at: int, end: int, entry: Entry) -> None:
        if entry.kind == "stop" or (entry.kind == "rel" and all(t.is_small for t in self.tokens[at:end])):
            return
        is_phrase = end - at > 1
        for token in self.tokens[at:end]:
            if not (token.is_small and (is_phrase or entry.kind == "rel")) and token.text not in self.plan.understood:
                self.plan.understood.append(token.text)

    def _unknown(self, token: Token) -> None:
        self.is_single = token.text.lower() in ("a", "an")
        if token.text.lower() in ("и", "and", "да", "&"):
            self.joins = self.says_and = True
        elif token.is_number:
            self.count = max(1, min(MAX_COUNT, int(token.text[:4])))
            self.plan.understood.append(token.text)
        elif token.is_small:
            if self.rel not in ("hold", "wear", "full") and token.text.lower() in PRONOUNS:
                self.rel = ""
        elif token.text not in self.plan.missed:
            self.plan.missed.append(token.text)

    def _pause(self, token: Token) -> None:
        self._close_part()
        self._forget_adjectives()
        if self.rel not in ("hold", "wear"):
            self.rel = ""
        self.looks = False
        if token.is_comma:
            self.joins = not any(self.plan.actors[i].links for i in self.group)
        else:
            self.group, self.prefix, self.rel, self.joins, self.is_tied = [], None, "", False, False

    def _close_part(self) -> None:
        """Tie "between its beams" or "on the roof" to the last monument or building spoken of."""
        if not self.is_top:
            return
        self.is_top = False
        hosts = [i for i, a in enumerate(self.plan.actors) if "big" in a.kind.traits]
        if self.rel and hosts:
            for i in self.group:
                if i != hosts[-1]:
                    self.plan.actors[i].links.append((self.rel, hosts[-1]))
            self.rel = ""

    def _take(self, entry: Entry, tokens: list[Token]) -> None:
        kind, key, plan = entry.kind, entry.key, self.plan
        if kind == "thing":
            self._thing(lexicon().things[key], tokens)
        elif kind == "rel":
            self._relation(key, tokens)
        elif kind == "count":
            self.count = int(key)
        elif kind == "colour":
            self.colour = key
        elif kind == "material":
            self.material = key
            if tokens[0].text.lower() in ("made", "from", "из") and plan.actors:
                plan.actors[-1].material, self.material = key, ""
        elif kind == "size":
            self.scale = 1.35 if key == "big" else 0.68
        elif kind == "verb":
            self.looks = key == "look"
        elif kind == "part":
            self.is_top = self.is_top or key != "hand"
        else:
            self._setting(kind, key)
        if kind not in ("verb", "rel"):
            self.looks = False

    def _setting(self, kind: str, key: str) -> None:
        plan = self.plan
        if kind == "time":
            plan.time = plan.time or key
        elif kind == "season":
            plan.season = plan.season or key
        elif kind == "weather":
            if key not in plan.weather:
                plan.weather.append(key)
        elif kind == "place" and (not plan.place or plan.place in ("city", "sea") and key != "city"):
            plan.place = key
        if self.rel not in ("hold", "wear", "full"):
            self.rel = ""
        self.is_top = False

    def _relation(self, key: str, tokens: list[Token]) -> None:
        if self.rel == "hold" and key in ("in", "beside"):  # "holding in its paws"
            return
        if self.looks and key == "on":  # «смотрит на башню» looks at it, and does not stand on it
            key = "beside"
        if self.looks and key in ("above", "in"):
            key = "beside"
        self.rel = key

    def _thing(self, kind: Kind, tokens: list[Token]) -> None:
        actors = self.plan.actors
        is_plural = any(t.is_plural for t in tokens) or (
            not self.rel and not self.is_single and any(t.is_perhaps_plural for t in tokens)
        )
        count = self.count or (PLURAL[kind.size] if is_plural and not kind.is_monument and "wear" not in kind.traits else 1)
        if kind.icon == "figure:children":
            count = max(count, 3)
        same = next((i for i, a in enumerate(actors) if a.kind.icon == kind.icon), None)
        if same is not None and (self.rel or kind.is_monument) and not self.count:
            index = same  # "the tower" spoken of again is the same tower
        elif len(actors) >= MAX_ACTORS:
            self._forget_adjectives()
            return
        else:
            index = len(actors)
            actors.append(Actor(kind, min(count, MAX_COUNT)))
        actor = actors[index]
        actor.colour = self.colour or actor.colour
        actor.material = self.material or actor.material
        actor.scale = self.scale if self.scale != 1.0 else actor.scale
        self._forget_adjectives()
        self._link(index, is_plural)
        self.is_top = False

    def _link(self, index: int, is_plural: bool) -> None:
        actors, actor = self.plan.actors, self.plan.actors[index]
        others = [i for i in self.group if i != index]
        rel, self.rel = self.rel, ""
        if rel == "full" and len(actors) > 1:  # whatever was named last is full: "before the Colosseum, full of ice cream"
            others = [max(i for i in range(len(actors)) if i != index)]
        if rel and others:
            self.is_tied = True
            small = [i for i in others if not actors[i].kind.is_monument] or others
            others = small if self.says_and else small[-1:]
            living = [i for i in others if "alive" in actors[i].kind.traits]
            if rel in ("hold", "wear") and living:  # "the arch, where a child ... holding a bear": arches hold nothing
                others = living
            for i in others:
                i = self._carrier(i, rel, index)
                link = self._wording(rel, actors[i], actor)
                if link in ("hold", "wear"):
                    actor.links.append((link, i))
                    actor.count = min(actor.count, 3)
                else:
                    actors[i].links.append((link, index))
            return
        if rel and not others:
            self.prefix = (rel, index)
            return
        if self.prefix and self.prefix[1] != index:
            before = actors[self.prefix[1]]
            link = self._wording(self.prefix[0], actor, before)
            if link in ("hold", "wear"):
                before.links.append((link, index))
            else:
                actor.links.append((link, self.prefix[1]))
            self.prefix = None
        if "carpet" in actor.kind.traits and (is_plural or actor.count > 2):
            actor.is_spread = True
            return  # flowers that grow all over are nobody's subject
        self.group = [*self.group, index] if self.joins and not self.is_tied else [index]
        self.joins = self.is_tied = False
        self.says_and = self.says_and and len(self.group) > 1

    def _carrier(self, i: int, rel: str, index: int) -> int:
        """Return who is to be moved: "a knight on a dragon over a castle" moves the dragon."""
        if rel in ("above", "under", "behind", "front", "beside") and "item" not in self.plan.actors[index].kind.traits:
            for link, target in self.plan.actors[i].links:
                if link in ("on", "in") and target != index and not self.plan.actors[target].kind.is_monument:
                    return target
        return i

    def _wording(self, rel: str, who: Actor, other: Actor) -> str:
        """Say what a preposition means between these two: "with a balloon" is holding it, "in a hat" is wearing it."""
        can_dress = "alive" in who.kind.traits or who.kind.is_monument
        if rel in ("in", "beside", "wear") and "wear" in other.kind.traits and can_dress:
            return "wear"
        if rel == "under" and other.kind.icon == "umbrella" and can_dress:
            return "hold"
        if rel == "beside" and "item" in other.kind.traits and "alive" in who.kind.traits:
            return "hold"
        if rel == "hold" and "item" not in other.kind.traits and other.kind.size > 4:
            return "beside"
        return rel


PRONOUNS = frozenset(
    "он она оно они его ее её их ей им ему него нее неё них ним ней нему it him her them its his their which that".split()
)
