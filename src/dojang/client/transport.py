"""HTTP as every client of the demo speaks it: `*.localhost` is this machine, and a problem body is a refusal."""

import json
from collections.abc import Iterator
from typing import Any, Final

import httpx2

from dojang import refusals
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
    problem = problem_of(response)
    found = _KNOWN.get(str(problem.get("code")))
    if found is None or (response.status_code >= 500 and not issubclass(found, Unavailable)):
        return otherwise()
    members = {"type", "title", "status", "code"}
    return found(
        **{name: fact for name, fact in problem.items() if name not in members and isinstance(fact, int | str)}
    )


def problem_of(response: httpx2.Response) -> dict[str, Any]:
    """The members of a problem body; none for another answer."""
    try:
        value = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _all(cls: type[Refusal]) -> Iterator[type[Refusal]]:
    for below in cls.__subclasses__():
        yield below
        yield from _all(below)


_KNOWN: Final = {
    cls.code: cls for cls in _all(Refusal) if cls.__module__ == refusals.__name__ and cls.code not in _NOT_FROM_A_SERVER
}
