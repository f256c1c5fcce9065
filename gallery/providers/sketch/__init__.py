"""The sketch engine: reads a student's words and draws them with vendored icons and monuments of our own.

No model, no key, no network; the same words, size and seed always give the same bytes.
"""

from __future__ import annotations

import json
from pathlib import Path

from ..base import Abilities, Broken, Drawn, DrawRequest, write_spool
from .examples import EXAMPLES
from .plan import read_plan
from .render import png_of
from .scene import compose

__all__ = ["EXAMPLES", "SketchProvider", "draw"]

#: First line of a spooled answer; then one line of JSON, then the PNG.
MAGIC = b"edu4all-sketch-1\n"
PNG = b"\x89PNG\r\n\x1a\n"
#: How many times as wide and high as asked for a drawing is in each quality; every other quality is once. Lines have no size
#: of their own, so it is the same drawing, only finer. 1.5 takes 1.0 s of a processor (once: 0.5 s) and 11 MB more.
ZOOMS = {"high": 1.5}


def draw(prompt: str, size: tuple[int, int], seed: int = 0, quality: str = "") -> Drawn:
    """Draw ``prompt`` as PNG bytes of ``size`` (width, height) pixels, times the zoom of ``quality``."""
    plan = read_plan(prompt)
    image = png_of(compose(plan, size, seed), ZOOMS.get(quality, 1.0))
    return Drawn(image=image, understood=tuple(plan.understood), missed=tuple(plan.missed))


class SketchProvider:
    """Draws in this process; asking is drawing, and the spool holds the words it knew beside the picture."""

    abilities = Abilities(seeds=True, is_local=True)

    def ask(self, request: DrawRequest, spool: Path) -> None:
        """Draw the student's own words and leave picture and words at ``spool``."""
        drawn = draw(request.prompt, request.size, request.seed or 0, request.quality)
        words = json.dumps({"understood": drawn.understood, "missed": drawn.missed}, ensure_ascii=False).encode()
        write_spool(spool, [MAGIC, words, b"\n", drawn.image])

    def read(self, spool: Path, request: DrawRequest) -> Drawn:
        """Take picture and words out of ``spool``; Broken where it holds anything else."""
        try:
            answer = spool.read_bytes()
        except OSError as error:
            raise Broken(f"The spooled sketch cannot be read: {error.strerror}.") from error
        if not answer.startswith(MAGIC):
            raise Broken("The spooled file is no sketch.")
        line, _, image = answer[len(MAGIC) :].partition(b"\n")
        try:
            words = json.loads(line)
            understood, missed = (tuple(str(word) for word in words[key]) for key in ("understood", "missed"))
        except (ValueError, TypeError, KeyError) as error:
            raise Broken("The spooled sketch has lost its words.") from error
        if not image.startswith(PNG) or not image.endswith(b"IEND\xaeB`\x82"):
            raise Broken("The spooled sketch has lost its picture.")
        return Drawn(image=image, understood=understood, missed=missed)
