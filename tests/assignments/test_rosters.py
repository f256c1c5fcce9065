"""Names come and go: what a removed student finds when the name is put back."""

import pytest

from assignments.models import Enrollment
from tests.builders import make_classroom, make_student

pytestmark = pytest.mark.django_db


def test_a_removed_name_is_put_back_with_its_work_and_without_its_pin(client):
    classroom = make_classroom()
    teacher = classroom.teachers.get().user
    student = make_student(classroom, "Anna K.")
    enrollment = Enrollment.objects.get(student=student)
    enrollment.claim("402917")
    enrollment.remove(teacher)
    client.force_login(teacher, backend="assignments.backends.NameOrEmailBackend")
    client.post(f"/classes/{classroom.pk}/", {"names": "anna  k."})
    enrollment.refresh_from_db()
    assert enrollment.removed_at is None and not enrollment.is_claimed
    assert Enrollment.objects.active().get(classroom=classroom).student == student
