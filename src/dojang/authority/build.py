"""From a plan to the certificate it describes. Nothing is decided here: every value stands in the plan."""

from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID

from dojang.authority import keys, object_identifiers
from dojang.authority.profile import CertificatePlan
from dojang.authority.profiles import KeyUse, Policy


def assemble(plan: CertificatePlan, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """The planned certificate under `key`, ECDSA with SHA-256. The to-be-signed bytes do not depend on the key.

    Raises `ValueError` for what X.509 can't hold (a serial number out of range, an end before the beginning).
    """
    builder = (
        x509.CertificateBuilder()
        .serial_number(plan.serial)
        .issuer_name(plan.issuer.name)
        .not_valid_before(moment(plan.not_before))
        .not_valid_after(moment(plan.not_after))
        .subject_name(plan.subject)
        .public_key(keys.read_spki(plan.spki))
    )
    for extension, critical in extensions(plan):
        builder = builder.add_extension(extension, critical)
    # RFC 6979 nonces: nothing that signs depends on a random source that may fail.
    return builder.sign(key, hashes.SHA256(), ecdsa_deterministic=True)


def moment(seconds: int) -> datetime:
    """Unix seconds as pyca takes them."""
    return datetime.fromtimestamp(seconds, UTC)


def extensions(plan: CertificatePlan) -> list[tuple[x509.ExtensionType, bool]]:
    """Every extension with its criticality, in the order in which it is written."""
    profile, issuer = plan.profile, plan.issuer
    made: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(profile.authority, profile.path_length), True),
        (key_usage(profile.key_usage), True),
        (x509.SubjectKeyIdentifier(keys.key_identifier(keys.read_spki(plan.spki))), False),
        (x509.AuthorityKeyIdentifier(keys.key_identifier(issuer.key), None, None), False),
    ]
    if profile.policy:
        made.append((certificate_policies(profile.policy, issuer.addresses.practice), False))
    if profile.extended_key_usage:
        made.append((x509.ExtendedKeyUsage(map(x509.ObjectIdentifier, profile.extended_key_usage)), False))
    if access := authority_information(plan):
        made.append((x509.AuthorityInformationAccess(access), False))
    if "crl" in profile.points_to:
        made.append((x509.CRLDistributionPoints([distribution_point(plan)]), False))
    if profile.ocsp_no_check:
        made.append((x509.OCSPNoCheck(), False))
    return made


def key_usage(uses: frozenset[KeyUse]) -> x509.KeyUsage:
    """The named bits and no other."""
    return x509.KeyUsage(
        digital_signature="digital_signature" in uses,
        content_commitment="content_commitment" in uses,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign="key_cert_sign" in uses,
        crl_sign="crl_sign" in uses,
        encipher_only=False,
        decipher_only=False,
    )


def certificate_policies(policy: Policy, practice: str) -> x509.CertificatePolicies:
    """One policy with the practice statement's address and, where the profile has one, a notice to the user."""
    qualifiers: list[str | x509.UserNotice] = [practice]
    if policy.notice:
        qualifiers.append(x509.UserNotice(None, policy.notice))
    return x509.CertificatePolicies([x509.PolicyInformation(object_identifiers.NAMES[policy.name], qualifiers)])


def authority_information(plan: CertificatePlan) -> list[x509.AccessDescription]:
    """Where the responder answers and where the issuer's certificate is, as far as the profile points there."""
    pointers, issuer = plan.profile.points_to, plan.issuer
    addresses = [
        ("ocsp", AuthorityInformationAccessOID.OCSP, issuer.addresses.ocsp),
        ("ca_issuers", AuthorityInformationAccessOID.CA_ISSUERS, issuer.addresses.authority(issuer.file)),
    ]
    return [
        x509.AccessDescription(method, x509.UniformResourceIdentifier(address))
        for pointer, method, address in addresses
        if pointer in pointers
    ]


def distribution_point(plan: CertificatePlan) -> x509.DistributionPoint:
    """The shard that would name this certificate, spelled as in that CRL's own (RFC 5280 6.3.3 b 2)."""
    address = plan.issuer.addresses.crl(plan.issuer.crl_file(plan.serial))
    return x509.DistributionPoint([x509.UniformResourceIdentifier(address)], None, None, None)
