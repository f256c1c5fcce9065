"""What a student types to hand a work in, and how the words gate judges it."""

from dataclasses import replace
from functools import partial

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import pgettext_lazy

from gallery.safety.gate import judge
from gallery.shown import GATES

from .forms import said_to_students

#: What the words gate says to texts that classmates and teachers read, by the gate that refused.
GATES_OF_TEXTS = {
    "words": pgettext_lazy("student", "Some of these words do not fit school. Say it in other words."),
    "personal": pgettext_lazy("student", "This looks like a phone number, an address or somebody's data. Leave it out."),
    "frame": pgettext_lazy("student", "Write about your picture. Orders to a machine do not work here."),
    "length": pgettext_lazy("student", "This is too long. Say it shorter."),
    "care": GATES["care"],
}


def fit_for_class(text, policy):
    """Let ``text`` pass the words gate. ValidationError with the gate as its code, never with the word.

    What the gate wants an adult to see first passes: no classmate reads these texts before an adult has approved them.
    """
    verdict = judge(text, policy)
    if verdict.outcome in ("refuse", "care") and verdict.family != "empty":  # signs alone hurt nobody
        raise ValidationError(GATES_OF_TEXTS.get(verdict.gate, GATES_OF_TEXTS["words"]), code=verdict.gate)


class HandInForm(forms.Form):
    """A thought-through hand-in: title, description and reason for the chosen picture.

    The words are judged by ``policy``, but for the names of the class: these texts go to no drawing service.
    """

    title = forms.CharField(
        label=pgettext_lazy("student", "Title of your picture"),
        max_length=80,
        error_messages=said_to_students(pgettext_lazy("student", "Give your picture a title.")),
    )
    alt_text = forms.CharField(
        label=pgettext_lazy("student", "Describe your picture for a classmate who cannot see it"),
        help_text=pgettext_lazy("student", "One or two sentences: what is there, where, in what colours."),
        min_length=20,
        max_length=250,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "true"}),
        error_messages=said_to_students(pgettext_lazy("student", "Write what is to be seen in the picture.")),
    )
    reason = forms.CharField(
        label=pgettext_lazy("student", "Why did you choose this one?"),
        min_length=10,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "true"}),
        error_messages=said_to_students(pgettext_lazy("student", "Write why you chose this picture.")),
    )

    def __init__(self, *args, policy, **kwargs):
        super().__init__(*args, **kwargs)
        policy = replace(policy, names=frozenset())
        for field in self.fields.values():
            field.validators.append(partial(fit_for_class, policy=policy))
