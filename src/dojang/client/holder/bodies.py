"""What the centre and the guards answer to the customer's side."""

from typing import Literal

from pydantic import ConfigDict

from dojang.client.bodies import AttestationBody, ConfirmReceiptBody, DayKeyBody, ReceiptBody, VersionReceiptBody
from dojang.pin.messages import RefusalCode
from dojang.serving.bodies import B64, Body, Bytes16, Bytes32, Bytes64, Count, Version


class Kind(Body):
    """The two visits that `open` may answer with."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    kind: Literal["use", "version"]


class VersionVisit(Body):
    """`POST /v1/transactions/open`: leave to make a version."""

    kind: Literal["version"]
    visit: str
    uid: Bytes16
    kid: Bytes16
    ver: Version
    algorithm: str
    tickets: list[str]
    avoid: list[str]
    day_key: DayKeyBody
    connect: bool


class ServedRecord(Body):
    """A record with what the vault attested of it."""

    record: B64
    attestation: AttestationBody
    spki: B64
    log_id: Bytes16


class UseVisit(Body):
    """`POST /v1/transactions/open`: something to sign."""

    kind: Literal["use"]
    visit: str
    transaction: B64
    contents: list[B64]
    records: list[ServedRecord]
    tickets: list[str]
    certificate: B64
    chain: list[B64]
    day_key: DayKeyBody
    connect: bool


class Tickets(Body):
    """`POST /v1/transactions/tickets`."""

    tickets: list[str]


class RecordKept(Body):
    """`POST /v1/versions/record`."""

    record_sha256: Bytes32


class CredentialMade(Body):
    """`POST /v1/versions/credential`."""

    attestation: AttestationBody
    spki: B64
    log_id: Bytes16


class VersionLive(Body):
    """`POST /v1/versions/statement`."""

    receipts: list[VersionReceiptBody]
    certificate: B64
    chain: list[B64]
    serial: str
    return_to: str


class Activated(Body):
    """`POST /v1/transactions/activate`."""

    receipt: ReceiptBody
    return_to: str
    device_added: bool = False


class VersionReplyBody(Body):
    """A guard's answer to `POST /v1/versions`."""

    evaluated: Bytes32
    public_key: Bytes32
    proof: Bytes64
    signature: Bytes64


class AttemptReplyBody(Body):
    """A guard's answer to `POST /v1/attempts`."""

    evaluated: Bytes32
    public_key: Bytes32
    proof: Bytes64
    remaining: Count
    wrong_since: Count
    new_pin_due: bool
    device_known: bool
    record_sha256: Bytes32
    signature: Bytes64


class AttemptRefusalBody(Body):
    """A guard's signed "no" to an attempt, beside a problem's usual members."""

    type: str
    title: str
    status: int
    code: RefusalCode
    guard_id: str
    remaining: Count
    live_ver: Count
    live_record_sha256: B64
    signature: Bytes64


class ConfirmedBody(Body):
    """A guard's answer to `POST /v1/confirm`; `device` is what became of the device beside it, if there was one."""

    device: Literal["known", "unknown", "full"] | None = None
    receipt: ConfirmReceiptBody | None
