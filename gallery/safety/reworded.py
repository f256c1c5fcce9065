"""The words gate for a prompt that a service reworded: machine's prose, longer than a pupil's, and full of things left out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gallery.safety.gate import MAX_PROMPT, Verdict, judge

#: What only concerns a pupil's own prompt: its length, and orders to the machine (these are the machine's).
_OTHER_GATES = {"length", "frame"}
_SENTENCE = re.compile(r"[.!?;\n]+")
#: "No blood, no weapons", "без крови": our own frame asks for that, and a machine that obeys says so. What is left out ends
#: with its sentence.
_LEFT_OUT = re.compile(
    r"\b(?:no|without|avoid(?:ing)?|exclud(?:e|ing)|never|nothing|none|free (?:of|from)|leav(?:e|ing) out"
    r"|(?:not|don't|n't) (?:\w+ )?(?:include|show|draw|depict|add|contain|feature|any)"
    r"|без|нет|ни|никак\w*|ничего|избега\w*|исключ\w*"
    r"|не (?:\w+ )?(?:рису\w*|изобража\w*|показыва\w*|добавля\w*|включа\w*|содерж\w*))\b.*",
    re.IGNORECASE,
)


def judge_reworded(text: str, *, frame: Iterable[str] = ()) -> Verdict:
    """Judge ``text``, a service's wording of what it was sent, by what it says is in the picture: the worst of its sentences.

    ``frame`` holds the pieces that we put around the pupil's words ourselves; where the service repeats one, it is no news.
    The learned layer is not asked: it knows how pupils write, and machines write otherwise.
    """
    for piece in frame:
        if piece := piece.strip(" <>\n"):
            text = text.replace(piece, "\n")
    held = None
    for sentence in _SENTENCE.split(text):
        said = _LEFT_OUT.sub("", sentence)
        for start in range(0, len(said), MAX_PROMPT // 2):  # overlapping, so that no cut can hide a word
            verdict = judge(said[start : start + MAX_PROMPT], opinion=_no_opinion)
            if verdict.gate in _OTHER_GATES or verdict.outcome == "allow":
                continue
            if verdict.outcome != "hold":
                return verdict
            held = held or verdict
    return held or Verdict("allow", "", "", "")


def _no_opinion(cleaned: str) -> None:
    return None
