"""Short words for writing SVG: shapes in, markup out; y grows downwards, the ground is y=0."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

Point = tuple[float, float]


def n(value: float) -> str:
    """Write a number shortly and always the same way."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def rest(extra: dict[str, object]) -> str:
    """Write further attributes, with "_" for "-"."""
    return "".join(
        f' {key.replace("_", "-")}="{n(v) if isinstance(v, float) else v}"' for key, v in extra.items() if v is not None
    )


def rect(x: float, y: float, w: float, h: float, fill: str, rx: float = 0, **extra: object) -> str:
    """Draw a box from its upper left corner."""
    round_ = f' rx="{n(rx)}"' if rx else ""
    return f'<rect x="{n(x)}" y="{n(y)}" width="{n(w)}" height="{n(h)}"{round_} fill="{fill}"{rest(extra)}/>'


def ellipse(x: float, y: float, rx: float, ry: float, fill: str, **extra: object) -> str:
    """Draw an ellipse around its middle."""
    return f'<ellipse cx="{n(x)}" cy="{n(y)}" rx="{n(rx)}" ry="{n(ry)}" fill="{fill}"{rest(extra)}/>'


def circle(x: float, y: float, r: float, fill: str, **extra: object) -> str:
    """Draw a disc around its middle."""
    return f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(r)}" fill="{fill}"{rest(extra)}/>'


def path(d: str, fill: str = "none", **extra: object) -> str:
    """Draw a path."""
    return f'<path d="{d}" fill="{fill}"{rest(extra)}/>'


def stroke(d: str, colour: str, width: float, **extra: object) -> str:
    """Draw a line along a path, with round ends."""
    return (
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{n(width)}" stroke-linecap="round" '
        f'stroke-linejoin="round"{rest(extra)}/>'
    )


def points(pts: Iterable[Point]) -> str:
    """Write points as the inside of a path."""
    return "L".join(f"{n(x)},{n(y)}" for x, y in pts)


def poly(pts: Sequence[Point], fill: str, **extra: object) -> str:
    """Draw a closed shape with straight sides."""
    return path(f"M{points(pts)}Z", fill, **extra)


def group(*parts: str, **extra: object) -> str:
    """Wrap parts in a group."""
    return f"<g{rest(extra)}>{''.join(parts)}</g>"


def mirrored(svg: str) -> str:
    """Turn a drawing around the line x=0."""
    return f'<g transform="scale(-1,1)">{svg}</g>'


def arch(x: float, y: float, w: float, h: float, fill: str, **extra: object) -> str:
    """Draw a round-headed opening that stands on ``y``, ``x`` being its middle."""
    r = w / 2
    d = f"M{n(x - r)},{n(y)}V{n(y - h + r)}A{n(r)},{n(r)} 0 0 1 {n(x + r)},{n(y - h + r)}V{n(y)}Z"
    return path(d, fill, **extra)


def lamp(red: int, green: int, blue: int) -> str:
    """Name a colour that keeps its own light whatever the time of day."""
    return f"rgb({red},{green},{blue})"
