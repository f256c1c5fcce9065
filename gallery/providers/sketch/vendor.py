"""Cuts the vendored drawings and words out of two npm packages; run by hand when a drawing is added to the vocabulary.

npm pack @iconify-json/fluent-emoji-flat@1.2.6 emojibase-data@17.0.0      (then unpack both)
python -m gallery.providers.sketch.vendor <fluent package folder> <emojibase package folder>
"""

from __future__ import annotations

import colorsys
import io
import json
import re
import sys
from collections import Counter
from pathlib import Path

import resvg_py
from PIL import Image

from .lexicon import HERE, emoji_key, things_in_file

#: Drawn by the engine itself or read through emoji, though no line of the vocabulary names them.
ALSO = """baby boy girl child man woman old-man old-woman prince princess person-with-crown astronaut cook farmer firefighter
police-officer pilot scientist artist student singer guard detective construction-worker health-worker teacher man-mage
woman-mage person-superhero man-elf santa-claus alien robot clown-face unicorn rabbit-face cat-face dog-face mouse-face
monkey-face white-flower rosette person-walking spaghetti chestnut""".split()
#: Never taken, whatever a vocabulary line says: nothing here belongs in a school.
NEVER = re.compile(
    r"dagger|sword|pistol|knife|bomb|gun|axe|bow-and-arrow|blood|skull|coffin|urn|cigarette|smok|beer|wine|sake|cocktail|"
    r"clinking|bottle-with-popping|syringe|pill|slot-machine|middle-finger|kiss|bikini|zombie|vampire"
)
HEX = re.compile(r"#[0-9a-fA-F]{6}\b|#[0-9a-fA-F]{3}\b")
SIDE = 128


def spread(colour: str) -> str:
    """Write a hex colour with six lower-case digits."""
    digits = colour[1:].lower()
    return "#" + (digits if len(digits) == 6 else "".join(d * 2 for d in digits))


def rgb(colour: str) -> tuple[int, int, int]:
    """Split "#rrggbb" into 0..255 channels."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def raster(body: str) -> Image.Image:
    """Draw one 32-unit icon on SIDE x SIDE transparent pixels."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{SIDE}" height="{SIDE}" viewBox="0 0 32 32">{body}</svg>'
    return Image.open(io.BytesIO(bytes(resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True)))).convert("RGBA")


def pixels(image: Image.Image) -> list[tuple[int, int, int, int]]:
    """List the pixels of an RGBA image."""
    raw = image.tobytes()
    return [(raw[k], raw[k + 1], raw[k + 2], raw[k + 3]) for k in range(0, len(raw), 4)]


def main_colours(body: str, image: Image.Image) -> list[str]:
    """Return the family of colours that a "blue dog" should change: the one that covers most, and its shades."""
    used = sorted(set(HEX.findall(body)))
    seen: Counter[str] = Counter()
    for r, g, b, a in pixels(image.resize((64, 64))):
        if a > 200 and used:
            seen[min(used, key=lambda c: sum((x - y) ** 2 for x, y in zip(rgb(c), (r, g, b), strict=True)))] += 1
    hls = {c: colorsys.rgb_to_hls(*(x / 255 for x in rgb(c))) for c in used}
    bright = {c: n for c, n in seen.items() if 0.16 < hls[c][1] < 0.97} or dict(seen)
    if not bright:
        return []
    first = max(sorted(bright), key=lambda c: bright[c] * (0.4 + hls[c][2]))
    hue, _, strength = hls[first]

    def is_kin(colour: str) -> bool:
        h, light, s = hls[colour]
        if strength < 0.12:
            return s < 0.25 and light > 0.25
        away = abs(h - hue)
        return s > 0.15 and min(away, 1 - away) < 0.09 and light < 0.95

    return [first, *(c for c in used if c != first and is_kin(c))]


def cut(fluent: Path, emojibase: Path) -> None:
    """Write data/icons.json and data/emoji.json from two unpacked packages."""
    icons = json.loads((fluent / "icons.json").read_text())["icons"]
    chars = json.loads((fluent / "chars.json").read_text())
    named = {thing.icon for thing in things_in_file() if ":" not in thing.icon}
    wanted = sorted(named | set(ALSO))
    for name in wanted:
        if name not in icons or NEVER.search(name):
            raise SystemExit(f"No such drawing, or not for a school: {name}")
    lines = []
    for name in wanted:
        body = HEX.sub(lambda m: spread(m[0]), icons[name]["body"])
        image = raster(body)
        visible = image.getchannel("A").point(lambda a: 255 * (a > 40)).getbbox() or (0, 0, SIDE, SIDE)
        box = [round(v * 32 / SIDE, 2) for v in visible]
        lines.append(json.dumps({"name": name, "box": box, "paint": main_colours(body, image), "body": body}))
    (HERE / "data" / "icons.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")

    words: dict[str, dict] = {}
    for language in ("ru", "en"):
        for row in json.loads((emojibase / language / "data.json").read_text()):
            name = chars.get(row["hexcode"].lower()) or chars.get(row["hexcode"].lower().replace("-fe0f", ""))
            if name in wanted:
                entry = words.setdefault(name, {"emoji": emoji_key(row["emoji"])})
                entry[language] = [row["label"], *row.get("tags", [])]
    text = ",\n".join(json.dumps({"name": n, **words[n]}, ensure_ascii=False) for n in sorted(words))
    (HERE / "data" / "emoji.json").write_text("[\n" + text + "\n]\n")


if __name__ == "__main__":
    cut(Path(sys.argv[1]), Path(sys.argv[2]))
