"""The vault's own keys: made once, kept, never replaced in silence; and what it certifies for the responder."""

from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from dojang.refusals import CertificateMismatch, CertificateRefused, DataFolderRefused, SettingRefused
from dojang.vault import keys
from dojang.vault.masters import ALLOWED, SoftwareMaster
from tests.vault.world import ADDRESSES, ISSUING, World


def request_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """The status service's request."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "responder")])
    request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return request.public_bytes(Encoding.PEM)


def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    first = keys.init(tmp_path)
    master = (tmp_path / "master.key").read_bytes()
    again = keys.init(tmp_path)
    assert (again.identity_key, again.log_key) == (first.identity_key, first.log_key)
    assert (tmp_path / "master.key").read_bytes() == master
    assert all(path.stat().st_mode & 0o077 == 0 for path in tmp_path.iterdir())


def test_a_lost_master_key_is_not_made_anew(tmp_path: Path) -> None:
    """A second K_m would lose every customer's key without a word."""
    keys.init(tmp_path)
    (tmp_path / "master.key").unlink()
    with pytest.raises(DataFolderRefused):
        keys.init(tmp_path)


@pytest.mark.parametrize("words", ["", "yes", "For trying out"])
def test_the_software_master_is_opened_only_when_it_is_allowed_by_name(tmp_path: Path, words: str) -> None:
    keys.init(tmp_path)
    with pytest.raises(SettingRefused):
        SoftwareMaster.open(tmp_path, words)


def test_the_software_master_shows_no_key(tmp_path: Path) -> None:
    keys.init(tmp_path)
    master = SoftwareMaster.open(tmp_path, ALLOWED)
    assert (tmp_path / "master.key").read_bytes().hex() not in repr(master)
    assert "object at" in repr(master)


def test_an_issuing_certificate_for_another_key_is_refused(sqlite_world: World, tmp_path: Path) -> None:
    keys.init(tmp_path / "other")
    master = SoftwareMaster.open(tmp_path / "other", ALLOWED)
    certificate = x509.load_pem_x509_certificate((sqlite_world.folder / ISSUING).read_bytes())
    with pytest.raises(CertificateMismatch):
        keys.issuer(certificate, master, ADDRESSES)


def test_the_responder_is_certified_by_the_issuing_key(sqlite_world: World) -> None:
    desk, key = sqlite_world.desk, ec.generate_private_key(ec.SECP256R1())
    pem = keys.certify_responder(desk.issuer, desk.master, request_of(key), sqlite_world.clock.now)
    certificate = x509.load_pem_x509_certificate(pem)
    certificate.verify_directly_issued_by(x509.load_pem_x509_certificate((sqlite_world.folder / ISSUING).read_bytes()))
    assert certificate.public_key() == key.public_key()
    uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(uses) == [ExtendedKeyUsageOID.OCSP_SIGNING]


def test_a_request_that_its_key_did_not_sign_is_refused(sqlite_world: World) -> None:
    desk = sqlite_world.desk
    request = x509.load_pem_x509_csr(request_of(ec.generate_private_key(ec.SECP256R1())))
    forged = bytearray(request.public_bytes(Encoding.DER))
    forged[-1] ^= 1
    pem = x509.load_der_x509_csr(bytes(forged)).public_bytes(Encoding.PEM)
    for nothing in (pem, b"no request"):
        with pytest.raises(CertificateRefused):
            keys.certify_responder(desk.issuer, desk.master, nothing, sqlite_world.clock.now)
