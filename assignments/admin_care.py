"""The staff room and children in need: each school's own help texts; calls for help, for superusers alone."""

from django.contrib import admin

from gallery.admin_parts import ReadOnlyAdmin

from .models import CareNote, HelpText


class HelpTextInline(admin.StackedInline):
    model = HelpText
    extra = 0
    fields = ["language", "text"]


@admin.register(CareNote)
class CareNoteAdmin(ReadOnlyAdmin):
    """Shows calls for help. No permission of a group opens it: reviewers and other staff are none of a child's teachers."""

    fields = ["student", "assignment", "level", "where", "words", "created_at", "seen_at", "seen_by", "done"]
    list_display = ["created_at", "student", "assignment", "level", "seen_at", "seen_by"]
    list_filter = ["level", "seen_at", "assignment__classroom"]
    list_select_related = ["student", "assignment", "seen_by"]
    search_fields = ["student__display_name"]

    def has_view_permission(self, request, obj=None):
        return request.user.is_active and request.user.is_superuser

    def has_module_permission(self, request):
        return self.has_view_permission(request)
