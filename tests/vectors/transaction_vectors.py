"""Transactions, and ones like them that are refused."""

import json
from typing import Any, Final

from dojang.pin.encoding import b64, canonical, sha256, unb64
from dojang.signing.attributes import signed_attributes
from dojang.signing.what_is_signed import (
    Item,
    Pairs,
    Purpose,
    RevocationAsked,
    Transaction,
    login_content,
    pairs_of,
    transfer_content,
)
from dojang.values.relying_party import CENTER
from tests.vectors.certificate_vectors import made_certificates
from tests.vectors.one_version import ANCHORS, DAY_KEY_ID, KID, NOW, fixed

_RELYING_PARTY: Final = "hanbit-bank"
_LABELS: Final = {"login": "로그인", "transfer": "이체", "revocation": "폐기"}
_REVOCATION: Final = RevocationAsked("01ab23", "keyCompromise", "request-1")
_TRANSFER: Final = (("받는 분", "김도장"), ("은행/계좌", "가상은행 110-123-456789"), ("금액", "1,500,000원"))


def made_transactions() -> dict[str, Any]:
    """A login, a transfer and a revocation: T, th, what is signed and what is shown."""
    nonce = fixed("nonce of a login", 16)
    login = login_content(_RELYING_PARTY, nonce)
    return {
        "login": _transaction("login", login),
        "transfer": _transaction("transfer", transfer_content(_TRANSFER)),
        "revocation": _transaction("revocation", _REVOCATION.content()),
        "refused": [*_refused(), *_refused_revocations()],
        "refused_contents": _refused_contents(),
    }


def _built(purpose: Purpose, content: bytes) -> Transaction:
    nonce = fixed("nonce of a login", 16)
    relying_party = CENTER if purpose == "revocation" else _RELYING_PARTY
    return Transaction(
        txn=f"a {purpose}",
        kid=KID,
        certificate=sha256(unb64(made_certificates()["customer"])),
        relying_party=relying_party,
        purpose=purpose,
        format="cms",
        display=pairs_of(purpose, relying_party, nonce, content),
        items=(Item(_LABELS[purpose], sha256(content), "shown"),),
        nonce=nonce,
        iat=NOW,
        exp=NOW + 300,
        day_key_id=DAY_KEY_ID,
        guards_hash=ANCHORS.guards_hash,
    )


def _transaction(purpose: Purpose, content: bytes) -> dict[str, Any]:
    transaction = _built(purpose, content).checked()
    return {
        "bytes": transaction.canonical().decode(),
        "th": b64(transaction.hash()),
        "contents": [b64(content)],
        "display": transaction.display,
        "signed_attributes": [b64(signed_attributes(transaction, item)) for item in transaction.items],
    }


def _refused() -> list[str]:
    """Bytes that are no transaction."""
    good = json.loads(_built("transfer", transfer_content(_TRANSFER)).canonical())
    item, pair = good["items"][0], good["display"][0]
    changes: list[dict[str, Any]] = [
        {"v": 2},
        {"extra": 1},
        {"purpose": "document"},
        {"format": "raw"},
        {"items": []},
        {"items": [item] * 17},
        {"items": [item | {"binding": "hash_only"}]},
        {"items": [item | {"content_hash": b64(bytes(31))}]},
        {"display": []},
        {"display": [[*pair, "third"]]},
        {"display": [[pair[0], "\u202egnp.exe"]]},
        {"display": [[pair[0], "1,500\u200b,000"]]},
        {"display": [[pair[0], "two\nlines"]]},
        {"display": [[pair[0], " "]]},
        {"display": [[pair[0], "x" * 501]]},
        {"relying_party": "hanbit\u2066bank"},
        {"nonce": b64(bytes(15))},
        {"exp": NOW + 301},
        {"exp": NOW},
        {"iat": "1790000000"},
        {"kid": b64(bytes(15))},
    ]
    return [json.dumps(good), *(canonical(good | change).decode() for change in changes)]


def _refused_revocations() -> list[str]:
    """Transactions that say revocation and are none."""
    good = _built("revocation", _REVOCATION.content())
    serial, reason, request = _REVOCATION.pairs()

    def saying(*pairs: tuple[str, str]) -> dict[str, Any]:
        """Shown and hashed alike."""
        content = canonical({"type": "revocation", "pairs": [list(pair) for pair in pairs]})
        item = json.loads(good.canonical())["items"][0]
        return {"display": [list(pair) for pair in pairs], "items": [item | {"content_hash": b64(sha256(content))}]}

    value = json.loads(good.canonical())
    changes: list[dict[str, Any]] = [
        {"relying_party": _RELYING_PARTY},
        {"display": [list(pair) for pair in (("certificate", "01ab24"), reason, request)]},
        {"display": [["serial", serial[1]], list(reason), list(request)]},
        {"items": value["items"] * 2},
        saying(reason, serial, request),
        saying(serial, reason),
        saying(serial, reason, request, ("more", "x")),
        saying(serial, ("reason", "superseded"), request),
        saying(("certificate", "01AB23"), reason, request),
        saying(("certificate", "01a"), reason, request),
        saying(("certificate", "ab" * 21), reason, request),
        saying(serial, reason, ("request", "a b")),
        saying(serial, reason, ("request", "r" * 65)),
        saying(("serial", "01ab23"), reason, request),
    ]
    return [canonical(value | change).decode() for change in changes]


def _refused_contents() -> list[dict[str, Any]]:
    """A transaction, and contents that it does not show."""
    transfer, login = transfer_content(_TRANSFER), login_content(_RELYING_PARTY, fixed("nonce of a login", 16))
    other = transfer_content((*_TRANSFER[:2], ("금액", "9,500,000원")))
    twice: Pairs = (*_TRANSFER, ("금액", "9,500,000원"))
    double = canonical({"type": "transfer", "pairs": [list(pair) for pair in twice]})
    payment = canonical({"type": "payment", "pairs": [list(pair) for pair in _TRANSFER]})
    spaced = json.dumps({"pairs": [list(pair) for pair in _TRANSFER], "type": "transfer"}, ensure_ascii=False).encode()
    good = _built("transfer", transfer)
    return [
        {"why": "other bytes", "bytes": good.canonical().decode(), "contents": [b64(other)]},
        {"why": "none", "bytes": good.canonical().decode(), "contents": []},
        _hidden_item(good, transfer),
        _other_hash(good, other),
        {"why": "one more", "bytes": good.canonical().decode(), "contents": [b64(transfer)] * 2},
        _with_content("another display", good, other),
        _with_content("two amounts", good, double),
        _with_content("another type", good, payment),
        _with_content("not canonical", good, spaced),
        _with_content("a login as a transfer", good, login),
        _with_content("a transfer as a login", _built("login", login), transfer),
        _with_content("a revocation as a transfer", good, _REVOCATION.content()),
        _with_content("a revocation as a login", _built("login", login), _REVOCATION.content()),
        {
            "why": "another revocation",
            "bytes": _built("revocation", _REVOCATION.content()).canonical().decode(),
            "contents": [b64(RevocationAsked("01ab23", "keyCompromise", "request-2").content())],
        },
    ]


def _hidden_item(good: Transaction, content: bytes) -> dict[str, Any]:
    value = json.loads(good.canonical())
    value["items"].append({"label": "more", "content_hash": b64(bytes(32)), "binding": "shown"})
    return {"why": "a second item, not shown", "bytes": canonical(value).decode(), "contents": [b64(content)]}


def _other_hash(good: Transaction, content: bytes) -> dict[str, Any]:
    value = json.loads(good.canonical()) | {"display": json.loads(content)["pairs"]}
    return {"why": "shown and said, not hashed", "bytes": canonical(value).decode(), "contents": [b64(content)]}


def _with_content(why: str, good: Transaction, content: bytes) -> dict[str, Any]:
    value = json.loads(good.canonical())
    value["items"][0]["content_hash"] = b64(sha256(content))
    if why == "two amounts":
        value["display"] = json.loads(content)["pairs"]
    return {"why": why, "bytes": canonical(value).decode(), "contents": [b64(content)]}
