"""OpenID Connect as a browser and a relying party see it."""

import base64
import json
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from dojang.adapters.database.books import DatabaseBooks
from dojang.adapters.database.engine import postgresql_database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.upgrade import upgrade
from dojang.adapters.in_memory.books import MemoryBooks
from tests.journeys.center import Customer
from tests.rules.disclosure.clients import BACK, BANK, ISSUER, NONCE, SHOP, request
from tests.web.login_site import WHO, Browser, LoginSite, problem


@pytest.fixture
def site() -> LoginSite:
    return LoginSite()


@pytest.fixture
def customer(site: LoginSite) -> Customer:
    return site.center.enrolled()


@pytest.fixture
def browser(site: LoginSite) -> Browser:
    return site.browser()


def test_a_browser_logs_in_and_the_bank_gets_its_id_token(site: LoginSite, customer: Customer) -> None:
    browser = site.browser()
    interaction = browser.begin()
    assert browser.view(interaction) == {
        "state": "identify",
        "relying_party": BANK,
        "expires_at": site.front.now + 900,
        "redirect_to": "",
        "connect": False,
        "connected": None,
    }
    code = browser.sms(interaction)
    assert browser.view(interaction)["state"] == "sms_code"
    visit = browser.step(interaction, "sms-code", {"code": f"{code[:3]} {code[3:]} "}).json()
    assert visit["pin_url"].endswith(f"/#code={visit['code']}")
    assert browser.view(interaction)["state"] == "pin"
    customer.agree(visit["code"]).hand_in()
    done = browser.view(interaction)
    back = parse_qs(urlsplit(done["redirect_to"]).query)
    assert (done["state"], back["state"], back["iss"]) == ("done", ["a state"], [ISSUER])
    answer = site.token(site.front.bank, back["code"][0])
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    tokens = answer.json()
    assert tokens.keys() == {"access_token", "token_type", "expires_in", "scope", "id_token"}
    assert (tokens["token_type"], tokens["expires_in"], tokens["scope"]) == ("Bearer", 300, "openid")
    keys = KeySet.import_key_set(browser.http.get("/openid/jwks").json())
    claims = jwt.decode(tokens["id_token"], keys, algorithms=["ES256"]).claims
    assert (claims["iss"], claims["aud"], claims["nonce"]) == (ISSUER, BANK, NONCE)
    assert claims["signature_evidence"].keys() == {"format", "cms", "content"}
    for ask in (browser.http.get, browser.http.post):
        who = ask("/openid/userinfo", headers={"Authorization": f"Bearer {tokens['access_token']}"})
        assert (who.status_code, who.json()) == (200, {"sub": claims["sub"]})


NOWHERE: dict[str, dict[str, str | None]] = {
    "an unknown client": {"client_id": "mallory"},
    "no client": {"client_id": None},
    "a foreign address": {"redirect_uri": "https://evil.example/cb"},
    "a longer address": {"redirect_uri": BACK + "/../evil"},
    "no address": {"redirect_uri": None},
}


@pytest.mark.parametrize("changes", NOWHERE.values(), ids=NOWHERE)
def test_nobody_is_redirected_to_whom_we_do_not_know(browser: Browser, changes: dict[str, str | None]) -> None:
    response = browser.authorize(**changes)
    assert response.status_code == 403
    assert "location" not in response.headers
    assert "<code>RELYING_PARTY_UNKNOWN</code>" in response.text
    assert "evil" not in response.text
    assert browser.cookie is None


TOLD: dict[str, tuple[dict[str, str | None], str]] = {
    "no challenge": ({"code_challenge": None}, "invalid_request"),
    "plain": ({"code_challenge_method": "plain"}, "invalid_request"),
    "no prompt": ({"prompt": "none"}, "login_required"),
    "a request object": ({"request": "e30.e30."}, "request_not_supported"),
    "a request by address": ({"request_uri": "https://evil.example"}, "request_uri_not_supported"),
    "an implicit flow": ({"response_type": "id_token"}, "unsupported_response_type"),
    "no openid": ({"scope": "email"}, "invalid_scope"),
}


@pytest.mark.parametrize(("changes", "error"), TOLD.values(), ids=TOLD)
def test_what_a_client_did_wrong_goes_to_its_address(
    browser: Browser, changes: dict[str, str | None], error: str
) -> None:
    response = browser.authorize(**changes)
    assert response.status_code == 303
    address, _, query = response.headers["location"].partition("?")
    assert (address, parse_qs(query)) == (BACK, {"error": [error], "state": ["a state"], "iss": [ISSUER]})
    assert browser.cookie is None


def test_without_a_state_none_is_sent_back(browser: Browser) -> None:
    sent = browser.authorize(state=None).headers["location"]
    assert parse_qs(urlsplit(sent).query) == {"error": ["invalid_request"], "iss": [ISSUER]}


@pytest.mark.parametrize("query", ["&".join(f"p{n}=1" for n in range(41)), "state=%ff%fe", "x=" + "y" * 8192])
def test_a_query_that_nobody_can_read_is_refused(browser: Browser, query: str) -> None:
    problem(browser.http.get(f"/openid/authorize?{query}"), 422, "invalid_field", field="query")


def test_a_posted_request_is_the_same_as_a_get(browser: Browser) -> None:
    form = urlencode(request())
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Origin": "http://bank.localhost:8000"}
    sent = browser.http.post("/openid/authorize", content=form, headers=headers)
    assert (sent.status_code, sent.headers["location"]) == (303, f"/openid/authorize?{form}")
    assert browser.cookie is None
    assert browser.http.get(sent.headers["location"]).headers["location"].startswith("/login?interaction=")
    lines = browser.http.post("/openid/authorize", content="x=1\r\nLocation: http://evil.test", headers=headers)
    assert "\n" not in lines.headers["location"]
    problem(
        browser.http.post("/openid/authorize", content="한".encode(), headers=headers),
        422,
        "invalid_field",
        field="query",
    )


def test_the_answer_to_a_name_is_the_same_to_the_byte(site: LoginSite, customer: Customer) -> None:
    answers = []
    for person in (WHO, {**WHO, "birth_date": "1899-12-30"}, {**WHO, "name": "아무개"}):
        browser = site.browser()
        answers.append(browser.step(browser.begin(), "identify", person))
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert [sorted(answer.headers.items()) for answer in answers] == [sorted(answers[0].headers.items())] * 3
    wrong = []
    for person in (WHO, {**WHO, "name": "아무개"}):
        browser = site.browser()
        interaction = browser.begin()
        browser.step(interaction, "identify", person)
        site.front.waiting.clear()
        wrong.append(browser.step(interaction, "sms-code", {"code": "000000"}))
    assert wrong[0].content == wrong[1].content
    problem(wrong[0], 403, "wrong_sms_code", tries_left=4)


def test_a_login_is_known_by_another_cookie_after_the_text_message(site: LoginSite, customer: Customer) -> None:
    """Session fixation: whoever planted the first cookie has nothing of what follows."""
    victim, mallory = site.browser(), site.browser()
    mallory.begin()
    planted = mallory.cookie
    assert planted is not None
    victim.http.cookies.update(mallory.http.cookies)
    interaction = victim.begin()
    assert victim.cookie == planted
    code = victim.sms(interaction)
    visit = victim.step(interaction, "sms-code", {"code": code})
    cookie = visit.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert victim.cookie not in (None, planted)
    customer.agree(visit.json()["code"]).hand_in()
    problem(mallory.http.get(f"/api/v1/logins/{interaction}"), 404, "interaction_not_found")
    assert victim.view(interaction)["state"] == "done"
    pushed = site.push(site.front.bank, sub=_sub(site, victim.code(interaction))).json()
    problem(mallory.post(f"/api/v1/signatures/{pushed['request_id']}/open"), 401, "connect_first")
    assert victim.post(f"/api/v1/signatures/{pushed['request_id']}/open").status_code == 200


def _sub(site: LoginSite, code: str) -> str:
    token = site.token(site.front.bank, code).json()["id_token"]
    keys = KeySet.import_key_set(site.front.desk.issuer.jwks())  # type: ignore[arg-type]
    return str(jwt.decode(token, keys).claims["sub"])


def test_a_wrong_code_changes_no_cookie(site: LoginSite, customer: Customer) -> None:
    browser = site.browser()
    interaction = browser.begin()
    code, before = browser.sms(interaction), browser.cookie
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    problem(browser.step(interaction, "sms-code", {"code": wrong}), 403, "wrong_sms_code", tries_left=4)
    assert browser.cookie == before
    assert isinstance(site.center.books, MemoryBooks)
    assert len(site.center.books.sessions.rows) == 1


def test_a_code_whose_answer_was_lost_is_entered_again_with_the_first_cookie(
    site: LoginSite, customer: Customer
) -> None:
    browser = site.browser()
    interaction = browser.begin()
    code, before = browser.sms(interaction), dict(browser.http.cookies)
    first = browser.step(interaction, "sms-code", {"code": code}, key="same").json()
    browser.http.cookies.clear()
    browser.http.cookies.update(before)
    again = browser.step(interaction, "sms-code", {"code": code}, key="same").json()
    assert again["code"] != first["code"]
    customer.agree(again["code"]).hand_in()
    assert browser.view(interaction)["state"] == "done"


def test_a_repeated_identify_under_its_key_sends_one_text_message(site: LoginSite, customer: Customer) -> None:
    browser = site.browser()
    interaction = browser.begin()
    answers = [browser.step(interaction, "identify", WHO, key="same") for _ in range(2)]
    assert answers[0].content == answers[1].content
    site.front.send()
    assert len(site.front.phone.sent) == 1


def test_no_answer_with_a_code_is_kept_or_cached(site: LoginSite, customer: Customer) -> None:
    browser = site.browser()
    interaction = browser.begin()
    visit = browser.step(interaction, "sms-code", {"code": browser.sms(interaction)})
    customer.agree(visit.json()["code"]).hand_in()
    looked = browser.http.get(f"/api/v1/logins/{interaction}")
    assert (visit.headers["cache-control"], looked.headers["cache-control"]) == ("no-store", "no-store")
    assert isinstance(site.center.books, MemoryBooks)
    kept = b"".join(answer.body for answer in site.center.books.idempotency.rows.values())
    assert b"masked_phone" in kept
    assert visit.json()["code"].encode() not in kept


def test_another_browser_finds_no_login(site: LoginSite, browser: Browser) -> None:
    interaction, other = browser.begin(), site.browser()
    problem(other.http.get(f"/api/v1/logins/{interaction}"), 401, "session_missing")
    other.begin()
    problem(other.http.get(f"/api/v1/logins/{interaction}"), 404, "interaction_not_found")
    problem(other.step(interaction, "identify", WHO), 404, "interaction_not_found")
    problem(other.step(interaction, "sms-code", {"code": "000000"}), 404, "interaction_not_found")


def test_only_our_own_pages_take_a_step(browser: Browser) -> None:
    path = f"/api/v1/logins/{browser.begin()}/identify"
    for headers in ({}, {"Origin": "http://evil.test"}):
        problem(browser.http.post(path, json=WHO, headers={"Idempotency-Key": "k", **headers}), 403, "origin_refused")


FIELDS: dict[str, tuple[Any, str]] = {
    "no name": ({**WHO, "name": ""}, "name"),
    "a telephone in words": ({**WHO, "phone": "공일공-1234-5678"}, "phone"),
    "a telephone in other digits": ({**WHO, "phone": "٠١٠١٢٣٤٥٦٧٨"}, "phone"),
    "a birth date without dashes": ({**WHO, "birth_date": "18991231"}, "birth_date"),
    "a birth date that is a number": ({**WHO, "birth_date": 18991231}, "birth_date"),
    "an unknown field": ({**WHO, "rrn": "991231-9000009"}, "rrn"),
    "a missing field": ({"name": "x", "phone": WHO["phone"]}, "birth_date"),
}


@pytest.mark.parametrize(("body", "field"), FIELDS.values(), ids=FIELDS)
def test_a_body_that_is_not_as_described_is_refused_by_field(browser: Browser, body: Any, field: str) -> None:
    problem(browser.step(browser.begin(), "identify", body), 422, "invalid_field", field=field)


def test_half_a_character_is_no_name(browser: Browser) -> None:
    body = json.dumps({**WHO, "name": "\ud800"})
    headers = {"Origin": ISSUER, "Idempotency-Key": "k", "Content-Type": "application/json"}
    answer = browser.http.post(f"/api/v1/logins/{browser.begin()}/identify", content=body, headers=headers)
    problem(answer, 422, "invalid_field", field="name")


@pytest.mark.parametrize("code", ["12345", "1234567", "12345a", "١٢٣٤٥٦", ""])
def test_a_code_is_six_digits(browser: Browser, code: str) -> None:
    problem(browser.step(browser.begin(), "sms-code", {"code": code}), 422, "invalid_field", field="code")


@pytest.mark.parametrize("interaction", ["%00", "x" * 65, "%ED%95%9C"])
def test_a_login_that_cannot_be_one_is_refused(browser: Browser, interaction: str) -> None:
    browser.begin()
    problem(browser.http.get(f"/api/v1/logins/{interaction}"), 422, "invalid_field", field="interaction")


def error(response: httpx2.Response, status: int, code: str) -> None:
    """RFC 6749 5.2."""
    assert (response.status_code, response.json()) == (status, {"error": code})
    assert response.headers["cache-control"] == "no-store"


def test_a_code_is_redeemed_once_by_the_client_it_was_given_to(site: LoginSite, customer: Customer) -> None:
    browser, bank = site.browser(), site.front.bank
    code = browser.code(browser.log_in(customer))
    error(site.token(bank, code, code_verifier="w" * 43), 400, "invalid_grant")
    error(site.token(bank, code, code_verifier=None), 400, "invalid_grant")
    error(site.token(bank, code, redirect_uri="https://evil.example"), 400, "invalid_grant")
    error(site.token(site.front.shop, code, redirect_uri=BACK), 400, "invalid_grant")
    token = site.token(bank, code).json()["access_token"]
    error(site.token(bank, code), 400, "invalid_grant")
    who = browser.http.get("/openid/userinfo", headers={"Authorization": f"Bearer {token}"})
    problem(who, 401, "access_token_refused")


def test_a_client_that_does_not_prove_itself_gets_nothing(site: LoginSite, customer: Customer) -> None:
    browser, bank = site.browser(), site.front.bank
    code = browser.code(browser.log_in(customer))
    used = bank.assertion(site.front.now)
    error(site.token(bank, "another", client_assertion=used), 400, "invalid_grant")
    forged: tuple[dict[str, str | None], ...] = (
        {"client_assertion": used},
        {"client_assertion": None},
        {"client_assertion_type": None},
        {"client_assertion": None, "client_assertion_type": None, "client_id": BANK, "client_secret": "guess"},
        {"client_id": SHOP},
        {"client_assertion": bank.assertion(site.front.now, aud=f"{ISSUER}/openid/token")},
        {"client_assertion": bank.assertion(site.front.now, exp=site.front.now - 60)},
    )
    for changes in forged:
        error(site.token(bank, code, **changes), 401, "invalid_client")
    assert site.token(bank, code, client_id=BANK).status_code == 200


@pytest.mark.parametrize(
    ("body", "media_type", "code"),
    [
        ("grant_type=password", "application/x-www-form-urlencoded", "unsupported_grant_type"),
        ("", "application/x-www-form-urlencoded", "unsupported_grant_type"),
        ("grant_type=authorization_code&grant_type=x", "application/x-www-form-urlencoded", "invalid_request"),
        ("grant_type", "application/x-www-form-urlencoded", "invalid_request"),
        ("grant_type=한", "application/x-www-form-urlencoded", "invalid_request"),
        ('{"grant_type": "authorization_code"}', "application/json", "invalid_request"),
    ],
)
def test_a_token_request_that_cannot_be_read_is_refused(
    browser: Browser, body: str, media_type: str, code: str
) -> None:
    headers = {"Content-Type": media_type}
    error(browser.http.post("/openid/token", content=body.encode(), headers=headers), 400, code)


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", f"Basic {base64.b64encode(b'a:b').decode()}"])
def test_userinfo_wants_an_access_token(browser: Browser, header: str) -> None:
    response = browser.http.get("/openid/userinfo", headers={"Authorization": header} if header else {})
    problem(response, 401, "access_token_refused")
    assert response.headers["www-authenticate"].startswith("Bearer")


def test_discovery_describes_what_is_there(browser: Browser) -> None:
    said = browser.http.get("/.well-known/openid-configuration").json()
    required = {
        "issuer",
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "response_types_supported",
        "subject_types_supported",
        "id_token_signing_alg_values_supported",
    }
    assert required <= said.keys()
    assert said["issuer"] == ISSUER
    assert said["code_challenge_methods_supported"] == ["S256"]
    assert "none" not in said["token_endpoint_auth_signing_alg_values_supported"]
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
        path = said[name].removeprefix(ISSUER)
        assert browser.http.get(path).status_code != 404


def test_the_page_of_a_signed_login_leads_back(site: LoginSite, customer: Customer) -> None:
    browser = site.browser()
    interaction = browser.begin()
    visit = browser.step(interaction, "sms-code", {"code": browser.sms(interaction)}).json()
    customer.agree(visit["code"]).hand_in()
    page = browser.http.get(f"/login?interaction={interaction}")
    assert (page.status_code, page.headers["location"]) == (303, browser.view(interaction)["redirect_to"])
    assert page.headers["cache-control"] == "no-store"


def test_a_name_that_postgresql_cannot_hold_names_nothing(postgres_dsn: str) -> None:
    database = postgresql_database(postgres_dsn)
    upgrade(database)
    browser = LoginSite(DatabaseBooks(database, FieldCipher(bytes(range(32))))).browser()
    browser.begin()
    for page in ("/login?interaction=%00", "/sign?request=%00"):
        assert browser.http.get(page).status_code == 404
    for path in ("/api/v1/logins/%00/identify", "/api/v1/signatures/%00/open"):
        assert browser.post(path, WHO).status_code == 422
    database.close()
