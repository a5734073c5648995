"""What an ID token says, and that only its issuer could have said it."""

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import ECKey, KeySet

from dojang.disclosure.id_token import Issuer
from dojang.pin.encoding import b64
from dojang.values.login import Grant
from dojang.values.transaction import TransactionResult
from tests.rules.disclosure.clients import BACK, BANK, CHALLENGE, ISSUER, NONCE

NOW = 1_900_000_000
GRANT = Grant(bytes(32), BANK, BACK, CHALLENGE, NONCE, "subject", "txn", NOW - 30, NOW + 30)
SIGNED = TransactionResult("signed", (b"the cms",), (b"the content",))


@pytest.fixture
def issuer() -> Issuer:
    return Issuer(ISSUER, ec.generate_private_key(ec.SECP256R1()))


def test_it_says_who_when_how_and_brings_the_proof(issuer: Issuer) -> None:
    token = jwt.decode(issuer.id_token(GRANT, SIGNED, NOW), KeySet.import_key_set(_public(issuer)))
    assert token.claims == {
        "iss": ISSUER,
        "sub": "subject",
        "aud": BANK,
        "iat": NOW,
        "exp": NOW + 300,
        "auth_time": NOW - 30,
        "nonce": NONCE,
        "acr": "urn:dojang:acr:pin-scal2",
        "amr": ["pin", "sms"],
        "signature_evidence": {"format": "cms", "cms": b64(b"the cms"), "content": b64(b"the content")},
    }
    assert token.header == {"alg": "ES256", "kid": _public(issuer)["keys"][0]["kid"], "typ": "JWT"}


def test_another_key_did_not_sign_it(issuer: Issuer) -> None:
    with pytest.raises(BadSignatureError):
        jwt.decode(issuer.id_token(GRANT, SIGNED, NOW), ECKey.generate_key("P-256"))


def test_its_published_key_is_public_and_named_by_its_thumbprint(issuer: Issuer) -> None:
    (key,) = _public(issuer)["keys"]
    assert key.keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    assert (key["kty"], key["crv"], key["use"], key["alg"]) == ("EC", "P-256", "sig", "ES256")
    assert key["kid"] == ECKey.import_key({name: key[name] for name in ("kty", "crv", "x", "y")}).thumbprint()


def _public(issuer: Issuer) -> Any:
    return issuer.jwks()
