"""A customer disconnects a browser: here at once, at every guard as soon as it can be told, and nobody else's."""

from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from dojang.journeys import connect_browser, devices
from dojang.journeys.devices import Listed
from dojang.pin.encoding import b64
from dojang.refusals import ConnectFirst
from tests.journeys.center import LABEL, PHONE, Center, Customer, DeviceKey
from tests.journeys.logins import Front

LAPTOP, OTHER = DeviceKey("laptop"), DeviceKey("other")
GUARDS = ("guard-1", "guard-2", "guard-3")


@pytest.fixture
def front(center: Center) -> Front:
    return Front(center)


@pytest.fixture
def customer(center: Center) -> Customer:
    return center.enrolled()


def test_a_customer_sees_which_browsers_are_hers_and_which_one_this_is(front: Front, customer: Customer) -> None:
    added = front.now
    login, token = front.connected(customer, LAPTOP)
    front.center.clock.forward(60)
    front.connected(customer, OTHER)
    first, second = devices.listed(front.center.desk, login.session, token)
    assert first == Listed(b64(LAPTOP.id), LABEL, added, added, this_browser=True)
    assert second == Listed(b64(OTHER.id), LABEL, added + 60, added + 60, this_browser=False)
    assert not any(one.this_browser for one in devices.listed(front.center.desk, login.session))


def test_who_is_not_logged_in_sees_and_disconnects_nothing(front: Front, customer: Customer) -> None:
    front.connected(customer, LAPTOP)
    with pytest.raises(ConnectFirst):
        devices.listed(front.center.desk, "another")
    with pytest.raises(ConnectFirst):
        devices.disconnect(front.center.desk, "another", LAPTOP.id)
    assert len(front.center.books.devices.of(customer.visit.uid)) == 1


def test_a_disconnected_browser_opens_nothing_and_is_connected_no_more(front: Front, customer: Customer) -> None:
    login, token = front.connected(customer, LAPTOP)
    code = front.center.login(connected=False).code
    devices.disconnect(front.center.desk, login.session, LAPTOP.id)
    assert devices.listed(front.center.desk, login.session, token) == ()
    assert connect_browser.who(front.desk.visits, token) is None
    assert front.center.books.connections.find(connect_browser._hashed(token), front.now) is None
    with pytest.raises(ConnectFirst):
        customer.agree(code, LAPTOP.proof(code))
    assert front.center.guards.removed == [(guard, customer.visit.uid, LAPTOP.id) for guard in GUARDS]
    assert front.center.books.removals.find(customer.visit.uid, LAPTOP.id) is None
    front.send()
    notices = [sent for sent in front.phone.sent if sent.purpose == "device"]
    assert [sent.number for sent in notices] == [PHONE, PHONE]
    assert "브라우저 연결을 끊었어요: Chrome · Windows" in notices[1].text


def test_disconnecting_twice_is_disconnecting_once(front: Front, customer: Customer) -> None:
    login, _ = front.connected(customer, LAPTOP)
    for _ in range(2):
        devices.disconnect(front.center.desk, login.session, LAPTOP.id)
    assert len(front.center.guards.removed) == 3
    front.send()
    assert sum("끊었어요" in sent.text for sent in front.phone.sent) == 1


def test_nobody_disconnects_another_customers_browser(front: Front, customer: Customer) -> None:
    login, _ = front.connected(customer, LAPTOP)
    other = front.center.enrolled("a-2", "1000002", holder="김보라", phone="01087654321")
    agreed = other.agree(front.center.login(connect=True, number="1000002").code)
    agreed.hand_in(new_device=agreed.adding(OTHER))
    devices.disconnect(front.center.desk, login.session, OTHER.id)
    assert [one.id for one in front.center.books.devices.of(other.visit.uid)] == [OTHER.id]
    assert front.center.guards.removed == []


def test_a_guard_that_is_down_is_told_later_and_the_others_not_again(front: Front, customer: Customer) -> None:
    login, _ = front.connected(customer, LAPTOP)
    center, uid = front.center, customer.visit.uid
    center.guards.down = {"guard-2"}
    with capture_logs() as logs:
        devices.disconnect(center.desk, login.session, LAPTOP.id)
    assert [(line["event"], line["guard_id"], line["code"]) for line in logs] == [
        ("device_removal_waits", "guard-2", "guard_unavailable")
    ]
    kept = center.books.removals.find(uid, LAPTOP.id)
    assert kept is not None
    assert kept.waiting == ("guard-2",)
    devices.tell_guards(center.desk)
    assert center.books.removals.find(uid, LAPTOP.id) == kept
    for _ in range(6):
        center.clock.forward(60)
        devices.tell_guards(center.desk)
    center.guards.down = set()
    center.clock.forward(60)
    devices.tell_guards(center.desk)
    assert [guard for guard, *_ in center.guards.removed] == ["guard-1", "guard-3", "guard-2"]
    assert center.books.removals.find(uid, LAPTOP.id) is None


def test_the_intent_is_durable_before_a_guard_is_asked(front: Front, customer: Customer) -> None:
    login, _ = front.connected(customer, LAPTOP)
    center, uid = front.center, customer.visit.uid

    def killed(_tickets: object) -> object:
        raise KeyboardInterrupt

    honest = center.guards.remove_device
    center.guards.remove_device = killed  # type: ignore[assignment, method-assign]
    with pytest.raises(KeyboardInterrupt):
        devices.disconnect(center.desk, login.session, LAPTOP.id)
    center.guards.remove_device = honest  # type: ignore[method-assign]
    assert center.books.devices.of(uid) == ()
    center.clock.forward(60)
    devices.tell_guards(center.desk)
    assert len(center.guards.removed) == 3


def test_a_browser_connected_again_is_not_taken_from_guards_that_missed_its_removal(
    front: Front, customer: Customer
) -> None:
    login, _ = front.connected(customer, LAPTOP)
    center, uid = front.center, customer.visit.uid
    center.guards.down = {"guard-2"}
    devices.disconnect(center.desk, login.session, LAPTOP.id)
    center.guards.down = set()
    center.clock.forward(30)
    front.connected(customer, LAPTOP)
    center.clock.forward(60)
    devices.tell_guards(center.desk)
    assert [guard for guard, *_ in center.guards.removed] == ["guard-1", "guard-3"]
    assert [one.id for one in center.books.devices.of(uid)] == [LAPTOP.id]


def test_a_removal_under_way_leaves_a_later_one_alone(front: Front, customer: Customer) -> None:
    """Added again and taken away once more while guards were asked: all of them are to hear of the second removal."""
    login, _ = front.connected(customer, LAPTOP)
    center, uid = front.center, customer.visit.uid
    honest = center.guards.remove_device

    def meanwhile(sealed: dict[str, str]) -> object:
        answers = honest(sealed)
        kept = center.books.removals.find(uid, LAPTOP.id)
        assert kept is not None
        with center.books.transaction():
            center.books.removals.put(replace(kept, asked_at=kept.asked_at + 1))
        return answers

    center.guards.remove_device = meanwhile  # type: ignore[assignment, method-assign]
    devices.disconnect(center.desk, login.session, LAPTOP.id)
    kept = center.books.removals.find(uid, LAPTOP.id)
    assert kept is not None
    assert kept.waiting == GUARDS
