"""What the words gate is told before it judges: the school's rules, the assignment's own, and the names of the class."""

import re
from dataclasses import replace

from gallery.safety.policy import Policy

from .classroom import Enrollment
from .word_rule import FamilyLevel, WordRule

#: A word of a name, without the dot behind an initial.
WORD = re.compile(r"[\w'-]+")
#: What this process has read of schools' rules: {pk: (stamp, Policy)}.
_kept: dict[int, tuple] = {}


def policy_for(assignment) -> Policy:
    """Return what may be drawn in ``assignment``, in two queries and one for the school where it was not fetched.

    The rules of a school are read anew only when its stamp has changed.
    """
    school = assignment.classroom.school
    rules = _rules_of(school)
    own = WordRule.objects.filter(assignment=assignment).values_list("phrase", "level")
    return replace(
        rules,
        words=(*rules.words, *own),
        names=frozenset(names_on_roster(assignment.classroom_id)),
        holds_unsure=school.holds_unsure,
        holds_without_layer=school.holds_without_layer,
    )


def _rules_of(school):
    stamp, policy = _kept.get(school.pk, (None, None))
    if stamp != school.words_stamp:
        policy = Policy(
            levels=tuple(FamilyLevel.objects.filter(school=school).values_list("family", "level")),
            words=tuple(WordRule.objects.filter(school=school).values_list("phrase", "level")),
        )
        _kept[school.pk] = (school.words_stamp, policy)
    return policy


def names_on_roster(classroom_id):
    """Return the full and the first names of a class, which no drawing service gets to know."""
    pupils = Enrollment.objects.active().filter(classroom=classroom_id, is_trial=False)
    words = [WORD.findall(alias) for alias in pupils.values_list("alias", flat=True)]
    # A single letter is an initial, or a word of its own ("A dog").
    return {name for name in [" ".join(each) for each in words] + [each[0] for each in words if each] if len(name) > 1}
