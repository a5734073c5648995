"""Each check of an authorization request: one forged request, and its refusal."""

from pathlib import Path

import pytest

from dojang.disclosure import checks, request_checks
from dojang.disclosure.authorization import AuthorizationRequest
from dojang.refusals import AuthorizationRefused, RelyingPartyUnknown
from tests.rules.disclosure.clients import BACK, BANK, CHALLENGE, NONCE, bank, request, shop

CLIENTS = {client.client_id: client.party for client in (bank(), shop())}


def test_a_sound_request_passes_with_what_the_client_sent() -> None:
    wanted = AuthorizationRequest(BANK, BACK, "a state", NONCE, CHALLENGE)
    assert request_checks.check(request(), CLIENTS) == wanted
    assert request_checks.check(request(scope="openid profile", prompt="login", display="page"), CLIENTS) == wanted
    assert request_checks.check(request(response_mode="query", max_age="0", request=""), CLIENTS) == wanted


NOWHERE: dict[str, list[tuple[str, str]]] = {
    "no client": request(client_id=None),
    "an unknown client": request(client_id="mallory"),
    "two clients": request(("client_id", BANK)),
    "no address": request(redirect_uri=None),
    "two addresses": request(("redirect_uri", BACK)),
    "a longer address": request(redirect_uri=BACK + "/x"),
    "a shorter address": request(redirect_uri=BACK[:-1]),
    "an address with a query": request(redirect_uri=BACK + "?x=1"),
    "an address in capitals": request(redirect_uri=BACK.replace("bank", "BANK")),
    "an address over another scheme": request(redirect_uri=BACK.replace("http:", "https:")),
    "another client's address": request(redirect_uri="https://shop.example/login/callback"),
    "a way back for signatures": request(redirect_uri="http://bank.localhost:8000/transfers/"),
}


@pytest.mark.parametrize("forged", NOWHERE.values(), ids=NOWHERE)
def test_nobody_is_sent_to_whom_we_do_not_know(forged: list[tuple[str, str]]) -> None:
    with pytest.raises(RelyingPartyUnknown):
        request_checks.check(forged, CLIENTS)


TOLD: dict[str, tuple[list[tuple[str, str]], str]] = {
    "a parameter twice": (request(("scope", "openid")), "invalid_request"),
    "an unknown parameter twice": (request(("x", "1"), ("x", "2")), "invalid_request"),
    "a request object": (request(request="e30.e30."), "request_not_supported"),
    "a request by address": (request(request_uri="https://evil.example/r"), "request_uri_not_supported"),
    "a registration": (request(registration="{}"), "registration_not_supported"),
    "no response type": (request(response_type=None), "unsupported_response_type"),
    "a token in the address": (request(response_type="code id_token"), "unsupported_response_type"),
    "an answer in the fragment": (request(response_mode="fragment"), "invalid_request"),
    "no scope": (request(scope=None), "invalid_scope"),
    "no openid": (request(scope="profile openid2"), "invalid_scope"),
    "no state": (request(state=None), "invalid_request"),
    "an empty state": (request(state=""), "invalid_request"),
    "a state too long": (request(state="s" * 513), "invalid_request"),
    "no nonce": (request(nonce=None), "invalid_request"),
    "a nonce too short": (request(nonce="n" * 15), "invalid_request"),
    "a nonce too long": (request(nonce="n" * 129), "invalid_request"),
    "a nonce in Korean": (request(nonce="한" * 16), "invalid_request"),
    "a nonce with a line in it": (request(nonce="n" * 16 + "\n"), "invalid_request"),
    "no challenge": (request(code_challenge=None, code_challenge_method=None), "invalid_request"),
    "a challenge without method": (request(code_challenge_method=None), "invalid_request"),
    "a plain challenge": (request(code_challenge_method="plain"), "invalid_request"),
    "a challenge too short": (request(code_challenge="c" * 42), "invalid_request"),
    "a challenge with padding": (request(code_challenge="c" * 43 + "="), "invalid_request"),
    "no prompt allowed": (request(prompt="none"), "login_required"),
    "no prompt allowed, and more": (request(prompt="login none"), "login_required"),
}


@pytest.mark.parametrize(("forged", "error"), TOLD.values(), ids=TOLD)
def test_what_the_client_did_wrong_is_told_to_it(forged: list[tuple[str, str]], error: str) -> None:
    with pytest.raises(AuthorizationRefused) as refused:
        request_checks.check(forged, CLIENTS)
    state = dict(forged).get("state", "")
    assert refused.value.facts == {"error": error, "redirect_uri": BACK, "state": state}


def test_a_state_that_came_twice_is_not_sent_back() -> None:
    with pytest.raises(AuthorizationRefused) as refused:
        request_checks.check(request(("state", "another")), CLIENTS)
    assert refused.value.facts["state"] == ""


def test_every_check_stands_in_the_list() -> None:
    assert checks.__file__ is not None
    written = {file.stem for file in Path(checks.__file__).parent.glob("*.py")} - {"__init__"}
    listed = [*request_checks.BEFORE_ANYBODY_IS_SENT, *request_checks.TOLD_TO_THE_CLIENT]
    assert {check.__module__.rpartition(".")[2] for check in listed} == written
    assert len(listed) == len(written)
