"""The signing module: `init` makes its keys and the issuing authority's request; `certify-responder` signs the status
service's request."""

import argparse
import time
from pathlib import Path
from typing import Final

from cryptography import x509

from dojang.authority.profile import Addresses
from dojang.pin.encoding import b64
from dojang.refusals import CertificateRefused
from dojang.vault import keys
from dojang.vault.masters import SoftwareMaster

REQUEST: Final = "issuing.csr"


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    acts = parser.add_subparsers(dest="act", required=True)
    words = acts.add_parser("init", help="make the keys, once; prints identity and log key for the anchors")
    words.add_argument("--folder", type=Path, required=True)
    words = acts.add_parser("certify-responder", help="sign the status service's request (PEM)")
    words.add_argument("--folder", type=Path, required=True)
    words.add_argument("--issuing", type=Path, required=True, help="the issuing certificate that the root signed (PEM)")
    words.add_argument("--csr", type=Path, required=True)
    words.add_argument("--out", type=Path, required=True)
    words.add_argument("--status", required=True, help="address of the status service")
    words.add_argument("--practice", required=True, help="address of the practice statement")
    words.add_argument("--allow-software-master", default="", metavar="WORDS", help='"for trying out"')


def run(arguments: argparse.Namespace) -> int:
    """`init` or `certify-responder`."""
    if arguments.act == "init":
        made = init(arguments.folder)
        print(b64(made.identity_key), b64(made.log_key))
        return 0
    addresses = Addresses(arguments.status, arguments.practice)
    allowed = arguments.allow_software_master
    certify(arguments.folder, arguments.issuing, arguments.csr, arguments.out, addresses, allowed)
    return 0


def init(folder: Path) -> keys.PublicMaterial:
    """The vault's keys, and `issuing.csr` for the root."""
    made = keys.init(folder)
    (folder / REQUEST).write_bytes(made.issuing_request)
    return made


def certify(folder: Path, issuing: Path, csr: Path, out: Path, addresses: Addresses, allowed: str) -> None:
    """`out` is the responder's certificate (PEM)."""
    master = SoftwareMaster.open(folder, allowed)
    try:
        certificate, request = issuing.read_bytes(), csr.read_bytes()
    except OSError:
        raise CertificateRefused(lint="request") from None
    issuer = keys.issuer(x509.load_pem_x509_certificate(certificate), master, addresses)
    out.write_bytes(keys.certify_responder(issuer, master, request, int(time.time())))
