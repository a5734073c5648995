"""A certificate's end as its holder wants it, from the wish to the notice."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar, Final

from pydantic import ConfigDict


class RevocationState(StrEnum):
    """From the wish to the end."""

    ASKED = "asked"  # waits for the PIN
    SIGNED = "signed"  # the holder agreed: from here only forward
    REVOKED = "revoked"  # the vault has ended it, and the books say so; the notice is to be sent
    DONE = "done"
    REFUSED = "refused"  # the vault says no: it had ended otherwise


UNFINISHED: Final = (RevocationState.SIGNED, RevocationState.REVOKED)  # never forgotten


@dataclass(frozen=True, slots=True)
class Revocation:
    """One wish of one browser `session`. `txn`: the transaction that signs it; `reason`: one of `CUSTOMERS_REASONS`."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")

    id: str
    session: str
    customer_number: str = field(repr=False)
    kid: bytes
    serial: str
    reason: str
    txn: str
    asked_at: int
    state: RevocationState = RevocationState.ASKED
