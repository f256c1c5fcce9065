"""Whatever is typed or sent: a clear sentence, nothing drawn that was not meant, nothing lost."""

import threading
import time
import uuid

import pytest
from django.db import connection
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse
from django.utils import translation

from assignments.models import Allowance
from gallery import generation, line, waiting
from gallery.models import Engine, Generation, LedgerEntry, Picture, Purse
from gallery.pictures import Prepared
from gallery.providers.base import Drawn
from gallery.providers.sketch import SketchProvider
from tests.builders import (
    FlatProvider,
    claim,
    make_assignment,
    make_classroom,
    make_engine,
    make_queued,
    make_ready,
    make_work,
)

pytestmark = pytest.mark.django_db

PROMPT = "A dog next to the Eiffel Tower"


def ask(client, work, **fields):
    address = reverse("assignments:studio-ask", args=[work.assignment.public_id])
    return client.post(address, {"prompt": PROMPT, "pictures": 1, "token": uuid.uuid4()} | fields)


def signed_in(work):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(work.student)
    return client


def at_once(count, press, work):
    """Let ``press`` be called from so many tabs of one student at the same instant; return the answers."""
    clients, together, answers = [signed_in(work) for _ in range(count)], threading.Barrier(count), []

    def run(client):
        try:
            together.wait()
            answers.append(press(client))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[client]) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


class TestNumbers:
    @pytest.mark.parametrize(
        "pictures", ["0", "-1", "3", "1000000000000000000000", "9" * 5000, "1.5", "four", "１", "²", "1\x00", ""]
    )
    def test_a_number_of_pictures_that_nobody_offered_draws_nothing_and_keeps_the_words(self, pictures):
        work = make_work()
        answer = ask(signed_in(work), work, pictures=pictures)
        page = answer.content.decode()
        assert answer.status_code == 422 and PROMPT in page
        assert ("is not one of the available choices" if pictures else "Choose") in page or "required" in page
        assert not Generation.objects.exists()

    @pytest.mark.parametrize("pictures", [5000 * "9", "²", "-1"])
    def test_where_only_one_is_left_a_number_that_nobody_offered_is_no_fault_of_ours(self, pictures):
        work = make_work()
        Allowance.objects.give(work.assignment.classroom, None, "pupil", "day", pictures=1, micros=None)
        assert ask(signed_in(work), work, pictures=pictures).status_code == 422
        address = reverse("assignments:studio-preview", args=[work.assignment.public_id])
        assert signed_in(work).post(address, {"prompt": PROMPT, "pictures": pictures}).status_code == 200

    @pytest.mark.parametrize("pictures", ["0", "-1", "9" * 5000, "²", ""])
    def test_looking_at_what_would_be_sent_needs_no_good_number(self, pictures):
        work = make_work()
        address = reverse("assignments:studio-preview", args=[work.assignment.public_id])
        answer = signed_in(work).post(address, {"prompt": PROMPT, "pictures": pictures})
        assert answer.status_code == 200 and PROMPT in answer.content.decode()

    def test_a_form_that_lost_its_token_is_answered_with_a_good_one(self):
        work = make_work()
        client = signed_in(work)
        answer = ask(client, work, token="not-a-token")
        assert answer.status_code in (302, 422)
        if answer.status_code == 422:
            assert ask(client, work, token=answer.context["form"]["token"].value()).status_code == 302
        assert Generation.objects.count() == 1


class TestWords:
    def test_a_hundred_thousand_characters_are_too_long_and_stay_in_the_box(self):
        work = make_work()
        answer = ask(signed_in(work), work, prompt="tower " * 17_000)
        assert answer.status_code == 422
        assert "at most" in answer.content.decode() and answer.content.decode().count("tower") > 16_000
        assert not Picture.objects.exists()

    @pytest.mark.parametrize("sign", ["a", "🐧", "\x01", "\u200b", "'", "а́", "1 "])
    def test_a_hundred_thousand_signs_of_any_kind_are_answered_at_once(self, sign):
        work = make_work()
        client = signed_in(work)
        ask(client, work, prompt="")  # what is loaded once is loaded now
        started = time.monotonic()
        answer = ask(client, work, prompt=sign * 100_000)
        seconds = time.monotonic() - started
        assert answer.status_code == 422 and not Picture.objects.exists()
        page = answer.content.decode()
        assert "at most" in page or "Write what shall be in the picture." in page
        assert seconds < 2

    def test_more_than_a_form_may_hold_is_a_page_with_a_way_back(self):
        work = make_work()
        answer = ask(signed_in(work), work, prompt="tower " * 500_000)
        assert answer.status_code == 400
        assert "It was more than the site takes at once." in answer.content.decode()
        assert not Generation.objects.exists()

    @pytest.mark.parametrize("field", ["title", "alt_text", "reason"])
    @pytest.mark.parametrize("text", ["word " * 20_000, "Tower\x00 Tower Tower Tower"])
    def test_around_a_picture_they_are_refused_at_their_field_and_stay(self, field, text):
        work = make_work()
        work.choose(make_ready(work))
        words = {"title": "Tower", "alt_text": "A brown dog sits next to a tall tower.", "reason": "The light is the best."}
        answer = signed_in(work).post(reverse("assignments:hand-in", args=[work.assignment.public_id]), words | {field: text})
        assert answer.status_code == 422 and answer.context["form"].has_error(field)
        assert not work.versions.exists()

    @pytest.mark.parametrize("prompt", ["\x00", "\x01\x02\x1b", " \t\r\n ", "\u200b\u200d\ufeff", "\u202e"])
    def test_signs_that_nobody_sees_are_no_prompt(self, prompt):
        work = make_work()
        answer = ask(signed_in(work), work, prompt=prompt)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert "Write what shall be in the picture." in page or "This is too long or empty." in page
        assert not Picture.objects.exists()

    def test_control_characters_among_words_are_not_sent(self):
        work = make_work()
        answer = ask(signed_in(work), work, prompt="A red\x1b tower\x7f in \u202ethe snow")
        if answer.status_code == 302:
            sent = "".join(text for _source, text in Generation.objects.get().parts)
            assert not set(sent) & set("\x1b\x7f\u202e")
        else:
            assert not Picture.objects.exists()

    def test_emoji_alone_are_words_that_can_be_drawn(self):
        work = make_work()
        assert ask(signed_in(work), work, prompt="🐧🗼❄️").status_code == 302
        generation.draw(claim(Engine.objects.get()), SketchProvider())
        assert len(Picture.objects.get().understood) == 3


class TestTheSameTwice:
    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("is_same_form", [True, False])
    def test_two_tabs_at_the_same_instant_get_no_more_than_is_left(self, is_same_form):
        work = make_work(make_assignment(max_tries=1))
        tokens = [uuid.uuid4()] * 2 if is_same_form else [uuid.uuid4(), uuid.uuid4()]
        left = list(tokens)
        answers = at_once(2, lambda client: ask(client, work, token=left.pop()), work)
        assert Generation.objects.count() == Picture.objects.count() == 1
        assert sorted(answer.status_code for answer in answers) == ([302, 302] if is_same_form else [302, 422])
        if not is_same_form:
            [late] = [answer.content.decode() for answer in answers if answer.status_code == 422]
            assert "All tries are used." in late and PROMPT in late

    @pytest.mark.django_db(transaction=True)
    def test_two_tabs_that_hand_in_at_the_same_instant_leave_two_versions(self):
        work = make_work()
        work.choose(make_ready(work))
        address = reverse("assignments:hand-in", args=[work.assignment.public_id])
        words = {"title": "Tower", "alt_text": "A brown dog sits next to a tall tower.", "reason": "The light is the best."}
        answers = at_once(2, lambda client: client.post(address, words), work)
        assert [answer.status_code for answer in answers] == [302, 302]
        assert sorted(work.versions.values_list("number", flat=True)) == [1, 2]

    @pytest.mark.django_db(transaction=True)
    def test_two_tabs_that_stop_at_the_same_instant_give_back_once(self):
        purse = Purse.objects.create(title="7B", pictures_allowed=5)
        work = make_work(make_assignment(make_classroom(purse=purse)))
        make_queued(work, pictures=2)
        address = reverse("assignments:studio-cancel", args=[work.assignment.public_id])
        answers = at_once(2, lambda client: client.post(address), work)
        assert [answer.status_code for answer in answers] == [302, 302]
        purse.refresh_from_db()
        assert (purse.pictures_reserved, purse.pictures_spent) == (0, 0)
        assert LedgerEntry.objects.filter(kind="release").count() == 2

    def test_a_ready_picture_is_not_stopped_and_stays_paid_for(self):
        purse = Purse.objects.create(title="7B", pictures_allowed=5)
        work = make_work(make_assignment(make_classroom(purse=purse)))
        make_ready(work)
        address = reverse("assignments:studio-cancel", args=[work.assignment.public_id])
        page = signed_in(work).post(address, follow=True).content.decode()
        assert "Nothing was waiting any more." in page
        purse.refresh_from_db()
        assert (Picture.objects.get().status, purse.pictures_spent) == ("ready", 1)

    def test_a_settled_picture_is_not_settled_again(self):
        purse = Purse.objects.create(title="7B", pictures_allowed=5)
        [picture] = make_queued(make_work(make_assignment(make_classroom(purse=purse))))
        claimed = claim(picture.engine)
        prepared = Prepared(b"x", "png", 16, 16, "0" * 64, {}, "#808080")
        assert claimed.settle_ready(prepared, file="a.png", drawn=Drawn(b"x"))
        assert not claimed.settle_ready(prepared, file="b.png", drawn=Drawn(b"x"))
        assert not claimed.settle_failed("broken") and not claimed.settle_refused("provider")
        purse.refresh_from_db()
        assert (purse.pictures_spent, purse.pictures_reserved) == (1, 0)
        assert LedgerEntry.objects.exclude(kind="reserve").count() == 1
        assert Picture.objects.get().file == "a.png"


class TestAnEngineThatGoes:
    def test_it_cannot_be_deleted_while_pictures_hang_on_it(self):
        make_queued(make_work(make_assignment(engine=make_engine("other"))))
        with pytest.raises(ProtectedError):
            Engine.objects.get(name="other").delete()

    @pytest.mark.parametrize("door", ["delete", "changelist"])
    def test_no_door_of_the_admin_deletes_it_and_what_waits_is_drawn(self, admin_client, door):
        engine = make_engine("other")
        [picture] = make_queued(make_work(make_assignment(engine=engine)))
        address = reverse(f"admin:gallery_engine_{door}", args=[engine.pk] if door == "delete" else [])
        wanted = {"post": "yes", "action": "delete_selected", "_selected_action": [engine.pk]}
        page = admin_client.post(address, wanted, follow=True, headers={"accept-language": "en"}).content.decode()
        assert "Switch it off instead." in page or door == "changelist"
        generation.draw(claim(engine), FlatProvider(scale=16))
        assert Picture.objects.get(pk=picture.pk).status == "ready"

    def test_switched_off_its_pupils_read_so_and_get_their_pictures_once_it_is_back(self):
        engine = make_engine("other")
        work = make_work(make_assignment(engine=engine))
        make_queued(work)
        Engine.objects.filter(pk=engine.pk).update(is_enabled=False)
        line.publish(engine)
        page = signed_in(work).get(reverse("assignments:studio", args=[work.assignment.public_id])).content.decode()
        with translation.override("en"):
            assert str(waiting.WHY_NOT[waiting.OFF]) in page
        Engine.objects.filter(pk=engine.pk).update(is_enabled=True)
        generation.draw(claim(engine), FlatProvider(scale=16))
        assert Picture.objects.get().status == "ready"

    def test_switched_off_with_pictures_waiting_the_admin_is_told_how_many(self, admin_client):
        engine = make_engine("other", images_per_minute=5)
        make_queued(make_work(make_assignment(engine=engine)), pictures=2)
        page = self.switch_off(admin_client, engine)
        assert "2 pictures wait for it and keep their places" in page
        assert Picture.objects.filter(status="queued").count() == 2

    def test_switched_off_with_nobody_waiting_nothing_is_said(self, admin_client):
        assert "keep their places" not in self.switch_off(admin_client, make_engine("other"))

    def switch_off(self, admin_client, engine):
        address = reverse("admin:gallery_engine_change", args=[engine.pk])
        form = admin_client.get(address).context["adminform"].form
        fields = {name: value for name, value in form.initial.items() if name in form.fields and value is not None}
        fields |= {"extra": "{}", "is_enabled": ""}
        for inline in admin_client.get(address).context["inline_admin_formsets"]:
            prefix = inline.formset.prefix
            fields |= {f"{prefix}-{name}": value for name, value in (("TOTAL_FORMS", 0), ("INITIAL_FORMS", 0))}
        del fields["is_enabled"]
        answer = admin_client.post(address, fields, follow=True, headers={"accept-language": "en"})
        engine.refresh_from_db()
        assert not engine.is_enabled
        return answer.content.decode()
