"""The centre's calls for one visit. Every one may be sent again with the same bytes, and is after a lost answer."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import httpx2

from dojang.client.bodies import ActivationBody, ConfirmReceiptBody
from dojang.client.holder.bodies import (
    Activated,
    CredentialMade,
    Kind,
    RecordKept,
    Tickets,
    UseVisit,
    VersionLive,
    VersionVisit,
)
from dojang.client.transport import refusal_of
from dojang.pin.encoding import b64, canonical
from dojang.refusals import CenterUnavailable, CodeRefused, Unavailable
from dojang.serving.bodies import Body

PAUSES: Final = (0.2, 0.5, 1.0, 2.0)  # seconds before each further try

Answer = TypeVar("Answer", bound=Body)


class Center:
    """The centre at `origin`."""

    def __init__(self, http: httpx2.Client, origin: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._http, self._origin, self._sleep = http, origin, sleep

    def open_version(self, code: str) -> VersionVisit:
        """Raises `CodeRefused` also for a code that opens something else."""
        return self._open(code, "version", VersionVisit)

    def open_use(self, code: str) -> UseVisit:
        """Raises `CodeRefused` also for a code that opens something else."""
        return self._open(code, "use", UseVisit)

    def fresh_tickets(self, visit: str) -> list[str]:
        """Tickets for the same th, when the first are spent or late."""
        return self._post("/v1/transactions/tickets", {}, Tickets, visit).tickets

    def keep_record(self, visit: str, record: bytes) -> bytes:
        """SHA-256 of what the centre keeps, pending."""
        return self._post("/v1/versions/record", {"record": b64(record)}, RecordKept, visit).record_sha256

    def make_credential(self, visit: str, body: Mapping[str, Any]) -> CredentialMade:
        """The vault's answer."""
        return self._post("/v1/versions/credential", body, CredentialMade, visit)

    def state(self, visit: str, body: Mapping[str, Any]) -> VersionLive:
        """The statement goes to the guards; from here the centre goes only forward."""
        return self._post("/v1/versions/statement", body, VersionLive, visit)

    def activate(
        self, visit: str, activation: ActivationBody, sealed: bytes, receipts: list[ConfirmReceiptBody]
    ) -> Activated:
        """The activation goes to the vault, which signs."""
        body = {
            "activation": activation.model_dump(mode="json"),
            "sealed": b64(sealed),
            "receipts": [receipt.model_dump(mode="json") for receipt in receipts],
        }
        return self._post("/v1/transactions/activate", body, Activated, visit)

    def _open(self, code: str, kind: str, form: type[Answer]) -> Answer:
        content = self._send("/v1/transactions/open", canonical({"code": code}), None)
        if Kind.read(content).kind != kind:
            raise CodeRefused
        return form.read(content)

    def _post(self, path: str, body: Mapping[str, Any], form: type[Answer], visit: str) -> Answer:
        return form.read(self._send(path, canonical(dict(body)), visit))

    def _send(self, path: str, body: bytes, visit: str | None) -> bytes:
        """Raises what the centre says, or `CenterUnavailable`, after the last try."""
        for pause in (*PAUSES, None):
            try:
                return self._once(path, body, visit)
            except Unavailable:
                if pause is None:
                    raise
                self._sleep(pause)
        raise CenterUnavailable

    def _once(self, path: str, body: bytes, visit: str | None) -> bytes:
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {visit}"} if visit else {})
        try:
            response = self._http.post(self._origin + path, content=body, headers=headers)
        except httpx2.TransportError:
            raise CenterUnavailable from None
        if response.status_code != 200:
            raise refusal_of(response, CenterUnavailable)
        return response.content
