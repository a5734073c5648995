"""A certificate as it is planned: every value that will stand in it, before anything is built or signed."""

from dataclasses import dataclass
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from dojang.authority import keys, names, profiles, validity
from dojang.authority.profiles import Profile
from dojang.refusals import CertificateRefused

ROOT: Final = "root"
ISSUING: Final = "issuing"

# How many CRLs an issuing authority's certificates are spread over. Fixed for its life: the shard of a certificate is
# written into it.
SHARDS: Final = 4


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a certificate sends its readers; absolute, without a slash at the end."""

    status: str  # the status service, e.g. http://127.0.0.1:8030
    practice: str  # the practice statement (CPS)

    @property
    def ocsp(self) -> str:
        """Where the responder answers."""
        return f"{self.status}/ocsp"

    def authority(self, file: str) -> str:
        """Where an authority's certificate is (AIA caIssuers)."""
        return f"{self.status}/ca/{file}.cer"

    def crl(self, file: str) -> str:
        """Where a CRL is, as in a certificate's distribution point and in the CRL's own."""
        return f"{self.status}/crl/{file}.crl"


@dataclass(frozen=True, slots=True)
class Issuer:
    """The authority that will sign: all of it that gets into what it signs."""

    file: str  # the name of its certificate and CRLs at the status service: "root" or "issuing"
    name: x509.Name
    key: ec.EllipticCurvePublicKey
    not_after: int
    addresses: Addresses

    @classmethod
    def of(cls, certificate: x509.Certificate, file: str, addresses: Addresses) -> Self:
        """The authority whose certificate this is. Raises `KeyKindUnknown` unless its key is P-256."""
        key = keys.read_spki(keys.spki_bytes(certificate))
        not_after = int(certificate.not_valid_after_utc.timestamp())
        return cls(file, certificate.subject, key, not_after, addresses)

    @property
    def crl_files(self) -> tuple[str, ...]:
        """The names of its CRLs: one of a root, else one per shard."""
        return (ROOT,) if self.file == ROOT else tuple(f"{self.file}-{shard}" for shard in range(SHARDS))

    def crl_file(self, serial: int) -> str:
        """The CRL that would name this serial number."""
        files = self.crl_files
        return files[serial % len(files)]


@dataclass(frozen=True, slots=True)
class CertificatePlan:
    """All that will be signed. `unique` is the subject's serialNumber attribute: random, nobody's number; or empty."""

    profile: Profile
    issuer: Issuer
    common_name: str
    unique: str
    spki: bytes
    serial: int
    not_before: int
    not_after: int

    @property
    def subject(self) -> x509.Name:
        """The subject's name, in the profile's order."""
        return subject_name(self.profile, self.common_name, self.unique)


def subject_name(profile: Profile, common_name: str, unique: str = "") -> x509.Name:
    """C, O, OU, CN and, where there is one, the unique serialNumber."""
    oid, of = x509.NameOID, profile.subject
    attributes = [
        (oid.COUNTRY_NAME, of.country),
        (oid.ORGANIZATION_NAME, of.organization),
        (oid.ORGANIZATIONAL_UNIT_NAME, of.organizational_unit),
        (oid.COMMON_NAME, common_name),
        (oid.SERIAL_NUMBER, unique),
    ]
    return x509.Name([x509.NameAttribute(kind, value) for kind, value in attributes if value])


def plan(
    profile_name: str, issuer: Issuer, *, holder_name: str, kid: bytes, spki: bytes, serial: int, not_before: int
) -> CertificatePlan:
    """A holder's certificate. The same arguments give the same bytes to be signed, here and in the vault.

    Raises `CertificateRefused` (fact lint: profile, holder_name, kid, validity_within_issuer) and `KeyKindUnknown`.
    """
    profile = profiles.read(profile_name)
    if profile.subject.common_name is not None:
        raise CertificateRefused(lint="profile")
    if len(kid) != 16:
        raise CertificateRefused(lint="kid")
    return _planned(profile, issuer, names.check_holder_name(holder_name), kid.hex(), spki, serial, not_before)


def plan_own(profile_name: str, issuer: Issuer, *, spki: bytes, serial: int, not_before: int) -> CertificatePlan:
    """A certificate of our own (root, issuing authority, responder), whose name stands in its profile.

    Raises as `plan`.
    """
    profile = profiles.read(profile_name)
    if profile.subject.common_name is None:
        raise CertificateRefused(lint="profile")
    return _planned(profile, issuer, profile.subject.common_name, "", spki, serial, not_before)


def _planned(
    profile: Profile, issuer: Issuer, common_name: str, unique: str, spki: bytes, serial: int, not_before: int
) -> CertificatePlan:
    keys.read_spki(spki)
    not_after = validity.end_of_korean_day(not_before, profile.years)
    return CertificatePlan(profile, issuer, common_name, unique, spki, serial, not_before, not_after)
