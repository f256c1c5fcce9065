"""What a student reads while a picture waits. Plain words, no rows."""

from django.utils.translation import ngettext, pgettext, pgettext_lazy

#: Why a waiting picture has no place in line just now.
OFF, STOPPED, HELD, PAUSED = "off", "stopped", "held", "paused"

WHY_NOT = {
    OFF: pgettext_lazy("student", "This way of drawing is switched off just now. Your picture keeps its place."),
    STOPPED: pgettext_lazy("student", "The drawing machine is resting. An adult has been told. Your picture keeps its place."),
    PAUSED: pgettext_lazy("student", "Your teacher has paused the drawing for the whole class. Your picture keeps its place."),
    HELD: pgettext_lazy("student", "Your teacher lets other pictures go first just now. Yours keeps its place."),
}


def sentence(seconds, why_not=""):
    """Return how long is still to wait, in words, or why nobody can tell; nothing where nothing is known.

    ``seconds`` are rounded already (queue.rounded_wait).
    """
    if why_not or seconds is None:
        return str(WHY_NOT.get(why_not, ""))
    if seconds < 60:
        return ngettext("About %(count)d second.", "About %(count)d seconds.", seconds) % {"count": seconds}
    if seconds in (90, 150):
        return (
            pgettext("wait", "About a minute and a half.")
            if seconds == 90
            else pgettext("wait", "About two and a half minutes.")
        )
    minutes = round(seconds / 60)
    return ngettext("About %(count)d minute.", "About %(count)d minutes.", minutes) % {"count": minutes}
