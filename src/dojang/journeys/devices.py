"""The browsers that a customer has connected: known by their keys, added by her AK alone, disconnected by her here.

The centre can take a device away, at the guards too, but it can add none: that takes AK's signature beside an accepted
activation, or in a version's statement.
"""

from dataclasses import dataclass, replace
from typing import Final

import structlog

from dojang.journeys.visits import VisitsDesk
from dojang.pin.devices import CentreProof, DeviceAddition, check_device_key, device_id
from dojang.pin.devices import verify as verify_device
from dojang.pin.encoding import b64, sha256, unb64
from dojang.pin.record import Record
from dojang.pin.signatures import verify
from dojang.pin.tickets import DeviceRemovalTicket, seal
from dojang.policy.numbers import NUMBERS
from dojang.refusals import ActivationRefused, ConnectFirst, GuardUnavailable, SignatureRefused, VersionNotFound
from dojang.signing.what_is_signed import Transaction
from dojang.values.certificate import CertificateEntry
from dojang.values.device import Device, Removal
from dojang.values.transaction import Visit
from dojang.values.version import CustomerVersion

_BATCH: Final = 20
_NOT_ASKED: Final = GuardUnavailable()

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class DeviceProof:
    """A browser says that it is a known one: its key's id, and its signature over the one-time code."""

    device: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Listed:
    """One browser as its customer sees it. `id`: base64url."""

    id: str
    label: str
    added_at: int
    last_used_at: int
    this_browser: bool


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


def listed(desk: VisitsDesk, session: str, token: str = "") -> tuple[Listed, ...]:
    """The customer's browsers, the first connected first; none without a valid certificate. Raises `ConnectFirst`.

    `token`: of the cookie of a connected browser, to say which of them this one is.
    """
    entry = _customer(desk, session)
    if entry is None:
        return ()
    here = desk.books.connections.find(sha256(token.encode()), desk.clock.now()) if token else None
    this = here.device if here is not None and here.uid == entry.uid else b""
    return tuple(
        Listed(b64(one.id), one.label, one.added_at, one.last_used_at, one.id == this)
        for one in desk.books.devices.of(entry.uid)
    )


def disconnect(desk: VisitsDesk, session: str, device: bytes) -> None:
    """The browser opens nothing any more, here at once and at every guard as soon as it can be told.

    One that is not this customer's, or not any more, stays as it is. Raises `ConnectFirst`.
    """
    entry, now = _customer(desk, session), desk.clock.now()
    if entry is None:
        return
    books, uid = desk.books, entry.uid
    with books.transaction():
        # Whoever adds or counts devices of this uid holds its version.
        books.versions.get(uid)
        gone = books.devices.find(uid, device)
        if gone is None:
            return
        books.devices.remove(uid, device)
        books.connections.remove(uid, device)
        removal = Removal(
            uid, device, tuple(guard.guard_id for guard in desk.anchors.guards), now, now + NUMBERS.jobs.every
        )
        books.removals.put(removal)
    desk.notices.device_removed(entry.person.phone, gone)
    _tell_guards(desk, removal)


def tell_guards(desk: VisitsDesk) -> None:
    """Every removal that is due goes on: guards that were down hear of it."""
    for removal in desk.books.removals.due(desk.clock.now(), _BATCH):
        _tell_guards(desk, removal)


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


def _customer(desk: VisitsDesk, session: str) -> CertificateEntry | None:
    """The valid certificate of whoever is signed in. Raises `ConnectFirst` where nobody is."""
    signed_in = desk.books.signed_in.find(session, desk.clock.now())
    if signed_in is None:
        raise ConnectFirst
    return desk.books.certificates.valid_of_customer(signed_in.customer_number)


def _tell_guards(desk: VisitsDesk, removal: Removal) -> None:
    """One try at every guard that has not heard of it. What is reached is kept; who could not be told is told later."""
    until = desk.clock.now() + NUMBERS.ticket.device_remove
    sealed = {
        guard_id: seal(DeviceRemovalTicket(guard_id, removal.uid, removal.device, until), desk.ticket_key)
        for guard_id in removal.waiting
    }
    answers = desk.guards.remove_device(sealed)
    for guard_id, refusal in answers.items():
        if refusal is not None:
            log.info("device_removal_waits", uid=removal.uid.hex(), guard_id=guard_id, code=refusal.code)
    books = desk.books
    with books.transaction():
        kept = books.removals.find(removal.uid, removal.device)
        # Added again meanwhile, or added and taken away once more: that is another removal.
        if kept is None or kept.asked_at != removal.asked_at:
            return
        waiting = tuple(guard_id for guard_id in kept.waiting if answers.get(guard_id, _NOT_ASKED) is not None)
        if not waiting:
            books.removals.remove(removal.uid, removal.device)
            return
        wait = min(NUMBERS.version.retry_at_most, NUMBERS.jobs.every * 2 ** min(kept.tries, 10))
        later = replace(kept, waiting=waiting, tries=kept.tries + 1, try_again_at=desk.clock.now() + wait)
        books.removals.put(later)
