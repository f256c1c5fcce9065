"""What a page shows of a work: the picture that counts, under its author's own description."""

from gallery.shown import shown


def shown_work(work, *, for_teacher=False):
    """Return the picture that stands for ``work`` as a page shows it, None where the reader may see none."""
    picture = work.picture if work else None
    if picture is None or (picture.hidden_at and not for_teacher):
        return None
    view = shown(picture, for_teacher=for_teacher)
    if version := work.current:
        view.alt = version.alt_text
    return view
