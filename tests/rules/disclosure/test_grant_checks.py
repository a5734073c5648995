"""Who may redeem an authorization code, where, when and how."""

import pytest

from dojang.disclosure import grant_checks
from dojang.refusals import GrantRefused
from dojang.values.login import Grant
from tests.rules.disclosure.clients import BACK, BANK, CHALLENGE, NONCE, SHOP, VERIFIER

NOW = 1_900_000_000
GRANT = Grant(bytes(32), BANK, BACK, CHALLENGE, NONCE, "subject", "txn", NOW - 30, NOW + 30)


def test_the_client_redeems_its_code_until_it_is_late() -> None:
    grant_checks.check(GRANT, BANK, BACK, VERIFIER, NOW + 29)


FORGED: dict[str, tuple[str, str, str, int]] = {
    "another client": (SHOP, BACK, VERIFIER, NOW),
    "late": (BANK, BACK, VERIFIER, NOW + 30),
    "another address": (BANK, BACK + "?x=1", VERIFIER, NOW),
    "no address": (BANK, "", VERIFIER, NOW),
    "another verifier": (BANK, BACK, "w" * 43, NOW),
    "the challenge as verifier": (BANK, BACK, CHALLENGE, NOW),
    "no verifier": (BANK, BACK, "", NOW),
}


@pytest.mark.parametrize("sent", FORGED.values(), ids=FORGED)
def test_nobody_else_does(sent: tuple[str, str, str, int]) -> None:
    with pytest.raises(GrantRefused):
        grant_checks.check(GRANT, *sent)


@pytest.mark.parametrize("verifier", ["v" * 42, "v" * 129, "v" * 43 + "한", "v" * 43 + "\n"])
def test_a_verifier_outside_of_rfc_7636_is_refused_even_where_it_fits(verifier: str) -> None:
    from dataclasses import replace

    from dojang.pin.encoding import b64, sha256

    fitting = replace(GRANT, code_challenge=b64(sha256(verifier.encode())))
    with pytest.raises(GrantRefused):
        grant_checks.check(fitting, BANK, BACK, verifier, NOW)
