"""What a browser's device key and its removal look like: the messages, and ECDSA signatures of RFC 6979."""

from typing import Any, Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dojang.pin import devices
from dojang.pin.encoding import b64, unb64
from tests.vectors.one_version import GUARD_VECTORS, SECRETS, TH, UID, VER, fixed

# The order of P-256 (SP 800-186 3.2.1.3), and its key in DER (RFC 5480) up to x and y.
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SPKI: Final = "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
DEVICE: Final = ec.derive_private_key(1 + int.from_bytes(fixed("device", 40), "big") % (_ORDER - 1), ec.SECP256R1())
DEVICE_KEY: Final = DEVICE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

# RFC 6979 A.2.5, with SHA-256.
_X: Final = "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
_Y: Final = "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299"
_RFC_6979: Final = {
    "sample": (
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8",
    ),
    "test": (
        "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
        "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083",
    ),
}


def made_devices() -> dict[str, Any]:
    """Each message with its device key's signature, and signatures that somebody else published."""
    attempt = devices.AttemptProof("guard-1", UID, VER, TH, fixed("jti", 16), unb64(GUARD_VECTORS[0]["blinded"]))
    centre = devices.CentreProof(fixed("code"))
    addition = devices.DeviceAddition(UID, TH, DEVICE_KEY)
    key = SECRETS.authorization_key()
    return {
        "key": b64(DEVICE_KEY),
        "id": b64(devices.device_id(DEVICE_KEY)),
        "attempt_proof": _signed(attempt),
        "centre_proof": _signed(centre),
        "addition": {
            "fields": _fields(addition),
            "signed": b64(addition.signed()),
            "signer": b64(key.public),
            "signature": b64(key.sign(addition.signed())),
        },
        "rfc6979_p256_sha256": {
            "key": b64(bytes.fromhex(_SPKI + _X + _Y)),
            "signatures": {message: b64(bytes.fromhex(r + s)) for message, (r, s) in _RFC_6979.items()},
        },
    }


def _signed(message: devices.AttemptProof | devices.CentreProof) -> dict[str, Any]:
    """Signed as RFC 6979 says, so that it is always the same here; a browser draws its k."""
    signature = DEVICE.sign(message.signed(), ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    r, s = (number.to_bytes(32, "big") for number in decode_dss_signature(signature))
    return {"fields": _fields(message), "signed": b64(message.signed()), "signature": b64(r + s)}


def _fields(message: Any) -> dict[str, Any]:
    values = {name: getattr(message, name) for name in message.__dataclass_fields__}
    return {name: b64(value) if isinstance(value, bytes) else value for name, value in values.items()}
