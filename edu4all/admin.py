from django.contrib.admin import AdminSite
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from gallery.models import Engine, Picture
from gallery.shown import ENGINE_FAULTS


class StaffRoom(AdminSite):
    """The Django admin, where reviewers watch over content and admins over people and engines."""

    site_header = _("Edu4All · Staff room")
    site_title = _("Edu4All")
    index_title = _("What needs a look")

    def index(self, request, extra_context=None):
        """Show first what waits for a person: pictures nobody looked at, engines that stopped."""
        context = {"waiting": [], "troubled": []}
        if request.user.has_perm("gallery.view_picture"):
            pictures = reverse("admin:gallery_picture_changelist")
            context["waiting"] = [
                (_("Pictures held by a gate"), Picture.objects.in_review().count(), f"{pictures}?review=held"),
                (_("Pictures not looked at"), Picture.objects.not_looked_at().count(), f"{pictures}?review=waiting"),
                (_("Pictures hidden"), Picture.objects.exclude(hidden_at=None).count(), f"{pictures}?review=hidden"),
                (
                    _("Pictures that failed"),
                    Picture.objects.filter(status="failed").count(),
                    f"{pictures}?status__exact=failed",
                ),
            ]
        if request.user.has_perm("gallery.view_engine"):
            context["troubled"] = [
                (engine, ENGINE_FAULTS.get(engine.circuit_kind, engine.circuit_kind)) for engine in Engine.objects.troubled()
            ]
        return super().index(request, context | (extra_context or {}))
