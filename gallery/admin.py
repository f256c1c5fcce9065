"""The staff room's view of the gallery: facts are read-only, reviewers decide on pictures, admins look after engines."""

from django.contrib import admin, messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from .admin_money import PriceInline, TokenPriceInline, money
from .admin_parts import (
    AnyCaseSearch,
    KeptAdmin,
    ReadOnlyAdmin,
    ReadOnlyInline,
    WordsFilter,
    link_to,
    reason_words,
    words_of,
)
from .admin_pictures import PictureAdmin as PictureAdmin  # registers itself; apps above build on it
from .gate_words import GATE_WORDS
from .models import (
    Call,
    Engine,
    Event,
    Generation,
    MetaPrompt,
    Picture,
    Price,
    Purse,
    Trail,
)
from .prompts import SIZES
from .shown import ENGINE_FAULTS, REASON_WORDS

#: What events say in words. Apps above add their own.
EVENT_WORDS = {
    "picture.queued": _("picture: asked for"),
    "picture.drawing": _("picture: drawing began"),
    "picture.requeued": _("picture: put back in line"),
    "picture.ready": _("picture: ready"),
    "picture.refused": _("picture: refused by a gate"),
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


class PictureInline(ReadOnlyInline):
    model = Picture
    fields = ["position", "status", "why", "failures", "queued_at", "ended_at"]
    readonly_fields = fields

    why = words_of("reason", REASON_WORDS, _("why"))


class Gate(WordsFilter):
    title = _("gate that refused")
    parameter_name = "gate"
    words = GATE_WORDS


class Verb(WordsFilter):
    title = _("what happened")
    parameter_name = "verb"
    words = EVENT_WORDS


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
