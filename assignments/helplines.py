"""Whom a child in need can call, by country and language: the house's own list, in helplines.toml with sources and dates."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).with_name("helplines.toml")


@dataclass(frozen=True)
class Helpline:
    """A number to call, as it is written down, and what it is, in the reader's language."""

    number: str
    said: str


@dataclass(frozen=True)
class Help:
    """What a child in need reads: the school's own ``text``, or ``lines``; and the number for danger now, "" where unknown."""

    text: str = ""
    lines: tuple[Helpline, ...] = ()
    emergency: str = ""


@cache
def countries() -> dict[str, dict[str, Any]]:
    """Return the list as it was written. OSError or tomllib.TOMLDecodeError where it cannot be read."""
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


def help_in(country: str, language: str) -> Help:
    """Return the help of a country (two letters) in "ru" or "en"; without any number where we know none."""
    found = countries().get(country.strip().upper(), {})
    lines = tuple(Helpline(line["number"], line.get(language) or line["en"]) for line in found.get("lines", ()))
    return Help(lines=lines, emergency=found.get("emergency", ""))
