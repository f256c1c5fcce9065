from collections import Counter
from pathlib import Path

import numpy as np
from django.core.management import BaseCommand, CommandError

from gallery.safety import learned, training
from gallery.safety.gate import judge

#: Texts that are read at once.
BATCH = 32
FINE = learned.Opinion("fine", 0.0)
INNOCENT = {"benign", "fine"}


class Command(BaseCommand):
    """Trains the learned layer of the words gate on DIR/*.calibrate.tsv and our own sentences, and tells how good it is.

    All shares are those of sentences that the line had not seen: trained on nine tenths, or on all other sources, and asked
    about the rest, together with the rules as they are now. Takes about five minutes; needs no database and no network.
    """

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("folder", metavar="DIR", type=Path, help="Folder of *.calibrate.tsv files.")
        parser.add_argument("--to", type=Path, default=learned.TRAINED, help="File to write (default: the one the gate reads).")
        parser.add_argument("--only-tell", action="store_true", help="Write nothing.")

    def handle(self, *, folder, to, only_tell, **options):
        given = training.calibration(folder)
        if not given:
            raise CommandError(f"{folder} holds no *.calibrate.tsv files.")
        examples = [*given, *training.own_sentences()]
        try:
            reader = learned.Reader()
        except learned.Unavailable as why:
            raise CommandError(str(why)) from why
        texts = [learned.pieces(example.prompt)[0] for example in examples]
        points = np.vstack([reader.points(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)])
        rules = [judge(example.prompt, opinion=lambda text: FINE).outcome for example in examples]

        unseen = training.scores_of_unseen(points, examples, training.by_group)
        hold, refuse = training.thresholds(unseen, examples, [outcome == "allow" for outcome in rules])
        self.stdout.write(f"{len(examples)} sentences; holds from {hold:.3f}, refuses from {refuse:.3f}")
        self.tell("Trained on nine tenths, asked about the rest", examples, rules, unseen, hold, refuse)
        strange = training.scores_of_unseen(points, examples, training.by_source)
        self.tell("Trained without the source, asked about it", examples, rules, strange, hold, refuse)
        if not only_tell:
            taught = [index for index, example in enumerate(examples) if example.weight]
            weights, bias = training.fit(points[taught], [examples[index] for index in taught])
            learned.Line(weights.astype("float32"), bias, hold, refuse).save(to)
            self.stdout.write(f"Written: {to}")

    def tell(self, title, examples, rules, scores, hold, refuse):
        """Print the shares of each outcome for each label, source and language: by the rules alone, and with the layer."""
        self.stdout.write(f"\n{title}\n{'':34}{'rows':>6}{'rules stop':>12}{'stopped':>9}{'refused':>9}{'held':>7}{'care':>7}")
        groups = {}
        for example, outcome, score in zip(examples, rules, scores, strict=True):
            after = outcome
            if outcome == "allow" and score >= hold:
                after = "refuse" if score >= refuse else "hold"
            for name in (f"{example.label} {example.language}", f"  {example.label} {example.language} {example.source}"):
                groups.setdefault(name, []).append((outcome, after))
        for name, outcomes in sorted(groups.items(), key=lambda item: item[0].strip()):
            rows, before, after = len(outcomes), *(Counter(each) for each in zip(*outcomes, strict=True))
            cells = [1 - before["allow"] / rows, 1 - after["allow"] / rows]
            cells += [after[outcome] / rows for outcome in ("refuse", "hold", "care")]
            widths = (12, 9, 9, 7, 7)
            shares = "".join(f"{cell:>{width}.1%}" for cell, width in zip(cells, widths, strict=True))
            self.stdout.write(f"{name:34}{rows:>6}{shares}")
