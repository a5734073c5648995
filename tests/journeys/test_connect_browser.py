"""A browser that its customer stays connected in: who comes is known, and the device alone stands for SMS."""

from dataclasses import replace

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from dojang.journeys import connect_browser, log_in, request_signature, resume_login, text_for_signature
from dojang.journeys.sign_transaction import OpenedTransaction
from dojang.policy.numbers import NUMBERS
from dojang.refusals import (
    ActivationReplayed,
    ConnectFirst,
    InteractionNotFound,
    SignatureRequestNotFound,
    SmsTriesSpent,
    WrongSmsCode,
    WrongStep,
)
from dojang.values.certificate import Person
from dojang.values.login import SignedIn
from tests.journeys.center import PHONE, Customer, DeviceKey
from tests.journeys.logins import ADDRESS, WHO, Front, wrong
from tests.rules.disclosure.clients import ISSUER

LAPTOP, OTHER = DeviceKey("laptop"), DeviceKey("other")
BORA = Person("김보라", "01087654321", WHO.birth_date)
DAY = 86_400


def bora(front: Front) -> Customer:
    return front.center.enrolled("a-2", "1000002", holder=BORA.name, phone=BORA.phone)


def test_in_a_connected_browser_the_pin_alone_is_enough(front: Front, customer: Customer) -> None:
    _, token = front.connected(customer, LAPTOP)
    front.center.clock.forward(DAY)
    who = connect_browser.who(front.desk.visits, token)
    assert who is not None
    assert (who.name, who.phone, who.device.id) == ("홍*동", "010-****-5678", LAPTOP.id)
    texts = len(front.phone.sent)
    login = front.begin()
    opened = login.go_on(token)
    customer.agree(opened.code, LAPTOP.proof(opened.code)).hand_in()
    assert login.look().redirect_to
    tokens = front.redeem(front.bank, login.code())
    claims = jwt.decode(tokens.id_token, KeySet.import_key_set(front.desk.issuer.jwks())).claims  # type: ignore[arg-type]
    assert claims["amr"] == ["pin", "swk"]
    assert front.center.books.signed_in.find(login.session, front.now) == SignedIn(
        login.session, "1000001", front.now + NUMBERS.login.session
    )
    front.send()
    assert [sent.purpose for sent in front.phone.sent[texts:]] == ["device"]


def test_the_cookie_alone_opens_nothing(front: Front, customer: Customer) -> None:
    _, token = front.connected(customer, LAPTOP)
    login = front.begin()
    opened = login.go_on(token)
    for proof in (None, OTHER.proof(opened.code)):
        with pytest.raises(ConnectFirst) as refused:
            customer.agree(opened.code, proof)
        assert refused.value.facts == {"return_to": f"{ISSUER}/login?interaction={login.id}"}
    again = resume_login.to_pin(front.desk, login.id, login.session)
    with pytest.raises(ConnectFirst):
        customer.agree(again.code)


def test_a_browser_whose_key_is_gone_gets_a_text_message_and_is_connected_anew(
    front: Front, customer: Customer
) -> None:
    _, token = front.connected(customer, LAPTOP)
    front.center.clock.forward(DAY)
    login = front.begin()
    first = login.go_on(token)
    with pytest.raises(ConnectFirst):
        customer.agree(first.code)
    asked = connect_browser.send_code(front.desk, login.id, login.session, token, ADDRESS, connect=True)
    assert asked.masked_phone == "010-****-5678"
    opened = login.enter(login.sms_code())
    assert opened.txn != first.txn
    agreed = customer.agree(opened.code)
    agreed.hand_in(new_device=agreed.adding(OTHER))
    fresh = connect_browser.who(front.desk.visits, login.stay())
    assert fresh is not None
    assert fresh.device.id == OTHER.id


@pytest.mark.parametrize("token", ["", "A" * 43, "%", "한"])
def test_a_browser_that_nobody_is_connected_in_gets_no_code(front: Front, customer: Customer, token: str) -> None:
    front.connected(customer, LAPTOP)
    login = front.begin()
    assert connect_browser.who(front.desk.visits, token) is None
    assert connect_browser.renewed(front.desk.visits, token) == ""
    with pytest.raises(ConnectFirst):
        login.go_on(token)
    with pytest.raises(ConnectFirst):
        connect_browser.send_code(front.desk, login.id, login.session, token, ADDRESS, connect=False)
    assert front.center.books.interactions.get(login.id).txn == ""


def test_nobody_stays_connected_who_did_not_want_it_or_brought_no_key(desk: Front, alice: Customer) -> None:
    login = desk.begin()
    assert login.stay() == ""
    opened = login.passed()
    agreed = alice.agree(opened.code)
    agreed.hand_in(new_device=agreed.adding(LAPTOP))
    assert login.stay() == ""
    desk.center.clock.forward(30)
    without = desk.begin()
    without.identify(connect=True)
    alice.agree(without.enter(without.sms_code()).code).hand_in()
    assert without.look().redirect_to
    assert without.stay() == ""


def test_a_token_asked_for_again_voids_the_one_before(front: Front, customer: Customer) -> None:
    login, first = front.connected(customer, LAPTOP)
    second = login.stay()
    assert second not in ("", first)
    assert connect_browser.who(front.desk.visits, first) is None
    assert connect_browser.who(front.desk.visits, second) is not None


def test_a_used_cookie_is_renewed_and_the_one_before_is_good_until_the_new_one_is_used(
    front: Front, customer: Customer
) -> None:
    visits, (_, token) = front.desk.visits, front.connected(customer, LAPTOP)
    assert connect_browser.renewed(visits, token) == ""
    front.center.clock.forward(NUMBERS.device.cookie_renewal)
    lost = connect_browser.renewed(visits, token)
    # Another tab comes with the old one at the same time: nothing is renewed twice.
    assert connect_browser.renewed(visits, token) == ""
    assert connect_browser.who(visits, token) == connect_browser.who(visits, lost) is not None
    # The answer was lost: the old one brings another, and the lost one is void.
    front.center.clock.forward(NUMBERS.device.cookie_renewal)
    second = connect_browser.renewed(visits, token)
    assert connect_browser.who(visits, lost) is None
    front.center.clock.forward(NUMBERS.device.cookie_renewal)
    third = connect_browser.renewed(visits, second)
    assert third
    assert connect_browser.who(visits, token) is None
    assert connect_browser.who(visits, third) is not None


def test_a_connection_ends_a_year_after_its_last_use(front: Front, customer: Customer) -> None:
    visits, (_, token) = front.desk.visits, front.connected(customer, LAPTOP)
    front.center.clock.forward(DAY * 364)
    token = connect_browser.renewed(visits, token)
    front.center.clock.forward(DAY * 365 - 1)
    assert connect_browser.who(visits, token) is not None
    front.center.clock.forward(1)
    assert connect_browser.who(visits, token) is None


def test_a_reissue_makes_a_connected_browser_ask_for_a_text_message_again(front: Front, customer: Customer) -> None:
    _, token = front.connected(customer, LAPTOP)
    front.center.enrolled("a-2")
    assert connect_browser.who(front.desk.visits, token) is None
    with pytest.raises(ConnectFirst):
        front.begin().go_on(token)


def test_a_connection_kept_from_an_earlier_uid_is_nobodys(desk: Front, alice: Customer) -> None:
    _, token = desk.connected(alice, LAPTOP)
    books = desk.center.books
    kept = books.connections.find(connect_browser._hashed(token), desk.now)
    device = books.devices.find(alice.visit.uid, LAPTOP.id)
    assert kept is not None
    assert device is not None
    desk.center.enrolled("a-2")
    with books.transaction():
        books.connections.put(kept)
        books.devices.put(device)
    assert connect_browser.who(desk.desk.visits, token) is None


def test_an_expired_certificate_connects_nobody(desk: Front, alice: Customer) -> None:
    _, token = desk.connected(alice, LAPTOP)
    books = desk.center.books
    entry = books.certificates.get(alice.visit.kid)
    with books.transaction():
        books.certificates.put(replace(entry, not_after=desk.now))
    assert connect_browser.who(desk.desk.visits, token) is None


def test_another_session_goes_on_with_nobodys_login(desk: Front, alice: Customer) -> None:
    _, token = desk.connected(alice, LAPTOP)
    login = desk.begin()
    with pytest.raises(InteractionNotFound):
        connect_browser.go_on(desk.desk, login.id, "another", token, desk.renew)


def test_a_login_in_a_connected_browser_goes_on_in_a_session_that_nobody_knew(front: Front, customer: Customer) -> None:
    _, token = front.connected(customer, LAPTOP)
    login = front.begin(session="planted")
    opened = login.go_on(token)
    customer.agree(opened.code, LAPTOP.proof(opened.code)).hand_in()
    with pytest.raises(InteractionNotFound):
        log_in.look(front.desk, login.id, "planted")
    assert login.look().redirect_to
    assert front.center.books.signed_in.find("planted", front.now) is None


def test_asked_again_or_in_two_tabs_it_is_another_code_for_one_transaction(front: Front, customer: Customer) -> None:
    _, token = front.connected(customer, LAPTOP)
    login = front.begin()
    first, tab = login.go_on(token), list[OpenedTransaction]()
    # From the session before too: its browser may have lost the answer.
    again = connect_browser.go_on(front.desk, login.id, "browser", token, front.renew)
    assert (again.txn, again.code == first.code) == (first.txn, False)
    other = front.begin()

    def another_tab_is_faster() -> str:
        tab.append(connect_browser.go_on(front.desk, other.id, "browser", token, front.renew))
        return front.renew()

    opened = connect_browser.go_on(front.desk, other.id, "browser", token, another_tab_is_faster)
    assert opened.txn == tab[0].txn == front.center.books.interactions.get(other.id).txn
    assert opened.code != tab[0].code
    customer.agree(opened.code, LAPTOP.proof(opened.code)).hand_in()
    with pytest.raises(ActivationReplayed):
        connect_browser.go_on(front.desk, other.id, "browser", token, front.renew)


def test_once_the_text_messages_code_was_right_the_login_stays_with_it(desk: Front, alice: Customer) -> None:
    _, token = desk.connected(alice, LAPTOP)
    desk.center.clock.forward(30)
    login = desk.begin()
    login.passed()
    with pytest.raises(WrongStep):
        login.go_on(token)


def test_going_on_with_the_device_voids_a_text_message_sent_before(desk: Front, alice: Customer) -> None:
    _, token = desk.connected(alice, LAPTOP)
    desk.center.clock.forward(30)
    login = desk.begin()
    login.identify()
    code = login.sms_code()
    login.go_on(token)
    with pytest.raises(WrongStep):
        login.enter(code)


def test_a_text_message_gives_up_what_waits_for_the_device_but_not_once_it_is_claimed(
    desk: Front, alice: Customer
) -> None:
    _, token = desk.connected(alice, LAPTOP)
    desk.center.clock.forward(30)
    login = desk.begin()
    opened = login.go_on(token)
    login.identify()
    assert desk.center.books.interactions.get(login.id).txn == ""
    again = login.go_on(token)
    assert again.txn != opened.txn
    alice.agree(again.code, LAPTOP.proof(again.code)).hand_in()
    with pytest.raises(WrongStep):
        login.identify()


def test_somebody_else_in_a_connected_browser_logs_in_as_themselves(front: Front, customer: Customer) -> None:
    """The transaction of the connected customer is given up: nobody's SMS code opens another one's."""
    other, (_, token) = bora(front), front.connected(customer, LAPTOP)
    login = front.begin()
    login.go_on(token)
    opened = login.passed(BORA)
    assert front.center.books.transactions.get(opened.txn).kid == other.visit.kid
    other.agree(opened.code).hand_in()
    login.look()
    signed_in = front.center.books.signed_in.find(login.session, front.now)
    assert signed_in is not None
    assert signed_in.customer_number == "1000002"


def test_a_signature_in_a_connected_browser_needs_the_device_and_no_session(front: Front, customer: Customer) -> None:
    _, token = front.connected(customer, LAPTOP)
    request = front.push()
    assert request_signature.look(front.desk, request.id, "", token).state == "ready"
    opened = request_signature.open_request(front.desk, request.id, "", token)
    with pytest.raises(ConnectFirst) as refused:
        customer.agree(opened.code)
    assert refused.value.facts == {"return_to": f"{ISSUER}/sign?request={request.id}"}
    customer.agree(opened.code, LAPTOP.proof(opened.code)).hand_in()
    assert request_signature.result_of(front.desk, front.bank.party, request.id).state == "signed"


def test_another_customers_connected_browser_sees_no_request(desk: Front, alice: Customer) -> None:
    _, token = desk.connected(bora(desk), LAPTOP, BORA)
    request = desk.push()
    for act in (request_signature.look, request_signature.open_request, request_signature.give_up):
        with pytest.raises(SignatureRequestNotFound):
            act(desk.desk, request.id, "", token)
    with pytest.raises(SignatureRequestNotFound):
        text_for_signature.send_code(desk.desk, request.id, "s", token, ADDRESS)
    assert not any(sent.number == PHONE for sent in desk.phone.sent)


def texted(front: Front, request_id: str, token: str, session: str = "s") -> str:
    text_for_signature.send_code(front.desk, request_id, session, token, ADDRESS)
    front.send()
    return front.phone.sent[-1].text.partition("확인번호 ")[2][:6]


def test_a_signature_whose_device_is_gone_goes_on_with_a_text_message(front: Front, customer: Customer) -> None:
    _, token = front.connected(customer, LAPTOP)
    request = front.push()
    first = request_signature.open_request(front.desk, request.id, "s", token)
    code = texted(front, request.id, token)
    opened = text_for_signature.enter_code(front.desk, request.id, "s", code)
    assert opened.txn == first.txn
    customer.agree(opened.code).hand_in()
    assert request_signature.result_of(front.desk, front.bank.party, request.id).state == "signed"


def test_a_signatures_text_message_is_good_in_its_own_session_and_for_five_tries(desk: Front, alice: Customer) -> None:
    _, token = desk.connected(alice, LAPTOP)
    request = desk.push()
    with pytest.raises(WrongStep):
        text_for_signature.enter_code(desk.desk, request.id, "s", "000000")
    code = texted(desk, request.id, token)
    with pytest.raises(WrongStep):
        text_for_signature.enter_code(desk.desk, request.id, "another", code)
    left = []
    for _ in range(5):
        with pytest.raises(WrongSmsCode) as refused:
            text_for_signature.enter_code(desk.desk, request.id, "s", wrong(code))
        left.append(refused.value.facts["tries_left"])
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(SmsTriesSpent):
        text_for_signature.enter_code(desk.desk, request.id, "s", code)


def test_a_browser_named_by_a_first_statement_stays_connected_once_the_certificate_is_there(front: Front) -> None:
    center, customer = front.center, Customer(front.center)
    center.proven()
    customer.open(center.code("a-1", connect=True))
    customer.keep_record()
    customer.make_credential(customer.credential())
    assert connect_browser.stay_after_issuance(center.desk, "a-1") == ""
    center.to_bank.down = True
    with pytest.raises(Exception, match="bank_unavailable"):
        customer.state(customer.statement(device_key=LAPTOP.spki))
    assert connect_browser.stay_after_issuance(center.desk, "a-1") == ""
    center.to_bank.down = False
    customer.state(customer.statement(device_key=LAPTOP.spki))
    who = connect_browser.who(center.desk, connect_browser.stay_after_issuance(center.desk, "a-1"))
    assert who is not None
    assert who.device.id == LAPTOP.id
    assert connect_browser.stay_after_issuance(center.desk, "none") == ""


def test_no_token_name_or_phone_is_in_what_may_reach_a_log(desk: Front, alice: Customer) -> None:
    _, token = desk.connected(alice, LAPTOP)
    who = connect_browser.who(desk.desk.visits, token)
    kept = desk.center.books.connections.find(connect_browser._hashed(token), desk.now)
    said = repr((who, kept))
    for secret in (token, WHO.name, WHO.phone, "1000001"):
        assert secret not in said
