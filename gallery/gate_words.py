"""What adults read of the gates that stop words: which one it was, and what kind of trouble it saw. No word is named."""

from django.utils.translation import gettext_lazy as _

#: Which gate refused a prompt, in two or three words.
GATE_WORDS = {
    "words": _("words that do not fit school"),
    "personal": _("somebody's data"),
    "frame": _("orders to the machine"),
    "care": _("a child may need help"),
    "length": _("too long or empty"),
    "learned": _("the meaning as a whole"),
}

#: What a teacher reads of the gate that stopped a try.
GATES_FOR_ADULTS = {
    "words": _("The lists of words stopped it."),
    "personal": _("It may give away who a child is. Allow it only where it does not: these words go to the drawing service."),
    "frame": _("It speaks to the drawing machine instead of describing a picture."),
    "learned": _("No single word; the sentence as a whole looked doubtful."),
    "care": _("These words may be a cry for help. Please speak with the student, kindly and soon."),
    "length": _("It is too long or empty."),
}

#: The kinds of trouble, by the key that a gate gives (gallery.safety).
FAMILY_WORDS = {
    "self_harm": _("self-harm"),
    "abuse": _("abuse"),
    "sexual": _("sexual things"),
    "nudity": _("nudity"),
    "gore": _("blood and wounds"),
    "violence": _("violence"),
    "weapons": _("weapons"),
    "horror": _("horror"),
    "hate": _("hate"),
    "bullying": _("bullying"),
    "extremism": _("extremism"),
    "drugs": _("drugs"),
    "alcohol": _("alcohol"),
    "tobacco": _("smoking"),
    "adult": _("things for adults"),
    "crime": _("crime"),
    "deceit": _("forgery and deceit"),
    "privacy": _("somebody's private life"),
    "people": _("real people"),
    "brands": _("brands and well-known figures"),
    # our own lists, and writing that no list can read
    "own": _("a word on your school's or assignment's own list"),
    "language": _("another language than Russian or English"),
    "disguise": _("letters set apart or hidden"),
    # personal data
    "email": _("an e-mail address"),
    "link": _("an internet address"),
    "handle": _("somebody's name on a network"),
    "number": _("a telephone or document number"),
    "address": _("a home address"),
    "school": _("a school"),
    "name": _("somebody's name"),
    # talking to the frame
    "invisible": _("signs that nobody can see"),
    "instructions": _("orders to ignore the rules"),
    "role": _("a role for the machine to play"),
    "markup": _("program code or markup"),
    "encoded": _("words in a code"),
    # the learned layer
    "meaning": _("the meaning as a whole"),
    "unread": _("the learned layer is missing here, so you are asked"),
    # length
    "empty": _("no words"),
    "long": _("too long"),
}


def family_words(key):
    """Return a kind of trouble in an adult's words; the key itself where nobody has put it into words yet."""
    return FAMILY_WORDS.get(key, key)
