"""HTTP as every client of the demo speaks it: `*.localhost` is this machine, and a problem body is a refusal."""

import json
from typing import Any, Final

import httpx2

from dojang import problems
from dojang.refusals import Refusal, Unavailable

# Only the customer's own side may say these, from what guards signed: a server that says them is not believed.
_NOT_FROM_A_SERVER: Final = frozenset({"wrong_pin", "row_full", "life_full", "version_not_live"})


class LoopbackTransport(httpx2.HTTPTransport):
    """Connects `*.localhost` to 127.0.0.1 (RFC 6761 6.3; Python's resolver does not), under the name that was asked."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request; its Host header stays what it was."""
        if request.url.host.endswith(".localhost"):
            # A copy: the caller's own request keeps its name, by which its cookies are kept.
            request = httpx2.Request(
                request.method,
                request.url.copy_with(host="127.0.0.1"),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        return super().handle_request(request)


def http_client(timeout: float = 10.0, connect: float = 2.0) -> httpx2.Client:
    """A client for any number of threads. Times out after so many seconds; follows no redirect; heeds no proxy."""
    return httpx2.Client(
        transport=LoopbackTransport(), timeout=httpx2.Timeout(timeout, connect=connect), trust_env=False
    )


def refusal_of(response: httpx2.Response, otherwise: type[Refusal]) -> Refusal:
    """The refusal that a problem body names (RFC 9457), or `otherwise` for anything that is none of ours."""
    found = problems.refusal(problem_of(response))
    if (
        found is None
        or found.code in _NOT_FROM_A_SERVER
        or (response.status_code >= 500 and not isinstance(found, Unavailable))
    ):
        return otherwise()
    return found


def problem_of(response: httpx2.Response) -> dict[str, Any]:
    """The members of a problem body; none for another answer."""
    try:
        value = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
