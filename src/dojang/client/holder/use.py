"""A use: the customer sees exactly what is signed, types the PIN, and signs her consent to exactly that."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial

from dojang.client import certificates
from dojang.client.bodies import ActivationBody, ConfirmReceiptBody, DeviceAdditionBody
from dojang.client.holder import checks
from dojang.client.holder.attempts import Attempts, Tickets, Unlocked
from dojang.client.holder.bodies import Activated
from dojang.client.holder.center import Center, Consent
from dojang.client.holder.checks import CheckedUse, KnownRecord
from dojang.client.holder.devices import Device, Devices
from dojang.client.holder.first_answers import first_answers
from dojang.client.holder.guards import Guards
from dojang.client.holder.memory import Memory
from dojang.client.verifier.receipt import verify_receipt
from dojang.pin import sealing
from dojang.pin.anchors import Anchors, GuardAnchor
from dojang.pin.devices import DeviceAddition
from dojang.pin.encoding import b64, sha256
from dojang.pin.messages import Activation, ConfirmReceipt, activation_info
from dojang.pin.signatures import verify
from dojang.refusals import (
    GuardUnavailable,
    ReceiptRefused,
    RecordMismatch,
    Unavailable,
    VersionNotLive,
    WrongPin,
)
from dojang.signing.what_is_signed import Pairs, Purpose


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands above the PIN pad. `tries_left` is none until a guard has spoken.

    `other_certificate`: this holder knows certificates, and this one is not among them.
    """

    holder: str
    issued_at: int
    relying_party: str
    purpose: Purpose
    pairs: Pairs
    other_certificate: bool
    tries_left: int | None = None


PinPad = Callable[[Shown], str]


@dataclass(frozen=True, slots=True)
class Used:
    """Signed. `foreign`: wrong attempts since the last success that were not typed here.

    `connected`: this use added the device, and the centre knows it from now on.
    """

    th: bytes
    receipt: bytes = field(repr=False)
    return_to: str
    new_pin_due: bool
    foreign: int
    connected: bool


@dataclass(frozen=True, slots=True)
class Use:
    """Everything that one use needs."""

    anchors: Anchors
    center: Center
    guards: Guards
    memory: Memory
    devices: Devices
    pool: ThreadPoolExecutor
    now: Callable[[], int]

    def run(self, code: str, pin_pad: PinPad, use_other: Callable[[Shown], bool]) -> Used:
        """Afterwards the vault has signed what was shown, and the customer holds the receipt.

        The pad is asked only after every check, and again after each wrong PIN; it may raise `GaveUp`. Raises what
        `checks.check_use` and `Attempts.unlock` refuse, `WrongPin` with the last try, `ReceiptRefused`.
        """
        device = self.devices.find()
        visit = self.center.open_use(code, device)
        checked = checks.check_use(visit, self.anchors, self.memory, self.now())
        shown = _shown(checked)
        if checked.unknown_uid and not use_other(shown):
            raise RecordMismatch
        tickets = Tickets(visit.tickets, self.anchors, partial(self.center.fresh_tickets, visit.visit))
        attempts = Attempts(self.anchors, self.guards, tickets, checked.th, device, self.pool, self.now)
        known, unlocked = self._unlock(checked, attempts, shown, pin_pad)
        added = self._added(checked, attempts, device, connect=visit.connect)
        consent = self._confirmed(checked, attempts, known, unlocked, added)
        self.memory.note(checked.uid, known.record.ver)
        done = self._activated(visit.visit, consent)
        if added and done.device_added:
            self.memory.note_connected(checked.uid, added.id)
        return self._finish(checked, done, unlocked)

    def _activated(self, visit: str, consent: Consent) -> Activated:
        """Sent again with the same bytes until it is answered or T is over.

        Once it may have been taken no other activation will be: whoever gave up would leave the request to nobody.
        """
        while True:
            try:
                return self.center.activate(visit, consent)
            except Unavailable:
                if self.now() > consent.activation.exp:
                    raise

    def _unlock(
        self, checked: CheckedUse, attempts: Attempts, shown: Shown, pin_pad: PinPad
    ) -> tuple[KnownRecord, Unlocked]:
        """Asks for the PIN until it is right. Raises the refusal that ended it."""
        tries_left: int | None = None
        while True:
            pin = pin_pad(replace(shown, tries_left=tries_left))
            try:
                return self._live_record(checked, attempts, pin)
            except WrongPin as refusal:
                tries_left = int(refusal.facts["tries_left"])
                if not tries_left:
                    raise

    def _live_record(self, checked: CheckedUse, attempts: Attempts, pin: str) -> tuple[KnownRecord, Unlocked]:
        """Between two versions both records are served: the guards name the live one, and spend nothing for it."""
        known = checked.records[0]
        try:
            return known, attempts.unlock(known, pin)
        except VersionNotLive as refusal:
            live = (refusal.facts["live_ver"], refusal.facts["live_record_sha256"])
        for other in checked.records[1:]:
            if (other.record.ver, b64(other.sha256)) == live:
                return other, attempts.unlock(other, pin)
        raise RecordMismatch

    def _added(self, checked: CheckedUse, attempts: Attempts, device: Device | None, *, connect: bool) -> Device | None:
        """The device that this consent adds: the customer connects it now, or did and a guard missed it.

        One that she connected and that no guard knows any more was disconnected elsewhere: it is not added again.
        """
        if connect:
            return self.devices.make()
        if device and self.memory.connected(checked.uid, device.id) and attempts.device_known_in_part:
            return device
        return None

    def _confirmed(
        self,
        checked: CheckedUse,
        attempts: Attempts,
        known: KnownRecord,
        unlocked: Unlocked,
        added: Device | None,
    ) -> Consent:
        """Steps 5 and 6: the activation, and enough guards' receipts for it.

        A guard that died since its attempt is replaced by one not asked yet, and a further activation lists both.
        """
        kid, day_key = checked.transaction.kid, checked.day_key
        secret = unlocked.secrets.activation_secret(kid)
        sealed = sealing.seal(secret, day_key.public_key, activation_info(checked.th, kid, day_key.day_key_id))
        addition = _addition(checked, unlocked, added) if added else None
        for _ in range(2):
            activation = _activation(checked, known, unlocked, sealed, attempts.sent)
            receipts = self._receipts(known, activation, addition)
            if len(receipts) >= self.anchors.threshold:
                return Consent(activation, sealed, receipts, addition)
            done = frozenset(receipt.guard_id for receipt in receipts)
            attempts.ask(known, unlocked.p, self.anchors.threshold - len(receipts), but=done)
        raise GuardUnavailable

    def _receipts(
        self, known: KnownRecord, activation: ActivationBody, addition: DeviceAdditionBody | None
    ) -> list[ConfirmReceiptBody]:
        """To all guards; as many receipts as the threshold are enough, and the others hear of it all the same."""
        guards = self.anchors.guards
        answers = first_answers(
            self.pool,
            [partial(self._receipt, guard, known, activation, addition) for guard in guards],
            self.anchors.threshold,
            beside=len(guards),
        )
        return list(answers.good)

    def _receipt(
        self,
        guard: GuardAnchor,
        known: KnownRecord,
        activation: ActivationBody,
        addition: DeviceAdditionBody | None,
    ) -> ConfirmReceiptBody:
        """Raises `ReceiptRefused` for none, or one about anything else."""
        body = self.guards.confirm(guard, activation, addition)
        if body is None:
            raise ReceiptRefused
        said = body.value()
        verify(guard.public_key, body.signature, said.signed())
        expected = ConfirmReceipt(
            guards_hash=self.anchors.guards_hash,
            guard_id=guard.guard_id,
            uid=known.record.uid,
            ver=known.record.ver,
            authorization_key_sha256=sha256(known.record.authorization_key),
            th=activation.th,
            activation_sha256=activation.sha256(),
            seq=said.seq,
            time=said.time,
        )
        if said != expected:
            raise ReceiptRefused
        return body

    def _finish(self, checked: CheckedUse, done: Activated, unlocked: Unlocked) -> Used:
        """The receipt proves her consent to this very T. Raises `ReceiptRefused`, `SignatureInvalid`."""
        data = done.receipt.json_bytes()
        if verify_receipt(data, self.anchors) != checked.transaction:
            raise ReceiptRefused
        return Used(checked.th, data, done.return_to, unlocked.new_pin_due, unlocked.foreign, done.device_added)


def _shown(checked: CheckedUse) -> Shown:
    transaction = checked.transaction
    return Shown(
        holder=certificates.holder_name(checked.certificate),
        issued_at=int(checked.certificate.not_valid_before_utc.timestamp()),
        relying_party=transaction.relying_party,
        purpose=transaction.purpose,
        pairs=checked.display,
        other_certificate=checked.unknown_uid,
    )


def _activation(
    checked: CheckedUse, known: KnownRecord, unlocked: Unlocked, sealed: bytes, attempts: tuple[bytes, ...]
) -> ActivationBody:
    """Step 5: AK's signature. Its times are the transaction's."""
    activation = Activation(
        uid=known.record.uid,
        ver=known.record.ver,
        th=checked.th,
        iat=checked.transaction.iat,
        exp=checked.transaction.exp,
        sealed_sha256=sha256(sealed),
        attempts=attempts,
    )
    return ActivationBody(
        uid=activation.uid,
        ver=activation.ver,
        th=activation.th,
        iat=activation.iat,
        exp=activation.exp,
        sealed_sha256=activation.sealed_sha256,
        attempts=list(activation.attempts),
        signature=unlocked.secrets.authorization_key().sign(activation.signed()),
    )


def _addition(checked: CheckedUse, unlocked: Unlocked, device: Device) -> DeviceAdditionBody:
    """AK's leave to know this device from now on."""
    said = DeviceAddition(checked.uid, checked.th, device.spki)
    return DeviceAdditionBody(key=said.device_key, signature=unlocked.secrets.authorization_key().sign(said.signed()))
