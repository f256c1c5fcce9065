"""Rows for tests, made through the doors that the site itself uses."""

import functools
import io
import itertools

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from PIL import Image

from assignments.models import Assignment, Classroom, Enrollment, School, Submission, Teacher, User
from assignments.starters import starter
from gallery import engines, generation
from gallery.models import Engine, Picture, Price
from gallery.providers.base import Abilities, Drawn, Usage, write_spool
from gallery.safety.picture_gate import Look

PASSWORD = "correct-horse-battery"
_number = itertools.count(1)


@functools.cache
def hashed_password():
    """Return PASSWORD as it is stored; hashed once, since a good hash takes its time."""
    return make_password(PASSWORD)


def make_engine(name="sketch", *, price_micros=50_000, **fields):
    """Return the engine ``name``; the sketch engine as the environment makes it where nothing else is said.

    ``price_micros`` is the worst price of any picture, None for an engine without a price.
    """
    engines.refresh({})
    if name == "sketch" and not fields:
        return Engine.objects.get(name="sketch")
    fields = {"title": name, "provider": "openai", "model": "test-model"} | fields
    engine = Engine.objects.create(name=name, **fields)
    if price_micros is not None:
        Price.objects.create(engine=engine, micros=price_micros, source="an offer")
    return engine


def make_teacher(name="teacher", **fields):
    user = User.objects.create(username=f"{name}{next(_number)}", display_name=name, password=hashed_password(), **fields)
    Teacher.objects.create(user=user, school=School.objects.default())
    return user


def make_classroom(teacher=None, name="7B", **fields):
    teacher = teacher or make_teacher()
    row = teacher.teacher_rows.get()
    classroom = Classroom.objects.create(school=row.school, name=name, **fields)
    classroom.teachers.add(row)
    return classroom


def make_student(classroom, alias=None):
    """Return a student of the class, with a password for the test client's doors."""
    enrollment = Enrollment.objects.enrol(classroom, alias or f"Pupil {next(_number)}")
    enrollment.student.password = hashed_password()
    enrollment.student.save()
    return enrollment.student


def make_assignment(classroom=None, language="en", **fields):
    classroom = classroom or make_classroom()
    if not Engine.objects.exists():
        make_engine()
    assignment = Assignment.objects.draft(starter("monument", language), classroom, classroom.teachers.first().user)
    for name, value in ({"published_at": timezone.now()} | fields).items():
        setattr(assignment, name, value)
    assignment.save()
    return assignment


def make_work(assignment=None, student=None):
    assignment = assignment or make_assignment()
    return Submission.objects.begin(assignment, student or make_student(assignment.classroom))


def make_queued(work=None, prompt="A dog next to the Eiffel Tower", pictures=1, **fields):
    """Return the pictures of one accepted try, all waiting."""
    work = work or make_work()
    generation = work.ask(prompt=prompt, shape="wide", pictures=pictures, **fields)
    return list(generation.pictures.select_related("engine", "generation__trail"))


def make_ready(work=None, provider=None, **fields):
    """Return one picture, drawn through the way that a worker goes."""
    work = work or make_work()
    picture = make_queued(work, **fields)[0]
    claimed = claim(picture.engine)
    generation.draw(claimed, provider or FlatProvider(scale=16), finds_no_fault)  # a small one is made in no time
    return Picture.objects.get(pk=claimed.pk)


def make_handed_in(work=None, **fields):
    work = work or make_work()
    picture = make_ready(work)
    texts = {"title": "Tower", "alt_text": "A brown dog sits next to a tall tower.", "reason": "The light is the best."}
    work.hand_in(picture=picture, **(texts | fields))
    return work


def claim(engine, lease=60):
    return Picture.objects.claim_next(engine, worker="test:1", lease=lease)


def finds_no_fault(image):
    """Stand for the picture classifier, in no time, where a test is about something else."""
    return Look("fine", 0.0)


class FlatProvider:
    """A drawer for tests that need a picture and not its making: one plain colour, by seed, of the size that was asked for."""

    abilities = Abilities()

    def __init__(self, error=None, answer=None, micros=None, scale=1, usage=None):
        self.error, self.answer, self.scale, self.asked = error, answer, scale, []
        self.usage = usage or Usage(micros=micros)

    def ask(self, request, spool):
        self.asked.append(request)
        if self.error:
            raise self.error
        write_spool(spool, [b"answer"])

    def read(self, spool, request):
        if isinstance(self.answer, Exception):
            raise self.answer
        return Drawn(
            self.answer or flat_png(*(side // self.scale for side in request.size), seed=request.seed or 0),
            usage=self.usage,
        )


def flat_png(width, height, seed=0):
    """Return a PNG of one colour, a blue: of surfaces of other colours the picture classifier is less sure."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (seed % 128, seed // 128 % 256, 255)).save(file, "PNG", compress_level=1)
    return file.getvalue()
