"""Time and memory of the sketch engine; run as ``python -m tests.bench.sketch``."""

import resource
import time

SIZES = {"wide": (1536, 864), "square": (1024, 1024), "tall": (864, 1536)}
PROMPT = "Три пингвина в шарфах перед Колизеем, полным мороженого, снежной ночью"


def megabytes() -> float:
    """Return the peak resident size of this process in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def sketch(rounds: int = 5) -> None:
    """Print seconds per drawing, cold and warm, at each size, and the peak memory."""
    start = time.perf_counter()
    from gallery.providers.sketch import draw

    draw(PROMPT, SIZES["wide"], 0)
    print(f"{'cold, with imports':<20}{time.perf_counter() - start:6.2f} s")
    for name, size in SIZES.items():
        wall, busy, weight = time.perf_counter(), time.process_time(), 0
        for seed in range(rounds):
            weight += len(draw(PROMPT, size, seed).image)
        wall, busy = (time.perf_counter() - wall) / rounds, (time.process_time() - busy) / rounds
        print(f"{'warm ' + name:<20}{wall:6.2f} s  {busy:6.2f} s of processor  {weight // rounds // 1024:5d} KB")
    print(f"{'peak memory':<20}{megabytes():6.0f} MB")


if __name__ == "__main__":
    sketch()
