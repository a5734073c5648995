"""The PIN page in Chromium, at real guards and a real vault: it enrols and signs, and shows what went wrong."""

import json
from pathlib import Path

import pytest
from httpx2 import Response
from playwright.sync_api import Page, expect

from dojang.client.verifier.receipt import verify_receipt
from dojang.pin.encoding import b64
from dojang.signing.what_is_signed import transfer_content
from tests.browser.visitor import PIN_ORIGIN, Visitor
from tests.client.world import CENTER, NAME, PIN, WRONG, Customer, World, enrolled, transfer
from tests.vectors.make_pin_protocol import FILE

RFC9497 = FILE.with_name("rfc9497_ristretto255_sha512.json")
RUN_CHECKS = """async ([filed, rfc]) => {
  const protocol = await import('/protocol.js');
  const { checks } = await import('/checks.mjs');
  const failed = [];
  let passed = 0;
  for (const { name, run } of checks(protocol, filed, rfc)) {
    try { await run(); passed += 1; } catch (error) { failed.push(`${name}: ${error}`); }
  }
  return { passed, failed };
}"""


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


def asked(visitor: Visitor, customer: Customer) -> str:
    return visitor.world.center.ask(customer, transfer())


@pytest.fixture
def customer(page_world: World) -> Customer:
    """Somebody who enrolled elsewhere."""
    return enrolled(page_world)[1]


def test_every_shared_vector_holds_in_the_bundle_that_is_served(visitor: Visitor, bundled_tests: Path) -> None:
    page = visitor.page
    checks = (bundled_tests / "checks.mjs").read_text("utf-8")
    page.route("**/checks.mjs", lambda route: route.fulfill(body=checks, content_type="text/javascript"))
    page.goto(PIN_ORIGIN)
    filed = json.loads(FILE.read_text("utf-8"))
    filed.pop("pin")  # the visitor's own, and searched for at the end
    found = page.evaluate(RUN_CHECKS, [filed | {"pin": "402918"}, json.loads(RFC9497.read_text("utf-8"))])
    assert found["failed"] == []
    assert found["passed"] >= 50


def test_a_customer_enrols_and_signs_a_transfer(visitor: Visitor) -> None:
    code, customer = visitor.world.center.new_customer()
    page = visitor.open(code)
    visitor.enrol()
    expect(page.get_by_text(NAME)).to_be_visible()
    page.get_by_role("link", name="계속하기").click()
    expect(page.get_by_text("back at the bank")).to_be_visible()

    code = asked(visitor, customer)
    visitor.open(code)
    assert heading(page) == "비밀번호 6자리를 입력해 주세요"
    card = page.get_by_label("서명할 내용")
    for text in ("받는 분", "김하늘", "10,000원", "한빛은행", NAME):
        expect(card.get_by_text(text)).to_be_visible()
    visitor.type_pin(PIN)
    expect(page.get_by_text("back at the bank")).to_be_visible()
    done = visitor.world.center.asked[code].done
    signed = verify_receipt(json.dumps(done["receipt"]).encode(), visitor.world.anchors, "transfer")
    assert signed.txn == code
    assert not [said for said in visitor.console if not said.startswith("verbose")]


def test_a_login_names_where_to(visitor: Visitor, customer: Customer) -> None:
    page = visitor.open(visitor.world.center.ask(customer))
    expect(page.get_by_text("한빛은행 로그인")).to_be_visible()
    expect(page.get_by_label("서명할 내용")).to_contain_text("로그인하는 곳")
    visitor.type_pin(PIN)
    expect(page.get_by_text("back at the bank")).to_be_visible()


def test_the_code_leaves_the_address_and_works_once(visitor: Visitor) -> None:
    code, _ = visitor.world.center.new_customer()
    page = visitor.open(code)
    assert page.url == f"{PIN_ORIGIN}/#lang=ko"
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("다시 시작해 주세요")


def test_a_wrong_pin_says_how_many_are_left_and_the_right_one_still_signs(visitor: Visitor, customer: Customer) -> None:
    page = visitor.open(asked(visitor, customer))
    assert "번 더" not in page.inner_text("body")
    visitor.type_pin(WRONG)
    expect(page.get_by_role("alert")).to_have_text("비밀번호가 달라요. 4번 더 입력할 수 있어요")
    expect(page.locator("input")).to_be_focused()
    expect(page.locator("input")).to_have_value("")
    visitor.type_pin(PIN)
    expect(page.get_by_text("back at the bank")).to_be_visible()


def test_the_last_try_is_named_and_after_it_the_pin_is_locked(visitor: Visitor, customer: Customer) -> None:
    page = visitor.open(asked(visitor, customer))
    alert = page.get_by_role("alert")
    for _ in range(6):
        visitor.type_pin(WRONG)
        expect(alert).not_to_be_empty()
        expect(page.locator("input")).to_be_enabled()
    expect(alert).to_have_text("비밀번호가 달라요. 마지막 한 번 남았어요")
    visitor.type_pin(WRONG)
    expect(page.get_by_role("heading", level=1)).to_have_text("이 비밀번호는 더 쓸 수 없어요")
    expect(page.locator("input")).to_have_count(0)
    visitor.open(asked(visitor, customer))
    visitor.type_pin(PIN)
    expect(page.get_by_role("heading", level=1)).to_have_text("이 비밀번호는 더 쓸 수 없어요")


def test_over_a_false_record_no_pin_can_be_typed(visitor: Visitor, customer: Customer) -> None:
    visitor.world.wire.change[CENTER, "/v1/transactions/open"] = lambda visit: {
        **visit,
        "records": [{**visit["records"][0], "record": b64(b"{}")}],
    }
    page = visitor.open(asked(visitor, customer))
    assert heading(page) == "인증서 기록이 서로 맞지 않아요"
    expect(page.locator("input, [role=group]")).to_have_count(0)
    expect(page.get_by_text("RECORD_MISMATCH")).to_be_visible()


def test_text_that_hides_its_order_is_never_shown(visitor: Visitor, customer: Customer) -> None:
    good = transfer()
    hidden = good.replace("김하늘".encode(), "김\u202e하늘".encode())
    assert hidden != good

    def change(visit: dict[str, object]) -> dict[str, object]:
        return {**visit, "contents": [b64(hidden)]}

    visitor.world.wire.change[CENTER, "/v1/transactions/open"] = change
    page = visitor.open(asked(visitor, customer))
    expect(page.locator("input")).to_have_count(0)
    assert "\u202e" not in page.content()


def test_markup_in_what_is_signed_is_text(visitor: Visitor, customer: Customer) -> None:
    markup = "<img src=x onerror=alert(1)>"
    page = visitor.open(visitor.world.center.ask(customer, transfer_content((("받는 분", markup), ("금액", "1원")))))
    expect(page.get_by_text(markup)).to_be_visible()
    expect(page.locator("img")).to_have_count(0)


def test_a_lying_a_hanging_and_a_dead_guard_are_done_without(visitor: Visitor, customer: Customer) -> None:
    place = (visitor.world.origin("guard-1"), "/v1/attempts")
    visitor.world.wire.change[place] = lambda body: {**body, "remaining": 1}
    page = visitor.open(asked(visitor, customer))
    visitor.type_pin(PIN)
    expect(page.get_by_text("back at the bank")).to_be_visible()

    visitor.world.wire.change.clear()
    for guard_id in ("guard-1", "guard-2", "guard-3"):
        visitor.hanging = {visitor.world.origin(guard_id)}
        visitor.open(asked(visitor, customer))
        visitor.type_pin(PIN)
        expect(page.get_by_text("back at the bank")).to_be_visible()
    visitor.hanging = set()
    visitor.world.wire.down = {visitor.world.origin("guard-2")}
    visitor.open(asked(visitor, customer))
    visitor.type_pin(PIN)
    expect(page.get_by_text("back at the bank")).to_be_visible()


def test_two_dead_guards_are_said_and_the_pin_may_be_tried_again(visitor: Visitor, customer: Customer) -> None:
    visitor.world.wire.down = {visitor.world.origin("guard-1"), visitor.world.origin("guard-2")}
    page = visitor.open(asked(visitor, customer))
    visitor.type_pin(PIN)
    expect(page.get_by_role("alert")).to_contain_text("비밀번호 확인 서버가 답하지 않아요")
    visitor.world.wire.down = set()
    visitor.type_pin(PIN)
    expect(page.get_by_text("back at the bank")).to_be_visible()


def test_a_vault_that_is_down_is_said_and_the_same_is_asked_again(visitor: Visitor, customer: Customer) -> None:
    place = (CENTER, "/v1/transactions/activate")

    visitor.world.wire.instead[place] = lambda request: Response(
        503, json={"code": "vault_unavailable"}, request=request
    )
    page = visitor.open(asked(visitor, customer))
    visitor.type_pin(PIN)
    expect(page.get_by_role("heading", level=1)).to_have_text("결과를 확인하고 있어요")
    del visitor.world.wire.instead[place]
    page.get_by_role("button", name="지금 다시 확인하기").click()
    expect(page.get_by_text("back at the bank")).to_be_visible()
    assert len(set(visitor.world.wire.sent("/v1/transactions/activate"))) == 1


def test_an_easy_pin_and_two_different_ones_are_not_taken(visitor: Visitor) -> None:
    code, _ = visitor.world.center.new_customer()
    page = visitor.open(code)
    alert = page.get_by_role("alert")
    for easy, said in (("111111", "같은 숫자"), ("901234", "이어지는"), ("991231", "생일"), ("147258", "많이 쓰는")):
        visitor.type_pin(easy)
        expect(alert).to_contain_text(said)
    visitor.type_pin(PIN)
    expect(page.get_by_role("heading", level=1)).to_have_text("한 번 더 입력해 주세요")
    visitor.type_pin("402918")
    expect(alert).to_contain_text("서로 달라요")
    expect(page.get_by_role("heading", level=1)).to_have_text("새 비밀번호 6자리를 정해 주세요")
    visitor.enrol()


def test_a_certificate_new_to_this_browser_waits_for_a_click(visitor: Visitor) -> None:
    code, _ = visitor.world.center.new_customer()
    page = visitor.open(code)
    visitor.enrol()
    other = enrolled(visitor.world, "elsewhere", "김하늘")[1]
    visitor.open(asked(visitor, other))
    assert heading(page) == "처음 쓰는 인증서예요"
    expect(page.locator("input")).to_have_count(0)
    page.get_by_role("button", name="이 다른 인증서 쓰기").click()
    visitor.type_pin(PIN)
    expect(page.get_by_text("back at the bank")).to_be_visible()


def test_the_page_speaks_english_too(visitor: Visitor, customer: Customer) -> None:
    page = visitor.open(asked(visitor, customer), "en")
    assert heading(page) == "Enter your six-digit PIN"
    assert page.locator("html").get_attribute("lang") == "en"
    visitor.type_pin(WRONG)
    expect(page.get_by_role("alert")).to_have_text("That PIN isn't right. 4 tries left")


@pytest.mark.parametrize("return_to", ["javascript:alert(1)", "data:text/html,x", "not an address", ""])
def test_only_a_web_address_is_a_way_back(visitor: Visitor, customer: Customer, return_to: str) -> None:
    place = (CENTER, "/v1/transactions/activate")
    visitor.world.wire.change[place] = lambda body: {**body, "return_to": return_to}
    page = visitor.open(asked(visitor, customer))
    visitor.type_pin(PIN)
    expect(page.get_by_role("heading", level=1)).to_have_text("서명했어요")
    expect(page.get_by_role("main").get_by_role("link")).to_have_count(0)


def test_a_page_without_its_worker_says_that_it_cannot_go_on(visitor: Visitor, customer: Customer) -> None:
    visitor.page.route("**/stretching_worker.js", lambda route: route.abort())
    page = visitor.open(asked(visitor, customer))
    visitor.type_pin(PIN)
    expect(page.get_by_role("heading", level=1)).to_have_text("계속할 수 없어요")


def test_a_pin_under_check_when_time_ends_signs_nothing(visitor: Visitor, customer: Customer) -> None:
    visitor.page.clock.install()
    soon = visitor.world.clock() + 30
    page = visitor.open(visitor.world.center.ask(customer, transfer(), exp=soon))
    page.clock.run_for(25_000)
    visitor.hanging = {anchor.origin for anchor in visitor.world.anchors.guards}
    with page.expect_request("**/v1/attempts"):
        visitor.type_pin(PIN)
    page.clock.run_for(6_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("시간이 지났어요")
    visitor.release()
    page.wait_for_timeout(500)
    assert heading(page) == "시간이 지났어요"
    assert len(visitor.world.wire.sent("/v1/attempts")) >= 2
    assert not visitor.world.wire.sent("/v1/confirm")
