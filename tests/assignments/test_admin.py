"""The staff room: every page opens, facts cannot be edited, reviewers decide, and nobody else gets in."""

from datetime import UTC, datetime

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from django.utils.text import capfirst

from assignments.models import Allowance, Assignment, CareNote, Classroom, Grade, School, Student, Teacher, User, WordRule
from gallery.admin import EVENT_WORDS
from gallery.admin_parts import KeptAdmin
from gallery.gate_words import GATE_WORDS
from gallery.models import (
    Call,
    Engine,
    Event,
    Generation,
    LaneRule,
    LedgerEntry,
    MetaPrompt,
    Picture,
    Price,
    Purse,
    Review,
    TokenPrice,
)
from gallery.shown import ENGINE_FAULTS, GATES
from tests.builders import (
    make_assignment,
    make_classroom,
    make_engine,
    make_handed_in,
    make_queued,
    make_ready,
    make_student,
    make_teacher,
    make_work,
)

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

OURS = [model for model in admin.site._registry if model._meta.app_label in ("gallery", "assignments")]
EDITABLE = {"School", "User", "Teacher", "Classroom", "Assignment", "Engine", "Purse", "WordRule"}
DELETABLE = {"WordRule"}  # a list that nothing hangs on
ADDED_BY_HAND = (EDITABLE - {"Assignment"}) | {"MetaPrompt", "Price", "TokenPrice"}


def named(names):
    return [model for model in OURS if model.__name__ in names]


def page(model, action, *arguments):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{action}", args=arguments)


def name_of(model):
    return model.__name__


@pytest.fixture
def root(client):
    """A client of somebody who may do everything."""
    client.force_login(User.objects.create(username="root", is_staff=True, is_superuser=True))
    return client


@pytest.fixture(scope="class")
def built(build_once):
    build_once(every_row)


@pytest.fixture
def full_house(built, db):
    """At least one row of every model."""


def every_row():
    purse = Purse.objects.create(title="7B", pictures_allowed=10)
    classroom = make_classroom(purse=purse)
    work = make_handed_in(make_work(make_assignment(classroom)))
    CareNote.objects.write(work, "prompt", "I want to die")
    TokenPrice.objects.create(
        engine=Engine.objects.first(), text_input=5_000_000, image_input=8_000_000, output=30_000_000, source="an offer"
    )
    Allowance.objects.create(classroom=classroom, per="class", period="day", pictures=90)
    WordRule.objects.write(["zebrafish"], "hold", None, school=classroom.school)
    make_work(work.assignment).ask(prompt="A zebrafish", shape="wide", pictures=1)
    criterion = work.assignment.rubric.criteria.first()
    Grade.objects.record(work, points={criterion.pk: 3}, feedback="Good", grader=work.assignment.created_by)
    work.current.picture.approve(work.assignment.created_by)


class TestPages:
    def test_every_model_of_ours_with_a_page_is_known_here(self):
        assert {model.__name__ for model in OURS} >= EDITABLE | {"Picture", "Submission", "Grade", "Event", "LedgerEntry"}

    @pytest.mark.parametrize("model", OURS, ids=name_of)
    def test_lists_and_rows_open(self, root, full_house, model):
        listed = root.get(page(model, "changelist"))
        assert listed.status_code == 200
        row = listed.context["cl"].queryset.first()
        assert row is not None, "the fixture has no row of this model"
        assert root.get(page(model, "change", row.pk)).status_code == 200
        if admin.site._registry[model].search_fields:
            assert root.get(page(model, "changelist"), {"q": "x"}).status_code == 200

    @pytest.mark.parametrize("model", OURS, ids=name_of)
    def test_only_what_people_make_can_be_added_by_hand(self, root, full_house, model):
        assert root.get(page(model, "add")).status_code == (200 if model.__name__ in ADDED_BY_HAND else 403)

    @pytest.mark.parametrize("model", [model for model in OURS if model.__name__ not in EDITABLE], ids=name_of)
    def test_facts_cannot_be_changed(self, root, full_house, model):
        row = model._default_manager.first()
        assert root.post(page(model, "change", row.pk), {"status": "ready"}).status_code == 403

    @pytest.mark.parametrize("model", [model for model in OURS if model.__name__ not in DELETABLE], ids=name_of)
    def test_nothing_is_deleted(self, root, full_house, model):
        row = model._default_manager.first()
        is_explained = isinstance(admin.site._registry[model], KeptAdmin)
        assert root.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == (302 if is_explained else 403)
        root.post(page(model, "changelist"), {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"})
        assert model._default_manager.filter(pk=row.pk).exists()

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_whoever_wants_to_delete_an_engine_reads_what_to_do_instead(self, root, method):
        engine = make_engine()
        User.objects.update(language="en")
        answer = getattr(root, method)(page(Engine, "delete", engine.pk), {"post": "yes"}, follow=True)
        assert answer.redirect_chain == [(page(Engine, "change", engine.pk), 302)]
        assert "other rows hang on it. Switch it off instead." in answer.content.decode()
        assert Engine.objects.filter(pk=engine.pk).exists()

    def test_staff_who_may_not_change_an_engine_are_refused_as_ever(self, client):
        looker = User.objects.create(username="looker", is_staff=True)
        looker.user_permissions.set(Permission.objects.filter(codename="view_engine"))
        client.force_login(looker)
        assert client.post(page(Engine, "delete", make_engine().pk), {"post": "yes"}).status_code == 403

    def test_a_price_that_was_added_is_named_as_people_read_it(self, root):
        User.objects.update(language="en")
        fields = {"engine": make_engine("paid", title="The paid one", price_micros=None).pk, "size": "1536x864"}
        fields |= {"quality": "high", "worst": "0.211", "with_source": "0", "dated_on": "2026-01-15", "source": "an offer"}
        said = root.post(page(Price, "add"), fields, follow=True).content.decode()
        assert "The paid one, 1536x864, high: 0.211 $" in said

    @pytest.mark.parametrize("language", ["ru", "en"])
    def test_the_first_page_opens_in_both_languages(self, root, language):
        User.objects.update(language=language)
        assert f'lang="{language}"' in root.get("/admin/").content.decode()

    @pytest.mark.parametrize("model", OURS, ids=name_of)
    @pytest.mark.parametrize("who", ["anonymous", "student", "teacher", "staff without permission"])
    def test_it_is_closed_to_everybody_else(self, full_house, model, who):
        people = {
            "student": lambda: make_student(make_classroom()),
            "teacher": make_teacher,
            "staff without permission": lambda: User.objects.create(username="new", is_staff=True),
        }
        client = Client()
        if who in people:
            client.force_login(people[who]())
        assert client.get(page(model, "changelist")).status_code == (403 if who.startswith("staff") else 302)


class TestPeople:
    """Staff who look after people do not make themselves, or others, more than they are."""

    @pytest.fixture
    def clerk(self, client):
        clerk = User.objects.create(username="clerk", is_staff=True)
        clerk.user_permissions.set(Permission.objects.filter(codename__in=["view_user", "change_user", "view_student"]))
        client.force_login(clerk)
        return clerk

    def form(self, user, **fields):
        inline = {"teacher_rows-TOTAL_FORMS": "0", "teacher_rows-INITIAL_FORMS": "0"}
        return {"username": user.username, "display_name": "New name", "is_active": "on"} | inline | fields

    def test_a_clerk_changes_names_but_gives_nobody_power(self, client, clerk):
        person = User.objects.create(username="person")
        for user in (person, clerk):
            power = {
                "is_staff": "on",
                "is_superuser": "on",
                "user_permissions": list(Permission.objects.values_list("pk", flat=True)),
            }
            assert client.post(page(User, "change", user.pk), self.form(user, **power)).status_code == 302
            before = (user.is_staff, user.user_permissions.count())
            user.refresh_from_db()
            assert (user.display_name, user.is_superuser) == ("New name", False)
            assert (user.is_staff, user.user_permissions.count()) == before
        assert not person.is_staff

    def test_a_superuser_gives_it(self, root):
        person = User.objects.create(username="person")
        assert root.post(page(User, "change", person.pk), self.form(person, is_staff="on")).status_code == 302
        assert User.objects.get(pk=person.pk).is_staff

    @pytest.mark.parametrize("above", [{"is_superuser": True}, {"is_staff": True}])
    def test_a_clerk_does_not_take_over_somebody_above(self, client, clerk, above):
        boss = User.objects.create(username="boss", **above)
        words = {"password1": "quite-another-word", "password2": "quite-another-word", "usable_password": "true"}
        assert client.post(f"/admin/assignments/user/{boss.pk}/password/", words).status_code == 403
        assert client.post(page(User, "change", boss.pk), self.form(boss)).status_code == 403

    @pytest.mark.parametrize("model", [User, Student], ids=name_of)
    def test_nobody_reads_the_hash_of_a_password(self, client, clerk, root, model):
        student = make_student(make_classroom())
        boss = User.objects.create(username="boss", is_staff=True, password=student.password)
        for user in (student, boss) if model is User else (student,):
            for who in (clerk, User.objects.get(username="root")):
                client.force_login(who)
                answer = client.get(page(model, "change", user.pk))
                assert answer.status_code == 200
                assert student.password not in answer.content.decode()
                assert student.password.rpartition("$")[2] not in answer.content.decode()


class TestWords:
    """What a page says: names that need no declension, words in place of codes, the reader's clock."""

    @pytest.fixture
    def russian(self, root):
        User.objects.filter(username="root").update(language="ru")
        return root

    @pytest.mark.parametrize("model", OURS, ids=name_of)
    def test_lists_are_named_after_what_they_list(self, russian, full_house, model):
        html = russian.get(page(model, "changelist")).content.decode()
        with translation.override("ru"):
            plural = capfirst(model._meta.verbose_name_plural)
        assert f"<h1>{plural}</h1>" in html and f"<title>{plural} | " in html
        assert "Выберите " not in html.partition("<main")[2]

    def test_what_is_added_is_named_in_the_nominative(self, russian):
        with translation.override("ru"):
            name = str(Teacher._meta.verbose_name)
        assert f"Добавить {name}" not in russian.get(page(Teacher, "changelist")).content.decode().partition("<main")[2]
        assert f"Добавить {name}" not in russian.get(page(Teacher, "add")).content.decode().partition("<footer")[0].lower()

    def test_the_admins_scripts_find_days_and_times(self, root, full_house):
        html = root.get(page(Assignment, "change", Assignment.objects.get().pk)).content.decode()
        assert 'class="vDateField"' in html and 'class="vTimeField"' in html

    def test_times_are_written_in_the_sites_zone(self, root, full_house):
        School.objects.update(time_zone="Asia/Vladivostok")
        Assignment.objects.update(due_at=datetime(2026, 11, 30, 20, 15, tzinfo=UTC))
        html = root.get(page(Assignment, "change", Assignment.objects.get().pk)).content.decode()
        assert 'value="06:15:00"' in html and 'data-admin-utc-offset="36000"' in html

    def test_reasons_and_events_are_read_in_words(self, root):
        User.objects.update(language="en")
        picture = make_ready()
        pictures = root.get(page(Picture, "changelist")).content.decode()
        events = root.get(page(Event, "changelist")).content.decode()
        assert "waited too long" in pictures and ">too_late<" not in pictures
        assert "picture: ready" in events and "picture.ready</" not in events
        assert reverse("admin:gallery_picture_change", args=[picture.pk]) in events

    @pytest.mark.parametrize("kind", sorted(ENGINE_FAULTS))
    def test_why_an_engine_stopped_is_read_in_words(self, russian, kind):
        engine = make_engine("other", title="Другой")
        engine.open_circuit(kind, "401")
        with translation.override("ru"):
            words = str(ENGINE_FAULTS[kind])
        for address in (page(Engine, "changelist"), page(Engine, "change", engine.pk)):
            html = russian.get(address).content.decode()
            assert words in html and f">{kind}<" not in html

    def test_why_a_picture_or_a_prompt_was_refused_is_read_in_words(self, root):
        User.objects.update(language="en")
        [picture] = make_queued()
        Picture.objects.filter(pk=picture.pk).update(status="failed", reason="too_late")
        trail = picture.generation.trail
        refused = trail.keep_refused(prompt="x", language="en", gate="words", family="gore", engine=picture.engine)
        drawn = root.get(page(Generation, "change", picture.generation_id)).content.decode()
        assert "waited too long" in drawn and ">too_late<" not in drawn
        for address in (page(Generation, "changelist"), page(Generation, "change", refused.pk), page(Event, "changelist")):
            html = root.get(address).content.decode()
            assert "words that do not fit school" in html and ">words<" not in html

    def test_what_an_event_is_about_is_a_link(self, root):
        User.objects.update(language="en")
        room = make_classroom()
        LaneRule.objects.change(str(room.lane), room.teachers.first().user, is_paused=True)
        make_engine("other").open_circuit("key", "401")
        html = root.get(page(Event, "changelist")).content.decode()
        assert f'href="{page(Engine, "change", Engine.objects.get(name="other").pk)}">engine' in html
        listed = f"{page(Classroom, 'changelist')}?lane={room.lane}"
        assert f'href="{listed}">class<' in html
        assert list(root.get(listed).context["cl"].queryset) == [room]

    def test_every_gate_has_its_words(self):
        assert GATES.keys() <= GATE_WORDS.keys()

    def test_every_event_that_happened_has_its_words(self, full_house):
        assert set(Event.objects.values_list("verb", flat=True)) <= EVENT_WORDS.keys()

    def test_grades_say_whose_they_are(self, root, full_house):
        html = root.get(page(Grade, "changelist")).content.decode()
        work = Grade.objects.get().submission
        assert str(work.student) in html and work.assignment.title in html


def test_the_first_school_is_named_in_the_sites_language():
    with translation.override("en"):
        assert School.objects.default().name == "Наша школа"


class TestMoney:
    """Everywhere in the staff room money is typed and read in dollars, exactly."""

    @pytest.fixture(autouse=True)
    def english(self, root):
        User.objects.update(language="en")

    @pytest.fixture
    def engine(self):
        return make_engine("paid", price_micros=None)

    def add(self, root, engine, typed, **more):
        form = {"engine": engine.pk, "worst": typed, "with_source": "0", "dated_on": "2026-01-15", "source": "an offer"}
        return root.post(page(Price, "add"), form | more)

    @pytest.mark.parametrize(
        "typed, micros",
        [
            ("0.042", 42_000),
            ("0,042", 42_000),
            ("0.000001", 1),
            ("0", 0),
            ("$1.10", 1_100_000),
            ("1.1 $", 1_100_000),
            ("3", 3_000_000),
        ],
    )
    def test_a_price_is_kept_to_the_millionth(self, root, engine, typed, micros):
        assert self.add(root, engine, typed).status_code == 302
        assert Price.objects.get(engine=engine).micros == micros

    @pytest.mark.parametrize(
        "typed, said",
        [
            ("", "This field is required."),
            ("cheap", "Write dollars like this: 0.042."),
            ("1.2.3", "Write dollars like this: 0.042."),
            ("NaN", "Write dollars like this: 0.042."),
            ("sNaN", "Write dollars like this: 0.042."),
            ("-1", "Dollars cannot be less than 0."),
            ("1e9", "At most 1000000 dollars can be written here."),
            ("Infinity", "Write dollars like this: 0.042."),
            ("0.0000001", "Write at most six digits after the point."),
            ("0.04200000000000000000000000000000000001", "Write at most six digits after the point."),
        ],
    )
    def test_what_is_no_price_is_answered_with_a_sentence_and_stays_as_typed(self, root, engine, typed, said):
        html = self.add(root, engine, typed).content.decode()
        assert said in html and f'value="{typed}"' in html if typed else said in html
        assert not Price.objects.filter(engine=engine).exists()

    def test_prices_and_token_prices_are_added_on_the_engines_page(self, root, engine):
        form = root.get(page(Engine, "change", engine.pk)).context["adminform"].form
        sent = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)} | {"extra": "{}"}
        sent |= {f"{rows}-{name}_FORMS": "0" for rows in ("prices", "token_prices") for name in ("TOTAL", "INITIAL")}
        sent |= {"prices-TOTAL_FORMS": "1", "prices-0-worst": "0,211", "prices-0-with_source": "0.056"}
        sent |= {"prices-0-dated_on": "2026-01-15", "prices-0-source": "an offer", "token_prices-TOTAL_FORMS": "1"}
        sent |= {
            f"token_prices-0-{name}": typed for name, typed in [("words_in", "5"), ("pictures_in", "8"), ("pictures_out", "30")]
        }
        sent |= {"token_prices-0-dated_on": "2026-01-15", "token_prices-0-source": "an offer"}
        assert root.post(page(Engine, "change", engine.pk), sent).status_code == 302
        price, tokens = Price.objects.get(engine=engine), TokenPrice.objects.get()
        assert (price.micros, price.source_micros) == (211_000, 56_000)
        assert (tokens.text_input, tokens.image_input, tokens.output) == (5_000_000, 8_000_000, 30_000_000)
        html = root.get(page(Engine, "change", engine.pk)).content.decode()
        assert "<p>0.211</p>" in html and "<p>30.00</p>" in html and "211000" not in html

    def test_a_purse_is_filled_and_read_in_dollars(self, root):
        purse = Purse.objects.create(title="7B", micros_allowed=1_500_000, micros_spent=42_000)
        assert 'value="1.50"' in root.get(page(Purse, "change", purse.pk)).content.decode()
        root.post(page(Purse, "change", purse.pk), {"title": "7B", "micros_allowed": "2,25"})
        assert Purse.objects.get().micros_allowed == 2_250_000
        answer = root.post(page(Purse, "change", purse.pk), {"title": "7B", "micros_allowed": "0.04"}).content.decode()
        assert "0.042 $ are spent or set aside already: the limit cannot be less." in answer
        root.post(page(Purse, "change", purse.pk), {"title": "7B", "micros_allowed": ""})
        assert Purse.objects.get().micros_allowed is None

    def test_no_list_and_no_row_shows_millionths(self, root, full_house):
        Engine.objects.update(circuit_opened_at=None)
        purse = Purse.objects.create(title="kept", key="allowance:1", micros_allowed=1_234_500)
        Price.objects.create(engine=Engine.objects.first(), micros=1_234_500, source="an offer")
        LedgerEntry.objects.create(purse=purse, kind="carry", micros_spent=1_234_500)
        Allowance.objects.update(micros=1_234_500)
        Call.objects.update(micros=1_234_500)
        for model in (Price, Purse, LedgerEntry, Allowance, Call):
            row = model._default_manager.order_by("-pk").first()
            for address in (page(model, "changelist"), page(model, "change", row.pk)):
                html = root.get(address).content.decode()
                assert "1.2345" in html and "1234500" not in html and "micro-dollar" not in html, address


class TestContactSheet:
    def test_a_picture_says_whose_it_is_and_where_it_belongs(self, root):
        work = make_work()
        make_ready(work)
        html = root.get(page(Picture, "changelist")).content.decode()
        assert str(work.student) in html
        assert f"{work.assignment.classroom} · {work.assignment}" in html

    def test_the_number_of_queries_does_not_grow_with_the_pictures(self, root):
        counts = []
        for more in (3, 27):
            for _each in range(more):
                make_ready()
            with CaptureQueriesContext(connection) as queries:
                assert root.get(page(Picture, "changelist")).context["cl"].result_count == (3 if more == 3 else 30)
            counts.append(len(queries))
        assert counts[0] == counts[1]

    @pytest.mark.parametrize("words", ["эйфелева", "ЭЙФЕЛЕВА", "башня эйфелева", "Dog"])
    def test_words_are_found_however_they_are_written(self, root, words):
        found = make_queued(prompt="Эйфелева башня and a dog")[0]
        make_queued(prompt="Пирамида")
        listed = root.get(page(Picture, "changelist"), {"q": words}).context["cl"].queryset
        assert [picture.pk for picture in listed] == [found.pk]

    def test_it_is_narrowed_to_a_class(self, root):
        one, _other = make_ready(), make_ready()
        assignment = one.generation.trail.submission.assignment
        name = "generation__trail__submission__assignment__classroom__id__exact"
        listed = root.get(page(Picture, "changelist"), {name: assignment.classroom_id}).context["cl"].queryset
        assert [picture.pk for picture in listed] == [one.pk]


class TestInvariants:
    def test_a_purse_is_not_refilled_behind_the_ledgers_back(self, root, full_house):
        purse = Purse.objects.get(key=None)
        root.post(page(Purse, "change", purse.pk), {"title": "7B", "pictures_allowed": "50", "pictures_spent": "0"})
        after = Purse.objects.get(key=None)
        assert (after.pictures_allowed, after.pictures_spent) == (50, purse.pictures_spent) and purse.pictures_spent == 1

    def test_a_purse_is_no_part_of_itself(self, root, full_house):
        purse = Purse.objects.get(key=None)
        child = Purse.objects.create(title="half", parent=purse)
        for parent in (purse, child):
            answer = root.post(page(Purse, "change", purse.pk), {"title": "7B", "parent": parent.pk})
            assert answer.status_code == 200 and answer.context["adminform"].form.errors
        assert Purse.objects.get(pk=purse.pk).parent is None

    @pytest.mark.parametrize("variable, is_good", [("OUR_SERVER_KEY", True), ("SECRET_KEY", False), ("sk-abc123", False)])
    def test_an_engine_names_the_variable_of_its_key_and_never_holds_or_borrows_one(self, root, variable, is_good):
        form = {
            "name": "ours",
            "title": "Ours",
            "provider": "openai",
            "concurrent_calls": "2",
            "extra": "{}",
            "is_enabled": "on",
        }
        form |= {f"{rows}-{name}_FORMS": "0" for rows in ("prices", "token_prices") for name in ("TOTAL", "INITIAL")}
        root.post(page(Engine, "add"), form | {"base_url": "http://127.0.0.1:9/v1", "key_variable": variable})
        assert Engine.objects.filter(name="ours").exists() == is_good

    def test_a_new_text_of_the_schools_frame_becomes_the_next_version(self, root, full_house):
        form = {"key": "school", "language": "en", "text": "Draw this: {words}"}
        assert root.post(page(MetaPrompt, "add"), form).status_code == 302
        assert MetaPrompt.objects.current("school", "en").version == 2
        assert root.post(page(MetaPrompt, "add"), form | {"text": "no place"}).status_code == 200
        assert MetaPrompt.objects.current("school", "en").version == 2

    def test_a_person_is_added_and_their_password_stored_as_a_hash(self, root):
        form = {
            "username": "nina",
            "usable_password": "true",
            "password1": "a long enough one",
            "password2": "a long enough one",
        }
        inline = {"teacher_rows-TOTAL_FORMS": "0", "teacher_rows-INITIAL_FORMS": "0"}
        assert root.post(page(User, "add"), form | inline).status_code == 302
        assert User.objects.get(username="nina").check_password("a long enough one")

    def test_engines_have_one_default(self, root):
        make_engine()
        other = make_engine("other")
        form = {"action": "draw_by_default", "_selected_action": [other.pk]}
        root.post(page(Engine, "changelist"), form)
        assert Engine.objects.get(is_default=True) == other

    def test_a_stopped_engine_is_asked_again_at_an_admins_word(self, root):
        engine = make_engine("other")
        engine.open_circuit("key", "401")
        root.post(page(Engine, "changelist"), {"action": "try_again", "_selected_action": [engine.pk]})
        assert not Engine.objects.get(pk=engine.pk).is_stopped
        assert Event.objects.get(verb="engine.resumed").actor.username == "root"

    def test_a_locked_child_is_unlocked(self, root, full_house):
        enrollment = make_classroom().enrollments.model.objects.first()
        type(enrollment).objects.update(pin_failures=10, pin_locked_at=enrollment.created_at)
        root.post(page(type(enrollment), "changelist"), {"action": "unlock", "_selected_action": [enrollment.pk]})
        enrollment.refresh_from_db()
        assert not enrollment.is_locked


class TestReviewing:
    @pytest.fixture
    def reviewer(self):
        """A client of somebody who may look at pictures and decide on them, and nothing else."""
        reviewer = User.objects.create(username="reviewer", is_staff=True)
        reviewer.user_permissions.add(*Permission.objects.filter(codename__in=["view_picture", "change_picture"]))
        client = Client()
        client.force_login(reviewer)
        return client

    def act(self, client, action, *pictures, **more):
        form = {"action": action, "_selected_action": [picture.pk for picture in pictures]} | more
        return client.post(page(Picture, "changelist"), form)

    def test_pictures_are_approved(self, reviewer):
        one, two = make_ready(), make_ready()
        self.act(reviewer, "approve", one, two)
        assert Picture.objects.exclude(approved_at=None).count() == 2
        assert Review.objects.filter(decision="approve", decided_by__username="reviewer").count() == 2

    def test_hiding_asks_for_the_reason_first(self, reviewer):
        picture = make_ready()
        answer = self.act(reviewer, "hide", picture)
        assert answer.status_code == 200 and "admin/gallery/picture_hide.html" in [used.name for used in answer.templates]
        assert Picture.objects.get().hidden_at is None
        assert '<option value="" selected>' in answer.content.decode()
        for reason in ("", "none"):
            wrong = self.act(reviewer, "hide", picture, confirmed="1", reason=reason)
            assert wrong.status_code == 200 and Picture.objects.get().hidden_at is None
        self.act(reviewer, "hide", picture, confirmed="1", reason="unkind", note="Talk to Anna")
        assert Picture.objects.get().hidden_at is not None
        assert (Review.objects.get().reason, Review.objects.get().note) == ("unkind", "Talk to Anna")

    def test_a_decision_can_be_taken_back_and_both_are_kept(self, reviewer):
        picture = make_ready()
        self.act(reviewer, "hide", picture, confirmed="1", reason="unkind")
        self.act(reviewer, "approve", picture)
        picture.refresh_from_db()
        assert picture.hidden_at is None and picture.approved_at is not None
        assert picture.reviews.count() == 2

    def test_what_is_not_ready_cannot_be_decided_on(self, reviewer):
        picture = make_ready()
        Picture.objects.update(status="failed", reason="broken")
        self.act(reviewer, "approve", picture)
        assert Picture.objects.get().approved_at is None and not Review.objects.exists()

    @pytest.mark.parametrize("permissions", [[], ["view_picture"]])
    @pytest.mark.parametrize("action", ["approve", "hide"])
    def test_who_may_only_look_decides_nothing(self, reviewer, permissions, action):
        user = User.objects.get(username="reviewer")
        user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
        self.act(reviewer, action, make_ready(), confirmed="1", reason="unkind")
        assert not Review.objects.exists()

    @pytest.mark.parametrize("state, count", [("waiting", 1), ("approved", 1), ("hidden", 1), ("", 3)])
    def test_the_list_is_narrowed_to_what_waits(self, reviewer, state, count):
        make_ready()
        make_ready().approve(None)
        make_ready().hide(None, "unkind")
        listed = reviewer.get(page(Picture, "changelist"), {"review": state} if state else {})
        assert listed.context["cl"].queryset.count() == count
