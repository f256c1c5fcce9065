import csv
import json
import time
from collections import Counter

from django.core.management import BaseCommand, CommandError

from gallery.safety import learned
from gallery.safety.gate import judge, language_of

#: Characters of one field; a longer one is most likely a quotation mark that never closes.
LONGEST_FIELD = 1_000_000
VERDICTS = {"allow": "pass", "hold": "hold", "refuse": "refuse", "care": "care"}
WORDS = ("pass", "hold", "refuse", "care")


class BrokenRow(Exception):
    """A row that cannot be read as it was meant; says why."""


class Command(BaseCommand):
    """Asks the words gate about every prompt of a TSV file: needs no database, no network, and changes nothing.

    FILE is UTF-8 as Python's csv dialect "excel-tab" writes it, with a column "prompt" and optionally "id", "lang", "label".
    For each row one line of JSON: id, verdict (pass, hold, refuse, care), gate, families, ms. A row that cannot be read is
    held by the gate "broken", never passed.
    """

    help = __doc__
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help='The prompts; "-" reads standard input.')
        parser.add_argument("--format", choices=["json"], help="Print a line for each row (so it is without --summary too).")
        parser.add_argument(
            "--summary", action="store_true", help="Print shares for each label and language; with --format, to standard error."
        )

    def handle(self, *, file, format, summary, **options):
        if said := learned.trouble():
            self.stderr.write(said)
        judge("a cat")  # words and model are loaded now, not on the clock of the first row
        shares, broken = {}, 0
        for row, answer in self.answers(file):
            if format or not summary:
                self.stdout.write(json.dumps(answer))
            language = row.get("lang") or language_of(row.get("prompt") or "")
            shares.setdefault((row.get("label") or "-", language), Counter())[answer["verdict"]] += 1
            broken += answer["gate"] == "broken"
        if not shares:
            self.stderr.write("There is no row below the first line.")
        if broken:
            self.stderr.write(f"{broken} rows could not be read and are held.")
        if summary:
            (self.stderr if format else self.stdout).write("\n".join(lines_of(shares)))

    def answers(self, file):
        """Yield each row with what is said of it, one at a time, whatever the size of the file."""
        for number, (row, fault) in enumerate(rows_of(file), start=1):
            started = time.perf_counter()
            try:
                if fault:
                    raise BrokenRow(fault)
                verdict = judge(prompt_of(row))
                said = {"verdict": VERDICTS[verdict.outcome], "gate": verdict.gate, "families": list(verdict.families)}
            except BrokenRow as reason:
                said = {"verdict": "hold", "gate": "broken", "families": []}
                self.stderr.write(f"row {number}: {reason}")
            except (
                Exception
            ) as error:  # Whatever broke, the answer must not be "pass", and the other rows are still to be judged.
                said = {"verdict": "hold", "gate": "broken", "families": []}
                self.stderr.write(f"row {number}: the gate itself failed ({type(error).__name__})")
            yield row, {"id": row.get("id") or str(number), **said, "ms": round(1000 * (time.perf_counter() - started), 1)}


def rows_of(name):
    """Yield (row by column, what is wrong with it or "") of the file; CommandError where it is no such file at all."""
    csv.field_size_limit(LONGEST_FIELD)
    try:
        # Bytes that are not UTF-8 spoil their own row, not the file.
        with open(0 if name == "-" else name, encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
            reader = csv.reader(stream, dialect="excel-tab")
            columns = columns_of(name, reader)
            while True:
                try:
                    fields = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield {}, str(error)
                    continue
                if fields:
                    yield dict(zip(columns, fields, strict=False)), fault_of(fields, columns)
    except OSError as error:
        raise CommandError(f"{name}: {error.strerror}") from error


def columns_of(name, reader):
    """Return the names in the first line, in small letters; CommandError without one called "prompt"."""
    try:
        columns = [column.strip().casefold() for column in next(reader)]
    except StopIteration:
        raise CommandError(f'{name} is empty: its first line must name the columns, one of them "prompt".') from None
    except csv.Error as error:
        raise CommandError(f"{name}: the first line cannot be read ({error}).") from error
    if "prompt" not in columns:
        found = ", ".join(columns)[:200].encode("ascii", "backslashreplace").decode() or "nothing"
        raise CommandError(f'{name}: no column is called "prompt" (found: {found}). Are its fields parted by tabs, in UTF-8?')
    return columns


def fault_of(fields, columns):
    """Return why a row is not what it was meant to be, or ""."""
    if len(fields) <= columns.index("prompt"):
        return "it ends before the prompt"
    if any(fields[len(columns) :]):
        return "it has more fields than there are columns: is there a tab in the prompt?"
    return ""


def prompt_of(row):
    prompt = row["prompt"]
    if any("\ud800" <= letter <= "\udfff" for letter in prompt):
        raise BrokenRow("the prompt is not UTF-8")
    return prompt


def lines_of(shares):
    """Return a table: for each label and language how many rows there were, and the share of each verdict."""
    yield f"{'label':20}{'lang':6}{'rows':>7}" + "".join(f"{word:>9}" for word in WORDS) + f"{'stopped':>9}"
    for (label, language), counts in sorted(shares.items()):
        rows = counts.total()
        cells = "".join(f"{counts[word] / rows:>9.1%}" for word in WORDS)
        yield f"{label[:19]:20}{language[:5]:6}{rows:>7}{cells}{(rows - counts['pass']) / rows:>9.1%}"


__all__ = ["Command"]
