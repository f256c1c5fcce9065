"""No byte of a picture that was not checked leaves the site by any address; what a gate holds waits for an adult, blurred."""

import copy
import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from assignments.models import Submission
from gallery import generation
from gallery.models import Picture, Review
from gallery.pictures import THUMBNAIL_WIDTHS
from gallery.safety.picture_gate import Look
from gallery.shown import HELD, HELD_WORDS, PUT_AWAY, WHY_HELD
from tests.assignments.test_access import MATRIX, ROLES, Class
from tests.builders import FlatProvider, claim, make_queued, make_student

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

ADULTS = {"teacher", "reviewer"}
#: Who may have the bytes of a picture, by its state.
READERS = {
    "ready": ADULTS | {"owner"},
    "held": ADULTS,
    "put_away": ADULTS,
    "hidden": ADULTS,
    "queued": set(),
    "drawing": set(),
    "refused": set(),
    "failed": set(),
    "cancelled": set(),
}
SIZES = (*map(str, THUMBNAIL_WIDTHS), "full")


def make_held(work, score=0.5):
    """Return a picture that a worker has drawn and the classifier doubts."""
    [picture] = make_queued(work)
    generation.draw(claim(picture.engine), FlatProvider(scale=16), look=lambda image: Look("hold", score))
    return Picture.objects.get(pk=picture.pk)


class Held(Class):
    """The class of the access table, whose pupil has handed in one picture and waits for a decision on a second one."""

    def __init__(self):
        super().__init__()
        self.assignment.allows_final = True
        self.assignment.save()
        self.doubted = make_held(self.work)


@pytest.fixture(scope="class")
def built(build_once):
    return build_once(Held)


@pytest.fixture
def school(built, db):
    return copy.deepcopy(built)


def put(school, state):
    """Bring the doubted picture, with all its files, into ``state``; return it."""
    fields = {"status": state, "reason": "x", "lease_until": school.doubted.queued_at, "held_at": None}
    if state in ("held", "put_away", "hidden", "ready"):
        fields = {"status": "ready", "held_at": timezone.now() if state in ("held", "put_away") else None}
        fields["hidden_at"] = timezone.now() if state in ("put_away", "hidden") else None
    Picture.objects.filter(pk=school.doubted.pk).update(**fields)
    school.doubted.refresh_from_db()
    return school.doubted


def pages(school, role):
    """Return the text of every page of the site that ``role`` gets to see, by its name."""
    client, seen = school.client(role), {}
    addresses = {name: school.address(name) for name in MATRIX if name not in ("gallery:picture-file", "logout")}
    for model in ("picture", "review", "event", "generation", "trail", "call"):
        addresses[f"admin {model}s"] = reverse(f"admin:gallery_{model}_changelist")
    addresses["admin picture"] = reverse("admin:gallery_picture_change", args=[school.doubted.pk])
    addresses["admin generation"] = reverse("admin:gallery_generation_change", args=[school.doubted.generation_id])
    addresses["admin work"] = reverse("admin:assignments_submission_changelist")
    addresses["held in the admin"] = reverse("admin:gallery_picture_changelist") + "?review=held"
    for name, address in addresses.items():
        answer = client.get(address)
        if answer.status_code == 200:
            assert not answer.headers["Content-Type"].startswith("image/"), name
            seen[name] = (b"".join(answer) if answer.streaming else answer.content).decode()
    return seen


class TestTheBytes:
    @pytest.mark.parametrize("state", READERS)
    @pytest.mark.parametrize("role", ROLES)
    def test_are_there_for_its_readers_alone(self, school, state, role):
        picture, client = put(school, state), school.client(role)
        for size in SIZES:
            for query in ("", "?download=1"):
                for ask in (client.get, client.head):
                    answer = ask(f"/pictures/{picture.public_id}/{size}/{query}")
                    assert (answer.status_code == 200) == (role in READERS[state]), (size, query)
                    if answer.status_code != 200:
                        assert not answer.headers["Content-Type"].startswith("image/")

    @override_settings(ACCEL_PREFIX="/private/")
    @pytest.mark.parametrize("state", READERS)
    def test_are_not_sent_by_a_server_in_front_either(self, school, state):
        picture = put(school, state)
        for role in set(ROLES) - READERS[state]:
            answer = school.client(role).get(f"/pictures/{picture.public_id}/full/")
            assert "X-Accel-Redirect" not in answer.headers

    @pytest.mark.parametrize("state", READERS)
    def test_have_an_address_on_no_page_of_anybody_else(self, school, state):
        picture, found = put(school, state), {}
        for role in ROLES:
            seen = pages(school, role)
            found[role] = {name for name, html in seen.items() if f"/pictures/{picture.public_id}/" in html}
            assert all(picture.file not in html for html in seen.values())
        assert {role for role, names in found.items() if names} <= READERS[state], found
        if READERS[state]:  # or else the table above would prove nothing
            assert found["teacher"] and found["reviewer"]

    def test_of_one_that_is_refused_are_not_even_kept(self, school):
        [picture] = make_queued(school.work)
        generation.draw(claim(picture.engine), FlatProvider(scale=16), look=lambda image: Look("refuse", 0.99))
        picture.refresh_from_db()
        assert (picture.status, picture.file) == ("refused", "")


class TestNothingIsMadeOfIt:
    """What its author may not see cannot be chosen, handed in, made final, or begun from."""

    @pytest.fixture(params=["held", "put_away", "hidden"])
    def picture(self, school, request):
        return put(school, request.param)

    def test_by_the_rules(self, school, picture):
        for act in (school.work.choose, school.work.finish):
            with pytest.raises(ValidationError) as error:
                act(picture)
            assert error.value.code in ("not_yours", "no_quality", "not_allowed")
        with pytest.raises(ValidationError):
            school.work.hand_in(picture=picture, title="a", alt_text="b", reason="c")
        assert school.work.versions.count() == 1

    @pytest.mark.parametrize("name", ["studio-choose", "studio-final", "hand-in"])
    def test_by_any_form(self, school, picture, name):
        words = {"picture": str(picture.public_id), "title": "a", "alt_text": "A tall tower at night.", "reason": "It is good."}
        answer = school.client("owner").post(school.address(f"assignments:{name}"), words)
        assert answer.status_code == 404
        school.work.refresh_from_db()
        assert school.work.chosen_id != picture.pk and school.work.versions.count() == 1

    def test_not_even_as_the_draft_of_a_final_picture(self, school, picture):
        engine = school.assignment.drawing_engine
        engine.final_quality = "high"
        engine.save()
        with pytest.raises(ValidationError) as error:
            school.work.finish(picture)
        assert error.value.code == "not_yours"


class TestItsAuthor:
    @pytest.fixture
    def studio(self, school):
        client = school.client("owner")
        return lambda: client.get(school.address("assignments:studio")).content.decode()

    def test_reads_that_the_teacher_looks_first(self, school, studio):
        html = studio()
        with translation.override(school.owner.language or "ru"):
            assert str(HELD) in html and 'data-state="held"' in html
        assert "data-poll" in html  # the page asks again: an adult may decide at any time

    def test_has_used_a_try_meanwhile_and_gets_it_back(self, school):
        before = school.work.tries_left()
        school.doubted.hide(school.teacher, "unsafe")
        assert school.work.tries_left() == before + 1

    def test_reads_a_kind_sentence_when_it_was_put_away(self, school, studio):
        school.doubted.hide(school.teacher, "unsafe")
        with translation.override(school.owner.language or "ru"):
            assert str(PUT_AWAY) in studio()

    def test_finds_it_among_the_own_pictures_once_it_is_let_go(self, school, studio):
        school.doubted.approve(school.teacher)
        assert f"/pictures/{school.doubted.public_id}/384/" in studio()
        school.work.choose(school.doubted)

    def test_is_told_by_the_live_page(self, school, django_capture_on_commit_callbacks):
        client = school.client("owner")
        html = client.get(school.address("assignments:studio")).content.decode()
        poll = re.search(r'hx-get="([^"]+)"', html[html.index("data-poll") :])[1].replace("&amp;", "&")
        assert client.get(poll).status_code == 204
        with django_capture_on_commit_callbacks(execute=True):
            school.doubted.approve(school.teacher)
        assert f"/pictures/{school.doubted.public_id}/" in client.get(poll).content.decode()


class TestTheTeacher:
    @pytest.fixture
    def get(self, school):
        client = school.client("teacher")
        return lambda name: client.get(school.address(name)).content.decode()

    @pytest.mark.parametrize("reason", WHY_HELD)
    def test_sees_it_first_blurred_and_why_it_is_held(self, school, get, reason):
        Picture.objects.filter(pk=school.doubted.pk).update(reason=reason)
        html = get("assignments:grading")
        assert html.index(f'id="veil-{school.doubted.public_id}"') < html.index(f"/pictures/{school.picture.public_id}/")
        with translation.override(school.teacher.language or "ru"):
            assert str(WHY_HELD[reason]) in html
        for image in re.findall(rf"<img[^>]*/pictures/{school.doubted.public_id}/[^>]*>", html):
            assert "veiled" in image or "pic__img" in image, image
        assert f'/pictures/{school.doubted.public_id}/full/" data-zoom' not in html  # paging through must not lead there

    @pytest.mark.parametrize("name", ["home", "assignments:assignment-detail", "assignments:classroom-detail"])
    def test_is_told_on_the_way_there(self, school, get, name):
        mark = "#shield-alert"
        assert mark in get(name)
        school.doubted.approve(school.teacher)
        assert mark not in get(name)

    def decide(self, school, role="teacher", **typed):
        typed = {"picture": str(school.doubted.public_id)} | typed
        answer = school.client(role).post(reverse("assignments:picture-decide", args=[school.work.public_id]), typed)
        school.doubted.refresh_from_db()
        return answer.status_code

    def test_lets_the_author_see_it(self, school):
        assert self.decide(school, action="approve") == 302
        assert school.doubted.is_shown_to_owner and Review.objects.get().decided_by == school.teacher

    def test_hides_it_with_a_reason(self, school):
        assert self.decide(school, action="hide", reason="unkind") == 302
        assert school.doubted.is_given_back and Review.objects.get().reason == "unkind"

    def test_decides_once(self, school):
        self.decide(school, action="hide", reason="unkind")
        assert self.decide(school, action="approve") == 302
        assert school.doubted.is_given_back and Review.objects.count() == 1

    @pytest.mark.parametrize("typed", ["", "x", "00000000-0000-0000-0000-000000000000"])
    def test_decides_on_nothing_else(self, school, typed):
        assert self.decide(school, picture=typed, action="approve") in (302, 404)
        assert school.doubted.is_held

    @pytest.mark.parametrize("role", ["owner", "classmate", "stranger", "foreign_teacher"])
    def test_is_the_only_one_who_does(self, school, role):
        assert self.decide(school, role, action="approve") == 404
        assert school.doubted.is_held

    def test_is_not_shown_it_in_the_gradebook_as_made(self, school, get):
        assert "grades.csv" in get("assignments:assignment-detail")
        csv = school.client("teacher").get(school.address("assignments:grades-export")).content.decode("utf-8-sig")
        assert str(school.doubted.public_id) not in csv and school.doubted.file not in csv


class TestTheStaffRoom:
    @pytest.fixture
    def get(self, school):
        client = school.client("reviewer")
        return lambda name, *args, query="": client.get(reverse(f"admin:{name}", args=args) + query).content.decode()

    def test_shows_what_is_held_first_blurred_and_who_asked(self, school, get):
        make_queued(school.work)  # newer than the doubted one
        html = get("gallery_picture_changelist")
        first = re.search(r"<img[^>]*/pictures/([0-9a-f-]{36})/[^>]*>", html)
        assert first[1] == str(school.doubted.public_id) and 'class="veiled"' in first[0]
        with translation.override(school.reviewer.language or "ru"):
            assert str(HELD_WORDS["picture_doubt"]) in html
            assert str(HELD_WORDS["picture_doubt"]) in get("gallery_review_changelist")

    def test_lists_the_held_ones_alone(self, school, get):
        html = get("gallery_picture_changelist", query="?review=held")
        assert str(school.doubted.public_id) in html and str(school.picture.public_id) not in html
        assert "?review=held" in get("index")

    def test_blurs_it_on_its_own_page_until_the_box_is_ticked(self, school, get):
        html = get("gallery_picture_change", school.doubted.pk)
        assert 'class="veil" type="checkbox"' in html
        assert "checkbox" not in get("gallery_picture_change", school.picture.pk)

    @pytest.mark.parametrize("action", ["approve", "hide"])
    def test_decides_as_ever(self, school, action):
        form = {"action": action, "_selected_action": school.doubted.pk}
        form |= {"confirmed": "yes", "reason": "unsafe"} if action == "hide" else {}
        school.client("reviewer").post(reverse("admin:gallery_picture_changelist"), form)
        school.doubted.refresh_from_db()
        assert school.doubted.is_shown_to_owner if action == "approve" else school.doubted.is_given_back


class TestCosts:
    """Pages cost the same number of questions, however many pictures wait for an adult."""

    def questions(self, client, address):
        assert client.get(address).status_code == 200
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    @pytest.mark.parametrize("name", ["home", "assignments:assignment-detail", "assignments:grading", "admin"])
    def test_with_three_and_with_thirty(self, school, name):
        role, address = ("reviewer", reverse("admin:gallery_picture_changelist")) if name == "admin" else ("teacher", "")
        client, costs = school.client(role), []
        for count in (3, 27):
            for number in range(count):
                works = [school.work, Submission.objects.begin(school.assignment, make_student(school.classroom))]
                self.hold(works[number % 2], school)
            costs.append(self.questions(client, address or school.address(name)))
        assert costs[0] == costs[1]

    def hold(self, work, school):
        """Write one held picture as rows only: nothing here looks at pixels."""
        fields = {name: getattr(school.doubted.generation, name) for name in ("prompt", "language", "parts", "engine", "seed")}
        fields["settings"] = school.doubted.generation.settings
        made = work.trail.generations.create(number=work.trail.generations.count() + 50, **fields)
        row = {"status": "ready", "file": "x.png", "width": 8, "height": 8, "reason": "picture_doubt"}
        made.pictures.create(position=0, engine=made.engine, owner=work.student, held_at=timezone.now(), **row)
