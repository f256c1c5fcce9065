"""The line of a class as its teacher sees it, and what the teacher may do there."""

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from assignments import line
from gallery import live
from gallery.clock import from_now
from gallery.line import publish as publish_as_workers_do
from gallery.line import snapshot
from gallery.models import Engine, Event, LaneRule, Picture
from tests.assignments.test_queries import questions
from tests.builders import (
    claim,
    make_assignment,
    make_classroom,
    make_engine,
    make_queued,
    make_ready,
    make_student,
    make_teacher,
    make_work,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def engine():
    return make_engine("shared", title="The shared one", concurrent_calls=1)


@pytest.fixture
def assignment(engine):
    return make_assignment(engine=engine, max_tries=50, title="A monument")


@pytest.fixture
def classroom(assignment):
    return assignment.classroom


@pytest.fixture
def teacher(client, assignment):
    teacher = assignment.created_by
    teacher.language = "en"
    teacher.save()
    client.force_login(teacher)
    return teacher


@pytest.fixture
def seen(client, teacher, classroom):
    """A function that opens the line and gives what stands there, tags and spaces aside."""
    return lambda: plain(client.get(address(classroom)))


def address(classroom, act=""):
    return f"/classes/{classroom.pk}/line/{act}"


def plain(response):
    assert response.status_code == 200
    main = response.content.decode().partition("<main")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def wait_for(assignment, *names, pictures=1):
    """Let new pupils of these names ask for pictures, one after the other; return the pictures that wait."""
    works = [make_work(assignment, make_student(assignment.classroom, name)) for name in names]
    return [make_queued(work, pictures=pictures)[0] for work in works]


def row_of(picture):
    """Return the pk of the picture's pupil on the roster."""
    return picture.owner.enrollments.get().pk


def publish(engine):
    live.publish_places(snapshot(Engine.objects.timed().get(pk=engine.pk)))


def order(text, *names):
    return sorted(names, key=text.index)


class TestWhoWaits:
    def test_an_empty_line_says_so_and_leads_on(self, seen):
        assert "0 pictures wait" in seen() and "Nobody waits" in seen() and "Open the class" in seen()

    def test_pupils_stand_in_the_order_in_which_they_will_be_drawn(self, seen, assignment, engine):
        make_queued(make_work(assignment, make_student(assignment.classroom, "Zoe")), pictures=2)
        wait_for(assignment, "Yuri", "Xenia")
        assert order(seen(), "Xenia", "Yuri", "Zoe") == ["Zoe", "Yuri", "Xenia"]
        claim(engine)  # Zoe's first; her second comes after everybody's first
        assert order(seen(), "Xenia", "Yuri", "Zoe") == ["Yuri", "Xenia", "Zoe"]

    def test_it_counts_what_waits_and_what_is_being_drawn(self, seen, assignment, engine):
        wait_for(assignment, "Ann", "Ben", pictures=2)
        claim(engine)
        assert "3 pictures wait" in seen() and "being drawn: 1" in seen()

    def test_the_try_and_the_assignment_are_named(self, seen, assignment):
        work = make_work(assignment, make_student(assignment.classroom, "Ann"))
        make_ready(work)
        make_queued(work, pictures=4)
        assert "A monument · try 2 · 4 pictures" in seen()

    def test_a_final_picture_is_named_so(self, seen, assignment):
        Engine.objects.filter(pk=assignment.engine_id).update(final_quality="high")
        assignment.allows_final = True
        assignment.save()
        work = make_work(assignment, make_student(assignment.classroom, "Ann"))
        work.assignment.engine.refresh_from_db()
        work.finish(make_ready(work))
        assert "A monument · final picture" in seen()

    def test_place_and_wait_are_those_that_the_pupil_reads(self, seen, assignment, engine):
        wait_for(assignment, "Ann", "Ben")
        publish(engine)
        assert re.search(r"Ann .* About 20 seconds. 1 in line .* Ben .* About 30 seconds. 2 in line", seen())
        assert "Until the last one is ready: about 30 seconds." in seen()

    def test_where_nothing_was_published_nobody_pretends_to_know(self, seen, assignment):
        wait_for(assignment, "Ann")
        assert "Nobody can tell just now." in seen() and "Until the last one" not in seen()

    def test_another_classs_pupils_are_not_told(self, seen, engine):
        wait_for(make_assignment(make_classroom(), engine=engine), "Stranger")
        assert "Stranger" not in seen() and "Nobody waits" in seen()

    def test_a_class_with_several_engines_is_told_of_each(self, seen, assignment, classroom):
        wait_for(assignment, "Ann")
        wait_for(make_assignment(classroom, engine=make_engine("other", title="The other one")), "Ben", "Cleo")
        text = seen()
        assert "3 pictures wait" in text
        assert re.search("Who waits for The shared one 1 picture waits .* Who waits for The other one 2 pictures wait", text)

    def test_an_engine_that_stopped_or_is_switched_off_is_told_with_what_to_do(self, seen, assignment, engine):
        wait_for(assignment, "Ann")
        engine.open_circuit("money", "no money")
        assert "The shared one does not draw just now." in seen() and "Waits until the engine draws again." in seen()
        Engine.objects.filter(pk=engine.pk).update(circuit_opened_at=None, is_enabled=False)
        assert "The shared one is switched off." in seen() and "Waits until the engine draws again." in seen()

    @pytest.mark.parametrize("fault", ["stopped", "off", "paused"])
    def test_what_was_published_before_a_fault_is_not_told_after_it(self, seen, teacher, classroom, assignment, engine, fault):
        wait_for(assignment, "Ann", "Ben")
        publish(engine)
        assert "2 in line" in seen() and "Until the last one" in seen()
        if fault == "stopped":
            engine.open_circuit("money", "no money")
        elif fault == "off":
            Engine.objects.filter(pk=engine.pk).update(is_enabled=False)
        else:
            LaneRule.objects.change(str(classroom.lane), teacher, is_paused=True)
        assert "Ann" in seen() and " in line" not in seen() and "Until the last one" not in seen()

    def test_who_is_held_back_has_no_place_and_the_others_keep_theirs(self, seen, teacher, classroom, assignment, engine):
        work = make_work(assignment, make_student(classroom, "Ann"))
        make_ready(work)
        make_queued(work)
        wait_for(assignment, "Ben")
        publish(engine)
        assert seen().count(" in line") == 2
        LaneRule.objects.change(str(classroom.lane), teacher, is_finals_only=True)
        assert seen().count(" in line") == 1 and "Until the last one" in seen()

    def test_pictures_whose_work_is_gone_do_not_break_the_page(self, seen, assignment):
        [picture] = wait_for(assignment, "Ann")
        picture.generation.trail.submission.delete()
        assert "Ann" in seen()

    def test_the_page_costs_the_same_with_five_and_with_thirty_waiting(self, client, teacher, assignment, engine):
        costs = []
        for count in (5, 25):
            wait_for(assignment, *(f"Child {count} {number}" for number in range(count)), pictures=2)
            publish(engine)
            costs.append(questions(client, address(assignment.classroom)))
        assert costs[0] == costs[1] <= 15

    def test_the_places_of_all_pupils_are_one_look_into_the_cache(self, seen, assignment, engine, monkeypatch):
        wait_for(assignment, "Ann", "Ben", "Cleo")
        publish(engine)
        looks, get_many = [], live.cache.get_many
        monkeypatch.setattr(live.cache, "get_many", lambda keys, *more: looks.append(list(keys)) or get_many(keys, *more))
        assert "3 in line" in seen() and [len(keys) for keys in looks] == [3]

    def test_a_cache_that_is_away_leaves_the_page_whole(self, seen, assignment, engine, monkeypatch):
        wait_for(assignment, "Ann")

        def away(*args):
            raise OSError("gone")

        monkeypatch.setattr(live.cache, "get_many", away)
        assert "Ann" in seen() and "Nobody can tell just now." in seen()


class TestTheHand:
    def press(self, client, classroom, act, **fields):
        return plain(client.post(address(classroom, f"{act}/"), fields, follow=True))

    def test_a_pause_is_told_with_who_and_when_and_ends_with_the_same_button(self, client, teacher, classroom, assignment):
        wait_for(assignment, "Ann")
        text = self.press(client, classroom, "rule", rule="pause")
        assert re.search(r"The line is paused since \d\d:\d\d · teacher", text)
        assert "1 picture waits held back: 1" in text and "Waits until the line goes on." in text
        text = self.press(client, classroom, "rule", rule="go-on")
        assert "The line goes on." in text and "held back" not in text
        assert not LaneRule.objects.of(str(classroom.lane)).is_paused

    def test_only_finals_holds_back_who_has_one_and_says_so(self, client, teacher, classroom, assignment):
        work = make_work(assignment, make_student(classroom, "Ann"))
        make_ready(work)
        make_queued(work)
        wait_for(assignment, "Ben")
        text = self.press(client, classroom, "rule", rule="finals")
        assert re.search(r"Only final pictures are drawn since \d\d:\d\d", text)
        assert order(text, "Ann", "Ben") == ["Ben", "Ann"]
        assert "2 pictures wait held back: 1" in text and text.count("Waits while final pictures go first.") == 1
        assert "Waits while" not in self.press(client, classroom, "rule", rule="everything")

    def test_when_the_last_is_ready_counts_only_those_who_are_drawn(self, client, teacher, classroom, assignment, engine):
        work = make_work(assignment, make_student(classroom, "Ann"))
        make_ready(work)
        make_queued(work)
        wait_for(assignment, "Ben")
        LaneRule.objects.change(str(classroom.lane), teacher, is_finals_only=True)
        publish(engine)
        assert "Until the last one is ready: about 10 seconds." in plain(client.get(address(classroom)))

    def test_to_the_front_takes_the_pupils_next_picture(self, client, teacher, classroom, assignment, engine):
        pictures = wait_for(assignment, "Ann", "Ben", "Cleo")
        text = self.press(client, classroom, "front", student=row_of(pictures[2]))
        assert "Cleo comes first in this class now." in text
        rows = text.partition("Who waits")[2]
        assert order(rows, "Ann", "Ben", "Cleo") == ["Cleo", "Ann", "Ben"] and "at the front" in rows
        assert claim(engine).pk == pictures[2].pk

    def test_places_are_right_on_the_page_that_comes_back(self, client, teacher, classroom, assignment, engine):
        pictures = wait_for(assignment, "Ann", "Ben", "Cleo")
        publish_as_workers_do(engine)
        rows = self.press(client, classroom, "front", student=row_of(pictures[2])).partition("Who waits")[2]
        assert re.search("Cleo .* 1 in line .* Ann .* 2 in line .* Ben .* 3 in line", rows)

    def test_places_are_back_as_soon_as_the_line_goes_on(self, client, teacher, classroom, assignment, engine):
        wait_for(assignment, "Ann", "Ben")
        publish_as_workers_do(engine)
        assert " in line" not in self.press(client, classroom, "rule", rule="pause")
        assert re.search("Ann .* 1 in line .* Ben .* 2 in line", self.press(client, classroom, "rule", rule="go-on"))

    def test_who_is_drawn_meanwhile_moves_up_at_once(self, client, teacher, classroom, assignment, engine):
        work = make_work(assignment, make_student(classroom, "Ann"))
        make_ready(work)
        make_queued(work)
        wait_for(assignment, "Ben", "Cleo")
        self.press(client, classroom, "front", student=work.student.enrollments.get().pk)
        publish_as_workers_do(engine)
        rows = self.press(client, classroom, "rule", rule="finals").partition("Who waits")[2]
        assert re.search("Ben .* 1 in line .* Cleo .* 2 in line", rows) and rows.count(" in line") == 2

    def test_a_pupil_at_the_front_may_be_moved_again_while_more_of_them_waits(self, client, teacher, classroom, assignment):
        [picture] = wait_for(assignment, "Ann", pictures=2)
        first, second = (self.press(client, classroom, "front", student=row_of(picture)) for _ in range(2))
        assert "at the front To the front" in first
        assert "at the front" in second and "To the front" not in second

    def test_who_is_held_back_comes_first_later_and_it_is_said(self, client, teacher, classroom, assignment):
        [picture] = wait_for(assignment, "Ann")
        LaneRule.objects.change(str(classroom.lane), teacher, is_paused=True)
        text = self.press(client, classroom, "front", student=row_of(picture))
        assert "Ann comes first as soon as the line draws these pictures again." in text

    def test_who_waits_no_more_is_no_error(self, client, teacher, classroom):
        ann = make_student(classroom, "Ann")
        assert "No further picture of Ann waits." in self.press(client, classroom, "front", student=ann.enrollments.get().pk)

    @pytest.mark.parametrize("student", ["", "x", "²", "0", "9" * 30])
    def test_a_pupil_who_is_none_is_not_found(self, client, teacher, classroom, student):
        assert client.post(address(classroom, "front/"), {"student": student}).status_code == 404

    def test_a_pupil_of_another_class_is_not_found(self, client, teacher, classroom, engine):
        [theirs] = wait_for(make_assignment(make_classroom(), engine=engine), "Stranger")
        assert client.post(address(classroom, "front/"), {"student": row_of(theirs)}).status_code == 404
        assert Picture.objects.get(pk=theirs.pk).turn == theirs.turn

    def test_a_rule_that_is_none_is_not_found(self, client, teacher, classroom):
        assert client.post(address(classroom, "rule/"), {"rule": "faster"}).status_code == 404

    def test_nobody_else_touches_the_line(self, client, classroom, assignment):
        [picture] = wait_for(assignment, "Ann")
        for user in (make_teacher(), picture.owner):
            client.force_login(user)
            assert client.post(address(classroom, "rule/"), {"rule": "pause"}).status_code == 404
            assert client.post(address(classroom, "front/"), {"student": row_of(picture)}).status_code == 404
        assert not LaneRule.objects.exists() and Picture.objects.get(pk=picture.pk).turn == picture.turn

    def test_what_is_written_down_names_nobody(self, client, teacher, classroom, assignment, caplog):
        caplog.set_level("DEBUG")
        pictures = wait_for(assignment, "Quetzalcoatl", "Ben")
        for rule in ("pause", "go-on", "finals", "everything"):
            self.press(client, classroom, "rule", rule=rule)
        self.press(client, classroom, "front", student=row_of(pictures[0]))
        events = [str(list(row)) for row in Event.objects.values_list("verb", "subject", "reason", "details")]
        assert any("picture.to_front" in event for event in events)
        assert "Quetzalcoatl" not in "".join(events) and "Quetzalcoatl" not in caplog.text


class TestThePageThatAsksAgain:
    HTMX = {"headers": {"HX-Request": "true"}}

    @pytest.fixture
    def version(self, client, teacher, classroom):
        return lambda: re.search(r"\?v=(\w+)", client.get(address(classroom)).content.decode())[1]

    def test_it_gets_nothing_while_nothing_changed(self, client, classroom, version, assignment):
        wait_for(assignment, "Ann")
        assert client.get(f"{address(classroom)}?v={version()}", **self.HTMX).status_code == 204

    def test_it_gets_only_the_live_part_when_somebody_came(self, client, classroom, version, assignment):
        before = version()
        wait_for(assignment, "Ann")
        answer = client.get(f"{address(classroom)}?v={before}", **self.HTMX).content.decode()
        assert "Ann" in answer and 'id="line"' in answer and "<html" not in answer and 'id="said"' not in answer

    def test_a_press_answers_with_the_live_part_and_what_was_said(self, client, teacher, classroom):
        answer = client.post(address(classroom, "rule/"), {"rule": "pause"}, **self.HTMX).content.decode()
        assert 'data-say="The line is paused. Everybody keeps their place."' in answer
        assert 'id="said" hx-swap-oob="true"' in answer and 'value="go-on"' in answer


class TestNobodyForgets:
    @pytest.fixture
    def pages(self, client, teacher, classroom, assignment):
        """A function that gives what the desk, the class and the assignment say."""
        addresses = ["/", f"/classes/{classroom.pk}/", f"/assignments/{assignment.public_id}/"]
        return lambda: [plain(client.get(each)) for each in addresses]

    def test_the_desk_counts_what_waits_and_every_page_leads_there(self, client, pages, classroom, assignment):
        assert "pictures wait" not in pages()[0]
        wait_for(assignment, "Ann", "Ben")
        desk, room, work = pages()
        assert "2 pictures wait" in desk
        assert "The line 2 pictures wait" in room and "The line 2 pictures wait" in work
        for each in ("/", f"/classes/{classroom.pk}/", f"/assignments/{assignment.public_id}/"):
            assert f'href="{address(classroom)}"' in client.get(each).content.decode()

    def test_a_pause_stands_on_every_page_with_the_way_back(self, client, pages, classroom, teacher):
        assert not any("paused" in text for text in pages())
        LaneRule.objects.change(str(classroom.lane), teacher, is_paused=True)
        desk, room, work = pages()
        assert "The line is paused" in desk
        assert all("The line of 7B is paused" in text and "Let the line go on" in text for text in (room, work))

    def test_so_does_finals_only(self, pages, classroom, teacher):
        LaneRule.objects.change(str(classroom.lane), teacher, is_finals_only=True)
        desk, room, work = pages()
        assert "Only final pictures are drawn" in desk
        assert all("only final pictures are drawn" in text and "Draw everything again" in text for text in (room, work))

    def test_a_rule_that_is_over_leaves_nothing_behind(self, pages, classroom, teacher):
        before = pages()
        LaneRule.objects.change(str(classroom.lane), teacher, is_paused=True, is_finals_only=True)
        LaneRule.objects.change(str(classroom.lane), teacher, is_paused=False, is_finals_only=False)
        assert pages() == before

    def test_the_day_is_told_where_it_is_not_today(self):
        noon = timezone.localtime().replace(hour=12, minute=4)
        day = timedelta(days=1)
        assert line.since(noon) == "since 12:04"
        assert line.since(noon - day) == "since yesterday, 12:04"
        assert re.fullmatch(r"since \d+ \w+, 12:04", line.since(noon - 2 * day))

    def test_a_pause_says_on_every_page_that_it_ends_by_itself_and_is_gone_then(self, client, pages, classroom, teacher):
        before = pages()
        client.post(address(classroom, "rule/"), {"rule": "pause"}, follow=True)
        _desk, room, work = pages()
        assert all("It ends by itself " in text for text in (room, work, plain(client.get(address(classroom)))))
        LaneRule.objects.update(paused_until=from_now(-1))
        assert pages() == before
        assert "The line is paused" not in plain(client.get(address(classroom)))

    @pytest.mark.parametrize("rule", ["pause", "finals"])
    def test_a_press_holds_to_the_midnight_of_the_class_own_school(self, client, teacher, classroom, rule):
        type(classroom.school).objects.update(time_zone="Asia/Vladivostok")
        client.post(address(classroom, "rule/"), {"rule": rule})
        told = LaneRule.objects.get()
        until = (told.paused_until or told.finals_only_until).astimezone(ZoneInfo("Asia/Vladivostok"))
        assert timedelta(minutes=59) < until - timezone.now() <= timedelta(days=1)
        assert f"{until:%H:%M}" == "00:00" or until - timezone.now() < timedelta(hours=1)

    @pytest.mark.parametrize("said, ends", [("23 10:05", "24 00:00"), ("23 22:59", "24 00:00"), ("23 23:30", "24 00:30")])
    def test_what_is_said_late_in_the_evening_holds_an_hour(self, said, ends):
        zone = ZoneInfo("Europe/Moscow")
        moment, end = (datetime.strptime(f"2026-11-{each}", "%Y-%m-%d %H:%M").replace(tzinfo=zone) for each in (said, ends))
        assert line.holds_until(zone, moment) == end

    def test_the_end_leaves_no_doubt_of_the_day(self):
        today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
        day, half = timedelta(days=1), timedelta(minutes=30)
        assert line.ends(None) == ""
        assert line.ends(today + half) == "It ends by itself at 00:30."
        assert line.ends(today + day) == "It ends by itself at midnight."
        assert re.fullmatch(r"It ends by itself on \d+ \w+ at 00:30\.", line.ends(today + day + half))

    def test_a_teacher_who_is_gone_is_not_named(self, pages, classroom, teacher):
        colleague = make_teacher("Colleague")
        LaneRule.objects.change(str(classroom.lane), colleague, is_paused=True)
        assert "· Colleague" in pages()[1]
        colleague.delete()
        assert "paused" in pages()[1] and "Colleague" not in pages()[1]
