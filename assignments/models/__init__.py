"""One module per subject; everything is importable from here."""

from .allowance import Allowance
from .assignment import Assignment
from .care import CareNote, HelpText
from .classroom import Classroom, Enrollment
from .grade import CriterionGrade, Grade, GradeChange
from .people import Student, Teacher, User
from .rubric import Criterion, Level, Rubric
from .school import School
from .submission import Submission, Version
from .word_rule import FamilyLevel, WordRule

__all__ = [
    "Allowance",
    "Assignment",
    "CareNote",
    "Classroom",
    "Criterion",
    "CriterionGrade",
    "Enrollment",
    "FamilyLevel",
    "Grade",
    "GradeChange",
    "HelpText",
    "Level",
    "Rubric",
    "School",
    "Student",
    "Submission",
    "Teacher",
    "User",
    "Version",
    "WordRule",
]
