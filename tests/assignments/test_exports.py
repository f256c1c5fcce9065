"""The gradebook as a file: complete, of one's own class, and harmless in a spreadsheet."""

import csv
import io

import pytest

from assignments.exports import harmless
from assignments.models import Enrollment, Grade
from tests.builders import make_assignment, make_classroom, make_handed_in, make_student, make_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def assignment():
    return make_assignment(make_classroom(name="7Б"))


def export(client, assignment, language="en"):
    """Return the answer and the rows of the file."""
    client.force_login(assignment.created_by)
    answer = client.get(f"/assignments/{assignment.public_id}/grades.csv", headers={"Accept-Language": language})
    assert answer.status_code == 200
    text = answer.content.decode("utf-8-sig")
    return answer, list(csv.reader(io.StringIO(text), delimiter=";" if language == "ru" else ","))


class TestFile:
    def test_there_is_one_line_for_each_child_with_what_is_known(self, client, assignment):
        graded = make_handed_in(make_work(assignment, make_student(assignment.classroom, "Анна К.")), title="Tower")
        make_student(assignment.classroom, "Борис Т.")
        criteria = list(assignment.rubric.criteria.all())
        Grade.objects.record(graded, points={criteria[0].pk: 4}, feedback='Good, "very"\ngood', grader=None)
        head, anna, boris = export(client, assignment)[1]
        assert len({len(row) for row in (head, anna, boris)}) == 1
        assert (anna[0], anna[3], anna[4], anna[5], anna[8], anna[9], anna[11]) == (
            "Анна К.",
            "Tower",
            "4",
            "",
            "4.0",
            "20",
            'Good, "very"\ngood',
        )
        assert (boris[0], boris[1], boris[8]) == ("Борис Т.", "", "")

    def test_russian_columns_and_numbers_are_those_of_a_russian_excel(self, client, assignment):
        work = make_handed_in(make_work(assignment, make_student(assignment.classroom, "Анна")), title="a, b; c")
        Grade.objects.record(work, points={assignment.rubric.criteria.first().pk: 4}, feedback="", grader=None)
        answer, [_head, anna] = export(client, assignment, "ru")
        assert (anna[0], anna[3], anna[8]) == ("Анна", "a, b; c", "4,0")
        assert answer.content.decode("utf-8-sig").splitlines()[1].startswith('"Анна";"')

    def test_a_spreadsheet_learns_the_encoding_and_a_name_for_the_file(self, client, assignment):
        answer, _rows = export(client, assignment)
        assert answer.content.startswith(b"\xef\xbb\xbf")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.headers["Content-Disposition"].isascii()
        assert "filename*=UTF-8''7%D0%B1" in answer.headers["Content-Disposition"]

    def test_nobody_from_another_class_is_in_it(self, client, assignment):
        make_student(assignment.classroom, "Anna")
        make_handed_in(make_work(make_assignment(make_classroom()), None))
        assert [row[0] for row in export(client, assignment)[1][1:]] == ["Anna"]

    def test_the_try_out_pupil_is_left_out(self, client, assignment):
        make_handed_in(make_work(assignment, assignment.classroom.trial_enrollment().student))
        assert len(export(client, assignment)[1]) == 1

    def test_who_waits_or_was_removed_is_left_out(self, client, assignment):
        Enrollment.objects.enrol(assignment.classroom, "Waiting", is_approved=False)
        Enrollment.objects.enrol(assignment.classroom, "Removed").remove(None)
        assert len(export(client, assignment)[1]) == 1


class TestFormulas:
    @pytest.mark.parametrize("text", ["=1+1", "+7", "-1", "@SUM(A1)", " =1", "\tx", "\rx"])
    def test_a_text_that_could_run_is_made_harmless(self, text):
        assert harmless(text) == f"'{text}"

    @pytest.mark.parametrize("split", [";", ",", "\t", "\n", "\r\n"])
    def test_so_is_what_runs_where_a_spreadsheet_splits_the_cell(self, split):
        assert f"Good{split}'=cmd()" == harmless(f"Good{split}=cmd()")

    @pytest.mark.parametrize("text", ["Tower", "1=1", "", "анна", "red, blue; green", "so-so", "a - b"])
    def test_any_other_text_stays(self, text):
        assert harmless(text) == text

    def test_no_cell_that_somebody_typed_begins_a_formula(self, client, assignment):
        criterion = assignment.rubric.criteria.first()
        criterion.title = "=cmd()"
        criterion.save()
        work = make_handed_in(make_work(assignment, make_student(assignment.classroom, "=Anna")), title="@title")
        Grade.objects.record(work, points={}, feedback="-feedback", grader=None)
        for row in export(client, assignment)[1]:
            assert not [cell for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
