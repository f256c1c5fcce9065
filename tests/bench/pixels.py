"""Prints what preparing one picture costs, step by step: processor time in ms, median and 95th percentile.

python -m tests.bench.pixels [rounds]
"""

import io
import random
import statistics
import sys
import time

from PIL import Image

from gallery import pictures

LABEL = pictures.Label(pictures.AI_MADE, "Made with AI", "Bench")


def photo(width=1536, height=1024, seed=1):
    """A photo-like picture: soft shapes of six sizes and a fine grain, the same for the same seed."""
    dice = random.Random(seed)
    image = Image.new("RGB", (width, height), (128, 128, 128))
    for cells, weight in ((8, 0.5), (16, 0.4), (48, 0.25), (128, 0.12), (384, 0.06), (1536, 0.02)):
        rows = max(2, cells * height // width)
        layer = Image.frombytes("RGB", (cells, rows), dice.randbytes(cells * rows * 3))
        image = Image.blend(image, layer.resize((width, height), Image.Resampling.BICUBIC), weight)
    return image


def steps(raw):
    """Yield (name, function) for every step of prepare() on these bytes, and for the whole."""
    pixels = pictures.decode(raw)
    xmp = pictures.label_packet(LABEL)
    shrunk = pictures.shrink(pixels)
    yield "decode", lambda: pictures.decode(raw)
    yield "encode original", lambda: pictures.encode_original(pixels, xmp)
    yield "shrink", lambda: pictures.shrink(pixels)
    for width, image in shrunk.items():
        yield f"encode thumbnail {width}", lambda image=image: pictures.encode_thumbnail(image, xmp)
    yield "average colour", lambda: pictures.average_colour(shrunk[min(shrunk)])
    yield "prepare", lambda: pictures.prepare(raw, label=LABEL)


def milliseconds(function, rounds):
    spent = []
    for _ in range(rounds):
        started = time.process_time()
        function()
        spent.append((time.process_time() - started) * 1000)
    return statistics.median(spent), sorted(spent)[int(len(spent) * 0.95)]


def main(rounds=15):
    file = io.BytesIO()
    photo().save(file, "PNG")
    raw = file.getvalue()
    ready = pictures.prepare(raw, label=LABEL)
    thumbnails = ", ".join(f"{width}: {len(data):,}" for width, data in ready.thumbnails.items())
    print(f"1536x1024 PNG, {len(raw):,} bytes in, {len(ready.original):,} bytes kept, thumbnails {thumbnails}")
    print(f"{'step':24}{'median':>10}{'p95':>10}  ms of processor time, {rounds} rounds")
    for name, function in steps(raw):
        median, worst = milliseconds(function, rounds)
        print(f"{name:24}{median:10.1f}{worst:10.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
