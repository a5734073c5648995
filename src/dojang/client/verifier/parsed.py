"""A CMS signature as it is read: exactly the form that we make, and nothing that could be read in two ways."""

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat import asn1

from dojang.refusals import SignatureRefused
from dojang.signing import cms


@asn1.sequence
class _CertificateId:
    """ESSCertIDv2 with the default algorithm and no issuer (RFC 5035 4)."""

    hash: bytes


@asn1.sequence
class _SigningCertificate:
    """SigningCertificateV2 without policies (RFC 5035 3)."""

    certificates: list[_CertificateId]


@dataclass(frozen=True, slots=True)
class ParsedSignature:
    """The parts. `signed` is the DER that the signature is over (RFC 5652 5.4)."""

    content: bytes
    message_digest: bytes
    signing_time: int
    certificate_sha256: bytes
    certificates: tuple[x509.Certificate, ...]
    issuer: x509.Name
    serial: int
    signature: bytes
    signed: bytes


def parse(der: bytes) -> ParsedSignature:
    """Raises `SignatureRefused`: not DER, more than one signer, other algorithms, an attribute more, less or twice."""
    try:
        return _parts(asn1.decode_der(cms.ContentInfo, der))  # DER alone, sets in their one order
    except (ValueError, x509.DuplicateExtension):
        raise SignatureRefused from None


def _parts(parsed: cms.ContentInfo) -> ParsedSignature:
    data = parsed.content
    (signer,), (digest,) = data.signers.as_list(), data.digest_algorithms.as_list()
    algorithms = (digest.algorithm, signer.digest_algorithm.algorithm, signer.signature_algorithm.algorithm)
    if algorithms != (cms.SHA256, cms.SHA256, cms.ECDSA_WITH_SHA256):
        raise SignatureRefused
    if parsed.type != cms.SIGNED_DATA or (data.version, signer.version) != (1, 1):
        raise SignatureRefused
    values = _single_values(signer.attributes.as_list())
    content_type = values[cms.CONTENT_TYPE].parse(x509.ObjectIdentifier)
    (identified,) = values[cms.SIGNING_CERTIFICATE_V2].parse(_SigningCertificate).certificates
    moment: datetime = values[cms.SIGNING_TIME].parse(asn1.UTCTime).as_datetime()
    if not content_type == data.content.type == cms.DATA:
        raise SignatureRefused
    return ParsedSignature(
        content=data.content.content,
        message_digest=values[cms.MESSAGE_DIGEST].parse(bytes),
        signing_time=int(moment.timestamp()),
        certificate_sha256=identified.hash,
        certificates=tuple(data.certificates.as_list()),
        issuer=signer.signer.issuer,
        serial=signer.signer.serial,
        signature=signer.signature,
        signed=asn1.encode_der(signer.attributes),
    )


def _single_values(attributes: list[cms.Attribute]) -> dict[x509.ObjectIdentifier, asn1.TLV]:
    """The value of each of the four attributes, each there once with one value (RFC 5652 11)."""
    values = {attribute.type: attribute.values.as_list() for attribute in attributes}
    expected = {cms.CONTENT_TYPE, cms.SIGNING_TIME, cms.MESSAGE_DIGEST, cms.SIGNING_CERTIFICATE_V2}
    if len(values) != len(attributes) or set(values) != expected or any(len(of) != 1 for of in values.values()):
        raise SignatureRefused
    return {kind: of[0] for kind, of in values.items()}
