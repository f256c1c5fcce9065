"""From what the words mean to who stands where: counts, colours, and the relations between things."""

from __future__ import annotations

from dataclasses import dataclass, field

from .denial import denial_ends, goes_on
from .heard import Heard
from .lexicon import Entry, Kind, lexicon
from .words import Token, longest, tokens_of

MAX_ACTORS = 14
#: So many of one kind are still told apart in one picture.
MAX_COUNT = 40
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
        self.heard = Heard(tokens)
        self.denied = ""  # the word that leaves out the noun to come
        self.thing_ended = -1  # where the words of the last thing ended
        self.noun_ended = -1  # where the last noun ended, known or not; the next one may be its owner
        self.clause = 0  # the number of things before this part of the sentence
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
            at = self._step(at)
        self._close_part()
        self.plan.understood, self.plan.missed = self.heard.understood(), self.heard.missed()

    def _step(self, at: int) -> int:
        """Read what begins at ``at`` and return where it ends."""
        token = self.tokens[at]
        if self.denied and goes_on(self.tokens, at, self.denied) and self.thing_ended == at:
            return at + 1
        if self.denied and self.thing_ended == at:
            self.denied = ""
        if token.is_break:
            self._pause(token)
            return at + 1
        entry, end = (token.emoji, at + 1) if token.emoji else longest(self.tokens, at)
        if (entry is None or end == at + 1) and (opened := denial_ends(self.tokens, at)) > at:
            self.denied = token.text.lower()
            self.heard.deny(at, opened)
            return opened
        if entry is None:
            self._unknown(at)
            return at + 1
        if entry.kind == "colour":
            end = self._past_the_word_colour(end)
        if self.denied:
            self._leave_out(entry, at, end)
            return end
        is_after = entry.kind in MODIFIERS and self._is_said_after(at, end)
        if entry.kind != "count":
            self.heard.note(at, end, entry, is_after)
        if is_after:
            self._modify_last(entry)
        else:
            self._take(entry, at, end)
        if entry.kind == "thing":
            self.thing_ended = end
        if entry.kind in ("thing", "place", "part"):
            self.noun_ended = end
        return end

    def _leave_out(self, entry: Entry, at: int, end: int) -> None:
        """Hear a word under a denial without drawing it; the first noun or setting is what is left out."""
        is_noun = entry.kind in ("thing", *SETTINGS)
        self.heard.deny(at, end, is_noun)
        if is_noun:
            self.thing_ended = end
        elif entry.kind == "verb":
            self.denied = ""

    def _is_said_after(self, at: int, end: int) -> bool:
        """Say whether a colour or the like belongs to the thing before it: «жираф красный», «жираф красного цвета»."""
        between = self.tokens[max(0, self.thing_ended) : at]
        if not self.plan.actors or self.thing_ended < 0 or len(between) > 1 or any(t.text.lower() not in BE for t in between):
            return False
        if end >= len(self.tokens) or self.tokens[end].is_break or self.tokens[end].is_small:
            return True
        follower, _ = longest(self.tokens, end)
        return follower is None or follower.kind not in ("thing", *MODIFIERS, *SETTINGS)

    def _past_the_word_colour(self, end: int) -> int:
        """Read «красного цвета» and "red colour" as red."""
        while end < len(self.tokens) and {"цвет", "colour", "color"}.intersection(self.tokens[end].lemmas):
            end += 1
        return end

    def _modify_last(self, entry: Entry) -> None:
        actor = self.plan.actors[-1]
        if entry.kind == "colour":
            actor.colour = entry.key
        elif entry.kind == "material":
            actor.material = entry.key
        else:
            actor.scale = SCALES[entry.key]

    def _unknown(self, at: int) -> None:
        token = self.tokens[at]
        word = token.text.lower()
        self.is_single = word in ("a", "an")
        if word in ("и", "and", "да", "&"):
            self.joins = self.says_and = True
        elif token.is_number:
            self._counted(int(token.text[:6]), at, at + 1)
        elif token.is_small:
            if self.rel in POINTING and word in PRONOUNS and self._points_back(at):
                return
            if self.rel not in ("hold", "wear", "full") and word in PRONOUNS:
                self.rel = ""
        else:
            self.denied = ""
            self.noun_ended = at + 1
            self.heard.miss(at)

    def _counted(self, number: int, at: int, end: int) -> None:
        """Keep a number for the next thing; one too great to draw is owned up to."""
        self.count = max(1, min(MAX_COUNT, number))
        if number > MAX_COUNT:
            self.heard.miss(at)
        else:
            self.heard.note(at, end, Entry("count", str(number)))

    def _points_back(self, at: int) -> bool:
        """Tie «на ней сидит кот» or "a cat sits on it" to the thing named before."""
        actors, rel = self.plan.actors, self.rel
        follows = False
        for k in range(at + 1, len(self.tokens)):
            if self.tokens[k].is_break or self.tokens[k].text.lower() in ("и", "and"):
                break
            entry, _ = longest(self.tokens, k)
            if entry and entry.kind == "thing":
                follows = True
                break
        if follows and actors:
            self.prefix, self.rel, self.group = (rel, len(actors) - 1), "", []
            return True
        if not follows and len(actors) > 1:
            target = self.clause - 1 if 0 < self.clause < len(actors) else len(actors) - 2
            actors[-1].links.append((rel, target))
            self.rel = ""
            return True
        return False

    def _pause(self, token: Token) -> None:
        self._close_part()
        self._forget_adjectives()
        self.denied = ""
        self.clause = len(self.plan.actors)
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

    def _take(self, entry: Entry, at: int, end: int) -> None:
        kind, key, plan = entry.kind, entry.key, self.plan
        tokens = self.tokens[at:end]
        if kind == "thing":
            self._thing(lexicon().things[key], tokens, is_owner=self.noun_ended == at)
        elif kind == "rel":
            self._relation(key, tokens)
        elif kind == "count":
            self._counted(int(key), at, end)
        elif kind == "colour":
            self.colour = key
        elif kind == "material":
            self.material = key
            if tokens[0].text.lower() in ("made", "from", "из") and plan.actors:
                plan.actors[-1].material, self.material = key, ""
        elif kind == "size":
            self.scale = SCALES[key]
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

    def _thing(self, kind: Kind, tokens: list[Token], is_owner: bool = False) -> None:
        actors = self.plan.actors
        # «замок принцессы» is the castle of one princess, though «принцессы» alone could be several
        may_be_plural = not self.rel and not self.is_single and not is_owner
        is_plural = any(t.is_plural for t in tokens) or (may_be_plural and any(t.is_perhaps_plural for t in tokens))
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
            if link == "on" and "wear" in actor.kind.traits and "alive" in before.kind.traits:
                link = "on it"  # «на ней шляпа»
            if link in ("hold", "wear"):
                before.links.append((link, index))
            elif link == "on it":
                actor.links.append(("wear", self.prefix[1]))
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


MODIFIERS = frozenset({"colour", "material", "size"})
SETTINGS = frozenset({"time", "season", "weather", "place"})
SCALES = {"big": 1.35, "small": 0.68}
BE = frozenset({"is", "are", "was", "were"})
#: Relations that "it" can be the other end of; "beside it" says nothing new.
POINTING = frozenset({"on", "in", "under", "above", "behind", "front"})
PRONOUNS = frozenset(
    "он она оно они его ее её их ей им ему него нее неё них ним ней нему it him her them its his their which that".split()
)
