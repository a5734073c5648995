"""Signed service calls over HTTP: the caller's side as an httpx2 client, the callee's side as a check."""

import secrets
import threading
import time
from collections.abc import Callable, Generator, Mapping

import httpx2

from dojang.pin import service_call
from dojang.pin.service_call import HEADER, Call
from dojang.pin.signatures import SigningKey
from dojang.policy.numbers import NUMBERS
from dojang.refusals import CallRefused


class SignedCalls(httpx2.Auth):
    """Signs every request of a client for one audience."""

    requires_request_body = True

    def __init__(
        self, caller: str, key: SigningKey, audience: str, now: Callable[[], int] = lambda: int(time.time())
    ) -> None:
        self._caller, self._key, self._audience, self._now = caller, key, audience, now

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Adds the header."""
        path = request.url.raw_path.decode("ascii")
        call = Call(self._audience, request.method, path, request.content)
        request.headers[HEADER] = service_call.sign(call, self._caller, self._key, self._now(), secrets.token_bytes(16))
        yield request


class CallVerifier:
    """Who may call this service. Nonces are remembered for as long as their time would be accepted."""

    def __init__(
        self, audience: str, callers: Mapping[str, bytes], now: Callable[[], int] = lambda: int(time.time())
    ) -> None:
        self._audience, self._callers, self._now = audience, dict(callers), now
        self._nonces: dict[bytes, int] = {}
        self._lock = threading.Lock()

    def check(self, header: str | None, method: str, path: str, body: bytes) -> str:
        """The caller's name. Raises `CallRefused`: unsigned, unknown, moved, changed, late or seen before."""
        if header is None:
            raise CallRefused
        credentials = service_call.parse(header)
        public = self._callers.get(credentials.caller)
        now, skew = self._now(), NUMBERS.time.call_skew
        if public is None or abs(now - credentials.time) > skew:
            raise CallRefused
        service_call.check(credentials, Call(self._audience, method, path, body), public)
        with self._lock:
            if credentials.nonce in self._nonces:
                raise CallRefused
            if len(self._nonces) > 10_000:
                self._nonces = {nonce: until for nonce, until in self._nonces.items() if until >= now}
            self._nonces[credentials.nonce] = now + 2 * skew
        return credentials.caller
