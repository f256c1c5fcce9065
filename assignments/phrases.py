"""Reads a list of words and phrases that somebody pasted, one a line, and says in which line something is wrong."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from gallery.safety.families import MOST_WORDS, SHORTEST_STEM, phrase_of
from gallery.safety.policy import MAX_PHRASE, fault_of

#: Lines that are named at once where more are faulty.
MOST_NAMED = 5
FAULTS = {
    "long": _("Line %(line)d is longer than %(limit)d letters."),
    "pattern": _(
        "Line %(line)d is no word or phrase that the gate can look for. Write up to %(words)d words of letters and digits; a "
        "star stands only behind a beginning of at least %(stem)d letters."
    ),
}


def key_of(phrase: str) -> str:
    """Return the form under which a phrase is known once: small letters, е for ё, hyphens closed up, single spaces."""
    return " ".join(phrase_of(phrase))


def phrases_in(text: str, *, most: int) -> list[str]:
    """Return the phrases of a list, each once, in order; empty lines and what follows a # are left out.

    ValidationError with the code "empty", "too_many" (above ``most``) or, naming the lines, "long" or "pattern". It repeats
    nothing of what was typed.
    """
    lines = [" ".join(line.partition("#")[0].split()) for line in text.splitlines()]
    count = sum(map(bool, lines))
    if not count:
        raise ValidationError(_("Write at least one word or phrase."), code="empty")
    if count > most:
        raise ValidationError(
            _("These are %(count)d phrases; a list has at most %(limit)d. Nothing was saved."),
            code="too_many",
            params={"count": count, "limit": most},
        )
    faults = [(number, fault_of(line)) for number, line in enumerate(lines, 1) if line and fault_of(line)]
    if faults:
        raise ValidationError([_told(number, fault) for number, fault in faults[:MOST_NAMED]])
    return list({key_of(line): line for line in lines if line}.values())


def _told(number: int, fault: str) -> ValidationError:
    params = {"line": number, "limit": MAX_PHRASE, "words": MOST_WORDS, "stem": SHORTEST_STEM}
    return ValidationError(FAULTS[fault], code=fault, params=params)
