"""The PIN pad in Chromium: bullets only, never sent by itself, and wiped when it should be."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.visitor import Visitor
from tests.client.world import PIN, World, enrolled, transfer

BULLET = "•"


@pytest.fixture
def page(visitor: Visitor, page_world: World) -> Page:
    """The pad of a transfer."""
    customer = enrolled(page_world)[1]
    return visitor.open(page_world.center.ask(customer, transfer()))


@pytest.fixture
def field(page: Page) -> Locator:
    found = page.locator("input")
    expect(found).to_be_focused()
    return found


def attempts(visitor: Visitor) -> int:
    return len(visitor.world.wire.sent("/v1/attempts"))


def test_typed_digits_are_bullets_and_nothing_is_sent_by_itself(visitor: Visitor, page: Page, field: Locator) -> None:
    field.press_sequentially(PIN)
    expect(field).to_have_value(BULLET * 6)
    expect(page.get_by_role("status")).to_have_text("6자리 입력했어요")
    page.wait_for_timeout(500)
    assert attempts(visitor) == 0


def test_the_buttons_type_as_the_keys_do(page: Page, field: Locator) -> None:
    for digit in "8301":
        page.get_by_role("button", name=digit, exact=True).click()
    expect(field).to_have_value(BULLET * 4)
    expect(field).to_be_focused()
    page.get_by_role("button", name="지우기", exact=True).click()
    expect(field).to_have_value(BULLET * 3)
    page.get_by_role("button", name="모두 지우기").click()
    expect(field).to_have_value("")


def test_the_pad_is_twelve_native_buttons_in_order(page: Page) -> None:
    buttons = page.get_by_role("group", name="숫자판").locator("button[type=button]")
    assert buttons.all_inner_texts() == [*"123456789", "모두 지우기", "0", "지우기"]


def test_backspace_takes_one_and_escape_or_select_all_takes_all(field: Locator) -> None:
    field.press_sequentially("8301")
    field.press("Backspace")
    expect(field).to_have_value(BULLET * 3)
    field.press("Escape")
    expect(field).to_have_value("")
    field.press_sequentially("8301")
    field.press("Control+a")
    field.press("Delete")
    expect(field).to_have_value("")


def test_letters_and_a_seventh_digit_change_nothing(field: Locator) -> None:
    field.press_sequentially("8a3b0 1429")
    expect(field).to_have_value(BULLET * 6)


@pytest.mark.parametrize(("text", "bullets"), [("830 142\n", 6), ("８３０１４２", 6), ("83014", 0), ("PIN 830142", 0)])
def test_only_exactly_six_digits_are_pasted_and_never_sent(
    visitor: Visitor, page: Page, field: Locator, text: str, bullets: int
) -> None:
    field.evaluate(
        """(field, text) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData('text/plain', text);
          field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
        }""",
        text,
    )
    expect(field).to_have_value(BULLET * bullets)
    page.wait_for_timeout(200)
    assert attempts(visitor) == 0


def test_what_a_password_manager_fills_in_becomes_bullets(field: Locator) -> None:
    field.fill(PIN)
    expect(field).to_have_value(BULLET * 6)


def test_enter_before_six_digits_spends_nothing(visitor: Visitor, page: Page, field: Locator) -> None:
    field.press_sequentially("83014")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("6자리를 모두 입력해 주세요")
    page.wait_for_timeout(200)
    assert attempts(visitor) == 0


def test_digits_are_wiped_after_a_minute_of_nothing(visitor: Visitor, page_world: World) -> None:
    visitor.page.clock.install()
    customer = enrolled(page_world)[1]
    page = visitor.open(page_world.center.ask(customer, transfer()))
    field = page.locator("input")
    field.press_sequentially("83014")
    page.clock.run_for(59_000)
    expect(field).to_have_value(BULLET * 5)
    page.clock.run_for(2_000)
    expect(field).to_have_value("")


def test_digits_are_wiped_when_the_page_is_left_or_comes_back(page: Page, field: Locator) -> None:
    for event in ("pagehide", "pageshow"):
        field.press_sequentially("83014")
        page.evaluate("name => dispatchEvent(new PageTransitionEvent(name, { persisted: true }))", event)
        expect(field).to_have_value("")


def test_the_field_is_no_form_has_no_name_and_asks_for_no_keyboard(page: Page, field: Locator) -> None:
    assert page.locator("form").count() == 0
    attributes = field.evaluate("field => field.getAttributeNames()")
    assert sorted(attributes) == ["aria-describedby", "aria-label", "autocomplete", "inputmode", "type"]
    assert field.get_attribute("inputmode") == "none"
    page.get_by_role("button", name="휴대폰 키보드로 입력").click()
    assert field.get_attribute("inputmode") == "numeric"


def test_the_digits_cannot_be_copied_out(page: Page, field: Locator) -> None:
    field.press_sequentially("83014")
    copied = field.evaluate("field => field.dispatchEvent(new ClipboardEvent('copy', { cancelable: true }))")
    assert copied is False


def test_the_page_fits_a_small_telephone(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for box in (button.bounding_box() for button in page.get_by_role("group").locator("button").all()):
        assert box is not None
        assert box["height"] >= 44


def test_a_transaction_that_ends_takes_the_pad_away(visitor: Visitor, page_world: World) -> None:
    visitor.page.clock.install()
    customer = enrolled(page_world)[1]
    page = visitor.open(page_world.center.ask(customer, transfer()))
    page.clock.run_for(301_000)
    expect(page.get_by_role("heading", level=1)).to_have_text("시간이 지났어요")
    expect(page.locator("input")).to_have_count(0)
