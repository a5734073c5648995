"""The whole story of one certificate without a browser, checked by programs that we did not write.

A second tour into the same folder plays the same customer again: a reissue, which revokes the first certificate.
"""

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dojang.client.holder import Holder, Shown, Used
from dojang.client.holder.pin_choice import check_choice
from dojang.client.verifier import receipt as receipts
from dojang.demo import openssl
from dojang.demo.openssl import Papers
from dojang.demo.person import Houses, Person, answered
from dojang.demo.story import Check, Story, StoryBroken
from dojang.demo.supervisor import tell
from dojang.pin.anchors import Anchors
from dojang.pin.encoding import unb64
from dojang.refusals import PinTooEasy, Refusal

_CODE: Final = re.compile(r"\b(\d{6})\b")
_HELD: Final = "guard-2"


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
        self._holder = Holder(setting.anchors, memory=setting.out / "holder")
        self._pin = ""

    def tell_it(self) -> None:
        """The story. Raises `StoryBroken` or a `Refusal` where it goes another way."""
        before = self._earlier_certificate()
        self._meet(before is not None)
        self._prove()
        self._choose_a_pin()
        self._check_the_certificate(before)
        self._log_in()
        self._log_in_with_a_wrong_pin()
        self._log_in_without_one_guard()
        self._transfer()

    def _out(self, name: str) -> Path:
        return self._setting.out / name

    def _earlier_certificate(self) -> Papers | None:
        """The certificate of an earlier tour into this folder, kept beside the new one."""
        if not (self._papers.certificate.exists() and self._out("customer.json").exists()):
            return None
        kept = self._out("replaced.pem")
        self._papers.certificate.replace(kept)
        return Papers(kept, self._papers.issuing, self._papers.root)

    def _meet(self, again: bool) -> None:
        houses, note = self._setting.houses, self._out("customer.json")
        with self._story.step("① Hanbit Bank's home page: a customer who does not exist") as step:
            if again:
                self._person = Person.known(houses, json.loads(note.read_text())["user_id"])
                step.notes.append("the same customer as before: this is a reissue (재발급)")
            else:
                self._person = Person.invent(houses)
                note.write_text(json.dumps({"user_id": self._person.facts["user_id"]}))

    def _prove(self) -> None:
        person, story = self._person, self._story
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
            self._code = person.start(application)

    def _choose_a_pin(self) -> None:
        with self._story.step(
            "PIN of six digits, set with three guards; a key pair in the vault, a certificate"
        ) as step:
            enrolled = self._holder.enrol(self._code, self._new_pin)
            certificate = enrolled.certificate
            authorities = [x509.load_der_x509_certificate(der) for der in enrolled.chain]
            issuing, root = authorities[0], x509.load_der_x509_certificate(self._setting.anchors.root_certificate)
            self._papers.certificate.write_bytes(certificate.public_bytes(Encoding.PEM))
            self._papers.issuing.write_bytes(issuing.public_bytes(Encoding.PEM))
            self._papers.root.write_bytes(root.public_bytes(Encoding.PEM))
            chain = issuing.public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM)
            self._out("chain.pem").write_bytes(chain)
            step.notes.append(f"serial {certificate.serial_number:x}")
            step.notes.append(f"valid until {certificate.not_valid_after_utc:%Y-%m-%d %H:%M:%SZ}")

    def _new_pin(self, avoid: Sequence[str]) -> str:
        """A PIN that the refusal list lets pass."""
        while True:
            pin = f"{secrets.randbelow(1_000_000):06d}"
            try:
                self._pin = check_choice(pin, avoid)
            except PinTooEasy:
                continue
            return self._pin

    def _check_the_certificate(self, before: Papers | None) -> None:
        with self._story.step("independent checks of the certificate"):
            self._story.check(openssl.chain(self._papers))
            self._story.check(openssl.on_revocation_list(self._papers, revoked=False))
            self._story.check(openssl.at_responder(self._papers, expected="good"))
        if before is not None:
            with self._story.step("the certificate of the first tour is revoked (폐기)"):
                self._story.check(openssl.on_revocation_list(before, revoked=True))
                self._story.check(openssl.at_responder(before, expected="revoked"))

    def _log_in(self) -> None:
        with self._story.step("login at the bank: SMS code, PIN; the signature comes back in the ID token") as step:
            self._login_with([self._pin])
            account = answered(self._person.bank.get("/account"))
            login = {"id_token": account["id_token"], "claims": account["claims"]}
            self._out("login.json").write_text(json.dumps(login, ensure_ascii=False, indent=2))
            step.notes.append(f"acr {account['claims']['acr']}, amr {' '.join(account['claims']['amr'])}")

    def _log_in_with_a_wrong_pin(self) -> None:
        with self._story.step("the same with one wrong PIN first") as step:
            wrong = f"{(int(self._pin) + 1) % 1_000_000:06d}"
            left = self._login_with([wrong, self._pin])
            if left != [4]:
                raise StoryBroken(f"tries left were {left}, not 4")
            step.notes.append("wrong PIN: 4 tries left; then the right one")

    def _log_in_without_one_guard(self) -> None:
        name = f"login with {_HELD} down"
        if tell(self._setting.data, f"hold {_HELD}") != "ok":
            self._story.leave_out(name, "no supervisor of ours keeps this house")
            return
        try:
            with self._story.step(name):
                self._login_with([self._pin])
        finally:
            tell(self._setting.data, f"release {_HELD}")

    def _login_with(self, pins: list[str]) -> list[int]:
        """One login, typing `pins` one after the other; the tries left that were shown in between."""
        person, left = self._person, []
        sent = person.bank.get("/login")
        asked = person.center.get(sent.headers["location"])
        interaction = parse_qs(urlsplit(asked.headers["location"]).query)["interaction"][0]
        before = person.messages()
        person.ask(f"/api/v1/logins/{interaction}/identify", person.details())
        found = _CODE.search(person.text_message(after=before))
        if found is None:
            raise StoryBroken("no code in the text message")
        code = person.ask(f"/api/v1/logins/{interaction}/sms-code", {"code": found[1]})["code"]
        typed = iter(pins)

        def pin_pad(shown: Shown) -> str:
            if shown.tries_left is not None:
                left.append(shown.tries_left)
            return next(typed)

        self._holder.use(code, pin_pad)
        back = person.look(f"/api/v1/logins/{interaction}")["redirect_to"]
        answered(person.bank.get(back))
        return left

    def _transfer(self) -> None:
        person = self._person
        wish = {"payee": "김도장", "bank": "가상은행", "account": "110-123-456789", "amount": 1_500_000}
        with self._story.step("a transfer of 1,500,000 won, pushed by the bank, shown and signed") as step:
            headers = {"Idempotency-Key": secrets.token_hex(16)}
            pushed = answered(person.bank.post("/transfers", json=wish, headers=headers))
            code = person.ask(f"/api/v1/signatures/{pushed['request_id']}/open")["code"]
            used = self._holder.use(code, ReadingPinPad(self._pin, step.notes))
            answered(person.bank.get(f"/transfers/{pushed['transfer_id']}/return"))
            done = answered(person.bank.get(f"/transfers/{pushed['transfer_id']}"))
            if done["state"] != "executed":
                raise StoryBroken(f"the transfer is {done['state']}")
        self._keep_and_check(done, used)

    def _keep_and_check(self, done: dict[str, Any], used: Used) -> None:
        with self._story.step("independent checks of the signature"):
            cms, content = self._out("transfer.p7s"), self._out("transfer.txt")
            cms.write_bytes(unb64(done["cms"]))
            self._out("receipt.json").write_bytes(used.receipt)
            self._story.check(openssl.signature(self._papers, cms, content))
            same = content.exists() and content.read_bytes() == unb64(done["content"])
            self._story.check(Check("what openssl read is what the bank asked for", same, "byte by byte"))
            self._story.check(self._receipt_check(used.receipt))

    def _receipt_check(self, receipt: bytes) -> Check:
        try:
            receipts.verify_receipt(receipt, self._setting.anchors, purpose="transfer")
        except Refusal as refusal:
            return Check("the customer's receipt, offline", passed=False, said=refusal.code)
        return Check("the customer's receipt, offline", passed=True, said="activation, two guards, vault, certificate")


@dataclass(frozen=True, slots=True)
class ReadingPinPad:
    """A customer who reads what is shown and types the PIN."""

    pin: str
    notes: list[str]

    def __call__(self, shown: Shown) -> str:
        """Types it."""
        self.notes.extend(f"{name}: {value}" for name, value in shown.pairs)
        return self.pin
