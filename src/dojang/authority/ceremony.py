"""The root's ceremony as functions: make the root, sign an issuing authority's request, its responder, the root's CRL.

Keys and times are passed in. Every certificate goes the same way as a holder's: planned, rehearsed, linted, signed.
"""

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from dojang.authority import certificate, keys, lint, profile, profiles, validity
from dojang.authority.certificate import Certificate
from dojang.authority.profile import Addresses, Issuer
from dojang.refusals import CertificateRefused


def make_root(key: ec.EllipticCurvePrivateKey, addresses: Addresses, serial: int, not_before: int) -> Certificate:
    """The self-signed root. Raises `CertificateRefused`."""
    of = profiles.read(profile.ROOT)
    name = profile.subject_name(of, of.subject.common_name or "")
    not_after = validity.end_of_korean_day(not_before, of.years)
    itself = Issuer(profile.ROOT, name, key.public_key(), not_after, addresses)
    return _made(profile.ROOT, itself, key, keys.spki_of(key.public_key()), serial, not_before)


def make_request(key: ec.EllipticCurvePrivateKey) -> x509.CertificateSigningRequest:
    """An issuing authority's PKCS #10 request: its name is its profile's, its signature proves that it has the key."""
    of = profiles.read(profile.ISSUING)
    name = profile.subject_name(of, of.subject.common_name or "")
    return x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())


def sign_issuing(
    request: x509.CertificateSigningRequest,
    root: Issuer,
    root_key: ec.EllipticCurvePrivateKey,
    serial: int,
    not_before: int,
) -> Certificate:
    """An issuing authority below the root. Of the request only the key is taken.

    Raises `CertificateRefused(lint="request")` unless the request is signed by its own key and asks for that name.
    """
    of = profiles.read(profile.ISSUING)
    if not request.is_signature_valid or request.subject != profile.subject_name(of, of.subject.common_name or ""):
        raise CertificateRefused(lint="request")
    return _made(profile.ISSUING, root, root_key, keys.spki_bytes(request), serial, not_before)


def sign_responder(
    spki: bytes, issuing: Issuer, issuing_key: ec.EllipticCurvePrivateKey, serial: int, not_before: int
) -> Certificate:
    """A delegated OCSP responder, signed by the very key whose certificates it answers for (RFC 6960 4.2.2.2)."""
    return _made("ocsp_responder", issuing, issuing_key, spki, serial, not_before)


def _made(
    profile_name: str, issuer: Issuer, key: ec.EllipticCurvePrivateKey, spki: bytes, serial: int, not_before: int
) -> Certificate:
    plan = profile.plan_own(profile_name, issuer, spki=spki, serial=serial, not_before=not_before)
    return certificate.sign(lint.rehearse(plan), key)
