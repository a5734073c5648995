"""L, the use log: one leaf for every event of a customer's key, in one order, without gaps.

A leaf is appended in the transaction that makes its event true. `leaf_hash` is the leaf as RFC 9162 2.1.1 hashes it, so
that the Merkle tree is a function of this table alone.
"""

from dataclasses import dataclass
from typing import Final

from dojang.pin import messages
from dojang.pin.encoding import sha256
from dojang.pin.messages import LeafEvent
from dojang.vault.database import Connection, Database

NO_ACTIVATION: Final = b""
_LEAF_PREFIX: Final = b"\x00"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a kid's next leaf stands in its own sequence. Only who knows `log_id` can find the kid's leaves."""

    log_id: bytes
    n: int


@dataclass(frozen=True, slots=True)
class Leaf:
    """64 bytes, and where they stand in the log."""

    leaf: bytes
    index: int


def leaf_hash(leaf: bytes) -> bytes:
    """SHA-256(0x00 || leaf), RFC 9162 2.1.1."""
    return sha256(_LEAF_PREFIX + leaf)


def next_place(connection: Connection, kid: bytes) -> Place:
    """The place after the kid's last one, taken."""
    ((log_id, n),) = connection.rows(
        "UPDATE kids SET next_n = next_n + 1 WHERE kid = ? RETURNING log_id, next_n - 1", kid
    )
    return Place(log_id, n)


def append(
    connection: Connection,
    place: Place,
    event: LeafEvent,
    kid: bytes,
    subject: bytes,
    activation_sha256: bytes = NO_ACTIVATION,
) -> Leaf:
    """The log's new last leaf. Writers take turns, so the index after the highest is free."""
    leaf = messages.leaf(place.log_id, place.n, event, kid, subject, activation_sha256)
    ((index,),) = connection.rows(
        "INSERT INTO leaves (leaf_index, leaf, leaf_hash)"
        " SELECT coalesce(max(leaf_index) + 1, 0), ?, ? FROM leaves RETURNING leaf_index",
        leaf,
        leaf_hash(leaf),
    )
    return Leaf(leaf, index)


def is_of_use(leaf: bytes, kid: bytes, th: bytes, activation_sha256: bytes) -> bool:
    """Whether it says that this kid's use of this T by this activation was authorised."""
    return leaf[32:] == messages.leaf(b"", 0, "use", kid, th, activation_sha256)[32:]


def leaves(database: Database, first: int, count: int) -> tuple[bytes, ...]:
    """Up to `count` leaves from index `first` on, in order."""
    found = database.read(
        lambda connection: connection.rows(
            "SELECT leaf FROM leaves WHERE leaf_index >= ? AND leaf_index < ? ORDER BY leaf_index", first, first + count
        )
    )
    return tuple(leaf for (leaf,) in found)
