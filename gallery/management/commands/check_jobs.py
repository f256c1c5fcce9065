from django.core.management import BaseCommand
from django.db.models import Model

from gallery.invariants import INVARIANTS

SHOWN = 20


class Command(BaseCommand):
    """Checks what must never be false of pictures, calls and purses; lists what breaks it and exits with 1 if anything does."""

    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--grace", type=float, default=60, help="Seconds that the sweep may take to put things right (default 60)."
        )
        parser.add_argument("--no-files", action="store_true", help="Do not read the stored files: quicker on a big site.")

    def handle(self, *, grace, no_files, **options):
        failed = 0
        for invariant in INVARIANTS:
            if invariant.reads_files and no_files:
                continue
            broken = [name_of(row) for row in invariant.broken_by(grace)]
            failed += bool(broken)
            if broken:
                self.stdout.write(f"{invariant.number} FAILED ({len(broken)}): {invariant.sentence}")
                self.stdout.writelines(f"   {line}" for line in broken[:SHOWN])
                if len(broken) > SHOWN:
                    self.stdout.write(f"   and {len(broken) - SHOWN} more")
            elif options["verbosity"] > 1:
                self.stdout.write(f"{invariant.number} holds: {invariant.sentence}")
        if failed:
            raise SystemExit(1)
        if options["verbosity"] > 0:
            self.stdout.write(f"{len(INVARIANTS)} promises kept.")


def name_of(row):
    """Return how an operator finds what breaks a promise: kind and id of a row, or the sentence that was given."""
    return f"{row._meta.model_name} {row.pk}" if isinstance(row, Model) else str(row)
