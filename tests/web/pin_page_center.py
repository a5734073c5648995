"""The centre's real /v1 with real guards and the real vault behind it, and the holder's client in front."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
from prometheus_client import CollectorRegistry

from dojang.adapters import guards_http
from dojang.adapters.guards_http import HttpGuards
from dojang.adapters.in_memory.books import MemoryBooks
from dojang.adapters.in_memory.randomness import MemoryRandomness
from dojang.adapters.in_memory.text_message import MemoryTextMessage
from dojang.adapters.key_vault_http import HttpKeyVault
from dojang.journeys import sign_transaction
from dojang.journeys.first_version import VersionDoor
from dojang.journeys.notices import Notices
from dojang.journeys.sign_transaction import OpenedTransaction
from dojang.journeys.visits import VisitsDesk
from dojang.proofing.evidence import judge
from dojang.refusals import GuardUnavailable, VaultUnavailable
from dojang.serving.party import Party
from dojang.signing.what_is_signed import transfer_content
from dojang.values.transaction import ContentItem
from dojang.web.api import transactions, versions
from dojang.web.app import Site, application, center_pages
from tests.client.world import CENTER, PAIRS, PIN, VAULT, World, app_answers, der
from tests.journeys import center as journeys
from tests.journeys.parties import Bank, Status

PIN_ORIGIN = "http://pin.dojang.localhost:8014"
RP = "hanbit-bank"


@dataclass(frozen=True)
class TestClock:
    __test__ = False
    world: World

    def now(self) -> int:
        return self.world.clock()


class PinPageCenter:
    """One of everything; `world.wire` can hold a party back."""

    def __init__(self, folder: Path) -> None:
        self.world = world = World(folder)
        self.books, self.bank, self.status, self.phone = MemoryBooks(), Bank(), Status(), MemoryTextMessage()
        self.bank.key = world.registration_key
        guards = {
            guard.guard_id: Party(
                world.call(guard.guard_id, guard.origin),
                GuardUnavailable,
                guards_http.TIMEOUT,
                guard_id=guard.guard_id,
            )
            for guard in world.anchors.guards
        }
        self.desk = VisitsDesk(
            books=self.books,
            clock=TestClock(world),
            chance=MemoryRandomness(),
            anchors=world.anchors,
            ticket_key=world.ticket_key,
            pin_origin=PIN_ORIGIN,
            vault=HttpKeyVault(Party(world.call("vault", VAULT), VaultUnavailable)),
            guards=HttpGuards(guards),
            status=self.status,
            registration=self.bank,
            notices=Notices(self.phone, "도장 인증센터", lambda act: act()),
            issuer=world.authority.issuer,
            chain=(der(world.authority.issuing), der(world.authority.root)),
        )
        site = Site(CENTER, PIN_ORIGIN, self.books, self.desk.clock, lambda: None, CollectorRegistry())
        routers = [transactions.router(self.desk), versions.router(self.desk)]
        app = application(site, routers, center_pages(site.origin, site.pin_origin))
        world.wire.origins[CENTER] = app_answers(app)
        self.http = httpx2.Client(transport=world.wire, base_url=CENTER)

    def proven(self, name: str = "a-1", number: str = "1000001") -> str:
        """The code of somebody whose seven steps hold."""
        made = journeys.Center.application(self, name, number)  # type: ignore[arg-type]
        with self.books.transaction():
            self.books.applications.add(made)
        return VersionDoor(self.desk).open_version_visit(judge(made, self.world.clock()))

    @property
    def clock(self) -> TestClock:
        return TestClock(self.world)

    def enrolled(self, name: str = "a-1", number: str = "1000001") -> Any:
        holder = self.world.holder(name)
        holder.enrol(self.proven(name, number), lambda _avoid: PIN)
        return holder

    def kid(self, number: str = "1000001") -> bytes:
        entry = self.books.certificates.valid_of_customer(number)
        assert entry is not None
        return entry.kid

    def login(self, *, connected: bool = True, connect: bool = False) -> OpenedTransaction:
        return sign_transaction.open_login_transaction(
            self.desk,
            kid=self.kid(),
            relying_party=RP,
            nonce=b"a nonce of the bank's",
            return_to=f"{CENTER}/done",
            connected=connected,
            connect=connect,
        )

    def transfer(self) -> OpenedTransaction:
        return sign_transaction.open_signature_transaction(
            self.desk,
            kid=self.kid(),
            relying_party=RP,
            purpose="transfer",
            items=(ContentItem("transfer", transfer_content(PAIRS)),),
            return_to=f"{CENTER}/done",
            connected=True,
        )

    def post(self, path: str, body: object, bearer: str = "", **headers: str) -> httpx2.Response:
        if bearer:
            headers["Authorization"] = f"Bearer {bearer}"
        return self.http.post(path, json=body, headers=headers)
