"""Extensions: each as the profile says, and no other."""

from typing import Final

from cryptography import x509

from dojang.authority import build, keys
from dojang.authority.lints.clause import Case, Clause, clause


@clause("RFC 5280 4.2: no extension twice; domain 1")
def extensions_are_those_of_the_profile(case: Case) -> bool:
    """None is missing, none is there that nobody planned."""
    found = [extension.oid.dotted_string for extension in case.certificate.extensions]
    planned = [extension.oid.dotted_string for extension, _ in build.extensions(case.plan)]
    return sorted(found) == sorted(planned)


@clause("RFC 5280 4.2.1.9")
def basic_constraints_say_who_may_issue(case: Case) -> bool:
    """Critical; an authority says so, with its path length; nobody else does."""
    found = case.extension(x509.BasicConstraints, critical=True)
    return found == x509.BasicConstraints(case.plan.profile.authority, case.plan.profile.path_length)


@clause("RFC 5280 4.2.1.3; domain 1")
def key_usage_is_critical_and_exact(case: Case) -> bool:
    """A holder's key: digitalSignature and nonRepudiation. An authority's: keyCertSign and cRLSign."""
    return case.extension(x509.KeyUsage, critical=True) == build.key_usage(case.plan.profile.key_usage)


@clause("RFC 5280 4.2.1.2")
def subject_key_identifier_names_the_key(case: Case) -> bool:
    """Not critical; made from the key by method 1."""
    expected = x509.SubjectKeyIdentifier(keys.key_identifier(keys.read_spki(keys.spki_bytes(case.certificate))))
    return case.extension(x509.SubjectKeyIdentifier, critical=False) == expected


@clause("RFC 5280 4.2.1.1")
def authority_key_identifier_names_the_issuers_key(case: Case) -> bool:
    """Not critical; the identifier that the issuer's own certificate carries."""
    expected = x509.AuthorityKeyIdentifier(keys.key_identifier(case.plan.issuer.key), None, None)
    return case.extension(x509.AuthorityKeyIdentifier, critical=False) == expected


@clause("RFC 5280 4.2.1.4; domain 1")
def policy_is_ours_with_its_practice_statement(case: Case) -> bool:
    """The profile's policy, once, with the practice statement's address; the notice of at most 200 characters."""
    policy = case.plan.profile.policy
    if policy is None:
        return True
    expected = build.certificate_policies(policy, case.plan.issuer.addresses.practice)
    return case.extension(x509.CertificatePolicies, critical=False) == expected


@clause("RFC 5280 4.2.1.12; RFC 9336; RFC 6960 4.2.2.2")
def extended_key_usage_is_exact(case: Case) -> bool:
    """Not critical; never anyExtendedKeyUsage."""
    purposes = case.plan.profile.extended_key_usage
    if not purposes:
        return True
    expected = x509.ExtendedKeyUsage(map(x509.ObjectIdentifier, purposes))
    return case.extension(x509.ExtendedKeyUsage, critical=False) == expected


@clause("RFC 5280 4.2.2.1")
def authority_information_points_to_responder_and_issuer(case: Case) -> bool:
    """Not critical; plain http, since what is fetched is signed and TLS would go round in a circle."""
    access = build.authority_information(case.plan)
    if not access:
        return True
    found = case.extension(x509.AuthorityInformationAccess, critical=False)
    return found is not None and list(found) == access and all(_is_http(entry.access_location) for entry in found)


@clause("RFC 5280 4.2.1.13; domain 1: the CRL shard")
def crl_distribution_point_is_the_shard(case: Case) -> bool:
    """One distribution point with one plain http address."""
    if "crl" not in case.plan.profile.points_to:
        return True
    found = case.extension(x509.CRLDistributionPoints, critical=False)
    if found is None or list(found) != [build.distribution_point(case.plan)]:
        return False
    return all(_is_http(name) for point in found for name in point.full_name or ())


@clause("RFC 6960 4.2.2.2.1")
def only_a_responder_says_no_check(case: Case) -> bool:
    """A holder's certificate that said so could never be revoked."""
    found = case.extension(x509.OCSPNoCheck, critical=False) is not None
    return found == case.plan.profile.ocsp_no_check


def _is_http(name: x509.GeneralName) -> bool:
    return isinstance(name, x509.UniformResourceIdentifier) and name.value.startswith("http://")


CLAUSES: Final[tuple[Clause, ...]] = (
    extensions_are_those_of_the_profile,
    basic_constraints_say_who_may_issue,
    key_usage_is_critical_and_exact,
    subject_key_identifier_names_the_key,
    authority_key_identifier_names_the_issuers_key,
    policy_is_ours_with_its_practice_statement,
    extended_key_usage_is_exact,
    authority_information_points_to_responder_and_issuer,
    crl_distribution_point_is_the_shard,
    only_a_responder_says_no_check,
)
