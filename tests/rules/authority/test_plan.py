import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from dojang.authority import keys, lint, names, profile, profiles, serials
from dojang.authority.object_identifiers import ARC, PERSONAL_FINANCIAL
from dojang.refusals import CertificateRefused, KeyKindUnknown
from tests.rules.authority.hierarchy import NOW, new_key, new_serial, shared, spki


@pytest.mark.parametrize(
    "name",
    [
        "",
        "가" * 22,
        "A" * 65,
        " 홍길동",
        "홍길동 ",
        "홍  길동",
        "홍길동\n",
        "홍\x00길동",
        "홍길\u202e동",
        "홍길\u200b동",
        "\u1112\u1169\u11bc",
        "홍길동 991231-9000009",
        "9912319000009",
        "\ue000",
    ],
    ids=lambda name: ascii(name)[:24],
)
def test_a_name_that_would_have_to_be_mended_is_refused(name: str) -> None:
    with pytest.raises(CertificateRefused) as refused:
        names.check_holder_name(name)
    assert refused.value.facts == {"lint": "holder_name"}


@pytest.mark.parametrize(
    "name", ["홍길동", "JOHN RONALD REUEL O'BRIEN-SMITH", "가" * 21, "A" * 64, "Ngô Thị Ánh", "王小明"]
)
def test_names_of_koreans_and_foreigners_stand_in_the_certificate_as_they_are(name: str) -> None:
    assert lint.rehearse(shared().plan(holder_name=name)).plan.common_name == name


@given(st.text(max_size=80))
def test_no_text_breaks_the_rehearsal(name: str) -> None:
    try:
        plan = shared().plan(holder_name=name)
    except CertificateRefused:
        return
    assert lint.rehearse(plan).plan is plan


def _explicit_parameters() -> bytes:
    """A P-256 key whose curve is spelled out instead of named (RFC 5480 2.1.1 forbids it); made by openssl."""
    return bytes.fromhex(
        "3082014b3082010306072a8648ce3d02013081f7020101302c06072a8648ce3d0101022100ffffffff00000001000000000000000000000000"
        "ffffffffffffffffffffffff305b0420ffffffff00000001000000000000000000000000fffffffffffffffffffffffc04205ac635d8aa3a93e7"
        "b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b031500c49d360886e704936a6678e1139d26b7819f7e900441046b17d1f2e12c4247"
        "f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f50221"
        "00ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc6325510201010342000"
        "46b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ecec"
        "bb6406837bf51f5"
    )


def _der(public: object) -> bytes:
    return public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined, no-any-return]


GOOD = spki(new_key())
COMPRESSED = bytes.fromhex(
    "3039301306072a8648ce3d020106082a8648ce3d030107032200"
) + new_key().public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x30\x00", id="an empty sequence"),
        pytest.param(GOOD[:-1], id="cut off"),
        pytest.param(GOOD + b"\x00", id="bytes behind the end"),
        pytest.param(GOOD[:-1] + bytes([GOOD[-1] ^ 1]), id="off the curve"),
        pytest.param(GOOD[:27] + bytes(64), id="the point 0, 0"),
        pytest.param(GOOD[:24] + b"\x02\x00\x00", id="the point at infinity"),
        pytest.param(COMPRESSED, id="compressed"),
        pytest.param(_explicit_parameters(), id="a curve spelled out"),
        pytest.param(_der(ec.generate_private_key(ec.SECP256K1()).public_key()), id="secp256k1"),
        pytest.param(_der(ec.generate_private_key(ec.SECP384R1()).public_key()), id="P-384"),
        pytest.param(_der(rsa.generate_private_key(65537, 1024).public_key()), id="weak RSA"),
        pytest.param(_der(rsa.generate_private_key(65537, 2048).public_key()), id="RSA"),
        pytest.param(_der(ed25519.Ed25519PrivateKey.generate().public_key()), id="Ed25519"),
    ],
)
def test_only_p256_keys_in_their_one_encoding_are_certified(key: bytes) -> None:
    assert keys.spki_of(keys.read_spki(GOOD)) == GOOD
    with pytest.raises(KeyKindUnknown):
        profile.plan(
            "personal_financial",
            shared().issuer,
            holder_name="홍길동",
            kid=bytes(16),
            spki=key,
            serial=new_serial(),
            not_before=NOW,
        )


@given(st.binary(min_size=16, max_size=16))
def test_every_serial_number_is_positive_17_octets_long_and_has_one_spelling(octets: bytes) -> None:
    serial = serials.from_random(octets)
    text = serials.to_text(serial)
    assert len(text) == 34
    assert text == "01" + octets.hex()
    assert serials.from_text(text) == serial


@pytest.mark.parametrize(
    "text", ["", "0", "00", "0001", "1", "AB", "0x01", "-1", "01 ", "01\n", "80" * 20, "01" * 21, "é1"]
)
def test_other_spellings_of_a_serial_number_are_refused(text: str) -> None:
    with pytest.raises(CertificateRefused) as refused:
        serials.from_text(text)
    assert refused.value.facts == {"lint": "serial"}


@pytest.mark.parametrize("serial", [0, -1, 1 << 159, 1 << 160, 1 << 63, 5])
def test_a_serial_number_out_of_bounds_is_not_rehearsed(serial: int) -> None:
    plan = profile.plan(
        "personal_financial",
        shared().issuer,
        holder_name="홍길동",
        kid=bytes(16),
        spki=GOOD,
        serial=serial,
        not_before=NOW,
    )
    with pytest.raises(CertificateRefused):
        lint.rehearse(plan)


@pytest.mark.parametrize("name", ["root", "issuing", "ocsp_responder", "../root", "", "no_such"])
def test_a_holders_certificate_has_a_holders_profile(name: str) -> None:
    with pytest.raises(CertificateRefused) as refused:
        profile.plan(
            name, shared().issuer, holder_name="홍길동", kid=bytes(16), spki=GOOD, serial=new_serial(), not_before=NOW
        )
    assert refused.value.facts == {"lint": "profile"}


def test_our_own_certificates_are_never_a_holders() -> None:
    with pytest.raises(CertificateRefused):
        profile.plan_own("personal_financial", shared().issuer, spki=GOOD, serial=new_serial(), not_before=NOW)


@pytest.mark.parametrize("kid", [b"", bytes(15), bytes(17)])
def test_a_kid_has_16_octets(kid: bytes) -> None:
    with pytest.raises(CertificateRefused):
        shared().plan(kid=kid)


def test_every_profile_can_be_read_and_only_a_responder_says_no_check() -> None:
    assert {name: profiles.read(name).ocsp_no_check for name in profiles.ALL} == {
        "root": False,
        "issuing": False,
        "ocsp_responder": True,
        "personal_financial": False,
    }


def test_the_policy_stands_below_our_own_arc_of_arcs_that_everyone_can_read() -> None:
    assert PERSONAL_FINANCIAL.dotted_string == f"{ARC}.1.1.1"
    assert all(int(arc) < 1 << 31 for arc in PERSONAL_FINANCIAL.dotted_string.split("."))


def test_the_shard_is_fixed_by_the_serial_number_and_all_shards_are_used() -> None:
    issuer = shared().issuer
    assert {issuer.crl_file(serial) for serial in range(1, 20)} == set(issuer.crl_files)
    assert shared().root_issuer.crl_files == ("root",)
