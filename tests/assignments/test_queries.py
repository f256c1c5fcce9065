"""Pages cost the same number of questions to the database, however much there is to show."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assignments.models import Enrollment, Grade, Submission
from gallery.models import Engine, Generation, Picture
from tests.builders import make_assignment, make_classroom, make_engine, make_student, make_teacher

pytestmark = pytest.mark.django_db


def questions(client, address):
    """Return how many queries a second look at ``address`` takes; the first fills what is kept for everybody."""
    assert client.get(address).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


def add_tries(work, count):
    """Write ``count`` finished tries with one picture each, as rows only: nothing here looks at pixels."""
    first = work.trail.generations.count() + 1
    engine = Engine.objects.get(name="sketch")
    fields = {"trail": work.trail, "engine": engine, "language": "en", "seed": 1, "parts": [["student", "A dog"]]}
    settings = {"shape": "wide", "size": [1536, 864], "quality": "", "pictures": 1}
    tries = Generation.objects.bulk_create(
        Generation(number=first + number, prompt=f"A dog {number}", settings=settings, **fields) for number in range(count)
    )
    row = {
        "engine": engine,
        "owner": work.student,
        "status": "ready",
        "file": "x.png",
        "width": 1536,
        "height": 864,
    }
    return Picture.objects.bulk_create(Picture(generation=generation, position=0, **row) for generation in tries)


def add_works(assignment, count):
    """Let ``count`` more students of the class hand in, be graded and hang in the gallery."""
    for _ in range(count):
        student = Enrollment.objects.enrol(assignment.classroom, f"Author {Enrollment.objects.count()}").student
        work = Submission.objects.begin(assignment, student)
        [picture] = add_tries(work, 1)
        work.hand_in(picture=picture, title="a", alt_text="b", reason="c")
        Grade.objects.record(work, points={}, feedback="", grader=None)
        picture.approve(assignment.created_by)


@pytest.fixture
def teacher(client):
    make_engine()
    teacher = make_teacher()
    client.force_login(teacher)
    return teacher


class TestStudents:
    @pytest.fixture
    def work(self, client):
        make_engine()
        assignment = make_assignment()
        student = make_student(assignment.classroom)
        client.force_login(student)
        return Submission.objects.begin(assignment, student)

    def test_the_studio_costs_the_same_with_three_tries_and_with_three_hundred(self, client, work):
        address, costs = f"/studio/{work.assignment.public_id}/", []
        for count in (3, 27, 270):
            add_tries(work, count)
            costs.append(questions(client, address))
        assert costs[0] == costs[1] == costs[2]

    def test_so_does_handing_in(self, client, work):
        address, costs = f"/studio/{work.assignment.public_id}/hand-in/", []
        for count in (3, 27):
            work.choose(add_tries(work, count)[0])
            costs.append(questions(client, address))
        assert costs[0] == costs[1]

    def test_the_first_page_costs_the_same_with_three_assignments_and_with_thirty(self, client, work):
        costs = []
        for count in (3, 27):
            for _ in range(count):
                assignment = make_assignment(work.assignment.classroom)
                other = Submission.objects.begin(assignment, work.student)
                [picture] = add_tries(other, 1)
                other.hand_in(picture=picture, title="a", alt_text="b", reason="c")
            costs.append(questions(client, "/"))
        assert costs[0] == costs[1]

    def test_the_gallery_costs_the_same_with_three_works_and_with_thirty(self, client, work):
        costs = []
        for count in (3, 27):
            add_works(work.assignment, count)
            costs.append(questions(client, f"/studio/{work.assignment.public_id}/gallery/"))
        assert costs[0] == costs[1]


class TestTeachers:
    def test_the_hand_ins_cost_the_same_for_three_children_and_for_three_hundred(self, client, teacher):
        assignment, costs = make_assignment(make_classroom(teacher)), []
        for count in (3, 27, 270):
            add_works(assignment, count)
            costs.append(questions(client, f"/assignments/{assignment.public_id}/"))
        assert costs[0] == costs[1] == costs[2]

    @pytest.mark.parametrize("page", ["grades.csv", "grading"])
    def test_so_do_the_gradebook_and_the_grading_desk(self, client, teacher, page):
        assignment, costs = make_assignment(make_classroom(teacher)), []
        for count in (3, 27):
            add_works(assignment, count)
            work = Submission.objects.first()
            address = (
                reverse("assignments:grading", args=[work.public_id])
                if page == "grading"
                else f"/assignments/{assignment.public_id}/{page}"
            )
            costs.append(questions(client, address))
        assert costs[0] == costs[1]

    def test_the_desk_costs_the_same_with_three_classes_and_with_thirty(self, client, teacher):
        costs = []
        for count in (3, 27):
            for _ in range(count):
                add_works(make_assignment(make_classroom(teacher)), 1)
            costs.append(questions(client, "/"))
        assert costs[0] == costs[1]

    def test_the_class_costs_the_same_with_three_children_and_with_thirty(self, client, teacher):
        classroom, costs = make_classroom(teacher), []
        for count in (3, 27):
            for number in range(count):
                Enrollment.objects.enrol(classroom, f"Child {count} {number}", is_approved=bool(number % 2))
                make_assignment(classroom) if number < 9 else None
            costs.append(questions(client, f"/classes/{classroom.pk}/"))
        assert costs[0] == costs[1]
