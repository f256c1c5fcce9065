"""The style guide: every part of the design on one page, with made-up content. Served only in DEBUG."""

import re
from types import SimpleNamespace

from django import forms
from django.contrib.staticfiles import finders
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.safestring import mark_safe

WORDS = "The Eiffel Tower on the sea floor, fish swim between its beams, soft morning light, storybook illustration"
SAMPLES = ["img/sample-sea.svg", "img/sample-field.svg", "img/sample-moon.svg"]


class PromptForm(forms.Form):
    prompt = forms.CharField(
        label="Describe your picture",
        help_text="Say what, where, what light and what style.",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    count = forms.ChoiceField(label="How many pictures", choices=[(1, "1"), (2, "2"), (4, "4")], widget=forms.RadioSelect)
    shape = forms.ChoiceField(
        label="Shape", choices=[("square", "Square"), ("wide", "Wide"), ("tall", "Tall")], widget=forms.RadioSelect
    )


class EveryFieldForm(forms.Form):
    title = forms.CharField(label="Title", max_length=20)
    description = forms.CharField(
        label="Describe it for a classmate who cannot see it",
        help_text="One or two sentences.",
        max_length=250,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    difficulty = forms.ChoiceField(label="Difficulty", choices=[("easy", "Easy"), ("hard", "Hard")])
    smile = forms.ChoiceField(
        label="How well did it work?",
        choices=[("no", "Not yet, and I know what I would change"), ("nearly", "Nearly"), ("yes", "Just as I wanted")],
        widget=forms.RadioSelect(attrs={"class": "options--list"}),
    )
    due_at = forms.SplitDateTimeField(
        label="Due",
        required=False,
        widget=forms.SplitDateTimeWidget(
            date_attrs={"type": "date", "aria-label": "Day"}, time_attrs={"type": "time", "aria-label": "Time"}
        ),
    )
    allowed = forms.MultipleChoiceField(
        label="Allowed", required=False, choices=[("edit", "Edit"), ("vary", "Vary")], widget=forms.CheckboxSelectMultiple
    )
    own = forms.FileField(label="A picture of your own", required=False)
    is_honest = forms.BooleanField(
        label="The idea is mine, the picture is made with AI", required=False, help_text="Honest words help everybody."
    )


def page(request):
    """Shows every part; ?errors=1 shows the second form with mistakes in it."""
    ready = [_picture(number) for number in range(1, 5)]
    every_field = EveryFieldForm({"title": "A title that is much too long"} if "errors" in request.GET else None)
    return render(
        request,
        "styleguide.html",
        {
            "prompt_form": PromptForm(initial={"prompt": WORDS, "count": 4, "shape": "square"}),
            "form": every_field,
            "ready": ready,
            "pictures": [
                _picture(11, "queued", "Waiting", "About 40 seconds.", place=3),
                _picture(12, "drawing", "Drawing", "You can keep writing."),
                _picture(13),
                _picture(14, "refused", "Not made", "Try other words. This did not use up a picture."),
                _picture(15, "failed", "No answer", "The drawing service did not answer. The try came back to you."),
                _picture(16, "cancelled", "Cancelled", "You stopped it."),
            ],
            "tries": _tries(ready),
            "parts": [
                {"source": "frame", "text": "Draw a friendly picture for a school, without text in it."},
                {"source": "student", "text": WORDS},
                {"source": "frame", "text": "Never show: violence, fear, brands, real people."},
            ],
            "steps": [
                {"word": "Write", "state": "done", "url": "#sg-studio"},
                {"word": "Choose", "state": "current"},
                {"word": "Edit", "state": ""},
                {"word": "Submit", "state": ""},
            ],
            "criteria": ["Unexpected context", "Prompt detail", "Look and light"],
            "names": ["Anna K.", "Timur S.", "Maria L.", "Kirill V."],
            "art_names": _symbols("art.svg"),
            "icons": _symbols("icons.svg"),
        },
    )


def _picture(number, state="ready", state_word="Ready", sentence="Try 4 · 38 seconds", place=None):
    url = static(SAMPLES[number % len(SAMPLES)]) if state == "ready" else None
    return SimpleNamespace(
        id=number,
        state=state,
        state_word=state_word,
        sentence=sentence,
        place=place,
        thumb_url=url,
        large_url=url,
        full_url=url,
        width=768,
        height=768,
        alt=f"Picture {number}: {WORDS}",
        made_with="Sketch, not AI" if number % 2 else "Made with AI",
    )


def _tries(pictures):
    diff = mark_safe("Eiffel Tower <del>in the sea</del> <ins>on the sea floor, fish swim between its beams</ins>")
    return [
        {"number": 1, "words": "Eiffel Tower in the sea", "time": "10:02", "pictures": pictures[:2], "from_url": "?from=1"},
        {
            "number": 2,
            "words": "Eiffel Tower on the sea floor, fish swim between its beams",
            "diff": diff,
            "time": "10:06",
            "kind": "Edit",
            "pictures": pictures[2:3],
            "from_url": "?from=2",
        },
        {"number": 3, "words": WORDS, "time": "10:14", "pictures": pictures[3:], "best": True, "from_url": "?from=3"},
        {"number": 4, "words": "A fight", "time": "10:15", "sentence": "Nothing was drawn. Try other words."},
    ]


def _symbols(sprite):
    with open(finders.find(sprite), encoding="utf-8") as file:
        return re.findall(r'<symbol id="([^"]+)"', file.read())
