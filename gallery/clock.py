"""The database's clock: no decision about leases, pace or turns uses the clock of a worker."""

from datetime import timedelta

from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now


def from_now(seconds):
    """Return the expression "``seconds`` from now" (may be negative), counted by the database."""
    return ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=DateTimeField())
