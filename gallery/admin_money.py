"""The staff room's view of money: prices are added with date and source, purses given, and the ledger is read."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from .admin_parts import KeptAdmin, ReadOnlyAdmin
from .models import LedgerEntry, Price, Purse, TokenPrice


class PriceForm(forms.ModelForm):
    """A new price; one that is written stays, since it explains what was set aside by it."""

    class Meta:
        labels = {
            "micros": _("worst case, millionths of a dollar"),
            "source_micros": _("with a picture in, on top"),
        }


class AddedInline(admin.TabularInline):
    """Shows rows that are added and then stay as they are."""

    extra = 0
    can_delete = False
    form = PriceForm

    def has_change_permission(self, request, obj=None):
        return False


class PriceInline(AddedInline):
    model = Price
    fields = ["size", "quality", "micros", "source_micros", "dated_on", "source"]
    ordering = ["-dated_on", "-pk"]


class TokenPriceInline(AddedInline):
    model = TokenPrice
    fields = ["text_input", "image_input", "output", "dated_on", "source"]
    ordering = ["-dated_on", "-pk"]


class AddedAdmin(admin.ModelAdmin):
    """Prices are added, never changed: the old ones explain old ledgers."""

    list_filter = ["engine", "is_builtin", "dated_on"]
    list_select_related = ["engine"]
    date_hierarchy = "dated_on"
    form = PriceForm

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Price)
class PriceAdmin(AddedAdmin):
    list_display = ["dated_on", "engine", "model", "size", "quality", "micros", "source_micros", "is_builtin", "source"]
    search_fields = ["model", "source"]
    fields = ["engine", "size", "quality", "micros", "source_micros", "dated_on", "source"]


@admin.register(TokenPrice)
class TokenPriceAdmin(AddedAdmin):
    list_display = ["dated_on", "engine", "model", "text_input", "image_input", "output", "is_builtin", "source"]
    search_fields = ["model", "source"]
    fields = ["engine", "text_input", "image_input", "output", "dated_on", "source"]


@admin.register(Purse)
class PurseAdmin(KeptAdmin):
    list_display = [
        "title",
        "parent",
        "pictures_allowed",
        "pictures_reserved",
        "pictures_spent",
        "micros_allowed",
        "micros_spent",
    ]
    search_fields = ["title", "key"]
    readonly_fields = ["key", "pictures_reserved", "pictures_spent", "micros_reserved", "micros_spent"]

    def has_change_permission(self, request, obj=None):
        """Keep the purses of allowances from hands: the teacher's page sets their limits."""
        return super().has_change_permission(request, obj) and (obj is None or obj.key is None)


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
