"""A customer revokes their own certificate through the real processes, and `openssl` hears it from everybody."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dojang.client.holder import Enrolled
from dojang.client.verifier.file import verify_file
from dojang.demo import openssl
from dojang.demo.customer import Customer
from dojang.demo.openssl import Papers
from dojang.demo.story import StoryBroken
from tests.demo_house.running import House, dojang, wait_until


@pytest.fixture
def customer(house: House, memory: Path) -> Iterator[Customer]:
    made = house.customer(memory)
    yield made
    made.close()


def papers(house: House, enrolled: Enrolled, folder: Path) -> Papers:
    folder.mkdir(exist_ok=True)
    made = Papers(folder / "certificate.pem", folder / "issuing.pem", folder / "root.pem")
    made.certificate.write_bytes(enrolled.certificate.public_bytes(Encoding.PEM))
    for path, der in ((made.issuing, enrolled.chain[0]), (made.root, house.anchors().root_certificate)):
        path.write_bytes(x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM))
    return made


def listed(made: Papers) -> bool:
    return openssl.on_revocation_list(made, revoked=True).passed


def test_a_customer_revokes_and_openssl_hears_it_from_responder_and_list(
    house: House, customer: Customer, tmp_path: Path
) -> None:
    enrolled = customer.enrol(customer.prove())
    made = papers(house, enrolled, tmp_path / "papers")
    assert openssl.at_responder(made, expected="good").passed
    assert customer.enter() == "/certificates"
    shown = customer.person.look("/api/v1/certificate")["certificate"]
    assert (int(shown["serial"], 16), shown["state"]) == (enrolled.certificate.serial_number, "valid")
    before = customer.person.messages()
    done = customer.revoke("keyCompromise")
    # The page has just said so: the responder says it now, the list as soon as the vault has sent it.
    assert (done["state"], done["published"]) == ("revoked", True)
    assert openssl.at_responder(made, expected="revoked").passed
    wait_until(lambda: listed(made), 20)
    assert "금융인증서를 폐기했어요" in customer.person.text_message(after=before)
    with pytest.raises(StoryBroken, match="connect_first"):
        customer.person.look("/api/v1/certificate")


def test_afterwards_a_new_certificate_is_issued_and_the_history_goes_on(
    house: House, customer: Customer, tmp_path: Path
) -> None:
    old = papers(house, customer.enrol(customer.prove()), tmp_path / "old")
    customer.enter()
    customer.revoke("cessationOfOperation")
    new = papers(house, customer.enrol(customer.prove()), tmp_path / "new")
    assert openssl.at_responder(new, expected="good").passed
    assert openssl.at_responder(old, expected="revoked").passed
    customer.enter()
    used = customer.person.look("/api/v1/certificate/history")["used"]
    # Within one second their order is nobody's.
    assert sorted(one["purpose"] for one in used) == ["login", "login", "revocation"]
    (txn,) = (one["txn"] for one in used if one["purpose"] == "revocation")
    receipt = customer.person.center.get(f"/api/v1/certificate/receipts/{txn}")
    (tmp_path / "receipt.json").write_bytes(receipt.content)
    report = verify_file(tmp_path / "receipt.json", house.anchors(), int(time.time()))
    assert (report.relying_party, dict(report.pairs)["reason"]) == ("center", "cessationOfOperation")
    said = dojang("verify", str(tmp_path / "receipt.json"), "--anchors", str(house.data / "anchors.json"))
    assert said.returncode == 0, said.stdout + said.stderr
    assert json.loads(receipt.content)["v"] == 1


@pytest.mark.parametrize("name", ["center", "vault", "status"])
def test_whoever_dies_once_it_is_signed_it_is_revoked_everywhere_in_the_end(
    house: House, customer: Customer, tmp_path: Path, name: str
) -> None:
    made = papers(house, customer.enrol(customer.prove()), tmp_path / "papers")
    customer.enter()
    before = customer.person.messages()
    visit = customer.person.ask("/api/v1/certificate/revocation", {"reason": "affiliationChanged"})
    customer.holder.use(visit["code"], lambda _shown: customer.pin)
    house.kill(name)
    # The customer never looks again: the jobs go on.
    wait_until(lambda: openssl.at_responder(made, expected="revoked").passed)
    wait_until(lambda: listed(made))
    assert "금융인증서를 폐기했어요" in customer.person.text_message(after=before)
    wait_until(
        lambda: house.rows("center/center.db", "SELECT count(*) FROM revocations WHERE state = 'signed'") == [(0,)]
    )
