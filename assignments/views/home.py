from django.contrib.auth.decorators import login_required
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from assignments.line import with_lines
from assignments.models import Assignment, CareNote, Classroom, Enrollment, Grade, Submission, Teacher
from assignments.shown import shown_work
from assignments.tray import in_tray
from gallery.models import Engine, Picture
from gallery.shown import shown


@login_required
def home(request):
    """Show what needs the person now: a teacher's desk, a student's assignments, or the staff room."""
    if request.user.is_teacher:
        return render(request, "assignments/teacher_home.html", teacher_home(request.user))
    if Enrollment.objects.active().filter(student=request.user).exists():
        return render(request, "assignments/student_home.html", student_home(request.user))
    if request.user.is_staff:
        return redirect("admin:index")
    return render(request, "assignments/nobody_home.html")


def teacher_home(user):
    """Gather a teacher's desk in a number of queries that does not grow with classes or work."""
    classrooms = (
        Classroom.objects.taught_by(user)
        .filter(archived_at=None)
        .annotate(
            pupils=Count(
                "enrollments",
                Q(enrollments__is_trial=False, enrollments__removed_at=None, enrollments__approved_at__isnull=False),
                distinct=True,
            ),
            waiting=Count("enrollments", Q(enrollments__removed_at=None, enrollments__approved_at=None), distinct=True),
        )
    )
    assignments = list(with_counts(Assignment.objects.taught_by(user).filter(classroom__archived_at=None)))
    return {
        "classrooms": with_lines(classrooms),
        "assignments": assignments,
        "to_grade": [assignment for assignment in assignments if assignment.ungraded],
        "to_release": [assignment for assignment in assignments if assignment.unreleased and not assignment.ungraded],
        "in_tray": in_tray(user),
        "is_asked_for_care": CareNote.objects.taught_by(user).waiting().exists(),
        "troubled": Engine.objects.troubled(),
        "checklist": checklist(user, assignments),
    }


def with_counts(assignments):
    """Add to each assignment: ``started``, ``handed_in``, ``ungraded`` and ``unreleased`` works, the try-out pupil's too.

    ``in_review`` counts the pictures that a gate holds until the teacher has looked.
    """
    held = Picture.objects.in_review().filter(generation__trail__submission__assignment=OuterRef("pk"))
    held = held.order_by().values("generation__trail__submission__assignment")
    return assignments.select_related("classroom").annotate(
        started=Count("submissions", distinct=True),
        handed_in=Count("submissions", Q(submissions__submitted_at__isnull=False), distinct=True),
        ungraded=Count("submissions", Q(submissions__in=Submission.objects.ready_to_grade()), distinct=True),
        unreleased=Count(
            "submissions",
            Q(submissions__grade__in=Grade.objects.unreleased().complete()),
            distinct=True,
        ),
        in_review=Coalesce(Subquery(held.annotate(n=Count("pk")).values("n")), 0),
    )


def checklist(user, assignments):
    """Return the steps of a teacher's first day, which are done, and which is next; None once put away."""
    row = Teacher.objects.filter(user=user).first()
    if row is None or row.checklist_hidden_at:
        return None
    own = Submission.objects.taught_by(user)
    first = next((assignment for assignment in assignments if assignment.published_at), None)
    trial = own.filter(student__enrollments__is_trial=True)
    done = {
        "look": bool(first),
        "try": trial.filter(trail__generations__isnull=False).exists(),
        "hand_in": trial.handed_in().exists(),
        "grade": Grade.objects.filter(graded_by=user).exists(),
        "class": Classroom.objects.taught_by(user).count() > 1,
    }
    upcoming = next((key for key, is_done in done.items() if not is_done), None)
    return {
        "assignment": first,
        "to_grade": own.ready_to_grade().order_by("submitted_at").first(),
        "steps": [{"key": key, "is_done": is_done, "is_next": key == upcoming} for key, is_done in done.items()],
        "is_done": upcoming is None,
    }


@login_required
@require_POST
def hide_checklist(request):
    Teacher.objects.filter(user=request.user).update(checklist_hidden_at=timezone.now())
    return redirect("home")


def student_home(user):
    """Gather a student's assignments, each with their own work on it."""
    works = {
        work.assignment_id: work
        for work in Submission.objects.filter(student=user).with_pictures().select_related("grade", "trail")
    }
    rows = []
    for assignment in Assignment.objects.open_to(user).select_related("classroom"):
        work = works.get(assignment.pk)
        grade = getattr(work, "grade", None) if work else None
        rows.append(
            {
                "assignment": assignment,
                "work": work,
                "picture": shown_work(work),
                "grade": grade if grade and grade.released_at else None,
                "is_handed_in": bool(work and work.is_handed_in),
            }
        )
    todo = [row for row in rows if not row["is_handed_in"] and not row["assignment"].is_closed]
    todo.sort(key=lambda row: _urgency(row["assignment"]))
    rest = [row for row in rows if row not in todo]
    current = todo[0] if todo else None
    if current:
        current["tries_left"] = current["assignment"].max_tries
    if current and current["work"]:
        current |= _progress(current["work"], current["assignment"])
    return {"current": current, "others": todo[1:], "done": rest}


def _urgency(assignment):
    """Return what is due first, and among equals what is written in the reader's language."""
    due = assignment.due_at.timestamp() if assignment.due_at else float("inf")
    return due, assignment.language != get_language()


def _progress(work, assignment):
    """Return how far an unfinished work is: the tries left, and its best or else newest picture."""
    work.assignment = assignment
    made = Picture.objects.shown_to_owner().filter(generation__trail=work.trail)
    made = made.select_related("generation", "engine").order_by("-pk")
    picture = made.filter(pk=work.chosen_id).first() or made.first()
    return {
        "tries_left": work.tries_left(),
        "has_tried": work.trail.generations.exists(),
        "picture": shown(picture) if picture else None,
    }
