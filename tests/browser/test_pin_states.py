"""Every state of the PIN page, photographed in every way; and what each of them says and leads to."""

import re
from collections.abc import Callable

import pytest
from httpx2 import Request, Response
from playwright.sync_api import Page, expect

from dojang.signing.what_is_signed import transfer_content
from tests.browser.camera import LANGUAGES, Camera, Language
from tests.browser.visitor import Visitor
from tests.client.world import CENTER, PIN, WRONG, Customer, World, enrolled

PAGE = "pin_page"
TRANSFER = transfer_content(
    (
        ("payee", "김도장"),
        ("bank", "가상은행"),
        ("account", "110-123-456789"),
        ("amount", "1,500,000 KRW"),
        ("from_account", "333-20-1234567"),
        ("transfer", "t-7K2Q91"),
    )
)
OPEN, ACTIVATE = (CENTER, "/v1/transactions/open"), (CENTER, "/v1/transactions/activate")


class Album:
    """One visitor's page, photographed by state in one language."""

    def __init__(self, visitor: Visitor, camera: Camera, language: Language) -> None:
        self.visitor, self.world, self.page, self.language = visitor, visitor.world, visitor.page, language
        self._camera = camera

    def open(self, code: str, **more: str) -> Page:
        return self.visitor.open(code, self.language, **more)

    def heading(self, ko: str, en: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text({"ko": ko, "en": en}[self.language])

    def keep(self, state: str) -> None:
        self._camera.keep(self.page, PAGE, state, self.language)
        self.page.set_viewport_size({"width": 390, "height": 664})


@pytest.fixture(params=LANGUAGES)
def album(request: pytest.FixtureRequest, visitor: Visitor, camera: Camera) -> Album:
    return Album(visitor, camera, request.param)


@pytest.fixture
def customer(page_world: World) -> Customer:
    return enrolled(page_world)[1]


def refusing(status: int, code: str, **facts: str) -> Callable[[Request], Response]:
    return lambda request: Response(status, json={"code": code, **facts}, request=request)


def test_signing_from_the_first_digit_to_the_lock(album: Album, customer: Customer) -> None:
    page, world = album.page, album.world
    album.open(world.center.ask(customer, TRANSFER))
    album.heading("비밀번호 6자리를 입력해 주세요", "Enter your six-digit PIN")
    card = page.get_by_label(re.compile("서명할 내용|What you sign"))
    for text in ("김도장", "가상은행 110-123-456789", "1,500,000", "333-20-1234567"):
        expect(card).to_contain_text(text)
    expect(card).to_contain_text({"ko": "(일백오십만 원)", "en": "(one million five hundred thousand won)"}[album.language])
    expect(card).not_to_contain_text("t-7K2Q91")
    album.keep("main")
    page.locator("input").press_sequentially("830")
    expect(page.get_by_role("status")).not_to_be_empty()
    album.keep("typed")
    page.locator("summary").click()
    expect(card).to_contain_text("t-7K2Q91")
    album.keep("original")
    page.locator("summary").click()
    page.locator("input").press("Escape")
    album.visitor.type_pin(WRONG)
    expect(page.get_by_role("alert")).not_to_be_empty()
    album.keep("wrong")
    for _ in range(5):
        album.visitor.type_pin(WRONG)
        expect(page.get_by_role("alert")).not_to_be_empty()
        expect(page.locator("input")).to_be_enabled()
    album.keep("last_try")
    album.visitor.type_pin(WRONG)
    album.heading("이 비밀번호는 더 쓸 수 없어요", "This PIN can no longer be used")
    reissue = page.get_by_role("main").get_by_role("link").first
    expect(reissue).to_have_attribute("href", f"{CENTER}/issue")
    album.keep("locked")


def test_waiting_for_an_answer(album: Album, customer: Customer) -> None:
    page, world = album.page, album.world
    guards = {anchor.origin for anchor in world.anchors.guards}
    album.visitor.hanging = guards
    album.open(world.center.ask(customer, TRANSFER))
    with page.expect_request("**/v1/attempts"):
        album.visitor.type_pin(PIN)
    album.keep("checking")
    expect(page.get_by_role("alert")).not_to_be_empty(timeout=20_000)
    expect(page.locator("input")).to_be_focused()
    album.keep("guard_down")
    album.visitor.release()
    album.visitor.hanging = {"".join(ACTIVATE)}
    album.visitor.type_pin(PIN)
    album.heading("서명하고 있어요", "Signing")
    album.keep("signing")
    expect(page.get_by_role("status")).not_to_be_empty(timeout=20_000)
    album.keep("slow")
    album.heading("결과를 확인하고 있어요", "Finding out the result")
    album.keep("outcome_unknown")
    album.visitor.release()
    expect(page.get_by_text("back at the bank")).to_be_visible()
    assert len(set(world.wire.sent("/v1/transactions/activate"))) == 1


def test_choosing_a_pin(album: Album) -> None:
    code, _ = album.world.center.new_customer()
    page = album.open(code)
    album.heading("새 비밀번호 6자리를 정해 주세요", "Choose a new six-digit PIN")
    album.keep("set_first")
    album.visitor.type_pin("991231")
    expect(page.get_by_role("alert")).not_to_be_empty()
    album.keep("set_refused")
    album.visitor.type_pin(PIN)
    album.heading("한 번 더 입력해 주세요", "Enter it once more")
    album.keep("set_repeat")
    album.visitor.type_pin("402918")
    expect(page.get_by_role("alert")).not_to_be_empty()
    album.keep("set_mismatch")
    album.visitor.hanging = {album.world.anchors.guards[0].origin, album.world.anchors.guards[1].origin}
    album.visitor.type_pin(PIN)
    album.visitor.type_pin(PIN)
    album.heading("인증서를 발급하고 있어요", "Issuing your certificate")
    album.keep("issuing")
    album.heading("발급을 마치지 못했어요", "The issue did not finish")
    album.keep("issuing_failed")
    album.visitor.release()
    page.get_by_role("main").get_by_role("button").click()
    album.heading("금융인증서를 발급했어요", "Your certificate is ready")
    album.keep("issued")


def test_what_keeps_a_customer_from_going_on(album: Album, customer: Customer) -> None:
    page, wire, center = album.page, album.world.wire, album.world.center
    back = "/sign?request=r-1"
    connect = refusing(403, "connect_first", return_to=f"{CENTER}/connect")
    for state, instead, ko, en in (
        ("connect_first", connect, "먼저 문자로 확인해 주세요", "Confirm by text message first"),
        ("used_code", refusing(410, "code_refused"), "다시 시작해 주세요", "Start again"),
        ("certificate_ended", refusing(409, "certificate_not_valid"), "계속할 수 없어요", "We can't go on"),
        ("bank_down", refusing(503, "bank_unavailable"), "은행이 답하지 않아요", "The bank does not answer"),
    ):
        wire.instead[OPEN] = instead
        album.open(center.ask(customer, TRANSFER), back=back)
        album.heading(ko, en)
        expect(page.locator("input")).to_have_count(0)
        expect(page.get_by_role("link", name=re.compile("돌아가기|Back to"))).to_have_attribute("href", CENTER + back)
        album.keep(state)
    wire.instead.clear()
    wire.change[OPEN] = lambda visit: {**visit, "records": [{**visit["records"][0], "record": "e30"}]}
    album.open(center.ask(customer, TRANSFER))
    album.heading("인증서 기록이 서로 맞지 않아요", "The certificate's records do not match")
    album.keep("record_mismatch")
    wire.change.clear()
    now = album.world.clock()
    album.open(center.ask(customer, TRANSFER, exp=now + 9))
    album.keep("ends_soon")
    album.heading("시간이 지났어요", "Time is up")
    album.keep("expired")


def test_a_login_and_what_a_customer_hears_after_it(album: Album, customer: Customer) -> None:
    page = album.page
    album.open(album.world.center.ask(customer))
    album.keep("login")
    album.visitor.type_pin(WRONG)
    expect(page.get_by_role("alert")).not_to_be_empty()
    album.open(album.world.center.ask(customer))
    album.visitor.type_pin(PIN)
    album.heading("로그인했어요", "You are logged in")
    expect(page.get_by_role("main")).to_contain_text(re.compile("1번 있었어요|last success: 1"))
    album.keep("foreign_tries")
