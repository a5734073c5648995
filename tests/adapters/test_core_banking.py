"""Core banking says who somebody is, and never what was wrong."""

import pytest

from dojang.refusals import DetailsNotMatched, IdentityNotMatched
from dojang.values.application import Medium, PhoneKind
from tests.adapters.bank_sides import APPLICATION, Side


def test_a_right_user_id_and_number_name_the_customer(side: Side) -> None:
    customer = side.identified()
    assert (customer.name, customer.birth_date) == (side.person.name, side.person.birth_date)
    assert set(customer.media) == set(Medium)
    assert {phone.kind for phone in customer.phones} >= {PhoneKind.MOBILE, PhoneKind.OVERSEAS}
    assert side.person.mobile not in repr(customer.phones)
    assert not customer.exposed
    assert customer.mobile_key


def test_whatever_is_wrong_the_refusal_is_the_same(side: Side) -> None:
    other = str(int(side.person.resident_number) - 1)
    right = side.person.resident_number
    for user_id, sealed in (
        (side.person.user_id, side.sealed(other)),
        ("nobody", side.sealed(right)),
        (side.person.user_id, side.sealed(right, "another application")),
        (side.person.user_id, b"too short"),
        (side.person.user_id, bytes(61)),
    ):
        with pytest.raises(IdentityNotMatched) as no:
            side.core_banking.identify(APPLICATION, user_id, sealed)
        assert no.value.facts == {}


def test_details_that_equal_the_record_are_taken_whatever_their_spacing(side: Side) -> None:
    number, person = side.identified().customer_number, side.person
    spaced = " ".join(person.name)
    side.core_banking.check_details(APPLICATION, number, spaced, person.mobile, person.birth_date)


def test_other_details_are_refused(side: Side) -> None:
    number, person = side.identified().customer_number, side.person
    for name, phone, birth_date in (
        ("임꺽정", person.mobile, person.birth_date),
        (person.name, "01000000000", person.birth_date),
        (person.name, person.mobile, "1899-01-01"),
    ):
        with pytest.raises(DetailsNotMatched):
            side.core_banking.check_details(APPLICATION, number, name, phone, birth_date)
