"""Pictures in the staff room: the contact sheet on which reviewers decide, what a gate holds before everything else."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import ValidationError
from django.db.models import Case, When
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .admin_money import money
from .admin_parts import ReadOnlyAdmin, ReadOnlyInline, WordsFilter, small_picture
from .models import Call, Picture, Review
from .shown import FOR_TEACHERS, HELD_WORDS, REASON_WORDS, WHY_HELD, shown


class ReviewInline(ReadOnlyInline):
    model = Review
    fields = ["asked_by", "decision", "reason", "note", "decided_by", "decided_at"]
    readonly_fields = fields

    @admin.display(description=_("who asked for a person"), ordering="opened_by")
    def asked_by(self, review):
        return HELD_WORDS.get(review.opened_by, review.opened_by) or "—"


class CallInline(ReadOnlyInline):
    model = Call
    fields = ["number", "state", "http_status", "code", "cost", "started_at", "ended_at"]
    readonly_fields = fields

    cost = money("micros", _("cost, $"))


class ReviewState(admin.SimpleListFilter):
    title = _("review")
    parameter_name = "review"

    def lookups(self, request, model_admin):
        held = ("held", _("Held by a gate"))
        return [held, ("waiting", _("Not looked at")), ("approved", _("Approved")), ("hidden", _("Hidden"))]

    def queryset(self, request, queryset):
        if self.value() == "waiting":
            return queryset.not_looked_at()
        if self.value() == "held":
            return queryset.in_review()
        dates = {"approved": "approved_at", "hidden": "hidden_at"}
        return queryset.exclude(**{dates[self.value()]: None}) if self.value() in dates else queryset


class Reason(WordsFilter):
    title = _("why it ended so")
    parameter_name = "reason"
    words = REASON_WORDS | HELD_WORDS


class HideForm(forms.Form):
    """Why pictures are hidden; asked on a page of its own."""

    reason = forms.ChoiceField(label=_("Reason"), choices=[("", _("Choose a reason")), *Review.Reason.choices])
    note = forms.CharField(label=_("Note for colleagues"), max_length=200, required=False)


REVIEW_DATES = ["held_at", "approved_at", "hidden_at"]
#: A gate's questions stand before everything else.
HELD_FIRST = Case(When(held_at__isnull=False, hidden_at=None, then=0), default=1).asc()


@admin.register(Picture)
class PictureAdmin(ReadOnlyAdmin):
    list_display = ["thumb", "prompt_short", "status", "reviewed", "engine", "queued_at"]
    list_filter = [ReviewState, "status", "engine", Reason, "queued_at"]
    list_select_related = ["generation", "engine"]
    search_fields = ["generation__prompt", "=public_id"]
    search_help_text = _("Searches in prompts; an id finds one picture.")
    date_hierarchy = "queued_at"
    ordering = [HELD_FIRST, "-pk"]
    list_per_page = 48
    actions = ["approve", "hide"]
    inlines = [ReviewInline, CallInline]
    readonly_fields = ["preview", "prompt", "sent", "review_links", "why"]
    fieldsets = [
        (None, {"fields": ["preview", "review_links"]}),
        (_("Prompt and review"), {"fields": ["prompt", "sent", "status", "why", "detail", *REVIEW_DATES]}),
        (
            _("Drawing"),
            {"fields": ["engine", "seed", "understood", "missed", "revised_prompt", "failures", "worker", "lease_until"]},
        ),
        (_("File"), {"fields": ["width", "height", "bytes", "sha256"]}),
        (_("Times"), {"fields": ["queued_at", "drawing_at", "ended_at"]}),
    ]

    @admin.display(description=_("picture"))
    def thumb(self, picture):
        return small_picture(picture)

    @admin.display(description=_("picture"))
    def preview(self, picture):
        if not picture.is_ready:
            return "—"
        view = shown(picture, for_teacher=True)
        image = format_html(
            '<img src="{}" width="{}" height="{}" alt="{}">',
            view.large_url,
            str(min(960, view.width)),
            str(round(min(960, view.width) * view.height / view.width)),
            view.alt,
        )
        if view.is_held:
            tick = '<div class="e4a-held"><input class="veil" type="checkbox" id="veil"><label for="veil">{}</label>{}</div>'
            return format_html(tick, _("Show this picture"), image)
        return format_html('<a href="{}">{}</a>', view.full_url, image)

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
        if picture.is_held:
            return HELD_WORDS.get(picture.reason, picture.reason)
        if picture.hidden_at:
            return _("hidden")
        if picture.approved_at:
            return _("approved")
        return _("not looked at") if picture.is_ready else "—"

    @admin.display(description=_("why"))
    def why(self, picture):
        return (FOR_TEACHERS | WHY_HELD).get(picture.reason, picture.reason) or "—"

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


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ["opened_at", "thumb", "asked_by", "decision", "reason", "note", "decided_by", "decided_at"]
    readonly_fields = ["asked_by"]
    exclude = ["opened_by"]
    list_filter = ["decision", "reason", "decided_at"]
    list_select_related = ["picture__generation", "decided_by"]

    asked_by = ReviewInline.asked_by

    @admin.display(description=_("picture"))
    def thumb(self, review):
        return small_picture(review.picture, 96)
