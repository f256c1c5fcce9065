"""The demo class: a teacher, an admin, six pupils, the lesson's assignment in two languages, and three stages of work."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.utils import timezone

from gallery import engines, generation
from gallery.models import Engine, Picture, Purse

from .models import Assignment, Classroom, Enrollment, School, Submission, Teacher, User
from .starters import starter

TEACHER, ADMIN, STUDENT = "demo-teacher", "demo-admin", "demo-student-"
PUPILS = ["Анна К.", "Тимур С.", "Мария Л.", "Emma B.", "Oliver T.", "Кирилл В."]
PICTURES = 600  # that the demo class may ask for in all

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
    return Classroom.objects.get(teachers__user__username=TEACHER, name="7B")


def load():
    """Load the demo class once; at later starts only keep its password as it is set. Refuses anywhere but on loopback."""
    if not settings.IS_LOCAL:
        raise ImproperlyConfigured("The demo class is for one's own machine: ALLOWED_HOSTS names other hosts.")
    teacher = User.objects.filter(username=TEACHER).first()
    if teacher is None:
        _make()
    elif not teacher.check_password(password()):
        _set_passwords()


def _set_passwords():
    for user in User.objects.filter(username__in=[TEACHER, ADMIN, *(f"{STUDENT}{n}" for n in range(1, len(PUPILS) + 1))]):
        user.set_password(password())
        user.save(update_fields=["password"])


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
        draft.due_at, draft.published_at, draft.is_shape_free = due, timezone.now(), True
        draft.save()
    return drafts[0]


def _make():
    assignment = _make_people()
    first, second = (User.objects.get(username=f"{STUDENT}{number}") for number in (1, 2))
    work = _draw(assignment, first, FINISHED)
    picture = Picture.objects.filter(generation__trail=work.trail, status=Picture.Status.READY).order_by("-pk").first()
    if picture:
        work.hand_in(
            picture=picture,
            title="Башня, которая умеет плавать",
            alt_text="На дне моря стоит Эйфелева башня. Вокруг неё плавают рыбы и черепаха, сверху падает утренний свет.",
            reason="Все думают, что башня может стоять только в городе. Я поставила её туда, куда не доедет автобус.",
        )
    _draw(assignment, second, HALF_DONE)


def _draw(assignment, student, prompts):
    """Let ``student`` try ``prompts`` one after the other; the sketch engine draws here and now, whatever is configured."""
    sketch = Engine.objects.get(name="sketch")
    work = Submission.objects.begin(assignment, student)
    work.assignment.engine = sketch
    for prompt in prompts:
        work.ask(prompt=prompt, shape="wide", pictures=1)
        picture = Picture.objects.claim_next(sketch, worker="demo", lease=settings.LEASE_SECONDS)
        if picture:  # a worker that runs already may have been quicker
            generation.draw(picture, engines.provider_of(sketch))
    return work
