"""What TypeScript made, used by Python: it enrolled a PIN and consented to a transaction."""

import json
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from dojang.pin import devices, messages, oprf, sealing, sharing, signatures
from dojang.pin.devices import AttemptProof
from dojang.pin.encoding import b64, parse_canonical, sha256, unb64
from dojang.pin.record import Record, record_hash
from dojang.pin.version import Secrets, stretch
from dojang.refusals import SignatureRefused
from tests.vectors.make_pin_protocol import FILE, TYPESCRIPT
from tests.vectors.one_version import ANCHORS, DAY_KEY, DAY_KEY_ID

MADE: Final[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))[TYPESCRIPT]


def opened(made: dict[str, Any], guards: tuple[int, int]) -> tuple[Record, Secrets]:
    """The record, and what the right PIN opens with the help of two guards' keys."""
    record = Record.parse(made["record"].encode())
    p = stretch(made["pin"], record.salt, record.stretching)
    shares = {}
    for share in (record.shares[i] for i in guards):
        (guard,) = (g for g in made["guards"] if g["guard_id"] == share.guard_id)
        key = oprf.key_pair(unb64(guard["key"]))
        assert share.public_key_sha256 == sha256(key.public)
        blinded = oprf.blind(p)
        output = oprf.finalize(p, blinded, oprf.evaluate(key, blinded.element), key.public)
        masking = sharing.mask(record.uid, record.ver, share.guard_id, share.index, output)
        shares[share.index] = sharing.remove_mask(share.masked, masking)
    return record, Secrets.of(sharing.combine(shares), record.uid, record.ver)


def check_statement(made: dict[str, Any]) -> None:
    """The statement is signed by AK' over what the record says."""
    record = Record.parse(made["record"].encode())
    keys = tuple(messages.NamedKey(s.guard_id, s.public_key_sha256) for s in record.shares)
    statement = messages.Statement(
        record.uid,
        record.ver,
        record.authorization_key,
        record_hash(made["record"].encode()),
        ANCHORS.guards_hash,
        "new",
        keys,
    )
    signatures.verify(record.authorization_key, unb64(made["statement_signature"]), statement.signed())


def check_sealed(made: dict[str, Any]) -> None:
    """What is sealed opens with the day key, each under its own info, and is A_kid."""
    record, secrets = opened(made, (0, 2))
    kid, key = unb64(made["kid"]), X25519PrivateKey.from_private_bytes(DAY_KEY.private_bytes_raw())
    credential = messages.Credential(
        record.uid,
        kid,
        "P-256",
        DAY_KEY_ID,
        ANCHORS.guards_hash,
        record.ver,
        record.authorization_key,
        record_hash(made["record"].encode()),
    )
    for sealed, info in (
        (made["sealed"]["credential"], credential.info()),
        (made["sealed"]["activation"], messages.activation_info(unb64(made["th"]), kid, DAY_KEY_ID)),
    ):
        assert sealing.unseal(unb64(sealed), key, info, 32) == secrets.activation_secret(kid)


def check_device(made: dict[str, Any]) -> None:
    """A device key that is P-256, and its signature over the proof that an attempt comes from it."""
    device, guard = made["device"], made["guards"][0]
    proof = AttemptProof(
        guard["guard_id"],
        unb64(made["uid"]),
        made["ver"],
        unb64(made["th"]),
        unb64(device["jti"]),
        unb64(guard["blinded"]),
    )
    devices.verify(devices.check_device_key(unb64(device["key"])), unb64(device["signature"]), proof.signed())


def test_the_device_key_is_one_and_signed_the_proof() -> None:
    check_device(MADE)
    other = MADE["device"] | {"jti": b64(bytes(16))}
    with pytest.raises(SignatureRefused):
        check_device(MADE | {"device": other})


def test_any_two_guards_open_the_record_with_the_right_pin() -> None:
    for guards in ((0, 1), (1, 2), (2, 0)):
        record, secrets = opened(MADE, guards)
        assert secrets.check(record.commitment)
        assert secrets.authorization_key().public == record.authorization_key


def test_a_wrong_pin_opens_nothing() -> None:
    record, secrets = opened(MADE | {"pin": "739206"}, (0, 1))
    assert not secrets.check(record.commitment)


def test_the_guards_proofs_hold() -> None:
    for guard in MADE["guards"]:
        key = oprf.key_pair(unb64(guard["key"]))
        assert b64(key.public) == guard["public_key"]
        oprf.verify_proof(key.public, [unb64(guard["blinded"])], [unb64(guard["evaluated"])], unb64(guard["proof"]))


def test_the_statement_is_signed_by_the_new_key() -> None:
    check_statement(MADE)


def test_what_was_sealed_is_the_activation_secret() -> None:
    check_sealed(MADE)


def test_the_activation_lists_the_attempts_and_is_signed() -> None:
    record = Record.parse(MADE["record"].encode())
    made = MADE["activation"]
    for body in MADE["attempts"]:
        parse_canonical(body.encode())
    attempts = tuple(messages.attempt_id(body.encode()) for body in MADE["attempts"])
    assert [b64(attempt) for attempt in attempts] == made["attempts"]
    activation = messages.Activation(
        record.uid, record.ver, unb64(MADE["th"]), made["iat"], made["exp"], unb64(made["sealed_sha256"]), attempts
    )
    signatures.verify(record.authorization_key, unb64(made["signature"]), activation.signed())
    assert b64(activation.hash(unb64(made["signature"]))) == made["hash"]
