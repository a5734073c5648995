"""Whether a certificate was revoked, from an OCSP response (RFC 6960) or a CRL (RFC 5280 5)."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, Protocol

import httpx2
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from dojang.policy.numbers import NUMBERS
from dojang.refusals import CertificateMismatch, StatusUnavailable

_SKEW: Final = NUMBERS.time.clock_skew


class StatusSource(Protocol):
    """Somebody who knows how a certificate stands."""

    def check(self, certificate: x509.Certificate, issuer: x509.Certificate, signed_at: int, now: int) -> None:
        """Raises `CertificateMismatch` if it was revoked by then or its standing is unknown, `StatusUnavailable`."""
        ...


@dataclass(frozen=True, slots=True)
class GivenOcsp:
    """A response that came with the signature."""

    response: bytes

    def check(self, certificate: x509.Certificate, issuer: x509.Certificate, signed_at: int, now: int) -> None:
        """As `check_ocsp`."""
        check_ocsp(self.response, certificate, issuer, signed_at, now)


@dataclass(frozen=True, slots=True)
class GivenCrl:
    """A CRL that came with the signature."""

    crl: bytes

    def check(self, certificate: x509.Certificate, issuer: x509.Certificate, signed_at: int, now: int) -> None:
        """As `check_crl`."""
        check_crl(self.crl, certificate, issuer, signed_at, now)


@dataclass(frozen=True, slots=True)
class FetchedStatus:
    """Asks the responder that the certificate names, with a nonce (RFC 9654)."""

    http: httpx2.Client = field(repr=False)

    def check(self, certificate: x509.Certificate, issuer: x509.Certificate, signed_at: int, now: int) -> None:
        """Raises as `check_ocsp`, and `StatusUnavailable` without an answer."""
        nonce = secrets.token_bytes(32)
        request = (
            ocsp.OCSPRequestBuilder()
            .add_certificate(certificate, issuer, hashes.SHA256())
            .add_extension(x509.OCSPNonce(nonce), critical=False)
            .build()
        )
        try:
            response = self.http.post(
                _responder(certificate),
                content=request.public_bytes(Encoding.DER),
                headers={"Content-Type": "application/ocsp-request"},
            )
        except httpx2.TransportError:
            raise StatusUnavailable from None
        if response.status_code != 200:
            raise StatusUnavailable
        check_ocsp(response.content, certificate, issuer, signed_at, now, nonce)


def check_ocsp(
    der: bytes, certificate: x509.Certificate, issuer: x509.Certificate, signed_at: int, now: int, nonce: bytes = b""
) -> None:
    """The response is the issuer's or its responder's, about this certificate, in its time, with this nonce if given.

    Raises `CertificateMismatch` unless it says good, or revoked after `signed_at` and not for a compromised key.
    """
    try:
        response = ocsp.load_der_ocsp_response(der)
        successful = response.response_status == ocsp.OCSPResponseStatus.SUCCESSFUL
    except ValueError:
        raise CertificateMismatch from None
    if not successful:
        raise CertificateMismatch
    _check_responder(response, issuer, now)
    _check_about(response, certificate, issuer)
    _check_fresh(response.this_update_utc, response.next_update_utc, now)
    if nonce and not _has_nonce(response, nonce):
        raise CertificateMismatch
    if response.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        _check_revoked_later(response.revocation_time_utc, response.revocation_reason, signed_at)
    elif response.certificate_status is not ocsp.OCSPCertStatus.GOOD:
        raise CertificateMismatch


def check_crl(der: bytes, certificate: x509.Certificate, issuer: x509.Certificate, signed_at: int, now: int) -> None:
    """The CRL is the issuer's, of the certificate's own distribution point, in its time.

    Raises `CertificateMismatch` also where it names the certificate, unless revoked after `signed_at`.
    """
    try:
        crl = x509.load_der_x509_crl(der)
    except ValueError:
        raise CertificateMismatch from None
    key = issuer.public_key()
    if crl.issuer != issuer.subject or not isinstance(key, ec.EllipticCurvePublicKey):
        raise CertificateMismatch
    if not crl.is_signature_valid(key) or not _covers(crl, certificate):
        raise CertificateMismatch
    _check_fresh(crl.last_update_utc, crl.next_update_utc, now)
    entry = crl.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is not None:
        _check_revoked_later(entry.revocation_date_utc, _reason(entry), signed_at)


def _responder(certificate: x509.Certificate) -> str:
    """Raises `CertificateMismatch` for a certificate that names none."""
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except x509.ExtensionNotFound:
        raise CertificateMismatch from None
    for description in access:
        location = description.access_location
        if description.access_method == AuthorityInformationAccessOID.OCSP and isinstance(
            location, x509.UniformResourceIdentifier
        ):
            return location.value
    raise CertificateMismatch


def _check_responder(response: ocsp.OCSPResponse, issuer: x509.Certificate, now: int) -> None:
    """RFC 6960 4.2.2.2: the issuer itself, or whom it certified for just this."""
    signer = issuer
    if response.certificates:
        signer = response.certificates[0]
        _check_delegated(signer, issuer, now)
    key, algorithm = signer.public_key(), response.signature_hash_algorithm
    if not isinstance(key, ec.EllipticCurvePublicKey) or algorithm is None:
        raise CertificateMismatch
    try:
        key.verify(response.signature, response.tbs_response_bytes, ec.ECDSA(algorithm))
    except InvalidSignature:
        raise CertificateMismatch from None


def _check_delegated(responder: x509.Certificate, issuer: x509.Certificate, now: int) -> None:
    try:
        responder.verify_directly_issued_by(issuer)
        purposes = responder.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        raise CertificateMismatch from None
    moment = datetime.fromtimestamp(now, UTC)
    if ExtendedKeyUsageOID.OCSP_SIGNING not in purposes:
        raise CertificateMismatch
    if not responder.not_valid_before_utc <= moment <= responder.not_valid_after_utc:
        raise CertificateMismatch


def _check_about(response: ocsp.OCSPResponse, certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    """The CertID is of this serial number and this issuer."""
    request = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, response.hash_algorithm).build()
    about = (response.serial_number, response.issuer_name_hash, response.issuer_key_hash)
    if about != (request.serial_number, request.issuer_name_hash, request.issuer_key_hash):
        raise CertificateMismatch


def _check_fresh(since: datetime, until: datetime | None, now: int) -> None:
    if until is None or not since.timestamp() - _SKEW <= now <= until.timestamp():
        raise CertificateMismatch


def _has_nonce(response: ocsp.OCSPResponse, nonce: bytes) -> bool:
    try:
        return response.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == nonce
    except x509.ExtensionNotFound:
        return False


def _check_revoked_later(at: datetime | None, reason: x509.ReasonFlags | None, signed_at: int) -> None:
    """A key that was compromised was so before anybody noticed."""
    if at is None or at.timestamp() <= signed_at or reason is x509.ReasonFlags.key_compromise:
        raise CertificateMismatch


def _covers(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """The shard that the certificate points to (RFC 5280 5.2.5 and 6.3.3 b 2)."""
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        own = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value.full_name or []
    except x509.ExtensionNotFound:
        return False
    return any(name in own for point in points for name in point.full_name or [])


def _reason(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return None
