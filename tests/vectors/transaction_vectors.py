"""Transactions and a chain of certificates, and ones like them that are refused."""

import datetime
import json
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dojang.pin.encoding import b64, canonical, sha256, unb64
from dojang.signing.attributes import signed_attributes
from dojang.signing.what_is_signed import Item, Pairs, Purpose, Transaction, login_content, pairs_of, transfer_content
from tests.vectors.one_version import ANCHORS, DAY_KEY_ID, KID, NOW, fixed

_RELYING_PARTY: Final = "hanbit-bank"
_TRANSFER: Final = (("받는 분", "김도장"), ("은행/계좌", "가상은행 110-123-456789"), ("금액", "1,500,000원"))


def made_transactions() -> dict[str, Any]:
    """A login and a transfer: T, th, what is signed and what is shown."""
    nonce = fixed("nonce of a login", 16)
    login = login_content(_RELYING_PARTY, nonce)
    return {
        "login": _transaction("login", login),
        "transfer": _transaction("transfer", transfer_content(_TRANSFER)),
        "refused": _refused(),
        "refused_contents": _refused_contents(),
    }


def _built(purpose: Purpose, content: bytes) -> Transaction:
    nonce = fixed("nonce of a login", 16)
    return Transaction(
        txn=f"a {purpose}",
        kid=KID,
        certificate=sha256(unb64(made_certificates()["customer"])),
        relying_party=_RELYING_PARTY,
        purpose=purpose,
        format="cms",
        display=pairs_of(purpose, _RELYING_PARTY, nonce, content),
        items=(Item("이체" if purpose == "transfer" else "로그인", sha256(content), "shown"),),
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
        {"why": "one more", "bytes": good.canonical().decode(), "contents": [b64(transfer)] * 2},
        _with_content("another display", good, other),
        _with_content("two amounts", good, double),
        _with_content("another type", good, payment),
        _with_content("not canonical", good, spaced),
        _with_content("a login as a transfer", good, login),
        _with_content("a transfer as a login", _built("login", login), transfer),
    ]


def _with_content(why: str, good: Transaction, content: bytes) -> dict[str, Any]:
    value = json.loads(good.canonical())
    value["items"][0]["content_hash"] = b64(sha256(content))
    if why == "two amounts":
        value["display"] = json.loads(content)["pairs"]
    return {"why": why, "bytes": canonical(value).decode(), "contents": [b64(content)]}


def _key(name: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(fixed(f"key of {name}")) >> 1, ec.SECP256R1())


def _certificate(
    name: str,
    issuer: str,
    *,
    authority: bool,
    start: int = NOW - 3600,
    days: int = 30,
    signer: str = "",
    path_length: int | None = None,
) -> bytes:
    key = _key(name).public_key()
    begins = datetime.datetime.fromtimestamp(start, datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(_name(issuer))
        .public_key(key)
        .serial_number(int.from_bytes(fixed(f"serial of {name}", 8)) >> 1 | 1)
        .not_valid_before(begins)
        .not_valid_after(begins + datetime.timedelta(days=days))
        .add_extension(x509.BasicConstraints(authority, path_length), critical=True)
        .add_extension(_usage(authority), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
    if not authority:
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
        builder = builder.add_extension(purposes, critical=False)
    signed = builder.sign(_key(signer or issuer), hashes.SHA256(), ecdsa_deterministic=True)
    return signed.public_bytes(Encoding.DER)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "KR"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Dojang"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _usage(authority: bool) -> x509.KeyUsage:
    signs = not authority
    return x509.KeyUsage(
        digital_signature=signs,
        content_commitment=signs,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=authority,
        crl_sign=authority,
        encipher_only=False,
        decipher_only=False,
    )


def made_certificates() -> dict[str, Any]:
    """Root, issuing authority, customer; and customers' certificates that do not lead to the root."""
    root = _certificate("Root", "Root", authority=True)
    issuing = _certificate("Issuing", "Root", authority=True, path_length=0)
    below = _certificate("Below", "Issuing", authority=True)
    public = _key("홍도장").public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    good = _certificate("홍도장", "Issuing", authority=False)
    by_issuing = [b64(issuing)]
    impostor = _certificate("Issuing", "Root", authority=True, signer="Impostor")
    refused = [
        ("signed by nobody known", _certificate("홍도장", "Issuing", authority=False, signer="Impostor"), by_issuing),
        ("an issuer that the root did not sign", good, [b64(impostor)]),
        ("without its issuer", good, []),
        ("over", _certificate("홍도장", "Issuing", authority=False, days=0), by_issuing),
        ("not yet", _certificate("홍도장", "Issuing", authority=False, start=NOW + 3600), by_issuing),
        ("an authority's", issuing, []),
        ("certified by a customer", _certificate("Other", "홍도장", authority=False), [b64(good), *by_issuing]),
        ("another issuer's name", _certificate("홍도장", "Root", authority=False, signer="Issuing"), by_issuing),
        ("an authority too many", _certificate("홍도장", "Below", authority=False), [b64(below), *by_issuing]),
        ("an expired issuer", good, [b64(_certificate("Issuing", "Root", authority=True, days=0))]),
    ]
    return {
        "root": b64(root),
        "chain": by_issuing,
        "customer": b64(good),
        "common_name": "홍도장",
        "public_key": b64(public),
        "refused": [{"why": why, "customer": b64(der), "chain": chain} for why, der, chain in refused],
        "broken": [b64(good[:-1]), b64(good + b"\0"), b64(b""), b64(b"\x30\x80"), b64(b"\x30\x82\x00\x01\x00")],
    }
