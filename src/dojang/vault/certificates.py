"""A certificate for a kid of the vault's own table (protocol "A version", step 5)."""

from dataclasses import dataclass

from dojang.authority import certificate, lint, profile, registration, serials
from dojang.authority.lint import RehearsedPlan
from dojang.authority.registration import RegistrationStatement
from dojang.pin.encoding import b64, canonical, sha256
from dojang.pin.messages import VersionReceipt
from dojang.pin.signatures import verify
from dojang.policy.numbers import NUMBERS
from dojang.refusals import (
    CertificateMismatch,
    CertificateRefused,
    KidNotFound,
    RegistrationRefused,
    SignatureRefused,
)
from dojang.vault import receipts
from dojang.vault.certificate_book import Allow, Certified, HolderSoFar, Intent
from dojang.vault.desk import VaultDesk
from dojang.vault.receipts import SignedVersionReceipt
from dojang.vault.version_book import Version


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """What the centre reserved, what the registration authority vouches for, and what the guards say is live."""

    kid: bytes
    ver: int
    profile: str
    serial: str
    not_before: int
    statement: RegistrationStatement
    receipts: tuple[SignedVersionReceipt, ...]
    previous_signature: bytes

    def hash(self) -> bytes:
        """What makes two requests the same: all but the proofs, of which there may be more the second time."""
        statement = self.statement
        return sha256(
            canonical(
                {
                    "kid": b64(self.kid),
                    "ver": self.ver,
                    "profile": self.profile,
                    "serial": self.serial,
                    "not_before": self.not_before,
                    "name": statement.name,
                    "applicant_hash": b64(statement.applicant_hash),
                    "uid": b64(statement.uid),
                    "authorization_key": b64(statement.authorization_key),
                    "replaces": b64(statement.replaces),
                    "signature": b64(statement.signature),
                }
            )
        )


@dataclass(frozen=True, slots=True)
class Issued:
    """The certificate's DER and the leaf that was there before it."""

    certificate: bytes
    leaf: bytes


def certify(request: CertificateRequest, desk: VaultDesk) -> Issued:
    """The kid's certificate, its version the only one left; what it replaces is revoked and destroyed.

    The same request gets the same bytes again, or has them finished. Otherwise:
    1. the version is one of ours (`KidNotFound`);
    2. the registration authority vouches for this name, uid, kid and AK (`RegistrationRefused`);
    3. q guards say that this AK and the record which it named in step 3 are live (`ReceiptRefused`);
    4. number, time, name and profile are within bounds, and the rehearsal is clean (`CertificateRefused`);
    5. the kid has no other certificate and has not ended (`KidTaken`), the number is a new one (`CertificateRefused`),
       and a later kid of a uid has the live AK's signature and is the same person's (`RegistrationRefused`).
    The leaf and all that follows from the decision are durable before the certificate is signed.
    """
    # 1
    version = desk.versions.version(request.kid, request.ver, request.statement.authorization_key)
    if version is None:
        raise KidNotFound
    # 2
    _check_registration(request, version, desk)
    # 3
    receipts.check_live(request.receipts, _expected(version, desk), desk.anchors)
    # 4
    if desk.certificates.certified(request.kid) is None:
        _check_time(request.not_before, desk.now())
    rehearsed = _rehearsed(request, version, desk)
    # 5, within the transaction
    certified = desk.certificates.intend(_intent(request, rehearsed, desk.now()), _same_holder(request, version))
    return _finished(request.kid, certified, rehearsed, desk)


def _check_registration(request: CertificateRequest, version: Version, desk: VaultDesk) -> None:
    statement = registration.check(request.statement, desk.anchors.registration_key)
    if (statement.uid, statement.kid) != (version.uid, version.kid):
        raise RegistrationRefused
    # It is the version's AK, for the version was looked up by it.


def _expected(version: Version, desk: VaultDesk) -> VersionReceipt:
    return VersionReceipt(
        guards_hash=desk.anchors.guards_hash,
        guard_id="",
        uid=version.uid,
        ver=version.ver,
        authorization_key_sha256=sha256(version.authorization_key),
        record_sha256=version.record_sha256,
        state="live",
        seq=0,
        time=0,
    )


def _check_time(not_before: int, now: int) -> None:
    """A certificate begins now: not later, and hardly earlier (the centre reserves before it asks)."""
    if not now - NUMBERS.certificate.reserved_before <= not_before <= now + NUMBERS.time.clock_skew:
        raise CertificateRefused(lint="not_before")


def _rehearsed(request: CertificateRequest, version: Version, desk: VaultDesk) -> RehearsedPlan:
    return lint.rehearse(
        profile.plan(
            request.profile,
            desk.issuer,
            holder_name=request.statement.name,
            kid=request.kid,
            spki=version.spki,
            serial=serials.from_text(request.serial),
            not_before=request.not_before,
        )
    )


def _intent(request: CertificateRequest, rehearsed: RehearsedPlan, now: int) -> Intent:
    statement, plan = request.statement, rehearsed.plan
    return Intent(
        kid=request.kid,
        uid=statement.uid,
        ver=request.ver,
        authorization_key=statement.authorization_key,
        request_sha256=request.hash(),
        serial=request.serial,
        profile=request.profile,
        holder_name=statement.name,
        applicant_hash=statement.applicant_hash,
        not_before=plan.not_before,
        not_after=plan.not_after,
        crl_file=plan.issuer.crl_file(plan.serial),
        to_be_signed=rehearsed.tbs,
        replaces=statement.replaces,
        now=now,
    )


def _same_holder(request: CertificateRequest, version: Version) -> Allow:
    def allow(holder: HolderSoFar) -> None:
        if not holder.applicant_hashes:
            return
        if holder.applicant_hashes != {request.statement.applicant_hash}:
            raise RegistrationRefused(check="applicant_hash")
        for live_key in holder.live_keys:
            try:
                verify(live_key, request.previous_signature, version.body)
            except SignatureRefused:
                continue
            return
        raise RegistrationRefused(check="previous_signature")

    return allow


def _finished(kid: bytes, certified: Certified, rehearsed: RehearsedPlan, desk: VaultDesk) -> Issued:
    if certified.certificate is not None:
        return Issued(certified.certificate, certified.leaf)
    # The leaf is about those bytes: a profile that changed in between signs nothing else under it.
    if certified.to_be_signed_sha256 != sha256(rehearsed.tbs):
        raise CertificateMismatch
    signed = certificate.sign(rehearsed, desk.master.issuing_key())
    desk.certificates.complete(kid, signed.der)
    return Issued(signed.der, certified.leaf)
