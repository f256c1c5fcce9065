"""How an engine can make the final picture of a draft, as plain words."""

from __future__ import annotations

#: The same seed gives the same scene; the draft itself is sent along; the words alone are drawn anew.
SEED, SOURCE, WORDS = "seed", "source", "words"


def way(*, has_seeds: bool, can_edit: bool, is_same_engine: bool) -> str:
    """Return SEED, SOURCE or WORDS: the first of them that keeps the scene of the draft.

    A seed means something only to the engine (``is_same_engine``) that drew the draft with it.
    """
    if has_seeds and is_same_engine:
        return SEED
    return SOURCE if can_edit else WORDS
