"""Whose clock a page shows: the school's that it is about."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from assignments.models import Classroom, School, Teacher, User
from gallery.models import Event
from tests.builders import make_assignment, make_classroom, make_teacher

pytestmark = pytest.mark.django_db

#: 03:30 of the next day in Vladivostok (UTC+10), 20:30 in Moscow (UTC+3).
DUE = datetime(2031, 3, 4, 17, 30, tzinfo=UTC)


@pytest.fixture
def two_schools():
    """A teacher of a school in Moscow and a later one in Vladivostok, with a class at each."""
    teacher = make_teacher()
    first = make_classroom(teacher)
    other = School.objects.create(name="East", time_zone="Asia/Vladivostok")
    row = Teacher.objects.create(user=teacher, school=other)
    second = Classroom.objects.create(school=other, name="8V")
    second.teachers.add(row)
    return teacher, first, second


class TestClasses:
    def test_a_class_shows_the_time_of_its_own_school(self, client, two_schools):
        teacher, *classrooms = two_schools
        User.objects.filter(pk=teacher.pk).update(language="en")
        client.force_login(teacher)
        pages = []
        for classroom in classrooms:
            make_assignment(classroom, due_at=DUE, created_by=teacher)
            pages.append(client.get(f"/classes/{classroom.pk}/").content.decode())
        assert "20:30" in pages[0] or "8:30 p.m." in pages[0]
        assert "03:30" in pages[1] or "3:30 a.m." in pages[1]

    def test_the_next_page_shows_the_persons_own_time_again(self, client, two_schools):
        teacher, first, second = two_schools
        client.force_login(teacher)
        client.get(f"/classes/{second.pk}/")
        assert timezone.get_current_timezone_name() == "Asia/Vladivostok"
        client.get("/")
        assert timezone.get_current_timezone_name() == "Europe/Moscow"


class TestStaff:
    def test_staff_without_a_school_read_the_time_of_the_sites_first(self, two_schools):
        staff, client = User.objects.create(username="staff", is_staff=True, is_superuser=True, language="en"), Client()
        event = Event.objects.record("classroom.door", subject="classroom:1")
        Event.objects.filter(pk=event.pk)._update([(Event._meta.get_field("created_at"), None, DUE)])
        client.force_login(staff)
        page = client.get("/admin/gallery/event/").content.decode()
        assert "8:30 p.m." in page or "20:30" in page

    def test_a_site_without_a_school_gets_none_by_being_looked_at(self, client):
        client.force_login(User.objects.create(username="staff", is_staff=True, is_superuser=True))
        assert client.get("/admin/").status_code == 200
        assert not School.objects.exists()
