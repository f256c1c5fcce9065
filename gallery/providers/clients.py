"""One client of the openai library for one request, told everything explicitly and nothing by the environment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx2

from .base import Broken, Misconfigured, Service
from .failures import failure
from .wire import LineTransport

if TYPE_CHECKING:
    import openai

OPENAI_URL = "https://api.openai.com/v1"
_AZURE_HOSTS = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")


def dialect(service: Service) -> str:
    """Say which rules hold at ``service``: "openai", "azure", or "compatible" for everybody else's servers."""
    host = urlsplit(address_of(service)).hostname or ""
    if service.kind == "azure" or host.endswith(_AZURE_HOSTS):
        return "azure"
    return "openai" if host == "api.openai.com" or host.endswith(".api.openai.com") else "compatible"


def address_of(service: Service) -> str:
    """The URL under which ``service`` is asked; an Azure endpoint may be written with or without ``/openai/v1``."""
    address = service.base_url.strip().rstrip("/")
    if service.kind == "azure":
        endpoint = address.removesuffix("/v1").removesuffix("/openai")
        return endpoint if service.api_version else f"{endpoint}/openai/v1"
    return address or OPENAI_URL


def line_to(service: Service) -> LineTransport:
    """A line for one request under the service's own bounds; its deadline begins now."""
    return LineTransport(seconds=service.deadline, connect_timeout=service.connect_timeout, most_bytes=service.max_answer_bytes)


@contextmanager
def conversation(service: Service) -> Iterator[openai.OpenAI]:
    """Yield a client for one request, and turn its library's errors into ours; the deadline begins here.

    Raises ``Misconfigured`` before anything is sent when there is no key where one is needed, or no address.
    """
    key, address = _key_for(service), _checked_address(service)
    # Importing openai takes 0.3 s and 40 MB, and web processes, which import the providers too, never ask.
    import openai

    with httpx2.Client(transport=line_to(service), timeout=None, trust_env=False) as http:  # the line has the deadline
        client: openai.OpenAI
        if service.kind == "azure" and service.api_version:
            client = openai.AzureOpenAI(
                azure_endpoint=address, api_version=service.api_version, api_key=key, max_retries=0, http_client=http
            )
        else:
            client = openai.OpenAI(base_url=address, api_key=key, max_retries=0, http_client=http)
        # The library takes these from OPENAI_ORG_ID, OPENAI_PROJECT_ID, OPENAI_ADMIN_KEY and OPENAI_CUSTOM_HEADERS, and has no
        # argument that says no. They belong to somebody else's programs and must not reach this service.
        client.organization = client.project = client.admin_api_key = None
        client._custom_headers = {}
        try:
            yield client
        except openai.APIStatusError as error:
            # "from None": the library's error quotes the prompt, and would be printed with every traceback.
            raise failure(error.status_code, error.response.headers, error.body) from None
        except (openai.OpenAIError, httpx2.HTTPError) as error:
            raise Broken(f"The library gave up ({type(error).__name__}).", is_perhaps_charged=True) from None


def warm() -> None:
    """Load the library now, so that a worker's first requests leave as soon after their turn as all others; sends nothing."""
    with conversation(Service(kind="openai", base_url="http://127.0.0.1/")) as client:
        _ = client.images.with_streaming_response, client.responses


def _key_for(service: Service) -> str:
    key = service.api_key.strip()
    if not key and dialect(service) == "compatible":
        return "none"  # the library wants one; and it must not look for one in the environment
    if not key:
        raise Misconfigured("There is no key.", kind="key", code="no_key")
    if not (key.isascii() and key.isprintable() and " " not in key):
        raise Misconfigured("The key has characters that no key has.", kind="key", code="bad_key")
    return key


def _checked_address(service: Service) -> str:
    address = address_of(service)
    try:
        parts = urlsplit(address)
        is_usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        httpx2.URL(address)
    except (ValueError, httpx2.InvalidURL):  # a port that is no number, a name that no name can be
        is_usable = False
    if not is_usable:
        raise Misconfigured("The address is not one that can be asked.", kind="address", code="bad_address")
    return address
