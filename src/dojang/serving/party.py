"""Another party over HTTP: typed bodies both ways, its refusals by code, and one answer for everything else.

What it may refuse is named per call; whatever else goes wrong (no connection, late, an answer that cannot be read, a
status nobody expects) is raised as the party's own `Unavailable`.
"""

import json
from typing import Any, Final, TypeVar

import httpx2
import structlog
from pydantic import ValidationError

from dojang.refusals import Refusal, Unavailable
from dojang.serving.bodies import Body

TIMEOUT: Final = httpx2.Timeout(5.0, connect=2.0)
_MAX_FACTS: Final = 8

Reply = TypeVar("Reply", bound=Body)

log = structlog.get_logger()


class Party:
    """A client for one party. `unavailable` is raised with `facts` when it does not answer as agreed and in time."""

    def __init__(
        self,
        client: httpx2.Client,
        unavailable: type[Unavailable],
        timeout: httpx2.Timeout = TIMEOUT,
        **facts: int | str | bool,
    ) -> None:
        self._client, self._unavailable, self._facts = client, unavailable, facts
        client.timeout = timeout

    def get(self, path: str, reply: type[Reply], *refusals: type[Refusal]) -> Reply:
        """Read something. Raises one of `refusals`, or `unavailable`."""
        return self._call("GET", path, None, reply, None, refusals)

    def post(
        self, path: str, body: Body, reply: type[Reply], *refusals: type[Refusal], request: str | None = None
    ) -> Reply:
        """Ask for something, once however often under one `request`. Raises one of `refusals`, or `unavailable`."""
        return self._call("POST", path, body, reply, request, refusals)

    def put(self, path: str, body: Body, *refusals: type[Refusal]) -> None:
        """Tell something; nothing comes back. Raises one of `refusals`, or `unavailable`."""
        self._send("PUT", path, body, None, refusals)

    def _call(
        self,
        method: str,
        path: str,
        body: Body | None,
        reply: type[Reply],
        request: str | None,
        refusals: tuple[type[Refusal], ...],
    ) -> Reply:
        response = self._send(method, path, body, request, refusals)
        try:
            return reply.read(response.content)
        except (Refusal, ValidationError):
            raise self._down(path, "unreadable") from None

    def _send(
        self, method: str, path: str, body: Body | None, request: str | None, refusals: tuple[type[Refusal], ...]
    ) -> httpx2.Response:
        headers = {"Content-Type": "application/json"} if body is not None else {}
        if request is not None:
            headers["Idempotency-Key"] = request
        try:
            content = None if body is None else body.json_bytes()
            response = self._client.request(method, path, content=content, headers=headers)
        except httpx2.HTTPError as error:
            raise self._down(path, type(error).__name__) from None
        if response.is_success:
            return response
        raise _refusal_of(response, refusals) or self._down(path, str(response.status_code))

    def _down(self, path: str, why: str) -> Unavailable:
        log.warning("party_unavailable", party=self._unavailable.code, path=path.partition("?")[0], why=why)
        return self._unavailable(**self._facts)


def _refusal_of(response: httpx2.Response, refusals: tuple[type[Refusal], ...]) -> Refusal | None:
    try:
        problem: Any = json.loads(response.content)
    except ValueError:
        return None
    if not isinstance(problem, dict):
        return None
    known = next((refusal for refusal in refusals if refusal.code == problem.get("code")), None)
    if known is None:
        return None
    # Facts travel on only where they are small numbers: words of another party are not ours to repeat.
    facts = {name: value for name, value in problem.items() if isinstance(value, int) and name != "status"}
    return known(**dict(list(facts.items())[:_MAX_FACTS]))
