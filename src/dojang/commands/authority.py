"""The offline root authority: `init` makes the root, signs the issuing authority's request and the root's CRL."""

import argparse
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from dojang.authority import ceremony, crl, serials
from dojang.authority.profile import ROOT, Addresses, Issuer
from dojang.policy.numbers import NUMBERS
from dojang.refusals import CertificateRefused, DataFolderRefused
from dojang.serving import key_files

ROOT_CERTIFICATE: Final = "root.pem"
ISSUING_CERTIFICATE: Final = "issuing.pem"
ROOT_CRL: Final = "root.crl"
_ROOT_KEY: Final = "root.key"


@dataclass(frozen=True, slots=True)
class Root:
    """The root and its key, in its folder."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey
    addresses: Addresses

    @property
    def issuer(self) -> Issuer:
        """As the one who signs."""
        return Issuer.of(self.certificate, ROOT, self.addresses)


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    acts = parser.add_subparsers(dest="act", required=True)
    init_words = acts.add_parser("init", help="make the root once, sign the issuing authority's request and a CRL")
    init_words.add_argument("--folder", type=Path, required=True, help="where the root is kept, offline")
    init_words.add_argument("--csr", type=Path, required=True, help="the issuing authority's request (PEM)")
    init_words.add_argument("--status", required=True, help="address of the status service")
    init_words.add_argument("--practice", required=True, help="address of the practice statement")
    checked = acts.add_parser("check-profile", help="make a certificate of each profile and lint it with pkilint")
    checked.add_argument("--status", default="http://127.0.0.1:8030", help="address of the status service")
    checked.add_argument("--practice", default="http://127.0.0.1:8001/practice", help="of the practice statement")


def run(arguments: argparse.Namespace) -> int:
    """`init` or `check-profile`."""
    if arguments.act == "check-profile":
        return check_profile(Addresses(arguments.status, arguments.practice), int(time.time()))
    init(arguments.folder, arguments.csr, Addresses(arguments.status, arguments.practice), int(time.time()))
    return 0


def init(folder: Path, csr: Path, addresses: Addresses, now: int) -> None:
    """`folder` holds a root, its CRL and the issuing certificate for `csr` afterwards; what is there is kept."""
    try:
        request = x509.load_pem_x509_csr(csr.read_bytes())
    except (OSError, ValueError):
        raise DataFolderRefused(file=csr.name, reason="no_request") from None
    root = _root(folder, addresses, now)
    issuing = folder / ISSUING_CERTIFICATE
    if not issuing.exists():
        made = ceremony.sign_issuing(request, root.issuer, root.key, _serial(), now)
        issuing.write_bytes(made.x509.public_bytes(Encoding.PEM))
    if x509.load_pem_x509_certificate(issuing.read_bytes()).public_key() != request.public_key():
        raise DataFolderRefused(file=issuing.name, reason="another_key")
    lifetime = NUMBERS.certificate.root_crl_days * 86_400
    made_crl = crl.build(
        root.issuer, root.key, ROOT, number=now, this_update=now, next_update=now + lifetime, revoked=()
    )
    (folder / ROOT_CRL).write_bytes(made_crl.der)


def check_profile(addresses: Addresses, now: int) -> int:
    """A sample of all that is signed through pkilint; 1 when it finds something."""
    from dojang.authority.check_profile import check_profiles

    found = check_profiles(addresses, now)
    for name, codes in found.items():
        print(f"{name}: {' '.join(codes) or 'clean'}")
    return int(any(found.values()))


def _root(folder: Path, addresses: Addresses, now: int) -> Root:
    key_files.write_once(folder / _ROOT_KEY, key_files.new_elliptic_pem)
    key = key_files.elliptic_key(folder / _ROOT_KEY)
    path = folder / ROOT_CERTIFICATE
    if not path.exists():
        path.write_bytes(ceremony.make_root(key, addresses, _serial(), now).x509.public_bytes(Encoding.PEM))
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    if certificate.public_key() != key.public_key():
        raise CertificateRefused(lint="root_key")
    return Root(certificate, key, addresses)


def _serial() -> int:
    return serials.from_random(secrets.token_bytes(serials.RANDOM_OCTETS))
