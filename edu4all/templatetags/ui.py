"""Template tags for what every page draws: icons, illustrations, the language of people's own words."""

import re
from datetime import datetime

import segno
from django import template
from django.templatetags.static import static
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext, pgettext_lazy

register = template.Library()

_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z]")

#: The days of the week as they stand behind "until", Monday first.
UNTIL = [
    pgettext_lazy("until", "Monday"),
    pgettext_lazy("until", "Tuesday"),
    pgettext_lazy("until", "Wednesday"),
    pgettext_lazy("until", "Thursday"),
    pgettext_lazy("until", "Friday"),
    pgettext_lazy("until", "Saturday"),
    pgettext_lazy("until", "Sunday"),
]


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """Draws an icon of static/icons.svg; without a label it is decoration and hidden from screen readers."""
    return _symbol("icons.svg", name, "icon", label)


@register.simple_tag
def art(name: str, label: str = "") -> SafeString:
    """Draws an illustration of static/art.svg in the colours of the page's theme."""
    return _symbol("art.svg", name, "art", label)


def _symbol(sprite: str, name: str, css_class: str, label: str) -> SafeString:
    href = f"{static(sprite)}#{name}"
    if label:
        return format_html(
            '<svg class="{}" role="img" aria-label="{}" focusable="false"><use href="{}"></use></svg>', css_class, label, href
        )
    return format_html('<svg class="{}" aria-hidden="true" focusable="false"><use href="{}"></use></svg>', css_class, href)


@register.simple_tag
def qr(address: str, label: str) -> SafeString:
    """Draws a QR code of an address, dark on light in both themes, with quiet space around it."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(border=4, omitsize=True, dark="#1f1b2d", light="#fff")
    return format_html('<div class="qr" role="img" aria-label="{}">{}</div>', label, SafeString(drawn))


@register.filter(expects_localtime=True)
def until(moment: datetime) -> str:
    """Says a moment as it stands behind "until": weekday, day and month, time; Russian needs the weekday's own form there."""
    words = {"weekday": UNTIL[moment.weekday()], "day": date_format(moment, "j E"), "time": date_format(moment, "H:i")}
    return pgettext("until", "%(weekday)s, %(day)s, %(time)s") % words


@register.filter
def lang_attr(text: str | None) -> SafeString:
    """Gives the lang attribute for words that a person wrote, by their letters; nothing when there are no letters to judge by.

    Screen readers choose the voice by it: <q {{ prompt|lang_attr }}>{{ prompt }}</q>.
    """
    cyrillic, latin = len(_CYRILLIC.findall(text or "")), len(_LATIN.findall(text or ""))
    if not cyrillic and not latin:
        return SafeString("")
    return format_html('lang="{}"', "ru" if cyrillic >= latin else "en")
