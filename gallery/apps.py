from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GalleryConfig(AppConfig):
    """Making and showing pictures."""

    name = "gallery"
    verbose_name = _("Gallery")

    def ready(self):
        import_module("gallery.checks")
