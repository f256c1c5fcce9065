"""From `make run` to the first graded picture, in a copy of the checkout, as a new teacher meets it."""

import os
import re
import shutil
import signal
import subprocess
import time

import pytest
from playwright.sync_api import expect

from tests.processes import ROOT, free_port, wait_until

pytestmark = pytest.mark.browser

A_PERSONS_TIME = 300  # seconds


@pytest.fixture
def checkout(tmp_path):
    """A copy of what git would hand to somebody new, with this environment's packages installed already."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, tmp_path / name)
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    return tmp_path


@pytest.fixture
def running(checkout):
    """`make run` in the copy: its address and what it printed, until the test ends."""
    keep = ("PATH", "HOME", "LANG", "TMPDIR")
    plain = {name: os.environ[name] for name in keep if name in os.environ} | {"PORT": str(free_port())}
    log = checkout / "run.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "run"], cwd=checkout, env=plain, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_until(lambda: "Ready:" in log.read_text() and "Ctrl+C" in log.read_text(), 120, "the site to be ready")
        yield log.read_text()
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(30)


@pytest.fixture
def browser_context_args():
    return {"locale": "en-GB", "viewport": {"width": 1366, "height": 768}, "reduced_motion": "reduce"}


def test_a_new_teacher_grades_a_first_picture(running, page, complaints):
    began = time.monotonic()
    page.goto(re.search(r"http://127\.0\.0\.1:\d+/welcome/\S+", running).group())
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()

    page.get_by_role("button", name="Try it out").click()
    expect(page.get_by_text("You are trying it out as a student.")).to_be_visible()
    page.locator("[data-fill]").first.click()
    page.get_by_role("button", name="Make pictures").click()
    expect(page.locator(".shot img")).to_have_count(4, timeout=30_000)

    page.locator(".shot button[name=picture]").nth(1).click()
    page.locator("#hand-in").click()
    page.fill("[name=title]", "A first picture")
    page.fill("[name=alt_text]", "A monument stands where nobody would look for it.")
    page.fill("[name=reason]", "This one has the best light of all four.")
    page.get_by_role("button", name="Hand in").last.click()

    page.get_by_role("button", name="Go and grade it").click()
    page.wait_for_url("**/grade/")
    for digit in "4543":
        page.keyboard.press(digit)
    expect(page.locator("[data-total]")).to_contain_text("16")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.locator("a.logo").click()
    graded = page.locator(".checklist li", has_text="Grade a work")
    expect(graded).to_have_attribute("data-done", "")
    assert time.monotonic() - began < A_PERSONS_TIME
    assert complaints == []
