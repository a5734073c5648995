"""What the registration authority (등록대행기관) vouches for: this name, this person, this key."""

from dojang.pin import labels
from dojang.pin.encoding import b64, canonical, encode, sha256
from dojang.pin.signatures import SigningKey, verify
from dojang.refusals import NotAPublicKey, RegistrationRefused, SignatureRefused
from dojang.values.registration import RegistrationStatement as RegistrationStatement


def applicant_hash(name: str, birth_date: str, customer_number: str, salt: bytes) -> bytes:
    """SHA-256 of JCS{name, birth_date (YYYY-MM-DD), customer_number, salt}.

    The RA keeps the salt: without it nobody can try names and birth dates.
    """
    person = {"name": name, "birth_date": birth_date, "customer_number": customer_number, "salt": b64(salt)}
    return sha256(canonical(person))


def sign(
    key: SigningKey,
    *,
    name: str,
    applicant_hash: bytes,
    uid: bytes,
    kid: bytes,
    authorization_key: bytes,
    replaces: bytes = b"",
) -> RegistrationStatement:
    """The registration authority's statement."""
    signed = encode(labels.REGISTRATION, name, applicant_hash, uid, kid, authorization_key, replaces)
    return RegistrationStatement(name, applicant_hash, uid, kid, authorization_key, replaces, key.sign(signed))


def check(statement: RegistrationStatement, public: bytes) -> RegistrationStatement:
    """`statement`, if the registration authority's key `public` signed exactly it. Raises `RegistrationRefused`."""
    s = statement
    lengths = (len(s.applicant_hash), len(s.uid), len(s.kid), len(s.authorization_key))
    if lengths != (32, 16, 16, 32) or len(s.replaces) not in (0, 16) or s.replaces == s.kid:
        raise RegistrationRefused
    signed = encode(labels.REGISTRATION, s.name, s.applicant_hash, s.uid, s.kid, s.authorization_key, s.replaces)
    try:
        verify(public, s.signature, signed)
    except (SignatureRefused, NotAPublicKey):
        raise RegistrationRefused from None
    return statement
