"""What a person may type, and the sentence they read when it does not fit."""

from unicodedata import category

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gallery.models import MetaPrompt
from gallery.safety.gate import MAX_PROMPT

from . import pins
from .models import Assignment, Classroom
from .models.assignment import POINTS_FIXED
from .models.grade import RUBRIC_CHANGED

ROSTER_LIMIT = 200
NO_FINALS = _(
    "The engine of this assignment makes no final pictures. Choose another engine and save, or ask an administrator to set "
    "the quality of its final pictures."
)
#: What engines' words for a quality mean, as it stands after "drawn in".
QUALITIES = {
    "low": pgettext_lazy("drawn in", "low quality"),
    "medium": pgettext_lazy("drawn in", "medium quality"),
    "standard": pgettext_lazy("drawn in", "standard quality"),
    "high": pgettext_lazy("drawn in", "high quality"),
    "hd": pgettext_lazy("drawn in", "high quality"),
    "xhigh": pgettext_lazy("drawn in", "very high quality"),
    "max": pgettext_lazy("drawn in", "the highest quality"),
    "auto": pgettext_lazy("drawn in", "a quality that the service chooses"),
}

MORE_THAN_LEFT = pgettext_lazy("student", "More at once is not possible: not that many pictures are left.")


def said_to_students(required):
    """Return a field's error messages for a student; ``required`` is what to do where nothing was typed."""
    return {
        "required": required,
        "min_length": pgettext_lazy("student", "A little more, please: at least %(limit_value)d letters."),
        "max_length": pgettext_lazy("student", "This is too long: at most %(limit_value)d letters, you have %(show_value)d."),
    }


class PasswordForm(forms.Form):
    """The teachers' door: username or e-mail, and password."""

    username = forms.CharField(
        label=_("Username or e-mail"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    password = forms.CharField(
        label=_("Password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class PinForm(forms.Form):
    """The students' door: class code, name and PIN, no e-mail."""

    code = forms.CharField(
        label=pgettext_lazy("student", "Class code"),
        max_length=20,
        help_text=pgettext_lazy("student", "Your teacher shows it on the board."),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(
        label=pgettext_lazy("student", "Your name"),
        max_length=80,
        help_text=pgettext_lazy("student", "As it stands on the class list."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    pin = forms.CharField(
        label=pgettext_lazy("student", "PIN, six digits"),
        max_length=12,
        help_text=pgettext_lazy("student", "The first time, think one up and remember it."),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )

    def clean_pin(self):
        pin = self.cleaned_data["pin"].strip()
        if not pins.is_well_formed(pin):
            raise ValidationError(pgettext_lazy("student", "A PIN has six digits."), code="pin")
        return pin


class WordsField(forms.CharField):
    """Text that a person typed: signs that no keyboard writes are left out before anything looks at it."""

    def to_python(self, value):
        return super().to_python("".join(sign for sign in str(value or "") if sign in "\n\t" or category(sign) != "Cc"))


class CountSelect(forms.RadioSelect):
    """Numbers as radio buttons, of which those above ``most`` cannot be pressed."""

    most = None

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        if self.most is not None and value > self.most:
            option["attrs"]["disabled"] = True
        return option


class PromptForm(forms.Form):
    """One try: the words, how many pictures, and the shape where the assignment leaves it open."""

    prompt = WordsField(
        label=pgettext_lazy("student", "Describe your picture"),
        help_text=pgettext_lazy("student", "Say what, where, what light and what mood."),
        max_length=MAX_PROMPT,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "true", "autocomplete": "off"}),
        error_messages=said_to_students(pgettext_lazy("student", "Write what shall be in the picture.")),
    )
    pictures = forms.TypedChoiceField(label=pgettext_lazy("student", "How many pictures"), coerce=int, widget=CountSelect)
    shape = forms.ChoiceField(label=_("Shape"), widget=forms.RadioSelect, required=False)
    token = forms.UUIDField(widget=forms.HiddenInput, required=False)
    parent = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, assignment, **kwargs):
        super().__init__(*args, **kwargs)
        self.assignment = assignment
        counts = assignment.picture_counts
        self.fields["pictures"].choices = [(count, str(count)) for count in counts]
        self.fields["pictures"].initial = counts[-1]
        del self.fields["prompt"].widget.attrs["maxlength"]  # a long paste is not cut in silence: counter and server say it
        if assignment.is_shape_free:
            self.fields["shape"].choices = Assignment.Shape.choices
            self.fields["shape"].initial = assignment.shape
        else:
            del self.fields["shape"]

    def offer(self, most):
        """Let no more than ``most`` pictures at once be pressed (None: any number), and say why.

        One can always be: the server says best why there is none. It also answers more than ``most``, and the form that comes
        back has what fits.
        """
        field = self.fields["pictures"]
        counts = [count for count, _label in field.choices]
        most = counts[-1] if most is None else max(count for count in counts if count <= max(most, 1))
        if most == counts[-1]:
            return
        field.widget.most = most
        asked = self.data.get("pictures") if self.is_bound else self.initial.get("pictures", field.initial)
        if str(asked) in {str(count) for count in counts if count > most}:
            if self.is_bound:
                self.data = self.data.copy()
                self.data["pictures"] = str(most)
            else:
                self.initial["pictures"] = most
        self["pictures"].help_text = MORE_THAN_LEFT

    @property
    def chosen_shape(self):
        return self.cleaned_data.get("shape") or self.assignment.shape


class ClassroomForm(forms.ModelForm):
    class Meta:
        model = Classroom
        fields = ["name", "subject"]
        help_texts = {"name": _("For example 7B."), "subject": _("For example Art and technology.")}


class RosterForm(forms.Form):
    """A list of names, pasted, one a line."""

    names = forms.CharField(
        label=_("Names, one on each line"),
        help_text=_("First name and initial are enough: Anna K. No e-mail is needed."),
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false", "autocomplete": "off"}),
    )

    def clean_names(self):
        names = [" ".join(line.split()) for line in self.cleaned_data["names"].splitlines() if line.strip()]
        if len(names) > ROSTER_LIMIT:
            raise ValidationError(
                _("These are %(count)d names; %(limit)d at once is the most."),
                params={"count": len(names), "limit": ROSTER_LIMIT},
            )
        for number, name in enumerate(names, 1):
            if len(name) > 80:
                raise ValidationError(_("The name on line %(line)d is longer than 80 letters."), params={"line": number})
        return names


class AssignmentForm(forms.ModelForm):
    """The assignment itself, and the two texts of its own meta prompt."""

    frame_ru = forms.CharField(
        label=_("Meta prompt in Russian"), max_length=4000, widget=forms.Textarea(attrs={"rows": 9, "lang": "ru"})
    )
    frame_en = forms.CharField(
        label=_("Meta prompt in English"), max_length=4000, widget=forms.Textarea(attrs={"rows": 9, "lang": "en"})
    )

    class Meta:
        model = Assignment
        fields = [
            "title",
            "brief",
            "language",
            "due_at",
            "accepts_late",
            "points_possible",
            "max_tries",
            "max_pictures",
            "shape",
            "is_shape_free",
            "allows_final",
            "shows_gallery",
            "engine",
        ]
        widgets = {
            "brief": forms.Textarea(attrs={"rows": 5}),
            "due_at": forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
            "max_pictures": forms.RadioSelect,
            "shape": forms.RadioSelect,
        }
        labels = {"max_pictures": _("Pictures per try, at most"), "allows_final": _("One final picture for each student")}
        help_texts = {
            "due_at": _("In your school's time. Empty: no date."),
            "points_possible": _("The best level of every criterion gives this many points in all."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["due_at"].input_formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        self.fields["engine"].queryset = self.fields["engine"].queryset.usable()
        self.fields["language"].choices = Assignment._meta.get_field("language").choices  # required: no empty line
        self.fields["engine"].empty_label = _("The site's default engine")
        engine = self.instance.drawing_engine
        if engine is None or not engine.final_quality:
            self.fields["allows_final"].disabled = True
            self.fields["allows_final"].help_text = NO_FINALS
        else:
            self.fields["allows_final"].help_text = told_of_finals(engine)
        if self.instance.are_points_fixed:
            self.fields["points_possible"].disabled = True
            self.fields["points_possible"].help_text = POINTS_FIXED
        for language in ("ru", "en"):
            self.fields[f"frame_{language}"].initial = self.instance.meta_prompt(language).text

    def clean_due_at(self):
        due_at = self.cleaned_data["due_at"]
        if due_at and due_at < timezone.now() and "due_at" in self.changed_data:
            raise ValidationError(_("This date is in the past. Choose a later one, or leave it empty."), code="past")
        return due_at

    def clean(self):
        for language in ("ru", "en"):
            if text := self.cleaned_data.get(f"frame_{language}"):
                try:
                    MetaPrompt(key=self.instance.meta_prompt_key, language=language, text=text).clean()
                except ValidationError as error:
                    self.add_error(f"frame_{language}", error.messages)
        return super().clean()

    def write_meta_prompt(self, author):
        """Keep the two texts as the assignment's own; unchanged ones stay as they are."""
        for language in ("ru", "en"):
            text = self.cleaned_data[f"frame_{language}"].replace("\r\n", "\n")
            MetaPrompt.objects.write(self.instance.meta_prompt_key, language, text, author)


def told_of_finals(engine):
    """Return what a teacher reads of the final pictures that ``engine`` makes: in which quality, and in which its tries.

    Where nothing is said of the quality of tries, it may be any.
    """
    said = _("With “{engine}”, the chosen picture may be drawn once more in {final}.")
    if engine.quality:
        said = _("With “{engine}”, tries are drawn in {tries}; the chosen picture may be drawn once more in {final}.")
    tries, final = in_quality(engine.quality), in_quality(engine.final_quality)
    return format_lazy(said, engine=engine.title, tries=tries, final=final)


def in_quality(word):
    """Return an engine's ``word`` for a quality as it stands after "drawn in"; a word that nobody knows as it is."""
    return QUALITIES.get(word.lower()) or format_lazy(pgettext_lazy("drawn in", "the quality “{word}”"), word=word)


class GradeForm(forms.Form):
    """Points per criterion and a comment; criteria may be left open while grading."""

    feedback = forms.CharField(
        label=_("Comment for the student"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "true", "data-key": "KeyC"}),
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, *args, criteria, grade, **kwargs):
        given = {row.criterion_id: row.points for row in grade.criterion_grades.all()} if grade else {}
        initial = {"feedback": grade.feedback if grade else "", "seen_version": grade.version if grade else 0}
        super().__init__(*args, initial=initial, **kwargs)
        self.criteria = criteria
        for criterion in criteria:
            self.fields[f"criterion_{criterion.pk}"] = forms.TypedChoiceField(
                label=criterion.title,
                coerce=int,
                empty_value=None,
                required=False,
                choices=[(level.points, level.title) for level in criterion.levels.all()],
                widget=forms.RadioSelect,
                initial=given.get(criterion.pk),
            )

    def clean(self):
        if self.is_outdated:
            raise ValidationError(RUBRIC_CHANGED, code="conflict")
        cleaned = super().clean()
        if not self.errors and not self.points() and not cleaned["feedback"].strip():
            raise ValidationError(_("Choose at least one level or write a comment."), code="empty")
        return cleaned

    @property
    def is_outdated(self):
        """Whether the page was filled in by a rubric that was rewritten since."""
        return any(name.startswith("criterion_") and name not in self.fields for name in self.data)

    def points(self):
        """Return the chosen points by criterion pk."""
        chosen = {criterion.pk: self.cleaned_data[f"criterion_{criterion.pk}"] for criterion in self.criteria}
        return {pk: points for pk, points in chosen.items() if points is not None}
