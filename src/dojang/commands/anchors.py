"""anchors.json, the parties that a customer's side trusts: `make` assembles it from each service's public keys."""

import argparse
import os
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dojang.pin.anchors import Anchors, GuardAnchor
from dojang.pin.encoding import b64, unb64
from dojang.policy.numbers import NUMBERS
from dojang.refusals import AnchorsMismatch, SettingRefused


class _KeysParser(argparse.ArgumentParser):
    """One key of 64 begins with "-" in base64url: what is no option's name is a value."""

    def _parse_optional(self, arg_string: str) -> Any:
        return (
            super()._parse_optional(arg_string) if arg_string.partition("=")[0] in self._option_string_actions else None
        )


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    acts = parser.add_subparsers(dest="act", required=True, parser_class=_KeysParser)
    words = acts.add_parser("make", help="write the file; keys are base64url without padding")
    words.add_argument("--out", type=Path, required=True)
    words.add_argument(
        "--guard", nargs=4, action="append", required=True, metavar=("GUARD_ID", "INDEX", "ORIGIN", "KEY")
    )
    words.add_argument("--vault", nargs=2, required=True, metavar=("IDENTITY_KEY", "LOG_KEY"))
    words.add_argument("--center", nargs=2, required=True, metavar=("ORIGIN", "TICKET_KEY"))
    words.add_argument("--registration", required=True, metavar="KEY", help="the registration authority's key")
    words.add_argument("--root", type=Path, required=True, help="the root certificate (PEM)")


def run(arguments: argparse.Namespace) -> int:
    """`make`."""
    vault_key, log_key = arguments.vault
    center_origin, ticket_key = arguments.center
    try:
        root = x509.load_pem_x509_certificate(arguments.root.read_bytes())
        guards = tuple(
            GuardAnchor(guard_id, int(index), origin, unb64(key, 32))
            for guard_id, index, origin, key in arguments.guard
        )
    except (OSError, ValueError):
        raise SettingRefused(file=arguments.root.name, reason="format") from None
    anchors = Anchors(
        NUMBERS.pin.threshold,
        guards,
        unb64(vault_key, 32),
        unb64(log_key, 32),
        center_origin,
        unb64(ticket_key, 32),
        unb64(arguments.registration, 32),
        root.public_bytes(Encoding.DER),
    )
    make(anchors, arguments.out)
    print(b64(anchors.guards_hash))
    return 0


def make(anchors: Anchors, out: Path) -> None:
    """`out` is the anchors afterwards. Raises `AnchorsMismatch`: not sound, or other ones are there already."""
    data = anchors.canonical()
    Anchors.parse(data)
    if out.exists() and out.read_bytes() != data:
        raise AnchorsMismatch
    new = out.with_name(out.name + ".new")
    with new.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(out)
