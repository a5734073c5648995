"""The PIN page by keyboard alone, in large letters, in other colours, on a small telephone, and where something is missing."""

import re
from pathlib import Path

import pytest
from httpx2 import Response
from playwright.sync_api import Browser, Page, expect

from tests.browser.camera import problems_of
from tests.browser.test_pin_states import TRANSFER
from tests.browser.visitor import PIN_ORIGIN, Visitor
from tests.client.world import CENTER, PIN, Customer, World, enrolled

BULLET = "•"


@pytest.fixture
def customer(page_world: World) -> Customer:
    return enrolled(page_world)[1]


def opened(visitor: Visitor, customer: Customer, **more: str) -> Page:
    return visitor.open(visitor.world.center.ask(customer, TRANSFER), **more)


def test_what_is_signed_the_pad_and_the_button_stand_on_a_small_telephone_together(
    visitor: Visitor, customer: Customer
) -> None:
    page = opened(visitor, customer)
    button = page.get_by_role("button", name="1,500,000원 이체하기")
    for place in (page.get_by_label("서명할 내용"), page.get_by_role("group", name="숫자판"), button):
        box = place.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 664
    key = page.get_by_role("button", name="5", exact=True).bounding_box()
    assert key is not None
    assert key["height"] >= 52


def test_cancel_leads_back_to_where_the_customer_came_from_with_nothing_sent(
    visitor: Visitor, customer: Customer
) -> None:
    page = opened(visitor, customer, back="/done?request=r-1")
    page.locator("input").press_sequentially("8301")
    page.get_by_role("link", name="취소").click()
    expect(page).to_have_url(f"{CENTER}/done?request=r-1")
    assert not visitor.world.wire.sent("/v1/attempts")


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_the_way_back_is_at_the_centre_whatever_the_address_says(
    visitor: Visitor, customer: Customer, back: str
) -> None:
    page = opened(visitor, customer, back=back)
    address = page.get_by_role("link", name="취소").get_attribute("href") or ""
    assert re.fullmatch(re.escape(CENTER) + "/?", address)


def test_where_a_text_message_can_be_had_is_at_the_centre_too(visitor: Visitor, customer: Customer) -> None:
    visitor.world.wire.instead[CENTER, "/v1/transactions/open"] = lambda request: Response(
        403, json={"code": "connect_first", "return_to": "https://evil.example/sms"}, request=request
    )
    page = opened(visitor, customer)
    address = page.get_by_role("link", name="문자로 확인하기").get_attribute("href") or ""
    assert re.fullmatch(re.escape(CENTER) + "/?", address)


def test_by_keyboard_alone_from_the_field_to_the_signature(visitor: Visitor, customer: Customer) -> None:
    page = opened(visitor, customer)
    expect(page.locator("input")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("input")).to_be_focused()
    for digit in PIN:
        page.get_by_role("button", name=digit, exact=True).focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="1,500,000원 이체하기").focus()
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("link", name="취소")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("back at the bank")).to_be_visible()


def test_every_control_is_reached_by_tab_in_the_order_in_which_it_is_seen(visitor: Visitor, customer: Customer) -> None:
    page = opened(visitor, customer)
    page.locator(".skip").focus()
    reached = []
    for _ in range(20):
        reached.append(page.evaluate("document.activeElement.textContent || document.activeElement.type"))
        page.keyboard.press("Tab")
    digits = [*"123456789", "모두 지우기", "0", "지우기"]
    tools = ["취소", "1,500,000원 이체하기", "숫자 자리 섞기", "휴대폰 키보드로 입력", "비밀번호를 잊었어요"]
    assert reached == ["본문으로 바로 가기", "서명할 원문 보기", "password", *digits, *tools]


def test_digits_are_mixed_if_the_customer_wants_it_once_a_visit_and_still_mean_the_same(
    visitor: Visitor, customer: Customer
) -> None:
    page = opened(visitor, customer)
    pad = page.get_by_role("group", name="숫자판").locator("button")
    switch = page.get_by_role("switch", name="숫자 자리 섞기")
    in_order = pad.all_inner_texts()
    expect(switch).not_to_be_checked()
    switch.click()
    mixed = pad.all_inner_texts()
    assert sorted(mixed) == sorted(in_order)
    switch.click()
    assert pad.all_inner_texts() == in_order
    switch.click()
    assert pad.all_inner_texts() == mixed
    opened(visitor, customer)
    expect(switch).to_be_checked()
    for digit in PIN:
        page.get_by_role("button", name=digit, exact=True).click()
    page.get_by_role("button", name="1,500,000원 이체하기").click()
    expect(page.get_by_text("back at the bank")).to_be_visible()


def test_the_operator_may_forbid_it(visitor: Visitor, customer: Customer) -> None:
    visitor.serve("off")
    page = opened(visitor, customer)
    page.evaluate("localStorage.setItem('dojang-shuffle', 'on')")
    opened(visitor, customer)
    expect(page.get_by_role("switch")).to_have_count(0)
    assert page.get_by_role("group", name="숫자판").locator("button").all_inner_texts()[:3] == ["1", "2", "3"]


@pytest.mark.parametrize("text", ["100", "125", "150"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_large_letters_and_forced_colours_cut_nothing(
    visitor: Visitor, customer: Customer, text: str, theme: str
) -> None:
    page = opened(visitor, customer, text=text, theme=theme)
    html = page.locator("html")
    assert (html.get_attribute("data-text"), html.get_attribute("data-theme")) == (text, theme)
    page.set_viewport_size({"width": 320, "height": 664})
    assert problems_of(page) == []
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    colours_are_the_systems = "axe color-contrast"
    assert [problem for problem in problems_of(page) if not problem.startswith(colours_are_the_systems)] == []


def test_how_the_page_is_seen_is_there_before_anything_is_painted_and_after_a_reload(
    visitor: Visitor, customer: Customer
) -> None:
    visitor.page.route("**/pin_page.js", lambda route: route.abort())
    page = visitor.page
    page.goto(f"{PIN_ORIGIN}/#code=c&lang=en&text=150&theme=dark")
    assert page.evaluate("({...document.documentElement.dataset})") == {"script": "", "text": "150", "theme": "dark"}
    page.unroute("**/pin_page.js")
    opened(visitor, customer, theme="dark", text="125", other="x")
    assert page.url == f"{PIN_ORIGIN}/#lang=ko&text=125&theme=dark"
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("다시 시작해 주세요")
    assert page.evaluate("({...document.documentElement.dataset})") == {"script": "", "text": "125", "theme": "dark"}
    page.get_by_role("button", name="더 큰 글자").click()
    assert page.url == f"{PIN_ORIGIN}/#lang=ko&text=150&theme=dark"


def test_another_code_for_an_open_page_is_a_visit_of_its_own(visitor: Visitor, customer: Customer) -> None:
    page = opened(visitor, customer)
    page.locator("input").press_sequentially("8301")
    code = visitor.world.center.ask(customer)
    page.evaluate("code => { location.hash = `code=${code}&lang=ko` }", code)
    expect(page.get_by_text("한빛은행 로그인")).to_be_visible()
    expect(page.locator("input")).to_have_value("")


def test_a_browser_that_cannot_keep_a_pin_safe_is_told_so(visitor: Visitor, customer: Customer) -> None:
    visitor.page.add_init_script("Object.defineProperty(crypto, 'subtle', { value: undefined })")
    page = opened(visitor, customer)
    expect(page.get_by_role("heading", level=1)).to_have_text("이 브라우저에서는 쓸 수 없어요")
    expect(page.locator("input")).to_have_count(0)


def test_a_browser_that_keeps_nothing_and_has_no_webassembly_signs_all_the_same(
    visitor: Visitor, customer: Customer
) -> None:
    for name in ("localStorage", "sessionStorage", "indexedDB"):
        visitor.page.add_init_script(
            f"Object.defineProperty(window, '{name}', {{ get() {{ throw new DOMException('', 'SecurityError') }} }})"
        )
    visitor.page.add_init_script("delete window.WebAssembly")
    page = opened(visitor, customer)
    field = page.locator("input")
    field.press_sequentially(PIN)
    field.press("Enter")
    expect(page.get_by_text("back at the bank")).to_be_visible()


def test_without_javascript_the_page_says_what_to_do(browser: Browser, visitor: Visitor, tmp_path: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    context.route("**/*", visitor._answer)
    page = context.new_page()
    page.goto(f"{PIN_ORIGIN}/#code=c")
    expect(page.get_by_text("비밀번호는 이 브라우저 안에서만 다뤄요")).to_be_visible()
    expect(page.get_by_text("go back and start again")).to_be_visible()
    context.close()
    visitor.page.goto(PIN_ORIGIN)
