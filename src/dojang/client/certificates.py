"""The checks of a certificate that the customer's side and a relying party share."""

from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from cryptography.x509.verification import ExtensionPolicy, PolicyBuilder, Store, VerificationError

from dojang.refusals import CertificateMismatch


def load(der: bytes) -> x509.Certificate:
    """Raises `CertificateMismatch` for bytes that are no certificate, or more than one."""
    try:
        return x509.load_der_x509_certificate(der)
    except ValueError:
        raise CertificateMismatch from None


def path_to(
    root: x509.Certificate, certificate: x509.Certificate, others: Sequence[x509.Certificate], at: int
) -> list[x509.Certificate]:
    """The path from `certificate` to `root`, its end included, valid at `at` (RFC 5280 6).

    Signatures, names, validity, basicConstraints, keyCertSign and path lengths are checked; `others` are only ever
    intermediates. Raises `CertificateMismatch`.
    """
    policy = (
        PolicyBuilder()
        .store(Store([root]))
        .time(datetime.fromtimestamp(at, UTC).replace(tzinfo=None))
        .extension_policies(
            ca_policy=ExtensionPolicy.webpki_defaults_ca(),
            ee_policy=ExtensionPolicy.permit_all(),  # what a signer's certificate must say is checked by name
        )
    )
    try:
        return policy.build_client_verifier().verify(certificate, [other for other in others if other != root]).chain
    except VerificationError:
        raise CertificateMismatch from None


def check_signs_for_a_person(certificate: x509.Certificate) -> None:
    """Key usage digitalSignature and nonRepudiation, and no authority (RFC 5280 4.2.1.3, 4.2.1.9; domain 1).

    Raises `CertificateMismatch`.
    """
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        authority = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except (x509.ExtensionNotFound, ValueError):
        raise CertificateMismatch from None
    if authority or not (usage.digital_signature and usage.content_commitment):
        raise CertificateMismatch


def spki(certificate: x509.Certificate) -> bytes:
    """SubjectPublicKeyInfo, DER."""
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def holder_name(certificate: x509.Certificate) -> str:
    """The one commonName of the subject. Raises `CertificateMismatch`."""
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    if len(names) != 1 or not isinstance(names[0].value, str):
        raise CertificateMismatch
    return names[0].value
