"""How a picture leaves the site: the right bytes, kept by nobody but its reader's browser, unable to run."""

import io
import os

import pytest
from django.core.files.storage import default_storage
from django.test import override_settings
from PIL import Image

from gallery.providers.base import write_spool
from gallery.views import KEPT_BY_BROWSER
from tests.builders import FlatProvider, make_ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture():
    return make_ready(provider=FlatProvider())


@pytest.fixture
def get(client, picture):
    """A function that fetches the picture at a size as its owner."""
    client.force_login(picture.owner)
    return lambda size="full", **query: client.get(f"/pictures/{picture.public_id}/{size}/", query)


def body(answer):
    return b"".join(answer.streaming_content)


class TestServing:
    @pytest.mark.parametrize("size, width", [("384", 384), ("960", 960), ("full", 1536)])
    def test_each_size_is_a_picture_of_that_width(self, get, size, width):
        answer = get(size)
        image = Image.open(io.BytesIO(body(answer)))
        assert image.width == width
        assert answer.headers["Content-Type"] == Image.MIME[image.format]

    @pytest.mark.parametrize("size", ["1", "0384", "FULL", "..", "full.png", "385"])
    def test_there_is_no_other_size(self, get, size):
        assert get(size).status_code == 404

    def test_only_its_readers_browser_may_keep_it_and_not_for_long(self, get):
        assert get().headers["Cache-Control"] == f"private, max-age={KEPT_BY_BROWSER}"

    def test_nothing_in_it_can_run(self, get):
        answer = get()
        assert (
            "sandbox" in answer.headers["Content-Security-Policy"]
            and "default-src 'none'" in answer.headers["Content-Security-Policy"]
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"

    def test_it_is_shown_or_saved_as_asked_under_a_name_that_tells_nothing(self, get, picture):
        name = f'filename="edu4all-{picture.public_id.hex[:8]}.{picture.file.rpartition(".")[2]}"'
        assert get().headers["Content-Disposition"] == f"inline; {name}"
        assert get(download="1").headers["Content-Disposition"] == f"attachment; {name}"

    def test_it_is_only_read(self, client, picture):
        client.force_login(picture.owner)
        assert client.post(f"/pictures/{picture.public_id}/full/").status_code == 405
        assert client.head(f"/pictures/{picture.public_id}/full/").status_code == 200

    @override_settings(ACCEL_PREFIX="/private/")
    def test_a_server_in_front_may_send_the_bytes(self, get, picture):
        answer = get()
        assert answer.headers["X-Accel-Redirect"] == f"/private/{picture.file}"
        assert answer.content == b"" and answer.headers["Content-Type"].startswith("image/")

    @override_settings(ACCEL_PREFIX="/private/")
    def test_the_server_in_front_is_not_asked_for_strangers(self, client, picture, django_user_model):
        client.force_login(django_user_model.objects.create(username="stranger"))
        answer = client.get(f"/pictures/{picture.public_id}/full/")
        assert answer.status_code == 404 and "X-Accel-Redirect" not in answer.headers


class TestMissing:
    """A file that is gone, say after a database was restored without its pictures."""

    def test_it_is_not_found_and_the_operator_is_told_by_ids_only(self, get, picture, caplog):
        default_storage.delete(picture.file_name("384"))
        with caplog.at_level("ERROR", "gallery.views"):
            assert get("384").status_code == 404
        [record] = caplog.records
        assert (record.message, record.picture, record.size) == ("picture file missing", str(picture.public_id), "384")
        assert get("full").status_code == 200


class TestStorage:
    def test_raw_answers_are_read_by_nobody_else_whatever_the_umask(self, tmp_path):
        before = os.umask(0)
        try:
            write_spool(tmp_path / "spool" / "answer", [b"pixels"])
        finally:
            os.umask(before)
        assert (tmp_path / "spool").stat().st_mode & 0o777 == 0o700
        assert (tmp_path / "spool" / "answer").stat().st_mode & 0o777 == 0o600

    def test_names_of_files_cannot_be_guessed_from_what_a_page_shows(self, picture):
        assert picture.public_id.hex not in picture.file
        assert str(picture.pk) not in picture.file.split("/")

    def test_no_address_of_the_site_leads_to_the_folder(self, client, picture):
        client.force_login(picture.owner)
        for address in (f"/media/{picture.file}", f"/static/{picture.file}", f"/pictures/{picture.file}"):
            assert client.get(address).status_code == 404

    def test_every_size_lies_in_the_store(self, picture):
        assert all(default_storage.exists(picture.file_name(size)) for size in ("384", "960", "full"))
        assert picture.file_name("100") is None
