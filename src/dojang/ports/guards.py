"""The PIN guards, as far as the centre speaks with them: it relays statements, and takes devices away."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from dojang.pin.messages import Statement, VersionReceipt
from dojang.pin.signed import Signed
from dojang.refusals import Refusal

RelayAnswer = Signed[VersionReceipt] | Refusal
# None: done, now or before.
RemovalAnswer = Refusal | None


class Guards(Protocol):
    """All of them at once: one that is slow or down holds nobody up for long."""

    def relay(
        self, statement: Signed[Statement], guard_ids: Sequence[str], shown: Sequence[Signed[VersionReceipt]]
    ) -> Mapping[str, RelayAnswer]:
        """Each guard's receipt, or its refusal: `StatementRefused`, `GuardUnavailable` (fact: guard_id) and the like.

        `shown` are receipts of other guards. Every guard that was asked has an answer; receipts are not checked here.
        """
        ...

    def remove_device(self, tickets: Mapping[str, str]) -> Mapping[str, RemovalAnswer]:
        """Each guard forgets the device that its ticket names (by guard_id), or its refusal: `TicketRefused`,
        `TicketExpired`, `GuardUnavailable` (fact: guard_id). Every guard that was asked has an answer.
        """
        ...
