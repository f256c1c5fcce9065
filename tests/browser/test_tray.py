"""The teacher's tray in two browsers: what the student sees of a decision, by keyboard, and without JavaScript."""

import pytest
from playwright.sync_api import expect

from assignments.models import WordRule
from gallery.models import Appeal, Picture
from tests.builders import make_assignment, make_student, make_work
from tests.visitor import open_session

pytestmark = pytest.mark.browser

SOON = 9000  # milliseconds: a look every four seconds, and a busy machine
LOOKING = "Your teacher is looking at your words."


@pytest.fixture
def browser_context_args():
    return {"locale": "en-GB", "reduced_motion": "reduce"}


@pytest.fixture
def work(live_site):
    assignment = make_assignment()
    WordRule.objects.write(["zebrafish"], "hold", assignment.created_by, assignment=assignment)
    WordRule.objects.write(["kraken"], "refuse", assignment.created_by, assignment=assignment)
    return make_work(assignment, make_student(assignment.classroom, "Zoya P."))


@pytest.fixture
def signed_in(live_site, new_context):
    """A function that gives a page of its own to a signed-in person, and the list of what its console complains of."""

    def open_page(user, **options):
        context = new_context(**options)
        context.add_cookies([{"name": "sessionid", "value": open_session(user), "url": live_site}])
        page, heard = context.new_page(), []
        page.on("console", lambda message: heard.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: heard.append(str(error)))
        return page, heard

    return open_page


def ask(page, site, work, words):
    page.goto(f"{site}/studio/{work.assignment.public_id}/")
    page.fill("[name=prompt]", words)
    page.locator("#prompt-form .btn--big").click()


def test_a_decision_reaches_the_student_who_goes_on_writing(live_site, work, signed_in):
    (pupil, heard), (teacher, complaints) = signed_in(work.student), signed_in(work.assignment.created_by)
    ask(pupil, live_site, work, "A zebrafish next to the tower")
    expect(pupil.get_by_text(LOOKING).first).to_be_visible()
    pupil.fill("[name=prompt]", "A dog on the")

    teacher.goto(f"{live_site}/classes/tray/")
    teacher.keyboard.press("e")
    teacher.keyboard.type("Another animal, please: a <b>cat</b>?")
    teacher.get_by_role("button", name="Keep it stopped").click()
    expect(teacher.get_by_text("Nothing waits for you")).to_be_visible()

    expect(pupil.get_by_text("a <b>cat</b>?").first).to_be_visible(timeout=SOON)
    expect(pupil.locator("#live")).to_contain_text("Your teacher has answered.")
    assert pupil.input_value("[name=prompt]") == "A dog on the"
    assert heard == [] and complaints == []


def test_one_key_allows_the_first_and_its_picture_appears(live_site, work, signed_in, worker):
    (pupil, _heard), (teacher, _complaints) = signed_in(work.student), signed_in(work.assignment.created_by)
    ask(pupil, live_site, work, "A zebrafish next to the tower")
    expect(pupil.get_by_text(LOOKING).first).to_be_visible()
    teacher.goto(f"{live_site}/classes/tray/")
    teacher.keyboard.press("a")
    expect(teacher.get_by_text("These words are being drawn now.")).to_be_visible()
    expect(pupil.locator(".shot img").first).to_be_visible(timeout=30_000)
    assert Appeal.objects.get().decision == "allow"


def test_typing_is_never_a_shortcut_and_enter_in_a_field_never_another_answer(live_site, work, signed_in):
    (pupil, _heard), (teacher, _complaints) = signed_in(work.student), signed_in(work.assignment.created_by)
    ask(pupil, live_site, work, "A zebrafish next to the tower")
    teacher.goto(f"{live_site}/classes/tray/")
    teacher.keyboard.press("e")
    teacher.keyboard.type("are we ready")
    teacher.keyboard.press("Enter")
    assert Appeal.objects.get().is_open
    teacher.locator("article summary").click()
    teacher.fill("[name=phrase]", "a lion")
    teacher.press("[name=phrase]", "Enter")
    expect(teacher.get_by_text("This does not stand in the student's words")).to_be_visible()
    assert Appeal.objects.get().is_open and not Picture.objects.exists()


def test_all_of_it_works_without_javascript(live_site, work, signed_in):
    off = {"java_script_enabled": False}
    (pupil, _heard), (teacher, _complaints) = signed_in(work.student, **off), signed_in(work.assignment.created_by, **off)
    ask(pupil, live_site, work, "A kraken in a bowl")
    pupil.get_by_role("button", name="I think this is a mistake").first.click()
    expect(pupil.get_by_text("Your teacher will look at it.").first).to_be_visible()
    assert pupil.input_value("[name=prompt]") == "A kraken in a bowl"

    teacher.goto(live_site)
    teacher.get_by_role("link", name="Open the tray").click()
    teacher.locator("article summary").click()
    teacher.fill("[name=phrase]", "kraken")
    teacher.get_by_role("button", name="Allow the word, and draw").click()
    expect(teacher.get_by_text("Allowed in this assignment from now on")).to_be_visible()

    pupil.get_by_role("link", name="Look again").click()
    assert work.trail.generations.filter(pictures__isnull=False).exists()
    expect(pupil.get_by_text("Your teacher allowed these words").first).to_be_attached()
