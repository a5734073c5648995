"""The shared vectors, read by Python. `browser/test/*.test.ts` reads the same file."""

import json
from typing import Any, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from dojang.pin import devices, labels, messages, oprf, sealing, sharing, signatures, tickets
from dojang.pin.anchors import Anchors
from dojang.pin.devices import AttemptProof, CentreProof, DeviceAddition
from dojang.pin.encoding import b64, canonical, encode, field, parse_canonical, sha256, unb64
from dojang.pin.record import KeyStretching, Record, record_hash
from dojang.pin.signatures import SigningKey
from dojang.pin.version import Secrets, stretch
from dojang.refusals import (
    AnchorsMismatch,
    FieldTooLong,
    NotAnElement,
    NotAPublicKey,
    NotAScalar,
    NotBase64Url,
    NotCanonical,
    RecordMismatch,
    SealedRefused,
    SignatureRefused,
    TicketRefused,
)
from tests.vectors import make_pin_protocol
from tests.vectors.make_pin_protocol import FILE

FILED: Final[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))
SECRETS, GUARDS, MESSAGES = FILED["secrets"], FILED["sharing"]["guards"], FILED["messages"]

KINDS: Final[dict[str, type[Any]]] = {
    "day_key": messages.DayKey,
    "version_reply": messages.VersionReply,
    "attestation": messages.Attestation,
    "statement": messages.Statement,
    "version_receipt": messages.VersionReceipt,
    "attempt_reply": messages.AttemptReply,
    "attempt_reply_due": messages.AttemptReply,
    "attempt_refusal": messages.AttemptRefusal,
    "attempt_refusal_not_live": messages.AttemptRefusal,
    "activation": messages.Activation,
    "confirm_receipt": messages.ConfirmReceipt,
}
_TEXTS: Final = {"guard_id", "state", "pin", "code", "algorithm"}


def _value(name: str, value: Any) -> Any:
    match value:
        case str() if name not in _TEXTS:
            return unb64(value)
        case list():
            return tuple(messages.NamedKey(**_values(v)) if isinstance(v, dict) else unb64(v) for v in value)
    return value


def _values(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in fields.items()}


def _raw(fields: dict[str, Any], *names: str) -> list[bytes]:
    return [unb64(fields[name]) for name in names]


def test_the_maker_makes_exactly_the_file() -> None:
    made = make_pin_protocol.made()
    kept = {name: value for name, value in FILED.items() if name not in made}
    assert make_pin_protocol.text(made | kept) == FILE.read_text("utf-8")
    assert set(kept) <= {make_pin_protocol.TYPESCRIPT}


def test_labels_are_the_filed_ones_and_none_stands_twice() -> None:
    ours = {name: value.decode() for name, value in vars(labels).items() if name.isupper() and not name.startswith("_")}
    assert ours == FILED["labels"]
    assert len(set(ours.values())) == len(ours)


@pytest.mark.parametrize("case", FILED["encoding"])
def test_fields_are_put_together_as_filed(case: dict[str, Any]) -> None:
    fields: list[bytes | str | int] = []
    for tagged in case["fields"]:
        ((kind, value),) = tagged.items()
        match kind:
            case "bytes":
                fields.append(unb64(value))
            case "zeros":
                fields.append(bytes(value))
            case _:
                fields.append(value)
    assert b64(sha256(encode(case["label"].encode(), *fields))) == case["sha256"]


def test_a_field_over_65535_bytes_is_refused() -> None:
    assert len(field(bytes(65_535))) == 65_537
    with pytest.raises(FieldTooLong):
        field(bytes(65_536))


@pytest.mark.parametrize("spelling", FILED["base64url"]["spellings"])
def test_bytes_have_one_spelling(spelling: dict[str, str]) -> None:
    assert b64(bytes.fromhex(spelling["hex"])) == spelling["text"]
    assert unb64(spelling["text"]).hex() == spelling["hex"]


@pytest.mark.parametrize("text", FILED["base64url"]["refused"])
def test_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(NotBase64Url):
        unb64(text)


@pytest.mark.parametrize("text", FILED["canonical_json"]["canonical"])
def test_canonical_json_is_read_and_written_back(text: str) -> None:
    assert canonical(parse_canonical(text.encode())) == text.encode()


@pytest.mark.parametrize("text", FILED["canonical_json"]["refused"], ids=lambda text: text[:12])
def test_json_that_is_not_canonical_is_refused(text: str) -> None:
    with pytest.raises(NotCanonical):
        parse_canonical(text.encode())


@pytest.mark.parametrize("case", FILED["stretching"])
def test_a_pin_is_stretched_as_filed(case: dict[str, str]) -> None:
    assert b64(stretch(case["pin"], unb64(case["salt"]), KeyStretching())) == case["p"]


def test_one_r_opens_the_filed_secrets() -> None:
    secrets = Secrets.of(unb64(SECRETS["r"]), unb64(SECRETS["uid"]), SECRETS["ver"])
    assert b64(secrets.secret) == SECRETS["secret"]
    assert b64(secrets.commitment()) == SECRETS["commitment"]
    assert b64(secrets.authorization_key().seed) == SECRETS["authorization_seed"]
    assert b64(secrets.authorization_key().public) == SECRETS["authorization_key"]
    assert b64(secrets.activation_secret(unb64(SECRETS["kid"]))) == SECRETS["activation_secret"]


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard["guard_id"])
def test_the_oprf_gives_the_filed_output_and_mask(guard: dict[str, Any]) -> None:
    p = unb64(FILED["stretching"][0]["p"])
    key = oprf.key_pair(unb64(guard["key"]))
    blinded = oprf.blind_with(p, unb64(guard["blind"]))
    (element,), proof = oprf.evaluate_batch(key, [blinded.element], unb64(guard["nonce"]))
    output = oprf.finalize(p, blinded, oprf.Evaluated(element, proof), unb64(guard["public_key"]))
    masking = sharing.mask(unb64(SECRETS["uid"]), SECRETS["ver"], guard["guard_id"], guard["index"], output)
    assert [b64(v) for v in (blinded.element, element, proof, output, masking)] == [
        guard[name] for name in ("blinded", "evaluated", "proof", "output", "mask")
    ]
    assert b64(sharing.add_mask(unb64(guard["share"]), masking)) == guard["masked"]


@pytest.mark.parametrize("pair", [(0, 1), (0, 2), (1, 2), (2, 0)])
def test_any_two_shares_give_r(pair: tuple[int, int]) -> None:
    coefficients = [unb64(c) for c in FILED["sharing"]["coefficients"]]
    assert {i: b64(s) for i, s in sharing.evaluate(coefficients, [1, 2, 3]).items()} == {
        guard["index"]: guard["share"] for guard in GUARDS
    }
    shares = {g["index"]: sharing.remove_mask(unb64(g["masked"]), unb64(g["mask"])) for g in (GUARDS[i] for i in pair)}
    assert b64(sharing.combine(shares)) == SECRETS["r"]


@pytest.mark.parametrize("text", FILED["refused"]["elements"])
def test_what_is_not_on_the_group_is_refused(text: str) -> None:
    with pytest.raises(NotAnElement):
        oprf.check_element(unb64(text))


@pytest.mark.parametrize("text", FILED["refused"]["scalars"])
def test_what_is_no_scalar_is_refused(text: str) -> None:
    with pytest.raises(NotAScalar):
        oprf.check_scalar(unb64(text))


@pytest.mark.parametrize("text", FILED["refused"]["public_keys"])
def test_a_key_of_small_order_or_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(NotAPublicKey):
        signatures.check_public_key(unb64(text))


def test_the_anchors_are_read_as_filed() -> None:
    anchors = Anchors.parse(FILED["anchors"]["file"].encode())
    assert b64(anchors.guards_hash) == FILED["anchors"]["guards_hash"]
    assert anchors.quorum == FILED["anchors"]["quorum"]


@pytest.mark.parametrize("text", FILED["anchors"]["refused"])
def test_anchors_that_say_something_else_are_refused(text: str) -> None:
    with pytest.raises(AnchorsMismatch):
        Anchors.parse(text.encode())


def test_the_record_is_read_as_filed() -> None:
    data = FILED["record"]["bytes"].encode()
    record = Record.parse(data)
    assert b64(record_hash(data)) == FILED["record"]["sha256"]
    assert [b64(share.masked) for share in record.shares] == [guard["masked"] for guard in GUARDS]
    assert b64(record.commitment) == SECRETS["commitment"]


@pytest.mark.parametrize("text", FILED["record"]["refused"])
def test_a_record_that_says_something_else_is_refused(text: str) -> None:
    with pytest.raises(RecordMismatch):
        Record.parse(text.encode())


def test_a_record_that_asks_for_weaker_stretching_is_refused() -> None:
    weak = Record.parse(FILED["record"]["weak"].encode())
    with pytest.raises(RecordMismatch):
        stretch(FILED["pin"], weak.salt, weak.stretching)


@pytest.mark.parametrize("name", KINDS)
def test_a_message_is_signed_as_filed(name: str) -> None:
    vector = MESSAGES[name]
    message = KINDS[name](**_values(vector["fields"]))
    assert b64(message.signed()) == vector["signed"]
    signatures.verify(*_raw(vector, "signer", "signature", "signed"))


@pytest.mark.parametrize("name", KINDS)
def test_a_message_under_another_key_or_with_a_bit_changed_is_refused(name: str) -> None:
    signer, signature, signed = _raw(MESSAGES[name], "signer", "signature", "signed")
    for forged in (
        (SigningKey(bytes(32)).public, signature, signed),
        (signer, signature, signed[:-1] + bytes([signed[-1] ^ 1])),
        (signer, signature[:-1], signed),
    ):
        with pytest.raises(SignatureRefused):
            signatures.verify(*forged)


def test_a_signature_with_another_spelling_of_r_is_refused() -> None:
    with pytest.raises(SignatureRefused):
        signatures.verify(*_raw(FILED["refused_signature"], "signer", "signature", "signed"))


def test_a_credential_is_signed_over_what_is_sealed() -> None:
    vector = MESSAGES["credential"]
    credential = messages.Credential(**_values(vector["fields"]))
    assert b64(credential.info()) == vector["info"]
    assert b64(credential.signed(unb64(vector["sealed"]))) == vector["signed"]
    signatures.verify(*_raw(vector, "signer", "signature", "signed"))


def test_an_activation_has_the_filed_hash() -> None:
    vector = MESSAGES["activation"]
    activation = messages.Activation(**_values(vector["fields"]))
    assert b64(activation.hash(unb64(vector["signature"]))) == vector["hash"]


def test_an_attempt_has_the_filed_id() -> None:
    assert b64(messages.attempt_id(FILED["attempt_id"]["body"].encode())) == FILED["attempt_id"]["attempt_id"]


def test_a_leaf_is_put_together_as_filed() -> None:
    v = MESSAGES["leaf"]
    leaf = messages.leaf(
        unb64(v["log_id"]), v["n"], v["event"], unb64(v["kid"]), unb64(v["subject"]), unb64(v["activation_sha256"])
    )
    assert b64(leaf) == v["leaf"]


DEVICES: Final = FILED["devices"]


@pytest.mark.parametrize(("name", "kind"), [("attempt_proof", AttemptProof), ("centre_proof", CentreProof)])
def test_a_device_signs_as_filed(name: str, kind: type[Any]) -> None:
    vector = DEVICES[name]
    key, signature, signed = unb64(DEVICES["key"]), *_raw(vector, "signature", "signed")
    fields = _values({name: value for name, value in vector["fields"].items() if name != "code"})
    code = {"code": unb64(vector["fields"]["code"])} if "code" in vector["fields"] else {}
    assert b64(kind(**fields, **code).signed()) == vector["signed"]
    assert b64(devices.device_id(devices.check_device_key(key))) == DEVICES["id"]
    devices.verify(key, signature, signed)
    for forged in (
        (unb64(DEVICES["rfc6979_p256_sha256"]["key"]), signature, signed),
        (key, signature, signed[:-1] + bytes([signed[-1] ^ 1])),
        (key, signature[:-1], signed),
    ):
        with pytest.raises(SignatureRefused):
            devices.verify(*forged)


def test_a_device_is_added_as_filed() -> None:
    vector = DEVICES["addition"]
    assert b64(DeviceAddition(**_values(vector["fields"])).signed()) == vector["signed"]
    assert vector["fields"]["device_key"] == DEVICES["key"]
    signatures.verify(*_raw(vector, "signer", "signature", "signed"))


@pytest.mark.parametrize("message", DEVICES["rfc6979_p256_sha256"]["signatures"])
def test_the_signatures_of_rfc_6979_are_taken(message: str) -> None:
    published = DEVICES["rfc6979_p256_sha256"]
    key, signature = unb64(published["key"]), unb64(published["signatures"][message])
    devices.verify(devices.check_device_key(key), signature, message.encode())
    with pytest.raises(SignatureRefused):
        devices.verify(key, signature, message.encode() + b" ")


def test_tickets_open_at_their_guard_alone() -> None:
    key, now = Anchors.parse(FILED["anchors"]["file"].encode()).ticket_key, FILED["now"]
    version = tickets.open_version(FILED["tickets"]["version"], key, "guard-1", now)
    attempt = tickets.open_attempt(FILED["tickets"]["attempt"], key, "guard-1", now)
    removal = tickets.open_device_removal(FILED["tickets"]["device_remove"], key, "guard-1", now)
    assert b64(version.uid) == b64(attempt.uid) == b64(removal.uid) == SECRETS["uid"]
    assert b64(removal.device) == DEVICES["id"]
    with pytest.raises(TicketRefused):
        tickets.open_attempt(FILED["tickets"]["attempt"], key, "guard-2", now)
    with pytest.raises(TicketRefused):
        tickets.open_attempt(FILED["tickets"]["version"], key, "guard-1", now)


@pytest.mark.parametrize("name", ["activation", "credential"])
def test_what_is_sealed_opens_under_its_own_info_alone(name: str) -> None:
    vector = FILED["sealing"]
    key = X25519PrivateKey.from_private_bytes(unb64(vector["private_key"]))
    sealed, info = _raw(vector[name], "sealed", "info")
    assert b64(sealing.unseal(sealed, key, info, 32)) == vector["plain"]
    for forged, context in ((sealed, info + b"\0"), (sealed[:-1], info), (sealed[:-1] + b"\0", info)):
        with pytest.raises(SealedRefused):
            sealing.unseal(forged, key, context, 32)
