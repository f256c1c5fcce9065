"""What the pages of the staff room share: read-only facts, a search that knows Cyrillic capitals, small pictures in lists."""

from django.contrib import admin, messages
from django.contrib.admin.templatetags.admin_urls import admin_urlname
from django.contrib.admin.utils import unquote
from django.db.models import Q
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from .models import Review
from .shown import ENGINE_FAULTS, HELD_WORDS, REASON_WORDS, shown


class AnyCaseSearch:
    """Finds words however they are written: SQLite knows the capitals of Latin letters alone.

    Every search field leads to one row, or the model's own list removes what came twice.
    """

    def get_search_results(self, request, queryset, search_term):
        fields = self.get_search_fields(request)
        lookups = [f"{name[1:]}__iexact" if name.startswith("=") else f"{name}__icontains" for name in fields]
        for word in search_term.split() if lookups else []:
            spellings = {word, word.lower(), word.upper(), word.capitalize()}
            pairs = [(lookup, spelling) for lookup in lookups for spelling in spellings]
            queryset = queryset.filter(Q(*pairs, _connector=Q.OR))
        return queryset, False


class ReadOnlyAdmin(AnyCaseSearch, admin.ModelAdmin):
    """Shows facts: nothing is added, changed or deleted by hand."""

    show_facets = admin.ShowFacets.ALLOW

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class KeptAdmin(AnyCaseSearch, admin.ModelAdmin):
    """May be edited, never deleted: other rows hang on it. It is switched off, made inactive or archived instead."""

    show_facets = admin.ShowFacets.ALLOW
    why_kept = _("This is never deleted: other rows hang on it.")

    def has_delete_permission(self, request, obj=None):
        return False

    def delete_view(self, request, object_id, extra_context=None):
        """Lead whoever may change the row back to it and say why it stays; everybody else is refused as ever."""
        row = self.get_object(request, unquote(object_id))
        if row is None or not self.has_change_permission(request, row):
            return super().delete_view(request, object_id, extra_context)
        messages.warning(request, self.why_kept)
        return redirect(admin_urlname(self.opts, "change"), object_id)


class ReadOnlyInline(admin.TabularInline):
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False


class WordsFilter(admin.SimpleListFilter):
    """Narrows a list by a column of codes and shows their words; ``words`` maps one to the other."""

    words: dict = {}

    def lookups(self, request, model_admin):
        return list(self.words.items())

    def queryset(self, request, queryset):
        return queryset.filter(**{self.parameter_name: self.value()}) if self.value() else queryset


def reason_words(code):
    """Return what a code in a "reason" column means, in words; the code itself where nobody put it into words."""
    known = REASON_WORDS | HELD_WORDS | ENGINE_FAULTS | dict(Review.Reason.choices)
    return known.get(code, code)


def words_of(column, words, description):
    """Return a column of the admin that shows the code in ``column`` by the dictionary ``words``."""

    @admin.display(description=description, ordering=column)
    def shown_words(self, row):
        code = getattr(row, column)
        return words.get(code, code) or "—"

    return shown_words


def link_to(model, pk=None, **which):
    """Return a link to the page of the row ``pk``, or to the list of the rows that are ``which``."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    if pk is None:
        address = f"{reverse(f'{name}_changelist')}?{urlencode(which)}"
        return format_html('<a href="{}">{}</a>', address, model._meta.verbose_name)
    return format_html('<a href="{}">{} {}</a>', reverse(f"{name}_change", args=[pk]), model._meta.verbose_name, str(pk))


#: What a gate holds is blurred in lists; on its own page it can be looked at.
VEILED = format_html(' class="{}"', "veiled")


def small_picture(picture, width=None):
    """Return ``picture`` for a list, ``width`` pixels wide (as wide as its small file by default); its state if not ready."""
    if picture is None:
        return "—"
    if not picture.is_ready:
        return picture.get_status_display()
    view = shown(picture, for_teacher=True)
    width = width or view.thumb_width
    height = round(width * view.height / view.width)
    return format_html(
        '<img{} src="{}" width="{}" height="{}" alt="{}" loading="lazy">',
        VEILED if view.is_held else "",
        view.thumb_url,
        str(width),
        str(height),
        view.alt,
    )
