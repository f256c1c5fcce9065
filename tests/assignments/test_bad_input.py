"""Whatever is typed or sent: a clear sentence, nothing drawn that was not meant, nothing lost."""

import threading
import uuid

import pytest
from django.db import connection
from django.db.models import ProtectedError
from django.test import Client
from django.urls import reverse

from gallery import generation
from gallery.models import Engine, Generation, LedgerEntry, Picture, Purse
from gallery.pictures import Prepared
from gallery.providers.base import Drawn
from gallery.providers.sketch import SketchProvider
from tests.builders import claim, make_assignment, make_classroom, make_engine, make_queued, make_work

pytestmark = pytest.mark.django_db

PROMPT = "A dog next to the Eiffel Tower"


def ask(client, work, **fields):
    address = reverse("assignments:studio-ask", args=[work.assignment.public_id])
    return client.post(address, {"prompt": PROMPT, "pictures": 1, "token": uuid.uuid4()} | fields)


def signed_in(work):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(work.student)
    return client


class TestNumbers:
    @pytest.mark.parametrize("pictures", ["0", "-1", "3", "1000000000000000000000", "1.5", "four", ""])
    def test_a_number_of_pictures_that_nobody_offered_draws_nothing_and_keeps_the_words(self, pictures):
        work = make_work()
        answer = ask(signed_in(work), work, pictures=pictures)
        page = answer.content.decode()
        assert answer.status_code == 422 and PROMPT in page
        assert ("is not one of the available choices" if pictures else "Choose") in page or "required" in page
        assert not Generation.objects.exists()


class TestWords:
    def test_a_hundred_thousand_characters_are_too_long_and_stay_in_the_box(self):
        work = make_work()
        answer = ask(signed_in(work), work, prompt="tower " * 17_000)
        assert answer.status_code == 422
        assert "at most" in answer.content.decode() and answer.content.decode().count("tower") > 16_000
        assert not Picture.objects.exists()

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
        clients, together, answers = [signed_in(work) for _ in tokens], threading.Barrier(2), []

        def press(client, token):
            try:
                together.wait()
                answers.append(ask(client, work, token=token))
            finally:
                connection.close()

        threads = [threading.Thread(target=press, args=pair) for pair in zip(clients, tokens, strict=True)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert Generation.objects.count() == Picture.objects.count() == 1
        assert sorted(answer.status_code for answer in answers) == ([302, 302] if is_same_form else [302, 422])
        if not is_same_form:
            [late] = [answer.content.decode() for answer in answers if answer.status_code == 422]
            assert "All tries are used." in late and PROMPT in late

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
