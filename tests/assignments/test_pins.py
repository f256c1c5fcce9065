"""The students' door: class code, name and PIN, with locks that no patience gets past."""

import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.utils import timezone

from assignments import pins
from assignments.models import Classroom, Enrollment, Teacher, User
from assignments.views.sign_in import WAITING_LIMIT
from tests.builders import make_classroom, make_student

pytestmark = pytest.mark.django_db

PIN, OTHER_PIN = "284617", "935172"


@pytest.fixture
def classroom():
    return make_classroom()


@pytest.fixture
def anna(classroom):
    """A child on the roster who has not been here yet."""
    return Enrollment.objects.enrol(classroom, "Anna K.")


@pytest.fixture
def claimed(anna):
    """The same child after the first sign-in."""
    assert anna.claim(PIN)
    anna.refresh_from_db()
    return anna


def enter(classroom, name="Anna K.", pin=PIN, code=None, client=None):
    """Knock at the door; return (the answer, who is signed in then)."""
    client = client or Client()
    answer = client.post("/login/", {"code": code or classroom.join_code, "name": name, "pin": pin})
    pk = client.session.get("_auth_user_id")
    return answer, pk and int(pk)


def errors(answer):
    return answer.context["pin_form"].errors.get_json_data()


def later(enrollment):
    """Let the short lock of ``enrollment`` run out."""
    Enrollment.objects.filter(pk=enrollment.pk).update(pin_locked_until=timezone.now() - timedelta(seconds=1))


class TestFirstTime:
    def test_the_first_pin_is_kept_and_lets_in(self, classroom, anna):
        assert enter(classroom)[1] == anna.student_id
        assert enter(classroom)[1] == anna.student_id
        anna.refresh_from_db()
        assert anna.claimed_at is not None

    def test_a_second_person_cannot_claim_the_name(self, classroom, anna):
        enter(classroom)
        answer, who = enter(classroom, pin=OTHER_PIN)
        assert (answer.status_code, who) == (422, None)
        assert enter(classroom)[1] == anna.student_id

    def test_of_two_who_claim_at_the_same_moment_one_wins(self, anna):
        same = Enrollment.objects.get(pk=anna.pk)
        assert anna.claim(PIN) and not same.claim(OTHER_PIN)
        assert pins.check_pin(PIN, Enrollment.objects.get(pk=anna.pk).pin_hash)

    @pytest.mark.parametrize("easy", ["000000", "777777", "123456", "654321", "456789", "890123"])
    def test_an_easy_pin_is_refused(self, classroom, anna, easy):
        answer, who = enter(classroom, pin=easy)
        assert who is None and "pin" in errors(answer)
        anna.refresh_from_db()
        assert not anna.is_claimed

    @pytest.mark.parametrize("wrong", ["12345", "1234567", "12345a", "２８４６１７", "28 4617", "-28461", ""])
    def test_a_pin_is_six_plain_digits(self, classroom, anna, wrong):
        answer, who = enter(classroom, pin=wrong)
        assert who is None and "pin" in errors(answer)

    def test_the_pin_is_kept_as_a_hash_that_the_key_of_the_site_belongs_to(self, claimed, settings):
        assert PIN not in claimed.pin_hash
        settings.SECRET_KEY, old = "another key", settings.SECRET_KEY
        assert not pins.check_pin(PIN, claimed.pin_hash)
        settings.SECRET_KEY_FALLBACKS = [old]
        assert pins.check_pin(PIN, claimed.pin_hash)

    def test_a_pin_under_an_old_key_is_kept_under_the_new_one_from_the_next_sign_in_on(self, classroom, claimed, settings):
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another key", [settings.SECRET_KEY]
        assert enter(classroom)[1] == claimed.student_id
        settings.SECRET_KEY_FALLBACKS = []
        assert enter(classroom)[1] == claimed.student_id

    def test_a_pin_under_the_key_of_today_stays_as_it_is(self, classroom, claimed, settings):
        settings.SECRET_KEY_FALLBACKS = ["an older key"]
        assert enter(classroom)[1] == claimed.student_id
        assert Enrollment.objects.get(pk=claimed.pk).pin_hash == claimed.pin_hash

    def test_the_pin_never_comes_back_in_the_page(self, classroom, claimed):
        assert OTHER_PIN not in enter(classroom, pin=OTHER_PIN)[0].content.decode()


class TestSpelling:
    @pytest.mark.parametrize("spelled", ["lower", "dashed", "spaced"])
    def test_a_code_may_be_typed_as_it_is_read(self, classroom, anna, spelled):
        code = {
            "lower": classroom.join_code.lower(),
            "dashed": classroom.shown_code.lower(),
            "spaced": " ".join(classroom.join_code),
        }[spelled]
        assert enter(classroom, code=code)[1] == anna.student_id

    @pytest.mark.parametrize("name", ["anna k.", "  ANNA   K. ", "Ａnna K."])
    def test_a_name_may_be_typed_as_it_is_said(self, classroom, anna, name):
        assert enter(classroom, name)[1] == anna.student_id

    def test_yo_and_ye_are_one_letter_in_a_name(self, classroom):
        semyon = Enrollment.objects.enrol(classroom, "Семён П.")
        assert enter(classroom, "Семен П.")[1] == semyon.student_id

    def test_a_name_of_letters_that_grow_long_is_no_fault(self, classroom):
        """One sign, U+FDFA, is spelled out as eighteen letters when names are compared."""
        answer, who = enter(classroom, "\ufdfa" * 60)
        assert (answer.status_code, who) == (200, None)


class TestLocks:
    def guess(self, classroom, times):
        return [enter(classroom, pin=OTHER_PIN)[0] for _ in range(times)]

    def test_one_mistake_locks_nothing(self, classroom, claimed):
        self.guess(classroom, pins.SOFT_LIMIT - 1)
        assert enter(classroom)[1] == claimed.student_id

    def test_five_mistakes_lock_the_name_for_a_while_even_for_the_right_pin(self, classroom, claimed):
        self.guess(classroom, pins.SOFT_LIMIT)
        answer, who = enter(classroom)
        assert (answer.status_code, who) == (422, None)
        later(claimed)
        assert enter(classroom)[1] == claimed.student_id

    def test_who_knocks_at_a_locked_name_does_not_make_it_worse(self, classroom, claimed):
        self.guess(classroom, pins.SOFT_LIMIT + 20)
        claimed.refresh_from_db()
        assert (claimed.pin_failures, claimed.is_locked_for_teacher) == (pins.SOFT_LIMIT, False)

    def test_ten_mistakes_lock_it_until_the_teacher_unlocks(self, classroom, claimed):
        self.guess(classroom, pins.SOFT_LIMIT)
        later(claimed)
        self.guess(classroom, pins.HARD_LIMIT - pins.SOFT_LIMIT)
        later(claimed)
        assert enter(classroom)[1] is None
        claimed.refresh_from_db()
        assert claimed.is_locked_for_teacher
        claimed.unlock(classroom.teachers.get().user)
        assert enter(classroom)[1] == claimed.student_id

    def test_never_more_than_ten_pins_are_looked_at(self, claimed):
        looked_at = 0
        for _ in range(50):
            looked_at += claimed.spend_try()
            later(claimed)
        assert looked_at == pins.HARD_LIMIT

    def test_the_tenth_pin_may_be_the_right_one(self, classroom, claimed):
        Enrollment.objects.filter(pk=claimed.pk).update(pin_failures=pins.HARD_LIMIT - 1)
        assert enter(classroom)[1] == claimed.student_id
        claimed.refresh_from_db()
        assert (claimed.pin_failures, claimed.is_locked) == (0, False)

    def test_another_child_from_the_same_address_still_enters(self, classroom, claimed):
        boris = Enrollment.objects.enrol(classroom, "Boris T.")
        boris.claim(OTHER_PIN)
        self.guess(classroom, pins.SOFT_LIMIT)
        assert enter(classroom, "Boris T.", OTHER_PIN)[1] == boris.student_id

    def test_a_reset_pin_is_chosen_anew(self, classroom, claimed):
        claimed.reset_pin(classroom.teachers.get().user)
        assert enter(classroom, pin=OTHER_PIN)[1] == claimed.student_id
        assert enter(classroom, pin=PIN)[1] is None


class TestSessions:
    """Whoever came in by a PIN is outside once the teacher has taken it away."""

    @pytest.mark.parametrize("act", ["reset_pin", "remove"])
    def test_who_is_signed_in_is_outside_at_once(self, classroom, claimed, act):
        impostor = Client()
        enter(classroom, client=impostor)
        assert impostor.get("/").status_code == 200
        getattr(Enrollment.objects.get(pk=claimed.pk), act)(classroom.teachers.get().user)
        answer = impostor.get("/")
        assert answer.status_code == 302 and answer.url.startswith("/login/")

    def test_other_children_stay_where_they_are(self, classroom, claimed):
        boris, browser = Enrollment.objects.enrol(classroom, "Boris T."), Client()
        enter(classroom, "Boris T.", OTHER_PIN, client=browser)
        claimed.reset_pin(None)
        assert browser.get("/").status_code == 200 and boris.student_id == int(browser.session["_auth_user_id"])

    def test_a_demo_pupil_keeps_the_password(self, classroom):
        student = make_student(classroom, "Demo")
        student.enrollments.get().reset_pin(None)
        assert User.objects.get(pk=student.pk).password == student.password


class TestAdults:
    """Six digits open no staff room and no class register."""

    @pytest.mark.parametrize("fields", [{"is_staff": True}, {"is_superuser": True}])
    @pytest.mark.parametrize("has_pin", [True, False])
    def test_staff_do_not_come_in_by_pin(self, classroom, anna, fields, has_pin):
        assert anna.claim(PIN) or not has_pin
        if not has_pin:
            anna.reset_pin(None)
        User.objects.filter(pk=anna.student_id).update(**fields)
        answer, who = enter(classroom)
        assert (answer.status_code, who) == (422, None)
        assert Enrollment.objects.get(pk=anna.pk).is_claimed is has_pin

    def test_a_teacher_does_not_either_and_reads_what_an_unknown_name_reads(self, classroom, claimed):
        Teacher.objects.create(user=claimed.student, school=classroom.school)
        answer, who = enter(classroom)
        assert who is None
        for number in range(WAITING_LIMIT):
            Enrollment.objects.enrol(classroom, f"Stranger {number}", is_approved=False)
        assert errors(answer) == errors(enter(classroom, "Nobody")[0])


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def together(self, act, *arguments):
        """Run ``act`` once per argument, all past the question whether the name is free before any writes it."""
        barrier, answers = threading.Barrier(len(arguments)), []

        def wait_after_looking(execute, sql, params, many, context):
            found = execute(sql, params, many, context)
            if sql.startswith("SELECT 1") and "name_key" in sql:
                with suppress(threading.BrokenBarrierError):
                    barrier.wait(timeout=5)
            return found

        def run(argument):
            try:
                with connection.execute_wrapper(wait_after_looking):
                    answers.append(act(argument))
            except Exception as error:
                answers.append(error)
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=[argument]) for argument in arguments]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def test_a_button_pressed_twice_leaves_one_name_and_no_fault(self, classroom):
        answers = self.together(lambda pin: enter(classroom, "Vera N.", pin)[0].status_code, PIN, PIN)
        assert answers == [200, 200]
        assert Enrollment.objects.get().pin_failures == 0

    def test_of_two_children_of_one_name_one_is_kept_and_the_other_is_told(self, classroom):
        answers = self.together(lambda pin: enter(classroom, "Vera N.", pin)[0].status_code, PIN, OTHER_PIN)
        assert sorted(answers) == [200, 422]
        assert Enrollment.objects.get().is_claimed and User.objects.exclude(teacher_rows__isnull=False).count() == 1

    def test_the_slower_of_two_who_enrol_a_name_is_told_it_is_taken(self, classroom):
        answers = self.together(lambda name: Enrollment.objects.enrol(classroom, name), "Vera N.", "VERA N.")
        [error] = [answer for answer in answers if isinstance(answer, Exception)]
        assert isinstance(error, ValidationError) and error.code == "name_taken"


class TestNewNames:
    def test_a_new_name_waits_for_the_teacher(self, classroom):
        answer, who = enter(classroom, "Vera N.")
        vera = Enrollment.objects.get(alias="Vera N.")
        assert (answer.status_code, who, vera.approved_at) == (200, None, None)
        assert enter(classroom, "Vera N.")[1] is None
        vera.let_in(classroom.teachers.get().user)
        assert enter(classroom, "Vera N.")[1] == vera.student_id

    def test_who_waits_needs_the_same_pin(self, classroom):
        enter(classroom, "Vera N.")
        Enrollment.objects.get(alias="Vera N.").let_in(classroom.teachers.get().user)
        assert enter(classroom, "Vera N.", OTHER_PIN)[1] is None

    def test_a_new_name_with_an_easy_pin_is_not_kept(self, classroom):
        enter(classroom, "Vera N.", "111111")
        assert not Enrollment.objects.filter(alias="Vera N.").exists()

    def test_strangers_cannot_fill_the_door_without_end(self, classroom):
        for number in range(WAITING_LIMIT):
            Enrollment.objects.enrol(classroom, f"Stranger {number}", is_approved=False)
        answer, who = enter(classroom, "One more")
        assert (answer.status_code, who) == (422, None)
        assert classroom.enrollments.waiting().count() == WAITING_LIMIT

    def test_who_takes_the_try_out_pupils_name_does_not_shut_the_teacher_out(self, classroom):
        name = make_classroom(name="8A").trial_enrollment().alias
        enter(classroom, name)
        assert classroom.enrollments.get().alias == name
        trial = classroom.trial_enrollment()
        assert trial.is_trial and trial.alias != name
        assert classroom.trial_enrollment() == trial


class TestClosedDoors:
    @pytest.mark.parametrize("fields", [{"is_open": False}, {"archived_at": timezone.now()}])
    def test_a_closed_class_lets_nobody_in(self, classroom, claimed, fields):
        Classroom.objects.filter(pk=classroom.pk).update(**fields)
        answer, who = enter(classroom)
        assert who is None and "code" in errors(answer)

    def test_an_old_code_opens_nothing(self, classroom, claimed):
        old = classroom.join_code
        classroom.change_code()
        assert enter(classroom, code=old)[1] is None
        assert enter(classroom)[1] == claimed.student_id

    def test_a_code_opens_only_its_own_class(self, classroom, claimed):
        other = make_classroom(name="8A")
        answer, who = enter(other)
        assert who is None and answer.status_code == 200  # a new name at that door

    def test_who_was_removed_stays_outside(self, classroom, claimed):
        claimed.remove(classroom.teachers.get().user)
        answer, who = enter(classroom)
        assert (answer.status_code, who) == (422, None)

    def test_the_try_out_pupil_has_no_door(self, classroom):
        trial = classroom.trial_enrollment()
        answer, who = enter(classroom, trial.alias)
        assert (answer.status_code, who) == (422, None)
        trial.refresh_from_db()
        assert not trial.is_claimed

    def test_who_was_made_inactive_stays_outside(self, classroom, claimed):
        claimed.student.is_active = False
        claimed.student.save()
        assert enter(classroom)[1] is None


class TestPace:
    def test_a_class_that_signs_in_at_once_costs_much_less_than_thirty_passwords(self):
        hashed, slow = pins.hash_pin(PIN), Argon2PasswordHasher()
        password = slow.encode("a long password", slow.salt())

        def work(check):
            begin = time.process_time()
            check()
            return time.process_time() - begin

        one_pin = min(work(lambda: pins.check_pin(PIN, hashed)) for _ in range(5))
        one_password = min(work(lambda: slow.verify("a long password", password)) for _ in range(2))
        print(f"30 PINs: {30 * one_pin:.2f} s of work; 30 passwords: {30 * one_password:.2f} s")
        assert one_pin * 3 < one_password

    @pytest.mark.parametrize("newest", [True, False])
    def test_old_keys_cost_the_same_whichever_of_them_fits(self, settings, newest):
        hashed = pins.hash_pin(PIN)
        keys = [settings.SECRET_KEY, *(f"older key {number}" for number in range(4))]
        settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS = keys if newest else keys[::-1]

        def work(pin):
            begin = time.process_time()
            pins.check_pin(pin, hashed)
            return time.process_time() - begin

        assert min(work(PIN) for _ in range(3)) > 0.6 * min(work(OTHER_PIN) for _ in range(3))

    @pytest.mark.parametrize("name", ["Anna K.", "Nobody"])
    def test_an_easy_pin_costs_as_much_as_a_wrong_one(self, classroom, anna, claimed, name):
        claimed.reset_pin(None)

        def work(pin, at):
            client = Client()
            begin = time.process_time()
            enter(classroom, at, pin, client=client)
            return time.process_time() - begin

        hash_alone = min(self.one_hash() for _ in range(5))
        without_hash = min(work("12", name) for _ in range(10))  # not six digits: no row and no hash is looked at
        assert min(work("123456", name) for _ in range(10)) > without_hash + 0.4 * hash_alone

    def one_hash(self):
        begin = time.process_time()
        pins.check_pin(PIN, "")
        return time.process_time() - begin

    def test_an_empty_hash_costs_as_much_as_a_real_one_and_never_fits(self):
        assert not pins.check_pin("-", "")
        assert not pins.check_pin(PIN, "")
