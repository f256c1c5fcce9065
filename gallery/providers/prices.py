"""What pictures of known models cost at the worst: today's token prices, and the tokens that a picture can take.

Like lifetimes.py, this table names models. To renew: change the figures and their sources, and move ``CHECKED_ON``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from math import ceil
from typing import NamedTuple

from gallery.prompts import SIZES

#: The day on which the figures were last compared with their sources.
CHECKED_ON = date(2026, 11, 22)

#: Micro-dollars for one token (dollars for a million): text in, picture in, picture out.
TEXT_IN, IMAGE_IN, OUT = 5, 8, 30
#: Tokens of the longest words that are sent with one picture, the meta prompt included.
WORDS_TOKENS = 1_500
#: Tokens of a picture that goes in, as a final picture's draft does. Published nowhere for these models; on the safe side.
SOURCE_TOKENS = 7_000

_PAGE = "developers.openai.com, model pages, 2026-11: 5 / 8 / 30 USD for a million tokens of text in, picture in, picture out"
_FORMULA = (
    "tokens by community.openai.com/t/1382699, which gives OpenAI's own examples; with 1,500 tokens of words; "
    "a picture that goes in is taken for 7,000 tokens"
)
_GUESS = "tokens of {model} are published nowhere; {times} times those of gpt-image-2 are assumed. Compare with a bill"

#: How far the tokens of a quality may lie above those of gpt-image-2 (2.6 takes 3 to 4 times those of 2.5 at low and medium;
#: the rest is caution), and the quality of gpt-image-2 that is taken for it.
_OF_2 = {"low": ("low", 1), "medium": ("medium", 1), "high": ("high", 1)}
_OF_2_5 = {
    "low": ("low", 2),
    "medium": ("medium", 2),
    "high": ("high", 2),
    "xhigh": ("high", 3),
    "max": ("high", 4),
}
_OF_2_6 = _OF_2_5 | {"low": ("low", 8), "medium": ("medium", 8)}
_FAMILIES = {
    "gpt-image-2": _OF_2,
    "gpt-image-2.5-flare": _OF_2_5,
    "gpt-image-2.5-sunburst": _OF_2_5,
    "gpt-image-2.6-flare": _OF_2_6,
    "gpt-image-2.6-sunburst": _OF_2_6,
}
_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}$")
_SPACING = {"low": 16, "medium": 48, "high": 96}


class KnownPrice(NamedTuple):
    """The worst case of one picture, in micro-dollars; ``size`` is "1536x864", ``quality`` empty where none is asked for.

    ``source_micros`` comes on top where a picture goes in too.
    """

    size: str
    quality: str
    micros: int
    source_micros: int
    source: str


class KnownTokenPrice(NamedTuple):
    """Micro-dollars for a million tokens of text in, picture in and picture out."""

    text_input: int
    image_input: int
    output: int
    source: str


def tokens_out(width: int, height: int, quality: str) -> int:
    """Return the tokens of a picture of ``width`` x ``height`` pixels that gpt-image-2 draws at ``quality``."""
    long, short = max(width, height), min(width, height)
    across = _SPACING[quality]
    down = (2 * across * short + long) // (2 * long)
    return ceil(across * down * (2_000_000 + width * height) / 4_000_000)


def known_prices(model: str) -> Iterator[KnownPrice]:
    """Yield the worst case of every size we ask for and every quality of ``model``; nothing where the model is unknown."""
    family = _SNAPSHOT.sub("", model.strip().lower())
    for width, height in SIZES.values() if family in _FAMILIES else ():
        worst, source = 0, SOURCE_TOKENS * IMAGE_IN
        for quality, (like, times) in _FAMILIES[family].items():
            micros = WORDS_TOKENS * TEXT_IN + times * tokens_out(width, height, like) * OUT
            assumed = f"; {_GUESS.format(model=family, times=times)}" if times > 1 else ""
            yield KnownPrice(f"{width}x{height}", quality, micros, source, f"{_PAGE}; {_FORMULA}{assumed}")
            worst = max(worst, micros)
        yield KnownPrice(f"{width}x{height}", "", worst, source, f"{_PAGE}; no quality asked for: the dearest one is assumed")


def known_token_price(model: str) -> KnownTokenPrice | None:
    """Return today's prices of the tokens of ``model``; None where the model is unknown."""
    if _SNAPSHOT.sub("", model.strip().lower()) not in _FAMILIES:
        return None
    return KnownTokenPrice(TEXT_IN * 1_000_000, IMAGE_IN * 1_000_000, OUT * 1_000_000, _PAGE)
