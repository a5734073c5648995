from typing import Any

import pytest

from dojang.pin.encoding import b64, unb64
from tests.demo.conftest import Applicant, Bank

IDENTITY = "/core-banking/identity-matches"


def question(applicant: Applicant, **changes: str) -> dict[str, Any]:
    person = applicant.person
    sealed = applicant.bank.seal(applicant.application, person["rrn"])
    return {"application": applicant.application, "user_id": person["user_id"], "sealed_rrn": sealed, **changes}


def test_the_right_user_id_and_resident_number_name_the_customer(applicant: Applicant) -> None:
    identity = applicant.identify()
    person = applicant.person
    assert identity["customer_number"] == person["customer_number"]
    assert (identity["name"], identity["birth_date"]) == (person["name"], person["birth_date"])
    assert [phone["kind"] for phone in identity["phones"]] == ["mobile", "land", "overseas"]
    assert identity["media"] == ["security_card", "one_time_code", "mobile_confirm"]
    assert identity["exposed"] is False


def test_registered_numbers_are_masked_to_the_line_and_four_digits(applicant: Applicant) -> None:
    last = applicant.person["phone"][-4:]
    masked = [phone["masked"] for phone in applicant.identify()["phones"]]
    assert masked == [f"010-****-{last}", f"02-****-{last}", f"+1-***-****-{last}"]


def test_a_wrong_resident_number_and_an_unknown_user_id_are_refused_alike(applicant: Applicant) -> None:
    wrong_number = question(applicant, sealed_rrn=applicant.bank.seal(applicant.application, "991231-9000000"))
    answers = [applicant.bank.refused(IDENTITY, q) for q in (wrong_number, question(applicant, user_id="nobody"))]
    assert answers[0] == answers[1]
    assert (answers[0]["code"], answers[0]["status"]) == ("identity_not_matched", 403)


def test_a_number_sealed_for_another_application_is_refused(applicant: Applicant) -> None:
    sealed = applicant.bank.seal("another", applicant.person["rrn"])
    assert applicant.bank.refused(IDENTITY, question(applicant, sealed_rrn=sealed))["code"] == "identity_not_matched"


@pytest.mark.parametrize("broken", [b"", b"\0" * 61, b"\1" * 200])
def test_what_does_not_open_is_refused_like_a_wrong_number(applicant: Applicant, broken: bytes) -> None:
    assert (
        applicant.bank.refused(IDENTITY, question(applicant, sealed_rrn=b64(broken)))["code"] == "identity_not_matched"
    )


def test_an_unknown_user_id_with_zero_bytes_is_no_match(bank: Bank) -> None:
    body = {"application": "a", "user_id": "nobody", "sealed_rrn": bank.seal("a", "0" * 13)}
    assert bank.refused(IDENTITY, body)["code"] == "identity_not_matched"


def test_an_exposed_person_is_said_to_be_so(new_applicant: Any) -> None:
    assert new_applicant(exposed=True).identify()["exposed"] is True


def test_media_that_a_customer_does_not_own_are_not_offered(new_applicant: Any) -> None:
    identity = new_applicant(media=["one_time_code"]).identify()
    assert (identity["media"], identity["mobile_key"]) == (["one_time_code"], "")


def test_the_registered_phone_key_comes_with_the_identity(applicant: Applicant) -> None:
    assert unb64(applicant.identify()["mobile_key"])


def test_every_fictional_person_was_born_before_1900_and_shares_no_number(bank: Bank) -> None:
    people = [bank.customer() for _ in range(40)]
    for person in people:
        year, month, day = person["birth_date"].split("-")
        assert 1850 <= int(year) <= 1899
        assert person["rrn"][:6] == year[2:] + month + day
        assert person["rrn"][6:8] in ("-9", "-0")
    for name in ("rrn", "phone", "land_phone", "overseas_phone", "user_id", "customer_number", "account", "otp_seed"):
        assert len({person[name] for person in people}) == len(people)


def test_details_must_equal_the_record(applicant: Applicant) -> None:
    details = applicant.details()
    spaced = f" {details['name'][0]} {details['name'][1:]}"
    applicant.bank.ask(
        "/core-banking/detail-matches", {**details, "name": spaced, "phone": details["phone"].replace("-", " ")}
    )
    for wrong in ({"name": "아무개"}, {"phone": applicant.person["land_phone"]}, {"birth_date": "1899-02-30"}):
        refused = applicant.bank.refused("/core-banking/detail-matches", {**details, **wrong})
        assert (refused["code"], refused["status"]) == ("details_not_matched", 403)


@pytest.mark.parametrize("state", ["OUT", "IN", "UNKNOWN"])
def test_the_departure_record_answers(new_applicant: Any, state: str) -> None:
    applicant = new_applicant(departure=state)
    applicant.identify()
    assert applicant.bank.ask("/departure-record", applicant.who) == {"state": state}


CONTRACTS: list[tuple[str, dict[str, Any]]] = [
    ("/core-banking/detail-matches", {"name": "홍길동", "phone": "010-0000-0001", "birth_date": "1899-12-31"}),
    ("/departure-record", {}),
    ("/phone-calls", {"phone_ref": "x", "digits": "47", "expires_at": 2_000_000_000}),
    ("/security-cards/questions", {}),
    ("/security-cards/answers", {"first": "00", "second": "00"}),
    ("/one-time-codes", {"code": "000000"}),
    ("/mobile-approvals", {"text": "text", "comparison_code": "4821"}),
]


@pytest.mark.parametrize(("path", "body"), CONTRACTS)
def test_no_factor_is_asked_for_a_customer_whom_the_application_did_not_identify(
    applicant: Applicant, new_applicant: Any, path: str, body: dict[str, Any]
) -> None:
    stranger = new_applicant()
    mixed = {"application": applicant.application, "customer_number": stranger.person["customer_number"]}
    for who in (stranger.who, mixed):
        assert applicant.bank.refused(path, {**who, **body})["code"] == "identity_not_matched"
