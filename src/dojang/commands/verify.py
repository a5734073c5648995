"""What a file of the tour proves, offline: a signature (CMS), a customer's receipt, or the evidence of a login.

It is verified against the anchors alone. Whether the certificate has been revoked since is asked only on request.
"""

import argparse
import datetime
import sys
import time
from pathlib import Path

from dojang.client.transport import http_client
from dojang.client.verifier.file import Report, verify_file
from dojang.client.verifier.status import FetchedStatus
from dojang.pin.anchors import Anchors


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("file", type=Path, help="transfer.p7s, receipt.json or login.json")
    parser.add_argument("--anchors", type=Path, required=True, help="whom to trust: anchors.json of the PIN page")
    parser.add_argument("--ask-responder", action="store_true", help="ask the responder that the certificate names")


def run(arguments: argparse.Namespace) -> int:
    """0 when the file holds; 1 when it does not, with the step that failed; 2 when there is no such file."""
    for path in (arguments.file, arguments.anchors):
        if not path.is_file():
            print(f"dojang verify: no such file: {path}", file=sys.stderr)
            return 2
    anchors = Anchors.parse(arguments.anchors.read_bytes())
    status = FetchedStatus(http_client()) if arguments.ask_responder else None
    print("\n".join(_said(verify_file(arguments.file, anchors, int(time.time()), status))))
    return 0


def _said(report: Report) -> list[str]:
    at = datetime.datetime.fromtimestamp(report.signed_at, datetime.UTC)
    lines = [f"{report.kind} holds", f"holder: {report.holder}", f"signed at: {at:%Y-%m-%d %H:%M:%SZ}"]
    if report.relying_party:
        lines.append(f"for: {report.relying_party}")
    lines += [f"{name}: {value}" for name, value in report.pairs]
    return [*lines, f"revocation: {'asked, and good' if report.status_checked else 'not asked'}"]
