"""The staff room's view of the school: people and classes are edited here, work and grades are read."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from gallery.admin import EVENT_SUBJECTS, EVENT_WORDS, PictureAdmin
from gallery.admin_money import money
from gallery.admin_parts import AnyCaseSearch, KeptAdmin, ReadOnlyAdmin, ReadOnlyInline
from gallery.models import Picture

from .admin_care import HelpTextInline
from .admin_words import FamilyLevelInline
from .models import (
    Allowance,
    Assignment,
    Classroom,
    Criterion,
    CriterionGrade,
    Enrollment,
    Grade,
    GradeChange,
    Level,
    Rubric,
    School,
    Student,
    Submission,
    Teacher,
    User,
    Version,
)
from .shown import shown_work

EVENT_WORDS.update(
    {
        "assignment.saved": _("assignment: saved"),
        "allowance.saved": _("class: limits of the day changed"),
        "submission.handed_in": _("work: handed in"),
        "grades.released": _("grades: released"),
        "grades.exported": _("grades: exported"),
        "classroom.door": _("class: door or code changed"),
        "enrollment.let_in": _("student: let in"),
        "enrollment.unlocked": _("student: unlocked"),
        "enrollment.pin_reset": _("student: PIN taken back"),
        "enrollment.removed": _("student: removed from the class"),
        "demo.loaded": _("demo class: loaded"),
    }
)


EVENT_SUBJECTS.update(
    {
        "assignment": (Assignment, "pk"),
        "classroom": (Classroom, "pk"),
        "enrollment": (Enrollment, "pk"),
        "grade": (Grade, "pk"),
        "lane": (Classroom, "lane"),
    }
)


@admin.register(School)
class SchoolAdmin(KeptAdmin):
    list_display = ["name", "country", "time_zone", "language"]
    search_fields = ["name"]
    inlines = [HelpTextInline, FamilyLevelInline]


class TeacherInline(admin.TabularInline):
    model = Teacher
    extra = 0
    fields = ["school"]


@admin.register(User)
class PersonAdmin(AnyCaseSearch, UserAdmin):
    list_display = ["username", "display_name", "email", "is_active", "is_staff", "last_login"]
    search_fields = ["username", "display_name", "email"]
    inlines = [TeacherInline]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["display_name", "first_name", "last_name", "email", "language", "theme"]}),
        (_("Permissions"), {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["last_login", "date_joined"]

    def get_readonly_fields(self, request, obj=None):
        """Leave it to superusers to say what somebody may do."""
        fields = super().get_readonly_fields(request, obj)
        return fields if request.user.is_superuser else [*fields, "is_staff", "is_superuser", "groups", "user_permissions"]

    def has_change_permission(self, request, obj=None):
        """Keep other staff from everybody but superusers: who sets somebody's password or e-mail can become them."""
        is_above = obj is not None and obj != request.user and (obj.is_staff or obj.is_superuser)
        return super().has_change_permission(request, obj) and (request.user.is_superuser or not is_above)

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Student)
class StudentAdmin(ReadOnlyAdmin):
    fields = ["display_name", "username", "is_active", "language", "last_login", "date_joined"]
    list_display = ["display_name", "username", "is_active", "last_login"]
    list_filter = ["is_active", "enrollments__classroom"]
    search_fields = ["display_name", "username"]

    def get_queryset(self, request):
        return super().get_queryset(request).filter(enrollments__isnull=False).distinct()


@admin.register(Teacher)
class TeacherAdmin(KeptAdmin):
    list_display = ["user", "school", "created_at"]
    list_filter = ["school"]
    list_select_related = ["user", "school"]
    autocomplete_fields = ["user", "school"]
    search_fields = ["user__username", "user__display_name", "user__email"]


class EnrollmentInline(ReadOnlyInline):
    model = Enrollment
    fields = ["alias", "student", "claimed_at", "approved_at", "removed_at", "pin_failures", "pin_locked_at"]
    readonly_fields = fields


@admin.register(Classroom)
class ClassroomAdmin(KeptAdmin):
    list_display = ["name", "school", "subject", "is_open", "archived_at"]
    list_filter = ["school", "is_open", "archived_at"]
    list_select_related = ["school"]
    search_fields = ["name", "subject"]
    autocomplete_fields = ["school", "teachers", "purse"]
    readonly_fields = ["join_code"]
    inlines = [EnrollmentInline]


@admin.register(Enrollment)
class EnrollmentAdmin(ReadOnlyAdmin):
    list_display = ["alias", "classroom", "claimed_at", "approved_at", "removed_at", "pin_failures", "pin_locked_at"]
    list_filter = ["classroom", "approved_at", "removed_at", "pin_locked_at"]
    list_select_related = ["classroom"]
    search_fields = ["alias"]
    actions = ["unlock"]

    def has_unlock_permission(self, request):
        return request.user.has_perm("assignments.change_enrollment")

    @admin.action(description=_("Unlock: forget wrong PINs"), permissions=["unlock"])
    def unlock(self, request, queryset):
        for enrollment in queryset:
            enrollment.unlock(request.user)


@admin.register(Assignment)
class AssignmentAdmin(KeptAdmin):
    list_display = ["title", "classroom", "language", "due_at", "published_at", "max_tries", "max_pictures"]
    list_filter = ["classroom", "language", "published_at", "due_at"]
    list_select_related = ["classroom"]
    search_fields = ["title", "brief"]
    date_hierarchy = "created_at"
    readonly_fields = ["classroom", "rubric", "created_by", "created_at"]

    def has_add_permission(self, request):
        return False  # an assignment is born with a rubric and a meta prompt of its own, on the site


class CriterionInline(ReadOnlyInline):
    model = Criterion
    fields = ["title", "position"]
    readonly_fields = fields


class LevelInline(ReadOnlyInline):
    model = Level
    fields = ["points", "title"]
    readonly_fields = fields


admin.site.unregister(Picture)


@admin.register(Picture)
class SchoolPictureAdmin(PictureAdmin):
    """Adds to each picture whose it is, of which class, for which assignment: the gallery knows no schools."""

    list_display = ["thumb", "prompt_short", "student", "place", "status", "reviewed", "engine", "queued_at"]
    list_filter = [
        *PictureAdmin.list_filter[:1],
        "generation__trail__submission__assignment__classroom",
        "generation__trail__submission__assignment",
        *PictureAdmin.list_filter[1:],
    ]
    list_select_related = ["engine", "generation__trail__owner", "generation__trail__submission__assignment__classroom"]
    search_fields = [*PictureAdmin.search_fields, "generation__trail__owner__display_name"]
    search_help_text = _("Searches in prompts and names; an id finds one picture.")
    readonly_fields = [*PictureAdmin.readonly_fields, "student", "place"]
    fieldsets = [(None, {"fields": ["preview", "student", "place", "review_links"]}), *PictureAdmin.fieldsets[1:]]

    @admin.display(description=_("student"), ordering="generation__trail__owner__display_name")
    def student(self, picture):
        return picture.generation.trail.owner

    @admin.display(description=_("class and assignment"))
    def place(self, picture):
        work = getattr(picture.generation.trail, "submission", None)
        return f"{work.assignment.classroom} · {work.assignment}" if work else "—"


@admin.register(Rubric)
class RubricAdmin(ReadOnlyAdmin):
    list_display = ["title", "language", "created_at"]
    search_fields = ["title"]
    inlines = [CriterionInline]


@admin.register(Criterion)
class CriterionAdmin(ReadOnlyAdmin):
    list_display = ["title", "rubric", "position"]
    list_select_related = ["rubric"]
    search_fields = ["title"]
    inlines = [LevelInline]


@admin.register(Level)
class LevelAdmin(ReadOnlyAdmin):
    list_display = ["criterion", "points", "title"]
    list_select_related = ["criterion"]


class VersionInline(ReadOnlyInline):
    model = Version
    fields = ["number", "title", "alt_text", "reason", "is_late", "created_at"]
    readonly_fields = fields


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    list_display = ["thumb", "student", "assignment", "submitted_at"]
    list_filter = ["assignment__classroom", "assignment", "submitted_at"]
    list_select_related = ["student", "assignment"]
    search_fields = ["student__display_name", "student__username", "assignment__title"]
    date_hierarchy = "submitted_at"
    inlines = [VersionInline]

    def get_queryset(self, request):
        return super().get_queryset(request).with_pictures()

    @admin.display(description=_("picture"))
    def thumb(self, submission):
        view = shown_work(submission, for_teacher=True)
        if view is None:
            return "—"
        return format_html(
            '<img src="{}" width="96" height="{}" alt="{}" loading="lazy">',
            view.thumb_url,
            str(round(96 * view.height / view.width)) if view.width else "96",
            view.alt,
        )


@admin.register(Version)
class VersionAdmin(ReadOnlyAdmin):
    list_display = ["student", "number", "title", "is_late", "created_at"]
    list_filter = ["is_late", "created_at"]
    list_select_related = ["submission__student"]
    search_fields = ["title", "submission__student__display_name"]

    @admin.display(description=_("student"), ordering="submission__student__display_name")
    def student(self, version):
        return version.submission.student


class CriterionGradeInline(ReadOnlyInline):
    model = CriterionGrade
    fields = ["criterion", "points"]
    readonly_fields = fields


class GradeChangeInline(ReadOnlyInline):
    model = GradeChange
    fields = ["created_at", "changed_by", "before", "after"]
    readonly_fields = fields


@admin.register(Grade)
class GradeAdmin(ReadOnlyAdmin):
    list_display = ["student", "assignment", "points", "graded_by", "graded_at", "released_at"]
    list_filter = ["released_at", "graded_at", "submission__assignment__classroom", "submission__assignment"]
    list_select_related = ["submission__student", "submission__assignment", "graded_by"]
    search_fields = ["submission__student__display_name", "submission__student__username", "submission__assignment__title"]
    inlines = [CriterionGradeInline, GradeChangeInline]
    readonly_fields = ["student", "assignment"]
    fields = ["student", "assignment", "points", "feedback", "graded_by", "graded_at", "released_at"]

    @admin.display(description=_("student"), ordering="submission__student__display_name")
    def student(self, grade):
        return grade.submission.student

    @admin.display(description=_("assignment"), ordering="submission__assignment__title")
    def assignment(self, grade):
        return grade.submission.assignment


@admin.register(CriterionGrade)
class CriterionGradeAdmin(ReadOnlyAdmin):
    list_display = ["grade", "criterion", "points"]
    list_select_related = ["grade", "criterion"]


@admin.register(GradeChange)
class GradeChangeAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "grade", "changed_by"]
    list_select_related = ["grade", "changed_by"]


@admin.register(Allowance)
class AllowanceAdmin(ReadOnlyAdmin):
    """Shows the limits that teachers set on their own pages."""

    fields = ["classroom", "assignment", "per", "period", "pictures", "dollars"]
    list_display = fields
    list_filter = ["per", "period", "classroom"]
    list_select_related = ["classroom", "assignment"]

    dollars = money("micros", _("money, $"))
