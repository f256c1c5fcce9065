"""The staff room and the words gate: schools' own words and levels, stopped tries, how often the gates were wrong."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from gallery.admin import EVENT_SUBJECTS, EVENT_WORDS
from gallery.admin_parts import AnyCaseSearch, ReadOnlyAdmin, WordsFilter, words_of
from gallery.gate_words import FAMILY_WORDS, GATE_WORDS, family_words
from gallery.models import Appeal, Generation

from .models import FamilyLevel, School, WordRule
from .models.word_rule import FAMILIES, MOST_OF_SCHOOL
from .tray import WordListForm, alarms

EVENT_WORDS.update(
    {
        "appeal.opened": _("stopped try: laid before an adult"),
        "appeal.allow": _("stopped try: allowed"),
        "appeal.allow_word": _("stopped try: allowed, and the word too"),
        "appeal.keep": _("stopped try: stays stopped"),
        "appeal.reopened": _("stopped try: decision taken back"),
        "words.listed": _("listed words: new or changed"),
        "words.removed": _("listed words: removed"),
    }
)
EVENT_SUBJECTS.update({"school": (School, "pk")})


class FamilyLevelForm(forms.ModelForm):
    family = forms.ChoiceField(label=_("family"), choices=[(key, FAMILY_WORDS[key]) for key in FAMILIES if key in FAMILY_WORDS])

    class Meta:
        model = FamilyLevel
        fields = ["family", "level"]


class FamilyLevelInline(admin.TabularInline):
    model = FamilyLevel
    form = FamilyLevelForm
    extra = 0


class SchoolListForm(WordListForm):
    """A list of words for a whole school."""

    school = forms.ModelChoiceField(label=_("school"), queryset=School.objects.order_by("name"))

    field_order = ["school", "phrases", "level"]


@admin.register(WordRule)
class WordRuleAdmin(AnyCaseSearch, admin.ModelAdmin):
    """Edits the words of schools; those of assignments are their teachers' own, and only shown."""

    list_display = ["phrase", "level", "school", "assignment", "created_by", "created_at"]
    list_filter = ["level", "school"]
    list_select_related = ["school", "assignment", "created_by"]
    search_fields = ["phrase"]
    fields = ["school", "phrase", "level"]
    change_list_template = "assignments/_tray_admin_words.html"

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "school":
            field.required = True
        return field

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (obj is None or obj.school_id is not None)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (obj is None or obj.school_id is not None)

    def save_model(self, request, obj, form, change):
        obj.created_by = obj.created_by or request.user
        super().save_model(request, obj, form, change)

    def get_urls(self):
        paste = path("paste/", self.admin_site.admin_view(self.paste), name="assignments_wordrule_paste")
        return [paste, *super().get_urls()]

    def paste(self, request):
        """Put a pasted list of words on a school's list, all or nothing."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = SchoolListForm(request.POST if request.method == "POST" else None, most=MOST_OF_SCHOOL)
        if form.is_valid():
            typed = form.cleaned_data
            try:
                count = WordRule.objects.write(typed["phrases"], typed["level"], request.user, school=typed["school"])
            except ValidationError as error:
                form.add_error("phrases", error)
            else:
                said = ngettext("%(count)d entry is new or changed.", "%(count)d entries are new or changed.", count)
                messages.success(request, said % {"count": count})
                return redirect("admin:assignments_wordrule_changelist")
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": _("Paste a list"), "form": form}
        status = 422 if form.is_bound else 200
        return TemplateResponse(request, "assignments/_tray_admin_paste.html", context, status=status)

    def changelist_view(self, request, extra_context=None):
        link = reverse("admin:assignments_wordrule_paste") if self.has_add_permission(request) else ""
        return super().changelist_view(request, (extra_context or {}) | {"paste_url": link})


class GateFilter(WordsFilter):
    title = _("gate")
    parameter_name = "generation__gate"
    words = {gate: GATE_WORDS[gate] for gate in Generation.GATES_OF_WORDS}


@admin.register(Appeal)
class AppealAdmin(ReadOnlyAdmin):
    """Shows what was asked and decided; decisions are taken in the tray."""

    list_display = ["opened_at", "asked_by", "gate", "family", "language", "decided", "decided_by", "decided_at"]
    list_filter = ["kind", "decision", GateFilter, "generation__language", "opened_at"]
    list_select_related = ["generation", "decided_by"]
    date_hierarchy = "opened_at"
    ordering = ["-pk"]
    fields = ["asked_by", "words", "gate", "family", "opened_at", "decided", "note", "decided_by", "decided_at"]
    change_list_template = "assignments/_tray_admin_appeals.html"

    asked_by = words_of("kind", dict(Appeal.Kind.choices), _("who asks"))
    decided = words_of("decision", dict(Appeal.Decision.choices), _("decision"))

    @admin.display(description=_("gate"), ordering="generation__gate")
    def gate(self, appeal):
        return GATE_WORDS.get(appeal.generation.gate, appeal.generation.gate)

    @admin.display(description=_("family"), ordering="generation__gate_family")
    def family(self, appeal):
        return family_words(appeal.generation.gate_family)

    @admin.display(description=_("language"), ordering="generation__language")
    def language(self, appeal):
        return appeal.generation.get_language_display()

    @admin.display(description=_("words"))
    def words(self, appeal):
        return appeal.generation.prompt

    def changelist_view(self, request, extra_context=None):
        stopped = Generation.objects.filter(gate__in=Generation.GATES_OF_WORDS)
        lines = alarms(stopped, Appeal.objects.all())
        return super().changelist_view(
            request, (extra_context or {}) | {"alarms": lines, "tray_url": reverse("assignments:tray")}
        )
