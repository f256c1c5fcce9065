from django.contrib.admin.apps import AdminConfig


class StaffRoomConfig(AdminConfig):
    """Puts the staff room where Django's own admin site would be."""

    default_site = "edu4all.admin.StaffRoom"
