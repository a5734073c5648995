"""The centre's calls for one visit. Every one may be sent again with the same bytes, and is after a lost answer."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import httpx2

from dojang.client.bodies import ActivationBody, ConfirmReceiptBody, DeviceAdditionBody
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
from dojang.client.holder.devices import Device
from dojang.client.transport import refusal_of
from dojang.pin.devices import CentreProof
from dojang.pin.encoding import b64, canonical, unb64
from dojang.refusals import CenterUnavailable, CodeRefused, NotBase64Url, Unavailable
from dojang.serving.bodies import Body

PAUSES: Final = (0.2, 0.5, 1.0, 2.0)  # seconds before each further try

Answer = TypeVar("Answer", bound=Body)


@dataclass(frozen=True, slots=True)
class Consent:
    """The customer's consent as enough guards confirmed it, and the device that it adds, if any."""

    activation: ActivationBody
    sealed: bytes = field(repr=False)
    receipts: list[ConfirmReceiptBody]
    addition: DeviceAdditionBody | None


class Center:
    """The centre at `origin`."""

    def __init__(self, http: httpx2.Client, origin: str, sleep: Callable[[float], None] = time.sleep) -> None:
        self._http, self._origin, self._sleep = http, origin, sleep

    def open_version(self, code: str, device: Device | None) -> VersionVisit:
        """Raises `CodeRefused` also for a code that opens something else."""
        return self._open(code, device, "version", VersionVisit)

    def open_use(self, code: str, device: Device | None) -> UseVisit:
        """Raises `CodeRefused` also for a code that opens something else, `ConnectFirst` for an unknown browser."""
        return self._open(code, device, "use", UseVisit)

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

    def activate(self, visit: str, consent: Consent) -> Activated:
        """The activation goes to the vault, which signs."""
        addition = consent.addition
        body = {
            "activation": consent.activation.model_dump(mode="json"),
            "sealed": b64(consent.sealed),
            "receipts": [receipt.model_dump(mode="json") for receipt in consent.receipts],
            **({"device": addition.model_dump(mode="json")} if addition else {}),
        }
        return self._post("/v1/transactions/activate", body, Activated, visit)

    def _open(self, code: str, device: Device | None, kind: str, form: type[Answer]) -> Answer:
        content = self._send("/v1/transactions/open", canonical({"code": code, **_proof(code, device)}), None)
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


def _proof(code: str, device: Device | None) -> dict[str, str]:
    """The device key's signature over the code: whether the centre knows this browser is the centre's to say."""
    if device is None:
        return {}
    try:
        said = CentreProof(unb64(code, 32))
    except NotBase64Url:
        raise CodeRefused from None
    return {"device": b64(device.id), "signature": b64(device.sign(said.signed()))}
