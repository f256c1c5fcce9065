"""The class's line in two browsers: the teacher's hand on it, and what the pupils who wait see of it."""

import pytest
from playwright.sync_api import expect

from gallery.models import Engine
from tests.builders import make_assignment, make_queued, make_student, make_work
from tests.visitor import open_session

pytestmark = pytest.mark.browser

SOON = 6000  # milliseconds: a snapshot every two seconds, a look every second, and a busy machine
HELD = "Your teacher has paused the drawing for the whole class. Your picture keeps its place."


@pytest.fixture
def browser_context_args():
    return {"locale": "en-GB", "reduced_motion": "reduce"}


@pytest.fixture
def assignment(live_site):
    """The assignment of a class whose engine starts twenty pictures a minute."""
    assignment = make_assignment()
    Engine.objects.update(images_per_minute=20, title="A slow one")
    return assignment


@pytest.fixture
def signed_in(live_site, new_context):
    """A function that gives a page of its own to a signed-in person."""

    def open_page(user):
        context = new_context()
        context.add_cookies([{"name": "sessionid", "value": open_session(user), "url": live_site}])
        return context.new_page()

    return open_page


def listen(page, heard):
    page.on("console", lambda message: heard.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))


def number(text):
    """Return the number with which a text such as "4 in line" begins."""
    return int(text.split()[0])


def focused(page):
    return page.evaluate("document.activeElement.id")


def test_places_move_and_a_pause_is_told_while_a_pupil_goes_on_writing(live_site, assignment, signed_in, worker):
    for _ in range(7):
        make_queued(make_work(assignment))
    student, heard = make_student(assignment.classroom), []
    pupil, teacher = signed_in(student), signed_in(assignment.created_by)
    listen(pupil, heard)
    listen(teacher, heard)
    pupil.goto(f"{live_site}/studio/{assignment.public_id}/")
    pupil.fill("[name=prompt]", "A dog next to the Eiffel Tower")
    pupil.locator("[name=pictures][value='1']").check(force=True)
    pupil.get_by_role("button", name="Make pictures").click()
    place = pupil.locator("[id^=place-]")
    expect(place).to_be_visible(timeout=SOON)
    pupil.locator("#id_prompt").focus()
    pupil.evaluate("document.getElementById('live-trail').isTheSame = true")
    before = place.inner_text()
    expect(place).not_to_have_text(before, timeout=SOON)
    assert number(place.inner_text()) < number(before)

    teacher.goto(f"{live_site}/classes/{assignment.classroom_id}/line/")
    teacher.get_by_role("button", name="Pause the line").click()
    expect(teacher.get_by_text("Let the line go on")).to_be_visible()
    assert focused(teacher) == "line-pause"
    expect(pupil.get_by_text(HELD)).to_be_visible(timeout=SOON)
    expect(place).to_be_hidden()
    teacher.keyboard.press("Enter")
    expect(teacher.get_by_text("Pause the line")).to_be_visible()
    expect(pupil.get_by_text(HELD)).to_be_hidden(timeout=SOON)
    expect(place).to_be_visible()

    assert pupil.evaluate("document.getElementById('live-trail').isTheSame")
    assert focused(pupil) == "id_prompt" and heard == []


def test_the_line_freshens_itself_and_keeps_the_keyboard_where_it_is(live_site, assignment, signed_in):
    for name in ("Ann", "Ben"):
        make_queued(make_work(assignment, make_student(assignment.classroom, name)))
    page, heard = signed_in(assignment.created_by), []
    listen(page, heard)
    page.goto(f"{live_site}/classes/{assignment.classroom_id}/line/")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(2)
    to_the_front = {name: rows.filter(has_text=name).get_by_role("button", name="To the front") for name in ("Ann", "Cleo")}
    to_the_front["Ann"].focus()
    make_queued(make_work(assignment, make_student(assignment.classroom, "Cleo")))
    expect(rows).to_have_count(3, timeout=SOON)
    expect(to_the_front["Ann"]).to_be_focused()

    to_the_front["Cleo"].press("Enter")
    expect(rows.first).to_contain_text("Cleo")
    expect(rows.first.get_by_text("at the front")).to_be_focused()
    expect(page.locator("#said")).to_contain_text("Cleo comes first in this class now.")
    expect(page.locator("#live")).to_have_text("Cleo comes first in this class now.")
    assert heard == []


def test_without_javascript_the_buttons_are_plain_forms(live_site, assignment, browser):
    make_queued(make_work(assignment, make_student(assignment.classroom, "Ann")))
    with browser.new_context(java_script_enabled=False, locale="en-GB", viewport={"width": 320, "height": 640}) as context:
        context.add_cookies([{"name": "sessionid", "value": open_session(assignment.created_by), "url": live_site}])
        page = context.new_page()
        page.goto(f"{live_site}/classes/{assignment.classroom_id}/line/")
        for name, said in {
            "Pause the line": "The line is paused.",
            "To the front": "Ann comes first as soon as the line draws",
            "Only final pictures": "Final pictures go first now.",
            "Let the line go on": "The line goes on.",
            "Look again": "",
        }.items():
            page.get_by_text(name, exact=False).and_(page.locator("button, a")).click()
            expect(page.locator("#said")).to_contain_text(said)
