"""Who stands where: monuments at the horizon, the others in a row before them, and those who sit on, hold or hide."""

from __future__ import annotations

from .cast import sprite_of
from .relations import Placed, Relations, Stance
from .sprites import Spot
from .stage import Stage


def lay_out(stage: Stage) -> list[Placed]:
    """Find a place for every actor of the stage's plan."""
    return _Layout(stage).run()


class _Layout(Relations):
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
                    self.place_by_link(i, *(self._anchor(i) or ("beside", i)))
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
                    below.scale *= 1.25 + (0.08 if "big" in actor.kind.traits else 0.16) * gap
                    actor.scale *= max(0.45, 0.8 - 0.06 * gap)
                elif rel in ("on", "in") and t not in self.heroes and below.kind.size >= 5:
                    below.scale *= 1.12

    # --- monuments

    def _place_heroes(self) -> None:
        stage, w, h, shot = self.stage, self.stage.width, self.stage.height, self.stage.shot
        has_guests = any(i not in self.heroes and not a.is_spread for i, a in enumerate(self.actors))
        many = sum(min(self.actors[i].count, 3) for i in self.heroes)
        side = -1 if stage.is_turned else 1
        islet = stage.place in ("sea", "beach")
        slot = 0
        for i in self.heroes:
            actor, sprite = self.actors[i], self.sprites[i]
            for _ in range(min(actor.count, 3)):
                base = stage.horizon + stage.unit * (0.015 if islet else 0.055)
                if shot.foot and not islet:
                    base = max(base, h * shot.foot)
                elif islet:
                    base = min(base, h * 0.78)
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
                bigger = 0.9 + 0.1 * actor.scale if actor.scale > 1 else actor.scale
                high = min(tall, share * w / sprite.aspect) * min(1.0, bigger)
                if share <= 1:
                    least = 0.85 if many > 1 or stage.is_wet else 0.74 if self._is_busy(i) else 0.0
                    high *= max(shot.monument, least)
                if any(t == i and rel in ("on", "above") for a in self.actors for rel, t in a.links):
                    high = min(high, (base - h * 0.04) / 1.24)  # room for who sits up there
                half = high * sprite.aspect / 2
                x = w * (0.5 + side * (0.0 if share > 1 else shot.aside * (1.0 if has_guests else 0.4)))
                if share <= 1:
                    x = min(max(x, half + w * 0.02), w * 0.98 - half)
                if many > 1:
                    x = w * (slot + 0.5) / many * 0.94 + w * 0.03
                    x = w - x if stage.is_turned else x
                lit_from_right = stage.sun[0] > x
                spot = Spot(x, base, high, flip=lit_from_right, depth=0.06 if not stage.is_wet else 0.22)
                self.copies.setdefault(i, []).append(
                    Placed(i, sprite, spot, base, Stance.FAR, has_shadow=not islet, has_islet=islet)
                )
                slot += 1

    def _is_busy(self, i: int) -> bool:
        """Say whether somebody sits on, hides in or fills a monument, which then must not be tiny."""
        near = ("on", "in", "under", "above", "behind", "hold", "wear")
        return any(t == i and rel in near for a in self.actors for rel, t in a.links) or any(
            rel in ("full", "hold", "wear") for rel, _ in self.actors[i].links
        )

    # --- those who stand by themselves

    def _place_roots(self, roots: list[int]) -> None:
        flying = [i for i in roots if self._floats(i)]
        standing = [i for i in roots if i not in flying]
        self._row(standing)
        for slot, i in enumerate(flying):
            self._in_the_air(i, (slot + 0.5) / len(flying) if len(flying) > 1 else 0.3)

    def _floats(self, i: int) -> bool:
        traits = self.actors[i].kind.traits
        return "air" in traits or "water" in traits or self.stage.place == "space" and "big" not in traits and bool(self.heroes)

    def _row(self, roots: list[int]) -> None:
        w, h, dice = self.stage.width, self.stage.height, self.dice
        queue = [(i, k) for i in roots for k in range(self.actors[i].count)]
        if not queue:
            return
        wides = [self._height(self.actors[i]) * self.sprites[i].aspect for i, _ in queue]
        total = sum(wides) + 0.02 * w * (len(queue) - 1)
        rows = 1 if total < w * 1.25 else 2 if total < w * 2.3 else 3
        shrink = min(1.0, w * 0.88 * rows / total)
        if rows > 2:  # a crowd: as many rows as make it fit, everybody smaller
            rows = min(5, max(3, round((len(queue) / 3.2) ** 0.5)))
            shrink = min(0.8, w * 0.86 * rows / total)
        if len(queue) <= 3:
            shrink = self._framed(roots, queue, wides)
        middle = 0.5
        if len(queue) <= 2 and not self.heroes:
            middle = 1 - self.stage.shot.stand if self.stage.is_turned else self.stage.shot.stand
        elif self.heroes and len(queue) <= 3:
            hero = self.copies[self.heroes[0]][0]
            reach = 0.21 if len(queue) < 3 and w >= h * 0.9 else 0.14
            middle = 0.5 - reach if hero.spot.x > w / 2 else 0.5 + reach
        lift = self.stage.shot.lift if rows == 1 else 0.0
        for row in range(rows):
            line = queue[row::rows]
            scale = shrink * max(0.5, 1 - 0.13 * (rows - 1 - row))
            spans = [self._height(self.actors[i]) * self.sprites[i].aspect * scale for i, _ in line]
            gap = min(0.06 * w, max(0.012 * w, (w * 0.86 - sum(spans)) / (len(line) + 1)))
            full = sum(spans) + gap * (len(line) - 1)
            x = max(w * 0.03, min(w * 0.97 - full, middle * w - full / 2 + dice.uniform(-0.04, 0.04) * w))
            if full > w * 0.94:
                x = (w - full) / 2
            if rows > 1 and row < rows - 1:  # those behind look through the gaps
                x += (1 if row % 2 == 0 else -1) * spans[0] * 0.5 if len(queue) % rows else spans[0] * 0.3
            for (i, _), span in zip(line, spans, strict=True):
                base = h * (0.945 - lift - (0.075 if rows < 4 else 0.088) * (rows - 1 - row)) - dice.uniform(0, 0.022) * h
                sprite = self.sprites[i]
                self._add(i, sprite, Spot(x + span / 2, base, span / sprite.aspect, flip=self._turned(sprite, x + span / 2)))
                x += span + gap

    def _framed(self, roots: list[int], queue: list[tuple[int, int]], wides: list[float]) -> float:
        """Return how much bigger or smaller few subjects are in this shot, so that they and who sits on them still fit."""
        w, h, shot = self.stage.width, self.stage.height, self.stage.shot
        wish = shot.guest if self.heroes else shot.alone
        room = w * (0.8 if not self.heroes else 0.42 if w > h and len(queue) < 3 else 0.66)
        tallest = max(self._height(self.actors[i]) * self._stack(i) for i in roots)
        return min(wish, room / (sum(wides) * 1.1), h * (0.62 if self.heroes else 0.88) / tallest)

    def _stack(self, i: int) -> float:
        """Return how many times its own height somebody reaches up with those who ride it."""
        riders = [a for j, a in enumerate(self.actors) if any(t == i and rel in ("on", "in") for rel, t in a.links)]
        if any("big" in a.kind.traits for a in riders):
            return 2.75
        return 1.55 if riders else 1.3 if self._is_busy(i) else 1.08

    def _in_the_air(self, i: int, across: float) -> None:
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
            x = (
                w * ((k + 0.5) / count if count > 1 else 1 - across if stage.is_turned else across)
                + dice.uniform(-0.05, 0.05) * w
            )
            x = min(max(x, w * 0.1), w * 0.9)
            has_rider = any(r in ("on", "in") and t == i for a in self.actors for r, t in a.links)
            y = h * (dice.uniform(0.2, 0.42) if not has_rider else 0.52)
            stance, turn = Stance.AIR, 0.0
            if afloat and stage.is_wet:
                y = h * dice.uniform(0.3, 0.84)
                y = h * 0.9 if is_boat else y
            elif afloat and is_boat:
                stance = Stance.AFLOAT
                y = h * {"sea": dice.uniform(0.76, 0.84), "beach": dice.uniform(0.74, 0.78)}.get(stage.place, 0.93)
            elif afloat and stage.place in ("sea", "beach"):
                y, turn = h * dice.uniform(0.73, 0.78 if stage.place == "beach" else 0.84), dice.uniform(-14, 14)
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
