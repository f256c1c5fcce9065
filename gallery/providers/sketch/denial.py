"""What the words ask to leave out: "without a hat", «не рисуй кота», «без пирамид»."""

from __future__ import annotations

from .words import Token

#: Words that leave out the noun after them, whatever stands between.
WITHOUT = frozenset({"без", "нет", "ни", "without", "no", "кроме", "except"})
NOT = frozenset({"не", "not", "never", "don", "dont", "doesn"})
#: After "not", only these verbs make it a wish about the picture: "a cat that does not fear the dog" still has its dog.
WISHES = frozenset(
    """рисовать нарисовать изображать изобразить показывать показать добавлять добавить ставить надо нужно нужный хотеть делать
    быть draw show add include paint put want make have use""".split()
)
ONLY = frozenset({"только", "only", "just", "просто"})
LISTS = frozenset({"и", "или", "ни", "and", "or", "nor"})


def denial_ends(tokens: list[Token], at: int) -> int:
    """Return where the words of a denial that begins at ``at`` end, so that a noun may follow; ``at`` if there is none."""
    word = tokens[at].text.lower()
    after = at + 1
    if after >= len(tokens):
        return at
    if word in WITHOUT:
        return after
    if word not in NOT:
        return at
    if tokens[after].text.lower() == "t":  # "don't" is cut at its mark
        after += 1
    start = after
    while after < len(tokens) and WISHES.intersection(tokens[after].lemmas):
        after += 1
    if after < len(tokens) and tokens[after].text.lower() in ONLY:
        return at
    if after > start:
        return after
    return after if word in ("не", "not") else at


def goes_on(tokens: list[Token], at: int, opener: str) -> bool:
    """Say whether the word at ``at`` carries a denial on to the next noun: "no cats or dogs", «без людей, машин и домов»."""
    if at + 1 >= len(tokens) or not (tokens[at].is_comma or tokens[at].text.lower() in LISTS):
        return False
    follower = tokens[at + 1]
    if opener in ("без", "нет", "ни", "кроме"):
        return follower.is_genitive
    return not tokens[at].is_comma and not follower.is_break
