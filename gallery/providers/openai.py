"""OpenAI, Azure OpenAI, and every server that speaks OpenAI's images API."""

from __future__ import annotations

import re
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .answers import bring_home, check_room, read_answer
from .base import Abilities, Broken, Drawn, DrawRequest, Limits, Misconfigured, Service, write_spool
from .clients import conversation, dialect
from .limits import read_limits

if TYPE_CHECKING:
    import openai

_CHUNK_BYTES = 64 * 1024
#: Fields that an engine's extra settings cannot change: they are the request itself, and its price.
_OWN_FIELDS = {"model", "prompt", "n", "image", "mask", "stream", "safety_identifier", "user", "response_format"}
#: stable-diffusion.cpp obeys settings that stand inside the prompt: a pupil could write them.
_SD_CPP_TAG = re.compile(r"</?\s*sd_cpp_extra_args\s*>", re.IGNORECASE)


class OpenAIProvider:
    """Asks for one picture at a time, once, under one deadline."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._dialect = dialect(service)
        self.abilities = Abilities(edits=True, seeds=self._dialect == "compatible")

    def ask(self, request: DrawRequest, spool: Path) -> Limits | None:
        """Send the request once and leave the body of a success at ``spool``, unparsed; raise one of the five for all else."""
        if not self.service.model:
            raise Misconfigured("No model is set.", kind="model", code="no_model")
        if request.mask is not None and request.source is None:
            raise Misconfigured("A mask needs the picture it lies on.", kind="request", code="no_source")
        check_room(spool, self.service)
        with conversation(self.service) as client, self._send(client, request) as answer:
            try:
                write_spool(spool, answer.iter_bytes(_CHUNK_BYTES))
                bring_home(spool, self.service)
            except OSError as error:  # the line's errors are ours by now, so this is the disk's
                raise Broken(f"The answer could not be stored ({type(error).__name__}).", is_perhaps_charged=True) from None
            return read_limits(answer.headers)

    def read(self, spool: Path, request: DrawRequest) -> Drawn:
        """Turn a spooled answer into a picture; ``Broken(is_perhaps_charged=True)`` if there is none in it."""
        return read_answer(spool, self.service)

    def _send(self, client: openai.OpenAI, request: DrawRequest) -> AbstractContextManager[Any]:
        images = client.images.with_streaming_response
        fields = self._fields(request)
        if request.source is None:
            return images.generate(**fields)
        # Without a name and a type the library says application/octet-stream, which OpenAI refuses.
        files: dict[str, Any] = {"image": ("source.png", request.source, "image/png")}
        if request.mask is not None:
            files["mask"] = ("mask.png", request.mask, "image/png")
        return images.edit(**files, **fields)

    def _fields(self, request: DrawRequest) -> dict[str, Any]:
        width, height = request.size
        fields: dict[str, Any] = {"model": self.service.model, "prompt": request.words, "n": 1, "size": f"{width}x{height}"}
        if request.quality:
            fields["quality"] = request.quality
        if request.safety_identifier:
            fields["safety_identifier"] = request.safety_identifier
        if self._dialect == "compatible":
            # OpenAI's and Azure's models refuse this field; many others would answer with an address without it.
            fields["response_format"] = "b64_json"
            fields["prompt"] = _SD_CPP_TAG.sub(" ", request.words)
        if extra := self._extra_fields(request):
            fields["extra_body"] = extra
        return fields

    def _extra_fields(self, request: DrawRequest) -> dict[str, object]:
        if self._dialect == "openai":
            return {}
        extra = {name: value for name, value in self.service.extra.items() if name not in _OWN_FIELDS}
        if request.seed is not None and self.abilities.seeds:
            extra["seed"] = request.seed
        return extra
