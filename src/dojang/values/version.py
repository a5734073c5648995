"""A version of a customer's PIN as the centre helps to make it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from pydantic import ConfigDict


class VersionState(StrEnum):
    """From the code in the fragment to the certificate."""

    OPEN = "open"  # no statement: nothing has changed anywhere
    STATED = "stated"  # the one statement is stored; from here only forward
    LIVE = "live"  # q guards have it: its record is served
    CERTIFIED = "certified"
    ENDED = "ended"  # it will never be certified


@dataclass(frozen=True, slots=True)
class CustomerVersion:
    """Binary that others signed is kept as it travels: `record` is M; `attestation`, `statement` and each of `receipts`
    is a `pin.signed.Signed` as canonical JSON. `connect`: the customer wants to stay connected in this browser.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    uid: bytes
    ver: int
    kid: bytes
    application: str
    started_at: int
    state: VersionState = VersionState.OPEN
    record: bytes = field(default=b"", repr=False)
    attestation: bytes = field(default=b"", repr=False)
    spki: bytes = field(default=b"", repr=False)
    log_id: bytes = field(default=b"", repr=False)
    statement: bytes = field(default=b"", repr=False)
    receipts: tuple[bytes, ...] = field(default=(), repr=False)
    connect: bool = False
    tries: int = 0
    try_again_at: int = 0  # 0: nothing is left to do without the customer
