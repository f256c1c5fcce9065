"""What a page says of a picture: its addresses, its state in a word, and a sentence for whom it concerns."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from . import waiting
from .models import Picture

STATE_WORDS = {
    Picture.Status.QUEUED: _("Waiting"),
    Picture.Status.DRAWING: _("Drawing"),
    Picture.Status.READY: _("Ready"),
    Picture.Status.REFUSED: _("Not made"),
    Picture.Status.FAILED: _("Not made"),
    Picture.Status.CANCELLED: _("Cancelled"),
}

#: What the student reads, by the reason written on the row. None of them blames the words for the machine's fault.
FOR_STUDENTS = {
    "provider": pgettext_lazy("student", "The drawing service did not want to draw this. Try other words."),
    "words": pgettext_lazy(
        "student",
        "The drawing service changed your words into some that do not fit a school, so its picture is not shown. It is not "
        "your fault. Press the button again.",
    ),
    "unanswered": pgettext_lazy("student", "We could not fetch this picture. It is not your fault. Press the button again."),
    "unusable": pgettext_lazy("student", "The machine sent back something that is no picture. Press the button again."),
    "broken": pgettext_lazy("student", "The drawing machine has a fault. Your words are fine. Try again a little later."),
    "too_late": pgettext_lazy("student", "Nobody could draw this for a long time. Your words are fine. Try again."),
    "picture": pgettext_lazy(
        "student",
        "The machine drew something that does not fit a school. It is not your fault. Press the button again or change your "
        "words.",
    ),
    "moderation_words": pgettext_lazy("student", "The drawing service did not want to draw these words. Try other words."),
    "busy": pgettext_lazy("student", "Many pictures are being drawn just now. Yours keeps its place."),
    "stopped": waiting.WHY_NOT[waiting.STOPPED],
    "worker_lost": pgettext_lazy("student", "We start this picture again."),
}

#: Added where nothing came of the whole try.
GIVEN_BACK = pgettext_lazy("student", "The try was given back.")

#: What the student reads of a picture that a gate holds, and of one that an adult then put away.
HELD = pgettext_lazy("student", "Your teacher looks at this picture before you do. You can go on drawing meanwhile.")
PUT_AWAY = pgettext_lazy("student", "Your teacher put this picture away. It is not your fault.")
PUT_AWAY_FINAL = pgettext_lazy(
    "student", "Your teacher put this picture away. It is not your fault. You may ask for your final picture once more."
)

#: What the student reads of a final picture instead: it took no try, so none was given back.
FOR_STUDENTS_OF_FINALS = {
    "provider": pgettext_lazy(
        "student", "The drawing service did not want to draw this once more. Your draft stays, and you may hand it in."
    ),
    "words": pgettext_lazy(
        "student",
        "The drawing service changed your words into some that do not fit a school, so its picture is not shown. You may ask "
        "for your final picture once more.",
    ),
    "picture": pgettext_lazy(
        "student",
        "The machine drew something that does not fit a school. It is not your fault. You may ask for your final picture once "
        "more.",
    ),
    "moderation_words": pgettext_lazy(
        "student", "The drawing service did not want to draw these words once more. Your draft stays, and you may hand it in."
    ),
    "unanswered": pgettext_lazy(
        "student", "We could not fetch your final picture. It is not your fault. You may press the button once more."
    ),
    "unusable": pgettext_lazy(
        "student", "The machine sent back something that is no picture. You may ask for your final picture once more."
    ),
    "broken": pgettext_lazy("student", "The drawing machine has a fault. Ask for your final picture once more a little later."),
    "too_late": pgettext_lazy("student", "Nobody could draw your final picture for a long time. You may ask for it once more."),
}

#: What a teacher reads of the same.
FOR_TEACHERS = {
    "provider": _("The service refused the words or the picture. The student was not charged."),
    "words": _(
        "The service reworded the prompt into words that the words gate refuses. Its picture was charged and is not shown; the "
        "student got the try back."
    ),
    "unanswered": _("The request was sent and no answer came. It may have been charged; the student got the try back."),
    "unusable": _("The service answered with something that is no picture. It may have been charged; the try was given back."),
    "broken": _("The service failed several times. Nothing was charged; the try was given back."),
    "too_late": _("No engine could draw this in time. Nothing was charged; the try was given back."),
    "picture": _(
        "Our picture classifier refused what was drawn. It was charged and nobody saw it; the student got the try back."
    ),
    "moderation_picture": _(
        "The moderation service refused what was drawn. It was charged and nobody saw it; the student got the try back."
    ),
    "moderation_words": _("The moderation service refused the words before anything was drawn. The student was not charged."),
    "care": _("These words may be a cry for help. Please speak with the student, kindly and soon."),
    "busy": _("The service asks for a slower pace. The picture waits in its place."),
    "stopped": _("The engine is stopped until an administrator acts. The picture waits in its place."),
    "worker_lost": _("A worker was lost before it asked the service. The picture is drawn again."),
}

#: Why a gate wants an adult to look at a picture first (gates.HOLDS), as a teacher reads it, and in a few words for lists.
WHY_HELD = {
    "picture_doubt": _("Our picture classifier is not sure that this picture fits a school."),
    "picture_broken": _("Our picture classifier failed, so nobody has judged this picture. An administrator should know."),
    "moderation_doubt": _("The moderation service is not sure that this picture fits a school."),
    "words_doubt": _("The moderation service was not sure of the words that this picture was drawn from."),
    "reworded_doubt": _("The service reworded the prompt, and the words gate is not sure of those words."),
    "unjudged": _("Nothing on this site could judge this picture."),
}
HELD_WORDS = {
    "picture_doubt": _("held: the classifier doubts"),
    "picture_broken": _("held: the classifier failed"),
    "moderation_doubt": _("held: the moderation doubts the picture"),
    "words_doubt": _("held: the moderation doubts the words"),
    "reworded_doubt": _("held: the service's own words are doubted"),
    "unjudged": _("held: nothing could judge it"),
}

#: The same in two or three words, for lists.
REASON_WORDS = {
    "provider": _("the service refused"),
    "words": _("the service's own words do not fit"),
    "unanswered": _("no answer came"),
    "unusable": _("the answer was no picture"),
    "broken": _("the service failed"),
    "too_late": _("waited too long"),
    "picture": _("the classifier refused"),
    "moderation_picture": _("the moderation refused the picture"),
    "moderation_words": _("the moderation refused the words"),
    "care": _("perhaps a cry for help"),
    "busy": _("the service was busy"),
    "stopped": _("the engine was stopped"),
    "worker_lost": _("a worker was lost"),
}

#: What an adult must put right at an engine, by the kind written on its row.
ENGINE_FAULTS = {
    "key": _("the key is not accepted"),
    "money": _("the money is used up"),
    "model": _("there is no such model"),
    "blocked": _("the account is blocked"),
    "address": _("the address is wrong"),
    "request": _("the service cannot read our requests"),
    "unreachable": _("the service cannot be reached"),
}

#: What the words gate says, by the gate that refused. The word itself is never repeated.
GATES = {
    "words": pgettext_lazy(
        "student", "Some of these words do not fit a picture for school. Try other words; this did not use up a try."
    ),
    "personal": pgettext_lazy(
        "student",
        "This looks like a phone number, an address or somebody's data. Leave it out, it stays "
        "yours. This did not use up a try.",
    ),
    "frame": pgettext_lazy(
        "student", "Describe what is in the picture. Orders to the drawing machine do not work here. This did not use up a try."
    ),
    "care": pgettext_lazy(
        "student",
        "These words sound sad or frightening. You are not in trouble. Please talk to an adult "
        "you trust, at home or at school: they want to help.",
    ),
    "length": pgettext_lazy(
        "student", "This is too long or empty. Describe your picture in a few sentences. This did not use up a try."
    ),
}

FOR_STUDENTS |= {"moderation_picture": FOR_STUDENTS["picture"], "care": GATES["care"]}
FOR_STUDENTS_OF_FINALS |= {"moderation_picture": FOR_STUDENTS_OF_FINALS["picture"], "care": GATES["care"]}


@dataclass
class Shown:
    """One picture as a template shows it. Widths and heights are in pixels and known before the file is loaded.

    ``state`` is the picture's, or "held" while a gate holds it, or "put_away" where an adult then hid it. One that is held has
    addresses for adults alone, who see it blurred until they ask.
    """

    picture: Picture
    alt: str
    for_teacher: bool = False

    def __post_init__(self):
        picture = self.picture
        self.id = picture.public_id
        self.is_held = picture.is_held
        self.state = "held" if self.is_held else "put_away" if picture.is_given_back else str(picture.status)
        self.number = picture.number
        self.is_final = picture.is_final
        self.draft: Shown | None = None
        self.is_hidden = picture.hidden_at is not None
        if picture.is_ready and (self.for_teacher or picture.is_shown_to_owner):
            self.thumb_url, self.large_url, self.full_url = (
                reverse("gallery:picture-file", args=[picture.public_id, size]) for size in ("384", "960", "full")
            )
            self.width, self.height = picture.width, picture.height
            self.reworded = picture.revised_prompt
        else:
            self.reworded = ""
            self.thumb_url = self.large_url = self.full_url = ""
            self.width, self.height = picture.generation.size
        self.thumb_width = min(384, self.width)
        self.thumb_height = round(self.thumb_width * self.height / self.width) if self.width else 0
        self.place = self.seconds = None
        self.why_waiting = ""

    @property
    def state_word(self):
        if self.is_held:
            return _("Waits for your look") if self.for_teacher else pgettext("student", "Your teacher is looking at it")
        return _("Put away by an adult") if self.state == "put_away" else STATE_WORDS[self.picture.status]

    @property
    def why_held(self):
        """What an adult reads of why a gate holds this picture, or held it before it was hidden."""
        return WHY_HELD.get(self.picture.reason, "")

    @property
    def sentence(self):
        if self.state in ("held", "put_away"):
            return self._sentence_of_held()
        if self.state == Picture.Status.QUEUED and (wait := waiting.sentence(self.seconds, self.why_waiting)):
            return wait
        if self.for_teacher:
            return FOR_TEACHERS.get(self.picture.reason, "")
        said = FOR_STUDENTS.get(self.picture.reason, "")
        if self.is_final:
            return FOR_STUDENTS_OF_FINALS.get(self.picture.reason, said)
        return self._with_try(said) if self.state in (Picture.Status.REFUSED, Picture.Status.FAILED) else said

    def _sentence_of_held(self):
        if self.for_teacher:
            return self.why_held
        return HELD if self.is_held else PUT_AWAY_FINAL if self.is_final else self._with_try(PUT_AWAY)

    def _with_try(self, said):
        """Add that the try was given back, unless another of its pictures is there or still to come."""
        is_counted = any(picture.is_counted for picture in self.picture.generation.pictures.all())
        is_alarm = self.picture.reason == "care"  # that text speaks of something else
        return said if is_counted or is_alarm or not said else f"{said} {GIVEN_BACK}"

    @property
    def made_with(self):
        engine = self.picture.engine
        return _("Sketch, not AI") if engine.is_sketch else _("Made with AI")


def drawn_numbers(generations):
    """Return the running number of each try that gave, or may still give, a picture, by its pk.

    Refused and failed tries cost nothing and have no number: the last number and the tries left make the limit. A final
    picture is no try.
    """
    tries = [row for row in generations if not row.is_final]
    drawn = [row for row in tries if any(picture.is_counted for picture in row.pictures.all())]
    return {row.pk: number for number, row in enumerate(drawn, 1)}


def name_sources(pictures, numbers):
    """Tell each of one trail's ``pictures`` the number of its try, and each final one which draft it was drawn from."""
    by_pk = {picture.picture.pk: picture for picture in pictures}
    for picture in pictures:
        picture.try_number = numbers.get(picture.picture.generation_id)
        picture.draft = by_pk.get(picture.picture.generation.source_id) if picture.is_final else None


def shown(picture, *, of=None, for_teacher=False):
    """Return ``picture`` for a page, under the working description that stands until the student writes their own."""
    prompt = picture.generation.prompt
    start = prompt if len(prompt) <= 80 else prompt[:79].rstrip() + "…"
    alt = _("Final picture: %(prompt)s") if picture.is_final else _("Picture %(number)s of %(all)s: %(prompt)s")
    alt %= {"number": picture.number, "all": of or picture.generation.settings.get("pictures", 1), "prompt": start}
    return Shown(picture, alt, for_teacher)
