"""Under the site's real content security policy no page has anything to complain of, and none asks another host."""

import pytest

from assignments import demo
from tests.browser.conftest import sign_in
from tests.browser.test_pages import student_paths, teacher_paths

pytestmark = pytest.mark.browser


@pytest.fixture
def foreign(page, demo_site):
    """Requests that went anywhere but to the site."""
    asked = []
    page.on("request", lambda request: None if request.url.startswith(demo_site) else asked.append(request.url))
    return asked


@pytest.mark.parametrize(
    ("username", "paths"),
    [
        (f"{demo.STUDENT}1", lambda: [path for path in student_paths() if "no-such" not in path]),
        (demo.TEACHER, lambda: teacher_paths()[:-1]),
        (demo.ADMIN, lambda: ["/admin/", "/admin/gallery/picture/", "/admin/gallery/engine/", "/admin/assignments/user/"]),
    ],
    ids=["student", "teacher", "admin"],
)
def test_nobody_hears_a_complaint(demo_site, page, complaints, foreign, username, paths):
    sign_in(page, demo_site, username)
    for path in paths():
        page.goto(demo_site + path)
    assert complaints == [] and foreign == []
