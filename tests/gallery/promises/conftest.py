"""A class with a purse, one picture of it, and files of their own."""

import pytest

from gallery.models import Purse
from tests.builders import make_assignment, make_classroom, make_engine, make_ready, make_work


@pytest.fixture(autouse=True)
def own_files(tmp_path, settings):
    """Files of other tests, whose rows are gone, would all be orphans."""
    stored = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "pictures"}}
    settings.STORAGES = settings.STORAGES | {"default": stored}
    settings.SPOOL_ROOT = tmp_path / "spool"


@pytest.fixture
def work():
    purse = Purse.objects.create(title="7B", pictures_allowed=10, micros_allowed=1_000_000)
    engine = make_engine("paid", price_micros=50_000)
    return make_work(make_assignment(make_classroom(purse=purse), engine=engine))


@pytest.fixture
def ready(work):
    return make_ready(work)
