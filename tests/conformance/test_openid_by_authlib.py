"""OpenID Connect by a client that we did not write: Authlib, as the demo bank uses it, up to the signature itself."""

from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import ECKey
from starlette.testclient import TestClient

from dojang.client.verifier.receipt import verify_receipt
from dojang.client.verifier.signature import Demands, verify_signature
from dojang.demo.bank.center_client import CenterClient
from dojang.pin.encoding import canonical, unb64
from dojang.refusals import ClientRefused, IdempotencyKeyReused, LoginRefused
from dojang.signing.what_is_signed import transfer_content
from tests.journeys.center import Customer
from tests.rules.disclosure.clients import BACK, BANK, ISSUER
from tests.web.login_site import Browser, LoginSite

STATE, NONCE, VERIFIER = "s" * 43, "n" * 43, "v" * 43
CONTENT = transfer_content([("payee", "김하늘"), ("amount", "1,500,000 KRW"), ("transfer", "t-1")])
RETURN = "http://bank.localhost:8000/transfers/t-1/return"


@pytest.fixture
def site() -> LoginSite:
    return LoginSite()


@pytest.fixture
def customer(site: LoginSite) -> Customer:
    return site.center.enrolled()


def client_of(site: LoginSite, key: ECKey | None = None) -> CenterClient:
    transport = TestClient(site.app, base_url=ISSUER)._transport
    own = key or site.front.bank.key
    assert isinstance(own, ECKey)
    return CenterClient(ISSUER, BANK, BACK, own, transport, lambda: site.front.now)


def come_back(site: LoginSite, customer: Customer, client: CenterClient) -> tuple[Browser, dict[str, list[str]]]:
    """The browser, logged in, and what it brings back to the bank."""
    browser = site.browser()
    sent = browser.http.get(client.login_url(STATE, NONCE, VERIFIER).removeprefix(ISSUER))
    assert sent.status_code == 303, sent.text
    interaction = parse_qs(urlsplit(sent.headers["location"]).query)["interaction"][0]
    visit = browser.step(interaction, "sms-code", {"code": browser.sms(interaction)}).json()
    customer.agree(visit["code"]).hand_in()
    back = urlsplit(browser.view(interaction)["redirect_to"])
    assert back._replace(query="").geturl() == BACK
    return browser, parse_qs(back.query)


def test_the_bank_logs_its_customer_in_and_checks_the_signature_itself(site: LoginSite, customer: Customer) -> None:
    client = client_of(site)
    _, back = come_back(site, customer, client)
    assert (back["state"], back["iss"]) == ([STATE], [ISSUER])
    signed_in = client.sign_in(back["code"][0], VERIFIER, NONCE)
    evidence = signed_in.claims["signature_evidence"]
    demands = Demands(
        root=site.center.anchors.root_certificate,
        purpose="login",
        relying_party=BANK,
        now=site.front.now,
        nonce=NONCE.encode(),
    )
    assert verify_signature(unb64(evidence["cms"]), demands).content == unb64(evidence["content"])


def test_a_transfer_is_pushed_signed_and_verified(site: LoginSite, customer: Customer) -> None:
    client = client_of(site)
    browser, back = come_back(site, customer, client)
    sub = client.sign_in(back["code"][0], VERIFIER, NONCE).claims["sub"]
    pushed = client.push(CONTENT, label="transfer", sub=sub, redirect_uri=RETURN, state="t-1")
    assert client.push(CONTENT, label="transfer", sub=sub, redirect_uri=RETURN, state="t-1") == pushed
    with pytest.raises(IdempotencyKeyReused):
        client.push(CONTENT, label="other", sub=sub, redirect_uri=RETURN, state="t-1")
    assert client.result(pushed.request_id).state == "pending"
    opened = browser.post(f"/api/v1/signatures/{pushed.request_id}/open").json()
    customer.agree(opened["code"]).hand_in()
    result = client.result(pushed.request_id)
    demands = Demands(
        root=site.center.anchors.root_certificate,
        purpose="transfer",
        relying_party=BANK,
        now=site.front.now,
        content=CONTENT,
    )
    assert verify_signature(result.cms, demands).content == result.content == CONTENT
    verify_receipt(canonical(result.receipt), site.center.anchors, "transfer")


def test_a_code_taken_from_the_address_is_worth_nothing_without_the_verifier_and_the_key(
    site: LoginSite, customer: Customer
) -> None:
    client = client_of(site)
    _, back = come_back(site, customer, client)
    thief = client_of(site, ECKey.generate_key("P-256"))
    with pytest.raises(LoginRefused):
        thief.sign_in(back["code"][0], VERIFIER, NONCE)
    with pytest.raises(ClientRefused):
        thief.push(CONTENT, label="transfer", sub="x", redirect_uri=RETURN, state="t-1")
    with pytest.raises(LoginRefused):
        client.sign_in(back["code"][0], "w" * 43, NONCE)
    client.sign_in(back["code"][0], VERIFIER, NONCE)
