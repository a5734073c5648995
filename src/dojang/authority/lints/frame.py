"""Version, serial number, signature, validity, key."""

from typing import Final

from cryptography import x509
from cryptography.x509.oid import SignatureAlgorithmOID

from dojang.authority import keys, validity
from dojang.authority.lints.clause import Case, Clause, clause


@clause("RFC 5280 4.1.2.1")
def version_is_3(case: Case) -> bool:
    """It has extensions, so it is a v3 certificate."""
    return case.certificate.version is x509.Version.v3


@clause("RFC 5280 4.1.2.2")
def serial_is_positive_and_short(case: Case) -> bool:
    """At most 20 octets with the sign."""
    serial = case.certificate.serial_number
    return serial > 0 and serial.bit_length() <= 159


@clause("CA/B Forum BR 7.1; domain 1")
def serial_has_room_for_64_random_bits(case: Case) -> bool:
    """A shorter number was not drawn as we draw them."""
    return case.certificate.serial_number.bit_length() > 64


@clause("RFC 5280 4.1.1.2; RFC 5758 3.2")
def signature_is_ecdsa_with_sha256(case: Case) -> bool:
    """Every authority's key here is P-256."""
    return case.certificate.signature_algorithm_oid == SignatureAlgorithmOID.ECDSA_WITH_SHA256


@clause("RFC 5280 4.1.2.5; domain 1")
def validity_is_to_the_end_of_a_korean_day(case: Case) -> bool:
    """From the planned second on, the profile's years, to 14:59:59Z."""
    begin, end = case.certificate.not_valid_before_utc, case.certificate.not_valid_after_utc
    last = validity.end_of_korean_day(case.plan.not_before, case.plan.profile.years)
    return (int(begin.timestamp()), int(end.timestamp())) == (case.plan.not_before, last)


@clause("domain 6: no certificate outlives its authority")
def validity_within_issuer(case: Case) -> bool:
    """The issuing authority is valid to the end."""
    return int(case.certificate.not_valid_after_utc.timestamp()) <= case.plan.issuer.not_after


@clause("RFC 5480 2; domain: P-256")
def key_is_the_planned_p256_key(case: Case) -> bool:
    """Named curve, a point on it, uncompressed."""
    spki = keys.spki_bytes(case.certificate)
    return spki == case.plan.spki and keys.spki_of(keys.read_spki(spki)) == spki


CLAUSES: Final[tuple[Clause, ...]] = (
    version_is_3,
    serial_is_positive_and_short,
    serial_has_room_for_64_random_bits,
    signature_is_ecdsa_with_sha256,
    validity_is_to_the_end_of_a_korean_day,
    validity_within_issuer,
    key_is_the_planned_p256_key,
)
