"""What a browser is called, and what a customer is told of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dojang.adapters.in_memory.text_message import MemoryTextMessage
from dojang.journeys.notices import Notices, added_text, removed_text, revoked_text
from dojang.values.device import label_of

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
CALLED = {
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/120.0.0.0 Safari/537.36": "Chrome · Windows",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/120.0 Safari/537.36 Edg/120.0": "Edge · Windows",
    f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/120.0 Whale/3.24 Safari/537.36": "Whale · Windows",
    f"Mozilla/5.0 (Linux; Android 14) {WEBKIT} SamsungBrowser/23.0 Chrome/115.0 Mobile Safari/537.36": (
        "Samsung Internet · Android"
    ),
    f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {WEBKIT} Chrome/120.0 Safari/537.36": "Chrome · ChromeOS",
    f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/120.0 Safari/537.36 OPR/106.0": "Opera · Linux",
    "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0": "Firefox · Linux",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_2) AppleWebKit/605.1.15 Version/17.2 Safari/605.1.15": "Safari · macOS",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) CriOS/120.0 Mobile/15E148 Safari/604.1": "Chrome · iPhone",
    "Mozilla/5.0 (iPad; CPU OS 17_2 like Mac OS X) FxiOS/121.0 Mobile/15E148 Safari/605.1.15": "Firefox · iPad",
    "python-httpx2/2.0": "",
    "": "",
}


@pytest.mark.parametrize(("user_agent", "label"), CALLED.items(), ids=range(len(CALLED)))
def test_a_browser_is_called_by_its_name_and_its_system(user_agent: str, label: str) -> None:
    assert label_of(user_agent) == label


@given(st.text(), st.text())
def test_a_label_is_made_of_our_words_alone(before: str, after: str) -> None:
    names = {part for label in CALLED.values() for part in label.split(" · ")}
    assert set(label_of(f"{before}Chrome/1 (Windows){after}").split(" · ")) <= names


@given(st.text(max_size=33), st.sampled_from(sorted(CALLED.values())))
def test_every_notice_fits_into_a_text_message(sender: str, label: str) -> None:
    for text in (added_text(sender, label), removed_text(sender, label)):
        if len(sender.encode("utf-16-be")) // 2 <= 33:
            assert len(text.encode("utf-16-be")) // 2 <= 70
        assert text.startswith(f"[{sender}] ")


def test_a_label_that_does_not_fit_is_left_out_whole() -> None:
    assert "Samsung" not in added_text("도장 인증센터 고객지원", "Samsung Internet · Android")
    assert added_text("도장", "Safari · iPad") == (
        "[도장] 새 브라우저가 연결됐어요: Safari · iPad\n내가 아니면 인증센터에서 끊어 주세요"
    )
    assert removed_text("도장", "") == "[도장] 브라우저 연결을 끊었어요\n내가 아니면 인증센터에 알려 주세요"


def test_a_sender_with_a_name_too_long_for_a_notice_is_told_at_the_start() -> None:
    room = 70 - max(map(len, (added_text("", ""), removed_text("", ""), revoked_text(""))))
    Notices(MemoryTextMessage(), "가" * room, lambda work: work())
    with pytest.raises(ValueError, match="too long"):
        Notices(MemoryTextMessage(), "가" * (room + 1), lambda work: work())
