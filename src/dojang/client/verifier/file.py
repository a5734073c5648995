"""What `dojang verify FILE` says: a CMS signature, a customer's receipt, or the evidence of a login, as the tour keeps
them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from dojang.client import certificates
from dojang.client.verifier.receipt import verify_receipt
from dojang.client.verifier.signature import Demands, verify_signature
from dojang.client.verifier.status import StatusSource
from dojang.pin.anchors import Anchors
from dojang.pin.encoding import unb64
from dojang.refusals import Refusal, SignatureInvalid
from dojang.signing.what_is_signed import Pairs

Kind = Literal["signature", "receipt", "login"]


@dataclass(frozen=True, slots=True)
class Report:
    """A file that holds. `status_checked`: whether revocation was asked about (a receipt is verified offline)."""

    kind: Kind
    holder: str
    relying_party: str
    pairs: Pairs
    signed_at: int
    status_checked: bool


def verify_file(path: Path, anchors: Anchors, now: int, status: StatusSource | None = None) -> Report:
    """Raises `SignatureInvalid` (fact: step) for a file that does not hold, or is none of the three."""
    data = path.read_bytes()
    if data[:1] != b"{":
        return _signature(data, anchors, now, status)
    value = _json(data)
    return _receipt(data, value, anchors) if "activation" in value else _login(value, anchors, now, status)


def _signature(data: bytes, anchors: Anchors, now: int, status: StatusSource | None) -> Report:
    demands = Demands(anchors.root_certificate, "transfer", relying_party="", now=now, max_age=None, status=status)
    verified = verify_signature(data, demands)
    holder = certificates.holder_name(verified.certificate)
    return Report("signature", holder, "", verified.pairs, verified.signed_at, status is not None)


def _receipt(data: bytes, value: dict[str, Any], anchors: Anchors) -> Report:
    transaction = verify_receipt(data, anchors)
    holder = certificates.holder_name(certificates.load(unb64(value["certificate"])))
    return Report("receipt", holder, transaction.relying_party, transaction.display, transaction.iat, False)


def _login(value: dict[str, Any], anchors: Anchors, now: int, status: StatusSource | None) -> Report:
    """The claims of an ID token: its signature is its reader's to check, the evidence in it stands by itself."""
    try:
        claims = value.get("claims", value)
        cms = unb64(claims["signature_evidence"]["cms"])
        relying_party, nonce = str(claims["aud"]), str(claims["nonce"]).encode()
    except (KeyError, TypeError, AttributeError, Refusal):
        raise SignatureInvalid(step="form") from None
    demands = Demands(anchors.root_certificate, "login", relying_party, now, nonce=nonce, max_age=None, status=status)
    verified = verify_signature(cms, demands)
    holder = certificates.holder_name(verified.certificate)
    return Report("login", holder, relying_party, verified.pairs, verified.signed_at, status is not None)


def _json(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        raise SignatureInvalid(step="form") from None
    if not isinstance(value, dict):
        raise SignatureInvalid(step="form")
    return value
