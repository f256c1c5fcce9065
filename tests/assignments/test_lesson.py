"""The lesson's own prompts, in both languages, from the button to the picture: real HTTP, a real worker, OpenAI and Azure."""

import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from gallery import engines
from gallery.models import Picture
from gallery.pictures import AI_MADE, read_label
from gallery.prompts import DEFAULTS
from tests.builders import make_assignment, make_classroom, make_student
from tests.fakes.images_api import FakeImagesAPI
from tests.processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

PROMPTS = [
    "Собака рядом с Эйфелевой башней на раннем утреннем солнце",
    "A dog next to the Eiffel Tower in the early morning sun",
    "Памятник Триумфальная арка в Париже, Франция, в вечернем свете, где маленький ребёнок смотрит на неё, "
    "держа в руках плюшевого мишку",
    "The Arc de Triomphe in Paris, France, in the evening light, where a small child looks at it, holding a teddy bear",
    "Заяц на лошади, держащий леденец, на туманном лугу, где растут нарциссы",
    "A hare on a horse holding a lollipop in a misty meadow where daffodils grow",
]
SERVICES = {
    "openai": lambda api: {"OPENAI_API_KEY": "sk-test", "OPENAI_BASE_URL": api.base_url, "OPENAI_IMAGE_MODEL": "test-image"},
    "azure": lambda api: {
        "AZURE_OPENAI_ENDPOINT": api.endpoint,
        "AZURE_OPENAI_KEY": "lesson-key",
        "AZURE_OPENAI_DEPLOYMENT": "pictures",
        "OPENAI_API_VERSION": "2025-04-01-preview",
    },
}


@pytest.mark.parametrize("service", SERVICES)
def test_every_prompt_of_the_lesson_becomes_a_picture(client, start_worker, service):
    with FakeImagesAPI() as api:
        environment = SERVICES[service](api)
        engine = engines.refresh(environment)
        classroom = make_classroom(name="Secret class")
        student = make_student(classroom, "Anna Secret")
        assignment = make_assignment(classroom, max_tries=9, title="Secret title")
        client.force_login(student, backend="assignments.backends.NameOrEmailBackend")
        with start_worker("-c", "4", **environment):
            for prompt in PROMPTS:
                form = {"prompt": prompt, "pictures": "1"}
                assert client.post(reverse("assignments:studio-ask", args=[assignment.public_id]), form).status_code == 302
            wait_until(lambda: Picture.objects.filter(status="ready").count() == len(PROMPTS), 30, "six pictures")
        sent = [request["fields"]["prompt"] for request in api.requests("images")]
        told = repr(api.requests("images"))
    assert engine.name == service and len(sent) == len(PROMPTS)
    assert all(any(prompt in words for words in sent) for prompt in PROMPTS)
    frames = tuple(text.partition("\n")[0] for text in DEFAULTS.values())
    assert all(words.startswith(frames) for words in sent), "the meta prompt is around the words"
    assert not [secret for secret in ("Secret", student.username) if secret in told]
    picture = Picture.objects.first()
    assert client.get(reverse("gallery:picture-file", args=[picture.public_id, "384"])).status_code == 200
    assert read_label(default_storage.open(picture.file).read()) == AI_MADE
