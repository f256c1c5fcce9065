"""The teacher's tray: stopped tries that wait for an adult's word, what was decided, and how often the gates were wrong."""

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from gallery.gate_words import GATE_WORDS, GATES_FOR_ADULTS, family_words
from gallery.models import Appeal, Generation
from gallery.safety.families import Family, Section, phrase_of
from gallery.safety.lists import Lexicon, school
from gallery.safety.normalise import clean, tokens
from gallery.safety.policy import fault_of

from .models import Classroom, Enrollment, Submission, WordRule
from .phrases import phrases_in

#: Matters on the page at once: open ones, the oldest first, and decided ones, the newest first.
MOST_SHOWN, MOST_DECIDED = 40, 20
#: Stopped tries below which a share says nothing.
FEW = 20
#: Families of the words gate that no phrase can excuse: the writing itself cannot be read.
UNREADABLE = ("language", "disguise")

#: What a teacher reads where allowed words cannot be drawn after all, by the code of the refusal.
CANNOT_DRAW = {
    "closed": _("The time for this assignment is over, so nothing can be drawn. Nothing was decided."),
    "no_tries": _("This student has no try left, so nothing can be drawn. Nothing was decided."),
    "no_engine": _("No engine can draw just now. Nothing was decided; try again later or tell an administrator."),
    "purse": _("A limit leaves this student no such picture now. Nothing was decided; you can raise the limit or wait."),
    "no_price": _("Nobody has written down what a picture costs here, so none can be made. Nothing was decided."),
    "changed": _("The limits were changed in this very moment. Nothing was decided; press once more."),
}


def appeals_of(user):
    """Return the stopped tries that ``user`` may decide on: those of the classes they teach, and all for reviewers."""
    if not user.is_authenticated:
        return Appeal.objects.none()
    appeals = Appeal.objects.filter(generation__trail__submission__assignment__classroom__archived_at=None)
    if may_review(user):
        return appeals
    return appeals.filter(generation__trail__in=Submission.objects.taught_by(user).values("trail"))


def may_review(user):
    return user.is_staff and user.has_perm("gallery.change_appeal")


def in_tray(user):
    """Count the matters that wait for ``user``."""
    return appeals_of(user).undecided().count()


def in_trays_of(classrooms):
    """Return how many matters of each class wait, by its pk."""
    place = "generation__trail__submission__assignment__classroom"
    waiting = Appeal.objects.undecided().filter(**{f"{place}__in": [classroom.pk for classroom in classrooms]})
    return dict(waiting.order_by().values_list(place).annotate(Count("pk")))


def matters(appeals, user):
    """Return what the tray of ``user`` shows of ``appeals``, in a number of queries that does not grow with them."""
    place = "generation__trail__submission__assignment__classroom__school"
    rows = [_matter(appeal) for appeal in appeals.with_words().select_related(place)]
    pupils = Enrollment.objects.filter(student__in={row["student"].pk for row in rows})
    names = {(row.classroom_id, row.student_id): row.alias for row in pupils.only("classroom", "student", "alias")}
    taught = set(Classroom.objects.taught_by(user).values_list("pk", flat=True))
    for row in rows:
        row["may_grade"] = row["classroom"].pk in taught
        row["name"] = names.get((row["classroom"].pk, row["student"].pk), str(row["student"]))
    return rows


def _matter(appeal):
    words, work = appeal.generation, appeal.generation.trail.submission
    return {
        "appeal": appeal,
        "generation": words,
        "student": words.trail.owner,
        "assignment": work.assignment,
        "classroom": work.assignment.classroom,
        "gate": GATES_FOR_ADULTS.get(words.gate, words.gate),
        "family": family_words(words.gate_family),
        "may_list": may_list(words),
        "phrases": touched(words.prompt) if may_list(words) and appeal.is_open else [],
    }


def may_list(generation):
    """Say whether a phrase on the assignment's list could have let these words pass."""
    return generation.gate == "words" and generation.gate_family not in UNREADABLE


def touched(words):
    """Return the phrases of a prompt that the house's lists know, as they stand in it, the longest first.

    Nothing where several words together were the trouble, or one of the school's own list.
    """
    found = tokens(clean(words))
    places = {tuple(sorted(where)) for _family, level, where in school().where(found) if level != "allow"}
    phrases = {" ".join(found[index].text for index in where) for where in places}
    return sorted((phrase for phrase in phrases if not fault_of(phrase)), key=lambda phrase: (-len(phrase), phrase))


def occurs(phrase, words):
    """Say whether ``phrase`` stands in ``words``, in any of its forms, as the gate looks for it."""
    family = Family("own", (Section("allow", "", (phrase_of(phrase),)),))
    return bool(Lexicon([family]).where(tokens(clean(words))))


class DecisionForm(forms.Form):
    """What a teacher decides about one stopped try, and says to its student."""

    decision = forms.ChoiceField(choices=Appeal.Decision.choices)
    note = forms.CharField(label=_("Words to the student"), max_length=300, required=False)
    phrase = forms.CharField(label=_("Word or phrase to allow"), max_length=200, required=False)

    def __init__(self, *args, appeal, **kwargs):
        super().__init__(*args, **kwargs)
        self.appeal = appeal

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("decision") != Appeal.Decision.ALLOW_WORD:
            return cleaned | {"phrase": ""}
        if not may_list(self.appeal.generation):
            raise ValidationError(_("No single word was the trouble here. Allow these words this once."), code="no_word")
        if "phrase" in cleaned:
            self._look_at(cleaned)
        return cleaned

    def _look_at(self, cleaned):
        """Refuse a phrase that is none, or that is not among the student's words: it would change nothing for them."""
        try:
            [cleaned["phrase"]] = phrases_in(cleaned["phrase"], most=1)
        except ValidationError:
            said = _("Type the one word or phrase that is fine here, as it stands in the student's words.")
            self.add_error("phrase", ValidationError(said, code="phrase"))
        else:
            if not occurs(cleaned["phrase"], self.appeal.generation.prompt):
                said = _("This does not stand in the student's words, so it would change nothing for them.")
                self.add_error("phrase", ValidationError(said, code="not_there"))


def false_alarms(user):
    """Count, by gate and language, what the gates stopped for the classes of ``user``, and what an adult then allowed.

    ``share`` is in percent, None where so few were stopped that it would say nothing.
    """
    stopped = Generation.objects.filter(gate__in=Generation.GATES_OF_WORDS)
    appeals = appeals_of(user)
    if not may_review(user):
        stopped = stopped.filter(trail__in=Submission.objects.taught_by(user).values("trail"))
    return alarms(stopped, appeals)


def alarms(stopped, appeals):
    """Return one line for each gate and language of the ``stopped`` tries, with what became of the ``appeals``."""
    counted = appeals.counted()
    stops = stopped.order_by("gate", "language").values_list("gate", "language").annotate(Count("pk"))
    return [
        {
            "gate": GATE_WORDS.get(gate, gate),
            "language": dict(settings.LANGUAGES).get(language, language),
            "stopped": count,
            **(known := counted.get((gate, language), {"open": 0, "allowed": 0})),
            "share": None if count < FEW else round(100 * known["allowed"] / count),
        }
        for gate, language, count in stops
    ]


class WordListForm(forms.Form):
    """Words and phrases for the list of one assignment or school, pasted, one a line."""

    phrases = forms.CharField(
        label=_("Words and phrases, one on each line"),
        help_text=_("In any form: the gate finds “swords” where you write “sword”. A star stands for any ending: castl*."),
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off"}),
    )
    level = forms.ChoiceField(
        label=_("What the gate does with them"),
        choices=WordRule._meta.get_field("level").choices,
        initial="allow",
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, most, **kwargs):
        super().__init__(*args, **kwargs)
        self.most = most

    def clean_phrases(self):
        return phrases_in(self.cleaned_data["phrases"], most=self.most)
