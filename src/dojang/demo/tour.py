"""The whole story of one certificate without a browser, checked by programs that we did not write.

A second tour into the same folder plays the same customer again: a reissue, which revokes the first certificate.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dojang.client.holder import Enrolled, Shown
from dojang.client.verifier import receipt as receipts
from dojang.demo import openssl
from dojang.demo.customer import Customer, Transferred
from dojang.demo.openssl import Papers
from dojang.demo.person import Houses, Person, answered
from dojang.demo.story import Check, Step, Story, StoryBroken
from dojang.demo.supervisor import tell
from dojang.pin.anchors import Anchors
from dojang.pin.encoding import unb64
from dojang.refusals import Refusal

_HELD: Final = "guard-2"
_WISH: Final = {"payee": "김도장", "bank": "가상은행", "account": "110-123-456789", "amount": 1_500_000}


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the tour runs: the houses, the anchors to trust, the folder to leave its papers in, the demo's folder."""

    houses: Houses
    anchors: Anchors
    out: Path
    data: Path


class Tour:
    """One customer's story. Every method is a step of it, in the order of `tell_it`."""

    def __init__(self, setting: Setting, story: Story) -> None:
        self._setting, self._story = setting, story
        setting.out.mkdir(parents=True, exist_ok=True)
        self._papers = Papers(self._out("certificate.pem"), self._out("issuing.pem"), self._out("root.pem"))

    def tell_it(self) -> None:
        """The story. Raises `StoryBroken` or a `Refusal` where it goes another way."""
        before = self._earlier_certificate()
        customer = self._meet(again=before is not None)
        try:
            self._enrol(customer, self._prove(customer.person))
            self._check_the_certificate(before)
            self._log_in(customer)
            self._log_in_with_a_wrong_pin(customer)
            self._log_in_connected(customer)
            self._log_in_without_one_guard(customer)
            self._check_the_signature(self._transfer(customer))
        finally:
            customer.close()

    def _out(self, name: str) -> Path:
        return self._setting.out / name

    def _earlier_certificate(self) -> Papers | None:
        """The certificate of an earlier tour into this folder, kept beside the new one."""
        if not (self._papers.certificate.exists() and self._out("customer.json").exists()):
            return None
        kept = self._out("replaced.pem")
        kept.write_bytes(self._papers.certificate.read_bytes())
        return Papers(kept, self._papers.issuing, self._papers.root)

    def _meet(self, *, again: bool) -> Customer:
        houses, note = self._setting.houses, self._out("customer.json")
        with self._story.step("① Hanbit Bank's home page: a customer who does not exist") as step:
            if again:
                person = Person.known(houses, json.loads(note.read_text())["user_id"])
                step.notes.append("the same customer as before: this is a reissue (재발급)")
            else:
                person = Person.invent(houses)
                note.write_text(json.dumps({"user_id": person.facts["user_id"]}))
        return Customer(person, self._setting.anchors, self._out("holder"))

    def _prove(self, person: Person) -> str:
        story = self._story
        with story.step("② certification centre (인증센터), personal"):
            application = person.apply()
        with story.step("③ terms (약관 동의), each item with the hash of its text"):
            person.agree(application)
        with story.step("④ user ID and resident number (주민등록번호), sealed for core banking alone"):
            person.identify(application)
        with story.step("⑤ ARS: the registered telephone rings, the number on the screen is pressed"):
            person.take_the_call(application)
        with story.step("⑥ security card (보안카드): two halves of two codes"):
            person.show_medium(application)
        with story.step("⑦ name, telephone, birth date; the service starts"):
            person.give_details(application)
            return person.start(application)

    def _enrol(self, customer: Customer, code: str) -> None:
        with self._story.step("a PIN, set with three guards; a key pair in the vault; a certificate") as step:
            enrolled = customer.enrol(code)
            self._keep(enrolled)
            step.notes.append(f"serial {enrolled.certificate.serial_number:x}")
            step.notes.append(f"valid until {enrolled.certificate.not_valid_after_utc:%Y-%m-%d %H:%M:%SZ}")

    def _keep(self, enrolled: Enrolled) -> None:
        issuing = x509.load_der_x509_certificate(enrolled.chain[0]).public_bytes(Encoding.PEM)
        root = x509.load_der_x509_certificate(self._setting.anchors.root_certificate).public_bytes(Encoding.PEM)
        self._papers.certificate.write_bytes(enrolled.certificate.public_bytes(Encoding.PEM))
        self._papers.issuing.write_bytes(issuing)
        self._papers.root.write_bytes(root)
        self._out("chain.pem").write_bytes(issuing + root)

    def _check_the_certificate(self, before: Papers | None) -> None:
        with self._story.step("independent checks of the certificate"):
            self._story.check(openssl.chain(self._papers))
            self._story.check(openssl.on_revocation_list(self._papers, revoked=False))
            self._story.check(openssl.at_responder(self._papers, expected="good"))
        if before is not None:
            with self._story.step("the certificate of the first tour is revoked (폐기)"):
                self._story.check(openssl.on_revocation_list(before, revoked=True))
                self._story.check(openssl.at_responder(before, expected="revoked"))

    def _log_in(self, customer: Customer) -> None:
        with self._story.step("login at the bank: SMS code, PIN; the signature comes back in the ID token") as step:
            customer.log_in(connect=True)
            account = answered(customer.person.bank.get("/account"))
            login = {"id_token": account["id_token"], "claims": account["claims"]}
            self._out("login.json").write_text(json.dumps(login, ensure_ascii=False, indent=2))
            step.notes.append(f"acr {account['claims']['acr']}, amr {' '.join(account['claims']['amr'])}")

    def _log_in_with_a_wrong_pin(self, customer: Customer) -> None:
        with self._story.step("the same with one wrong PIN first") as step:
            wrong = f"{(int(customer.pin) + 1) % 1_000_000:06d}"
            left = customer.log_in([wrong, customer.pin])
            if left != [4]:
                raise StoryBroken(f"tries left were {left}, not 4")
            step.notes.append("wrong PIN: 4 tries left; then the right one")

    def _log_in_connected(self, customer: Customer) -> None:
        with self._story.step("the same browser again: connected, the PIN alone is enough") as step:
            customer.log_in_connected()
            step.notes.append("no text message; its device key was proven to the centre and to the guards")

    def _log_in_without_one_guard(self, customer: Customer) -> None:
        name = f"login with {_HELD} down"
        if tell(self._setting.data, f"hold {_HELD}") != "ok":
            self._story.leave_out(name, "no supervisor of ours keeps this house")
            return
        try:
            with self._story.step(name):
                customer.log_in()
        finally:
            tell(self._setting.data, f"release {_HELD}")

    def _transfer(self, customer: Customer) -> Transferred:
        def note(step: Step, shown: Shown) -> None:
            step.notes.extend(f"{name}: {value}" for name, value in shown.pairs)

        with self._story.step("a transfer of 1,500,000 won, pushed by the bank, shown and signed") as step:
            return customer.transfer(_WISH, lambda shown: note(step, shown))

    def _check_the_signature(self, transferred: Transferred) -> None:
        with self._story.step("independent checks of the signature"):
            cms, content = self._out("transfer.p7s"), self._out("transfer.txt")
            cms.write_bytes(unb64(transferred.done["cms"]))
            self._out("receipt.json").write_bytes(transferred.used.receipt)
            self._story.check(openssl.signature(self._papers, cms, content))
            same = content.exists() and content.read_bytes() == unb64(transferred.done["content"])
            self._story.check(Check("what openssl read is what the bank asked for", same, "byte by byte"))
            self._story.check(self._receipt_check(transferred.used.receipt))

    def _receipt_check(self, receipt: bytes) -> Check:
        try:
            receipts.verify_receipt(receipt, self._setting.anchors, purpose="transfer")
        except Refusal as refusal:
            return Check("the customer's receipt, offline", passed=False, said=refusal.code)
        return Check("the customer's receipt, offline", passed=True, said="activation, two guards, vault, certificate")
