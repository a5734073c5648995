"""What each party signs or seals in the version that the vectors tell of: fields, bytes, signature."""

from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from dojang.pin import messages, sealing, tickets
from dojang.pin.devices import device_id
from dojang.pin.encoding import b64, canonical, sha256, unb64
from dojang.pin.record import record_hash
from dojang.pin.signatures import SigningKey
from tests.vectors.device_vectors import DEVICE_KEY
from tests.vectors.hpke_by_hand import seal_with
from tests.vectors.one_version import (
    ANCHORS,
    DAY_KEY,
    DAY_KEY_ID,
    GUARD_VECTORS,
    GUARDS,
    KID,
    NOW,
    SECRETS,
    TH,
    TICKET,
    UID,
    VAULT,
    VER,
    fixed,
    record,
)

_AK: Final = SECRETS.authorization_key()
_AK_HASH: Final = sha256(_AK.public)
_M: Final = record_hash(record().canonical())
_GUARD: Final = GUARDS[0][2]
_BLINDED, _EVALUATED, _PROOF, _PUBLIC = (
    unb64(GUARD_VECTORS[0][name]) for name in ("blinded", "evaluated", "proof", "public_key")
)
_DAY_KEY_PUBLIC: Final = DAY_KEY.public_key().public_bytes_raw()
_CREDENTIAL: Final = messages.Credential(UID, KID, "P-256", DAY_KEY_ID, ANCHORS.guards_hash, VER, _AK.public, _M)


def made_tickets() -> dict[str, str]:
    """A ticket of each kind for guard-1, under the ticket key of the anchors."""
    return {
        "version": tickets.seal(tickets.VersionTicket("guard-1", UID, KID, VER, NOW + 600), TICKET),
        "attempt": tickets.seal(tickets.AttemptTicket("guard-1", UID, VER, TH, fixed("jti", 16), NOW + 120), TICKET),
        "device_remove": tickets.seal(
            tickets.DeviceRemovalTicket("guard-1", UID, device_id(DEVICE_KEY), NOW + 120), TICKET
        ),
    }


def made_attempt_id() -> dict[str, str]:
    """An attempt's body and its id."""
    body = canonical(
        {
            "ticket": made_tickets()["attempt"],
            "uid": b64(UID),
            "ver": VER,
            "blinded": b64(_BLINDED),
            "th": b64(TH),
        }
    )
    return {"body": body.decode(), "attempt_id": b64(messages.attempt_id(body))}


def made_sealing() -> dict[str, Any]:
    """A_kid sealed to the day key, for a use and for a credential; opened again here."""
    return {
        "private_key": b64(DAY_KEY.private_bytes_raw()),
        "public_key": b64(_DAY_KEY_PUBLIC),
        "plain": b64(SECRETS.activation_secret(KID)),
        "activation": _sealed("activation", messages.activation_info(TH, KID, DAY_KEY_ID)),
        "credential": _sealed("credential", _CREDENTIAL.info()),
    }


def _sealed(name: str, info: bytes) -> dict[str, str]:
    plain = SECRETS.activation_secret(KID)
    ephemeral = X25519PrivateKey.from_private_bytes(fixed(f"ephemeral {name}"))
    sealed = seal_with(ephemeral, plain, _DAY_KEY_PUBLIC, info)
    if sealing.unseal(sealed, DAY_KEY, info, 32) != plain:
        raise AssertionError
    return {"info": b64(info), "sealed": b64(sealed)}


def made_messages() -> dict[str, Any]:
    """Every signed message."""
    return _of_a_version() | _of_a_use() | {"leaf": _leaf()}


def _of_a_version() -> dict[str, Any]:
    sealed = unb64(made_sealing()["credential"]["sealed"])
    keys = tuple(messages.NamedKey(g["guard_id"], sha256(unb64(g["public_key"]))) for g in GUARD_VECTORS)
    statement = messages.Statement(UID, VER, _AK.public, _M, ANCHORS.guards_hash, "new", keys)
    attestation = messages.Attestation(UID, VER, KID, _AK.public, _M, fixed("spki hash"), unb64(_leaf()["leaf"]))
    reply = messages.VersionReply("guard-1", UID, VER, _BLINDED, _EVALUATED, _PROOF, _PUBLIC)
    receipt = messages.VersionReceipt(ANCHORS.guards_hash, "guard-1", UID, VER, _AK_HASH, _M, "live", 7, NOW)
    return {
        "day_key": _signed(VAULT, messages.DayKey(DAY_KEY_ID, _DAY_KEY_PUBLIC, NOW, NOW + 86_400)),
        "version_reply": _signed(_GUARD, reply),
        "credential": _signed_bytes(_AK, _fields(_CREDENTIAL), _CREDENTIAL.signed(sealed))
        | {"info": b64(_CREDENTIAL.info()), "sealed": b64(sealed)},
        "attestation": _signed(VAULT, attestation),
        "statement": _signed(_AK, statement),
        "version_receipt": _signed(_GUARD, receipt),
    }


def _of_a_use() -> dict[str, Any]:
    attempt = unb64(made_attempt_id()["attempt_id"])
    sealed_hash = sha256(unb64(made_sealing()["activation"]["sealed"]))
    attempts = (attempt, fixed("another attempt"))
    activation = messages.Activation(UID, VER, TH, NOW, NOW + 300, sealed_hash, attempts)
    activation_hash = activation.hash(_AK.sign(activation.signed()))
    receipt = messages.ConfirmReceipt(ANCHORS.guards_hash, "guard-1", UID, VER, _AK_HASH, TH, activation_hash, 9, NOW)
    return {
        "attempt_reply": _signed(_GUARD, _attempt_reply(attempt, due=False, known=True)),
        "attempt_reply_due": _signed(_GUARD, _attempt_reply(attempt, due=True, known=False)),
        "attempt_refusal": _signed(
            _GUARD, messages.AttemptRefusal("guard-1", UID, VER, TH, attempt, "row_full", 0, VER, _M)
        ),
        "attempt_refusal_not_live": _signed(
            _GUARD, messages.AttemptRefusal("guard-1", UID, VER, TH, attempt, "version_not_live", 0, 0, b"")
        ),
        "activation": _signed(_AK, activation) | {"hash": b64(activation_hash)},
        "confirm_receipt": _signed(_GUARD, receipt),
    }


def _attempt_reply(attempt: bytes, *, due: bool, known: bool) -> messages.AttemptReply:
    oprf_answer = _EVALUATED, _PROOF, _PUBLIC
    return messages.AttemptReply("guard-1", UID, VER, TH, attempt, _BLINDED, *oprf_answer, 4, 1, due, known, _M)


def _leaf() -> dict[str, Any]:
    log_id, subject = fixed("log id", 16), sha256(b"body")
    return {
        "log_id": b64(log_id),
        "n": 0,
        "event": "version",
        "kid": b64(KID),
        "subject": b64(subject),
        "activation_sha256": "",
        "leaf": b64(messages.leaf(log_id, 0, "version", KID, subject, b"")),
    }


def _signed(key: SigningKey, message: Any) -> dict[str, Any]:
    return _signed_bytes(key, _fields(message), message.signed())


def _signed_bytes(key: SigningKey, fields: dict[str, Any], data: bytes) -> dict[str, Any]:
    return {"fields": fields, "signed": b64(data), "signer": b64(key.public), "signature": b64(key.sign(data))}


def _fields(message: Any) -> dict[str, Any]:
    return {name: _json(getattr(message, name)) for name in message.__dataclass_fields__}


def _json(value: Any) -> Any:
    match value:
        case bytes():
            return b64(value)
        case tuple():
            return [_json(item) for item in value]
        case messages.NamedKey():
            return _fields(value)
    return value
