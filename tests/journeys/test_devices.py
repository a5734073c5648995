"""A customer's browsers: how one becomes known, what it may open, and everything that must make none known."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from dojang.journeys.devices import DeviceProof, NewDevice
from dojang.policy.numbers import NUMBERS
from dojang.refusals import ActivationRefused, CodeRefused, ConnectFirst, NotAPublicKey, StatementRefused
from dojang.values.device import Device
from tests.journeys.center import BACK, LABEL, PHONE, Agreed, Center, Customer, DeviceKey

LAPTOP = DeviceKey("laptop")


def connect(center: Center, customer: Customer, device: DeviceKey = LAPTOP) -> Agreed:
    """After a login by SMS in which she wanted to stay connected."""
    agreed = customer.agree(center.login(connect=True).code)
    assert agreed.hand_in(new_device=agreed.adding(device)).device_added
    return agreed


def test_a_browser_that_the_customer_connects_at_a_login_opens_the_next_one_without_sms(center: Center) -> None:
    customer = center.enrolled()
    first = center.login(connect=True)
    agreed = customer.agree(first.code)
    assert agreed.opened.connect
    done = agreed.hand_in(new_device=agreed.adding(LAPTOP))
    assert done.device_added
    now, uid = center.clock.now(), customer.visit.uid
    kept = Device(uid, LAPTOP.id, LAPTOP.spki, LABEL, now, now)
    assert center.books.devices.of(uid) == (kept,)
    assert center.books.transactions.get(first.txn).device == LAPTOP.id
    center.clock.forward(1000)
    second = center.login(connected=False)
    again = customer.agree(second.code, LAPTOP.proof(second.code))
    assert not again.opened.connect
    assert not again.hand_in().device_added
    assert center.books.devices.of(uid) == (replace(kept, last_used_at=now + 1000),)
    request = center.books.transactions.get(second.txn)
    assert request.device == LAPTOP.id
    assert request.signed is not None
    assert request.signed.by_device


def test_a_login_without_a_device_goes_as_ever(center: Center) -> None:
    customer = center.enrolled()
    opened = center.login()
    agreed = customer.agree(opened.code)
    assert not agreed.opened.connect
    assert not agreed.hand_in().device_added
    request = center.books.transactions.get(opened.txn)
    assert (request.device, request.signed and request.signed.by_device) == (b"", False)
    assert center.books.devices.of(customer.visit.uid) == ()


PROOFS: dict[str, Callable[[Center, str], DeviceProof | None]] = {
    "none": lambda _, __: None,
    "a device that nobody added": lambda _, code: DeviceKey("stranger").proof(code),
    "another device's signature": lambda _, code: replace(DeviceKey("stranger").proof(code), device=LAPTOP.id),
    "another code": lambda center, _: LAPTOP.proof(center.login(connected=False).code),
    "no signature": lambda _, __: DeviceProof(LAPTOP.id, bytes(64)),
    "half a signature": lambda _, code: replace(LAPTOP.proof(code), signature=LAPTOP.proof(code).signature[:63]),
}


@pytest.mark.parametrize("forged", PROOFS.values(), ids=PROOFS)
def test_a_code_without_sms_opens_to_nothing_but_a_known_browsers_own_signature(
    center: Center, forged: Callable[[Center, str], DeviceProof | None]
) -> None:
    customer = center.enrolled()
    connect(center, customer)
    code = center.login(connected=False).code
    with pytest.raises(ConnectFirst) as refused:
        customer.agree(code, forged(center, code))
    assert refused.value.facts == {"return_to": BACK}
    # Nothing was spent.
    customer.agree(code, LAPTOP.proof(code)).hand_in()


def test_another_customers_browser_opens_nothing_of_mine(center: Center) -> None:
    alice = center.enrolled()
    bora = center.enrolled("a-2", "1000002", holder="김보라", phone="01087654321")
    agreed = bora.agree(center.login(connect=True, number="1000002").code)
    agreed.hand_in(new_device=agreed.adding(LAPTOP))
    code = center.login(connected=False).code
    with pytest.raises(ConnectFirst):
        alice.agree(code, LAPTOP.proof(code))


def test_a_code_opened_in_a_known_browser_is_spent(memory_center: Center) -> None:
    customer = memory_center.enrolled()
    connect(memory_center, customer)
    code = memory_center.login(connected=False).code
    customer.agree(code, LAPTOP.proof(code))
    with pytest.raises(CodeRefused):
        customer.agree(code, LAPTOP.proof(code))


def test_a_reissue_makes_every_browser_a_stranger(center: Center) -> None:
    first = center.enrolled()
    connect(center, first)
    newer = center.enrolled("a-2")
    code = center.login(connected=False).code
    with pytest.raises(ConnectFirst):
        newer.agree(code, LAPTOP.proof(code))
    assert center.books.devices.of(first.visit.uid) == ()


def test_after_sms_a_proof_that_fails_stands_in_nobodys_way_and_one_that_holds_is_noted(memory_center: Center) -> None:
    customer = memory_center.enrolled()
    connect(memory_center, customer)
    stranger, known = memory_center.login(), memory_center.login()
    customer.agree(stranger.code, DeviceKey("stranger").proof(stranger.code)).hand_in()
    memory_center.clock.forward(9)
    customer.agree(known.code, LAPTOP.proof(known.code)).hand_in()
    transactions = memory_center.books.transactions
    assert [transactions.get(one.txn).device for one in (stranger, known)] == [b"", LAPTOP.id]
    assert [one.last_used_at for one in memory_center.books.devices.of(customer.visit.uid)] == [
        memory_center.clock.now()
    ]
    signed = transactions.get(known.txn).signed
    assert signed is not None
    assert not signed.by_device


ADDITIONS = {
    "another customer's AK": lambda agreed, ak: agreed.adding(LAPTOP, ak),
    "another uid": lambda agreed, _: agreed.adding(LAPTOP, uid=bytes(16)),
    "another transaction": lambda agreed, _: agreed.adding(LAPTOP, th=bytes(32)),
    "another device": lambda agreed, _: agreed.adding(LAPTOP, device_key=DeviceKey("stranger").spki),
    "no signature": lambda agreed, _: replace(agreed.adding(LAPTOP), signature=bytes(64)),
}


@pytest.mark.parametrize("forged", ADDITIONS.values(), ids=ADDITIONS)
def test_a_forged_addition_adds_nothing_and_signs_nothing(
    memory_center: Center, forged: Callable[..., NewDevice]
) -> None:
    customer = memory_center.enrolled()
    other = memory_center.enrolled("a-2", "1000002")
    opened = memory_center.login(connect=True)
    agreed = customer.agree(opened.code)
    with pytest.raises(ActivationRefused):
        agreed.hand_in(new_device=forged(agreed, other.ak))
    assert memory_center.books.devices.of(customer.visit.uid) == ()
    request = memory_center.books.transactions.get(opened.txn)
    assert (request.claimed, request.signed) == (b"", None)
    assert "activate" not in memory_center.to_vault.calls


@pytest.mark.parametrize("forged", ADDITIONS.values(), ids=ADDITIONS)
def test_a_forged_addition_beside_a_repeated_activation_adds_nothing(
    memory_center: Center, forged: Callable[..., NewDevice]
) -> None:
    customer = memory_center.enrolled()
    other = memory_center.enrolled("a-2", "1000002")
    agreed = customer.agree(memory_center.login(connect=True).code)
    agreed.hand_in()
    with pytest.raises(ActivationRefused):
        agreed.hand_in(new_device=forged(agreed, other.ak))
    assert memory_center.books.devices.of(customer.visit.uid) == ()


@pytest.mark.parametrize("key", [b"", bytes(65), LAPTOP.spki + b"\0", LAPTOP.spki[:-1]])
def test_what_is_no_key_is_not_added(memory_center: Center, key: bytes) -> None:
    customer = memory_center.enrolled()
    agreed = customer.agree(memory_center.login(connect=True).code)
    with pytest.raises(NotAPublicKey):
        agreed.hand_in(new_device=replace(agreed.adding(LAPTOP), key=key))


def test_an_addition_without_the_customers_agreement_to_connect_adds_nothing(memory_center: Center) -> None:
    customer = memory_center.enrolled()
    agreed = customer.agree(memory_center.login().code)
    assert not agreed.hand_in(new_device=agreed.adding(LAPTOP)).device_added
    assert memory_center.books.devices.of(customer.visit.uid) == ()


def test_no_device_is_added_before_the_activation_is_accepted(memory_center: Center) -> None:
    customer = memory_center.enrolled()
    agreed = customer.agree(memory_center.login(connect=True).code)
    too_few = replace(agreed, receipts=agreed.receipts[:1])
    with pytest.raises(Exception, match="receipt_refused"):
        too_few.hand_in(new_device=agreed.adding(LAPTOP))
    assert memory_center.books.devices.of(customer.visit.uid) == ()


@pytest.mark.parametrize(("late", "added"), [(360, True), (361, False)])
def test_no_device_is_added_later_than_a_minute_after_the_transaction(
    memory_center: Center, late: int, *, added: bool
) -> None:
    """However long the vault took."""
    customer = memory_center.enrolled()
    agreed = customer.agree(memory_center.login(connect=True).code)
    honest = memory_center.vault.activate

    def slow(*args: object) -> object:
        memory_center.clock.forward(late)
        return honest(*args)  # type: ignore[arg-type]

    memory_center.vault.activate = slow  # type: ignore[assignment, method-assign]
    assert agreed.hand_in(new_device=agreed.adding(LAPTOP)).device_added is added
    assert len(memory_center.books.devices.of(customer.visit.uid)) == added


def test_a_customer_has_ten_browsers_and_the_eleventh_is_not_added(center: Center) -> None:
    customer = center.enrolled()
    for number in range(NUMBERS.device.per_customer):
        connect(center, customer, DeviceKey(f"browser {number}"))
    agreed = customer.agree(center.login(connect=True).code)
    assert not agreed.hand_in(new_device=agreed.adding(LAPTOP)).device_added
    assert len(center.books.devices.of(customer.visit.uid)) == 10
    again = customer.agree(center.login(connect=True).code)
    assert again.hand_in(new_device=again.adding(DeviceKey("browser 3"))).device_added


def test_an_addition_handed_in_again_has_the_same_answer_and_is_told_once(center: Center) -> None:
    customer = center.enrolled()
    agreed = customer.agree(center.login(connect=True).code)
    for _ in range(3):
        assert agreed.hand_in(new_device=agreed.adding(LAPTOP)).device_added
        center.clock.forward(2)
    assert [one.added_at for one in center.books.devices.of(customer.visit.uid)] == [center.clock.now() - 6]
    center.send()
    assert [(sent.number, sent.purpose) for sent in center.phone.sent] == [(PHONE, "device")]
    assert center.phone.sent[0].text == (
        "[도장 인증센터] 새 브라우저가 연결됐어요: Chrome · Windows\n내가 아니면 인증센터에서 끊어 주세요"
    )


def test_an_addition_that_came_too_late_for_the_first_answer_is_made_beside_the_repeated_one(center: Center) -> None:
    customer = center.enrolled()
    agreed = customer.agree(center.login(connect=True).code)
    agreed.hand_in()
    assert agreed.hand_in(new_device=agreed.adding(LAPTOP)).device_added


def test_one_transaction_adds_no_device_again_that_was_taken_away(center: Center) -> None:
    customer = center.enrolled()
    agreed = connect(center, customer)
    with center.books.transaction():
        center.books.devices.remove(customer.visit.uid, LAPTOP.id)
    assert not agreed.hand_in(new_device=agreed.adding(LAPTOP)).device_added
    assert center.books.devices.of(customer.visit.uid) == ()


def stated(center: Center, **changes: bytes) -> Customer:
    customer = Customer(center)
    customer.open(center.proven())
    customer.keep_record()
    customer.make_credential(customer.credential())
    customer.state(customer.statement(**changes))
    return customer


def test_a_first_statement_brings_the_browser_and_the_customer_is_told(center: Center) -> None:
    customer = stated(center, device_key=LAPTOP.spki)
    assert [one.id for one in center.books.devices.of(customer.visit.uid)] == [LAPTOP.id]
    customer.state(customer.statement(device_key=LAPTOP.spki))
    center.send()
    assert [sent.number for sent in center.phone.sent] == [PHONE]
    code = center.login(connected=False).code
    customer.agree(code, LAPTOP.proof(code)).hand_in()


@pytest.mark.parametrize("key", [bytes(65), LAPTOP.spki + b"\0", LAPTOP.spki[:-1]])
def test_a_statement_with_what_is_no_key_is_refused(memory_center: Center, key: bytes) -> None:
    with pytest.raises(StatementRefused):
        stated(memory_center, device_key=key)
    assert memory_center.guards.asked == []


def test_whether_the_browser_is_to_be_connected_is_said_when_a_version_is_opened(memory_center: Center) -> None:
    first = Customer(memory_center).open(memory_center.proven())
    assert not first.connect
    assert Customer(memory_center).open(memory_center.code("a-1", connect=True)).connect


def test_starting_an_application_again_ends_the_browsers_of_the_try_before(memory_center: Center) -> None:
    customer = Customer(memory_center)
    customer.open(memory_center.proven())
    with memory_center.books.transaction():
        memory_center.books.devices.put(Device(customer.visit.uid, LAPTOP.id, LAPTOP.spki, "", 1, 1))
    memory_center.code("a-1")
    assert memory_center.books.devices.of(customer.visit.uid) == ()
