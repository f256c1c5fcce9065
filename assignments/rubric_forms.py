"""The rows in which a teacher writes a rubric."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from .models import Rubric


class CriterionForm(forms.Form):
    """One criterion; its levels are lines, from the weakest to the best."""

    title = forms.CharField(label=_("Criterion"), max_length=120, required=False)
    levels = forms.CharField(
        label=_("Levels, one a line, the weakest first"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )

    def clean_levels(self):
        levels = [" ".join(line.split())[:200] for line in self.cleaned_data["levels"].splitlines() if line.strip()]
        if len(levels) > 10:
            raise ValidationError(_("At most ten levels."), code="levels")
        return levels

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("title") and "levels" in cleaned and len(cleaned["levels"]) < 2:
            self.add_error("levels", ValidationError(_("Write at least two levels, each on a line of its own."), code="levels"))
        if cleaned.get("levels") and not cleaned.get("title"):
            self.add_error("title", ValidationError(_("Give this criterion a name, or empty its levels."), code="title"))
        return cleaned


class BaseRubricFormSet(forms.BaseFormSet):
    def clean(self):
        if not any(self.errors) and not self.outline():
            raise ValidationError(_("A rubric needs at least one criterion."), code="empty")

    def outline(self):
        """Return the criteria as Rubric.write takes them."""
        return [
            (form.cleaned_data["title"], "", list(enumerate(form.cleaned_data["levels"], 1)))
            for form in self.forms
            if form.cleaned_data.get("title")
        ]


RubricFormSet = forms.formset_factory(CriterionForm, formset=BaseRubricFormSet, extra=2, max_num=8, validate_max=True)


def rubric_initial(rubric: Rubric):
    """Return the rows of the rubric's form."""
    return [
        {"title": title, "levels": "\n".join(level or str(points) for points, level in levels)}
        for title, _description, levels in rubric.outline()
    ]
