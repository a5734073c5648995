"""The browsers that a customer has connected: known by their keys, added by her AK alone, disconnected by her here.

The centre can take a device away, at the guards too, but it can add none: that takes AK's signature beside an accepted
activation, or in a version's statement.
"""

from dataclasses import dataclass, replace

from dojang.journeys.visits import VisitsDesk
from dojang.pin.devices import CentreProof, DeviceAddition, check_device_key, device_id
from dojang.pin.devices import verify as verify_device
from dojang.pin.encoding import unb64
from dojang.pin.record import Record
from dojang.pin.signatures import verify
from dojang.policy.numbers import NUMBERS
from dojang.refusals import ActivationRefused, SignatureRefused, VersionNotFound
from dojang.signing.what_is_signed import Transaction
from dojang.values.device import Device
from dojang.values.transaction import Visit
from dojang.values.version import CustomerVersion


@dataclass(frozen=True, slots=True)
class DeviceProof:
    """A browser says that it is a known one: its key's id, and its signature over the one-time code."""

    device: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class NewDevice:
    """A browser's key (SubjectPublicKeyInfo) with AK's signature over this addition. `label`: see `label_of`."""

    key: bytes
    signature: bytes
    label: str


def proven(desk: VisitsDesk, uid: bytes, code: str, proof: DeviceProof | None) -> Device | None:
    """The uid's device that signed this code, used now; none for anything else. In a transaction."""
    device = desk.books.devices.find(uid, proof.device) if proof else None
    if device is None or proof is None:
        return None
    try:
        verify_device(device.key, proof.signature, CentreProof(unb64(code)).signed())
    except SignatureRefused:
        return None
    used = replace(device, last_used_at=desk.clock.now())
    desk.books.devices.put(used)
    return used


def check_addition(version: CustomerVersion, th: bytes, new: NewDevice) -> None:
    """This version's AK adds exactly this key beside `th`. Raises `ActivationRefused`, `NotAPublicKey`."""
    addition = DeviceAddition(version.uid, th, check_device_key(new.key))
    try:
        verify(Record.parse(version.record).authorization_key, new.signature, addition.signed())
    except SignatureRefused:
        raise ActivationRefused from None


def add(desk: VisitsDesk, visit: Visit, new: NewDevice) -> bool:
    """Whether the browser is known, after its visit's activation was accepted. Raises as `check_addition`.

    Nothing is added without the customer's agreement to connect this browser, twice by one transaction, after
    exp + 60 s, beyond the tenth, or for a uid that has ended.
    """
    books, now, transaction = desk.books, desk.clock.now(), Transaction.parse(visit.transaction)
    entry = books.certificates.get(transaction.kid)
    with books.transaction():
        request = books.transactions.get(visit.subject)
        try:
            version = books.versions.get(entry.uid)
        except VersionNotFound:
            return False
        check_addition(version, transaction.hash(), new)
        name = device_id(new.key)
        if books.devices.find(version.uid, name) is not None:
            books.transactions.put(replace(request, device=name))
            return True
        # A device that this transaction brought before is gone because she disconnected it: repeated words add nothing.
        if request.device == name or not request.connect or now > transaction.exp + NUMBERS.time.clock_skew:
            return False
        added = _kept(desk, version.uid, new.key, new.label)
        if added is None:
            return False
        books.transactions.put(replace(request, device=name))
    desk.notices.device_added(entry.person.phone, added)
    return True


def add_first(desk: VisitsDesk, uid: bytes, key: bytes, label: str) -> Device | None:
    """The browser that a version's first statement connects, if it names one. In the statement's transaction."""
    return _kept(desk, uid, key, label) if key else None


def end(desk: VisitsDesk, uid: bytes) -> None:
    """The uid has ended, and with it what its browsers were known by. In a transaction."""
    desk.books.devices.end(uid)
    desk.books.connections.end(uid)


def _kept(desk: VisitsDesk, uid: bytes, key: bytes, label: str) -> Device | None:
    """None where the customer has ten. The caller holds the uid's version, so that nobody counts beside us."""
    books, now = desk.books, desk.clock.now()
    if len(books.devices.of(uid)) >= NUMBERS.device.per_customer:
        return None
    device = Device(uid, device_id(key), key, label, now, now)
    books.devices.put(device)
    # A guard that has not heard of an earlier removal must not hear of it now.
    books.removals.remove(uid, device.id)
    return device
