"""Certificate revocation lists (RFC 5280 5): one per shard of an authority."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from dojang.authority import keys
from dojang.authority.build import moment
from dojang.authority.profile import ROOT, Issuer
from dojang.refusals import CertificateMismatch, CrlRefused

# RFC 5280 5.3.1 by its own names. Not among them: unspecified (the entry is then left out), removeFromCRL (delta CRLs),
# aACompromise (attribute certificates).
REASONS: Final = {
    reason.value: reason
    for reason in (
        x509.ReasonFlags.key_compromise,
        x509.ReasonFlags.ca_compromise,
        x509.ReasonFlags.affiliation_changed,
        x509.ReasonFlags.superseded,
        x509.ReasonFlags.cessation_of_operation,
        x509.ReasonFlags.certificate_hold,
        x509.ReasonFlags.privilege_withdrawn,
    )
}


@dataclass(frozen=True, slots=True)
class Revoked:
    """One entry. `reason` is a key of `REASONS`; `at` is Unix seconds."""

    serial: int
    reason: str
    at: int


@dataclass(frozen=True, slots=True)
class RevocationList:
    """A CRL whose signature holds."""

    der: bytes
    file: str
    number: int
    this_update: int
    next_update: int
    revoked: tuple[Revoked, ...]


def build(
    issuer: Issuer,
    issuer_key: ec.EllipticCurvePrivateKey,
    file: str,
    *,
    number: int,
    this_update: int,
    next_update: int,
    revoked: Iterable[Revoked],
) -> RevocationList:
    """The CRL `file` (one of `issuer.crl_files`) with those of `revoked` that belong on it.

    `number` must be above every earlier one of this file (RFC 5280 5.2.3). The caller leaves out what has expired and
    stood on one CRL after that. Raises `CertificateMismatch` when the key isn't the issuer's, `KeyError` for a reason
    we do not have.
    """
    if keys.spki_of(issuer_key.public_key()) != keys.spki_of(issuer.key):
        raise CertificateMismatch
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.name)
        .last_update(moment(this_update))
        .next_update(moment(next_update))
        .add_extension(x509.AuthorityKeyIdentifier(keys.key_identifier(issuer.key), None, None), critical=False)
        .add_extension(x509.CRLNumber(number), critical=False)
    )
    if scope := _scope(issuer, file):
        builder = builder.add_extension(scope, critical=True)
    for entry in sorted(revoked, key=lambda one: one.serial):
        if issuer.crl_file(entry.serial) == file:
            builder = builder.add_revoked_certificate(_entry(entry))
    signed = builder.sign(issuer_key, hashes.SHA256(), ecdsa_deterministic=True)
    return read(signed.public_bytes(Encoding.DER), issuer, file)


def _scope(issuer: Issuer, file: str) -> x509.IssuingDistributionPoint | None:
    """A shard names the same address as its certificates' distribution point (RFC 5280 5.2.5).

    The root's list is whole and says nothing: OpenSSL holds it against the root too, which has no distribution point.
    """
    if file == ROOT:
        return None
    point = [x509.UniformResourceIdentifier(issuer.addresses.crl(file))]
    return x509.IssuingDistributionPoint(point, None, False, False, None, False, False)


def _entry(revoked: Revoked) -> x509.RevokedCertificate:
    return (
        x509.RevokedCertificateBuilder()
        .serial_number(revoked.serial)
        .revocation_date(moment(revoked.at))
        .add_extension(x509.CRLReason(REASONS[revoked.reason]), critical=False)
        .build()
    )


def read(der: bytes, issuer: Issuer, file: str) -> RevocationList:
    """The CRL behind `der`, if `issuer` signed it as its CRL `file`. Its times are for the caller to judge.

    Raises `CrlRefused(check=...)`: der, issuer, signature, file, scope, extensions, entries.
    """
    try:
        found = x509.load_der_x509_crl(der)
        if found.issuer.public_bytes() != issuer.name.public_bytes():
            raise CrlRefused(check="issuer")
        _check_signature(found, issuer)
        if file not in issuer.crl_files:
            raise CrlRefused(check="file")
        number = _check_extensions(found, issuer, file)
        until = found.next_update_utc
        if until is None:
            raise CrlRefused(check="extensions")
        revoked = tuple(_read_entry(entry) for entry in found)
        if len({entry.serial for entry in revoked}) != len(revoked):
            raise CrlRefused(check="entries")
    except (ValueError, TypeError, x509.InvalidVersion, x509.DuplicateExtension):  # all of them pyca's on junk
        raise CrlRefused(check="der") from None
    since = int(found.last_update_utc.timestamp())
    return RevocationList(der, file, number, since, int(until.timestamp()), revoked)


def _check_signature(found: x509.CertificateRevocationList, issuer: Issuer) -> None:
    if not isinstance(found.signature_hash_algorithm, hashes.SHA256):
        raise CrlRefused(check="signature")
    # A signature has no unused bits (RFC 5280 4.1.1.3, X.690 8.6.2): a count of them that fits its last octet would be
    # a second encoding of one CRL.
    if not found.public_bytes(Encoding.DER).endswith(b"\x00" + found.signature):
        raise CrlRefused(check="signature")
    try:
        issuer.key.verify(found.signature, found.tbs_certlist_bytes, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise CrlRefused(check="signature") from None


def _check_extensions(found: x509.CertificateRevocationList, issuer: Issuer, file: str) -> int:
    """The CRL number, if the extensions are as we write them and no other is there."""
    by_type = {type(extension.value): extension for extension in found.extensions}
    scope = by_type.pop(x509.IssuingDistributionPoint, None)
    expected = _scope(issuer, file)
    if (scope is None) != (expected is None) or (scope and (scope.value, scope.critical) != (expected, True)):
        raise CrlRefused(check="scope")
    not_critical = {x509.AuthorityKeyIdentifier: False, x509.CRLNumber: False}
    if {kind: extension.critical for kind, extension in by_type.items()} != not_critical:
        raise CrlRefused(check="extensions")
    identifier, number = (by_type[kind].value for kind in not_critical)
    if identifier != x509.AuthorityKeyIdentifier(keys.key_identifier(issuer.key), None, None):
        raise CrlRefused(check="extensions")
    # RFC 5280 5.2.3: a CRL number has at most 20 octets.
    if not 0 <= number.crl_number < 1 << 159:
        raise CrlRefused(check="extensions")
    return int(number.crl_number)


def _read_entry(entry: x509.RevokedCertificate) -> Revoked:
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        raise CrlRefused(check="entries") from None
    if reason.value not in REASONS or not 0 < entry.serial_number < 1 << 159:
        raise CrlRefused(check="entries")
    return Revoked(entry.serial_number, reason.value, int(entry.revocation_date_utc.timestamp()))
