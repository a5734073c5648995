import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dojang.pin import devices
from dojang.pin.devices import AttemptProof, CentreProof, DeviceAddition
from dojang.refusals import NotAPublicKey, SignatureRefused

KEY = ec.generate_private_key(ec.SECP256R1())
PROOF = AttemptProof("guard-1", bytes(16), 1, bytes(32), bytes(16), bytes([1] * 32))


def spki(key: ec.EllipticCurvePrivateKey, form: PublicFormat = PublicFormat.SubjectPublicKeyInfo) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, form)


def signed(data: bytes) -> bytes:
    r, s = decode_dss_signature(KEY.sign(data, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def test_what_the_device_key_signed_is_taken_and_its_id_is_the_keys_hash() -> None:
    devices.verify(devices.check_device_key(spki(KEY)), signed(PROOF.signed()), PROOF.signed())
    assert len(devices.device_id(spki(KEY))) == 32


@pytest.mark.parametrize(
    "changed",
    [
        AttemptProof("guard-2", bytes(16), 1, bytes(32), bytes(16), bytes([1] * 32)),
        AttemptProof("guard-1", bytes(16), 2, bytes(32), bytes(16), bytes([1] * 32)),
        AttemptProof("guard-1", bytes(16), 1, bytes([9] * 32), bytes(16), bytes([1] * 32)),
        AttemptProof("guard-1", bytes(16), 1, bytes(32), bytes([9] * 16), bytes([1] * 32)),
        AttemptProof("guard-1", bytes(16), 1, bytes(32), bytes(16), bytes([2] * 32)),
        AttemptProof("guard-1", bytes([9] * 16), 1, bytes(32), bytes(16), bytes([1] * 32)),
    ],
    ids=["another guard", "another version", "another transaction", "another ticket", "another element", "another uid"],
)
def test_a_proof_for_something_else_is_refused(changed: AttemptProof) -> None:
    with pytest.raises(SignatureRefused):
        devices.verify(spki(KEY), signed(PROOF.signed()), changed.signed())


@pytest.mark.parametrize("signature", [b"", bytes(64), bytes(63), bytes([255] * 64)], ids=len)
def test_what_is_no_signature_is_refused(signature: bytes) -> None:
    with pytest.raises(SignatureRefused):
        devices.verify(spki(KEY), signature, PROOF.signed())


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(spki(KEY) + b"\0", id="bytes behind the end"),
        pytest.param(spki(ec.generate_private_key(ec.SECP384R1())), id="another curve"),
        pytest.param(KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint), id="a point"),
    ],
)
def test_what_is_no_device_key_in_its_one_form_is_refused(key: bytes) -> None:
    with pytest.raises(NotAPublicKey):
        devices.check_device_key(key)


def test_the_same_fields_under_another_label_are_another_message() -> None:
    assert len({CentreProof(bytes(32)).signed(), DeviceAddition(bytes(16), bytes(32), spki(KEY)).signed()}) == 2
