"""Makes `pin_protocol.json`: what Python and TypeScript must agree on, byte by byte.

`python -m tests.vectors.make_pin_protocol` writes the file again. Every key and random number is fixed, so its output
is always the same. The section `made_by_typescript` is kept as it is, or taken from the file named as argument: the
output of `browser/test/made_by_typescript.ts`. Binary is base64url without padding.
"""

import hashlib
import json
import sys
from pathlib import Path
from typing import Any, Final

from dojang.pin import labels, oprf, signatures
from dojang.pin.encoding import b64, canonical, encode, field, listed, sha256
from dojang.pin.record import KeyStretching, record_hash
from dojang.pin.version import stretch
from dojang.policy.numbers import NUMBERS
from tests.vectors.certificate_vectors import made_certificates
from tests.vectors.device_vectors import made_devices
from tests.vectors.message_vectors import made_attempt_id, made_messages, made_sealing, made_tickets
from tests.vectors.one_version import (
    ANCHORS,
    COEFFICIENTS,
    GUARD_VECTORS,
    KID,
    NOW,
    PIN,
    SALT,
    SECRETS,
    UID,
    VER,
    R,
    record,
)
from tests.vectors.transaction_vectors import made_transactions

FILE: Final = Path(__file__).with_name("pin_protocol.json")
TYPESCRIPT: Final = "made_by_typescript"


def made_numbers() -> dict[str, int]:
    """The limits that the customer's side keeps as well."""
    return {
        "pinTries": NUMBERS.pin.tries,
        "clockSkew": NUMBERS.time.clock_skew,
        "transactionLifetime": NUMBERS.transaction.lifetime,
    }


def made_labels() -> dict[str, str]:
    """Every label, by its constant's name."""
    return {name: value.decode() for name, value in vars(labels).items() if name.isupper() and name[0] != "_"}


def made_encoding() -> list[dict[str, Any]]:
    """A label and fields, and the bytes that they are."""
    cases: list[tuple[bytes | str | int, ...]] = [
        (),
        (b"",),
        ("", 0),
        (b"\x00\xff", "도장", 1, 2**53 - 1),
        listed([("guard-1", bytes(2)), ("guard-2", b"\x01")]),
        listed([]),
        (bytes(65_535),),
    ]
    return [
        {
            "label": labels.STATEMENT.decode(),
            "fields": [_tagged(value) for value in case],
            "sha256": b64(sha256(encode(labels.STATEMENT, *case))),
        }
        for case in cases
    ]


def _tagged(value: bytes | str | int) -> dict[str, Any]:
    match value:
        case bytes() if len(value) > 1_000:
            return {"zeros": len(value)}
        case bytes():
            return {"bytes": b64(value)}
        case str():
            return {"text": value}
    return {"integer": value}


def made_base64url() -> dict[str, Any]:
    """The one spelling of bytes, and texts that are none."""
    return {
        "spellings": [{"hex": data.hex(), "text": b64(data)} for data in (b"", b"\xfb\xff", bytes(16), b"abc")],
        "refused": ["=", "AA==", "AB", "A", "+/8", "A A", "AAA\n", "AAAA=", "도장"],
    }


def made_canonical_json() -> dict[str, Any]:
    """RFC 8785: texts that are canonical, and texts that say the same otherwise."""
    values: list[Any] = [
        {},
        [],
        '도장\u20ac\r\n\u000f"\\/',
        {"b": [1, True, None, "x"], "a": {"": -1}},
        {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7},
        2**53 - 1,
    ]
    return {
        "canonical": [canonical(value).decode() for value in values],
        "refused": [
            "",
            "{",
            " {}",
            "{}\n",
            '{"b":1,"a":2}',
            '{"a":1,"a":1}',
            '{"a": 1}',
            "1.0",
            "1e2",
            '"\\u0041"',
            '"\\/"',
            "-0",
            "9007199254740992",
            "9007199254740993",
            "[" * 5_000,
        ],
    }


def made_stretching() -> list[dict[str, str]]:
    """Argon2id of PINs."""
    return [
        {"pin": pin, "salt": b64(salt), "p": b64(stretch(pin, salt, KeyStretching()))}
        for pin, salt in ((PIN, SALT), ("000000", bytes(16)))
    ]


def made_secrets() -> dict[str, Any]:
    """What one R opens."""
    key = SECRETS.authorization_key()
    return {
        "r": b64(R),
        "uid": b64(UID),
        "ver": VER,
        "kid": b64(KID),
        "secret": b64(SECRETS.secret),
        "commitment": b64(SECRETS.commitment()),
        "authorization_seed": b64(key.seed),
        "authorization_key": b64(key.public),
        "activation_secret": b64(SECRETS.activation_secret(KID)),
    }


def made_refused() -> dict[str, list[str]]:
    """Encodings that every party refuses. Elements: RFC 9496 A.3, and the identity. Keys: of small order, RFC 8032."""
    order, p = oprf.ORDER, 2**255 - 19
    low = sorted(signatures._SMALL_ORDER_Y)
    return {
        "elements": [
            b64(bytes.fromhex(text))
            for text in (
                "00" * 32,
                "00" + "ff" * 31,
                "f3" + "ff" * 30 + "7f",
                "ed" + "ff" * 30 + "7f",
                "01" + "00" * 31,
                "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
                "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
                "",
                "00" * 31,
            )
        ],
        "scalars": [b64(n.to_bytes(32, "little")) for n in (0, order, order + 1, 2**256 - 1)] + [b64(bytes(31))],
        "public_keys": [b64((y | sign << 255).to_bytes(32, "little")) for y in (*low, p, p + 1) for sign in (0, 1)]
        + [b64(bytes(31))],
    }


def made_refused_signature() -> dict[str, str]:
    """A signature whose R is the identity in another spelling, which lenient verifiers take (RFC 8032 5.1.7)."""
    key, data = SECRETS.authorization_key(), b"dojang"
    secret = bytearray(hashlib.sha512(key.seed).digest()[:32])
    secret[0] &= 248
    secret[31] = secret[31] & 127 | 64
    r = (2**255 - 19 + 1).to_bytes(32, "little")
    k = int.from_bytes(hashlib.sha512(r + key.public + data).digest(), "little")
    s = k * int.from_bytes(secret, "little") % oprf.ORDER
    return {"signer": b64(key.public), "signature": b64(r + s.to_bytes(32, "little")), "signed": b64(data)}


def made_anchors() -> dict[str, Any]:
    """The file, and files like it that are refused."""
    value = json.loads(ANCHORS.canonical())
    first, second = value["guards"][:2]
    twice = [value | {"guards": [first, second | {name: first[name]}]} for name in ("guard_id", "index", "public_key")]
    return {
        "file": ANCHORS.canonical().decode(),
        "guards_hash": b64(ANCHORS.guards_hash),
        "quorum": ANCHORS.quorum,
        "refused": [
            json.dumps(value),
            *(canonical(one).decode() for one in twice),
            canonical(value | {"threshold": 4}).decode(),
            canonical(value | {"threshold": 0}).decode(),
            canonical(value | {"extra": 1}).decode(),
            canonical(value | {"vault_key": b64(bytes(32))}).decode(),
            canonical({name: value[name] for name in value if name != "log_key"}).decode(),
        ],
    }


def made_record() -> dict[str, Any]:
    """M, and records like it that are refused."""
    value = json.loads(record().canonical())
    ksf = value["ksf"]
    return {
        "bytes": record().canonical().decode(),
        "sha256": b64(record_hash(record().canonical())),
        "refused": [
            json.dumps(value),
            canonical(value | {"extra": 1}).decode(),
            canonical(value | {"suite": "ristretto255-SHA256"}).decode(),
            canonical(value | {"ver": 0}).decode(),
            canonical(value | {"ver": "1"}).decode(),
            canonical(value | {"t": True}).decode(),
            canonical(value | {"salt": b64(bytes(15))}).decode(),
            canonical(value | {"ksf": ksf | {"name": "argon2i"}}).decode(),
            canonical({name: value[name] for name in value if name != "commitment"}).decode(),
            "[]",
        ],
        "weak": canonical(value | {"ksf": ksf | {"memory_kib": 8}}).decode(),
    }


def made() -> dict[str, Any]:
    """Everything that Python makes."""
    return {
        "about": "Made by tests/vectors/make_pin_protocol.py and, its last part, browser/test/made_by_typescript.ts",
        "pin": PIN,
        "now": NOW,
        "numbers": made_numbers(),
        "labels": made_labels(),
        "field": b64(field("도장")),
        "encoding": made_encoding(),
        "base64url": made_base64url(),
        "canonical_json": made_canonical_json(),
        "stretching": made_stretching(),
        "secrets": made_secrets(),
        "sharing": {"coefficients": [b64(c) for c in COEFFICIENTS], "guards": GUARD_VECTORS},
        "refused": made_refused(),
        "anchors": made_anchors(),
        "record": made_record(),
        "sealing": made_sealing(),
        "tickets": made_tickets(),
        "attempt_id": made_attempt_id(),
        "messages": made_messages(),
        "devices": made_devices(),
        "refused_signature": made_refused_signature(),
        "transactions": made_transactions(),
        "certificates": made_certificates(),
    }


def text(everything: dict[str, Any]) -> str:
    """The file's text: ASCII, since some of it is text that must not be seen."""
    return json.dumps(everything, indent=1) + "\n"


def main(typescript: str | None = None) -> None:
    """Write the file, with what TypeScript made in the file at that path, or else what it made before."""
    source = Path(typescript) if typescript else FILE
    found = json.loads(source.read_text("utf-8"))
    FILE.write_text(text(made() | {TYPESCRIPT: found if typescript else found[TYPESCRIPT]}), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
