"""What is done after an answer is out."""

import pytest
import structlog

from dojang import wiring
from dojang.refusals import BankUnavailable


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    pauses: list[float] = []
    monkeypatch.setattr("dojang.wiring.time.sleep", pauses.append)
    return pauses


def test_what_is_done_after_the_answer_waits_until_it_is_out(slept: list[float]) -> None:
    wiring._said_when_it_fails(lambda: slept.append(0.0))
    assert slept == [wiring._PAUSES[0], 0.0]


def test_a_party_that_is_down_is_asked_again_until_it_answers(slept: list[float]) -> None:
    answers = iter([BankUnavailable(), BankUnavailable(), None])

    def work() -> None:
        if (answer := next(answers)) is not None:
            raise answer

    with structlog.testing.capture_logs() as logs:
        wiring._said_when_it_fails(work)
    assert slept == list(wiring._PAUSES[:3])
    assert [line["code"] for line in logs] == ["bank_unavailable"] * 2


def test_what_fails_after_the_answer_is_said_without_its_message(slept: list[float]) -> None:
    def work() -> None:
        raise ValueError("010-0000-0001")

    with structlog.testing.capture_logs() as logs:
        wiring._said_when_it_fails(work)
    assert logs == [{"event": "failed_after_the_answer", "log_level": "error", "error": "ValueError"}]
    assert len(slept) == 1
