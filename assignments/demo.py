"""The demo class: a teacher, an admin, six pupils, the lesson's assignment in two languages, and three stages of work."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from gallery import engines, generation
from gallery.models import Engine, Event, Picture, Purse

from .models import Assignment, Classroom, Enrollment, School, Submission, Teacher, User
from .starters import starter

TEACHER, ADMIN, STUDENT = "demo-teacher", "demo-admin", "demo-student-"
PUPILS = ["Анна К.", "Тимур С.", "Мария Л.", "Emma B.", "Oliver T.", "Кирилл В."]
PICTURES = 600  # that the demo class may ask for in all

LOADED = "demo.loaded"  # the event that remembers each step

#: What the first two pupils tried, the first to the end, the second half-way. The others have not begun.
FINISHED = [
    "Эйфелева башня в море",
    "Эйфелева башня на дне моря, вокруг плавают рыбы",
    "Эйфелева башня на дне моря, вокруг плавают три рыбы и черепаха, раннее утро",
]
HALF_DONE = ["Пирамида и собака", "Пирамида на Луне ночью, рядом стоит космонавт"]


def password():
    """Return the demo users' password: DEMO_PASSWORD, or one that was made up at the first start and kept in var/."""
    if settings.DEMO_PASSWORD:
        return settings.DEMO_PASSWORD
    kept = settings.BASE_DIR / "var" / "demo-password"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.touch(mode=0o600)
        kept.write_text(f"{secrets.choice(WORDS)}-{secrets.choice(WORDS)}-{secrets.randbelow(9000) + 1000}\n")
    return kept.read_text().strip()


WORDS = "amber apple birch cloud coral daisy ember fable hazel ivory lemon maple ocean olive pearl river sunny tulip".split()


def classroom():
    """Return the demo teacher's first class, whatever it is called now; None where it is gone."""
    return Classroom.objects.filter(teachers__user__username=TEACHER).order_by("pk").first()


def users():
    """Return the demo's people, by the names that nobody else has."""
    return User.objects.filter(username__in=[TEACHER, ADMIN, *(f"{STUDENT}{n}" for n in range(1, len(PUPILS) + 1))])


def load():
    """Load whatever of the demo class was never loaded; at later starts only keep its password as it is set.

    A start that was stopped half-way is finished by the next one. Refuses anywhere but on loopback.
    """
    if not settings.IS_LOCAL:
        raise ImproperlyConfigured("The demo class is for one's own machine: ALLOWED_HOSTS names other hosts.")
    teacher = User.objects.filter(username=TEACHER).first()
    if teacher is None:
        _make_people()
    elif not (teacher.is_active and teacher.check_password(password())):
        _set_passwords()
    done = set(Event.objects.filter(verb=LOADED).values_list("subject", flat=True))
    for step, make in {"demo:finished": _finish, "demo:half-done": _begin}.items():
        if step not in done:
            make()
            Event.objects.record(LOADED, subject=step)  # kept for good: what somebody removes later stays removed


def retire():
    """Shut the demo's people out, on a database that moved from one's own machine to a server; return how many there were."""
    active = list(users().filter(is_active=True))
    for user in active:
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
    return len(active)


def _set_passwords():
    """Let all demo users in by the one password; hashed once, since it is the same and printed on the screen anyway."""
    users().update(is_active=True, password=make_password(password()))


@transaction.atomic
def _make_people():
    school = School.objects.default()
    teacher = User.objects.create(username=TEACHER, display_name="Ольга Сергеевна")
    User.objects.create(username=ADMIN, display_name="Demo admin", is_staff=True, is_superuser=True)
    row = Teacher.objects.create(user=teacher, school=school)
    purse = Purse.objects.create(title="7B", pictures_allowed=PICTURES)
    room = Classroom.objects.create(school=school, name="7B", subject="Искусство и технологии", purse=purse)
    room.teachers.add(row)
    for number, alias in enumerate(PUPILS, 1):
        enrollment = Enrollment.objects.enrol(room, alias)
        User.objects.filter(pk=enrollment.student_id).update(username=f"{STUDENT}{number}")
    _set_passwords()
    due = timezone.now().replace(hour=20, minute=0, second=0, microsecond=0) + timedelta(days=7)
    drafts = [Assignment.objects.draft(starter("monument", language), room, teacher) for language in ("ru", "en")]
    for draft in drafts:
        draft.due_at, draft.published_at, draft.is_shape_free, draft.allows_final = due, timezone.now(), True, True
        draft.save()


def _assignment():
    """Return the lesson in Russian, as long as the demo class has it."""
    return Assignment.objects.filter(classroom=classroom(), language="ru").order_by("pk").first()


def _finish():
    work = _draw(1, FINISHED)
    if work is None or work.is_handed_in:
        return
    picture = Picture.objects.filter(generation__trail=work.trail, status=Picture.Status.READY).order_by("-pk").first()
    if picture:
        work.hand_in(
            picture=picture,
            title="Башня, которая умеет плавать",
            alt_text="На дне моря стоит Эйфелева башня. Вокруг неё плавают рыбы и черепаха, сверху падает утренний свет.",
            reason="Все думают, что башня может стоять только в городе. Я поставила её туда, куда не доедет автобус.",
        )


def _begin():
    _draw(2, HALF_DONE)


def _draw(number, prompts):
    """Let a pupil try ``prompts`` one after the other, as far as not tried yet; return the work, None without assignment.

    The sketch engine draws here and now, whatever is configured.
    """
    assignment, student = _assignment(), User.objects.filter(username=f"{STUDENT}{number}").first()
    if assignment is None or student is None:
        return None
    sketch = Engine.objects.get(name="sketch")
    work = Submission.objects.begin(assignment, student)
    work.assignment.engine = sketch
    tried = set(work.trail.generations.values_list("prompt", flat=True))
    for prompt in (prompt for prompt in prompts if prompt not in tried):
        work.ask(prompt=prompt, shape="wide", pictures=1)
        picture = Picture.objects.claim_next(sketch, worker="demo", lease=settings.LEASE_SECONDS)
        if picture:  # a worker that runs already may have been quicker
            generation.draw(picture, engines.provider_of(sketch))
    return work
