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
    """Who may call this service. A nonce is remembered for at least as long as its time would be accepted."""

    def __init__(
        self, audience: str, callers: Mapping[str, bytes], now: Callable[[], int] = lambda: int(time.time())
    ) -> None:
        self._audience, self._callers, self._now = audience, dict(callers), now
        # Two generations, so that forgetting costs nothing per call however many there are.
        self._nonces: set[bytes] = set()
        self._older: set[bytes] = set()
        self._began = now()
        self._lock = threading.Lock()

    def check(self, header: str | None, method: str, path: str, body: bytes) -> str:
        """The caller's name. Raises `CallRefused`: unsigned, unknown, moved, changed, late or seen before."""
        if header is None:
            raise CallRefused
        credentials = service_call.parse(header)
        public = self._callers.get(credentials.caller)
        now = self._now()
        if public is None or abs(now - credentials.time) > NUMBERS.time.call_skew:
            raise CallRefused
        service_call.check(credentials, Call(self._audience, method, path, body), public)
        self._use(credentials.nonce, now)
        return credentials.caller

    def _use(self, nonce: bytes, now: int) -> None:
        """Raises `CallRefused` for a nonce that was used within the last generation or this one."""
        with self._lock:
            # A call's time is accepted from skew before to skew after now: a generation lasts that long.
            if now - self._began > 2 * NUMBERS.time.call_skew:
                self._older, self._nonces, self._began = self._nonces, set(), now
            if nonce in self._nonces or nonce in self._older:
                raise CallRefused
            self._nonces.add(nonce)
