"""The staff room's view of the gallery: facts are read-only, reviewers decide on pictures, admins look after engines."""

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

from .admin_money import PriceInline, TokenPriceInline, money
from .admin_parts import (
    GATE_WORDS,
    AnyCaseSearch,
    KeptAdmin,
    ReadOnlyAdmin,
    ReadOnlyInline,
    WordsFilter,
    link_to,
    reason_words,
    small_picture,
    words_of,
)
from .models import (
    Call,
    Engine,
    Event,
    Generation,
    MetaPrompt,
    Picture,
    Price,
    Purse,
    Review,
    Trail,
)
from .prompts import SIZES
from .shown import ENGINE_FAULTS, FOR_TEACHERS, HELD_WORDS, REASON_WORDS, WHY_HELD, shown

#: What events say in words. Apps above add their own.
EVENT_WORDS = {
    "picture.queued": _("picture: asked for"),
    "picture.drawing": _("picture: drawing began"),
    "picture.requeued": _("picture: put back in line"),
    "picture.ready": _("picture: ready"),
    "picture.refused": _("picture: refused by the service"),
    "picture.failed": _("picture: could not be drawn"),
    "picture.cancelled": _("picture: taken out of the line"),
    "picture.held": _("picture: held until an adult has looked"),
    "words.hold": _("prompt: the moderation doubts it"),
    "words.silent": _("prompt: the moderation could not judge it"),
    "picture.approve": _("picture: approved"),
    "picture.hide": _("picture: hidden"),
    "generation.refused": _("prompt: refused by the gate"),
    "engine.stopped": _("engine: stopped"),
    "engine.resumed": _("engine: draws again"),
    "engine.pace": _("engine: asked at another pace"),
    "picture.to_front": _("picture: moved to the front of the line"),
    "lane.paused": _("line: paused"),
    "lane.paused_over": _("line: goes on"),
    "lane.finals_only": _("line: only final pictures"),
    "lane.finals_only_over": _("line: everything is drawn again"),
    "price.too_low": _("price: a picture took more than its worst price"),
}


#: What a subject "kind:key" of an event is: (model, the field that holds the key). Apps above add their own.
EVENT_SUBJECTS = {"engine": (Engine, "pk")}


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


class PictureInline(ReadOnlyInline):
    model = Picture
    fields = ["position", "status", "why", "failures", "queued_at", "ended_at"]
    readonly_fields = fields

    why = words_of("reason", REASON_WORDS, _("why"))


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


class Gate(WordsFilter):
    title = _("gate that refused")
    parameter_name = "gate"
    words = GATE_WORDS


class Verb(WordsFilter):
    title = _("what happened")
    parameter_name = "verb"
    words = EVENT_WORDS


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


@admin.register(Engine)
class EngineAdmin(KeptAdmin):
    why_kept = _("This is never deleted: other rows hang on it. Switch it off instead.")
    list_display = ["title", "provider", "model", "is_default", "is_enabled", "state", "images_per_minute", "concurrent_calls"]
    list_filter = ["provider", "is_enabled"]
    search_fields = ["name", "title", "model"]
    actions = ["try_again", "draw_by_default"]
    inlines = [PriceInline, TokenPriceInline]
    readonly_fields = [
        "from_environment",
        "is_default",
        "priced",
        "state",
        "circuit_opened_at",
        "circuit_detail",
        "next_free_at",
    ]
    fieldsets = [
        (None, {"fields": ["title", "name", "is_enabled", "is_default", "state", "circuit_opened_at", "circuit_detail"]}),
        (
            _("Service"),
            {"fields": ["provider", "model", "base_url", "api_version", "key_variable", "from_environment", "extra"]},
        ),
        (_("Resumable calls"), {"fields": ["is_resumable", "chat_model"]}),
        (_("Quality and price"), {"fields": ["quality", "final_quality", "priced"]}),
        (_("Pace"), {"fields": ["images_per_minute", "concurrent_calls", "next_free_at"]}),
    ]

    def get_form(self, request, obj=None, **kwargs):
        kept = _(
            "Asks by the Responses API: drawings outlive our workers, and a chat model rewords the prompt. The service keeps "
            "words and picture for at least 30 days, so that they can be fetched; it is told a pseudonym and no name."
        )
        quality = _("In the service's own word, for example low, medium or high. Empty: the service chooses.")
        return super().get_form(request, obj, help_texts={"is_resumable": kept, "quality": quality}, **kwargs)

    @admin.display(description=_("state"))
    def state(self, engine):
        if engine.is_stopped:
            return ENGINE_FAULTS.get(engine.circuit_kind, engine.circuit_kind)
        return _("draws") if engine.is_enabled else _("off")

    @admin.display(description=_("price"))
    def priced(self, engine):
        """Say whether the money of a picture is known, and what follows where it is not."""
        qualities = {engine.quality, engine.final_quality or engine.quality}
        asked = [(size, quality) for size in SIZES.values() for quality in qualities]
        if all(Price.objects.worst(engine, size, quality) is not None for size, quality in asked):
            return _("known")
        if Purse.objects.exclude(micros_allowed=None).exists():
            return _("Unknown: classes whose allowance counts money cannot draw with it. Add a price below.")
        return _("Unknown: no allowance in money can be given for it. Add a price below.")

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        waiting = 0 if obj.is_enabled else obj.pictures.waiting().count()
        if waiting:
            said = ngettext(
                "This engine does not draw any more. %(count)d picture waits for it and keeps its place.",
                "This engine does not draw any more. %(count)d pictures wait for it and keep their places.",
                waiting,
            )
            messages.warning(request, said % {"count": waiting})

    @admin.action(description=_("Try again: close the circuit"), permissions=["change"])
    def try_again(self, request, queryset):
        for engine in queryset:
            engine.close_circuit(actor=request.user)

    @admin.action(description=_("Let the first chosen one draw by default"), permissions=["change"])
    def draw_by_default(self, request, queryset):
        engine = queryset.usable().first()
        if engine:
            engine.make_default()


@admin.register(MetaPrompt)
class MetaPromptAdmin(AnyCaseSearch, admin.ModelAdmin):
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


@admin.register(Trail)
class TrailAdmin(ReadOnlyAdmin):
    list_display = ["public_id", "owner", "purse", "created_at"]
    list_select_related = ["owner", "purse"]
    search_fields = ["=public_id", "owner__username", "owner__display_name"]
    date_hierarchy = "created_at"


@admin.register(Generation)
class GenerationAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "prompt_short", "language", "engine", "refused_by", "number"]
    list_filter = [Gate, "language", "kind", "engine", "created_at"]
    list_select_related = ["engine"]
    search_fields = ["prompt", "=public_id"]
    date_hierarchy = "created_at"
    inlines = [PictureInline]
    readonly_fields = ["refused_by"]
    exclude = ["gate"]

    refused_by = words_of("gate", GATE_WORDS, _("gate that refused"))

    @admin.display(description=_("prompt"))
    def prompt_short(self, generation):
        return generation.prompt if len(generation.prompt) <= 80 else f"{generation.prompt[:79]}…"


@admin.register(Call)
class CallAdmin(ReadOnlyAdmin):
    list_display = ["started_at", "engine", "picture", "number", "state", "http_status", "code", "cost", "request_id"]
    readonly_fields = ["cost"]
    exclude = ["micros"]
    list_filter = ["state", "engine", "http_status", "started_at"]
    list_select_related = ["engine", "picture"]
    search_fields = ["=request_id", "=picture__public_id"]
    date_hierarchy = "started_at"

    cost = money("micros", _("cost, $"))


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


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "said", "about", "actor", "why"]
    list_filter = [Verb, "created_at"]
    list_select_related = ["actor"]
    search_fields = ["verb", "=subject", "reason"]
    ordering = ["-pk"]
    date_hierarchy = "created_at"
    readonly_fields = ["said", "about", "why"]
    fields = ["created_at", "said", "about", "actor", "why", "details"]

    @admin.display(description=_("what happened"), ordering="verb")
    def said(self, event):
        return EVENT_WORDS.get(event.verb, event.verb)

    @admin.display(description=_("subject"), ordering="subject")
    def about(self, event):
        """Link the row that the event is about; a subject of another kind is shown as it was written."""
        kind, _colon, key = event.subject.partition(":")
        if kind in EVENT_SUBJECTS and key:
            model, field = EVENT_SUBJECTS[kind]
            return link_to(model, key) if field == "pk" else link_to(model, **{field: key})
        for model, pk in ((Picture, event.picture_id), (Trail, event.trail_id)):
            if pk and not event.subject:
                return link_to(model, pk)
        return event.subject or "—"

    @admin.display(description=_("why"), ordering="reason")
    def why(self, event):
        if event.verb == "generation.refused":
            return GATE_WORDS.get(event.reason, event.reason)
        return reason_words(event.reason) or "—"
