"""A certificate that was planned and rehearsed, then signed: by the vault, or by the root in its ceremony."""

from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from dojang.authority import build, keys
from dojang.authority.lint import RehearsedPlan
from dojang.authority.profile import CertificatePlan
from dojang.refusals import CertificateMismatch


@dataclass(frozen=True, slots=True)
class Certificate:
    """A signed certificate whose to-be-signed bytes are those of the rehearsal."""

    der: bytes
    plan: CertificatePlan

    @property
    def x509(self) -> x509.Certificate:
        """Parsed."""
        return x509.load_der_x509_certificate(self.der)

    @property
    def pem(self) -> bytes:
        """As text."""
        return self.x509.public_bytes(Encoding.PEM)


def sign(rehearsed: RehearsedPlan, issuer_key: ec.EllipticCurvePrivateKey) -> Certificate:
    """The rehearsed certificate under the issuer's own key; the same call gives the same bytes (RFC 6979).

    Raises `CertificateMismatch` when the key isn't the planned issuer's, or the bytes to be signed are not those that
    were linted.
    """
    if keys.spki_of(issuer_key.public_key()) != keys.spki_of(rehearsed.plan.issuer.key):
        raise CertificateMismatch
    signed = build.assemble(rehearsed.plan, issuer_key)
    return compare(rehearsed, signed.public_bytes(Encoding.DER))


def compare(rehearsed: RehearsedPlan, der: bytes) -> Certificate:
    """What came back from whoever signed, if it is the rehearsal's to the byte and under the issuer's key.

    Raises `CertificateMismatch`.
    """
    try:
        certificate = x509.load_der_x509_certificate(der)
        if certificate.tbs_certificate_bytes != rehearsed.tbs:
            raise CertificateMismatch
        rehearsed.plan.issuer.key.verify(certificate.signature, rehearsed.tbs, ec.ECDSA(hashes.SHA256()))
    except (ValueError, x509.InvalidVersion, InvalidSignature):
        raise CertificateMismatch from None
    return Certificate(der, rehearsed.plan)


def policy_of(der: bytes) -> str:
    """The object identifier of the policy that one of our certificates was issued under (RFC 5280 4.2.1.4)."""
    found = x509.load_der_x509_certificate(der).extensions.get_extension_for_class(x509.CertificatePolicies)
    policy: x509.PolicyInformation = found.value[0]
    return policy.policy_identifier.dotted_string
