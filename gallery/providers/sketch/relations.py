"""Where somebody is because of somebody else: riding, holding, wearing, hiding behind, filling."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from enum import Enum, auto

from .cast import SIZES
from .plan import Actor
from .sprites import Spot, Sprite
from .stage import Stage

#: A worn thing: how wide it is against the head, and how far below the head's top its lower edge lies (in its own heights).
WORN = {
    "sunglasses": (0.62, 1.15),
    "glasses": (0.62, 1.15),
    "scarf": (0.8, 1.25),
    "headphone": (0.95, 0.85),
    "crown": (0.72, 0.22),
}


class Stance(Enum):
    """How something is there: at the horizon, on the ground, in the air or in the water."""

    FAR = auto()
    GROUND = auto()
    AIR = auto()
    AFLOAT = auto()


@dataclass(frozen=True)
class Placed:
    """One drawing at its place; a smaller ``z`` is drawn earlier."""

    actor: int
    sprite: Sprite
    spot: Spot
    z: float
    stance: Stance = Stance.GROUND
    has_shadow: bool = True
    has_islet: bool = False

    @property
    def wide(self) -> float:
        """Return its width in pixels."""
        return self.spot.height * self.sprite.aspect


class Relations:
    """Puts actors next to those whom their links name; the copies placed so far are in ``copies``."""

    stage: Stage
    actors: list[Actor]
    sprites: list[Sprite]
    copies: dict[int, list[Placed]]
    heroes: list[int]
    dice: random.Random

    def _height(self, actor: Actor) -> float:
        return SIZES[actor.kind.size] * self.stage.unit * actor.scale

    def _is_big(self, i: int) -> bool:
        return "big" in self.actors[i].kind.traits

    def _is_flying(self, i: int) -> bool:
        return "air" in self.actors[i].kind.traits

    def _turned(self, sprite: Sprite, x: float) -> bool:
        """Let those who look to a side look at the monument, or else into the picture."""
        if sprite.looks == 0:
            return False
        goal = (
            self.copies[self.heroes[0]][0].spot.x
            if self.heroes
            else self.stage.width * (0.45 if self.stage.is_turned else 0.55)
        )
        return (goal - x) * sprite.looks < 0

    def _add(
        self, i: int, sprite: Sprite, spot: Spot, z: float | None = None, stance: Stance = Stance.GROUND, shadow: bool = True
    ) -> None:
        self.copies.setdefault(i, []).append(Placed(i, sprite, spot, spot.base if z is None else z, stance, shadow))

    def place_by_link(self, i: int, rel: str, target: int) -> None:
        """Place every copy of an actor by its relation to a placed one."""
        hosts = self.copies[target]
        actor = self.actors[i]
        place = {
            "hold": self._held, "wear": self._worn, "on": self._riding, "in": self._inside, "under": self._under,
            "above": self._over, "behind": self._behind, "front": self._before, "filling": self._filling,
        }.get(rel, self._close_by)  # fmt: skip
        if rel in ("hold", "wear"):
            hosts = [p for link, t in actor.links if link == rel for p in self.copies.get(t, ())]
        for k in range(actor.count if rel not in ("hold", "wear") else max(actor.count, len(hosts))):
            place(i, hosts[k % len(hosts)], k)

    def _held(self, i: int, host: Placed, k: int) -> None:
        sprite, spot = self.sprites[i], host.spot
        high = spot.height * {1: 0.2, 2: 0.36, 3: 0.44}.get(self.actors[i].kind.size, 0.5) * self.actors[i].scale
        if host.sprite.aspect > 1.2:
            high *= 1.15
        high = min(high, spot.height * 0.8, 0.8 * self.stage.unit)
        high = high if sprite.aspect < 1.5 else high * 1.5 / sprite.aspect
        if host.actor in self.heroes:
            high = min(self._height(self.actors[i]) * 1.4, spot.height * 0.3)
        x, y = spot.point(host.sprite, host.sprite.hand)
        kind = self.actors[i].kind
        up = "air" in kind.traits or kind.icon == "umbrella"  # a balloon or an umbrella rises from the hand
        base = y + (high * 0.12 if up else high * 0.5)
        if kind.icon == "umbrella" and host.actor not in self.heroes:  # over the head, the handle beside the face
            x, high = spot.point(host.sprite, (0.82, 0))[0], spot.height * 0.66
            base = y + high * 0.1
        elif kind.icon == "kite":
            x, base = x + (-high if spot.flip else high) * 1.5, y - high * 1.6
        offset = (k // max(1, len(self.copies[host.actor])) if len(self.actors[i].links) < 2 else 0) * high * 0.5
        self._add(
            i, sprite, Spot(x + offset, base, high * (1.3 if up else 1.0)), z=host.z + 0.7, stance=host.stance, shadow=False
        )

    def _worn(self, i: int, host: Placed, k: int) -> None:
        sprite, spot = self.sprites[i], host.spot
        share, drop = WORN.get(self.actors[i].kind.icon, (0.9, 0.3))
        wide = host.wide * host.sprite.head_width * share * (1.15 if share > 0.85 else 1.0)
        high = wide / sprite.aspect
        x, y = spot.point(host.sprite, host.sprite.head)
        self._add(
            i,
            sprite,
            Spot(x, y + high * drop + host.spot.height * (0.13 if drop > 1 else 0.03), high),
            z=host.z + 0.3,
            stance=host.stance,
            shadow=False,
        )

    def _riding(self, i: int, host: Placed, k: int) -> None:
        sprite, actor = self.sprites[i], self.actors[i]
        x, y = host.spot.point(host.sprite, host.sprite.seat)
        high = max(self._height(actor), host.spot.height * 0.5)
        if host.actor in self.heroes:
            high = min(self._height(actor), host.spot.height * 0.2, host.spot.height * 0.3 / max(0.6, sprite.aspect))
        seat, riders = self._slot(i, host, ("on", "in"), k)
        high *= 1.0 if riders < 3 else 0.8
        shift = (seat - (riders - 1) / 2) * high * sprite.aspect * 0.62
        flip = (
            host.spot.flip != (sprite.looks != host.sprite.looks)
            if sprite.looks and host.sprite.looks
            else self._turned(sprite, x)
        )
        sink = 0.05 * high if host.actor not in self.heroes else 0
        self._add(
            i, sprite, Spot(x + shift, y + sink, high, flip=flip), z=host.z + 0.1 + 0.01 * k, stance=host.stance, shadow=False
        )

    def _slot(self, i: int, host: Placed, rels: tuple[str, ...], k: int) -> tuple[int, int]:
        """Return which of how many an actor's copy is among all who stand to ``host`` in these relations."""
        hosts = len(self.copies[host.actor])
        peers = [
            (j, c)
            for j, a in enumerate(self.actors)
            if any(r in rels and t == host.actor for r, t in a.links)
            for c in range(a.count)
        ]
        mine = (
            [peer for n, peer in enumerate(peers) if n % hosts == peers.index((i, k)) % hosts] if (i, k) in peers else [(i, k)]
        )
        return mine.index((i, k)), len(mine)

    def _inside(self, i: int, host: Placed, k: int) -> None:
        sprite, actor = self.sprites[i], self.actors[i]
        if host.actor in self.heroes:
            high = min(self._height(actor), host.spot.height * 0.3)
            shift = (k - (actor.count - 1) / 2) * high * sprite.aspect * 0.9
            self._add(
                i,
                sprite,
                Spot(
                    host.spot.x + shift, host.spot.base + self.stage.unit * 0.03, high, flip=self._turned(sprite, host.spot.x)
                ),
                z=host.z + 1,
                stance=host.stance,
            )
            return
        x, y = host.spot.point(host.sprite, host.sprite.seat)
        high = min(self._height(actor), host.spot.height * 0.9)
        if self._is_big(i):  # a tower in a box: nearly all of it looks out
            high = min(host.spot.height * 2.1, host.wide * 1.25 / sprite.aspect, y - self.stage.height * 0.03)
            spot = Spot(x, y + high * 0.12, high, flip=host.spot.flip)
            self._add(i, sprite, spot, z=host.z - 0.1, stance=host.stance, shadow=False)
            return
        shift = (k - (actor.count - 1) / 2) * high * sprite.aspect * 0.7
        self._add(i, sprite, Spot(x + shift, y + high * 0.36, high), z=host.z - 0.1, stance=host.stance, shadow=False)

    def _under(self, i: int, host: Placed, k: int) -> None:
        sprite, actor = self.sprites[i], self.actors[i]
        high = self._height(actor)
        if host.actor in self.heroes:
            high = min(high, host.spot.height * 0.34)
        elif self.actors[host.actor].kind.size >= 6 and host.stance is Stance.GROUND:  # under a tree: it must reach over
            high = min(high, host.spot.height * 0.5)
        elif host.spot.height < high * 1.1 and host.stance is not Stance.FAR:  # lift what is to be overhead
            raised = replace(
                host,
                spot=replace(host.spot, base=host.spot.base - high * 0.95, height=host.spot.height * 1.4),
                has_shadow=False,
            )
            self.copies[host.actor] = [raised if p is host else p for p in self.copies[host.actor]]
            self._add(i, sprite, Spot(host.spot.x, host.spot.base, high), z=raised.z - 0.1)
            return
        shift = (k - (actor.count - 1) / 2) * high * sprite.aspect * 0.9
        base = host.spot.base + self.stage.unit * 0.035
        if host.stance is Stance.AIR:
            base = self.stage.height * 0.94
        self._add(
            i, sprite, Spot(host.spot.x + shift, base, high, flip=self._turned(sprite, host.spot.x)), z=max(host.z, base) + 0.5
        )

    def _over(self, i: int, host: Placed, k: int) -> None:
        sprite, actor, stage = self.sprites[i], self.actors[i], self.stage
        high = self._height(actor) * (0.85 if host.actor in self.heroes else 1.0)
        top = host.spot.base - host.spot.height
        x = host.spot.x + (k - (actor.count - 1) / 2) * high * sprite.aspect * 1.15
        base = top - stage.height * 0.02
        room = high * (1.55 if any(r in ("on", "in") and t == i for a in self.actors for r, t in a.links) else 1.0)
        if base - room < stage.height * 0.03:  # no room above: beside the top
            side = -1 if host.spot.x > stage.width / 2 else 1
            base = max(stage.height * 0.05 + room, top + high * 0.8)
            x = host.spot.x + side * (host.wide * 0.2 + high * sprite.aspect * (0.75 + k * 1.1))
        x = min(max(x, high * sprite.aspect / 2), stage.width - high * sprite.aspect / 2)
        self._add(
            i, sprite, Spot(x, base, high, flip=self._turned(sprite, x)), z=stage.height * 0.7, stance=Stance.AIR, shadow=False
        )

    def _behind(self, i: int, host: Placed, k: int) -> None:
        sprite, actor = self.sprites[i], self.actors[i]
        high = self._height(actor)
        if host.actor in self.heroes:
            high = max(min(high, host.spot.height * 0.45), host.spot.height * 0.25)
        elif host.stance is Stance.GROUND:
            high = max(high, min(host.spot.height * 1.5, high * 1.6))  # enough to be seen over it
        seat, peers = self._slot(i, host, ("behind",), k)
        side = 1 if (host.spot.x < self.stage.width / 2) == (seat % 2 == 0) else -1
        x = host.spot.x + side * (host.wide * 0.42 + high * sprite.aspect * 0.12)
        if host.actor not in self.heroes and (peers > 1 or host.wide > high * sprite.aspect * 1.6):
            x = host.spot.x + ((seat + 0.5) / peers - 0.5) * host.wide * 0.9
        flip = sprite.looks != 0 and sprite.looks != side  # who hides looks out, not in
        self._add(
            i,
            sprite,
            Spot(x, host.spot.base - self.stage.unit * 0.012, high, flip=flip),
            z=host.z - 0.5,
            stance=host.stance,
        )

    def _before(self, i: int, host: Placed, k: int) -> None:
        sprite, actor = self.sprites[i], self.actors[i]
        high = min(self._height(actor), host.spot.height * 0.8)
        x = host.spot.x + (k - (actor.count - 1) / 2) * high * sprite.aspect
        base = min(self.stage.height * 0.97, host.spot.base + self.stage.unit * 0.05)
        self._add(i, sprite, Spot(x, base, high, flip=self._turned(sprite, x)), z=base + 0.5)

    def _close_by(self, i: int, host: Placed, k: int) -> None:
        sprite, actor, stage = self.sprites[i], self.actors[i], self.stage
        high = self._height(actor)
        side = (1 if host.spot.x < stage.width / 2 else -1) * (1 if k % 2 == 0 else -1)
        reach = host.wide * 0.5 + high * sprite.aspect * (0.6 + 0.55 * (k // 2))
        x = min(max(host.spot.x + side * reach, stage.width * 0.06), stage.width * 0.94)
        base = host.spot.base - (host.spot.height * self.dice.uniform(0.35, 0.75) if self._is_flying(i) or stage.is_wet else 0)
        shadow = not (self._is_flying(i) or stage.is_wet)
        self._add(
            i,
            sprite,
            Spot(x, base, high, flip=self._turned(sprite, x)),
            z=host.z + 0.3,
            stance=Stance.GROUND if shadow else Stance.AIR,
            shadow=shadow,
        )

    def _filling(self, i: int, host: Placed, k: int) -> None:
        if k:
            return
        sprite, actor = self.sprites[i], self.actors[i]
        broad = host.sprite.aspect > 0.8
        high = min(self._height(actor) * 1.1, host.spot.height * (0.42 if broad else 0.2))
        span = host.wide * (0.8 if broad else 0.6)
        many = max(5, min(11, int(span / (high * sprite.aspect) * 1.7)))
        for j in range(many):
            x = host.spot.x - span / 2 + span * (j + 0.5) / many + self.dice.uniform(-0.01, 0.01) * span
            if broad:
                for lift, z in ((0.97, -0.4), (0.76, -0.3)):
                    base = host.spot.base - host.spot.height * (lift + self.dice.uniform(-0.03, 0.03))
                    pile = Spot(x, base + high * 0.3, high * self.dice.uniform(0.9, 1.15), turn=self.dice.uniform(-12, 12))
                    self._add(i, sprite, pile, z=host.z + z, stance=host.stance, shadow=False)
            if j % 2 or not broad:
                base = host.spot.base + self.stage.unit * self.dice.uniform(0.02, 0.06)
                self._add(i, sprite, Spot(x, base, high * 0.8), z=base, stance=host.stance)
