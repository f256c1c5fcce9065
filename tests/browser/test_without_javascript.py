"""The pupil's whole path on a phone, in Russian, with JavaScript off: class code, words, pictures, choice, hand-in."""

import pytest

from assignments import demo
from assignments.models import Enrollment, Submission
from tests.processes import wait_until

pytestmark = pytest.mark.browser


@pytest.fixture
def browser_context_args():
    return {"locale": "ru-RU", "java_script_enabled": False, "viewport": {"width": 390, "height": 844}}


def test_from_class_code_to_hand_in(demo_site, worker, page):
    room = demo.classroom()
    page.goto(f"{demo_site}/login/")
    page.fill("[name=code]", room.shown_code.lower())
    page.fill("[name=name]", "мария л.")
    page.fill("[name=pin]", "402917")
    page.press("[name=pin]", "Enter")
    assert Enrollment.objects.get(alias="Мария Л.").is_claimed

    page.locator('a[href*="/studio/"]').first.click()
    page.fill("[name=prompt]", "Заяц на лошади, держащий леденец, на туманном лугу, где растут нарциссы")
    page.locator("[name=pictures][value='2']").check(force=True)
    page.get_by_role("button", name="Создать картинки").click()
    work = Submission.objects.get(student__enrollments__alias="Мария Л.")
    wait_until(lambda: work.trail.generations.get().pictures.filter(status="ready").count() == 2, 30, "two pictures")

    page.reload()
    assert page.locator(".shot img").count() == 2
    page.locator(".shot button[name=picture]").first.click()
    page.locator("#hand-in").click()
    page.fill("[name=title]", "Зайка едет")
    page.fill("[name=alt_text]", "Заяц сидит на лошади и держит леденец, вокруг туман и жёлтые цветы.")
    page.fill("[name=reason]", "Здесь заяц лучше всего виден.")
    page.get_by_role("button", name="Сдать").last.click()

    work.refresh_from_db()
    assert work.is_handed_in and work.current.title == "Зайка едет"
    assert "/result/" in page.url and page.get_by_role("heading", name="Зайка едет").is_visible()


def test_a_kind_refusal_keeps_the_words_and_costs_nothing(demo_site, page):
    page.goto(f"{demo_site}/login/?code={demo.classroom().join_code}")
    page.fill("[name=name]", "Emma B.")
    page.fill("[name=pin]", "518203")
    page.press("[name=pin]", "Enter")
    page.locator('a[href*="/studio/"]').first.click()
    words = "Лужа крови рядом с башней"
    page.fill("[name=prompt]", words)
    page.get_by_role("button", name="Создать картинки").click()
    assert page.input_value("[name=prompt]") == words
    refusal = page.locator(".field__error").first.inner_text()
    assert refusal and "кров" not in refusal.lower()
    assert Submission.objects.get(student__enrollments__alias="Emma B.").tries_left() == 8

    offered = page.locator("[form=instead]").first
    other = offered.inner_text()
    offered.click()
    assert page.input_value("[name=prompt]") == other != words and "кров" not in page.url
    assert Submission.objects.get(student__enrollments__alias="Emma B.").trail.generations.count() == 1
