"""The status service: `init` makes its responder's key and the request that the vault certifies."""

import argparse
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding

from dojang.serving import key_files

RESPONDER_KEY: Final = "responder.key"
RESPONDER_REQUEST: Final = "responder.csr"


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    acts = parser.add_subparsers(dest="act", required=True)
    words = acts.add_parser("init", help="make the key if there is none, and the request (PEM)")
    words.add_argument("--folder", type=Path, required=True)


def run(arguments: argparse.Namespace) -> int:
    """`init`."""
    init(arguments.folder)
    return 0


def init(folder: Path) -> bytes:
    """The responder's key is in `folder`, and a request for it, which is returned as DER."""
    key_files.write_once(folder / RESPONDER_KEY, key_files.new_elliptic_pem)
    key = key_files.elliptic_key(folder / RESPONDER_KEY)
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    (folder / RESPONDER_REQUEST).write_bytes(request.public_bytes(Encoding.PEM))
    return request.public_bytes(Encoding.DER)
