from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AssignmentsConfig(AppConfig):
    """The school."""

    name = "assignments"
    verbose_name = _("School")

    def ready(self):
        import_module("assignments.checks")
