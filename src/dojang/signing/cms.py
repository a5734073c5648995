"""CMS SignedData (RFC 5652) around a signature that the vault made: encapsulated content, one signer, DER."""

from collections.abc import Sequence
from typing import Annotated, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from dojang.pin.encoding import sha256
from dojang.refusals import SignatureRefused, TransactionRefused
from dojang.signing.attributes import attributes, signed_attributes
from dojang.signing.what_is_signed import Item, Transaction

SIGNED_DATA: Final = x509.ObjectIdentifier("1.2.840.113549.1.7.2")
DATA: Final = x509.ObjectIdentifier("1.2.840.113549.1.7.1")
CONTENT_TYPE: Final = x509.ObjectIdentifier("1.2.840.113549.1.9.3")
MESSAGE_DIGEST: Final = x509.ObjectIdentifier("1.2.840.113549.1.9.4")
SIGNING_TIME: Final = x509.ObjectIdentifier("1.2.840.113549.1.9.5")
SIGNING_CERTIFICATE_V2: Final = x509.ObjectIdentifier("1.2.840.113549.1.9.16.2.47")
SHA256: Final = x509.ObjectIdentifier("2.16.840.1.101.3.4.2.1")
ECDSA_WITH_SHA256: Final = x509.ObjectIdentifier("1.2.840.10045.4.3.2")


@asn1.sequence
class Algorithm:
    """AlgorithmIdentifier without parameters (RFC 5754 2.2 and 3.3: absent for SHA-256 and ECDSA)."""

    algorithm: x509.ObjectIdentifier


@asn1.sequence
class Attribute:
    """Attribute (RFC 5652 5.3)."""

    type: x509.ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class EncapsulatedContent:
    """EncapsulatedContentInfo (RFC 5652 5.2), never detached."""

    type: x509.ObjectIdentifier
    content: Annotated[bytes, asn1.Explicit(0)]


@asn1.sequence
class Signer:
    """IssuerAndSerialNumber (RFC 5652 10.2.4)."""

    issuer: x509.Name
    serial: int


@asn1.sequence
class SignerInfo:
    """SignerInfo (RFC 5652 5.3), version 1: the signer by issuer and serial."""

    version: int
    signer: Signer
    digest_algorithm: Algorithm
    attributes: Annotated[asn1.SetOf[Attribute], asn1.Implicit(0)]
    signature_algorithm: Algorithm
    signature: bytes


@asn1.sequence
class SignedData:
    """SignedData (RFC 5652 5.1), version 1: id-data and X.509 certificates alone."""

    version: int
    digest_algorithms: asn1.SetOf[Algorithm]
    content: EncapsulatedContent
    certificates: Annotated[asn1.SetOf[x509.Certificate], asn1.Implicit(0)]
    signers: asn1.SetOf[SignerInfo]


@asn1.sequence
class ContentInfo:
    """ContentInfo (RFC 5652 3)."""

    type: x509.ObjectIdentifier
    content: Annotated[SignedData, asn1.Explicit(0)]


def signed_data(
    transaction: Transaction, item: Item, content: bytes, signature: bytes, chain: Sequence[x509.Certificate]
) -> bytes:
    """The DER of ContentInfo, once everything in it belongs together; `chain` begins with the signer's certificate.

    Raises `TransactionRefused` for another content or certificate than T's, `SignatureRefused` for a signature that
    is not that certificate's (ECDSA on P-256, DER) over T's attributes.
    """
    certificate = chain[0]
    if sha256(content) != item.content_hash or certificate.fingerprint(hashes.SHA256()) != transaction.certificate:
        raise TransactionRefused
    check_signature(certificate, signature, signed_attributes(transaction, item))
    return asn1.encode_der(
        ContentInfo(
            type=SIGNED_DATA,
            content=SignedData(
                version=1,
                digest_algorithms=asn1.SetOf([Algorithm(algorithm=SHA256)]),
                content=EncapsulatedContent(type=DATA, content=content),
                certificates=asn1.SetOf(list(chain)),
                signers=asn1.SetOf([_signer_info(certificate, attributes(transaction, item), signature)]),
            ),
        )
    )


def check_signature(certificate: x509.Certificate, signature: bytes, signed: bytes) -> None:
    """Raises `SignatureRefused` unless `signature` is the certificate's, ECDSA with SHA-256, over `signed`."""
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise SignatureRefused
    try:
        key.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise SignatureRefused from None


def _signer_info(certificate: x509.Certificate, parts: Sequence[bytes], signature: bytes) -> SignerInfo:
    return SignerInfo(
        version=1,
        signer=Signer(issuer=certificate.issuer, serial=certificate.serial_number),
        digest_algorithm=Algorithm(algorithm=SHA256),
        attributes=asn1.SetOf([asn1.decode_der(Attribute, part) for part in parts]),
        signature_algorithm=Algorithm(algorithm=ECDSA_WITH_SHA256),
        signature=signature,
    )
