import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import crl as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import example, given
from hypothesis import strategies as st

from dojang.authority import build, crl, keys
from dojang.authority.crl import RevocationList, Revoked
from dojang.refusals import CertificateMismatch, CrlRefused
from tests.rules.authority.hierarchy import ADDRESSES, NOW, new_key, new_serial, openssl, pem, shared

SERIAL = 0x01_0000000000000000_0000000000000004
FILE = shared().issuer.crl_file(SERIAL)
DAY = 86400


def made(*revoked: Revoked, file: str = FILE, number: int = 1, now: int = NOW) -> RevocationList:
    issuer, key = shared().issuer, shared().issuing_key
    times = {"this_update": now, "next_update": now + DAY}
    return crl.build(issuer, key, file, number=number, revoked=revoked, **times)


@pytest.mark.parametrize("reason", sorted(crl.REASONS))
def test_a_crl_names_what_is_revoked_with_time_and_reason(reason: str) -> None:
    entry = Revoked(SERIAL, reason, NOW - 5)
    built = made(entry, number=7)
    assert built == RevocationList(built.der, FILE, 7, NOW, NOW + DAY, (entry,))
    assert crl.read(built.der, shared().issuer, FILE) == built


def test_every_entry_stands_on_its_own_shard_and_on_no_other() -> None:
    issuer = shared().issuer
    entries = [Revoked(SERIAL + n, "superseded", NOW) for n in range(40)]
    shards = [made(*entries, file=file).revoked for file in issuer.crl_files]
    assert sorted(entry.serial for shard in shards for entry in shard) == [entry.serial for entry in entries]
    assert all(len(shard) == 10 for shard in shards)


def test_asn1crypto_reads_the_same() -> None:
    parsed = asn1.CertificateList.load(made(Revoked(SERIAL, "keyCompromise", NOW), number=9).der)
    assert parsed.crl_number_value.native == 9
    assert parsed.authority_key_identifier == keys.key_identifier(shared().issuer.key)
    point = parsed.issuing_distribution_point_value.native
    assert point["distribution_point"] == [ADDRESSES.crl(FILE)]
    assert not any(value for name, value in point.items() if name != "distribution_point")
    (entry,) = parsed["tbs_cert_list"]["revoked_certificates"].native
    assert (entry["user_certificate"], entry["crl_entry_extensions"][0]["extn_value"]) == (SERIAL, "key_compromise")


def test_openssl_finds_the_revoked_certificate_and_no_other(tmp_path: Path) -> None:
    shared().write(tmp_path)
    revoked, good = shared().holder(SERIAL), shared().holder(SERIAL + 4)
    (tmp_path / "revoked.pem").write_bytes(revoked.pem)
    (tmp_path / "good.pem").write_bytes(good.pem)
    built = made(Revoked(SERIAL, "superseded", NOW))
    (tmp_path / "shard.crl").write_bytes(pem(x509.load_der_x509_crl(built.der)))
    signed = openssl("crl", "-in", "shard.crl", "-noout", "-CAfile", "issuing.pem", cwd=tmp_path)
    assert "verify OK" in signed.stderr
    arguments = ["-CAfile", "root.pem", "-untrusted", "issuing.pem", "-CRLfile", "shard.crl"]
    check = ["verify", "-attime", str(NOW + 1), "-crl_check", *arguments]
    assert openssl(*check, "good.pem", cwd=tmp_path).stdout == "good.pem: OK\n"
    told = openssl(*check, "revoked.pem", cwd=tmp_path)
    assert told.returncode != 0
    assert "certificate revoked" in told.stderr


def test_openssl_does_not_take_another_shard_for_this_one(tmp_path: Path) -> None:
    shared().write(tmp_path)
    (tmp_path / "holder.pem").write_bytes(shared().holder(SERIAL).pem)
    built = made(file=shared().issuer.crl_file(SERIAL + 1))
    (tmp_path / "other.crl").write_bytes(pem(x509.load_der_x509_crl(built.der)))
    arguments = ["-CAfile", "root.pem", "-untrusted", "issuing.pem", "-CRLfile", "other.crl", "holder.pem"]
    told = openssl("verify", "-attime", str(NOW + 1), "-crl_check", *arguments, cwd=tmp_path)
    assert told.returncode != 0


def test_the_root_has_one_crl_of_its_own() -> None:
    issuer, key = shared().root_issuer, shared().root_key
    built = crl.build(issuer, key, "root", number=1, this_update=NOW, next_update=NOW + 180 * DAY, revoked=[])
    assert crl.read(built.der, issuer, "root").revoked == ()
    assert asn1.CertificateList.load(built.der).issuing_distribution_point_value is None


def test_another_key_than_the_issuers_makes_no_crl() -> None:
    with pytest.raises(CertificateMismatch):
        crl.build(shared().issuer, new_key(), FILE, number=1, this_update=NOW, next_update=NOW + 1, revoked=[])


def test_unspecified_is_no_reason_of_ours() -> None:
    with pytest.raises(KeyError):
        made(Revoked(SERIAL, "unspecified", NOW))


def forged(
    *,
    key: Any = None,
    issuer: x509.Name | None = None,
    without: type[x509.ExtensionType] | None = None,
    critical: bool = True,
    number: int = 1,
    address: str = ADDRESSES.crl(FILE),
    only_authorities: bool = False,
    identifier: bytes | None = None,
    extra: x509.ExtensionType | None = None,
    reason: x509.ReasonFlags | None = x509.ReasonFlags.superseded,
    algorithm: hashes.SHA384 | None = None,
    entries: int = 1,
) -> bytes:
    """A CRL of the issuing authority with one thing changed."""
    house = shared()
    point = [x509.UniformResourceIdentifier(address)]
    key_id = identifier or keys.key_identifier(house.issuer.key)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer or house.issuer.name)
        .last_update(build.moment(NOW))
        .next_update(build.moment(NOW + DAY))
    )
    extensions = [
        (x509.AuthorityKeyIdentifier(key_id, None, None), False),
        (x509.CRLNumber(number), False),
        (x509.IssuingDistributionPoint(point, None, False, only_authorities, None, False, False), critical),
        *([(extra, False)] if extra else []),
    ]
    for value, is_critical in extensions:
        if without is None or not isinstance(value, without):
            builder = builder.add_extension(value, is_critical)
    for _ in range(entries):
        entry = x509.RevokedCertificateBuilder().serial_number(SERIAL).revocation_date(build.moment(NOW))
        if reason:
            entry = entry.add_extension(x509.CRLReason(reason), False)
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(key or house.issuing_key, algorithm or hashes.SHA256()).public_bytes(Encoding.DER)


def flipped(der: bytes) -> bytes:
    return der[:-1] + bytes([der[-1] ^ 1])


def with_unused_bits() -> bytes:
    """A CRL whose signature ends in a zero bit, which is now called unused."""
    der = next(der for number in itertools.count() if (der := forged(number=number))[-1] % 2 == 0)
    counted = len(der) - len(x509.load_der_x509_crl(der).signature) - 1
    return der[:counted] + b"\x01" + der[counted + 1 :]


def test_the_forgers_unchanged_crl_is_read() -> None:
    assert crl.read(forged(), shared().issuer, FILE).revoked == (Revoked(SERIAL, "superseded", NOW),)


@pytest.mark.parametrize(
    ("check", "der"),
    [
        pytest.param("der", b"", id="nothing"),
        pytest.param("der", b"\x30\x00", id="an empty sequence"),
        pytest.param("der", forged()[:-1], id="cut off"),
        pytest.param("der", forged() + b"\x00", id="bytes behind the end"),
        pytest.param("signature", flipped(forged()), id="a broken signature"),
        pytest.param("signature", with_unused_bits(), id="a signature with an unused bit"),
        pytest.param("signature", forged(key=new_key()), id="another key"),
        pytest.param("signature", forged(algorithm=hashes.SHA384()), id="another hash"),
        pytest.param("issuer", forged(issuer=shared().root_issuer.name), id="another issuer"),
        pytest.param("extensions", forged(without=x509.CRLNumber), id="without number"),
        pytest.param("extensions", forged(without=x509.AuthorityKeyIdentifier), id="without key identifier"),
        pytest.param("scope", forged(without=x509.IssuingDistributionPoint), id="without distribution point"),
        pytest.param("scope", forged(critical=False), id="a distribution point that nobody must read"),
        pytest.param("extensions", forged(extra=x509.DeltaCRLIndicator(1)), id="a delta CRL"),
        pytest.param("scope", forged(only_authorities=True), id="a scope of authorities only"),
        pytest.param("extensions", forged(identifier=bytes(20)), id="another key identifier"),
        pytest.param("extensions", forged(number=1 << 159), id="a number of 21 octets"),
        pytest.param("scope", forged(address=ADDRESSES.crl("issuing-1")), id="another shard"),
        pytest.param("entries", forged(reason=None), id="without reason"),
        pytest.param("entries", forged(reason=x509.ReasonFlags.aa_compromise), id="a reason not ours"),
        pytest.param("entries", forged(entries=2), id="one certificate twice"),
    ],
)
def test_a_crl_that_is_not_ours_is_refused_by_the_check_that_fails(check: str, der: bytes) -> None:
    with pytest.raises(CrlRefused) as refused:
        crl.read(der, shared().issuer, FILE)
    assert refused.value.facts == {"check": check}


def test_a_crl_is_not_read_under_another_files_name() -> None:
    for file, check in (("issuing-1", "scope"), ("issuing-9", "file"), ("root", "file"), ("", "file")):
        with pytest.raises(CrlRefused) as refused:
            crl.read(forged(), shared().issuer, file)
        assert refused.value.facts == {"check": check}


def test_a_crl_of_another_address_is_refused() -> None:
    elsewhere = replace(shared().issuer, addresses=replace(ADDRESSES, status="http://127.0.0.1:9"))
    with pytest.raises(CrlRefused):
        crl.read(forged(), elsewhere, FILE)


@given(st.binary(max_size=600))
def test_no_bytes_break_the_reader(junk: bytes) -> None:
    with pytest.raises(CrlRefused):
        crl.read(junk, shared().issuer, FILE)


WHOLE = forged()


@given(st.integers(0, len(WHOLE) - 1), st.integers(1, 255))
@example(10, 1)  # another version
@example(34, 0x13 ^ 0x03)  # a name of bits
def test_no_changed_byte_of_a_crl_is_taken(place: int, change: int) -> None:
    der = bytearray(WHOLE)
    der[place] ^= change
    with pytest.raises(CrlRefused):
        crl.read(bytes(der), shared().issuer, FILE)


@given(st.lists(st.integers(1, (1 << 159) - 1), unique=True, max_size=20))
def test_whatever_is_revoked_is_read_back(numbers: list[int]) -> None:
    issuer = shared().issuer
    entries = [Revoked(number, "superseded", NOW) for number in numbers]
    read = {entry for file in issuer.crl_files for entry in made(*entries, file=file).revoked}
    assert read == set(entries)
    assert new_serial() not in {entry.serial for entry in read}
