"""How every form of the site looks, in one place: {{ form.prompt.as_field_group }} or {{ form }}."""

from django.forms import BoundField, CheckboxInput, Widget
from django.forms.renderers import TemplatesSetting
from django.forms.widgets import ChoiceWidget, MultiWidget, RadioSelect


class Edu4AllBoundField(BoundField):
    """A field that knows its classes and how its template should draw it."""

    def css_classes(self, extra_classes: str | list[str] | None = None) -> str:
        """Names the classes of the field's box, in a fixed order."""
        extra = extra_classes.split() if isinstance(extra_classes, str) else list(extra_classes or [])
        names = super().css_classes().split()
        return " ".join(dict.fromkeys(["field", *(["field--invalid"] if self.errors else []), *extra, *names]))

    def build_widget_attrs(self, attrs: dict, widget: Widget | None = None) -> dict:
        """Adds the class that fields share; choices are drawn by their own labels and need none.

        What is said here replaces the attributes of a widget's parts, so parts with classes of their own are left alone:
        the admin's scripts find its day and time by them.
        """
        attrs = super().build_widget_attrs(attrs, widget)
        widget = widget or self.field.widget
        is_dressed = isinstance(widget, MultiWidget) and any("class" in part.attrs for part in widget.widgets)
        if self.shape == "input" and not widget.is_hidden and not is_dressed:
            given = attrs.get("class") or widget.attrs.get("class") or ""
            attrs["class"] = f"input {given}".strip()
        return attrs

    @property
    def shape(self) -> str:
        """Says how the field is drawn: "options" (a set of radio buttons or boxes), "check" (one box) or "input"."""
        widget = self.field.widget
        if isinstance(widget, RadioSelect) or (isinstance(widget, ChoiceWidget) and widget.input_type == "checkbox"):
            return "options"
        return "check" if isinstance(widget, CheckboxInput) else "input"

    @property
    def counted_to(self) -> int | None:
        """Gives the longest text allowed when counting is worth showing: in boxes of several lines."""
        return getattr(self.field, "max_length", None) if self.widget_type == "textarea" else None


class Edu4AllRenderer(TemplatesSetting):
    """Draws forms with the project's templates."""

    form_template_name = "forms/form.html"
    field_template_name = "forms/field.html"
    bound_field_class = Edu4AllBoundField
