"""OCSP (RFC 6960): reading a request and answering it in a delegated responder's name. Nonces by RFC 9654."""

import hashlib
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID

from dojang.authority import keys
from dojang.authority.build import moment
from dojang.authority.crl import REASONS
from dojang.authority.profile import Issuer
from dojang.refusals import CertificateMismatch, OcspRequestMalformed

# CertIDs are made with SHA-1 by nearly every client (RFC 5019 2.1.1) and with SHA-256 by new ones. Nothing rests on it.
ALGORITHMS: Final = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256()}  # noqa: S303

# RFC 9654 2.1: a nonce of 0 or of more than 128 octets is answered with malformedRequest.
MAX_NONCE: Final = 128


@dataclass(frozen=True, slots=True)
class Question:
    """One certificate asked about. `algorithm` is the CertID's hash by name, ours to know or not."""

    algorithm: str
    issuer_name_hash: bytes
    issuer_key_hash: bytes
    serial: int
    nonce: bytes | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a certificate stands: good, or revoked for one of `crl.REASONS` since `at` (Unix seconds)."""

    reason: str = ""
    at: int = 0


GOOD: Final = Standing()


def _error(status: ocsp.OCSPResponseStatus) -> bytes:
    return ocsp.OCSPResponseBuilder.build_unsuccessful(status).public_bytes(Encoding.DER)


MALFORMED: Final = _error(ocsp.OCSPResponseStatus.MALFORMED_REQUEST)
UNAUTHORIZED: Final = _error(ocsp.OCSPResponseStatus.UNAUTHORIZED)


def read(der: bytes) -> Question:
    """The one question of a request. A request's own signature is neither asked for nor looked at (RFC 5019 2.1.1).

    Raises `OcspRequestMalformed`: not DER, no question or several, a negative number, a nonce of 0 or more than
    128 octets, a critical extension that we do not know.
    """
    try:
        request = ocsp.load_der_ocsp_request(der)
        algorithm = _algorithm(request)
        extensions = list(request.extensions)
        serial = request.serial_number
    except (ValueError, NotImplementedError, x509.DuplicateExtension):
        raise OcspRequestMalformed from None
    if serial < 0:
        raise OcspRequestMalformed
    nonce = None
    for extension in extensions:
        if isinstance(extension.value, x509.OCSPNonce):
            nonce = extension.value.nonce
        elif extension.critical:
            raise OcspRequestMalformed
    if nonce is not None and not 1 <= len(nonce) <= MAX_NONCE:
        raise OcspRequestMalformed
    return Question(algorithm, request.issuer_name_hash, request.issuer_key_hash, serial, nonce)


def _algorithm(request: ocsp.OCSPRequest) -> str:
    try:
        return request.hash_algorithm.name
    except UnsupportedAlgorithm:
        return ""


class Responder:
    """Who answers, in the name of one issuing authority. Its key is in no repr."""

    def __init__(self, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey, issuer: Issuer) -> None:
        """Raises `CertificateMismatch` unless the issuer itself made this certificate, for this key and for OCSP."""
        try:
            purposes = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            signature, signed = certificate.signature, certificate.tbs_certificate_bytes
            issuer.key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
        except (ValueError, x509.ExtensionNotFound, InvalidSignature):
            raise CertificateMismatch from None
        # RFC 6960 4.2.2.2: a delegated key is certified directly by the authority whose certificates it answers for.
        if ExtendedKeyUsageOID.OCSP_SIGNING not in purposes or certificate.issuer != issuer.name:
            raise CertificateMismatch
        if keys.spki_bytes(certificate) != keys.spki_of(key.public_key()):
            raise CertificateMismatch
        self.certificate, self._key = certificate, key
        name, point = issuer.name.public_bytes(), keys.point(issuer.key)
        self._ids = {kind: (hashed(kind, name), hashed(kind, point)) for kind in ALGORITHMS}

    def __repr__(self) -> str:
        return f"Responder(serial={self.certificate.serial_number:x})"

    def answers_for(self, question: Question) -> bool:
        """Whether the certificate asked about is one of this authority's."""
        asked = (question.issuer_name_hash, question.issuer_key_hash)
        return self._ids.get(question.algorithm) == asked

    def respond(self, question: Question, standing: Standing | None, this_update: int, next_update: int) -> bytes:
        """A signed response of one answer; None is "unknown". The nonce is given back as it came.

        The question must be one that `answers_for` is true of; what is not is answered with `UNAUTHORIZED`.
        """
        revoked = standing is not None and standing.reason != ""
        if standing is None:
            status = ocsp.OCSPCertStatus.UNKNOWN
        else:
            status = ocsp.OCSPCertStatus.REVOKED if revoked else ocsp.OCSPCertStatus.GOOD
        builder = (
            ocsp.OCSPResponseBuilder()
            .add_response_by_hash(
                question.issuer_name_hash,
                question.issuer_key_hash,
                question.serial,
                ALGORITHMS[question.algorithm],
                status,
                moment(this_update),
                moment(next_update),
                moment(standing.at) if standing and revoked else None,
                REASONS[standing.reason] if standing and revoked else None,
            )
            .responder_id(ocsp.OCSPResponderEncoding.HASH, self.certificate)
            .certificates([self.certificate])
        )
        if question.nonce is not None:
            builder = builder.add_extension(x509.OCSPNonce(question.nonce), critical=False)
        return builder.sign(self._key, hashes.SHA256()).public_bytes(Encoding.DER)


def hashed(algorithm: str, data: bytes) -> bytes:
    """As in a CertID."""
    return hashlib.new(algorithm, data, usedforsecurity=False).digest()
