"""What a guard holds, as frozen rows; what one decision changes; and the facts that one batch is decided on.

Shapes: uid, jti 16 bytes; keys, hashes, elements, th 32; proofs 64; times in Unix seconds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from dojang.pin.messages import KeyState
from dojang.pin.oprf import KeyPair

AttemptState = Literal["open", "right", "cleared"]
EntryKind = Literal["version", "statement", "attempt", "confirm", "device_removal"]


@dataclass(frozen=True, slots=True)
class Customer:
    """The version that this guard holds of a customer. Without a key (erased) it answers no attempt."""

    uid: bytes
    ver: int
    authorization_key: bytes
    record_sha256: bytes
    key: KeyPair | None


@dataclass(frozen=True, slots=True)
class Counters:
    """`row`: attempts neither right nor cleared. `life`: attempts of this version that never became right.

    Of these, `unknown_row` and `unknown_life` were made by nobody known, after a device was first `registered`: a mark
    that stays when devices and versions go.
    """

    row: int = 0
    life: int = 0
    unknown_row: int = 0
    unknown_life: int = 0
    registered: bool = False


@dataclass(frozen=True, slots=True)
class Staged:
    """An OPRF key made for a version that is not live yet, and the one element it has evaluated."""

    uid: bytes
    ver: int
    blinded_sha256: bytes
    key: KeyPair
    evaluated: bytes
    proof: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """A statement that was taken: all that its receipt says."""

    uid: bytes
    ver: int
    statement_sha256: bytes
    authorization_key_sha256: bytes
    record_sha256: bytes
    state: KeyState
    seq: int
    time: int


@dataclass(frozen=True, slots=True)
class Attempt:
    """One spent attempt: what its signed reply says of the counters, and the reply once it was stored.

    `counted_unknown` says whether it is in the counts of unknown devices. Before a device was first registered it is in
    none of them, though its device was not known.
    """

    attempt_id: bytes
    uid: bytes
    ver: int
    th: bytes
    jti: bytes
    spent_at: int
    state: AttemptState
    remaining: int
    wrong_since: int
    new_pin_due: bool
    reply: bytes | None = None
    device_known: bool = False
    counted_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that the customer connected: its id, and its key as SubjectPublicKeyInfo."""

    uid: bytes
    device_id: bytes
    spki: bytes


@dataclass(frozen=True, slots=True)
class Confirmed:
    """An activation that was confirmed; `receipt` says whether an attempt of this guard was listed."""

    uid: bytes
    ver: int
    th: bytes
    activation_sha256: bytes
    receipt: bool
    seq: int
    time: int


@dataclass(frozen=True, slots=True)
class Head:
    """The journal's last entry. Before the first: 0 and 32 zero bytes."""

    seq: int = 0
    hash: bytes = bytes(32)


@dataclass(frozen=True, slots=True)
class Forget:
    """Attempts and confirmations of `uid` that are no longer open and older than `before` may go."""

    uid: bytes
    before: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What one decision changes, together with the journal entry that records it.

    A `customer` is a new version: the old key, keys staged up to it, and attempts and confirmations of earlier versions
    go.
    """

    kind: EntryKind
    payload: bytes
    customer: Customer | None = None
    counters: tuple[bytes, Counters] | None = None
    staged: Staged | None = None
    taken: Taken | None = None
    attempts: tuple[Attempt, ...] = ()
    confirmed: Confirmed | None = None
    forget: Forget | None = None
    device: Device | None = None
    removed: Device | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which facts a batch needs. `staging`: uids with staged keys and receipts; `confirming`: uids with open attempts
    and confirmations; `devices`: uids with their devices."""

    uids: frozenset[bytes] = frozenset()
    attempts: frozenset[bytes] = frozenset()
    jtis: frozenset[bytes] = frozenset()
    staging: frozenset[bytes] = frozenset()
    confirming: frozenset[bytes] = frozenset()
    devices: frozenset[bytes] = frozenset()

    @classmethod
    def all_of(cls, parts: Iterable["Wanted"]) -> "Wanted":
        """The union."""
        several = tuple(parts)
        return cls(
            uids=frozenset().union(*(part.uids for part in several)),
            attempts=frozenset().union(*(part.attempts for part in several)),
            jtis=frozenset().union(*(part.jtis for part in several)),
            staging=frozenset().union(*(part.staging for part in several)),
            confirming=frozenset().union(*(part.confirming for part in several)),
            devices=frozenset().union(*(part.devices for part in several)),
        )


@dataclass(slots=True)
class Facts:
    """The facts of one batch, read under the writer's lock; each decision sees what those before it changed."""

    head: Head
    customers: dict[bytes, Customer] = field(default_factory=dict)
    counters: dict[bytes, Counters] = field(default_factory=dict)
    staged: dict[tuple[bytes, int, bytes], Staged] = field(default_factory=dict)
    taken: dict[tuple[bytes, int], Taken] = field(default_factory=dict)
    attempts: dict[bytes, Attempt] = field(default_factory=dict)
    jtis: set[bytes] = field(default_factory=set)
    confirmed: dict[tuple[bytes, bytes, bytes], Confirmed] = field(default_factory=dict)
    devices: dict[tuple[bytes, bytes], Device] = field(default_factory=dict)

    def add_attempts(self, attempts: Iterable[Attempt]) -> None:
        """Attempts as they stand; a later one replaces an earlier state of itself."""
        for attempt in attempts:
            self.attempts[attempt.attempt_id] = attempt
            self.jtis.add(attempt.jti)

    def apply(self, changes: Changes, head: Head) -> None:
        """Make the facts those after `changes`."""
        self.head = head
        customer = changes.customer
        if customer is not None:
            self.customers[customer.uid] = customer
        if changes.counters is not None:
            uid, counters = changes.counters
            self.counters[uid] = counters
        if (staged := changes.staged) is not None:
            self.staged[staged.uid, staged.ver, staged.blinded_sha256] = staged
        if (taken := changes.taken) is not None:
            self.taken[taken.uid, taken.ver] = taken
        self.add_attempts(changes.attempts)
        if (confirmed := changes.confirmed) is not None:
            self.confirmed[confirmed.uid, confirmed.th, confirmed.activation_sha256] = confirmed
        if (device := changes.device) is not None:
            self.devices[device.uid, device.device_id] = device
        if (removed := changes.removed) is not None:
            del self.devices[removed.uid, removed.device_id]
        if customer is not None:
            self._forget_before(customer)

    def _forget_before(self, new: Customer) -> None:
        self.staged = {k: row for k, row in self.staged.items() if row.uid != new.uid or row.ver > new.ver}
        self.attempts = {k: row for k, row in self.attempts.items() if row.uid != new.uid or row.ver >= new.ver}
        self.confirmed = {k: row for k, row in self.confirmed.items() if row.uid != new.uid or row.ver >= new.ver}
