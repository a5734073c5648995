"""A fictional customer without a browser: their telephone, their card, the seven steps of an application."""

import re
import secrets
import time
from dataclasses import dataclass
from typing import Any, Final

import httpx2
import pyotp

from dojang.client.transport import http_client
from dojang.demo.story import StoryBroken
from dojang.pin import labels, sealing
from dojang.pin.encoding import b64, encode, unb64

_PATIENCE: Final = 10.0
_PAUSE: Final = 0.05
_CODE: Final = re.compile(r"\b(\d{6})\b")


@dataclass(frozen=True, slots=True)
class Houses:
    """Where the parties answer."""

    center: str
    bank: str


class Person:
    """One customer, their session at the centre and their telephone."""

    def __init__(self, houses: Houses, facts: dict[str, Any]) -> None:
        self.houses, self.facts = houses, facts
        self.center, self.bank = http_client(), http_client()
        self.center.base_url, self.bank.base_url = httpx2.URL(houses.center), httpx2.URL(houses.bank)
        self.center.headers["Origin"] = houses.center
        self.bank.headers["Origin"] = houses.bank

    @classmethod
    def invent(cls, houses: Houses, **wish: object) -> "Person":
        """A fresh fictional customer of the bank."""
        with http_client() as bank:
            return cls(houses, answered(bank.post(f"{houses.bank}/demo/customers", json=wish)))

    @classmethod
    def known(cls, houses: Houses, user_id: str) -> "Person":
        """A fictional customer who was invented before."""
        with http_client() as bank:
            return cls(houses, answered(bank.get(f"{houses.bank}/demo/customers/{user_id}")))

    def close(self) -> None:
        """End the connections."""
        self.center.close()
        self.bank.close()

    def ask(self, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A mutating call to the centre, with an idempotency key of its own."""
        return answered(self.center.post(path, json=body or {}, headers={"Idempotency-Key": secrets.token_hex(16)}))

    def look(self, path: str) -> dict[str, Any]:
        """A reading call to the centre."""
        return answered(self.center.get(path))

    # the seven steps

    def apply(self) -> str:
        """Steps 1 and 2: the certification centre's door for persons. The application's id."""
        return str(self.ask("/api/v1/applications", {"holder_kind": "personal"})["id"])

    def agree(self, application: str) -> None:
        """Step 3: every required consent, to exactly the text that was shown."""
        items = self.look("/api/v1/terms")["items"]
        consents = [
            {
                "item": item["item"],
                "version": item["version"],
                "text_sha256": item["text_sha256"],
                "agreed": bool(item["required"]),
            }
            for item in items
        ]
        self.ask(f"/api/v1/applications/{application}/terms", {"consents": consents})

    def identify(self, application: str, rrn: str | None = None) -> None:
        """Step 4: the user id, and the resident number sealed for core banking alone."""
        key = self.look("/api/v1/sealing-key")
        digits = (rrn or str(self.facts["rrn"])).replace("-", "").encode()
        info = encode(labels.RESIDENT_NUMBER_INFO, application)
        sealed = sealing.seal(digits, unb64(key["public_key"], 32), info)
        body = {"user_id": self.facts["user_id"], "sealed_rrn": b64(sealed)}
        self.ask(f"/api/v1/applications/{application}/identity", body)

    def take_the_call(self, application: str, route: str = "ars") -> None:
        """Step 5: the number on the screen is pressed on the telephone that rings."""
        kind = "overseas" if route == "overseas" else "mobile"
        phones = self.look(f"/api/v1/applications/{application}")["phones"]
        index = next(i for i, phone in enumerate(phones) if phone["kind"] == kind)
        call = self.ask(f"/api/v1/applications/{application}/call", {"route": route, "phone": index})
        self.press_on_phone(str(call["number_to_press"]), route)
        self.ask(f"/api/v1/applications/{application}/call/check")

    def show_medium(self, application: str, medium: str = "security_card") -> None:
        """Step 6: the security card, the one-time code or the mobile approval."""
        base = f"/api/v1/applications/{application}/medium"
        if medium == "security_card":
            question = self.ask(f"{base}/security-card/question")
            card: list[str] = self.facts["card"]
            first, second = card[question["first_position"] - 1], card[question["second_position"] - 1]
            self.ask(f"{base}/security-card/answer", {"first": first[:2], "second": second[2:]})
        elif medium == "one_time_code":
            self.ask(f"{base}/one-time-code", {"code": pyotp.TOTP(str(self.facts["otp_seed"])).now()})
        else:
            self.ask(f"{base}/mobile")
            self.approve_on_phone()
            self.ask(f"{base}/mobile/check")

    def give_details(self, application: str) -> None:
        """Step 7: name, telephone, birth date, as the bank knows them."""
        self.ask(f"/api/v1/applications/{application}/details", self.details())

    def start(self, application: str) -> str:
        """The service is opened: the one-time code for the PIN page."""
        return str(self.ask(f"/api/v1/applications/{application}/start")["code"])

    def details(self) -> dict[str, Any]:
        """What identifies the person at login too."""
        return {name: self.facts[name] for name in ("name", "phone", "birth_date")}

    # the telephone

    def press_on_phone(self, digits: str, route: str = "ars") -> None:
        """Answer the telephone that rings, and press."""
        number = str(self.facts["overseas_phone" if route == "overseas" else "phone"])
        ringing = self._on_phone(number, "calls")
        answered(self.bank.post(f"/phones/{number}/calls/{ringing['call_id']}/answer", json={}))
        answered(self.bank.post(f"/phones/{number}/calls/{ringing['call_id']}/press", json={"digits": digits}))

    def approve_on_phone(self) -> None:
        """Say yes to what the telephone shows."""
        number = str(self.facts["phone"])
        approval = self._on_phone(number, "approvals")
        answered(self.bank.post(f"/phones/{number}/approvals/{approval['approval_id']}", json={"decision": "approve"}))

    def messages(self) -> int:
        """How many text messages the mobile telephone has."""
        return len(answered(self.bank.get(f"/phones/{self.facts['phone']}/messages"))["messages"])

    def text_message(self, after: int) -> str:
        """The newest message of the mobile telephone, once it has more than `after`."""
        return str(self._on_phone(str(self.facts["phone"]), "messages", after)["text"])

    def codes(self) -> list[str]:
        """The codes among the mobile telephone's text messages, the newest first: notices come there too."""
        told = answered(self.bank.get(f"/phones/{self.facts['phone']}/messages"))["messages"]
        return [found[1] for message in told if (found := _CODE.search(message["text"]))]

    def new_code(self, after: int) -> str:
        """The newest code, once there are more than `after`."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if len(found := self.codes()) > after:
                return found[0]
            time.sleep(_PAUSE)
        raise StoryBroken("the telephone got no code")

    def _on_phone(self, number: str, what: str, after: int = 0) -> dict[str, Any]:
        """The newest call, message or approval, once there are more than `after`."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            found = answered(self.bank.get(f"/phones/{number}/{what}"))[what]
            if len(found) > after:
                newest: dict[str, Any] = found[0]
                return newest
            time.sleep(_PAUSE)
        raise StoryBroken(f"the telephone got no {what}")


def answered(response: httpx2.Response) -> dict[str, Any]:
    """The JSON of an answer. Raises `StoryBroken` with the refusal's code for anything but a success."""
    if response.is_success or response.is_redirect:
        return dict(response.json()) if response.content else {}
    code = response.json().get("code") if "json" in response.headers.get("content-type", "") else None
    raise StoryBroken(f"{response.request.method} {response.url.path}: {response.status_code} {code}")
