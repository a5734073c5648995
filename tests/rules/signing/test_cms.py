"""The signatures that relying parties get, checked by OpenSSL and asn1crypto."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import asn1crypto.tsp  # noqa: F401  # makes signing-certificate-v2 known to asn1crypto.cms
import pytest
from asn1crypto import cms as second_opinion
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from dojang.pin.encoding import sha256
from dojang.refusals import SignatureRefused, TransactionRefused
from dojang.signing.attributes import signed_attributes
from dojang.signing.cms import signed_data
from dojang.signing.what_is_signed import Item, Transaction, transfer_content
from tests.rules.signing.authority import certificate_authority, customer_certificate, der, new_key, pem

PAIRS = (("받는 분", "김하늘"), ("금액", "10,000원"))
CONTENT = transfer_content(PAIRS)
IAT = int(datetime(2026, 3, 1, 9, tzinfo=UTC).timestamp())

ROOT = certificate_authority("Test Root")
ISSUING = certificate_authority("Test Issuing", ROOT)
KEY = new_key()
CERTIFICATE = customer_certificate(ISSUING, KEY.public_key())
CHAIN = (CERTIFICATE, ISSUING.certificate)


def transfer(content: bytes = CONTENT, iat: int = IAT) -> Transaction:
    return Transaction(
        txn="t-1",
        kid=bytes(16),
        certificate=sha256(der(CERTIFICATE)),
        relying_party="hanbit-bank",
        purpose="transfer",
        format="cms",
        display=PAIRS,
        items=(Item("transfer", sha256(content), "shown"),),
        nonce=bytes(range(16)),
        iat=iat,
        exp=iat + 300,
        day_key_id=bytes(16),
        guards_hash=bytes(32),
    )


def sign(attributes: bytes) -> bytes:
    return KEY.sign(attributes, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))


def signed() -> bytes:
    transaction = transfer()
    item = transaction.items[0]
    return signed_data(transaction, item, CONTENT, sign(signed_attributes(transaction, item)), CHAIN)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "root.pem").write_bytes(pem(ROOT.certificate))
    (tmp_path / "signed.p7s").write_bytes(signed())
    return tmp_path


def openssl(folder: Path, *options: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [
            *("openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "signed.p7s", "-CAfile", "root.pem"),
            *("-attime", str(IAT), "-out", "content", *options),
        ],
        cwd=folder,
        capture_output=True,
    )


@pytest.mark.parametrize("options", [[], ["-cades"]], ids=["cms", "signing-certificate-v2"])
def test_openssl_verifies_the_signature_and_finds_the_content(folder: Path, options: list[str]) -> None:
    result = openssl(folder, *options)
    assert result.returncode == 0, result.stderr.decode()
    assert (folder / "content").read_bytes() == CONTENT


def test_openssl_refuses_the_signature_over_another_amount(folder: Path) -> None:
    forged = signed().replace(b"10,000", b"90,000")
    (folder / "signed.p7s").write_bytes(forged)
    assert openssl(folder).returncode != 0


def test_asn1crypto_reads_the_four_attributes_and_orders_them_the_same_way() -> None:
    content = second_opinion.ContentInfo.load(signed(), strict=True)
    info = content["content"]["signer_infos"][0]
    values = {attribute["type"].native: attribute["values"].native for attribute in info["signed_attrs"]}
    assert [*values] == ["content_type", "signing_time", "message_digest", "signing_certificate_v2"]
    assert values["content_type"] == ["data"]
    assert values["signing_time"] == [datetime.fromtimestamp(IAT, UTC)]
    assert values["message_digest"] == [sha256(CONTENT)]
    (certificate,) = values["signing_certificate_v2"][0]["certs"]
    assert certificate["cert_hash"] == sha256(der(CERTIFICATE))
    assert certificate["hash_algorithm"]["algorithm"] == "sha256"
    assert info["signed_attrs"].untag().dump(force=True) == signed_attributes(transfer(), transfer().items[0])


def test_asn1crypto_would_build_the_same_bytes() -> None:
    assert second_opinion.ContentInfo.load(signed(), strict=True).dump(force=True) == signed()


def test_the_same_transaction_gives_the_same_signature() -> None:
    assert signed() == signed()


@pytest.mark.parametrize("year", [1970, 1999, 2000, 2049])
def test_a_signing_time_has_two_digits_of_its_year(year: int) -> None:
    iat = int(datetime(year, 12, 31, 23, 0, 1, tzinfo=UTC).timestamp())
    built = signed_attributes(transfer(iat=iat), transfer().items[0])
    parsed = second_opinion.CMSAttributes.load(built, strict=True)
    assert parsed[1]["values"][0].native == datetime.fromtimestamp(iat, UTC)


def test_a_time_that_utctime_cannot_say_is_refused() -> None:
    iat = int(datetime(2050, 1, 1, tzinfo=UTC).timestamp())
    with pytest.raises(TransactionRefused):
        signed_attributes(transfer(iat=iat), transfer().items[0])


def test_another_content_is_not_wrapped() -> None:
    transaction = transfer()
    signature = sign(signed_attributes(transaction, transaction.items[0]))
    with pytest.raises(TransactionRefused):
        signed_data(transaction, transaction.items[0], CONTENT + b" ", signature, CHAIN)


def test_another_certificate_of_the_same_key_is_not_wrapped() -> None:
    transaction = transfer()
    signature = sign(signed_attributes(transaction, transaction.items[0]))
    other = customer_certificate(ISSUING, KEY.public_key(), common_name="김하늘")
    with pytest.raises(TransactionRefused):
        signed_data(transaction, transaction.items[0], CONTENT, signature, (other, ISSUING.certificate))


def test_a_signature_over_something_else_is_not_wrapped() -> None:
    transaction = transfer()
    signature = sign(signed_attributes(transfer(iat=IAT + 1), transaction.items[0]))
    with pytest.raises(SignatureRefused):
        signed_data(transaction, transaction.items[0], CONTENT, signature, CHAIN)
