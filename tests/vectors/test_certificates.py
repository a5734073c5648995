"""The shared vectors of certificates, read by Python."""

import json
from typing import Any, Final

import pytest

from dojang.client import certificates
from dojang.pin.encoding import b64, unb64
from dojang.refusals import CertificateMismatch
from tests.vectors.make_pin_protocol import FILE

ALL: Final[dict[str, Any]] = json.loads(FILE.read_text("utf-8"))
FILED, NOW = ALL["certificates"], ALL["now"]


def check(customer: str, chain: list[str]) -> None:
    certificate = certificates.load(unb64(customer))
    root = certificates.load(unb64(FILED["root"]))
    certificates.path_to(root, certificate, [certificates.load(unb64(one)) for one in chain], NOW)
    certificates.check_signs_for_a_person(certificate)


def test_a_certificate_is_read_and_leads_to_the_root() -> None:
    check(FILED["customer"], FILED["chain"])
    certificate = certificates.load(unb64(FILED["customer"]))
    assert certificates.holder_name(certificate) == FILED["common_name"]
    assert b64(certificates.spki(certificate)) == FILED["public_key"]


@pytest.mark.parametrize("case", FILED["refused"], ids=lambda case: case["why"])
def test_one_that_does_not_lead_to_the_root_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(CertificateMismatch):
        check(case["customer"], case["chain"])
