"""A teacher's classes: made, filled with names, and their doors kept."""

import pytest

from assignments.models import Classroom, Enrollment
from gallery.models import Event
from tests.builders import make_classroom, make_teacher

pytestmark = pytest.mark.django_db


@pytest.fixture
def teacher(client):
    teacher = make_teacher()
    client.force_login(teacher)
    return teacher


@pytest.fixture
def classroom(teacher):
    return make_classroom(teacher)


@pytest.fixture
def paste(client, classroom):
    """A function that pastes names into the class and returns the answer."""
    return lambda *names: client.post(f"/classes/{classroom.pk}/", {"names": "\n".join(names)})


def names(classroom):
    return sorted(classroom.enrollments.values_list("alias", flat=True))


class TestMaking:
    def test_who_makes_a_class_teaches_it(self, client, teacher):
        answer = client.post("/classes/new/", {"name": "7B", "subject": "Art"})
        classroom = Classroom.objects.get()
        assert answer.url == f"/classes/{classroom.pk}/"
        assert list(Classroom.objects.taught_by(teacher)) == [classroom]
        assert len(classroom.join_code) == 8 and not set(classroom.join_code) & set("IO01")

    def test_a_class_needs_a_name(self, client, teacher):
        assert client.post("/classes/new/", {"name": " "}).status_code == 422
        assert not Classroom.objects.exists()

    def test_two_classes_never_share_a_code_or_a_lane(self, teacher):
        one, other = make_classroom(teacher), make_classroom(teacher)
        assert one.join_code != other.join_code and one.lane != other.lane


class TestNames:
    def test_pasted_names_are_on_the_roster_at_once(self, paste, classroom):
        assert paste("Anna K.", "", "  Boris   T. ").status_code == 302
        assert names(classroom) == ["Anna K.", "Boris T."]
        assert classroom.enrollments.active().count() == 2

    def test_the_same_name_twice_is_one_child_under_its_first_spelling(self, paste, classroom):
        paste("Семён П.", "семен  п.", "СЕМЁН П.")
        assert names(classroom) == ["Семён П."]

    def test_known_names_stay_as_they_are(self, paste, classroom):
        paste("Anna K.")
        before = classroom.enrollments.get()
        before.claim("284617")
        paste("ANNA K.", "Boris T.")
        assert names(classroom) == ["Anna K.", "Boris T."]
        assert classroom.enrollments.get(pk=before.pk).is_claimed

    @pytest.mark.parametrize("count, status", [(200, 302), (201, 422)])
    def test_at_most_two_hundred_at_once(self, paste, classroom, count, status):
        assert paste(*(f"Pupil {number}" for number in range(count))).status_code == status
        assert classroom.enrollments.count() == (count if status == 302 else 0)

    @pytest.mark.parametrize("length, status", [(80, 302), (81, 422)])
    def test_a_name_has_at_most_eighty_letters(self, paste, classroom, length, status):
        assert paste("Anna", "x" * length).status_code == status
        assert classroom.enrollments.count() == (2 if status == 302 else 0)

    def test_nothing_pasted_is_answered_with_a_sentence(self, paste):
        assert paste("", " ").status_code == 422

    def test_a_name_with_marks_of_html_is_shown_as_written(self, client, paste, classroom):
        paste("<script>alert(1)</script>")
        assert "<script>alert(1)" not in client.get(f"/classes/{classroom.pk}/").content.decode()

    def test_the_same_name_in_two_classes_is_two_children(self, client, paste, classroom, teacher):
        other = make_classroom(teacher, name="8A")
        paste("Anna K.")
        client.post(f"/classes/{other.pk}/", {"names": "Anna K."})
        assert len(set(Enrollment.objects.values_list("student", flat=True))) == 2


class TestDoor:
    def act(self, client, classroom, action):
        assert client.post(f"/classes/{classroom.pk}/door/", {"action": action}).status_code == 302
        classroom.refresh_from_db()
        return classroom

    def test_it_is_closed_and_opened(self, client, classroom):
        assert self.act(client, classroom, "close").is_open is False
        assert self.act(client, classroom, "open").is_open is True

    def test_a_new_code_replaces_the_old_one_and_leaves_the_door_as_it_is(self, client, classroom):
        self.act(client, classroom, "close")
        old = classroom.join_code
        assert self.act(client, classroom, "code").join_code != old
        assert not classroom.is_open and Event.objects.filter(verb="classroom.door").count() == 2

    def test_the_poster_shows_the_code_and_where_to_type_it(self, client, classroom):
        page = client.get(f"/classes/{classroom.pk}/poster/").content.decode()
        assert classroom.shown_code in page and "testserver" in page


class TestChildren:
    @pytest.fixture
    def child(self, classroom):
        child = Enrollment.objects.enrol(classroom, "Anna K.", is_approved=False)
        child.claim("284617")
        Enrollment.objects.update(pin_failures=10, pin_locked_at=child.created_at)
        return child

    @pytest.mark.parametrize(
        "action, changed",
        [
            ("unlock", lambda row: not row.is_locked and row.is_claimed and row.pin_failures == 0),
            ("reset-pin", lambda row: not row.is_locked and not row.is_claimed),
            ("let-in", lambda row: row.approved_at is not None and row.removed_at is None),
            ("remove", lambda row: row.removed_at is not None),
        ],
    )
    def test_the_teacher_acts_and_it_is_written_down(self, client, classroom, child, teacher, action, changed):
        assert not changed(Enrollment.objects.get(pk=child.pk))
        answer = client.post(f"/students/{child.pk}/{action}/")
        assert answer.url == f"/classes/{classroom.pk}/"
        assert changed(Enrollment.objects.get(pk=child.pk))
        event = Event.objects.get(subject=f"enrollment:{child.pk}")
        assert event.actor == teacher

    def test_who_was_removed_is_not_acted_on_any_more(self, client, classroom, child):
        client.post(f"/students/{child.pk}/remove/")
        assert client.post(f"/students/{child.pk}/let-in/").status_code == 404

    def test_who_waits_and_who_belongs_are_told_apart(self, client, classroom, child):
        Enrollment.objects.enrol(classroom, "Boris T.")
        classroom.trial_enrollment()
        context = client.get(f"/classes/{classroom.pk}/").context
        assert [row.alias for row in context["waiting"]] == ["Anna K."]
        assert [row.alias for row in context["pupils"]] == ["Boris T."]
