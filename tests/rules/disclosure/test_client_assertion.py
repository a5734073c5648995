"""Every way in which a client's assertion may be false, and one refusal for all."""

import base64
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from dojang.disclosure import client_assertion
from dojang.disclosure.client_assertion import ASSERTION_TYPE
from dojang.refusals import ClientRefused, SettingRefused
from dojang.settings import relying_parties
from dojang.values.relying_party import RelyingParty
from tests.rules.disclosure.clients import BANK, ISSUER, SHOP, Client, bank, shop

NOW = 1_900_000_000
PARTY, OTHER = bank(), shop()
CLIENTS = {client.client_id: client.party for client in (PARTY, OTHER)}


def check(assertion: str, kind: str = ASSERTION_TYPE) -> client_assertion.Proven:
    return client_assertion.check(kind, assertion, CLIENTS, ISSUER, NOW)


@pytest.mark.parametrize("client", [PARTY, OTHER], ids=["ES256", "Ed25519"])
def test_a_client_proves_itself_by_its_own_key(client: Client) -> None:
    proven = check(client.assertion(NOW, jti="once-and-no-more"))
    assert (proven.client.client_id, proven.jti) == (client.client_id, "once-and-no-more")
    assert proven.expires_at == NOW + 60 + 60


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def test_ed25519_by_its_old_name_will_do() -> None:
    assert check(OTHER.assertion(NOW, header={"alg": "EdDSA"})).client.client_id == SHOP


def test_an_audience_in_a_list_of_its_own_and_a_clock_a_little_off_will_do() -> None:
    check(PARTY.assertion(NOW, aud=[ISSUER]))
    check(PARTY.assertion(NOW, iat=NOW + 60, exp=NOW + 360))
    check(PARTY.assertion(NOW, iat=NOW - 400, exp=NOW - 59))


CLAIMS: dict[str, dict[str, Any]] = {
    "another's name": {"iss": SHOP},
    "no issuer": {"iss": None},
    "an issuer that is no text": {"iss": [BANK]},
    "an unknown issuer": {"iss": "mallory", "sub": "mallory"},
    "another subject": {"sub": SHOP},
    "no subject": {"sub": None},
    "no audience": {"aud": None},
    "the token endpoint as audience": {"aud": f"{ISSUER}/openid/token"},
    "another audience": {"aud": "https://evil.example"},
    "an audience among others": {"aud": [ISSUER, "https://evil.example"]},
    "no end": {"exp": None},
    "over": {"exp": NOW - 60},
    "an end that is no number": {"exp": "tomorrow"},
    "an end that is true": {"exp": True},
    "too long a life": {"exp": NOW + 361},
    "from the future": {"iat": NOW + 61},
    "not yet": {"nbf": NOW + 61},
    "no identifier": {"jti": None},
    "too short an identifier": {"jti": "1234567"},
    "too long an identifier": {"jti": "j" * 257},
    "an identifier that no database keeps": {"jti": "12345678\0"},
    "an identifier that is no text": {"jti": 12345678},
}


@pytest.mark.parametrize("changes", CLAIMS.values(), ids=CLAIMS)
def test_a_false_claim_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ClientRefused):
        check(PARTY.assertion(NOW, **changes))


def _unsigned() -> str:
    return jwt.encode({"alg": "none"}, _claims(), OctKey.import_key("nothing-at-all-is-a-key"), algorithms=["none"])


def _claims() -> dict[str, Any]:
    return {"iss": BANK, "sub": BANK, "aud": ISSUER, "exp": NOW + 60, "jti": "12345678"}


def _by_shared_secret() -> str:
    """HS256 with the public key as its secret: the old confusion."""
    secret = OctKey.import_key(json.dumps(PARTY.party.jwk))
    return jwt.encode({"alg": "HS256"}, _claims(), secret, algorithms=["HS256"])


def _part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


FORGED: dict[str, Callable[[], str]] = {
    "unsigned": _unsigned,
    "by a shared secret": _by_shared_secret,
    "by another key": lambda: PARTY.assertion(NOW, key=ECKey.generate_key("P-256")),
    "by another's key": lambda: PARTY.assertion(NOW, key=OTHER.key, header={"alg": "Ed25519"}),
    "by a key that it brought": lambda: PARTY.assertion(
        NOW,
        key=(key := ECKey.generate_key("P-256")),
        header={"alg": "ES256", "jwk": key.as_dict(private=False)},  # type: ignore[dict-item]
    ),
    "another payload": lambda: _with_payload({**_claims(), "jti": "another-one"}),
    "a payload that is a list": lambda: f"{_part({'alg': 'ES256'})}.{_part([1])}.{'A' * 86}",
    "no JSON": lambda: f"{_part({'alg': 'ES256'})}.bm8.{'A' * 86}",
    "nested without end": lambda: (
        f"{_part({'alg': 'ES256'})}.{base64.urlsafe_b64encode(b'[' * 100_002).decode()}.{'A' * 86}"
    ),
    "no JWT": lambda: "a.b",
    "nothing": lambda: "",
    "no ASCII": lambda: "한.빛.은",
}


def _with_payload(claims: dict[str, Any]) -> str:
    header, _, signature = PARTY.assertion(NOW).split(".")
    return ".".join((header, _part(claims), signature))


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
def test_what_the_client_did_not_sign_is_refused(forge: Callable[[], str]) -> None:
    with pytest.raises(ClientRefused):
        check(forge())


def test_another_type_of_assertion_is_refused() -> None:
    with pytest.raises(ClientRefused):
        check(PARTY.assertion(NOW), "urn:ietf:params:oauth:client-assertion-type:saml2-bearer")


REGISTERED: dict[str, dict[str, Any]] = {
    "a shared secret": {"jwk": {"kty": "oct", "k": "c2VjcmV0"}},
    "another curve": {"jwk": ECKey.generate_key("P-384").as_dict(private=False)},
    "a private key": {"jwk": ECKey.generate_key("P-256").as_dict(private=True)},
    "a way back without its end": {"return_uris": ("https://bank.example",)},
    "a way back to everywhere": {"return_uris": ("",)},
    "a way back into a script": {"return_uris": ("javascript:/",)},
    "a name in one language": {"name": {"ko": "은행"}},
}


@pytest.mark.parametrize("facts", REGISTERED.values(), ids=REGISTERED)
def test_a_relying_party_that_could_not_be_trusted_is_not_registered(facts: dict[str, Any]) -> None:
    party = PARTY.party
    sound = {name: getattr(party, name) for name in RelyingParty.__slots__}
    with pytest.raises(ValueError, match=r"relying party|way back"):
        RelyingParty(**{**sound, **facts})


def test_what_an_operator_writes_down_is_held_to_the_same() -> None:
    sound = asdict(PARTY.party)
    assert relying_parties(json.dumps([sound]).encode()) == {BANK: PARTY.party}
    for facts in ({**sound, "jwk": {"kty": "oct", "k": "c2VjcmV0"}}, {**sound, "client_secret": "guess"}):
        with pytest.raises(SettingRefused):
            relying_parties(json.dumps([facts]).encode())
