"""The staff room's view of the gallery: facts are read-only, reviewers decide on pictures, admins look after engines."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .models import Call, Engine, Event, Generation, LedgerEntry, MetaPrompt, Picture, Purse, Review, Trail
from .shown import FOR_TEACHERS, shown


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows facts: nothing is added, changed or deleted by hand."""

    show_facets = admin.ShowFacets.ALLOW

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class ReadOnlyInline(admin.TabularInline):
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class ReviewInline(ReadOnlyInline):
    model = Review
    fields = ["decision", "reason", "note", "decided_by", "decided_at"]
    readonly_fields = fields


class CallInline(ReadOnlyInline):
    model = Call
    fields = ["number", "state", "http_status", "code", "micros", "started_at", "ended_at"]
    readonly_fields = fields


class PictureInline(ReadOnlyInline):
    model = Picture
    fields = ["position", "status", "reason", "failures", "queued_at", "ended_at"]
    readonly_fields = fields


class ReviewState(admin.SimpleListFilter):
    title = _("review")
    parameter_name = "review"

    def lookups(self, request, model_admin):
        return [("waiting", _("Not looked at")), ("approved", _("Approved")), ("hidden", _("Hidden"))]

    def queryset(self, request, queryset):
        if self.value() == "waiting":
            return queryset.not_looked_at()
        dates = {"approved": "approved_at", "hidden": "hidden_at"}
        return queryset.exclude(**{dates[self.value()]: None}) if self.value() in dates else queryset


class Reason(admin.SimpleListFilter):
    title = _("why it ended so")
    parameter_name = "reason"

    def lookups(self, request, model_admin):
        return [(reason, reason) for reason in FOR_TEACHERS]

    def queryset(self, request, queryset):
        return queryset.filter(reason=self.value()) if self.value() else queryset


class HideForm(forms.Form):
    """Why pictures are hidden; asked on a page of its own."""

    reason = forms.ChoiceField(label=_("Reason"), choices=Review.Reason.choices)
    note = forms.CharField(label=_("Note for colleagues"), max_length=200, required=False)


@admin.register(Picture)
class PictureAdmin(ReadOnlyAdmin):
    list_display = ["thumb", "prompt_short", "status", "reviewed", "engine", "queued_at"]
    list_filter = [ReviewState, "status", "engine", Reason, "queued_at"]
    list_select_related = ["generation", "engine"]
    search_fields = ["generation__prompt", "=public_id"]
    search_help_text = _("Searches in prompts; an id finds one picture.")
    date_hierarchy = "queued_at"
    ordering = ["-pk"]
    list_per_page = 48
    actions = ["approve", "hide"]
    inlines = [ReviewInline, CallInline]
    readonly_fields = ["preview", "prompt", "sent", "review_links"]
    fieldsets = [
        (
            None,
            {"fields": ["preview", "review_links", "prompt", "sent", "status", "reason", "detail", "approved_at", "hidden_at"]},
        ),
        (
            _("Drawing"),
            {"fields": ["engine", "seed", "understood", "missed", "revised_prompt", "failures", "worker", "lease_until"]},
        ),
        (_("File"), {"fields": ["width", "height", "bytes", "sha256"]}),
        (_("Times"), {"fields": ["queued_at", "drawing_at", "ended_at"]}),
    ]

    @admin.display(description=_("picture"))
    def thumb(self, picture):
        if not picture.is_ready:
            return picture.get_status_display()
        view = shown(picture, for_teacher=True)
        return format_html(
            '<img src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
            view.thumb_url,
            str(view.thumb_width),
            str(view.thumb_height),
            view.alt,
        )

    @admin.display(description=_("picture"))
    def preview(self, picture):
        if not picture.is_ready:
            return "—"
        view = shown(picture, for_teacher=True)
        return format_html(
            '<a href="{}"><img src="{}" width="{}" height="{}" alt="{}"></a>',
            view.full_url,
            view.large_url,
            str(min(960, view.width)),
            str(round(min(960, view.width) * view.height / view.width)),
            view.alt,
        )

    @admin.display(description=_("prompt"), ordering="generation__prompt")
    def prompt_short(self, picture):
        prompt = picture.generation.prompt
        return prompt if len(prompt) <= 80 else f"{prompt[:79]}…"

    @admin.display(description=_("prompt"))
    def prompt(self, picture):
        return picture.generation.prompt

    @admin.display(description=_("what was sent"))
    def sent(self, picture):
        return "".join(text for _source, text in picture.generation.parts)

    @admin.display(description=_("review"))
    def reviewed(self, picture):
        if picture.hidden_at:
            return _("hidden")
        return _("approved") if picture.approved_at else "—"

    @admin.display(description=_("decide"))
    def review_links(self, picture):
        if not picture.is_ready:
            return "—"
        changelist = reverse("admin:gallery_picture_changelist")
        return format_html(
            '<a href="{}?public_id={}">{}</a>', changelist, picture.public_id, _("Approve or hide it in the list")
        )

    def has_review_permission(self, request):
        return request.user.has_perm("gallery.change_picture")

    @admin.action(description=_("Approve: classmates may see them"), permissions=["review"])
    def approve(self, request, queryset):
        self._decide(request, queryset, lambda picture: picture.approve(request.user))

    @admin.action(description=_("Hide with a reason…"), permissions=["review"])
    def hide(self, request, queryset):
        """Ask for the reason on a page of its own, then hide."""
        form = HideForm(request.POST if "confirmed" in request.POST else None)
        if form.is_valid():
            self._decide(request, queryset, lambda picture: picture.hide(request.user, **form.cleaned_data))
            return HttpResponseRedirect(request.get_full_path())
        context = self.admin_site.each_context(request) | {
            "title": _("Hide pictures"),
            "form": form,
            "pictures": [shown(picture, for_teacher=True) for picture in queryset.select_related("generation", "engine")],
            "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "checkbox": ACTION_CHECKBOX_NAME,
            "opts": self.model._meta,
        }
        return TemplateResponse(request, "admin/gallery/picture_hide.html", context)

    def _decide(self, request, queryset, decide):
        done = 0
        for picture in queryset.select_related("generation__trail"):
            try:
                decide(picture)
                done += 1
            except ValidationError as error:
                self.message_user(request, f"{picture}: {error.messages[0]}", messages.WARNING)
        said = ngettext("%(count)d picture decided.", "%(count)d pictures decided.", done) % {"count": done}
        self.message_user(request, said, messages.SUCCESS if done else messages.WARNING)


@admin.register(Engine)
class EngineAdmin(admin.ModelAdmin):
    list_display = ["title", "provider", "model", "is_default", "is_enabled", "state", "images_per_minute", "concurrent_calls"]
    list_filter = ["provider", "is_enabled"]
    search_fields = ["name", "title", "model"]
    actions = ["try_again", "draw_by_default"]
    readonly_fields = ["from_environment", "is_default", "circuit_opened_at", "circuit_kind", "circuit_detail", "next_free_at"]

    @admin.display(description=_("state"))
    def state(self, engine):
        return engine.circuit_kind if engine.is_stopped else _("draws") if engine.is_enabled else _("off")

    @admin.action(description=_("Try again: close the circuit"), permissions=["change"])
    def try_again(self, request, queryset):
        for engine in queryset:
            engine.close_circuit(actor=request.user)

    @admin.action(description=_("Let the first chosen one draw by default"), permissions=["change"])
    def draw_by_default(self, request, queryset):
        engine = queryset.usable().first()
        if engine:
            engine.make_default()

    def has_delete_permission(self, request, obj=None):
        return False  # its pictures and calls must keep their engine; switch it off instead


@admin.register(MetaPrompt)
class MetaPromptAdmin(admin.ModelAdmin):
    """Versions are added, never changed: an old try keeps what it was sent."""

    list_display = ["key", "language", "version", "created_by", "created_at"]
    list_filter = ["language", "created_at"]
    search_fields = ["key", "text"]
    fields = ["key", "language", "text"]

    def save_model(self, request, obj, form, change):
        written = MetaPrompt.objects.write(obj.key, obj.language, obj.text, request.user)
        obj.pk, obj.version = written.pk, written.version

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Purse)
class PurseAdmin(admin.ModelAdmin):
    list_display = [
        "title",
        "parent",
        "pictures_allowed",
        "pictures_reserved",
        "pictures_spent",
        "micros_allowed",
        "micros_spent",
    ]
    search_fields = ["title"]
    readonly_fields = ["pictures_reserved", "pictures_spent", "micros_reserved", "micros_spent"]

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnlyAdmin):
    list_display = [
        "created_at",
        "purse",
        "picture",
        "kind",
        "pictures_reserved",
        "pictures_spent",
        "micros_reserved",
        "micros_spent",
    ]
    list_filter = ["kind", "purse", "created_at"]
    list_select_related = ["purse", "picture"]


@admin.register(Trail)
class TrailAdmin(ReadOnlyAdmin):
    list_display = ["public_id", "owner", "purse", "created_at"]
    list_select_related = ["owner", "purse"]
    search_fields = ["=public_id", "owner__username", "owner__display_name"]
    date_hierarchy = "created_at"


@admin.register(Generation)
class GenerationAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "prompt_short", "language", "engine", "gate", "number"]
    list_filter = ["gate", "language", "kind", "engine", "created_at"]
    list_select_related = ["engine"]
    search_fields = ["prompt", "=public_id"]
    date_hierarchy = "created_at"
    inlines = [PictureInline]

    @admin.display(description=_("prompt"))
    def prompt_short(self, generation):
        return generation.prompt if len(generation.prompt) <= 80 else f"{generation.prompt[:79]}…"


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "engine", "picture", "number", "state", "http_status", "code", "micros", "request_id"]
    list_filter = ["state", "engine", "http_status", "started_at"]
    list_select_related = ["engine", "picture"]
    search_fields = ["=request_id", "=picture__public_id"]
    date_hierarchy = "started_at"


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ["opened_at", "picture", "decision", "reason", "decided_by", "decided_at"]
    list_filter = ["decision", "reason", "decided_at"]
    list_select_related = ["picture", "decided_by"]


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "verb", "subject", "actor", "reason"]
    list_filter = ["verb", "created_at"]
    list_select_related = ["actor", "picture", "trail"]
    search_fields = ["verb", "=subject", "reason"]
    date_hierarchy = "created_at"
