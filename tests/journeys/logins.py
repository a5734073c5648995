"""A centre where relying parties are registered, and a browser that logs in there."""

from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.asymmetric import ec

from dojang.disclosure.authorization import AuthorizationRequest
from dojang.disclosure.id_token import Issuer
from dojang.journeys import connect_browser, log_in, redeem_login, request_signature
from dojang.journeys.log_in import LoginDesk
from dojang.journeys.redeem_login import TokenRequest, TokenSet
from dojang.journeys.request_signature import Pushed
from dojang.journeys.sign_transaction import OpenedTransaction
from dojang.refusals import BankUnavailable
from dojang.signing.what_is_signed import transfer_content
from dojang.values.certificate import Person
from dojang.values.login import Interaction, SignatureRequest
from dojang.values.transaction import ContentItem
from tests.journeys.center import BORN, NAME, PHONE, SENDER, Center, Customer, DeviceKey
from tests.journeys.parties import Reached
from tests.rules.disclosure.clients import CHALLENGE, ISSUER, NONCE, VERIFIER, Client, bank, shop

ADDRESS = "192.0.2.1"
WHO = Person(NAME, PHONE, BORN)
NOBODY = Person("아무개", "01099998888", "1899-01-01")
ITEM = ContentItem("이체", transfer_content([("받는 분", "김하늘"), ("금액", "10,000원")]))
RETURN = "http://bank.localhost:8000/transfers/1/return"


class Front:
    """The login desk of a centre. What goes out after the answer waits in `waiting` for `send`.

    `notified`: the centre's desk, whose text messages can be down (`texts`).
    """

    def __init__(self, center: Center) -> None:
        self.center, self.bank, self.shop = center, bank(), shop()
        self.phone, self.waiting = center.phone, center.waiting
        self.desk = LoginDesk(
            visits=center.desk,
            clients={client.client_id: client.party for client in (self.bank, self.shop)},
            text_message=self.phone,
            issuer=Issuer(ISSUER, ec.generate_private_key(ec.SECP256R1())),
            sender=SENDER,
            later=self.waiting.append,
        )
        self.texts = Reached(self.phone, center.books, BankUnavailable)
        self.notified = replace(center.desk, notices=replace(center.desk.notices, text_message=self.texts))
        self._sessions = 0

    @property
    def now(self) -> int:
        return self.center.clock.now()

    def send(self) -> None:
        """The answers are out."""
        self.center.send()

    def renew(self) -> str:
        self._sessions += 1
        return f"fresh-{self._sessions}"

    def begin(self, client: Client | None = None, session: str = "browser") -> "Login":
        party = (client or self.bank).party
        asked = AuthorizationRequest(party.client_id, party.redirect_uris[0], "a state", NONCE, CHALLENGE)
        return Login(self, log_in.begin(self.desk, asked, session).id, session)

    def logged_in(self, customer: Customer, client: Client | None = None, person: Person = WHO) -> "Login":
        """Signed, and back at the relying party."""
        login = self.begin(client)
        customer.agree(login.passed(person).code).hand_in()
        login.look()
        return login

    def connected(self, customer: Customer, device: DeviceKey, person: Person = WHO) -> tuple["Login", str]:
        """A login after which the browser with this device stays connected, and its cookie's token."""
        login = self.begin()
        login.identify(person, connect=True)
        agreed = customer.agree(login.enter(login.sms_code()).code)
        agreed.hand_in(new_device=agreed.adding(device))
        return login, login.stay()

    def token_request(self, client: Client, code: str, **changes: str) -> TokenRequest:
        proof = client.proof(self.now)
        sound = {"client_id": "", "code": code, "redirect_uri": client.party.redirect_uris[0], **proof}
        return TokenRequest(**{**sound, "code_verifier": VERIFIER, **changes})

    def redeem(self, client: Client, code: str, **changes: str) -> TokenSet:
        return redeem_login.redeem(self.desk, self.token_request(client, code, **changes))

    def subject(self, client: Client, customer_number: str = "1000001") -> str:
        """As after a login there."""
        with self.desk.visits.books.transaction():
            return self.desk.visits.books.subjects.of(
                client.client_id, customer_number, f"{client.client_id}-{customer_number}"
            )

    def push(self, client: Client | None = None, **changes: object) -> SignatureRequest:
        client = client or self.bank
        sound = {
            "purpose": "transfer",
            "items": (ITEM,),
            "subject": self.subject(self.bank),
            "redirect_uri": RETURN,
            "state": "transfer-1",
        }
        return request_signature.push(self.desk, client.party, Pushed(**{**sound, **changes}))  # type: ignore[arg-type]


@dataclass
class Login:
    """One browser's login."""

    front: Front
    id: str
    session: str
    sent: int = field(default=0)

    def identify(self, person: Person = WHO, address: str = ADDRESS, *, connect: bool = False) -> log_in.Asked:
        return log_in.identify(self.front.desk, self.id, self.session, person, address, connect=connect)

    def go_on(self, token: str) -> OpenedTransaction:
        """In a connected browser, without a text message."""
        made: list[str] = []

        def renew() -> str:
            made.append(self.front.renew())
            return made[-1]

        opened = connect_browser.go_on(self.front.desk, self.id, self.session, token, renew)
        self.session = made[-1]
        return opened

    def stay(self) -> str:
        return connect_browser.stay(self.front.desk, self.id, self.session)

    def sms_code(self) -> str:
        """The digits of the newest text message."""
        self.front.send()
        return self.front.phone.sent[-1].text.partition("확인번호 ")[2][:6]

    def enter(self, code: str) -> OpenedTransaction:
        made: list[str] = []

        def renew() -> str:
            made.append(self.front.renew())
            return made[-1]

        opened = log_in.enter_code(self.front.desk, self.id, self.session, code, renew)
        self.session = made[-1]
        return opened

    def passed(self, person: Person = WHO) -> OpenedTransaction:
        self.identify(person)
        return self.enter(self.sms_code())

    def look(self) -> Interaction:
        return log_in.look(self.front.desk, self.id, self.session)

    def code(self) -> str:
        """The authorization code on the way back."""
        from urllib.parse import parse_qs, urlsplit

        return parse_qs(urlsplit(self.look().redirect_to).query)["code"][0]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"
