"""Whatever a service sends as a picture: a real worker tells what it is, lives on and stays small, and nothing bad is kept.

The service is a process of its own, the pupil's page the real one, and so are the files that a browser gets.
"""

import base64
import io
import sys
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation
from PIL import Image, PngImagePlugin

from gallery.models import Picture
from gallery.pixels import CORES
from gallery.providers.base import Service
from gallery.shown import FOR_STUDENTS
from tests.faults.conftest import PRICE, QUICK
from tests.faults.test_memory import megabytes
from tests.gallery.test_pictures import png_bomb

pytestmark = [pytest.mark.faults, pytest.mark.one_database, pytest.mark.django_db(transaction=True)]

SCRIPT = b"<script>alert('not a picture')</script>"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><rect width='9' height='9'/>" + SCRIPT + b"</svg>"
COLOUR = (10, 200, 30)


def given(image):
    """Return the behaviour of a service that answers with these bytes, whatever they are."""
    return ["given_image", {"image": base64.b64encode(image).decode()}]


def encoded(kind, **options):
    file = io.BytesIO()
    Image.new("RGB", (96, 64), COLOUR).save(file, kind, **options)
    return file.getvalue()


def moving(kind):
    frames = [Image.new("RGB", (96, 64), COLOUR), Image.new("RGB", (96, 64), "red")]
    file = io.BytesIO()
    frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=100)
    return file.getvalue()


def archive():
    """Return a ZIP with a page in it, which a browser would run and a chat program unpack."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("index.html", SCRIPT)
    return file.getvalue()


def with_text(text):
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("Comment", text)
    return encoded("PNG", pnginfo=chunks)


#: What is no picture: how the service behaves, and the word that stays on the row.
NO_PICTURES = {
    "a bomb of 13,000 x 13,000 pixels": (given(png_bomb(13_000)), "too_many_pixels"),
    "a body that unpacks to 50 MB": ("gzip_bomb", "no_json"),
    "an SVG with a script": (given(SVG), "not_an_image"),
    "half a PNG": ("truncated_png", "truncated"),
    "a moving PNG": (given(moving("PNG")), "animated"),
    "a moving WebP": (given(moving("WEBP")), "animated"),
    "a moving GIF": (given(moving("GIF")), "not_an_image"),
    "60 MB": (["oversized", {"size": 60_000_000}], "too_long"),
    "60 MB of unknown length": (["oversized", {"size": 60_000_000, "chunked": True}], "too_long"),
    "a page of HTML": ("html_200", "no_json"),
    "a page of HTML as the image": (given(b"<!doctype html>" + SCRIPT), "not_an_image"),
    "an archive": (given(archive()), "not_an_image"),
    "text": ("text_for_image", "not_an_image"),
    "half an answer": ("cut_json", "no_json"),
    "no answer": ("empty_200", "no_json"),
    "a list": ("json_list", "no_object"),
    "no data": ("data_null", "no_data"),
    "an empty list of data": ("data_empty", "no_data"),
    "an empty image": ("empty_image", "no_image"),
    "what is no base64": ("wrong_base64", "no_base64"),
    "an error that says it is none": ("error_in_200", "error_in_success"),
}
#: What is no answer at all: then nobody knows what was drawn, and the pupil reads another sentence.
NO_ANSWERS = ["not_http", "drop_mid_body"]
#: A picture and something else in one file.
POLYGLOTS = {
    "a ZIP behind it": encoded("PNG") + archive(),
    "a page behind it": encoded("PNG") + SCRIPT,
    "a page in its comment": with_text(SCRIPT.decode()),
    "a page in the comment of a JPEG": encoded("JPEG", quality=95, comment=SCRIPT),
    "a ZIP behind a WebP": encoded("WEBP", lossless=True) + archive(),
}
#: Those that need most memory, several at once.
HUNGRY = ["a bomb of 13,000 x 13,000 pixels", "a body that unpacks to 50 MB", "60 MB", "60 MB of unknown length"] * 3


def page_of(picture):
    """Return the studio's page as the picture's owner reads it."""
    work = picture.generation.trail.submission
    return as_owner(picture).get(reverse("assignments:studio", args=[work.assignment.public_id])).content.decode()


def sentence_of(reason):
    with translation.override("en"):
        return str(FOR_STUDENTS[reason])


def as_owner(picture):
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(picture.owner)
    return client


def file_of(picture, size):
    """Return what a browser gets for the picture."""
    answer = as_owner(picture).get(reverse("gallery:picture-file", args=[picture.public_id, size]))
    assert answer.headers["Content-Type"].startswith("image/") and answer.headers["X-Content-Type-Options"] == "nosniff"
    return b"".join(answer.streaming_content)


def pixel_of(content):
    return Image.open(io.BytesIO(content)).convert("RGB").getpixel((9, 9))


def assert_nothing_is_left(house):
    """No file that no row names, and no raw answer: the promises are asked without any grace."""
    house.assert_all_is_well()
    assert [path.name for path in settings.SPOOL_ROOT.rglob("*") if path.is_file()] == []


class TestGarbage:
    @pytest.fixture(autouse=True)
    def one_after_the_other(self, house):
        """So that the first picture meets the first behaviour."""
        house.engine.concurrent_calls = 1
        house.engine.save()

    def test_ends_as_unusable_with_a_kind_sentence_and_the_worst_price(self, house, start_worker):
        house.provider.script(*(behaviour for behaviour, _word in NO_PICTURES.values()))
        spoilt, fine = {kind: house.ask() for kind in NO_PICTURES}, house.ask()
        with start_worker("-c", "2", **QUICK) as worker:
            house.wait_for_ends(60)
            assert worker.poll() is None
        assert house.end_of(fine) == ("ready", "", "stored", 1)
        for kind, picture in spoilt.items():
            assert house.end_of(picture) == ("failed", "unusable", "failed", 1), kind
            ended = Picture.objects.get(pk=picture.pk)
            assert NO_PICTURES[kind][1] in ended.detail, kind
            assert [line.micros_spent for line in ended.entries.exclude(kind="reserve")] == [PRICE], kind
            assert sentence_of("unusable") in page_of(ended), kind
        assert_nothing_is_left(house)

    def test_that_is_no_answer_ends_as_unanswered(self, house, start_worker):
        house.provider.script(*NO_ANSWERS)
        lost = [house.ask() for _ in NO_ANSWERS]
        with start_worker("-c", "2", **QUICK):
            house.wait_for_ends()
        assert [house.end_of(picture) for picture in lost] == len(lost) * [("failed", "unanswered", "unanswered", 1)]
        assert all(sentence_of("unanswered") in page_of(Picture.objects.get(pk=picture.pk)) for picture in lost)
        assert_nothing_is_left(house)

    def test_behind_or_inside_a_real_picture_is_gone_when_a_browser_gets_it(self, house, start_worker):
        house.provider.script(*map(given, POLYGLOTS.values()))
        pictures = {kind: house.ask() for kind in POLYGLOTS}
        with start_worker("-c", "2", **QUICK):
            house.wait_for_ends()
        for kind, picture in pictures.items():
            assert house.end_of(picture) == ("ready", "", "stored", 1), kind
            for size in ("full", "960", "384"):
                content = file_of(Picture.objects.get(pk=picture.pk), size)
                assert b"alert(" not in content and b"PK\x03\x04" not in content, kind
                assert not zipfile.is_zipfile(io.BytesIO(content)), kind
                assert all(abs(have - want) < 9 for have, want in zip(pixel_of(content), COLOUR, strict=True)), kind
        assert_nothing_is_left(house)


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux: /proc tells what a process uses")
class TestTheMemoryOfAWorker:
    #: Megabytes by which a worker may grow over what it needs for good pictures.
    MOST = 100
    #: The same while it reads the longest answers that it reads at all (40 MiB), one on each core.
    MOST_FOR_THE_LONGEST = 150 * CORES

    def test_grows_little_over_garbage_of_any_size_eight_at_once(self, house, start_worker, record_property):
        grown = self.growth_over(house, start_worker, [NO_PICTURES[kind][0] for kind in HUNGRY])
        record_property("megabytes", grown)
        assert grown < self.MOST

    def test_is_bounded_by_the_longest_answer_that_is_read(self, house, start_worker, record_property):
        size = (Service.max_answer_bytes - 1000) // 4 * 3  # base64 makes four letters of three bytes
        grown = self.growth_over(house, start_worker, [["text_for_image", {"size": size}]] * 6)
        record_property("megabytes", grown)
        assert grown < self.MOST_FOR_THE_LONGEST

    def growth_over(self, house, start_worker, behaviours):
        """Return by how many megabytes a worker's peak rises over where it stood after some good pictures."""
        with start_worker("-c", "8", **QUICK) as worker:
            for _ in range(8):
                house.ask()
            house.wait_for_ends()
            Path(f"/proc/{worker.pid}/clear_refs").write_text("5")  # the peak begins where it stands
            before = megabytes(worker)
            house.provider.script(*behaviours)
            spoilt = [house.ask() for _ in behaviours]
            house.wait_for_ends(60)
            grown = megabytes(worker, "VmHWM") - before
            assert worker.poll() is None
        assert {house.end_of(picture) for picture in spoilt} == {("failed", "unusable", "failed", 1)}
        assert_nothing_is_left(house)
        return grown
