"""Trains the line of the learned layer: examples to points, points to a line, a line to thresholds. Needs numpy.

A plain regression learns the style of a source (long, formal sentences are bad, captions are good). Against that:
capitals and full stops are not read; our own sentences come in pairs that differ in one thing, and each pair also teaches
that difference alone; and every source may have a height of its own, which is not used later, so that what merely tells
sources apart explains less.
"""

from __future__ import annotations

import csv
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gallery.safety.learned import Line
from gallery.safety.normalise import clean

OWN = Path(__file__).with_name("data") / "own_sentences.tsv"
#: How much a row of a label teaches. Where people differ (borderline) it says nothing; but what concerns law rather than
#: children (private data, trademarks) shows that formal sentences can be harmless.
_WEIGHTS = {"unsafe": 1.0, "benign": 1.0}
_LAW = ("privacy", "copyright")
_LAW_WEIGHT = 0.3
_PAIR_WEIGHT = 0.5
#: How small weights and the heights of sources are wanted.
_RIDGE = 0.1
_SOURCE_RIDGE = 20.0
_ROUNDS = 25
_FOLDS = 10
#: Shares of what the rules passed: innocent ones that may be held and refused, doubtful ones that may be refused.
MOST_HELD = 0.009
MOST_REFUSED = 0.001
MOST_DOUBTFUL = 0.05


@dataclass(frozen=True)
class Example:
    """A sentence to learn from: is it bad, how much that counts, where it comes from, and with what it must stay together."""

    prompt: str
    language: str
    is_bad: bool
    source: str
    group: str
    label: str
    category: str
    weight: float


def own_sentences(path: Path = OWN) -> list[Example]:
    """Return our own sentences; those of a pair, in both languages, are one group."""
    return [
        Example(row["prompt"], row["lang"], row["label"] == "unsafe", "own", row["pair"], row["label"], row["family"], 1.0)
        for row in _rows(path)
    ]


def calibration(folder: Path) -> list[Example]:
    """Return the examples of the *.calibrate.tsv files of a folder; rows that teach nothing have no weight."""
    found = []
    for path in sorted(folder.glob("*.calibrate.tsv")):
        for row in _rows(path):
            weight = _WEIGHTS.get(row["label"], 0.0)
            if row["label"] == "borderline" and row["category"].startswith(_LAW):
                weight = _LAW_WEIGHT
            is_bad, text = row["label"] == "unsafe", clean(row["prompt"])
            found.append(Example(text, row["lang"], is_bad, row["source"], row["id"], row["label"], row["category"], weight))
    return found


def fit(points: Any, examples: Sequence[Example]) -> tuple[Any, float]:
    """Return weights and bias of the line between fine and bad points: a ridge logistic regression by Newton's method."""
    sources = sorted({example.source for example in examples})
    heights = np.array([[example.source == source for source in sources] for example in examples], dtype=float)
    rows = np.hstack([points, heights, np.ones((len(points), 1))])
    bad = np.array([example.is_bad for example in examples], dtype=float)
    counts = np.array([example.weight for example in examples])
    if len(pairs := _pairs(examples)):
        # The difference of a pair points from fine to bad, wherever the two lie.
        apart = np.zeros((len(pairs), rows.shape[1]))
        apart[:, : points.shape[1]] = points[pairs[:, 0]] - points[pairs[:, 1]]
        rows = np.vstack([rows, apart, -apart])
        bad = np.concatenate([bad, np.ones(len(pairs)), np.zeros(len(pairs))])
        counts = np.concatenate([counts, np.full(2 * len(pairs), _PAIR_WEIGHT)])
    ridge = np.concatenate([np.full(points.shape[1], _RIDGE), np.full(len(sources), _SOURCE_RIDGE), [1e-3]])
    solution = np.zeros(rows.shape[1])
    for _ in range(_ROUNDS):
        chance = 1 / (1 + np.exp(-(rows @ solution).clip(-30, 30)))
        slope = rows.T @ (counts * (chance - bad)) + ridge * solution
        bend = (rows.T * (counts * chance * (1 - chance) + 1e-9)) @ rows + np.diag(ridge)
        step = np.linalg.solve(bend, slope)
        solution -= step
        if np.abs(step).max() < 1e-6:
            break
    return solution[: points.shape[1]], float(solution[-1])


def scores_of_unseen(points: Any, examples: Sequence[Example], fold_of: Callable[[Example], Any]) -> Any:
    """Return a score for each example from a line that was trained without its fold."""
    folds = [fold_of(example) for example in examples]
    scores = np.zeros(len(examples))
    for fold in sorted(set(folds), key=str):
        inside = np.array([each == fold for each in folds])
        taught = [index for index, each in enumerate(folds) if each != fold and examples[index].weight]
        weights, bias = fit(points[taught], [examples[index] for index in taught])
        scores[inside] = Line(weights, bias, 0.5, 0.9).scores(points[inside])
    return scores


def by_group(example: Example) -> int:
    """Return one of ten folds; sentences of a group share it."""
    return zlib.crc32(example.group.encode()) % _FOLDS


def by_source(example: Example) -> str:
    """Return the fold of a source, so that nothing of its style is known when it is judged."""
    return example.source.partition("_")[0]


def _pairs(examples: Sequence[Example]) -> Any:
    """Return index pairs (bad, fine) of our own sentences that differ in one thing, in one language."""
    sides: dict[tuple[str, str, str], dict[bool, int]] = {}
    for index, example in enumerate(examples):
        sides.setdefault((example.source, example.group, example.language), {})[example.is_bad] = index
    return np.array([(found[True], found[False]) for found in sides.values() if len(found) == 2], dtype=int)


def _rows(path: Path) -> Iterable[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        yield from csv.DictReader(stream, dialect="excel-tab")


def thresholds(scores: Any, examples: Sequence[Example], passed: Sequence[bool]) -> tuple[float, float]:
    """Return from which score of unseen sentences on to hold and to refuse, counting only those that the rules passed.

    Of the innocent ones of the collections MOST_HELD are held in the worse of the languages; our own are harder than what
    pupils write, being pairs. Refused is what hardly an innocent one reaches, and few of those where people differ.
    """
    hold, refuse = 0.0, 0.0
    for language in sorted({example.language for example in examples}):
        kinds: dict[str, list[float]] = {"benign": [0.0], "fine": [0.0], "borderline": [0.0]}
        for score, example, may_pass in zip(scores, examples, passed, strict=True):
            if may_pass and example.language == language and example.label in kinds:
                kinds[example.label].append(score)
        hold = max(hold, float(np.quantile(kinds["benign"], 1 - MOST_HELD)))
        innocent = kinds["benign"] + kinds["fine"]
        refuse = max(refuse, float(np.quantile(innocent, 1 - MOST_REFUSED)))
        refuse = max(refuse, float(np.quantile(kinds["borderline"], 1 - MOST_DOUBTFUL)))
    return hold, max(refuse, (1 + hold) / 2)
