"""A customer from the first visit to a transfer: a person with a holder client and a PIN of their own choice."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dojang.client.holder import Enrolled, Holder, Shown, Used
from dojang.client.holder.pin_choice import check_choice
from dojang.demo.person import Person, answered
from dojang.demo.story import StoryBroken
from dojang.pin.anchors import Anchors
from dojang.refusals import PinTooEasy


@dataclass(frozen=True, slots=True)
class Transferred:
    """The bank's view of an executed transfer, and the customer's own."""

    done: dict[str, Any]
    used: Used


class Customer:
    """Plays one fictional person against the running house. Any step raises `StoryBroken` or a `Refusal`."""

    def __init__(self, person: Person, anchors: Anchors, memory: Path) -> None:
        self.person, self.pin = person, ""
        self.holder = Holder(anchors, memory)

    def close(self) -> None:
        """End the connections."""
        self.holder.close()
        self.person.close()

    def prove(self, *, route: str = "ars", medium: str = "security_card") -> str:
        """The seven steps; the one-time code for the PIN page."""
        person = self.person
        application = person.apply()
        person.agree(application)
        person.identify(application)
        person.take_the_call(application, route)
        person.show_medium(application, medium)
        person.give_details(application)
        return person.start(application)

    def enrol(self, code: str) -> Enrolled:
        """A fresh PIN, and a certificate."""
        return self.holder.enrol(code, self._new_pin)

    def log_in(self, pins: Sequence[str] = (), *, connect: bool = False) -> list[int]:
        """One login at the bank, typing `pins` (or the right one); the tries left that were shown in between.

        `connect`: this browser, which is the holder and the person's cookies, stays connected.
        """
        interaction = self._interaction()
        code = self._text_code(interaction, connect=connect)
        visit = self.person.ask(f"/api/v1/logins/{interaction}/sms-code", {"code": code})
        return self._give_pin(interaction, visit["code"], pins)

    def log_in_connected(self) -> None:
        """A login in a browser that stays connected. Raises `StoryBroken` where a text message came all the same."""
        before, interaction = self.person.codes(), self._interaction()
        visit = self.person.ask(f"/api/v1/logins/{interaction}/connected")
        self._give_pin(interaction, visit["code"])
        if self.person.codes() != before:
            raise StoryBroken("a text message came to a connected browser")

    def _interaction(self) -> str:
        """The bank sends the customer to the centre, where a login waits."""
        asked = self.person.center.get(self.person.bank.get("/login").headers["location"])
        return parse_qs(urlsplit(asked.headers["location"]).query)["interaction"][0]

    def _give_pin(self, interaction: str, code: str, pins: Sequence[str] = ()) -> list[int]:
        person, left = self.person, list[int]()
        typed = iter(pins or [self.pin])

        def pin_pad(shown: Shown) -> str:
            if shown.tries_left is not None:
                left.append(shown.tries_left)
            return next(typed)

        self.holder.use(code, pin_pad)
        answered(person.bank.get(person.look(f"/api/v1/logins/{interaction}")["redirect_to"]))
        return left

    def enter(self, to: str = "/certificates") -> str:
        """One login at the certification centre itself; the page that it leads to."""
        person = self.person
        interaction = str(person.ask("/api/v1/logins", {"to": to})["id"])
        visit = person.ask(f"/api/v1/logins/{interaction}/sms-code", {"code": self._text_code(interaction)})
        self.holder.use(visit["code"], lambda _shown: self.pin)
        return str(person.look(f"/api/v1/logins/{interaction}")["redirect_to"])

    def revoke(self, reason: str) -> dict[str, Any]:
        """The certificate is ended, in a browser that entered the centre; how that stands."""
        visit = self.person.ask("/api/v1/certificate/revocation", {"reason": reason})
        self.holder.use(visit["code"], lambda _shown: self.pin)
        return self.person.look("/api/v1/certificate/revocation")

    def transfer(self, wish: dict[str, Any], read: Callable[[Shown], object] = lambda _shown: None) -> Transferred:
        """Money sent from the bank's pages, in a browser that is logged in. `read` gets what the PIN pad shows."""
        person = self.person
        headers = {"Idempotency-Key": secrets.token_hex(16)}
        pushed = answered(person.bank.post("/transfers", json=wish, headers=headers))
        code = person.ask(f"/api/v1/signatures/{pushed['request_id']}/open")["code"]

        def pin_pad(shown: Shown) -> str:
            read(shown)
            return self.pin

        used = self.holder.use(code, pin_pad)
        answered(person.bank.get(f"/transfers/{pushed['transfer_id']}/return"))
        done = answered(person.bank.get(f"/transfers/{pushed['transfer_id']}"))
        if done["state"] != "executed":
            raise StoryBroken(f"the transfer is {done['state']}")
        return Transferred(done, used)

    def _text_code(self, interaction: str, *, connect: bool = False) -> str:
        before = len(self.person.codes())
        self.person.ask(f"/api/v1/logins/{interaction}/identify", {**self.person.details(), "connect": connect})
        return self.person.new_code(after=before)

    def _new_pin(self, avoid: Sequence[str]) -> str:
        """A PIN that the refusal list lets pass."""
        while True:
            try:
                self.pin = check_choice(f"{secrets.randbelow(1_000_000):06d}", avoid)
            except PinTooEasy:
                continue
            return self.pin
