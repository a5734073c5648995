"""The customer's side in TypeScript, under Node, with the face of `dojang.client.holder.Holder`.

So every test of the holder is a test of the browser's code too: same inputs, same refusals by code.
"""

import json
import subprocess
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from dojang import refusals
from dojang.client.holder import PinPad, Shown
from dojang.pin.anchors import Anchors
from dojang.pin.encoding import b64, unb64
from dojang.refusals import Refusal
from tests.browser.node import BROWSER, NODE

Ask = Callable[[dict[str, Any]], dict[str, Any]]

_PATIENCE = 60.0
# What a browser keeps under a name of its own, and the file of `Memory` that says the same.
_KEPT = {"dojang-known-versions": "known_versions.json", "dojang-connected-devices": "connected_devices.json"}


def _all(cls: type[Refusal]) -> dict[str, type[Refusal]]:
    below = {code: found for sub in cls.__subclasses__() for code, found in _all(sub).items()}
    return {cls.code: cls, **below} if cls is not Refusal else below


def refusal_named(code: str, facts: dict[str, Any]) -> Refusal:
    """The refusal of that code. Fails for one that Python does not know."""
    known = {code: found for code, found in _all(Refusal).items() if found.__module__ == refusals.__name__}
    return known[code](**facts)


@dataclass(frozen=True)
class Enrolled:
    """What an enrolment tells."""

    live_guards: tuple[str, ...]
    return_to: str


@dataclass(frozen=True)
class Used:
    """What a use tells."""

    th: bytes
    receipt: bytes
    return_to: str
    new_pin_due: bool
    foreign: int
    connected: bool


class Call:
    """One use or enrolment under way, and who answers what it asks for."""

    def __init__(self, answers: dict[str, Ask]) -> None:
        self.result: Future[dict[str, Any]] = Future()
        self.answers = answers
        self.raised: BaseException | None = None

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Whatever a test raises is kept, and ends the call."""
        try:
            return self.answers[asked["kind"]](asked)
        except BaseException as error:  # noqa: BLE001  the test's own verdicts travel through here
            self.raised = error
            return {}


class Peer:
    """One Node for all holders of a worker."""

    def __init__(self, program: Path) -> None:
        self._process = subprocess.Popen(
            [NODE, program], cwd=BROWSER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self._pool = ThreadPoolExecutor(16, "typescript-asks")
        self._asked: list[Future[None]] = []
        self._lock = threading.Lock()
        self._calls: dict[int, Call] = {}
        self._moved: dict[int, Callable[[], int]] = {}
        threading.Thread(target=self._read, daemon=True).start()

    def run(self, act: str, given: dict[str, Any], call: Call, moved: Callable[[], int]) -> dict[str, Any]:
        """What it comes to. Raises what a test's own pad raised, or the refusal."""
        with self._lock:
            number = len(self._calls) + 1
            self._calls[number], self._moved[number] = call, moved
        self._say({"act": act, "call": number, **given}, number)
        try:
            return call.result.result(_PATIENCE)
        except Refusal:
            if call.raised is not None:
                raise call.raised from None
            raise

    def settle(self) -> None:
        """Whatever was asked before the last result came has been answered."""
        wait(self._asked)
        self._asked.clear()

    def close(self) -> None:
        """The program has ended."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._pool.shutdown()

    def _say(self, line: dict[str, Any], call: int) -> None:
        assert self._process.stdin is not None
        text = json.dumps({**line, "moved": self._moved[call]()}) + "\n"
        with self._lock:
            self._process.stdin.write(text)
            self._process.stdin.flush()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for text in self._process.stdout:
            line = json.loads(text)
            if "ask" in line:
                self._asked.append(self._pool.submit(self._answer, line))
            elif "done" in line:
                self._calls[line["done"]].result.set_result(line["value"])
            elif "refused" in line:
                self._calls[line["refused"]].result.set_exception(refusal_named(line["code"], line["facts"]))
            else:
                self._calls[line["failed"]].result.set_exception(AssertionError(line["error"]))

    def _answer(self, asked: dict[str, Any]) -> None:
        answer = self._calls[asked["call"]].answer(asked)
        self._say({"answer": asked["ask"], **answer}, asked["call"])


class TypeScriptHolder:
    """One customer's side: as `Holder`, with `wire` for the network."""

    def __init__(self, peer: Peer, anchors: Anchors, memory: Path, wire: httpx2.BaseTransport, moved: Any) -> None:
        self._peer, self._anchors, self._wire, self._moved = peer, anchors, wire, moved
        self._folder = memory

    def enrol(self, code: str, choose_pin: Callable[[Sequence[str]], str]) -> Enrolled:
        """As `Holder.enrol`."""
        value = self._run("enrol", code, {"choose": lambda asked: {"pin": choose_pin(tuple(asked["avoid"]))}})
        return Enrolled(tuple(value["liveGuards"]), value["returnTo"])

    def use(self, code: str, pin_pad: PinPad, use_other: Callable[[Shown], bool] = lambda _shown: False) -> Used:
        """As `Holder.use`."""
        answers: dict[str, Ask] = {
            "pin": lambda asked: {"pin": pin_pad(_shown(asked))},
            "other": lambda asked: {"agreed": use_other(_shown(asked))},
        }
        value = self._run("use", code, answers)
        receipt = json.dumps(value["receipt"]).encode()
        return Used(
            unb64(value["th"]), receipt, value["returnTo"], value["newPinDue"], value["foreign"], value["connected"]
        )

    def close(self) -> None:
        """As `Holder.close`: whoever was still to hear of something has heard."""
        self._peer.settle()

    def _run(self, act: str, code: str, answers: dict[str, Ask]) -> dict[str, Any]:
        kept = {key: file.read_text() for key, name in _KEPT.items() if (file := self._folder / name).exists()}
        anchors, browser = b64(self._anchors.canonical()), str(self._folder)
        given = {"anchors": anchors, "code": code, "kept": kept, "browser": browser}
        call = Call({"fetch": self._send, "keep": self._keep, **answers})
        return self._peer.run(act, given, call, self._moved)

    def _send(self, asked: dict[str, Any]) -> dict[str, Any]:
        request = httpx2.Request(
            asked["method"], asked["url"], headers=asked["headers"], content=asked["body"].encode()
        )
        try:
            response = self._wire.handle_request(request)
            return {"status": response.status_code, "body": response.read().decode()}
        except httpx2.TransportError:
            return {"lost": True}

    def _keep(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / _KEPT[asked["key"]]).write_text(asked["text"])
        return {}


def _shown(asked: dict[str, Any]) -> Shown:
    shown = asked["shown"]
    return Shown(
        holder=shown["holder"],
        issued_at=shown["issuedAt"],
        relying_party=shown["relyingParty"],
        purpose=shown["purpose"],
        pairs=tuple((name, value) for name, value in shown["pairs"]),
        other_certificate=shown["otherCertificate"],
        tries_left=asked.get("triesLeft"),
    )
