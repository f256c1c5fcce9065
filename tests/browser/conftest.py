"""What every browser test needs: the demo class on the running site, people signed in, the WCAG rules, and a strict console."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import override_settings

from assignments import demo
from gallery import engines

PASSWORD = "lesson-for-browsers"
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}


@pytest.fixture
def demo_site(live_site):
    """The address of the running site with the demo class loaded."""
    engines.refresh({})
    with override_settings(DEMO_PASSWORD=PASSWORD):
        demo.load()
    return live_site


@pytest.fixture
def complaints(page):
    """What the browser's console complains of; a test that opens pages demands that it stays empty."""
    heard = []
    page.on("console", lambda message: heard.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


def sign_in(page, site, username):
    page.goto(f"{site}/login/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login/" not in url)


def violations(page):
    """Return what axe finds against WCAG 2.2 AA on the page as it stands, one line for each rule and place."""
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{rule['id']}: {node['target']} {node['failureSummary'][:200]}" for rule in found for node in rule["nodes"]]


def overflow(page):
    """Return by how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
