"""`manage.py screen`: what the words gate says of a file of prompts."""

import csv
import io
import json
import subprocess
import sys

import pytest
from django.core.management import CommandError, call_command

from tests.processes import ROOT

BAD = "голая отрубленная голова"


@pytest.fixture
def screen(tmp_path):
    """Return a function that screens text or bytes and returns (answers, what was said on standard error)."""

    def run(text, *options):
        file = tmp_path / "prompts.tsv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        out, err = io.StringIO(), io.StringIO()
        call_command("screen", str(file), *options, stdout=out, stderr=err)
        return out.getvalue(), err.getvalue()

    return run


@pytest.fixture
def answers(screen):
    def run(text, *options):
        return [json.loads(line) for line in screen(text, "--format", "json", *options)[0].splitlines()]

    return run


class TestRows:
    def test_each_row_has_one_line_with_exactly_these_keys(self, answers):
        said = answers("id\tlang\tlabel\tprompt\na1\ten\tfine\ta cat on a mat\na2\tru\tbad\t" + BAD + "\n")
        assert [(line["id"], line["verdict"]) for line in said] == [("a1", "pass"), ("a2", "refuse")]
        assert all(set(line) == {"id", "verdict", "gate", "families", "ms"} for line in said)
        assert said[0]["families"] == [] and said[1]["families"] and said[1]["gate"] == "words"

    def test_a_row_without_an_id_is_known_by_its_number(self, answers):
        assert [line["id"] for line in answers("prompt\na cat\na dog\n")] == ["1", "2"]

    def test_a_child_in_need_is_answered_with_care(self, answers):
        assert answers("prompt\nI want to die\n")[0]["verdict"] == "care"

    def test_quotation_marks_tabs_and_new_lines_inside_a_field_are_read_as_they_were_written(self, answers):
        out = io.StringIO()
        rows = csv.writer(out, dialect="excel-tab")
        rows.writerows([("prompt", "id"), ('a "big"\tcat\non a mat', "x"), ("a dog", "y")])
        assert [(line["id"], line["verdict"]) for line in answers(out.getvalue())] == [("x", "pass"), ("y", "pass")]

    def test_a_byte_order_mark_belongs_to_no_column(self, answers):
        assert answers(b"\xef\xbb\xbfprompt\tid\na cat\tx\n")[0]["id"] == "x"

    def test_an_answer_is_there_before_the_file_ends(self):
        """The file is never held in memory, so one of any size can be screened."""
        command = [sys.executable, "manage.py", "screen", "-", "--format", "json"]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            process.stdin.write("prompt\n" + "a cat on a mat\n" * 2000)
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["verdict"] == "pass"
            process.stdin.close()
            assert len(process.stdout.readlines()) == 1999


class TestBrokenRows:
    @pytest.mark.parametrize(
        "row",
        [
            pytest.param(b"only an id", id="too short"),
            pytest.param(b"x\ta cat\twith a gun", id="a tab in the prompt"),
            pytest.param(b"x\t\xff\xfe\xfa", id="not UTF-8"),
            pytest.param(b"x\t" + b"cat " * 300_000, id="a field of more than a megabyte"),
        ],
    )
    def test_what_cannot_be_read_is_held_and_the_next_row_is_judged(self, answers, row):
        said = answers(b"id\tprompt\n" + row + b"\ny\ta dog\n")
        assert [(line["verdict"], line["gate"]) for line in said] == [("hold", "broken"), ("pass", "")]

    @pytest.mark.parametrize("prompt", ["", "cat " * 8000, "🙂" * 32_000, "\u200b" * 50, "\x00"])
    def test_empty_and_endless_prompts_never_pass(self, answers, prompt):
        assert answers(f"id\tprompt\nx\t{prompt}\n")[0]["verdict"] != "pass"


class TestFiles:
    @pytest.mark.parametrize(
        ("text", "word"),
        [
            ("", "empty"),
            ("id\ttext\n1\ta cat\n", "no column"),
            ("id,prompt\n1,a cat\n", "no column"),
            (b"\xff\xfep\x00", "no column"),
        ],
    )
    def test_a_file_of_another_kind_is_named_as_such(self, screen, text, word):
        with pytest.raises(CommandError, match=word):
            screen(text)

    def test_a_file_that_is_not_there_is_named(self, tmp_path):
        with pytest.raises(CommandError, match="No such file"):
            call_command("screen", str(tmp_path / "none.tsv"))

    def test_a_file_without_rows_says_so(self, screen):
        assert "no row" in screen("prompt\n")[1]


class TestSummary:
    TEXT = "label\tlang\tprompt\nfine\ten\ta cat\nfine\ten\ta dog\nbad\tru\t" + BAD + "\n"

    def test_shares_are_printed_for_each_label_and_language(self, screen):
        table = [line.split() for line in screen(self.TEXT, "--summary")[0].splitlines()]
        assert table[1] == ["bad", "ru", "1", "0.0%", "0.0%", "100.0%", "0.0%", "100.0%"]
        assert table[2] == ["fine", "en", "2", "100.0%", "0.0%", "0.0%", "0.0%", "0.0%"]

    def test_with_lines_of_json_the_shares_do_not_stand_among_them(self, screen):
        out, err = screen(self.TEXT, "--summary", "--format", "json")
        assert len([json.loads(line) for line in out.splitlines()]) == 3
        assert "100.0%" in err
