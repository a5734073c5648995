"""A chain of certificates, and ones like it that are refused."""

import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from dojang.pin.encoding import b64
from tests.vectors.one_version import NOW, fixed


def _key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(fixed(f"key of {name}")) >> 1, ec.SECP256R1())


def _certificate(
    name: str,
    issuer: str,
    *,
    authority: bool,
    start: int = NOW - 3600,
    days: int = 30,
    signer: str = "",
    path_length: int | None = None,
    usage: x509.KeyUsage | None = None,
    more: x509.ExtensionType | None = None,
    names: tuple[str, ...] = (),
) -> bytes:
    key = _key(name).public_key()
    begins = datetime.datetime.fromtimestamp(start, datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name, *names))
        .issuer_name(_name(issuer))
        .public_key(key)
        .serial_number(int.from_bytes(fixed(f"serial of {name}", 8)) >> 1 | 1)
        .not_valid_before(begins)
        .not_valid_after(begins + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(authority, path_length), critical=True)
        .add_extension(usage or _usage(signs=not authority, certifies=authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
    if not authority:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purposes, critical=False)
    if more is not None:
        builder = builder.add_extension(more, critical=True)
    signed = builder.sign(_key(signer or issuer), hashes.SHA256(), ecdsa_deterministic=True)
    return signed.public_bytes(Encoding.DER)


def _name(*common_names: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "KR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Dojang"),
            *(x509.NameAttribute(NameOID.COMMON_NAME, name) for name in common_names),
        ]
    )


def _usage(*, signs: bool, certifies: bool, commits: bool | None = None) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs if commits is None else commits,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=certifies,
        crl_sign=certifies,
        encipher_only=False,
        decipher_only=False,
    )


def made_certificates() -> dict[str, Any]:
    """Root, issuing authority, customer; certificates that do not lead to the root; bytes that are none."""
    root = _certificate("Root", "Root", authority=True)
    issuing = _certificate("Issuing", "Root", authority=True, path_length=0)
    public = _key("홍도장").public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    good = _certificate("홍도장", "Issuing", authority=False)
    return {
        "root": b64(root),
        "chain": [b64(issuing)],
        "customer": b64(good),
        "common_name": "홍도장",
        "public_key": b64(public),
        "refused": [
            {"why": why, "customer": b64(der), "chain": [b64(one) for one in chain]}
            for why, der, *chain in (*_not_a_persons(issuing), *_not_below_the_root(good, issuing))
        ],
        "broken": [b64(der) for der in _broken(good)],
    }


def _not_a_persons(issuing: bytes) -> list[tuple[Any, ...]]:
    commits_not = _usage(signs=True, certifies=False, commits=False)
    both = _usage(signs=True, certifies=True)
    return [
        ("over", _certificate("홍도장", "Issuing", authority=False, days=0), issuing),
        ("not yet", _certificate("홍도장", "Issuing", authority=False, start=NOW + 3600), issuing),
        ("an authority's", issuing),
        ("an authority's that signs too", _certificate("홍도장", "Issuing", authority=True, usage=both), issuing),
        ("no nonRepudiation", _certificate("홍도장", "Issuing", authority=False, usage=commits_not), issuing),
    ]


def _not_below_the_root(good: bytes, issuing: bytes) -> list[tuple[Any, ...]]:
    boundless = _certificate("Issuing", "Root", authority=True)
    below = _certificate("Below", "Issuing", authority=True)
    silent = _certificate("Issuing", "Root", authority=True, usage=_usage(signs=True, certifies=False))
    return [
        ("signed by nobody known", _certificate("홍도장", "Issuing", authority=False, signer="Impostor"), issuing),
        (
            "an issuer that the root did not sign",
            good,
            _certificate("Issuing", "Root", authority=True, signer="Impostor"),
        ),
        ("without its issuer", good),
        ("certified by a customer", _certificate("Other", "홍도장", authority=False), good, boundless),
        ("an issuer without keyCertSign", good, silent),
        ("another issuer's name", _certificate("홍도장", "Root", authority=False, signer="Issuing"), issuing),
        ("an authority too many", _certificate("홍도장", "Below", authority=False), below, issuing),
        ("an expired issuer", good, _certificate("Issuing", "Root", authority=True, days=0)),
    ]


def _broken(good: bytes) -> list[bytes]:
    """Bytes that a strict reader does not take for a certificate. Signatures are not looked at when reading."""
    unknown = x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4"), b"\x05\x00")
    key_usage, key_identifier, extended = (b"\x06\x03\x55\x1d" + last for last in (b"\x0f", b"\x0e", b"\x25"))
    sha256, sha384 = (b"\x2a\x86\x48\xce\x3d\x04\x03" + last for last in (b"\x02", b"\x03"))
    if key_usage not in good or key_identifier not in good or good.count(sha256) != 2:
        raise AssertionError
    return [
        good[:-1],
        good + b"\0",
        b"",
        b"\x30\x80",
        b"\x30\x82\x00\x01\x00",
        _with_signature(good, b"\x03\x80" + bytes(128)),  # of indefinite length
        _with_signature(good, b"\x03\x82\x00\x80" + bytes(128)),  # a length octet too many
        _with_signature(good, b"\x03\x81\x47" + bytes(71)),  # the long form of a short length
        _with_signature(good, b"\x03\x47\x01" + bytes(70)),  # unused bits
        good.replace(extended, key_identifier),  # an extension twice
        good.replace(sha256, sha384, 1),  # signed by another algorithm than it says
        _certificate("홍도장", "Issuing", authority=False, more=unknown),
        _certificate("홍도장", "Issuing", authority=False, names=("도장",)),
    ]


def _with_signature(good: bytes, element: bytes) -> bytes:
    """The certificate with this for its signature, its outer length (two octets) set right."""
    certificate = x509.load_der_x509_certificate(good)
    algorithm = bytes.fromhex("300a06082a8648ce3d040302")
    content = certificate.tbs_certificate_bytes + algorithm + element
    return b"\x30\x82" + len(content).to_bytes(2, "big") + content
