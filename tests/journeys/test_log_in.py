"""From a relying party's request to its ID token, and everything that must not log anybody in."""

import threading
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from dojang.adapters.in_memory.books import MemoryBooks
from dojang.client.verifier.receipt import verify_receipt
from dojang.disclosure.authorization import AuthorizationRequest
from dojang.journeys import log_in, redeem_login
from dojang.journeys.log_in import text_of
from dojang.policy.numbers import NUMBERS
from dojang.policy.wording import LANGUAGES
from dojang.refusals import (
    AccessTokenRefused,
    ActivationReplayed,
    ClientRefused,
    GrantRefused,
    InteractionExpired,
    InteractionNotFound,
    RelyingPartyUnknown,
    SmsCodeExpired,
    SmsLimit,
    SmsTriesSpent,
    WrongSmsCode,
    WrongStep,
)
from dojang.values.certificate import Person
from dojang.values.login import SignedIn
from tests.journeys.center import NAME, Center, Customer
from tests.journeys.logins import ADDRESS, NOBODY, WHO, Front, wrong
from tests.rules.disclosure.clients import BACK, BANK, ISSUER, NONCE, SHOP


def test_a_customer_logs_in_and_the_relying_party_learns_who_it_is(front: Front, customer: Customer) -> None:
    login = front.begin()
    asked = login.identify()
    assert asked == log_in.Asked("010-****-5678", front.now + 180, front.now + 30)
    opened = login.enter(login.sms_code())
    assert login.look().redirect_to == ""
    front.center.clock.forward(7)
    signed_at = front.now
    done = customer.agree(opened.code).hand_in()
    assert done.return_to == f"{ISSUER}/login?interaction={login.id}"
    front.center.clock.forward(3)
    back = urlsplit(login.look().redirect_to)
    answer = dict(parse_qsl(back.query))
    assert back._replace(query="").geturl() == BACK
    assert answer.keys() == {"code", "state", "iss"}
    assert (answer["state"], answer["iss"]) == ("a state", ISSUER)
    tokens = front.redeem(front.bank, answer["code"])
    claims = jwt.decode(tokens.id_token, KeySet.import_key_set(front.desk.issuer.jwks())).claims  # type: ignore[arg-type]
    assert (claims["aud"], claims["nonce"], claims["auth_time"]) == (BANK, NONCE, signed_at)
    assert (claims["iat"], claims["exp"]) == (front.now, front.now + 300)
    assert verify_receipt(done.receipt, front.center.anchors, "login").nonce == NONCE.encode()
    assert redeem_login.subject_of(front.desk, tokens.access_token) == claims["sub"]


def test_the_answer_to_a_name_is_the_same_whoever_it_is(front: Front, customer: Customer) -> None:
    front.center.books.certificates.get(customer.visit.kid)
    people = (WHO, replace(WHO, name="홍길순"), replace(WHO, birth_date="1899-12-30"))
    answers = [front.begin().identify(person) for person in people]
    assert answers[0] == answers[1] == answers[2]
    unknown = front.begin().identify(NOBODY)
    assert replace(unknown, masked_phone="") == replace(answers[0], masked_phone="")
    assert unknown.masked_phone == "010-****-8888"


def test_a_text_message_goes_to_a_customer_alone_and_after_the_answer(front: Front, customer: Customer) -> None:
    for person in (NOBODY, replace(WHO, birth_date="1899-12-30"), WHO):
        front.begin().identify(person)
    assert front.phone.sent == []
    assert len(front.waiting) == 1
    front.send()
    assert [(sent.number, sent.purpose) for sent in front.phone.sent] == [(WHO.phone, "login")]


def test_it_goes_to_the_number_that_is_registered_however_it_was_typed(desk: Front, alice: Customer) -> None:
    desk.begin().identify(Person(" 홍 길동", "010-1234-5678", WHO.birth_date))
    desk.send()
    assert [sent.number for sent in desk.phone.sent] == ["01012345678"]


def test_no_code_is_right_for_somebody_whom_the_centre_does_not_know(desk: Front, alice: Customer) -> None:
    """Even the one that was drawn: nothing was sent."""
    login = desk.begin()
    drawn: list[str] = []
    digits = desk.center.chance.digits

    def draw(count: int) -> str:
        drawn.append(digits(count))
        return drawn[-1]

    desk.center.chance.digits = draw  # type: ignore[method-assign]
    login.identify(NOBODY)
    with pytest.raises(WrongSmsCode) as refused:
        login.enter(drawn[-1])
    assert refused.value.facts == {"tries_left": 4}


@pytest.mark.parametrize(
    "party", ["한빛은행", "A Bank with a rather long name that telephones would cut in two", "😀" * 60]
)
def test_a_text_message_says_who_what_for_and_a_warning_in_seventy_characters(party: str) -> None:
    text = text_of("도장 인증센터", party, "012345", "ko")
    assert len(text.encode("utf-16-be")) // 2 <= 70
    assert text.startswith(f"[도장 인증센터] {party[:4]}")
    assert "로그인 확인번호 012345\n" in text
    assert text.endswith("남에게 알려주지 마세요")
    english = text_of("도장 인증센터", party, "012345", "en")
    assert len(english.encode("utf-16-be")) // 2 <= 70
    assert english.startswith(f"[도장 인증센터] {party[:4]}")
    assert english.endswith("login code 012345\nNever share it")


def test_a_sender_with_a_name_too_long_to_text_is_told_at_the_start(desk: Front) -> None:
    room = NUMBERS.text_message.characters - max(len(text_of("", "", "012345", language)) for language in LANGUAGES)
    replace(desk.desk, sender="가" * room)
    with pytest.raises(ValueError, match="too long"):
        replace(desk.desk, sender="가" * (room + 1))


def test_the_fifth_wrong_code_is_the_last_and_the_right_one_comes_too_late(front: Front, customer: Customer) -> None:
    login = front.begin()
    login.identify()
    code, left = login.sms_code(), []
    for _ in range(5):
        with pytest.raises(WrongSmsCode) as refused:
            login.enter(wrong(code))
        left.append(refused.value.facts["tries_left"])
    assert left == [4, 3, 2, 1, 0]
    with pytest.raises(SmsTriesSpent):
        login.enter(code)


def test_guesses_at_once_all_count(front: Front, customer: Customer) -> None:
    login = front.begin()
    login.identify()
    code, together, outcomes = login.sms_code(), threading.Barrier(8), []

    def guess() -> None:
        together.wait(10)
        try:
            log_in.enter_code(front.desk, login.id, login.session, wrong(code), front.renew)
        except (WrongSmsCode, SmsTriesSpent) as refused:
            outcomes.append(refused.code)

    _at_once([guess] * 8)
    assert sorted(outcomes) == ["sms_tries_spent"] * 3 + ["wrong_sms_code"] * 5
    with pytest.raises(SmsTriesSpent):
        login.enter(code)


def test_a_right_code_at_once_with_itself_opens_one_transaction(front: Front, customer: Customer) -> None:
    login = front.begin()
    login.identify()
    code, together, opened = login.sms_code(), threading.Barrier(3), []

    def enter() -> None:
        together.wait(10)
        opened.append(log_in.enter_code(front.desk, login.id, "browser", code, front.renew))

    _at_once([enter] * 3)
    assert len({one.txn for one in opened}) == 1
    assert len({one.code for one in opened}) == 3
    kept = front.center.books.interactions.get(login.id)
    assert kept.txn == opened[0].txn
    assert kept.sent is not None
    assert kept.sent.tries == 0


def test_of_two_tabs_with_the_right_code_the_first_ones_transaction_counts(desk: Front, alice: Customer) -> None:
    login = desk.begin()
    login.identify()
    code, first = login.sms_code(), []

    def another_tab_is_faster() -> str:
        first.append(log_in.enter_code(desk.desk, login.id, "browser", code, desk.renew))
        return desk.renew()

    opened = log_in.enter_code(desk.desk, login.id, "browser", code, another_tab_is_faster)
    assert opened.txn == first[0].txn == desk.center.books.interactions.get(login.id).txn
    assert opened.code != first[0].code


def _at_once(acts: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_code_is_good_for_three_minutes(desk: Front, alice: Customer) -> None:
    login = desk.begin()
    login.identify()
    code = login.sms_code()
    desk.center.clock.forward(179)
    login.enter(code)
    login = desk.begin()
    login.identify()
    code = login.sms_code()
    desk.center.clock.forward(180)
    with pytest.raises(SmsCodeExpired):
        login.enter(code)


def test_another_code_is_sent_after_thirty_seconds_and_voids_the_first(front: Front, customer: Customer) -> None:
    login = front.begin()
    login.identify()
    first = login.sms_code()
    with pytest.raises(WrongSmsCode):
        login.enter(wrong(first))
    front.center.clock.forward(29)
    with pytest.raises(SmsLimit) as refused:
        login.identify()
    assert refused.value.facts == {"retry_after": 1}
    front.center.clock.forward(1)
    login.identify()
    second = login.sms_code()
    assert second != first
    with pytest.raises(WrongSmsCode) as wrong_now:
        login.enter(first)
    assert wrong_now.value.facts == {"tries_left": 4}
    login.enter(second)


def test_a_code_that_another_replaced_while_it_was_checked_opens_nothing(desk: Front, alice: Customer) -> None:
    login = desk.begin()
    login.identify()
    code = login.sms_code()
    desk.center.clock.forward(30)

    def another_tab() -> str:
        login.identify(NOBODY)
        return "fresh"

    with pytest.raises(SmsCodeExpired):
        log_in.enter_code(desk.desk, login.id, login.session, code, another_tab)
    assert desk.center.books.interactions.get(login.id).txn == ""


def test_a_number_gets_ten_codes_in_an_hour_known_or_not(desk: Front, alice: Customer) -> None:
    for person in (WHO, NOBODY):
        for _ in range(NUMBERS.text_message.per_number_per_hour):
            desk.begin().identify(person)
        with pytest.raises(SmsLimit) as refused:
            desk.begin().identify(replace(person, phone=person.phone[:3] + "-" + person.phone[3:]), "192.0.2.99")
        assert refused.value.facts == {"retry_after": 3600}
    desk.center.clock.forward(3601)
    desk.begin().identify()


def test_a_prefix_and_an_address_have_limits_of_their_own(desk: Front) -> None:
    limits = NUMBERS.login
    for number in range(limits.sms_per_prefix):
        desk.begin().identify(replace(NOBODY, phone=f"0109999{number:04}"), f"address-{number}")
    with pytest.raises(SmsLimit):
        desk.begin().identify(replace(NOBODY, phone="01099999999"), "another")
    desk.begin().identify(replace(NOBODY, phone="01088889999"), "another")
    for number in range(limits.identify_per_address):
        desk.begin().identify(replace(NOBODY, phone=f"010{number:08}"))
    with pytest.raises(SmsLimit):
        desk.begin().identify(replace(NOBODY, phone="01177776666"))
    desk.begin().identify(replace(NOBODY, phone="01177776666"), "another")


def test_the_right_code_again_gets_another_code_for_the_pin_page(front: Front, customer: Customer) -> None:
    login = front.begin()
    login.identify()
    code = login.sms_code()
    first = login.enter(code)
    front.center.clock.forward(200)
    for _ in range(5):
        login.enter(code)
    again = login.enter(code)
    assert again.txn == first.txn
    customer.agree(again.code).hand_in()
    assert login.look().redirect_to
    with pytest.raises(ActivationReplayed):
        login.enter(code)


def test_after_the_right_code_a_wrong_one_still_costs_a_try(desk: Front, alice: Customer) -> None:
    login = desk.begin()
    login.identify()
    code = login.sms_code()
    login.enter(code)
    for _ in range(5):
        with pytest.raises(WrongSmsCode):
            login.enter(wrong(code))
    with pytest.raises(SmsTriesSpent):
        login.enter(code)


def test_after_the_right_code_the_login_goes_on_in_a_session_that_nobody_knew(front: Front, customer: Customer) -> None:
    """Whoever planted the session in this browser neither sees the way back nor is signed in."""
    login = front.begin(session="planted")
    opened = login.passed()
    assert login.session != "planted"
    customer.agree(opened.code).hand_in()
    with pytest.raises(InteractionNotFound):
        log_in.look(front.desk, login.id, "planted")
    assert login.look().redirect_to
    books, now = front.center.books, front.now
    assert books.signed_in.find("planted", now) is None
    assert books.signed_in.find(login.session, now) == SignedIn(login.session, "1000001", now + 1800)
    assert books.signed_in.find(login.session, now + 1800) is None


def test_a_browser_that_lost_the_answer_enters_the_code_again(front: Front, customer: Customer) -> None:
    login = front.begin()
    login.identify()
    code = login.sms_code()
    first = login.enter(code)
    login.session, lost = "browser", login.session
    again = login.enter(code)
    assert again.txn == first.txn
    assert login.session not in ("browser", lost)
    with pytest.raises(InteractionNotFound):
        log_in.look(front.desk, login.id, lost)
    customer.agree(again.code).hand_in()
    assert login.look().redirect_to


def test_another_sessions_login_is_not_found(front: Front, customer: Customer) -> None:
    login = front.begin()
    login.identify()
    code = login.sms_code()
    others: tuple[Callable[[], object], ...] = (
        lambda: log_in.look(front.desk, login.id, "mallory"),
        lambda: log_in.identify(front.desk, login.id, "mallory", WHO, ADDRESS),
        lambda: log_in.enter_code(front.desk, login.id, "mallory", code, front.renew),
        lambda: log_in.look(front.desk, "none", "browser"),
    )
    for act in others:
        with pytest.raises(InteractionNotFound):
            act()


def test_a_login_ends_a_quarter_of_an_hour_after_it_began(desk: Front, alice: Customer) -> None:
    login = desk.begin()
    desk.center.clock.forward(899)
    login.identify()
    code = login.sms_code()
    desk.center.clock.forward(1)
    acts: tuple[Callable[[], object], ...] = (login.look, login.identify, lambda: login.enter(code))
    for act in acts:
        with pytest.raises(InteractionExpired):
            act()


def test_steps_out_of_order_are_refused(desk: Front, alice: Customer) -> None:
    login = desk.begin()
    with pytest.raises(WrongStep) as early:
        login.enter("000000")
    assert early.value.facts == {"expected": "identify"}
    login.passed()
    desk.center.clock.forward(60)
    with pytest.raises(WrongStep) as late:
        login.identify()
    assert late.value.facts == {"expected": "pin"}


def test_a_relying_party_that_is_registered_no_more_gets_no_logins(desk: Front, alice: Customer) -> None:
    login = desk.begin()
    desk.desk = replace(desk.desk, clients={SHOP: desk.shop.party})
    with pytest.raises(RelyingPartyUnknown):
        login.identify()


def test_the_way_back_is_made_once(front: Front, customer: Customer) -> None:
    login = front.begin()
    customer.agree(login.passed().code).hand_in()
    together, seen = threading.Barrier(3), []

    def look() -> None:
        together.wait(10)
        seen.append(login.look().redirect_to)

    _at_once([look] * 3)
    front.center.clock.forward(30)
    seen.append(login.look().redirect_to)
    assert len(seen) == 4
    assert len(set(seen)) == 1


def test_of_two_tabs_that_look_at_once_both_see_the_first_way_back(desk: Front, alice: Customer) -> None:
    login = desk.begin()
    alice.agree(login.passed().code).hand_in()
    first, token = list[str](), desk.center.chance.token

    def another_tab_is_faster(size: int) -> bytes:
        desk.center.chance.token = token  # type: ignore[method-assign]
        first.append(login.look().redirect_to)
        return token(size)

    desk.center.chance.token = another_tab_is_faster  # type: ignore[method-assign]
    assert login.look().redirect_to == first[0]


def test_the_way_back_keeps_the_query_that_was_registered(desk: Front, alice: Customer) -> None:
    address = desk.bank.party.redirect_uris[1]
    asked = AuthorizationRequest(BANK, address, "a state", NONCE, "c" * 43)
    login = desk.begin()
    login.id = log_in.begin(desk.desk, asked, login.session).id
    alice.agree(login.passed().code).hand_in()
    assert login.look().redirect_to.startswith(f"{address}&code=")


def test_nothing_but_hashes_of_codes_and_tokens_is_kept_with_grants(memory_center: Center, alice: Customer) -> None:
    desk = Front(memory_center)
    login = desk.logged_in(alice)
    code = login.code()
    token = desk.redeem(desk.bank, code).access_token
    assert isinstance(memory_center.books, MemoryBooks)
    kept = repr(memory_center.books.grants.rows)
    assert code not in kept
    assert token not in kept


def test_a_code_that_comes_twice_takes_back_what_it_gave(front: Front, customer: Customer) -> None:
    code = front.logged_in(customer).code()
    token = front.redeem(front.bank, code).access_token
    assert redeem_login.subject_of(front.desk, token)
    with pytest.raises(GrantRefused):
        front.redeem(front.bank, code)
    with pytest.raises(AccessTokenRefused):
        redeem_login.subject_of(front.desk, token)


def test_another_client_takes_nothing_back(desk: Front, alice: Customer) -> None:
    code = desk.logged_in(alice).code()
    token = desk.redeem(desk.bank, code).access_token
    with pytest.raises(GrantRefused):
        desk.redeem(desk.shop, code)
    assert redeem_login.subject_of(desk.desk, token)


def test_of_two_who_redeem_at_once_neither_keeps_a_token(front: Front, customer: Customer) -> None:
    code, together, given, refused = front.logged_in(customer).code(), threading.Barrier(3), [], []
    requests = [front.token_request(front.bank, code) for _ in range(3)]

    def redeem() -> None:
        request = requests.pop()
        together.wait(10)
        try:
            given.append(redeem_login.redeem(front.desk, request).access_token)
        except GrantRefused:
            refused.append(True)

    _at_once([redeem] * 3)
    assert (len(given), len(refused)) == (1, 2)
    with pytest.raises(AccessTokenRefused):
        redeem_login.subject_of(front.desk, given[0])


CHANGES: dict[str, dict[str, str]] = {
    "another code": {"code": "another"},
    "no code": {"code": ""},
    "another verifier": {"code_verifier": "w" * 43},
    "another address": {"redirect_uri": "http://bank.localhost:8000/back?lang=ko"},
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_a_code_with_something_else_is_refused_and_not_used_up(
    desk: Front, alice: Customer, changes: dict[str, str]
) -> None:
    code = desk.logged_in(alice).code()
    with pytest.raises(GrantRefused):
        desk.redeem(desk.bank, **{"code": code, **changes})
    desk.redeem(desk.bank, code)


def test_another_client_cannot_redeem_a_code(front: Front, customer: Customer) -> None:
    code = front.logged_in(customer).code()
    with pytest.raises(GrantRefused):
        front.redeem(front.shop, code, redirect_uri=BACK)


def test_a_code_is_good_for_a_minute(desk: Front, alice: Customer) -> None:
    login = desk.logged_in(alice)
    code = login.code()
    desk.center.clock.forward(60)
    with pytest.raises(GrantRefused):
        desk.redeem(desk.bank, code)


def test_a_client_that_does_not_prove_itself_redeems_nothing(desk: Front, alice: Customer) -> None:
    code = desk.logged_in(alice).code()
    forged: tuple[dict[str, str], ...] = (
        {"client_assertion": ""},
        {"client_assertion_type": ""},
        {"client_id": SHOP},
        {"client_assertion": desk.bank.assertion(desk.now, key=desk.shop.key, header={"alg": "Ed25519"})},
    )
    for changes in forged:
        with pytest.raises(ClientRefused):
            desk.redeem(desk.bank, code, **changes)
    desk.redeem(desk.bank, code, client_id=BANK)


def test_an_assertion_proves_a_client_once(front: Front) -> None:
    proof = front.bank.proof(front.now, jti="the-only-one")
    other = front.shop.proof(front.now, jti="the-only-one")
    assert redeem_login.authenticate(front.desk, *proof.values()).client_id == BANK
    assert redeem_login.authenticate(front.desk, *other.values()).client_id == SHOP
    with pytest.raises(ClientRefused):
        redeem_login.authenticate(front.desk, *proof.values())


def test_an_access_token_names_its_customer_for_five_minutes(desk: Front, alice: Customer) -> None:
    token = desk.redeem(desk.bank, desk.logged_in(alice).code()).access_token
    desk.center.clock.forward(299)
    assert redeem_login.subject_of(desk.desk, token)
    desk.center.clock.forward(1)
    for text in (token, "", "another", token + "=", "A" * 43):
        with pytest.raises(AccessTokenRefused):
            redeem_login.subject_of(desk.desk, text)


def test_each_relying_party_knows_the_customer_by_another_name_and_a_reissue_changes_none(
    front: Front, customer: Customer
) -> None:
    def subject(holder: Customer, at: str) -> str:
        client = {BANK: front.bank, SHOP: front.shop}[at]
        front.center.clock.forward(30)
        token = front.redeem(client, front.logged_in(holder, client).code()).access_token
        return redeem_login.subject_of(front.desk, token)

    before = [subject(customer, at) for at in (BANK, SHOP)]
    assert before[0] != before[1]
    assert not any("1000001" in name for name in before)
    newer = front.center.enrolled("a-2")
    assert [subject(newer, at) for at in (BANK, SHOP)] == before


def test_two_customers_have_two_names(desk: Front, alice: Customer) -> None:
    bora = desk.center.enrolled("a-2", "1000002", holder="김보라", phone="01087654321")
    names = set()
    for holder, person in ((alice, WHO), (bora, Person("김보라", "01087654321", WHO.birth_date))):
        token = desk.redeem(desk.bank, desk.logged_in(holder, person=person).code()).access_token
        names.add(redeem_login.subject_of(desk.desk, token))
    assert len(names) == 2


def test_no_name_phone_or_code_is_in_what_may_reach_a_log(desk: Front, alice: Customer) -> None:
    login = desk.begin()
    login.identify()
    code = login.sms_code()
    login.enter(code)
    said = repr((WHO, desk.center.books.interactions.get(login.id)))
    assert NAME not in said
    assert WHO.phone not in said
    assert code not in said
