from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.translation import gettext_lazy as _


class AssignmentsConfig(AppConfig):
    """The school."""

    name = "assignments"
    verbose_name = _("School")

    def ready(self):
        """Let `manage.py check` know our checks."""
        from . import checks  # needs models, which load after this module

        register(checks.no_demo_in_production, Tags.security, deploy=True)
