"""What must hold between settings, told by `manage.py check` before anything is served."""

from django.conf import settings
from django.core.checks import Error, register

from gallery.providers.base import FETCH_SECONDS


@register()
def lease_outlives_call(app_configs, **kwargs):
    """A claim must outlive the longest call that can be made under it, or good answers would count as lost."""
    longest = settings.PROVIDER_DEADLINE + FETCH_SECONDS
    if settings.LEASE_SECONDS > longest:
        return []
    return [
        Error(
            f"LEASE_SECONDS must be more than {longest:.0f}: PROVIDER_DEADLINE and {FETCH_SECONDS} seconds to fetch an answer.",
            id="gallery.E001",
        )
    ]
