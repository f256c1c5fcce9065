from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.utils.translation import gettext_lazy as _


class StaffRoomConfig(AdminConfig):
    default_site = "edu4all.admin.StaffRoom"


class StaffRoom(AdminSite):
    """The Django admin, where reviewers watch over content and admins over people and engines."""

    site_header = _("Edu4All · Staff room")
    site_title = _("Edu4All")
    index_title = _("What needs a look")
