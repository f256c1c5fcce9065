"""The words of a school and of an assignment, and what the gate makes of them wherever it judges."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment, FamilyLevel, WordRule
from assignments.models.policy import policy_for
from assignments.models.word_rule import MOST_OF_ASSIGNMENT, MOST_OF_SCHOOL
from assignments.phrases import phrases_in
from gallery.models import Event
from gallery.safety.gate import judge
from tests.builders import make_assignment, make_classroom, make_ready, make_student, make_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def assignment():
    return make_assignment()


@pytest.fixture
def school(assignment):
    return assignment.classroom.school


@pytest.fixture
def adult(assignment):
    return assignment.created_by


def judged(words, assignment):
    return judge(words, policy_for(Assignment.objects.get(pk=assignment.pk)), opinion=lambda _words: None).outcome


class TestLists:
    def test_lines_become_phrases_once_each(self):
        assert phrases_in("a red Barn\n\n# a note\nbarn owl # two words\nA RED barn", most=9) == ["A RED barn", "barn owl"]

    @pytest.mark.parametrize(
        "text, code",
        [
            ("", "empty"),
            ("# only a note", "empty"),
            ("a\nb\nc", "too_many"),
            ("good\n" + "x" * 101, "long"),
            ("ok\n(?:", "pattern"),
        ],
    )
    def test_a_faulty_list_is_refused_with_a_code(self, text, code):
        with pytest.raises(ValidationError) as refusal:
            phrases_in(text, most=2)
        assert refusal.value.error_list[0].code == code

    def test_the_faulty_line_is_named_and_its_words_are_not(self):
        with pytest.raises(ValidationError) as refusal:
            phrases_in("good\n\n*zebrafish\n", most=9)
        assert "3" in refusal.value.messages[0] and "zebrafish" not in refusal.value.messages[0]

    def test_fifty_thousand_lines_get_a_sentence_with_both_numbers(self, client, adult, assignment):
        client.force_login(adult)
        client.cookies["django_language"] = "en"
        lines = "\n".join(f"слово{number}" for number in range(50_000))
        answer = client.post(f"/assignments/{assignment.public_id}/words/", {"phrases": lines, "level": "refuse"})
        assert answer.status_code == 422 and not WordRule.objects.exists()
        said = str(answer.context["form"].errors["phrases"])
        assert "50000" in said.replace(",", "").replace("\xa0", "") and str(MOST_OF_ASSIGNMENT) in said

    def test_a_list_longer_than_the_site_reads_gets_a_sentence_too(self, client, adult, assignment):
        adult.language = "en"
        adult.save()
        client.force_login(adult)
        lines = "\n".join(f"совсем длинная фраза {number}" for number in range(100_000))
        answer = client.post(f"/assignments/{assignment.public_id}/words/", {"phrases": lines, "level": "refuse"})
        assert answer.status_code == 400 and "more than the site takes at once" in answer.content.decode()

    def test_an_entry_that_stands_there_gets_the_new_level(self, assignment, adult):
        WordRule.objects.write(["Zebrafish", "barn owl"], "refuse", adult, assignment=assignment)
        assert WordRule.objects.write(["zebrafish"], "allow", adult, assignment=assignment) == 1
        assert dict(assignment.word_rules.values_list("key", "level")) == {"zebrafish": "allow", "barn owl": "refuse"}

    def test_a_list_cannot_grow_above_its_limit_by_many_small_pastes(self, assignment, adult):
        WordRule.objects.write([f"word{n}" for n in range(MOST_OF_ASSIGNMENT)], "hold", adult, assignment=assignment)
        with pytest.raises(ValidationError) as refusal:
            WordRule.objects.write(["one more"], "hold", adult, assignment=assignment)
        assert refusal.value.code == "too_many" and assignment.word_rules.count() == MOST_OF_ASSIGNMENT

    def test_events_tell_how_many_and_never_which(self, assignment, adult):
        WordRule.objects.write(["zebrafish"], "refuse", adult, assignment=assignment)
        assignment.word_rules.get().remove(adult)
        events = Event.objects.filter(verb__startswith="words.")
        assert [event.verb for event in events] == ["words.listed", "words.removed"]
        assert "zebrafish" not in "".join(f"{event.reason}{event.details}{event.subject}" for event in events)

    def test_a_word_belongs_to_a_school_or_to_an_assignment(self, assignment, school):
        for owners in ({}, {"school": school, "assignment": assignment}):
            with pytest.raises(IntegrityError), transaction.atomic():
                WordRule.objects.create(phrase="zebrafish", level="refuse", **owners)


class TestPolicy:
    def test_a_word_of_the_assignment_counts_in_any_form_and_there_alone(self, assignment, adult):
        WordRule.objects.write(["zebrafish"], "refuse", adult, assignment=assignment)
        assert judged("Two Zebrafish in a bowl", assignment) == "refuse"
        assert judged("Two Zebrafish in a bowl", make_assignment(assignment.classroom)) == "allow"

    def test_a_word_of_the_school_counts_in_all_its_assignments(self, assignment, school, adult):
        WordRule.objects.write(["рыбка"], "hold", adult, school=school)
        assert judged("две рыбки в аквариуме", assignment) == "hold"
        assert judged("две рыбки в аквариуме", make_assignment(assignment.classroom)) == "hold"

    def test_the_assignment_has_the_last_word(self, assignment, school, adult):
        WordRule.objects.write(["zebrafish"], "refuse", adult, school=school)
        WordRule.objects.write(["zebrafish"], "allow", adult, assignment=assignment)
        assert judged("a zebrafish", assignment) == "allow"

    def test_a_change_for_the_school_counts_at_once(self, assignment, school, adult):
        assert judged("a zebrafish", assignment) == "allow"
        rule = WordRule(school=school, phrase="zebrafish", level="refuse")
        rule.save()
        assert judged("a zebrafish", assignment) == "refuse"
        WordRule.objects.filter(pk=rule.pk).delete()
        assert judged("a zebrafish", assignment) == "allow"

    def test_a_school_can_change_a_whole_family(self, assignment, school):
        before = judge("a rifle", opinion=lambda _words: None)
        assert before.outcome in ("hold", "refuse") and before.gate == "words"
        for family in before.families:
            FamilyLevel.objects.create(school=school, family=family, level="allow")
        assert judged("a rifle", assignment) == "allow"

    def test_the_switches_of_the_school_arrive(self, assignment, school):
        school.holds_unsure, school.holds_without_layer = False, True
        school.save()
        policy = policy_for(Assignment.objects.get(pk=assignment.pk))
        assert not policy.holds_unsure and policy.holds_without_layer

    def test_names_of_the_class_are_part_of_it(self, assignment):
        make_student(assignment.classroom, "Zoya K.")
        assert "Zoya" in policy_for(assignment).names

    def test_it_asks_two_more_questions_however_long_the_lists_are(self, assignment, school, adult):
        costs = []
        for count in (1, 50):
            WordRule.objects.write([f"word{n}" for n in range(count)], "hold", adult, school=school)
            WordRule.objects.write([f"term{n}" for n in range(count)], "hold", adult, assignment=assignment)
            policy_for(Assignment.objects.get(pk=assignment.pk))
            fresh = Assignment.objects.select_related("classroom").get(pk=assignment.pk)
            with CaptureQueriesContext(connection) as captured:
                policy_for(fresh)
            costs.append(len(captured))
        assert costs == [3, 3]  # names as before, the school, the assignment's own


class TestWhereItJudges:
    def test_the_studio_asks_it(self, client, assignment, adult):
        WordRule.objects.write(["zebrafish"], "refuse", adult, assignment=assignment)
        work = make_work(assignment)
        client.force_login(work.student)
        answer = client.post(f"/studio/{assignment.public_id}/ask/", {"prompt": "A zebrafish", "pictures": 1})
        assert answer.status_code == 422 and work.trail.generations.get().is_refused

    @pytest.mark.parametrize("level, status", [("refuse", 422), ("hold", 302), ("allow", 302)])
    def test_so_does_the_hand_in_where_an_adult_looks_anyway(self, client, assignment, adult, level, status):
        WordRule.objects.write(["zebrafish"], level, adult, assignment=assignment)
        work = make_work(assignment)
        work.choose(make_ready(work))
        client.force_login(work.student)
        texts = {"title": "A zebrafish", "alt_text": "A brown dog sits next to a tower.", "reason": "The light is the best."}
        assert client.post(f"/studio/{assignment.public_id}/hand-in/", texts).status_code == status


class TestThePage:
    def test_the_list_shows_who_listed_what_and_an_entry_can_go(self, client, assignment, adult):
        client.force_login(adult)
        address = f"/assignments/{assignment.public_id}/words/"
        assert client.post(address, {"phrases": "zebrafish\nbarn owl", "level": "allow"}).status_code == 302
        assert b"zebrafish" in client.get(address).content
        rule = assignment.word_rules.get(key="zebrafish")
        assert client.post(f"{address}remove/", {"rule": rule.pk}).status_code == 302
        assert [row.key for row in assignment.word_rules.all()] == ["barn owl"]

    def test_an_entry_of_another_assignment_stays(self, client, assignment, adult):
        other = make_assignment(make_classroom())
        WordRule.objects.write(["zebrafish"], "allow", other.created_by, assignment=other)
        client.force_login(adult)
        address = f"/assignments/{assignment.public_id}/words/remove/"
        for rule in (other.word_rules.get().pk, "x", 10**30, ""):
            assert client.post(address, {"rule": rule}).status_code == 404
        assert other.word_rules.exists()

    def test_what_was_typed_comes_back_with_the_fault(self, client, assignment, adult):
        client.force_login(adult)
        answer = client.post(f"/assignments/{assignment.public_id}/words/", {"phrases": "fine\n((", "level": "allow"})
        assert answer.status_code == 422 and b"fine\r\n((" in answer.content.replace(b"fine\n((", b"fine\r\n((")
        assert not WordRule.objects.exists()


class TestTheStaffRoom:
    def test_a_pasted_list_reaches_the_whole_school(self, admin_client, assignment, school):
        form = {"school": school.pk, "phrases": "zebrafish\nbarn owl", "level": "refuse"}
        assert admin_client.post("/admin/assignments/wordrule/paste/", form).status_code == 302
        assert judged("a barn owl", assignment) == "refuse"

    def test_a_list_above_the_limit_is_refused_whole(self, admin_client, school):
        lines = "\n".join(f"word{number}" for number in range(MOST_OF_SCHOOL + 1))
        answer = admin_client.post(
            "/admin/assignments/wordrule/paste/", {"school": school.pk, "phrases": lines, "level": "hold"}
        )
        assert answer.status_code == 422 and not WordRule.objects.exists()

    def test_one_word_is_added_changed_and_deleted_by_hand(self, admin_client, assignment, school):
        form = {"school": school.pk, "phrase": "Zebrafish", "level": "refuse"}
        assert admin_client.post("/admin/assignments/wordrule/add/", form).status_code == 302
        assert judged("a zebrafish", assignment) == "refuse"
        rule = WordRule.objects.get()
        page = f"/admin/assignments/wordrule/{rule.pk}"
        assert admin_client.post(f"{page}/change/", form | {"level": "allow"}).status_code == 302
        assert judged("a zebrafish", assignment) == "allow"
        assert admin_client.post(f"{page}/delete/", {"post": "yes"}).status_code == 302
        assert not WordRule.objects.exists()

    @pytest.mark.parametrize("form", [{"phrase": "(("}, {"phrase": "zebrafish"}, {"phrase": "owl", "school": ""}])
    def test_a_faulty_or_second_entry_is_told(self, admin_client, school, form):
        WordRule(school=school, phrase="zebrafish", level="hold").save()
        answer = admin_client.post("/admin/assignments/wordrule/add/", {"school": school.pk, "level": "allow"} | form)
        assert answer.status_code == 200 and answer.context["errors"] and WordRule.objects.count() == 1

    def test_the_words_of_an_assignment_are_only_shown(self, admin_client, assignment, adult):
        WordRule.objects.write(["zebrafish"], "refuse", adult, assignment=assignment)
        rule = assignment.word_rules.get()
        assert b"zebrafish" in admin_client.get("/admin/assignments/wordrule/").content
        assert admin_client.post(f"/admin/assignments/wordrule/{rule.pk}/delete/", {"post": "yes"}).status_code == 403

    def test_the_levels_of_families_stand_at_the_school(self, admin_client, assignment, school):
        page = f"/admin/assignments/school/{school.pk}/change/"
        assert b"family_levels-TOTAL_FORMS" in admin_client.get(page).content
