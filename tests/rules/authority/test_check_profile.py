import subprocess
import sys

import pytest
from asn1crypto import x509 as asn1

from dojang.authority import check_profile, profiles
from tests.rules.authority.hierarchy import ADDRESSES, NOW


def test_pkilint_finds_nothing_wrong_with_anything_that_we_sign() -> None:
    found = check_profile.check_profiles(ADDRESSES, NOW)
    assert found.keys() == {*profiles.ALL, "crl", "ocsp"}
    assert not any(found.values())


@pytest.fixture(scope="module")
def sample() -> check_profile.Sample:
    return check_profile.sample(ADDRESSES, NOW)


def test_pkilint_is_really_asked_about_certificates(sample: check_profile.Sample) -> None:
    found = asn1.Certificate.load(sample.certificates["personal_financial"])
    for extension in found["tbs_certificate"]["extensions"]:
        if extension["extn_id"].native == "authority_key_identifier":
            extension["critical"] = True
    assert check_profile.certificate_findings(found.dump(force=True)) == ("pkix.authority_key_identifier_critical",)


def test_pkilint_is_really_asked_about_crls_and_responses(sample: check_profile.Sample) -> None:
    def broken(der: bytes, old: bytes, new: bytes) -> bytes:
        assert old in der
        return der.replace(old, new)

    # The CRL number's extension (2.5.29.20) turned into one that nobody knows, the nonce's wrapping broken.
    assert check_profile.crl_findings(broken(sample.crl, b"\x06\x03\x55\x1d\x14", b"\x06\x03\x55\x1d\x7f"))
    assert check_profile.ocsp_findings(broken(sample.ocsp, b"\x04\x20" + bytes(32), b"\x02\x20" + bytes(32)))


def test_pkilint_is_loaded_only_when_it_is_asked() -> None:
    code = "import sys, dojang.authority.check_profile; sys.exit('pkilint' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
