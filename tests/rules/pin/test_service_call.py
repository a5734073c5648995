"""A call between services counts once, at one service, for one request."""

from collections.abc import Callable

import httpx2
import pytest

from dojang.pin import service_call
from dojang.pin.service_call import Call
from dojang.pin.signatures import SigningKey
from dojang.policy.numbers import NUMBERS
from dojang.refusals import CallRefused
from dojang.serving.calls import CallVerifier, SignedCalls

NOW = 1_800_000_000
KEY = SigningKey(b"c" * 32)
CALL = Call("vault", "POST", "/v1/activations?x=1", b"{}")


def header(call: Call = CALL, key: SigningKey = KEY, caller: str = "center", time: int = NOW) -> str:
    return service_call.sign(call, caller, key, time, b"n" * 16)


@pytest.fixture
def vault() -> CallVerifier:
    return CallVerifier("vault", {"center": KEY.public}, lambda: NOW)


def check(vault: CallVerifier, value: str | None) -> str:
    return vault.check(value, CALL.method, CALL.path, CALL.body)


def test_a_signed_call_names_its_caller(vault: CallVerifier) -> None:
    assert check(vault, header()) == "center"


def test_a_call_without_a_signature_is_refused(vault: CallVerifier) -> None:
    with pytest.raises(CallRefused):
        check(vault, None)


def test_a_call_seen_before_is_refused(vault: CallVerifier) -> None:
    check(vault, header())
    with pytest.raises(CallRefused):
        check(vault, header())


@pytest.mark.parametrize(
    "forged",
    [
        header(key=SigningKey(b"x" * 32)),
        header(caller="bank"),
        header(Call("guard-1", CALL.method, CALL.path, CALL.body)),
        header(Call(CALL.audience, "PUT", CALL.path, CALL.body)),
        header(Call(CALL.audience, CALL.method, "/v1/activations?x=2", CALL.body)),
        header(Call(CALL.audience, CALL.method, CALL.path, b"[]")),
        header().replace(f"time={NOW}", f"time={NOW + 1}"),
        header().replace("nonce=b", "nonce=c"),
        "nonsense",
        "",
    ],
)
def test_a_call_moved_changed_or_forged_is_refused(vault: CallVerifier, forged: str) -> None:
    with pytest.raises(CallRefused):
        check(vault, forged)


@pytest.mark.parametrize("waited", [1, 2 * NUMBERS.time.call_skew])
def test_a_call_is_refused_again_for_as_long_as_its_time_would_be_accepted(waited: int) -> None:
    now = NOW - NUMBERS.time.call_skew  # the caller's clock is ahead by all that is allowed
    vault = CallVerifier("vault", {"center": KEY.public}, lambda: now)
    check(vault, header())
    now += waited
    with pytest.raises(CallRefused):
        check(vault, header())


def test_nonces_are_forgotten_once_their_time_is_over() -> None:
    now = NOW
    vault = CallVerifier("vault", {"center": KEY.public}, lambda: now)
    for number in range(5):
        check(vault, service_call.sign(CALL, "center", KEY, now, bytes([number]) * 16))
        now += 2 * NUMBERS.time.call_skew + 1
    assert vault._nonces | vault._older == {bytes([3]) * 16, bytes([4]) * 16}


@pytest.mark.parametrize("late", [-NUMBERS.time.call_skew - 1, NUMBERS.time.call_skew + 1])
def test_a_call_outside_the_skew_is_refused(vault: CallVerifier, late: int) -> None:
    with pytest.raises(CallRefused):
        check(vault, header(time=NOW + late))


def test_a_client_signs_the_path_and_body_as_sent(vault: CallVerifier) -> None:
    def answer(request: httpx2.Request) -> httpx2.Response:
        path = request.url.raw_path.decode()
        return httpx2.Response(
            200, text=vault.check(request.headers["Dojang-Call"], request.method, path, request.content)
        )

    now: Callable[[], int] = lambda: NOW  # noqa: E731
    client = httpx2.Client(
        base_url="http://vault", auth=SignedCalls("center", KEY, "vault", now), transport=httpx2.MockTransport(answer)
    )
    assert client.post("/v1/도장", params={"a": "b c"}, json={"x": 1}).text == "center"
