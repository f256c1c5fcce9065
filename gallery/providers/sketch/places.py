"""Who stands where: monuments at the horizon, the others in a row before them, and those who sit on, hold or hide."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

from .cast import SIZES, sprite_of
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


def lay_out(stage: Stage) -> list[Placed]:
    """Find a place for every actor of the stage's plan."""
    return _Layout(stage).run()


class _Layout:
    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.actors = stage.plan.actors
        self.dice = stage.dice("layout")
        self.sprites = [sprite_of(a.kind).coloured(a.colour, a.material) for a in self.actors]
        self.copies: dict[int, list[Placed]] = {}
        self.heroes = self._heroes()

    def run(self) -> list[Placed]:
        self._fit_riders()
        self._place_heroes()
        rest = [i for i, a in enumerate(self.actors) if i not in self.copies and not a.is_spread]
        roots = [i for i in rest if self._anchor(i) is None]
        self._place_roots(roots)
        for _ in range(len(rest) + 1):  # those who depend on others, nearest first; a circle of relations falls through
            for i in rest:
                if i not in self.copies and (self._anchor(i) or ("", i))[1] in self.copies:
                    self._place_beside(i)
        left = [i for i in rest if i not in self.copies]
        self._place_roots(left)
        return [p for copies in self.copies.values() for p in copies]

    def _heroes(self) -> list[int]:
        """Pick monuments, or else the first big building, unless it stands on something smaller."""

        def is_free(i: int) -> bool:
            return not any(rel in ("on", "in", "hold", "above") and not self._is_big(t) for rel, t in self.actors[i].links)

        found = [i for i, a in enumerate(self.actors) if a.kind.is_monument and is_free(i)]
        if not found:
            found = [i for i, a in enumerate(self.actors) if self._is_big(i) and is_free(i) and not self._is_flying(i)][:2]
        return found[:3]

    def _is_big(self, i: int) -> bool:
        return "big" in self.actors[i].kind.traits

    def _is_flying(self, i: int) -> bool:
        return "air" in self.actors[i].kind.traits

    def _anchor(self, i: int) -> tuple[str, int] | None:
        """Return the relation that decides where an actor is, if any."""
        for rel, target in self.actors[i].links:
            if target != i and (target not in self.heroes or rel not in ("beside", "front", "full")):
                if rel == "full":
                    continue
                if rel == "beside" and self.actors[i].kind.size >= 2 and not self._is_flying(i):
                    continue
                return rel, target
        for j, other in enumerate(self.actors):
            if any(rel == "full" and t == i for rel, t in other.links):
                return "filling", j
        return None

    def _fit_riders(self) -> None:
        """Make what carries somebody bigger, and who rides smaller, until the one fits the other."""
        for actor in self.actors:
            for rel, t in actor.links:
                below = self.actors[t]
                if rel in ("on", "in") and t not in self.heroes and actor.kind.size >= below.kind.size:
                    gap = actor.kind.size - below.kind.size
                    below.scale *= 1.25 + 0.16 * gap
                    actor.scale *= max(0.45, 0.8 - 0.06 * gap)
                elif rel in ("on", "in") and t not in self.heroes and below.kind.size >= 5:
                    below.scale *= 1.12

    def _height(self, actor: Actor) -> float:
        return SIZES[actor.kind.size] * self.stage.unit * actor.scale

    # --- monuments

    def _place_heroes(self) -> None:
        stage, w, h = self.stage, self.stage.width, self.stage.height
        guests = [i for i in range(len(self.actors)) if i not in self.heroes and not self.actors[i].is_spread]
        many = sum(min(self.actors[i].count, 3) for i in self.heroes)
        side = -1 if stage.is_turned else 1
        slot = 0
        for i in self.heroes:
            actor, sprite = self.actors[i], self.sprites[i]
            for _ in range(min(actor.count, 3)):
                base = stage.horizon + stage.unit * (0.055 if stage.place not in ("sea", "beach") else 0.015)
                tall = base - h * 0.045
                if h > w:
                    tall = min(tall, h * 0.62)
                if not actor.kind.is_monument:
                    tall = min(tall, self._height(actor) * 1.15)
                share = (0.74 if w > h * 1.2 else 0.9) / many
                if actor.kind.icon == "monument:wall" and many == 1:
                    share = 1.12  # a landscape of its own: from edge to edge
                    base = h * 0.87 if w > h else base
                    tall = base - h * 0.045
                high = min(tall, share * w / sprite.aspect) * min(
                    1.0, 0.9 + 0.1 * actor.scale if actor.scale > 1 else actor.scale
                )
                x = w * (
                    0.5
                    + side * (0.0 if share > 1 else 0.13 if guests and sprite.aspect * high < 0.55 * w and w > h * 0.9 else 0.04 if guests else 0.02)
                )
                if many > 1:
                    x = w * (slot + 0.5) / many * 0.94 + w * 0.03
                    x = w - x if stage.is_turned else x
                lit_from_right = stage.sun[0] > x
                spot = Spot(x, base, high, flip=lit_from_right, depth=0.06 if not stage.is_wet else 0.22)
                islet = stage.place in ("sea", "beach")
                self.copies.setdefault(i, []).append(
                    Placed(i, sprite, spot, base, Stance.FAR, has_shadow=not islet, has_islet=islet)
                )
                slot += 1

    # --- those who stand by themselves

    def _place_roots(self, roots: list[int]) -> None:
        flying = [i for i in roots if self._floats(i)]
        standing = [i for i in roots if i not in flying]
        self._row(standing)
        for i in flying:
            self._in_the_air(i)

    def _floats(self, i: int) -> bool:
        traits = self.actors[i].kind.traits
        return "air" in traits or "water" in traits or self.stage.place == "space" and "big" not in traits and bool(self.heroes)

    def _row(self, roots: list[int]) -> None:
        stage, w, h, dice = self.stage, self.stage.width, self.stage.height, self.dice
        queue = [(i, k) for i in roots for k in range(self.actors[i].count)]
        if not queue:
            return
        wides = [self._height(self.actors[i]) * self.sprites[i].aspect for i, _ in queue]
        total = sum(wides) + 0.02 * w * (len(queue) - 1)
        rows = 1 if total < w * 0.9 else 2 if total < w * 1.7 else 3
        shrink = min(1.0, w * 0.9 * rows * (1.1 if rows > 1 else 1.0) / total)
        if len(queue) <= 2 and not self.heroes:
            shrink = min(1.25, w * 0.6 / max(wides))
        middle = 0.5
        if self.heroes and len(queue) <= 2:
            hero = self.copies[self.heroes[0]][0]
            middle = 0.29 if hero.spot.x > w / 2 else 0.71
            if w < h * 0.9:
                middle = 0.4 if hero.spot.x > w / 2 else 0.6
        for row in range(rows):
            line = queue[row::rows]
            scale = shrink * (1 - 0.13 * (rows - 1 - row))
            spans = [self._height(self.actors[i]) * self.sprites[i].aspect * scale for i, _ in line]
            gap = min(0.06 * w, max(0.012 * w, (w * 0.86 - sum(spans)) / (len(line) + 1)))
            full = sum(spans) + gap * (len(line) - 1)
            x = max(w * 0.03, min(w * 0.97 - full, middle * w - full / 2 + dice.uniform(-0.04, 0.04) * w))
            if full > w * 0.94:
                x = (w - full) / 2
            for (i, _), span in zip(line, spans, strict=True):
                base = h * (0.945 - 0.075 * (rows - 1 - row)) - dice.uniform(0, 0.022) * h
                sprite = self.sprites[i]
                self._add(i, sprite, Spot(x + span / 2, base, span / sprite.aspect, flip=self._turned(sprite, x + span / 2)))
                x += span + gap

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

    def _in_the_air(self, i: int) -> None:
        stage, w, h, dice = self.stage, self.stage.width, self.stage.height, self.dice
        actor, sprite = self.actors[i], self.sprites[i]
        afloat = "water" in actor.kind.traits
        is_boat = "float" in actor.kind.traits or actor.kind.icon in ("swan", "woman-merpeople")
        count = actor.count
        for k in range(count):
            high = (
                self._height(actor)
                * dice.uniform(0.86, 1.12)
                * (0.8 if count > 4 else 1.0)
                * (0.8 if actor.kind.size > 4 and self.heroes else 1.0)
            )
            high = min(high, w * 0.5 / sprite.aspect)
            x = w * ((k + 0.5) / count if count > 1 else (0.3 if not stage.is_turned else 0.7)) + dice.uniform(-0.05, 0.05) * w
            x = min(max(x, w * 0.1), w * 0.9)
            y = h * dice.uniform(0.2, 0.42)
            stance, turn = Stance.AIR, 0.0
            if afloat and stage.is_wet:
                y = h * dice.uniform(0.3, 0.84)
                y = h * 0.9 if is_boat else y
            elif afloat and is_boat:
                stance = Stance.AFLOAT
                y = h * (dice.uniform(0.76, 0.84) if stage.place in ("sea", "beach") else 0.93)
            elif afloat and stage.place in ("sea", "beach"):
                y, turn = h * dice.uniform(0.74, 0.84), dice.uniform(-14, 14)
                stance = Stance.AFLOAT
            elif actor.kind.size <= 1:
                y = h * dice.uniform(0.45, 0.8)
            self._add(
                i,
                sprite,
                Spot(x, y + high / 2 if stance is Stance.AIR else y, high, flip=self._turned(sprite, x), turn=turn),
                z=y if stance is Stance.AFLOAT else h * 0.7,
                stance=stance,
                shadow=False,
            )

    # --- those who are somewhere because of somebody else

    def _place_beside(self, i: int) -> None:
        rel, target = self._anchor(i) or ("beside", i)
        hosts = self.copies[target]
        actor = self.actors[i]
        place = {
            "hold": self._held, "wear": self._worn, "on": self._riding, "in": self._inside, "under": self._under, "above": self._over,
            "behind": self._behind, "front": self._before, "filling": self._filling,
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
        peers = [(j, c) for j, a in enumerate(self.actors) if any(r in rels and t == host.actor for r, t in a.links) for c in range(a.count)]
        mine = [peer for n, peer in enumerate(peers) if n % hosts == peers.index((i, k)) % hosts] if (i, k) in peers else [(i, k)]
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
        shift = (k - (actor.count - 1) / 2) * high * sprite.aspect * 0.7
        self._add(i, sprite, Spot(x + shift, y + high * 0.36, high), z=host.z - 0.1, stance=host.stance, shadow=False)

    def _under(self, i: int, host: Placed, k: int) -> None:
        sprite, actor = self.sprites[i], self.actors[i]
        high = self._height(actor)
        if host.actor in self.heroes:
            high = min(high, host.spot.height * 0.34)
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
        side = 1 if (host.spot.x < self.stage.width / 2) == (k % 2 == 0) else -1
        x = host.spot.x + side * (host.wide * 0.42 + high * sprite.aspect * 0.12)
        self._add(
            i,
            sprite,
            Spot(x, host.spot.base - self.stage.unit * 0.012, high, flip=self._turned(sprite, x)),
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
