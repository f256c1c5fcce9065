"""What a teacher would write instead, in two ways: the lesson's script in a loop, and a Celery task for each prompt.

    python -m tests.bench.plain                        the script: draws every prompt that has no file yet, one after the other
    celery -A tests.bench.plain worker                 the worker of the tasks

Both use the openai library and Celery with their defaults, as their first pages show them. FOLDER holds prompts.json and gets
the pictures; BASE_URL is the service; BROKER the broker.
"""

import base64
import json
import os
from pathlib import Path

import openai
from celery import Celery

FOLDER = Path(os.environ["FOLDER"])
app = Celery("plain", broker=os.environ["BROKER"])


@app.task
def draw(prompt, name):
    """Draw one picture and keep it as ``name``."""
    client = openai.OpenAI(base_url=os.environ["BASE_URL"], api_key="none")
    try:
        answer = client.images.generate(model="gpt-image-2", prompt=prompt, size="1536x1024")
        (FOLDER / name).write_bytes(base64.b64decode(answer.data[0].b64_json))
    except openai.BadRequestError as error:
        print(error)


def main():
    for number, prompt in enumerate(json.loads((FOLDER / "prompts.json").read_text())):
        if not (FOLDER / f"{number}.png").exists():
            draw(prompt, f"{number}.png")


if __name__ == "__main__":
    main()
