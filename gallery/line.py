"""Tells who waits where: one snapshot of an engine's line, published every few seconds and rounded.

Between two snapshots nothing that a page shows moves, so its polls stay answered without a database.
"""

from gallery import live, queue
from gallery.models import Picture


def publish(engine):
    """Publish place and minutes of every picture that waits for ``engine``, unless somebody did so a moment ago."""
    if not live.may_publish(engine.pk):
        return
    seconds = Picture.objects.typical_seconds(engine)
    places = {}
    for place, (picture, trail) in enumerate(Picture.objects.line(engine), 1):
        wait = queue.wait_seconds(place, seconds, slots=engine.concurrent_calls, per_minute=engine.images_per_minute)
        minutes = None if engine.is_stopped else queue.minutes(wait)
        places.setdefault(str(trail), {})[str(picture)] = [place, minutes]
    live.publish_places(places)
