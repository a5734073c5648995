"""A whole hierarchy under throwaway keys, and the openssl program as a second opinion."""

import os
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from dojang.authority import ceremony, certificate, keys, lint, profile, serials
from dojang.authority.certificate import Certificate
from dojang.authority.profile import Addresses, CertificatePlan, Issuer

NOW = 1_790_000_000  # 2026-09-21 23:13:20 in Korea
ADDRESSES = Addresses("http://127.0.0.1:8030", "http://center.dojang.localhost:8001/practice")
NAME = "홍길동"
KID = bytes(range(16))


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def spki(key: ec.EllipticCurvePrivateKey) -> bytes:
    return keys.spki_of(key.public_key())


def new_serial() -> int:
    return serials.from_random(os.urandom(16))


@dataclass(frozen=True)
class Hierarchy:
    root_key: ec.EllipticCurvePrivateKey
    root: Certificate
    issuing_key: ec.EllipticCurvePrivateKey
    issuing: Certificate
    responder_key: ec.EllipticCurvePrivateKey
    responder: Certificate
    holder_key: ec.EllipticCurvePrivateKey
    began: int

    @property
    def root_issuer(self) -> Issuer:
        return Issuer.of(self.root.x509, "root", ADDRESSES)

    @property
    def issuer(self) -> Issuer:
        return Issuer.of(self.issuing.x509, "issuing", ADDRESSES)

    def plan(self, serial: int | None = None, holder_name: str = NAME, kid: bytes = KID) -> CertificatePlan:
        return profile.plan(
            "personal_financial",
            self.issuer,
            holder_name=holder_name,
            kid=kid,
            spki=spki(self.holder_key),
            serial=serial or new_serial(),
            not_before=self.began,
        )

    def holder(self, serial: int | None = None) -> Certificate:
        return certificate.sign(lint.rehearse(self.plan(serial)), self.issuing_key)

    def write(self, folder: Path) -> None:
        """root.pem, issuing.pem, responder.pem for the openssl program."""
        for name, made in (("root", self.root), ("issuing", self.issuing), ("responder", self.responder)):
            (folder / f"{name}.pem").write_bytes(made.pem)


def new_hierarchy(began: int = NOW) -> Hierarchy:
    root_key, issuing_key, responder_key = new_key(), new_key(), new_key()
    root = ceremony.make_root(root_key, ADDRESSES, new_serial(), began)
    above = Issuer.of(root.x509, "root", ADDRESSES)
    issuing = ceremony.sign_issuing(ceremony.make_request(issuing_key), above, root_key, new_serial(), began)
    issuer = Issuer.of(issuing.x509, "issuing", ADDRESSES)
    responder = ceremony.sign_responder(spki(responder_key), issuer, issuing_key, new_serial(), began)
    return Hierarchy(root_key, root, issuing_key, issuing, responder_key, responder, new_key(), began)


@cache
def shared() -> Hierarchy:
    """One for all tests that change nothing in it."""
    return new_hierarchy()


def pem(found: x509.Certificate | x509.CertificateRevocationList) -> bytes:
    return found.public_bytes(Encoding.PEM)


def openssl(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """What the openssl program says."""
    return subprocess.run(["openssl", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=30)
