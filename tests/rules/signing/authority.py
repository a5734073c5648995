"""A small authority of the tests' own: root, issuing CA, one customer's certificate."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

POLICY = x509.ObjectIdentifier("1.3.6.1.4.1.32473.1.1.1")
START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Issuer:
    """A CA and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def name(common_name: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.COUNTRY_NAME, "KR"), x509.NameAttribute(NameOID.COMMON_NAME, common_name)]
    )


def certificate_authority(common_name: str, issuer: Issuer | None = None) -> Issuer:
    """A root, or a CA below `issuer`."""
    key = new_key()
    builder = _builder(name(common_name), key.public_key(), issuer.certificate.subject if issuer else None)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None if issuer is None else 0), True)
    builder = builder.add_extension(key_usage(key_cert_sign=True, crl_sign=True), True)
    builder = _identifiers(builder, key.public_key(), issuer.certificate if issuer else None)
    return Issuer(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


def customer_certificate(
    issuer: Issuer,
    public_key: ec.EllipticCurvePublicKey,
    *,
    common_name: str = "홍길동",
    usage: x509.KeyUsage | None = None,
    policy: x509.ObjectIdentifier = POLICY,
    start: datetime = START,
    serial: int | None = None,
) -> x509.Certificate:
    """A personal financial certificate."""
    builder = _builder(name(common_name), public_key, issuer.certificate.subject, start=start, serial=serial)
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), True)
    builder = builder.add_extension(usage or key_usage(digital_signature=True, content_commitment=True), True)
    builder = builder.add_extension(x509.CertificatePolicies([x509.PolicyInformation(policy, None)]), False)
    builder = builder.add_extension(
        x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION, x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")]),
        False,
    )
    return _identifiers(builder, public_key, issuer.certificate).sign(issuer.key, hashes.SHA256())


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _builder(
    subject: x509.Name,
    public_key: ec.EllipticCurvePublicKey,
    issuer: x509.Name | None,
    *,
    start: datetime = START,
    serial: int | None = None,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer or subject)
        .public_key(public_key)
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + timedelta(days=1095))
    )


def _identifiers(
    builder: x509.CertificateBuilder, public_key: ec.EllipticCurvePublicKey, issuer: x509.Certificate | None
) -> x509.CertificateBuilder:
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), False)
    if issuer is None:
        return builder
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier), critical=False
    )


def key_usage(**set_bits: bool) -> x509.KeyUsage:
    names = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
        "key_cert_sign",
        "crl_sign",
        "encipher_only",
        "decipher_only",
    )
    return x509.KeyUsage(**{bit: set_bits.get(bit, False) for bit in names})
