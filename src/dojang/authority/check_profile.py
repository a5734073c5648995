"""A second opinion on our profiles: pkilint over a sample of everything an authority signs.

pkilint weighs 100 MB and is loaded only when one of these functions is called.
"""

import secrets
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from dojang.authority import ceremony, certificate, crl, keys, lint, profile, profiles, serials
from dojang.authority.ocsp import GOOD, Question, Responder
from dojang.authority.profile import Addresses, CertificatePlan, Issuer

DAY: Final = 86400


@dataclass(frozen=True, slots=True)
class Sample:
    """One of everything, under throwaway keys. DER."""

    certificates: dict[str, bytes]  # by profile
    crl: bytes
    ocsp: bytes


def check_profiles(addresses: Addresses, now: int) -> dict[str, tuple[str, ...]]:
    """What pkilint finds wrong (warning or worse) with a sample of each profile, of a CRL and of an OCSP response.

    A clean house has an empty tuple everywhere.
    """
    made = sample(addresses, now)
    found = {name: certificate_findings(der) for name, der in made.certificates.items()}
    return {**found, "crl": crl_findings(made.crl), "ocsp": ocsp_findings(made.ocsp)}


def sample(addresses: Addresses, now: int) -> Sample:
    """A hierarchy of throwaway keys with a fictional holder."""
    root_key, issuing_key, responder_key, holder_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(4))
    root = ceremony.make_root(root_key, addresses, _serial(), now)
    above = Issuer.of(root.x509, profile.ROOT, addresses)
    issuing = ceremony.sign_issuing(ceremony.make_request(issuing_key), above, root_key, _serial(), now)
    issuer = Issuer.of(issuing.x509, profile.ISSUING, addresses)
    responder_spki = keys.spki_of(responder_key.public_key())
    responder = ceremony.sign_responder(responder_spki, issuer, issuing_key, _serial(), now)
    made = {profile.ROOT: root.der, profile.ISSUING: issuing.der, "ocsp_responder": responder.der}
    spki = keys.spki_of(holder_key.public_key())
    for name in profiles.ALL:
        if name not in made:
            made[name] = certificate.sign(lint.rehearse(_holder_plan(name, issuer, spki, now)), issuing_key).der
    revoked = crl.Revoked(_serial(), "superseded", now)
    file = issuer.crl_file(revoked.serial)
    times = {"this_update": now, "next_update": now + DAY}
    revocations = crl.build(issuer, issuing_key, file, number=1, revoked=[revoked], **times)
    answer = Responder(responder.x509, responder_key, issuer).respond(_question(revoked.serial), GOOD, **times)
    return Sample(made, revocations.der, answer)


def _holder_plan(name: str, issuer: Issuer, spki: bytes, now: int) -> CertificatePlan:
    kid, serial = secrets.token_bytes(16), _serial()
    return profile.plan(name, issuer, holder_name="홍길동", kid=kid, spki=spki, serial=serial, not_before=now)


def _question(serial: int) -> Question:
    return Question("sha1", issuer_name_hash=bytes(20), issuer_key_hash=bytes(20), serial=serial, nonce=bytes(32))


def _serial() -> int:
    return serials.from_random(secrets.token_bytes(serials.RANDOM_OCTETS))


def certificate_findings(der: bytes) -> tuple[str, ...]:
    """pkilint's codes for a certificate under RFC 5280."""
    from pkilint import loader
    from pkilint.pkix import certificate, extension, name

    validator = certificate.create_pkix_certificate_validator_container(
        certificate.create_decoding_validators(name.ATTRIBUTE_TYPE_MAPPINGS, extension.EXTENSION_MAPPINGS),
        [
            certificate.create_issuer_validator_container([]),
            certificate.create_validity_validator_container(),
            certificate.create_subject_validator_container([]),
            certificate.create_extensions_validator_container([]),
            certificate.create_spki_validator_container([]),
        ],
    )
    return _codes(validator, loader.load_certificate(der, "certificate"))


def crl_findings(der: bytes) -> tuple[str, ...]:
    """pkilint's codes for a CRL under RFC 5280."""
    from pkilint import loader, pkix
    from pkilint.pkix import crl, extension, name

    validator = crl.create_pkix_crl_validator_container(
        [
            pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ],
        [
            crl.create_issuer_validator_container([]),
            crl.create_validity_validator_container([]),
            crl.create_extensions_validator_container([]),
        ],
    )
    return _codes(validator, loader.load_crl(der, "crl"))


def ocsp_findings(der: bytes) -> tuple[str, ...]:
    """pkilint's codes for an OCSP response under RFC 6960."""
    from pkilint import loader, pkix
    from pkilint.pkix import extension, name, ocsp

    validator = ocsp.create_pkix_ocsp_response_validator_container(
        [
            ocsp.create_response_decoder(),
            pkix.create_attribute_decoder(name.ATTRIBUTE_TYPE_MAPPINGS),
            pkix.create_extension_decoder(extension.EXTENSION_MAPPINGS),
        ],
        [],
    )
    return _codes(validator, loader.load_ocsp_response(der, "ocsp"))


def _codes(validator: Any, document: Any) -> tuple[str, ...]:
    from pkilint.validation import ValidationFindingSeverity

    # The worse, the smaller: FATAL is 0. Notices are no violations (that a policy has qualifiers is one).
    return tuple(
        description.finding.code
        for result in validator.validate(document.root)
        for description in result.finding_descriptions
        if description.finding.severity <= ValidationFindingSeverity.WARNING
    )
