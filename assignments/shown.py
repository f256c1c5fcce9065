"""What a page shows of a work: the picture that counts, under its author's own description, and the way to its final one."""

import uuid

from gallery import engines, finals
from gallery.shown import shown


def shown_work(work, *, for_teacher=False):
    """Return the picture that stands for ``work`` as a page shows it, None where the reader may see none."""
    picture = work.picture if work else None
    if picture is None or not (for_teacher or picture.is_shown_to_owner):
        return None
    view = shown(picture, for_teacher=for_teacher)
    if version := work.current:
        view.alt = version.alt_text
    return view


def final_offer(work, chosen, pictures, limits):
    """Return how the ``chosen`` picture can become the final one, None where it cannot or one is there or on its way.

    ``way`` (gallery.finals, or "same" where not a line changes) says beforehand how like the draft it will be; ``why_not`` is
    the sentence of the one of ``limits`` (assignments.left) that leaves no final picture, empty where there is one left.
    """
    has_one = any(picture.is_final and picture.picture.is_counted for picture in pictures)
    assignment = work.assignment
    if chosen is None or has_one or assignment.is_closed or not assignment.makes_finals:
        return None
    engine = assignment.drawing_engine
    is_same_engine = chosen.picture.engine_id == engine.pk
    abilities = engines.provider_of(engine).abilities
    way = finals.way(has_seeds=abilities.seeds, can_edit=abilities.edits, is_same_engine=is_same_engine)
    return {
        "picture": chosen,
        "way": "same" if engine.is_sketch and way == finals.SEED else way,
        "why_not": limits.of_final(chosen.picture).why_none,
        "token": uuid.uuid4(),
    }
