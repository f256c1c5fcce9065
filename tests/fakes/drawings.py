"""Drawings that go on in the background of the fake, whoever asks: the part of the Responses API that draws pictures.

A drawing begins with a POST, takes ``seconds`` (an option of its behaviour; else the server's ``delay``), and is looked at by
its id. What comes of it is decided when it begins.
"""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.fakes.images_answers import Asked

ROUTES = ("responses", "retrieve", "cancel")
#: How the chat model rewords everything, unless the behaviour has another ``text``.
REWORDED = "A picture just as it was asked for, in warm light. No violence, no weapons."

_BLOCKED = {
    "message": "Your request was rejected by the safety system: '{prompt}'.",
    "type": "image_generation_user_error",
    "code": "moderation_blocked",
    "moderation_details": {"moderation_stage": "output", "categories": ["violence"]},
}


@dataclass
class Drawing:
    """One drawing; ``outcome`` is what it ends as."""

    ref: str
    asked: Asked
    outcome: str
    seconds: float
    options: dict
    begun_at: float = field(default_factory=time.monotonic)
    cancelled: bool = False

    @property
    def prompt(self) -> str:
        return str(self.asked.fields.get("input", ""))

    @property
    def status(self) -> str:
        if self.cancelled:
            return "cancelled"
        age = time.monotonic() - self.begun_at
        if self.outcome == "endless" or age < self.seconds:
            return "queued" if age < self.seconds / 4 else "in_progress"
        return {"blocked": "completed", "declined": "completed", "drawn": "completed"}.get(self.outcome, self.outcome)

    def content(self) -> dict:
        """What GET says of it."""
        status = self.status
        content: dict = {
            "id": self.ref,
            "object": "response",
            "status": status,
            "background": True,
            "error": None,
            "output": [],
        }
        if status == "failed":
            error = self.options.get("error", {"code": "server_error", "message": "It failed: {prompt}"})
            content["error"] = {key: self._fill(value) for key, value in error.items()}
        elif status == "incomplete":
            content["incomplete_details"] = {"reason": self.options.get("reason", "max_output_tokens")}
        elif status == "completed":
            content |= self._completed()
        return content

    def _fill(self, value: object) -> object:
        return value.replace("{prompt}", self.prompt) if isinstance(value, str) else value

    def _completed(self) -> dict:
        if self.outcome == "declined":
            said = [{"type": "refusal", "refusal": f"I cannot draw {self.prompt}"}]
            return {"output": [{"type": "message", "status": "completed", "content": said}]}
        call = {"type": "image_generation_call", "id": f"ig_{self.ref}", "status": "completed"}
        if self.outcome == "blocked":
            error = {key: self._fill(value) for key, value in _BLOCKED.items()}
            return {"output": [call | {"status": "failed", "error": error}]}
        [tool] = self.asked.fields["tools"]
        as_image = replace(self.asked, fields={"prompt": self.prompt, "size": tool.get("size", "1024x1024")})
        call["result"] = base64.b64encode(self.options.get("image") or as_image.picture()).decode()
        call["revised_prompt"] = self.options.get("text", REWORDED)
        details = {"text_tokens": 60, "image_tokens": 0}
        drawn = {"input_tokens": 60, "input_tokens_details": details, "output_tokens": 1756, "total_tokens": 1816}
        message = {"type": "message", "status": "completed", "content": [{"type": "output_text", "text": "Here it is."}]}
        return {
            "output": [{"type": "reasoning", "id": "rs_1", "summary": []}, call, message],
            "usage": {"input_tokens": 300, "output_tokens": 90, "total_tokens": 390},
            "tool_usage": {"image_gen": drawn, "web_search": {"num_requests": 0}},
        }


def begin(asked: Asked, outcome: str = "drawn") -> None:
    """Begin a drawing that will end so, and say its id at once."""
    ref = f"resp_fake{asked.number}"
    drawing = Drawing(ref, asked, outcome, asked.options.get("seconds", asked.api.delay), asked.options)
    asked.api.drawings[ref] = drawing
    asked.send_json(200, drawing.content())


def answer(asked: Asked) -> None:
    """Begin, look at or cancel a drawing, by the request's route."""
    if asked.route == "responses":
        return begin(asked)
    drawing = asked.api.drawings.get(asked.ref)
    if drawing is None:
        message = f"Response with id '{asked.ref}' not found."
        error = {"message": message, "type": "invalid_request_error", "param": None, "code": None}
        return asked.send_json(404, {"error": error})
    if asked.route == "cancel" and drawing.status in ("queued", "in_progress"):
        drawing.cancelled = True
    return asked.send_json(200, drawing.content())
