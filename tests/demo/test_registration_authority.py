import hashlib
from collections.abc import Callable
from typing import Any

import pytest

from dojang.authority.registration import RegistrationStatement, check
from dojang.demo.bank import proofs
from dojang.demo.bank.tables import applicants
from dojang.pin.encoding import b64, canonical, unb64
from dojang.pin.signatures import SigningKey
from tests.demo.conftest import Applicant, Bank

STATEMENTS = "/registration-authority/statements"
AK = b64(SigningKey(bytes(32)).public)


def identifier(n: int) -> str:
    return b64(n.to_bytes(16, "big"))


def question(applicant: Applicant, **changes: str) -> dict[str, Any]:
    return {
        "application": applicant.application,
        "name": applicant.person["name"],
        "uid": identifier(1),
        "kid": identifier(2),
        "authorization_key": AK,
        "replaces": "",
        **changes,
    }


@pytest.fixture
def proven(applicant: Applicant) -> Applicant:
    applicant.prove_all()
    return applicant


def salt_of(bank: Bank, uid: str) -> bytes:
    with bank.app.state.desk.database.transaction() as connection:
        row = connection.execute(applicants.select().where(applicants.c.uid == unb64(uid))).one()
    return bytes(row.salt)


def test_a_statement_is_signed_over_everything_in_it(proven: Applicant) -> None:
    statement = proven.bank.ask(STATEMENTS, question(proven))
    assert {key: statement[key] for key in ("name", "uid", "kid", "authorization_key", "replaces")} == {
        key: value for key, value in question(proven).items() if key != "application"
    }
    fields: dict[str, Any] = {key: value if key == "name" else unb64(value) for key, value in statement.items()}
    check(RegistrationStatement(**fields), proven.bank.key.registration.public)


def test_the_applicant_hash_covers_name_birth_date_customer_number_and_a_salt_that_the_bank_keeps(
    proven: Applicant,
) -> None:
    statement = proven.bank.ask(STATEMENTS, question(proven))
    applicant = {key: proven.person[key] for key in ("name", "birth_date", "customer_number")}
    salted = canonical({**applicant, "salt": b64(salt_of(proven.bank, statement["uid"]))})
    assert unb64(statement["applicant_hash"]) == hashlib.sha256(salted).digest()
    assert len(salt_of(proven.bank, statement["uid"])) == 32


STEPS: list[Callable[[Applicant], object]] = [
    Applicant.identify,
    Applicant.pass_call,
    Applicant.pass_medium,
    Applicant.pass_details,
]


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_nothing_is_signed_while_one_proof_is_missing(applicant: Applicant, missing: int) -> None:
    for step in STEPS[:missing] + STEPS[missing + 1 :]:
        step(applicant)
    refused = applicant.bank.refused(STATEMENTS, question(applicant))
    assert (refused["code"], refused["status"]) == ("registration_refused", 403)
    STEPS[missing](applicant)
    applicant.bank.ask(STATEMENTS, question(applicant))


def test_an_application_that_the_bank_never_heard_of_is_refused(proven: Applicant) -> None:
    assert proven.bank.refused(STATEMENTS, question(proven, application="other"))["code"] == "registration_refused"


def test_wrong_digits_are_no_call_proof(applicant: Applicant) -> None:
    call_id = applicant.call("47")
    applicant.on_phone(call_id, "answer")
    applicant.on_phone(call_id, "press", {"digits": "48"})
    applicant.pass_medium()
    applicant.pass_details()
    assert applicant.bank.refused(STATEMENTS, question(applicant))["code"] == "registration_refused"


def test_a_wrong_code_and_a_declined_approval_are_no_medium_proof(applicant: Applicant) -> None:
    applicant.pass_call()
    applicant.pass_details()
    applicant.bank.refused("/one-time-codes", {**applicant.who, "code": applicant.code(9)})
    asked = applicant.bank.ask("/mobile-approvals", {**applicant.who, "text": "t", "comparison_code": "4821"})
    url = f"/phones/{applicant.phone()}/approvals/{asked['approval_id']}"
    applicant.bank.anyone.post(url, json={"decision": "decline"})
    assert applicant.bank.refused(STATEMENTS, question(applicant))["code"] == "registration_refused"


def test_every_medium_and_both_ways_to_be_called_lead_to_a_statement(new_applicant: Any) -> None:
    ways = [(call, medium) for call in ("mobile", "overseas") for medium in ("card", "code", "approval")]
    for number, (call, medium) in enumerate(ways):
        applicant = new_applicant(departure="OUT")
        applicant.identify()
        applicant.bank.ask("/departure-record", applicant.who)
        applicant.pass_call(call)
        use_medium(applicant, medium)
        applicant.pass_details()
        ids = {"uid": identifier(100 + number), "kid": identifier(200 + number)}
        applicant.bank.ask(STATEMENTS, question(applicant, **ids))


def use_medium(applicant: Applicant, medium: str) -> None:
    bank, card = applicant.bank, applicant.person["card"]
    if medium == "card":
        asked = bank.ask("/security-cards/questions", applicant.who)
        digits = {"first": card[asked["first_position"] - 1][:2], "second": card[asked["second_position"] - 1][2:]}
        bank.ask("/security-cards/answers", {**applicant.who, **digits})
    elif medium == "code":
        applicant.pass_medium()
    else:
        asked = bank.ask("/mobile-approvals", {**applicant.who, "text": "t", "comparison_code": "4821"})
        url = f"/phones/{applicant.phone()}/approvals/{asked['approval_id']}"
        assert bank.anyone.post(url, json={"decision": "approve"}).json()["state"] == "approved"


def test_proofs_of_two_customers_make_no_statement(proven: Applicant, new_applicant: Any) -> None:
    other = new_applicant()
    other.application = proven.application
    other.identify()
    refused = proven.bank.refused(STATEMENTS, question(proven, name=other.person["name"]))
    assert refused["code"] == "registration_refused"


def test_an_exposed_person_gets_no_statement_and_no_factor(new_applicant: Any) -> None:
    applicant = new_applicant(exposed=True)
    applicant.identify()
    assert applicant.bank.refused("/departure-record", applicant.who)["code"] == "identity_not_matched"
    assert applicant.bank.refused(STATEMENTS, question(applicant))["code"] == "registration_refused"


@pytest.mark.parametrize("kind", ["identity", "call", "medium", "details"])
def test_an_old_proof_is_named_and_refused(proven: Applicant, kind: str) -> None:
    desk = proven.bank.app.state.desk
    proven.bank.clock.time += 3600
    for other in {"identity", "call", "medium", "details"} - {kind}:
        with desk.database.transaction() as connection:
            number = proven.person["customer_number"]
            proofs.record(connection, proven.application, number, proofs.Kind(other), desk.now())
    refused = proven.bank.refused(STATEMENTS, question(proven))
    assert (refused["code"], refused["proof"], refused["status"]) == ("proof_expired", kind, 410)


def test_another_name_than_the_customers_is_refused(proven: Applicant) -> None:
    assert proven.bank.refused(STATEMENTS, question(proven, name="아무개"))["code"] == "registration_refused"


def test_the_same_request_gets_the_same_statement_even_after_the_proofs_are_old(proven: Applicant) -> None:
    first = proven.bank.ask(STATEMENTS, question(proven))
    proven.bank.clock.time += 100_000
    assert proven.bank.ask(STATEMENTS, question(proven)) == first


@pytest.mark.parametrize(
    "changes",
    [
        {"uid": identifier(8)},
        {"kid": identifier(9)},
        {"authorization_key": b64(SigningKey(b"\1" * 32).public)},
        {"replaces": identifier(2)},
    ],
)
def test_one_application_gets_one_statement(proven: Applicant, changes: dict[str, str]) -> None:
    proven.bank.ask(STATEMENTS, question(proven))
    assert proven.bank.refused(STATEMENTS, question(proven, **changes))["code"] == "registration_refused"


def reapply(applicant: Applicant, application: str) -> Applicant:
    applicant.bank.clock.time += 60
    later = Applicant(applicant.bank, applicant.person, application)
    later.prove_all()
    return later


def test_a_reissue_replaces_the_kid_that_was_signed_for_the_same_customer(proven: Applicant) -> None:
    number = proven.person["customer_number"]
    assert proven.bank.get(f"/registration-authority/certificates/{number}") == {"kid": ""}
    first = proven.bank.ask(STATEMENTS, question(proven))
    assert proven.bank.get(f"/registration-authority/certificates/{number}") == {"kid": first["kid"]}
    later = reapply(proven, "later")
    ids = {"uid": identifier(3), "kid": identifier(4)}
    second = proven.bank.ask(STATEMENTS, question(later, replaces=first["kid"], **ids))
    assert second["replaces"] == first["kid"]
    assert second["applicant_hash"] != first["applicant_hash"]
    assert proven.bank.get(f"/registration-authority/certificates/{number}") == {"kid": identifier(4)}


def test_a_later_kid_of_the_same_uid_has_the_same_applicant_hash(proven: Applicant) -> None:
    first = proven.bank.ask(STATEMENTS, question(proven))
    second = proven.bank.ask(STATEMENTS, question(reapply(proven, "later"), kid=identifier(4)))
    assert second["applicant_hash"] == first["applicant_hash"]


def test_the_kid_of_another_customer_or_of_nobody_is_not_replaced(proven: Applicant, new_applicant: Any) -> None:
    proven.bank.ask(STATEMENTS, question(proven))
    thief = new_applicant()
    thief.prove_all()
    ids = {"uid": identifier(5), "kid": identifier(6)}
    for replaces in (identifier(2), identifier(77)):
        refused = thief.bank.refused(STATEMENTS, question(thief, replaces=replaces, **ids))
        assert refused["code"] == "registration_refused"


def test_a_kid_or_uid_of_another_customer_is_refused(proven: Applicant, new_applicant: Any) -> None:
    proven.bank.ask(STATEMENTS, question(proven))
    thief = new_applicant()
    thief.prove_all()
    for ids in ({"uid": identifier(5)}, {"kid": identifier(6)}):
        assert thief.bank.refused(STATEMENTS, question(thief, **ids))["code"] == "registration_refused"


@pytest.mark.parametrize(
    "changes",
    [
        {"kid": b64(bytes(15))},
        {"uid": "=="},
        {"authorization_key": b64(bytes(31))},
        {"authorization_key": b64(bytes(32))},
        {"replaces": b64(bytes(15))},
    ],
)
def test_malformed_ids_and_keys_are_refused(proven: Applicant, changes: dict[str, str]) -> None:
    assert proven.bank.refused(STATEMENTS, question(proven, **changes))["status"] in (403, 422)
