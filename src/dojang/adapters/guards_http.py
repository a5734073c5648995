"""The guards over signed HTTP calls, all asked at the same time."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Literal

import httpx2

from dojang.pin.messages import Statement, VersionReceipt
from dojang.pin.signed import Signed
from dojang.ports.guards import RelayAnswer, RemovalAnswer
from dojang.refusals import AnchorsMismatch, Refusal, StatementRefused, TicketExpired, TicketRefused, VersionRefused
from dojang.serving.bodies import B64, Body, Bytes16, Bytes32, Bytes64, Count, Seconds, Version
from dojang.serving.party import Party

# The other guards carry on within two seconds.
TIMEOUT: Final = httpx2.Timeout(1.5, connect=1.0)
_THREADS: Final = 12


class _NamedKey(Body):
    guard_id: str
    public_key_sha256: B64


class _Receipt(Body):
    guards_hash: Bytes32
    guard_id: str
    uid: Bytes16
    ver: Version
    authorization_key_sha256: Bytes32
    record_sha256: Bytes32
    state: Literal["live", "erased"]
    seq: Count
    time: Seconds
    signature: Bytes64


class _Statement(Body):
    uid: B64
    ver: int
    authorization_key: B64
    record_sha256: B64
    guards_hash: B64
    pin: str
    guards: list[_NamedKey]
    device_key: B64
    signature: B64
    previous_signature: B64
    receipts: list[_Receipt]


class _Removal(Body):
    ticket: str


class _Removed(Body):
    device: Literal["unknown"]


class HttpGuards:
    """`Guards`. One party per guard, by guard_id."""

    def __init__(self, guards: Mapping[str, Party]) -> None:
        self._guards = dict(guards)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="relay")

    def relay(
        self, statement: Signed[Statement], guard_ids: Sequence[str], shown: Sequence[Signed[VersionReceipt]]
    ) -> Mapping[str, RelayAnswer]:
        """See `Guards`."""
        body = _Statement.model_validate(
            {
                **statement.as_json(),
                "previous_signature": "",
                "receipts": [receipt.as_json() for receipt in shown],
            }
        )
        answers = self._threads.map(lambda guard_id: self._ask(guard_id, body), guard_ids)
        return dict(zip(guard_ids, answers, strict=True))

    def remove_device(self, tickets: Mapping[str, str]) -> Mapping[str, RemovalAnswer]:
        """See `Guards`."""
        answers = self._threads.map(self._remove, tickets.keys(), tickets.values())
        return dict(zip(tickets, answers, strict=True))

    def _remove(self, guard_id: str, ticket: str) -> RemovalAnswer:
        try:
            self._guards[guard_id].post(
                "/v1/devices/remove", _Removal(ticket=ticket), _Removed, TicketRefused, TicketExpired
            )
        except Refusal as refusal:
            return refusal
        return None

    def _ask(self, guard_id: str, body: _Statement) -> RelayAnswer:
        refusals = (StatementRefused, AnchorsMismatch, VersionRefused)
        try:
            said = self._guards[guard_id].post("/v1/statements", body, _Receipt, *refusals)
        except Refusal as refusal:
            return refusal
        receipt = VersionReceipt(
            said.guards_hash,
            said.guard_id,
            said.uid,
            said.ver,
            said.authorization_key_sha256,
            said.record_sha256,
            said.state,
            said.seq,
            said.time,
        )
        return Signed(receipt, said.signature)
