"""Tells who waits where: one snapshot of an engine's line, published every few seconds and rounded.

Between two snapshots nothing that a page shows moves, so its polls stay answered without a database.
"""

from gallery import live, queue
from gallery.models import Engine, LaneRule, Picture
from gallery.waiting import HELD, OFF, PAUSED, STOPPED


def publish(engine):
    """Publish place and wait of every picture that waits for ``engine``, unless somebody did so a moment ago."""
    if live.may_publish(engine.pk):
        live.publish_places(snapshot(Engine.objects.timed().get(pk=engine.pk)))


def publish_lane(key):
    """Publish at once the lines in which pictures of lane ``key`` wait: an adult has just changed who is drawn when."""
    waiting = Picture.objects.waiting().filter(lane=key).order_by()
    for engine in Engine.objects.timed().filter(pk__in=waiting.values("engine")):
        live.may_publish(engine.pk)  # nobody else has to, for a while; and nobody publishes what was true before
        live.publish_places(snapshot(engine))


def snapshot(engine):
    """Return {trail's id: {picture's id: [place, seconds, why not]}} for ``engine``, one of ``timed()``.

    Place and seconds are rounded as they are shown; both are None where the third says why nobody can tell.
    """
    line = Picture.objects.line(engine)
    why_not = OFF if not engine.is_enabled else STOPPED if engine.is_stopped else ""
    seconds = _waits(engine, len(line))
    places = {}
    for place, (picture, trail) in enumerate(line, 1):
        known = [None, None, why_not] if why_not else [queue.rounded_place(place), queue.rounded_wait(seconds[place - 1]), ""]
        places.setdefault(str(trail), {})[str(picture)] = known
    paused, _finals_only = LaneRule.objects.in_force()
    held = Picture.objects.held().filter(engine=engine)
    for lane, picture, trail in held.values_list("lane", "public_id", "generation__trail__public_id"):
        why_not = PAUSED if lane in paused else HELD
        places.setdefault(str(trail), {})[str(picture)] = [None, None, why_not]
    return places


def _waits(engine, count):
    """Return the seconds until each of the ``count`` next pictures of ``engine`` will be ready."""
    drawing = Picture.objects.seconds_being_drawn(engine)
    slots = min(engine.concurrent_calls, live.slots_seen(engine.pk, len(drawing), engine.concurrent_calls))
    typical, cycle = Picture.objects.rhythm(engine, slots)
    return queue.waits(
        count,
        drawing,
        typical=typical,
        cycle=cycle,
        slots=slots,
        per_minute=engine.per_minute,
        free_in=max(engine.free_in.total_seconds(), 0) if engine.free_in else 0,
    )
