"""What `manage.py check --deploy` asks of the school's rows."""

from django.conf import settings
from django.core.checks import Error, Tags, register
from django.db import DatabaseError

from . import demo


@register(Tags.security, deploy=True)
def no_demo_in_production(app_configs, **kwargs):
    """Fail while a demo user, whose password stood on somebody's screen, could sign in to a server."""
    if settings.IS_LOCAL:
        return []
    try:
        active = demo.users().filter(is_active=True).count()
    except DatabaseError:
        return []  # no database or no tables yet: nobody to sign in either
    hint = "`manage.py prepare` makes them inactive."
    return [Error(f"{active} users of the demo class can sign in.", hint=hint, id="edu4all.E001")] if active else []
