"""A CMS signature, verified by the relying party that it was made for.

Steps:
1 form: DER, one signer, SHA-256 and ECDSA, the four signed attributes once each
2 content: what the relying party itself asked to be signed, where it says so
3 digest: message-digest is the content's
4 signer: the certificate that issuer and serial name is the one of signing-certificate-v2
5 signature: that certificate's key made it over the attributes
6 time: signing-time is neither to come nor too long ago
7 chain: up to the root, all of it valid at the signing time
8 usage: digitalSignature and nonRepudiation, no authority
9 policy: one of those accepted
10 status: not revoked by the signing time
11 purpose: the content is of the purpose demanded, for this relying party and nonce
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from dojang.authority.object_identifiers import PERSONAL_FINANCIAL
from dojang.client import certificates
from dojang.client.verifier.parsed import ParsedSignature, parse
from dojang.client.verifier.status import StatusSource
from dojang.client.verifier.steps import step
from dojang.pin.encoding import sha256
from dojang.policy.numbers import NUMBERS
from dojang.refusals import CertificateMismatch, SignatureRefused, TransactionRefused
from dojang.signing.cms import check_signature
from dojang.signing.what_is_signed import Pairs, Purpose, pairs_of


@dataclass(frozen=True, slots=True)
class Demands:
    """What the relying party asks of a signature.

    `root`: DER. `content`: what it asked to be signed. `nonce`: its own, of a login. `max_age`: seconds from signing to
    now, None for one out of an archive. `status`: who tells revocation; None leaves step 10 out, for those who only
    look.
    """

    root: bytes
    purpose: Purpose
    relying_party: str
    now: int
    nonce: bytes = b""
    content: bytes | None = field(default=None, repr=False)
    chain: Sequence[bytes] = ()
    policies: tuple[x509.ObjectIdentifier, ...] = (PERSONAL_FINANCIAL,)
    max_age: int | None = 2 * NUMBERS.transaction.lifetime
    status: StatusSource | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """Who signed what, and when (Unix seconds)."""

    certificate: x509.Certificate
    content: bytes = field(repr=False)
    pairs: Pairs = field(repr=False)
    signed_at: int


def verify_signature(cms: bytes, demands: Demands) -> Verified:
    """Raises `SignatureInvalid` (fact: step) with the first step that fails."""
    with step("form"):
        parsed = parse(cms)
    with step("content"):
        if demands.content not in (None, parsed.content):
            raise TransactionRefused
    with step("digest"):
        if parsed.message_digest != sha256(parsed.content):
            raise SignatureRefused
    with step("signer"):
        certificate = _signer(parsed)
    with step("signature"):
        check_signature(certificate, parsed.signature, parsed.signed)
    with step("time"):
        _check_time(parsed.signing_time, demands)
    with step("chain"):
        others = [*parsed.certificates, *(certificates.load(der) for der in demands.chain)]
        path = certificates.path_to(certificates.load(demands.root), certificate, others, parsed.signing_time)
    with step("usage"):
        certificates.check_signs_for_a_person(certificate)
    with step("policy"):
        _check_policy(certificate, demands.policies)
    with step("status"):
        if demands.status is not None:
            demands.status.check(certificate, path[1], parsed.signing_time, demands.now)
    with step("purpose"):
        pairs = pairs_of(demands.purpose, demands.relying_party, demands.nonce, parsed.content)
    return Verified(certificate, parsed.content, pairs, parsed.signing_time)


def _signer(parsed: ParsedSignature) -> x509.Certificate:
    named = [
        certificate
        for certificate in parsed.certificates
        if (certificate.issuer, certificate.serial_number) == (parsed.issuer, parsed.serial)
    ]
    if len(named) != 1 or named[0].fingerprint(hashes.SHA256()) != parsed.certificate_sha256:
        raise CertificateMismatch
    return named[0]


def _check_time(signing_time: int, demands: Demands) -> None:
    if signing_time > demands.now + NUMBERS.time.clock_skew:
        raise SignatureRefused
    if demands.max_age is not None and demands.now - signing_time > demands.max_age:
        raise SignatureRefused


def _check_policy(certificate: x509.Certificate, policies: tuple[x509.ObjectIdentifier, ...]) -> None:
    try:
        stated = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
    except x509.ExtensionNotFound:
        raise CertificateMismatch from None
    if not any(policy.policy_identifier in policies for policy in stated):
        raise CertificateMismatch
