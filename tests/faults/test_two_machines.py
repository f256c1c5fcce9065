"""Two machines draw together where only their environment says so: each its own name and disk, one store for the pictures."""

import io
import os
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.urls import reverse
from PIL import Image

from gallery.models import Picture
from tests.builders import make_student
from tests.fakes.bucket import NAME, machine, running_bucket
from tests.faults.conftest import QUICK
from tests.processes import wait_until
from tests.visitor import Visitor

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

NAMES = ("first", "second")


@pytest.fixture(scope="session")
def bucket(scratch):
    with running_bucket(scratch) as variables:
        yield variables


@pytest.fixture
def machines(house, bucket, start_worker, settings, monkeypatch):
    """The two machines at work, two places each; this process too finds the pictures in the bucket."""
    for name, value in bucket.items():
        monkeypatch.setenv(name, value)
    options = {"bucket_name": NAME, "location": "site", "default_acl": None, "file_overwrite": False}
    store = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"default": store}
    with ExitStack() as stack:
        all_variables = [machine(bucket, house.folder, name) for name in NAMES]
        for name, variables in zip(NAMES, all_variables, strict=True):
            stack.enter_context(start_worker("-c", "2", name=name, **QUICK, **variables))
        yield all_variables


def test_what_either_has_drawn_is_served_to_its_owner_and_to_nobody_else(house, machines, bucket, start_web):
    house.provider.script(*(6 * [["slow", {"seconds": 1}]]))
    pictures = [house.ask() for _ in range(6)]
    house.ring(times=6)
    house.wait_for_ends()
    assert [house.end_of(picture) for picture in pictures] == 6 * [("ready", "", "stored", 1)]
    workers = Picture.objects.values_list("worker", flat=True)
    assert {worker.partition(":")[0] for worker in workers} == set(NAMES)
    house.assert_all_is_well()
    with start_web(REDIS_URL=os.environ["REDIS_URL"], **bucket) as (_process, port):
        stranger = Visitor(port, make_student(house.assignment.classroom, "Stranger"))
        for picture in Picture.objects.all():
            for size in ("full", "384"):
                path = reverse("gallery:picture-file", args=[picture.public_id, size])
                answer = Visitor(port, picture.owner).get(path)
                assert answer.status == 200
                Image.open(io.BytesIO(answer.body)).verify()
                assert stranger.get(path).status == 404


def test_neither_leaves_anything_on_its_own_disk(house, machines):
    house.ask()
    house.ring()
    house.wait_for_ends()
    spools = [Path(variables["SPOOL_ROOT"]) for variables in machines]
    wait_until(lambda: not any(spool.exists() and list(spool.iterdir()) for spool in spools), what="the spools to be empty")
    assert not list((house.folder / "media").rglob("*.png"))
