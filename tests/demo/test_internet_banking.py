"""Logging in with the certificate, and transfers by signature."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from joserfc.jwk import ECKey
from starlette.testclient import TestClient

from dojang.demo.bank import transfers
from dojang.demo.bank.sessions import COOKIE, LIFETIME
from dojang.pin.encoding import b64, unb64
from tests.demo.conftest import Applicant, Bank
from tests.demo.fake_center import BANK, ORIGIN, FakeCenter, certificate_for
from tests.demo.logins import begin, issue, log_in


def order(**changes: Any) -> dict[str, Any]:
    return {"payee": "김도장", "bank": "가상은행", "account": "110-123-456789", "amount": 1_500_000, **changes}


def ask(visitor: TestClient, key: str | None = None, **changes: Any) -> dict[str, Any]:
    headers = {} if key is None else {"Idempotency-Key": key}
    response = visitor.post("/transfers", json=order(**changes), headers=headers)
    assert response.status_code == 201, response.text
    return dict(response.json())


def come_back(visitor: TestClient, transfer: dict[str, Any]) -> Any:
    return visitor.get(f"/transfers/{transfer['transfer_id']}/return", params={"request_id": transfer["request_id"]})


def shown(visitor: TestClient, transfer: dict[str, Any]) -> dict[str, Any]:
    return dict(visitor.get(f"/transfers/{transfer['transfer_id']}").json())


def balance(visitor: TestClient) -> int:
    return int(visitor.get("/account").json()["balance"])


def test_a_login_opens_the_account_of_the_signer(at_home: TestClient, holder: Applicant) -> None:
    account = at_home.get("/account").json()
    assert (account["name"], account["account"]) == (holder.person["name"], holder.person["account"])
    assert (account["sub"], account["balance"]) == ("pairwise", holder.person["balance"])
    assert account["claims"]["amr"] == ["pin", "sms"]
    assert account["id_token"].count(".") == 2


def test_the_session_cookie_is_for_the_server_alone_and_new_after_a_login(
    holder: Applicant, visitor: TestClient, center: FakeCenter
) -> None:
    url = begin(visitor)
    before = visitor.cookies[COOKIE]
    response = visitor.get(center.log_in(url))
    assert visitor.cookies[COOKIE] != before
    said = response.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=lax" in said


def test_the_account_is_closed_to_everybody_else_and_after_an_hour(at_home: TestClient, bank: Bank) -> None:
    assert bank.anyone.get("/account").json()["code"] == "session_missing"
    bank.clock.time += LIFETIME
    assert at_home.get("/account").json()["code"] == "session_missing"


def refused(visitor: TestClient, url: str) -> str:
    response = visitor.get(url)
    assert response.status_code == 403, response.text
    return str(response.json()["code"])


def test_a_login_that_another_browser_began_is_refused(
    holder: Applicant, visitor: TestClient, bank: Bank, center: FakeCenter
) -> None:
    back = center.log_in(begin(visitor))
    other = TestClient(bank.app, base_url=BANK, follow_redirects=False)
    begin(other)
    assert refused(other, back) == "login_refused"
    assert visitor.get(back).status_code == 303


def test_a_login_comes_back_once_and_in_time(
    holder: Applicant, visitor: TestClient, bank: Bank, center: FakeCenter
) -> None:
    back = center.log_in(begin(visitor))
    assert visitor.get(back).status_code == 303
    assert refused(visitor, back) == "login_refused"
    late = center.log_in(begin(visitor))
    bank.clock.time += LIFETIME
    assert refused(visitor, late) == "login_refused"


@pytest.mark.parametrize(
    "changes",
    [{"iss": "http://evil.example"}, {"iss": ""}, {"error": "access_denied"}, {"code": ""}, {"code": "other"}],
)
def test_a_return_that_is_not_the_centres_yes_is_refused(
    holder: Applicant, visitor: TestClient, center: FakeCenter, changes: dict[str, str]
) -> None:
    assert refused(visitor, center.log_in(begin(visitor), **changes)) == "login_refused"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "http://evil.example"},
        {"aud": "other"},
        {"aud": "other", "azp": "hanbit-bank"},
        {"nonce": "other"},
        {"nonce": None},
        {"acr": "urn:dojang:acr:sms"},
        {"acr": None},
        {"exp": 1_899_999_000},
        {"exp": None},
        {"sub": None},
        {"signature_evidence": None},
        {"signature_evidence": {"format": "cms", "cms": "=", "content": ""}},
    ],
)
def test_an_id_token_for_another_login_is_refused(
    holder: Applicant, visitor: TestClient, center: FakeCenter, claims: dict[str, Any]
) -> None:
    center.claims = claims
    assert refused(visitor, center.log_in(begin(visitor))) == "login_refused"


def test_an_id_token_by_a_key_that_is_not_published_is_refused(
    holder: Applicant, visitor: TestClient, center: FakeCenter
) -> None:
    center.published = ECKey.generate_key("P-256")
    assert refused(visitor, center.log_in(begin(visitor))) == "login_refused"


def test_metadata_of_another_issuer_is_refused(visitor: TestClient, center: FakeCenter) -> None:
    center.metadata = {"issuer": "http://evil.example"}
    assert refused(visitor, "/login") == "login_refused"


def test_a_login_whose_signature_is_invalid_is_refused(
    holder: Applicant, visitor: TestClient, center: FakeCenter
) -> None:
    center.certificate = b"forged"
    assert refused(visitor, center.log_in(begin(visitor))) == "signature_invalid"


def test_a_signer_for_whom_the_bank_never_vouched_is_refused(visitor: TestClient, center: FakeCenter) -> None:
    center.certificate = certificate_for(b"\xff" * 16)
    assert refused(visitor, center.log_in(begin(visitor))) == "signer_refused"


def test_a_centre_that_is_down_is_named_and_the_login_works_later(
    holder: Applicant, visitor: TestClient, center: FakeCenter
) -> None:
    center.down = True
    response = visitor.get("/login")
    assert (response.status_code, response.json()["code"]) == (503, "center_unavailable")
    center.down = False
    log_in(visitor, center)


def test_what_is_pushed_is_exactly_the_order(at_home: TestClient, center: FakeCenter, holder: Applicant) -> None:
    transfer = ask(at_home)
    pushed = center.requests[transfer["request_id"]]
    assert json.loads(center.content(transfer["request_id"])) == {
        "type": "transfer",
        "pairs": [
            ["payee", "김도장"],
            ["bank", "가상은행"],
            ["account", "110-123-456789"],
            ["amount", "1,500,000 KRW"],
            ["from_account", holder.person["account"]],
            ["transfer", transfer["transfer_id"]],
        ],
    }
    assert (pushed["purpose"], pushed["format"], pushed["sub"]) == ("transfer", "cms", "pairwise")
    assert pushed["items"][0]["binding"] == "shown"
    assert pushed["redirect_uri"] == f"{BANK}/transfers/{transfer['transfer_id']}/return"
    assert transfer["authorize_url"].startswith(ORIGIN)


def test_money_moves_only_after_the_signature_and_once(at_home: TestClient, holder: Applicant) -> None:
    transfer = ask(at_home)
    before = holder.person["balance"]
    assert (shown(at_home, transfer)["state"], balance(at_home)) == ("waiting", before)
    for _ in range(3):
        response = come_back(at_home, transfer)
        assert response.headers["location"] == f"{BANK}/banking/transfers/{transfer['transfer_id']}"
    done = shown(at_home, transfer)
    assert (done["state"], balance(at_home)) == ("executed", before - 1_500_000)
    assert done["cms"]
    assert done["certificate"]
    assert done["receipt"] == {"v": 1}
    assert json.loads(unb64(done["content"]))["type"] == "transfer"


def test_a_transfer_inside_the_bank_reaches_the_other_account(
    at_home: TestClient, bank: Bank, center: FakeCenter
) -> None:
    payee = bank.customer()
    ask_and_sign = ask(at_home, bank="한빛은행", account=payee["account"].replace("-", ""))
    come_back(at_home, ask_and_sign)
    later = bank.anyone.get(f"/demo/customers/{payee['user_id']}").json()
    assert later == {**payee, "balance": payee["balance"] + 1_500_000}


def test_a_transfer_that_is_not_signed_yet_waits(at_home: TestClient, center: FakeCenter, holder: Applicant) -> None:
    transfer = ask(at_home)
    center.result = {"state": "pending"}
    come_back(at_home, transfer)
    assert shown(at_home, transfer)["state"] == "waiting"
    center.result = {}
    come_back(at_home, transfer)
    assert shown(at_home, transfer)["state"] == "executed"


@pytest.mark.parametrize(("state", "reason"), [("expired", "expired"), ("declined", "not_signed")])
def test_a_transfer_that_is_never_signed_is_refused_for_good(
    at_home: TestClient, center: FakeCenter, holder: Applicant, state: str, reason: str
) -> None:
    transfer = ask(at_home)
    center.result = {"state": state}
    come_back(at_home, transfer)
    center.result = {}
    come_back(at_home, transfer)
    after = shown(at_home, transfer)
    assert (after["state"], after["reason"], balance(at_home)) == ("refused", reason, holder.person["balance"])


def test_another_content_than_the_order_is_refused(at_home: TestClient, center: FakeCenter, holder: Applicant) -> None:
    transfer, other = ask(at_home), ask(at_home, amount=1)
    center.result = {"content": b64(center.content(other["request_id"]))}
    response = come_back(at_home, transfer)
    assert (response.status_code, response.json()["code"]) == (403, "signer_refused")
    assert (shown(at_home, transfer)["state"], balance(at_home)) == ("waiting", holder.person["balance"])


def test_another_customers_signature_is_refused(
    at_home: TestClient, center: FakeCenter, holder: Applicant, new_applicant: Any
) -> None:
    transfer = ask(at_home)
    center.certificate = issue(new_applicant())
    response = come_back(at_home, transfer)
    assert (response.status_code, response.json()["code"]) == (403, "signer_refused")
    assert (shown(at_home, transfer)["state"], balance(at_home)) == ("waiting", holder.person["balance"])


def test_an_invalid_signature_moves_nothing(at_home: TestClient, center: FakeCenter, holder: Applicant) -> None:
    transfer = ask(at_home)
    center.result = {"cms": b64(b"forged")}
    response = come_back(at_home, transfer)
    assert (response.status_code, response.json()["code"]) == (403, "signature_invalid")
    assert (shown(at_home, transfer)["state"], balance(at_home)) == ("waiting", holder.person["balance"])


@pytest.mark.parametrize("broken", [{"cms": None}, {"content": 1}, {"chain": None}, {"certificate": "="}])
def test_a_result_that_is_none_is_refused(at_home: TestClient, center: FakeCenter, broken: dict[str, Any]) -> None:
    transfer = ask(at_home)
    center.result = broken
    assert come_back(at_home, transfer).json()["code"] == "signature_request_refused"
    assert shown(at_home, transfer)["state"] == "waiting"


def test_more_than_there_is_is_refused_at_the_order_and_at_the_execution(
    at_home: TestClient, holder: Applicant
) -> None:
    everything = holder.person["balance"]
    too_much = at_home.post("/transfers", json=order(amount=everything + 1))
    assert (too_much.status_code, too_much.json()["code"]) == (409, "insufficient_funds")
    first, second = ask(at_home, amount=everything), ask(at_home, amount=1)
    come_back(at_home, first)
    come_back(at_home, second)
    after = shown(at_home, second)
    assert (after["state"], after["reason"], balance(at_home)) == ("refused", "insufficient_funds", 0)


def test_the_same_order_under_one_key_is_one_transfer(at_home: TestClient, center: FakeCenter) -> None:
    assert ask(at_home, key="k") == ask(at_home, key="k")
    assert len(center.requests) == 1
    other = at_home.post("/transfers", json=order(amount=1), headers={"Idempotency-Key": "k"})
    assert other.json()["code"] == "idempotency_key_reused"


def test_an_order_that_the_centre_did_not_hear_is_pushed_when_it_is_repeated(
    at_home: TestClient, center: FakeCenter
) -> None:
    center.down = True
    failed = at_home.post("/transfers", json=order(), headers={"Idempotency-Key": "k"})
    assert (failed.status_code, failed.json()["code"]) == (503, "center_unavailable")
    center.down = False
    assert ask(at_home, key="k")["request_id"] == "request-1"


def test_a_transfer_is_its_customers_alone(
    at_home: TestClient, bank: Bank, center: FakeCenter, new_applicant: Any
) -> None:
    transfer = ask(at_home)
    center.certificate = issue(new_applicant())
    stranger = TestClient(bank.app, base_url=BANK, follow_redirects=False)
    log_in(stranger, center)
    assert shown(stranger, transfer)["code"] == "not_found"
    assert come_back(stranger, transfer).json()["code"] == "not_found"
    assert bank.anyone.get(f"/transfers/{transfer['transfer_id']}").json()["code"] == "session_missing"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -1}, "amount"),
        ({"amount": "1"}, "amount"),
        ({"amount": 1.5}, "amount"),
        ({"account": "x"}, "account"),
        ({"bank": "한빛은행"}, "account"),
        ({"payee": ""}, "payee"),
        ({"payee": "김\u202e도장"}, "payee"),
        ({"more": 1}, "more"),
    ],
)
def test_an_order_that_cannot_be_shown_or_paid_is_refused(
    at_home: TestClient, changes: dict[str, Any], field: str
) -> None:
    response = at_home.post("/transfers", json=order(**changes))
    assert (response.status_code, response.json()["field"]) == (422, field)


def test_an_order_from_another_origin_is_refused(at_home: TestClient) -> None:
    foreign = at_home.post("/transfers", json=order(), headers={"Origin": "http://bank.localhost:9999"})
    assert (foreign.status_code, foreign.json()["code"]) == (403, "origin_refused")
    assert at_home.post("/transfers", json=order(), headers={"Origin": BANK}).status_code == 201


def test_a_reissued_certificate_still_opens_the_same_account(
    at_home: TestClient, holder: Applicant, center: FakeCenter, bank: Bank
) -> None:
    bank.clock.time += 60
    center.certificate = issue(Applicant(bank, holder.person, "reissue"))
    log_in(at_home, center)
    assert at_home.get("/account").json()["account"] == holder.person["account"]


def test_coming_back_many_times_at_once_moves_the_money_once(
    at_home: TestClient, bank: Bank, holder: Applicant
) -> None:
    transfer = ask(at_home)

    def come(_: int) -> int:
        visitor = TestClient(bank.app, base_url=BANK, cookies=at_home.cookies, follow_redirects=False)
        return int(come_back(visitor, transfer).status_code)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(come, range(8))) == {303}
    assert balance(at_home) == holder.person["balance"] - 1_500_000


def test_an_executed_transfer_moves_nothing_when_it_is_executed_again(
    at_home: TestClient, holder: Applicant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What eight at once come to when all of them looked before the first one moved the money."""
    once = transfers.execute

    def twice(*arguments: Any) -> None:
        once(*arguments)
        once(*arguments)

    monkeypatch.setattr(transfers, "execute", twice)
    assert come_back(at_home, ask(at_home)).status_code == 303
    assert balance(at_home) == holder.person["balance"] - 1_500_000
