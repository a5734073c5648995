"""Each lint, by one certificate that breaks its clause and no other."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from asn1crypto import algos, core
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID

from dojang.authority import build, lint, profile
from dojang.authority.object_identifiers import ARC
from dojang.authority.profile import CertificatePlan
from tests.rules.authority.hierarchy import NOW, new_key, new_serial, shared, spki

Change = Callable[[asn1.TbsCertificate], None]


def forged(plan: CertificatePlan, change: Change, algorithm: hashes.HashAlgorithm | None = None) -> x509.Certificate:
    """The planned certificate with one thing changed, signed again."""
    key = new_key()
    tbs = asn1.TbsCertificate.load(build.assemble(plan, key).tbs_certificate_bytes)
    change(tbs)
    algorithm = algorithm or hashes.SHA256()
    identifier = algos.SignedDigestAlgorithm({"algorithm": f"{algorithm.name}_ecdsa"})
    tbs["signature"] = identifier
    signature = key.sign(tbs.dump(force=True), ec.ECDSA(algorithm))
    made = asn1.Certificate({"tbs_certificate": tbs, "signature_algorithm": identifier, "signature_value": signature})
    return x509.load_der_x509_certificate(made.dump(force=True))


def extension(tbs: asn1.TbsCertificate, oid: x509.ObjectIdentifier) -> asn1.Extension:
    """As it stands in the certificate, to be changed in place."""
    return next(one for one in tbs["extensions"] if one["extn_id"].dotted == oid.dotted_string)


def with_extension(value: x509.ExtensionType, critical: bool = False) -> Change:
    """Another value or criticality for an extension that is there."""

    def change(tbs: asn1.TbsCertificate) -> None:
        found = extension(tbs, value.oid)
        found["extn_value"] = core.ParsableOctetString(value.public_bytes())
        found["critical"] = critical

    return change


def added(value: x509.ExtensionType, critical: bool = False) -> Change:
    """An extension that nobody planned."""

    def change(tbs: asn1.TbsCertificate) -> None:
        octets = core.ParsableOctetString(value.public_bytes())
        made = {"extn_id": value.oid.dotted_string, "critical": critical, "extn_value": octets}
        tbs["extensions"].append(asn1.Extension(made))

    return change


def critical(oid: x509.ObjectIdentifier, value: bool) -> Change:
    """The same extension, the other criticality."""

    def change(tbs: asn1.TbsCertificate) -> None:
        extension(tbs, oid)["critical"] = value

    return change


def serial(value: int) -> Change:
    def change(tbs: asn1.TbsCertificate) -> None:
        tbs["serial_number"] = value

    return change


def validity(field: str, seconds: int) -> Change:
    def change(tbs: asn1.TbsCertificate) -> None:
        moment = datetime.fromtimestamp(seconds, UTC)
        tbs["validity"][field] = asn1.Time({"utc_time": core.UTCTime(moment)})

    return change


def name(field: str, *pairs: tuple[str, core.Asn1Value]) -> Change:
    def change(tbs: asn1.TbsCertificate) -> None:
        sets = [
            asn1.RelativeDistinguishedName([asn1.NameTypeAndValue({"type": kind, "value": value})])
            for kind, value in pairs
        ]
        tbs[field] = asn1.Name(name="", value=asn1.RDNSequence(sets))

    return change


def subject(common_name: str = "홍길동", unique: str | None = None, **others: str) -> Change:
    """The holder's subject with something else in it."""
    text, printable = core.UTF8String, core.PrintableString
    pairs = [
        ("country_name", printable("KR")),
        ("organization_name", text(others.get("organization", "Dojang Demo CA"))),
        ("organizational_unit_name", text("Personal Financial Certificate")),
        ("common_name", text(common_name)),
        ("serial_number", printable(bytes(range(16)).hex() if unique is None else unique)),
    ]
    return name("subject", *pairs)


def other_key(tbs: asn1.TbsCertificate) -> None:
    """Another key with its own identifier, so that nothing else is wrong."""
    other = spki(new_key())
    tbs["subject_public_key_info"] = asn1.PublicKeyInfo.load(other)
    loaded = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), other[-65:])
    identifier = x509.SubjectKeyIdentifier.from_public_key(loaded)
    with_extension(identifier)(tbs)


def usage(**bits: bool) -> x509.KeyUsage:
    names = "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign"
    none = dict.fromkeys([*names.split(), "crl_sign", "encipher_only", "decipher_only"], False)
    return x509.KeyUsage(**{**none, **bits})


def policy(oid: str, *qualifiers: str | x509.UserNotice) -> x509.CertificatePolicies:
    return x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier(oid), list(qualifiers) or None)])


def access(*addresses: str) -> x509.AuthorityInformationAccess:
    methods = (x509.oid.AuthorityInformationAccessOID.OCSP, x509.oid.AuthorityInformationAccessOID.CA_ISSUERS)
    return x509.AuthorityInformationAccess(
        [x509.AccessDescription(m, x509.UniformResourceIdentifier(a)) for m, a in zip(methods, addresses, strict=True)]
    )


def points(*addresses: str) -> x509.CRLDistributionPoints:
    return x509.CRLDistributionPoints(
        [x509.DistributionPoint([x509.UniformResourceIdentifier(a)], None, None, None) for a in addresses]
    )


def the_plan() -> CertificatePlan:
    return shared().plan(serial=0x01_0000000000000000_0000000000000004)


ISSUER, PLAN = shared().issuer, the_plan()
PRACTICE, NOTICE = ISSUER.addresses.practice, x509.UserNotice(None, "x")
OURS = f"{ARC}.1.1.1"
SKI, AKI = ExtensionOID.SUBJECT_KEY_IDENTIFIER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER
P_384 = ec.generate_private_key(ec.SECP384R1())


def p384_key(tbs: asn1.TbsCertificate) -> None:
    from dojang.authority import keys

    der = keys.spki_of(P_384.public_key())
    tbs["subject_public_key_info"] = asn1.PublicKeyInfo.load(der)
    with_extension(x509.SubjectKeyIdentifier.from_public_key(P_384.public_key()))(tbs)


def version_1(tbs: asn1.TbsCertificate) -> None:
    tbs["version"] = "v1"


FORGERIES = [
    ("version_is_3", version_1),
    ("serial_is_positive_and_short", serial(1 << 159)),
    ("serial_is_positive_and_short", serial((1 << 160) + 5)),
    ("serial_has_room_for_64_random_bits", serial((1 << 63) + 1)),
    ("validity_is_to_the_end_of_a_korean_day", validity("not_after", PLAN.not_after - 1)),
    ("validity_is_to_the_end_of_a_korean_day", validity("not_after", PLAN.not_after + 1)),
    ("validity_is_to_the_end_of_a_korean_day", validity("not_after", PLAN.not_after + 2 * 86400)),
    ("validity_is_to_the_end_of_a_korean_day", validity("not_after", PLAN.not_after - 86400)),
    ("validity_is_to_the_end_of_a_korean_day", validity("not_before", PLAN.not_before - 1)),
    ("key_is_the_planned_p256_key", other_key),
    (
        "issuer_is_the_authority_to_the_byte",
        name("issuer", ("common_name", core.UTF8String("Dojang Demo Financial CA 1"))),
    ),
    (
        "issuer_is_the_authority_to_the_byte",  # the same text in another encoding
        name(
            "issuer",
            ("country_name", core.PrintableString("KR")),
            ("organization_name", core.PrintableString("Dojang Demo CA")),
            ("common_name", core.PrintableString("Dojang Demo Financial CA 1")),
        ),
    ),
    ("subject_is_made_as_the_profile_says", subject(organization="Other")),
    ("common_name_is_the_planned_one", subject(common_name="홍길순")),
    ("subject_is_unique", subject(unique="0" * 32)),
    ("extensions_are_those_of_the_profile", added(x509.SubjectAlternativeName([x509.DNSName("a.example")]))),
    ("basic_constraints_say_who_may_issue", with_extension(x509.BasicConstraints(True, None), True)),
    ("basic_constraints_say_who_may_issue", with_extension(x509.BasicConstraints(True, 0), True)),
    ("basic_constraints_say_who_may_issue", critical(ExtensionOID.BASIC_CONSTRAINTS, False)),
    ("key_usage_is_critical_and_exact", critical(ExtensionOID.KEY_USAGE, False)),
    ("key_usage_is_critical_and_exact", with_extension(usage(digital_signature=True), True)),
    (
        "key_usage_is_critical_and_exact",
        with_extension(usage(digital_signature=True, content_commitment=True, key_cert_sign=True), True),
    ),
    ("subject_key_identifier_names_the_key", with_extension(x509.SubjectKeyIdentifier(bytes(20)))),
    ("subject_key_identifier_names_the_key", critical(SKI, True)),
    (
        "authority_key_identifier_names_the_issuers_key",
        with_extension(x509.AuthorityKeyIdentifier(bytes(20), None, None)),
    ),
    ("authority_key_identifier_names_the_issuers_key", critical(AKI, True)),
    ("policy_is_ours_with_its_practice_statement", with_extension(policy("2.5.29.32.0", PRACTICE, NOTICE))),
    ("policy_is_ours_with_its_practice_statement", with_extension(policy(OURS, "http://other.example"))),
    ("policy_is_ours_with_its_practice_statement", with_extension(policy(OURS, PRACTICE))),
    (
        "policy_is_ours_with_its_practice_statement",
        with_extension(policy(OURS, PRACTICE, x509.UserNotice(None, "x" * 201))),
    ),
    (
        "extended_key_usage_is_exact",
        with_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])),
    ),
    ("extended_key_usage_is_exact", with_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING]))),
    ("extended_key_usage_is_exact", critical(ExtensionOID.EXTENDED_KEY_USAGE, True)),
    (
        "authority_information_points_to_responder_and_issuer",
        with_extension(access("http://other.example/ocsp", ISSUER.addresses.authority("issuing"))),
    ),
    ("authority_information_points_to_responder_and_issuer", critical(ExtensionOID.AUTHORITY_INFORMATION_ACCESS, True)),
    ("crl_distribution_point_is_the_shard", with_extension(points(ISSUER.addresses.crl("issuing-1")))),
    (
        "crl_distribution_point_is_the_shard",
        with_extension(points(ISSUER.addresses.crl("issuing-0"), "http://other.example/a.crl")),
    ),
    ("crl_distribution_point_is_the_shard", critical(ExtensionOID.CRL_DISTRIBUTION_POINTS, True)),
]


@pytest.mark.parametrize(("broken", "change"), FORGERIES, ids=[f"{n}-{name}" for n, (name, _) in enumerate(FORGERIES)])
def test_a_certificate_that_breaks_one_clause_is_found_by_its_lint_alone(broken: str, change: Change) -> None:
    assert lint.findings(forged(PLAN, change), PLAN) == (broken,)


def test_another_signature_algorithm_is_found() -> None:
    found = forged(PLAN, lambda tbs: None, hashes.SHA384())
    assert lint.findings(found, PLAN) == ("signature_is_ecdsa_with_sha256",)


def test_a_key_of_another_curve_is_found_even_when_it_was_planned() -> None:
    from dojang.authority import keys

    plan = replace(PLAN, spki=keys.spki_of(P_384.public_key()))
    assert "key_is_the_planned_p256_key" in lint.findings(forged(PLAN, p384_key), plan)


def test_a_certificate_that_outlives_its_authority_is_found() -> None:
    plan = replace(PLAN, issuer=replace(ISSUER, not_after=PLAN.not_after - 1))
    assert lint.findings(forged(PLAN, lambda tbs: None), plan) == ("validity_within_issuer",)
    exactly = replace(PLAN, issuer=replace(ISSUER, not_after=PLAN.not_after))
    assert lint.findings(forged(PLAN, lambda tbs: None), exactly) == ()


def test_a_common_name_of_more_than_64_is_found_even_when_it_was_planned() -> None:
    plan = replace(PLAN, common_name="A" * 65)
    with pytest.warns(UserWarning, match="length"):
        found = lint.findings(forged(PLAN, subject(common_name="A" * 65)), plan)
    assert found == ("common_name_is_short_enough",)


@pytest.mark.parametrize("number", ["991231-9000009", "9912319000009", "991231 9000009"])
def test_a_resident_number_in_the_subject_is_found_even_when_it_was_planned(number: str) -> None:
    plan = replace(PLAN, common_name=f"홍길동 {number}")
    change = subject(common_name=f"홍길동 {number}")
    assert lint.findings(forged(PLAN, change), plan) == ("subject_holds_no_resident_number",)


def test_a_subject_out_of_order_is_found() -> None:
    printable, text = core.PrintableString, core.UTF8String
    change = name(
        "subject",
        ("organization_name", text("Dojang Demo CA")),
        ("country_name", printable("KR")),
        ("organizational_unit_name", text("Personal Financial Certificate")),
        ("common_name", text("홍길동")),
        ("serial_number", printable(PLAN.unique)),
    )
    assert lint.findings(forged(PLAN, change), PLAN) == ("subject_is_made_as_the_profile_says",)


def test_a_holders_certificate_that_says_no_check_is_found() -> None:
    found = lint.findings(forged(PLAN, added(x509.OCSPNoCheck())), PLAN)
    assert found == ("extensions_are_those_of_the_profile", "only_a_responder_says_no_check")


def test_a_responder_whose_no_check_nobody_would_read_is_found() -> None:
    plan = profile.plan_own(
        "ocsp_responder", ISSUER, spki=spki(shared().responder_key), serial=new_serial(), not_before=NOW
    )
    found = forged(plan, critical(ExtensionOID.OCSP_NO_CHECK, True))
    assert lint.findings(found, plan) == ("only_a_responder_says_no_check",)


def test_an_address_that_is_not_plain_http_is_found_even_when_it_was_planned() -> None:
    secret = replace(ISSUER, addresses=replace(ISSUER.addresses, status="https://status.example"))
    plan = replace(PLAN, issuer=secret)
    assert lint.findings(build.assemble(plan, new_key()), plan) == (
        "authority_information_points_to_responder_and_issuer",
        "crl_distribution_point_is_the_shard",
    )


def test_an_extension_that_stands_twice_is_found() -> None:
    twice = added(x509.SubjectKeyIdentifier(bytes(20)))
    assert "extensions_are_those_of_the_profile" in lint.findings(forged(PLAN, twice), PLAN)


def test_a_missing_extension_is_found() -> None:
    def change(tbs: asn1.TbsCertificate) -> None:
        kept = [one for one in tbs["extensions"] if one["extn_id"].dotted != SKI.dotted_string]
        tbs["extensions"] = asn1.Extensions(kept)

    assert lint.findings(forged(PLAN, change), PLAN) == (
        "extensions_are_those_of_the_profile",
        "subject_key_identifier_names_the_key",
    )


def test_every_clause_has_a_citation_and_a_forgery_that_only_it_finds() -> None:
    elsewhere = {
        "signature_is_ecdsa_with_sha256",
        "validity_within_issuer",
        "common_name_is_short_enough",
        "subject_holds_no_resident_number",
        "only_a_responder_says_no_check",
    }
    assert {clause.name for clause in lint.CLAUSES} == {broken for broken, _ in FORGERIES} | elsewhere
    assert all(clause.citation for clause in lint.CLAUSES)


def test_our_own_certificates_break_none() -> None:
    for made in (shared().root, shared().issuing, shared().responder, shared().holder()):
        assert lint.findings(made.x509, made.plan) == ()


def test_a_random_kid_with_thirteen_digits_in_a_row_is_no_resident_number() -> None:
    kid = bytes.fromhex("ab991231900000" + "a9" * 9)
    plan = replace(PLAN, unique=kid.hex())
    assert lint.findings(forged(plan, lambda tbs: None), plan) == ()
