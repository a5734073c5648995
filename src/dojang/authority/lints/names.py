"""Issuer and subject."""

from typing import Final

from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import NameOID

from dojang.authority.lints.clause import Case, Clause, clause
from dojang.authority.names import MAX_COMMON_NAME, RESIDENT_NUMBER


def _values(case: Case, kind: ObjectIdentifier) -> list[str]:
    return [str(attribute.value) for attribute in case.certificate.subject.get_attributes_for_oid(kind)]


@clause("RFC 5280 4.1.2.4, 6.1.3 a 4")
def issuer_is_the_authority_to_the_byte(case: Case) -> bool:
    """The issuer's subject, encoded as in its own certificate: path building compares them."""
    return case.certificate.issuer.public_bytes() == case.plan.issuer.name.public_bytes()


@clause("domain 1: C, O, OU, CN and one unique attribute")
def subject_is_made_as_the_profile_says(case: Case) -> bool:
    """These attributes in this order, one to a set, and the country and organisation of the profile."""
    oid, of = NameOID, case.plan.profile.subject
    expected = [oid.COUNTRY_NAME, oid.ORGANIZATION_NAME]
    expected += [oid.ORGANIZATIONAL_UNIT_NAME] if of.organizational_unit else []
    expected += [oid.COMMON_NAME]
    expected += [] if of.common_name else [oid.SERIAL_NUMBER]
    subject = case.certificate.subject
    return (
        [[attribute.oid for attribute in rdn] for rdn in subject.rdns] == [[kind] for kind in expected]
        and _values(case, oid.COUNTRY_NAME) == [of.country]
        and _values(case, oid.ORGANIZATION_NAME) == [of.organization]
        and _values(case, oid.ORGANIZATIONAL_UNIT_NAME) == ([of.organizational_unit] if of.organizational_unit else [])
    )


@clause("protocol, a version, step 5: the CN is exactly the name that the RA signed")
def common_name_is_the_planned_one(case: Case) -> bool:
    """No mending, no other case, no other normal form."""
    return _values(case, NameOID.COMMON_NAME) == [case.plan.common_name]


@clause("RFC 5280 appendix A.1: ub-common-name")
def common_name_is_short_enough(case: Case) -> bool:
    """At most 64 octets, hence characters."""
    return all(len(name.encode()) <= MAX_COMMON_NAME for name in _values(case, NameOID.COMMON_NAME))


@clause("domain 1: no RRN-derived data in the subject")
def subject_holds_no_resident_number(case: Case) -> bool:
    """Nothing in the shape of YYMMDD-GNNNNNN anywhere in it.

    Except in the planned serialNumber attribute, which is the random kid: one in 140 has such a run of digits.
    """
    return not any(
        RESIDENT_NUMBER.search(str(attribute.value))
        for attribute in case.certificate.subject
        if (attribute.oid, attribute.value) != (NameOID.SERIAL_NUMBER, case.plan.unique)
    )


@clause("RFC 5280 4.1.2.6; domain 1: unique")
def subject_is_unique(case: Case) -> bool:
    """A holder's subject carries the planned serialNumber attribute, 32 hexadecimal digits."""
    expected = [case.plan.unique] if case.plan.profile.subject.common_name is None else []
    return _values(case, NameOID.SERIAL_NUMBER) == expected and all(len(value) == 32 for value in expected)


CLAUSES: Final[tuple[Clause, ...]] = (
    issuer_is_the_authority_to_the_byte,
    subject_is_made_as_the_profile_says,
    common_name_is_the_planned_one,
    common_name_is_short_enough,
    subject_holds_no_resident_number,
    subject_is_unique,
)
