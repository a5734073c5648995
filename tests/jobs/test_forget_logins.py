"""What a login leaves behind goes when it is over; what a relying party may still ask for stays."""

import pytest

from dojang.jobs import forget_expired
from dojang.policy.numbers import NUMBERS
from dojang.refusals import InteractionNotFound, SignatureRequestNotFound
from dojang.values.device import Connection, Device, Removal
from dojang.values.login import AccessToken, Grant, Interaction, SignatureRequest, SignedIn
from tests.journeys.center import Center

HOUR, DAY = 3600, 86_400


def test_what_a_login_leaves_behind_is_forgotten_in_time(memory_center: Center) -> None:
    books, clock = memory_center.books, memory_center.clock
    end = clock.now() + 60
    with books.transaction():
        books.interactions.put(Interaction("i", "s", "s", "bank", "https://b", "state", "nonce", "challenge", end))
        books.grants.put(Grant(b"g" * 32, "bank", "https://b", "challenge", "nonce", "subject", "txn", end, end))
        books.grants.put_token(AccessToken(b"t" * 32, b"g" * 32, "subject", end))
        books.signature_requests.put(SignatureRequest("r", "bank", "1", "transfer", (), "https://b", "state", end))
        books.signed_in.put(SignedIn("s", "1", end))
        books.assertions.use("bank", "jti-1", end)

    clock.time = end
    forget_expired.run(books, clock)
    assert books.interactions.get("i").id == "i"
    assert books.signed_in.find("s", end - 1)
    clock.time = end + HOUR
    forget_expired.run(books, clock)
    with pytest.raises(InteractionNotFound):
        books.interactions.get("i")
    assert books.signed_in.find("s", end - 1) is None
    with books.transaction():
        assert books.assertions.use("bank", "jti-1", end)
    assert books.grants.by_code(b"g" * 32) is not None
    clock.time = end + DAY + 1
    forget_expired.run(books, clock)
    assert (books.grants.by_code(b"g" * 32), books.grants.by_token(b"t" * 32)) == (None, None)
    assert books.signature_requests.get("r").id == "r"
    clock.time = end + DAY * NUMBERS.retention.transaction_days + 1
    forget_expired.run(books, clock)
    with pytest.raises(SignatureRequestNotFound):
        books.signature_requests.get("r")


def test_what_connected_browsers_leave_behind_is_forgotten_in_time(memory_center: Center) -> None:
    books, clock = memory_center.books, memory_center.clock
    now, uid, device = clock.now(), b"u" * 16, b"d" * 32
    with books.transaction():
        books.devices.put(Device(uid, device, b"", "", now, now))
        books.connections.put(Connection(b"t" * 32, b"", uid, device, "1", now, now + DAY))
        books.removals.put(Removal(uid, device, ("guard-1",), now, now))
    clock.forward(DAY + 1)
    forget_expired.run(books, clock)
    assert books.connections.find(b"t" * 32, now) is None
    assert books.removals.find(uid, device) is not None
    clock.forward(DAY * NUMBERS.retention.transaction_days)
    forget_expired.run(books, clock)
    assert books.removals.find(uid, device) is None
    clock.time = now + 366 * DAY * NUMBERS.certificate.years
    forget_expired.run(books, clock)
    assert books.devices.of(uid)
    clock.forward(1)
    forget_expired.run(books, clock)
    assert books.devices.of(uid) == ()
