"""The bank's registration authority signs for an application whose proofs it answered itself, once."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dojang.adapters.registration_authority_http import HttpRegistrationAuthority
from dojang.authority import registration
from dojang.demo.bank import keys
from dojang.pin.signatures import SigningKey
from dojang.ports.registration_authority import RegistrationAuthority
from dojang.proofing.ars import new_call
from dojang.refusals import ProofExpired, RegistrationRefused
from dojang.values.application import PhoneKind, Route
from dojang.values.factors import Departure
from tests.adapters.bank_sides import APPLICATION, Side, over_http

UID, KID, AK = b"u" * 16, b"k" * 16, SigningKey(b"a" * 32).public


@pytest.fixture
def side(tmp_path: Path) -> Iterator[Side]:
    with over_http(tmp_path, departure=Departure.IN) as found:
        yield found


@pytest.fixture
def authority(side: Side) -> RegistrationAuthority:
    return HttpRegistrationAuthority(side.core_banking._bank)  # type: ignore[attr-defined]


def prove(side: Side) -> None:
    """Identity, call, medium and details, all answered by the bank."""
    customer, person = side.identified(), side.person
    call = new_call(Route.ARS, side.registered(PhoneKind.MOBILE), "47", "request-1", side.clock.now())
    call_id = side.phone_call.place(APPLICATION, customer.customer_number, call)
    side.phone.answer(call_id)
    side.phone.press(call_id, "47")
    side.one_time_code.check(APPLICATION, customer.customer_number, side.otp(), "request-2")
    side.core_banking.check_details(
        APPLICATION, customer.customer_number, person.name, person.mobile, person.birth_date
    )


def question(side: Side, **changes: Any) -> dict[str, Any]:
    asked = {
        "application": APPLICATION,
        "name": side.person.name,
        "uid": UID,
        "kid": KID,
        "authorization_key": AK,
        "replaces": b"",
    }
    return {**asked, **changes}


def test_a_proven_application_is_vouched_for_and_the_same_question_gets_the_same_statement(
    side: Side, authority: RegistrationAuthority, tmp_path: Path
) -> None:
    prove(side)
    statement = authority.vouch(**question(side))
    registration.check(statement, keys.make(tmp_path / "keys").registration.public)
    assert (statement.name, statement.uid, statement.kid) == (side.person.name, UID, KID)
    assert authority.vouch(**question(side)) == statement


def test_another_question_for_the_same_application_is_refused(side: Side, authority: RegistrationAuthority) -> None:
    prove(side)
    authority.vouch(**question(side))
    with pytest.raises(RegistrationRefused):
        authority.vouch(**question(side, kid=b"x" * 16))


def test_what_the_bank_did_not_prove_is_not_vouched_for(side: Side, authority: RegistrationAuthority) -> None:
    with pytest.raises(RegistrationRefused):
        authority.vouch(**question(side))


def test_another_name_or_somebody_elses_kid_is_not_vouched_for(side: Side, authority: RegistrationAuthority) -> None:
    prove(side)
    for changes in ({"name": "김하늘"}, {"replaces": b"x" * 16}):
        with pytest.raises(RegistrationRefused):
            authority.vouch(**question(side, **changes))


def test_a_proof_that_lapsed_is_said(side: Side, authority: RegistrationAuthority) -> None:
    prove(side)
    side.clock.forward(1800)
    with pytest.raises(ProofExpired):
        authority.vouch(**question(side))
