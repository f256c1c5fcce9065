"""One module per subject; everything is importable from here."""

from .allowance import Allowance
from .assignment import Assignment
from .classroom import Classroom, Enrollment
from .grade import CriterionGrade, Grade, GradeChange
from .people import Student, Teacher, User
from .rubric import Criterion, Level, Rubric
from .school import School
from .submission import Submission, Version

__all__ = [
    "Allowance",
    "Assignment",
    "Classroom",
    "Criterion",
    "CriterionGrade",
    "Enrollment",
    "Grade",
    "GradeChange",
    "Level",
    "Rubric",
    "School",
    "Student",
    "Submission",
    "Teacher",
    "User",
    "Version",
]
