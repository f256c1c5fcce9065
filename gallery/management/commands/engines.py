from datetime import date

from django.core.management import BaseCommand

from gallery import engines
from gallery.models import Engine
from gallery.providers.base import ProviderError
from gallery.providers.lifetimes import CHECKED_ON, is_retired, listed_models, shutdown_date

#: Days before a model's end at which the command begins to fail, so that a daily job tells somebody in time.
WARN_DAYS = 30


class Command(BaseCommand):
    """Lists the engines, whether they draw, and when their models end; fails where one has ended or will within 30 days."""

    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--ask", action="store_true", help="Ask each service for its list of models (free of charge).")

    def handle(self, *, ask, **options):
        today = date.today()
        self.stdout.write(f"Known ends of models were last checked on {CHECKED_ON}.")
        worries = [self.report(engine, today, ask) for engine in Engine.objects.all()]
        if any(worries):
            raise SystemExit(1)

    def report(self, engine, today, ask):
        """Print one engine; return whether somebody should act."""
        end, said = shutdown_date(engine.model, engine.provider), ""
        if ask and not engine.is_sketch:
            end, said = self.asked(engine, end)
        state = f"stopped ({engine.circuit_kind})" if engine.is_stopped else "draws" if engine.is_enabled else "off"
        ending = f"ends on {end}" if end else "no end known"
        if is_retired(engine.model, today, engine.provider):
            ending = f"ENDED on {end}"
        mark = "*" if engine.is_default else " "
        self.stdout.write(f"{mark} {engine.name:12} {engine.provider:8} {engine.model or '-':28} {state:18} {ending}{said}")
        is_ending = end is not None and (end - today).days <= WARN_DAYS
        return engine.is_enabled and (engine.is_stopped or is_ending)

    def asked(self, engine, end):
        """Return the end of the engine's model as its service tells it, and what to add to the line."""
        try:
            models = listed_models(engines.service_of(engine))
        except ProviderError as error:
            return end, f"; the service did not list its models ({error.detail})"
        if engine.model not in models:
            return end, "; NOT in the service's list of models"
        return models[engine.model] or end, "; listed by the service"
