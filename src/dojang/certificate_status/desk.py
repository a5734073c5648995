"""What the status service does: take facts, CRLs and authorities' certificates, and say how a certificate stands."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding

from dojang.authority import crl, profile
from dojang.authority.ocsp import Responder, Standing
from dojang.authority.profile import Issuer
from dojang.certificate_status import facts
from dojang.certificate_status.facts import Fact
from dojang.certificate_status.store import StatusStore
from dojang.policy.numbers import NUMBERS
from dojang.refusals import AuthorityCertificateRefused, CrlRefused, CrlStale, NotFound, ResponderExpired

# Domain 6: records are kept for five years after a certificate has ended.
ARCHIVE: Final = 5 * 366 * 86400

NO_EXTENSION: Final = (x509.ExtensionNotFound, x509.DuplicateExtension, x509.UnsupportedGeneralNameType)


@dataclass(frozen=True, slots=True)
class StatusDesk:
    """Everything at hand."""

    store: StatusStore
    root: Issuer
    root_certificate: x509.Certificate
    issuing: Issuer
    responder: Responder
    now: Callable[[], int]

    def take_fact(self, fact: Fact) -> None:
        """Durable, once, in order. Raises `FactOutOfOrder`, `FactRefused`."""
        with self.store.transaction():
            if facts.admit(self.store.facts(fact.serial), fact):
                self.store.append_fact(fact)

    def take_crl(self, file: str, der: bytes) -> None:
        """The CRL `file` is what everyone gets from now on. The same one again changes nothing.

        Raises `CrlRefused`: not signed by its authority, of another file, not valid now, the held number with other
        bytes; `CrlStale`: a lower number than the one held.
        """
        issuer = self.root if file in self.root.crl_files else self.issuing
        taken = crl.read(der, issuer, file)
        if not taken.this_update <= self.now() + NUMBERS.time.clock_skew or taken.next_update <= self.now():
            raise CrlRefused(check="times")
        with self.store.transaction():
            held = self.store.crl(file)
            if held and held.number > taken.number:
                raise CrlStale(held=str(held.number))
            if held and held.number == taken.number:
                if held.der != der:
                    raise CrlRefused(check="number")
                return
            self.store.put_crl(taken)

    def crl(self, file: str) -> crl.RevocationList:
        """The CRL held. Raises `NotFound`."""
        if found := self.store.crl(file):
            return found
        raise NotFound

    def take_authority(self, file: str, der: bytes) -> None:
        """An authority's certificate, served from now on. One begun later takes the place of the one held.

        Raises `AuthorityCertificateRefused`: not an authority's, not signed by our root, older than the one held, or
        called root without being it.
        """
        try:
            certificate = x509.load_der_x509_certificate(der)
            constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
            certificate.verify_directly_issued_by(self.root_certificate)
        except (ValueError, TypeError, InvalidSignature, x509.InvalidVersion, *NO_EXTENSION):
            raise AuthorityCertificateRefused from None
        if not constraints.ca or (file == profile.ROOT) != (certificate == self.root_certificate):
            raise AuthorityCertificateRefused
        with self.store.transaction():
            held = self.store.authority(file)
            if held and held != der and not _begins_later(certificate, x509.load_der_x509_certificate(held)):
                raise AuthorityCertificateRefused
            self.store.put_authority(file, der)

    def authority(self, file: str) -> bytes:
        """An authority's certificate, DER. Raises `NotFound`."""
        if found := self.store.authority(file):
            return found
        raise NotFound

    def standing(self, serial: int) -> Standing | None:
        """How a certificate of the issuing authority stands; None when nobody has said anything about it.

        The authority's own signed CRL outweighs the centre: a centre that says "good" cannot undo a revocation.
        """
        if not 0 < serial < 1 << 159:
            return None
        if revoked := self.store.revocation(self.issuing.crl_file(serial), serial):
            return revoked
        said = self.store.facts(serial)
        return Standing(said[-1].reason, said[-1].revoked_at) if said else None

    def check_ready(self) -> None:
        """Raises `ResponderExpired`, or what the store raises, while this service can't answer."""
        self.store.check()
        if self.responder.certificate.not_valid_after_utc <= datetime.fromtimestamp(self.now(), UTC):
            raise ResponderExpired

    def begin(self, root_crl: bytes, issuing_certificate: x509.Certificate) -> None:
        """What the settings bring is served; what is past its archive time is gone. Raises as the takers do."""
        self.take_authority(profile.ROOT, self.root_certificate.public_bytes(Encoding.DER))
        self.take_authority(profile.ISSUING, issuing_certificate.public_bytes(Encoding.DER))
        held = self.store.crl(profile.ROOT)
        if held is None or crl.read(root_crl, self.root, profile.ROOT).number >= held.number:
            self.take_crl(profile.ROOT, root_crl)
        with self.store.transaction():
            self.store.forget(self.now() - ARCHIVE)


def _begins_later(one: x509.Certificate, other: x509.Certificate) -> bool:
    return one.not_valid_before_utc > other.not_valid_before_utc
