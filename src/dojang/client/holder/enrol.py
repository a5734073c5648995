"""The first version: a PIN is chosen, and a key pair that only it can use gets its certificate."""

import secrets
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

from cryptography import x509

from dojang.client import certificates
from dojang.client.bodies import VersionReceiptBody
from dojang.client.holder import checks
from dojang.client.holder.bodies import CredentialMade, VersionLive
from dojang.client.holder.center import Center
from dojang.client.holder.checks import CheckedVersion
from dojang.client.holder.devices import Device, Devices
from dojang.client.holder.first_answers import all_answers
from dojang.client.holder.guards import Guards, StagedKey
from dojang.client.holder.memory import Memory
from dojang.client.holder.pin_choice import check_choice
from dojang.pin import oprf, sealing, sharing
from dojang.pin.anchors import Anchors
from dojang.pin.encoding import b64, sha256
from dojang.pin.messages import NO_DEVICE, Credential, NamedKey, Statement
from dojang.pin.record import KeyStretching, MaskedShare, Record
from dojang.pin.signatures import verify
from dojang.pin.version import Secrets, stretch
from dojang.refusals import CertificateMismatch, GuardUnavailable, ReceiptRefused, RecordMismatch

ChoosePin = Callable[[Sequence[str]], str]


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A certificate, and the version behind it live at q guards or more."""

    uid: bytes
    kid: bytes
    ver: int
    certificate: x509.Certificate
    chain: tuple[bytes, ...]
    log_id: bytes
    live_guards: tuple[str, ...]
    return_to: str


@dataclass(frozen=True, slots=True)
class Enrolment:
    """Everything that one enrolment needs."""

    anchors: Anchors
    center: Center
    guards: Guards
    memory: Memory
    devices: Devices
    pool: ThreadPoolExecutor
    now: Callable[[], int]

    def run(self, code: str, choose_pin: ChoosePin) -> Enrolled:
        """Afterwards exactly the chosen PIN works. Before the statement nothing has changed anywhere.

        Raises what a step refuses: `PinTooEasy`, `GuardUnavailable` (fewer than q guards), `RecordMismatch`, ...
        """
        visit = self.center.open_version(code, self.devices.find())
        checked = checks.check_version(visit, self.anchors, self.memory, self.now())
        pin = check_choice(choose_pin(tuple(visit.avoid)), visit.avoid)
        record, opened, staged = self._new_version(checked, pin)
        if self.center.keep_record(visit.visit, record.canonical()) != sha256(record.canonical()):
            raise RecordMismatch
        made = self._make_credential(visit.visit, checked, record, opened)
        device = self.devices.make() if visit.connect else None
        live = self.center.state(visit.visit, self._statement(record, opened, staged, device))
        return self._finish(checked, record, made, live, device)

    def _new_version(self, checked: CheckedVersion, pin: str) -> tuple[Record, Secrets, list[StagedKey]]:
        """Steps 1 and 2: R and its polynomial, each share masked by what one guard made of the PIN."""
        salt, stretching = secrets.token_bytes(16), KeyStretching()
        staged = self._stage(checked, stretch(pin, salt, stretching))
        r = oprf.random_scalar()
        opened = Secrets.of(r, checked.uid, checked.ver)
        shares = sharing.split(r, self.anchors.threshold, [key.guard.index for key in staged])
        record = Record(
            stretching=stretching,
            salt=salt,
            uid=checked.uid,
            ver=checked.ver,
            threshold=self.anchors.threshold,
            guards=len(self.anchors.guards),
            guards_hash=self.anchors.guards_hash,
            shares=tuple(_masked(checked, key, shares[key.guard.index]) for key in staged),
            commitment=opened.commitment(),
            authorization_key=opened.authorization_key().public,
        )
        return record, opened, staged

    def _stage(self, checked: CheckedVersion, p: bytes) -> list[StagedKey]:
        """A key at every guard that answers, in the anchors' order. A guard that is down is not in this version."""
        answers = all_answers(
            self.pool,
            [
                partial(self.guards.stage, guard, checked.tickets[guard.guard_id], checked.uid, checked.ver, p)
                for guard in self.anchors.guards
            ],
            enough=self.anchors.quorum,
        )
        if len(answers.good) < self.anchors.quorum:
            answering = {key.guard.guard_id for key in answers.good}
            down = next(guard.guard_id for guard in self.anchors.guards if guard.guard_id not in answering)
            raise GuardUnavailable(guard_id=down)
        return sorted(answers.good, key=lambda key: key.guard.index)

    def _make_credential(self, visit: str, checked: CheckedVersion, record: Record, opened: Secrets) -> CredentialMade:
        """Step 3: the vault makes the key pair, and attests it for this record."""
        credential = Credential(
            uid=checked.uid,
            kid=checked.kid,
            algorithm=checked.algorithm,
            day_key_id=checked.day_key.day_key_id,
            guards_hash=self.anchors.guards_hash,
            ver=checked.ver,
            authorization_key=record.authorization_key,
            record_sha256=sha256(record.canonical()),
        )
        sealed = sealing.seal(opened.activation_secret(checked.kid), checked.day_key.public_key, credential.info())
        signed = credential.signed(sealed)
        body = {
            "uid": b64(credential.uid),
            "kid": b64(credential.kid),
            "algorithm": credential.algorithm,
            "day_key_id": b64(credential.day_key_id),
            "guards_hash": b64(credential.guards_hash),
            "ver": credential.ver,
            "authorization_key": b64(credential.authorization_key),
            "record_sha256": b64(credential.record_sha256),
            "sealed": b64(sealed),
            "signature": b64(opened.authorization_key().sign(signed)),
        }
        made = self.center.make_credential(visit, body)
        checks.check_attestation(made.attestation, self.anchors, record, checked.kid, made.spki)
        checks.check_version_leaf(made.attestation, checked.kid, signed)
        return made

    def _statement(
        self, record: Record, opened: Secrets, staged: Sequence[StagedKey], device: Device | None
    ) -> dict[str, Any]:
        """Step 4."""
        statement = Statement(
            uid=record.uid,
            ver=record.ver,
            authorization_key=record.authorization_key,
            record_sha256=sha256(record.canonical()),
            guards_hash=self.anchors.guards_hash,
            pin="new",
            keys=tuple(NamedKey(key.guard.guard_id, sha256(key.public_key)) for key in staged),
            device_key=device.spki if device else NO_DEVICE,
        )
        return {
            "uid": b64(statement.uid),
            "ver": statement.ver,
            "authorization_key": b64(statement.authorization_key),
            "record_sha256": b64(statement.record_sha256),
            "guards_hash": b64(statement.guards_hash),
            "pin": statement.pin,
            "guards": [
                {"guard_id": key.guard_id, "public_key_sha256": b64(key.public_key_sha256)} for key in statement.keys
            ],
            "device_key": b64(statement.device_key),
            "signature": b64(opened.authorization_key().sign(statement.signed())),
            "previous_signature": "",
        }

    def _finish(
        self, checked: CheckedVersion, record: Record, made: CredentialMade, live: VersionLive, device: Device | None
    ) -> Enrolled:
        """Step 5: q guards say "live"; the certificate is for the attested key, below the anchored root."""
        live_guards = live_at(live.receipts, self.anchors, record)
        self.memory.note(checked.uid, checked.ver)
        if device:
            self.memory.note_connected(checked.uid, device.id)
        certificate = checks.check_certificate(live.certificate, live.chain, self.anchors, self.now())
        if certificates.spki(certificate) != made.spki:
            raise CertificateMismatch
        return Enrolled(
            uid=checked.uid,
            kid=checked.kid,
            ver=checked.ver,
            certificate=certificate,
            chain=tuple(live.chain),
            log_id=made.log_id,
            live_guards=live_guards,
            return_to=live.return_to,
        )


def live_at(receipts: Sequence[VersionReceiptBody], anchors: Anchors, record: Record) -> tuple[str, ...]:
    """The guards that say "live", at least q different ones. Raises `ReceiptRefused`, `AnchorsMismatch`."""
    live = set()
    for body in receipts:
        receipt = body.value()
        verify(anchors.guard(receipt.guard_id).public_key, body.signature, receipt.signed())
        about = (
            receipt.guards_hash,
            receipt.uid,
            receipt.ver,
            receipt.authorization_key_sha256,
            receipt.record_sha256,
        )
        if about != (
            anchors.guards_hash,
            record.uid,
            record.ver,
            sha256(record.authorization_key),
            sha256(record.canonical()),
        ):
            raise ReceiptRefused
        if receipt.state == "live":
            live.add(receipt.guard_id)
    if len(live) < anchors.quorum:
        raise ReceiptRefused
    return tuple(sorted(live))


def _masked(checked: CheckedVersion, key: StagedKey, share: bytes) -> MaskedShare:
    guard = key.guard
    masking = sharing.mask(checked.uid, checked.ver, guard.guard_id, guard.index, key.output)
    return MaskedShare(guard.guard_id, guard.index, sharing.add_mask(share, masking), sha256(key.public_key))
