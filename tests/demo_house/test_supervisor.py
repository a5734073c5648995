"""The supervisor: what dies comes back, what is held stays down, and nothing is left behind, whatever ends it."""

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from dojang.demo import supervisor
from dojang.demo.ground import MARK, Ground
from dojang.demo.processes import Program, ready
from dojang.demo.supervisor import SOCKET, Supervisor
from dojang.refusals import DataFolderRefused, ServiceNotReady
from tests.demo_house.running import PROCESSES, House, alive, children, dojang, wait_until

GONE_WITHIN = 8.0


@pytest.fixture
def own_house(tmp_path: Path, free_port_base: int) -> Iterator[House]:
    house = House(tmp_path / "data", free_port_base)
    yield house
    house.stop(signal.SIGKILL)


@pytest.fixture
def telling_house(tmp_path: Path, free_port_base: int) -> Iterator[House]:
    """One that has only been told to start, and will tell its story."""
    house = House(tmp_path / "data", free_port_base, words=(), ready=False)
    yield house
    house.stop(signal.SIGKILL)


def test_what_is_killed_comes_back_and_the_story_goes_on(house: House, memory: Path) -> None:
    customer = house.customer(memory)
    customer.enrol(customer.prove())
    killed = {name: house.kill(name) for name in PROCESSES}
    wait_until(lambda: all(house.pid(name) not in (0, killed[name]) for name in PROCESSES))
    ports = {name: house.ground.port(offset) for name, offset in (("center", 1), ("bank", 0), ("vault", 20))}
    ports |= {f"guard-{i}": house.ground.port(10 + i) for i in (1, 2, 3)}
    wait_until(lambda: all(ready(port) for port in ports.values()))
    assert customer.log_in(["000000", customer.pin]) == [4]
    customer.close()


def test_what_is_held_stays_down_until_it_is_released(house: House) -> None:
    assert set(house.tell("names").split()) == set(PROCESSES)
    assert house.tell("hold pin-page") == "ok"
    assert house.pid("pin-page") == 0
    time.sleep(3 * supervisor._TICK + 0.6)
    assert house.pid("pin-page") == 0
    assert house.tell("hold pin-page") == "ok"
    assert house.tell("release pin-page") == "ok"
    wait_until(lambda: ready(house.ground.port(14)))
    held = house.pid("pin-page")
    assert house.tell("release pin-page") == "ok"
    assert house.pid("pin-page") == held


@pytest.mark.parametrize("line", ["hold nobody", "release nobody", "hold", "hold a b", "stop center", "", "\x00é" * 99])
def test_words_that_it_does_not_know_change_nothing(house: House, line: str) -> None:
    before = children(house.process.pid)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        folder = os.open(house.data, os.O_PATH)
        connection.connect(f"/proc/self/fd/{folder}/{SOCKET}")
        os.close(folder)
        connection.sendall(line.encode())
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(100) == b"unknown"
    assert sorted(child.pid for child in children(house.process.pid)) == sorted(child.pid for child in before)


def test_only_its_owner_may_speak_to_it_and_read_its_folder(house: House) -> None:
    assert (house.data / SOCKET).stat().st_mode & 0o777 == 0o600
    assert house.data.stat().st_mode & 0o077 == 0


def test_nobody_answers_where_there_is_no_supervisor(tmp_path: Path) -> None:
    assert supervisor.tell(tmp_path, "names") == ""
    assert supervisor.tell(tmp_path / "nothing", "names") == ""


def test_a_killed_supervisor_leaves_no_orphan_and_the_folder_can_be_used_again(own_house: House) -> None:
    family = children(own_house.process.pid)
    assert {child.name for child in family} == set(PROCESSES)
    anchors = (own_house.data / "anchors.json").read_bytes()
    os.kill(own_house.process.pid, signal.SIGKILL)
    own_house.process.wait()
    wait_until(lambda: not any(alive(child.pid) for child in family), GONE_WITHIN)
    own_house.start()
    assert (own_house.data / "anchors.json").read_bytes() == anchors
    assert {child.name for child in children(own_house.process.pid)} == set(PROCESSES)


def test_ctrl_c_during_the_tour_ends_everything(telling_house: House) -> None:
    """As a terminal does it: the signal goes to the whole process group."""
    house = telling_house
    family = house.wait_for("tour")
    os.killpg(house.process.pid, signal.SIGINT)
    assert house.process.wait(20) == 1, house.said()
    assert [child.name for child in family if alive(child.pid)] == []
    assert not (house.data / SOCKET).exists()
    assert "Traceback" not in house.said()
    assert "Ctrl-C stops everything" not in house.said(), "it does not go on after it was told to stop"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_while_it_starts_ends_everything(telling_house: House, how: signal.Signals) -> None:
    house = telling_house
    family = house.wait_for(*PROCESSES)
    house.process.send_signal(how)
    assert house.process.wait(20) != 0
    wait_until(lambda: not any(alive(child.pid) for child in family), GONE_WITHIN)
    assert "Traceback" not in house.said()


@pytest.mark.parametrize(("offset", "service"), [(0, "bank"), (1, "center"), (12, "guard-2"), (20, "vault")])
def test_a_taken_port_is_named_before_anything_is_made(
    tmp_path: Path, free_port_base: int, offset: int, service: str
) -> None:
    data = tmp_path / "data"
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", free_port_base + offset))
        taken.listen()
        done = dojang("demo", "--tour-only", "--data", str(data), "--port-base", str(free_port_base))
    assert done.returncode == 1
    assert f"port_taken port={free_port_base + offset} service={service}" in done.stderr
    assert not data.exists(), "so that another port base can still be chosen for it"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("thesis.txt", "mine", "not_ours"),
        (MARK, '{"port_base": 7000}', "another_port_base port_base=7000"),
        (MARK, "{", "not_ours"),
        (MARK, "[]", "not_ours"),
    ],
)
def test_a_folder_that_is_not_ours_is_refused_and_left_as_it_is(
    tmp_path: Path, free_port_base: int, name: str, content: str, reason: str
) -> None:
    (tmp_path / name).write_text(content)
    done = dojang("demo", "--tour-only", "--data", str(tmp_path), "--port-base", str(free_port_base))
    assert done.returncode == 1
    assert "data_folder_refused" in done.stderr
    assert f"reason={reason}" in done.stderr
    assert contents(tmp_path) == {name: content.encode()}


def test_a_file_is_no_data_folder(tmp_path: Path, free_port_base: int) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    for data in (file, file / "below"):
        done = dojang("demo", "--tour-only", "--data", str(data), "--port-base", str(free_port_base))
        assert (done.returncode, "Traceback" in done.stderr) == (1, False), done.stderr
        assert "data_folder_refused" in done.stderr
    assert file.read_text() == "mine"


def test_a_second_demo_on_the_same_folder_is_refused_and_the_first_goes_on(house: House) -> None:
    before = children(house.process.pid)
    base = str(house.ground.port_base)
    done = dojang("demo", "--tour-only", "--data", str(house.data), "--port-base", base)
    assert (done.returncode, "port_taken" in done.stderr) == (1, True)
    assert [child for child in before if not alive(child.pid)] == []
    assert house.tell("names")


def test_two_demos_that_start_at_once_never_share_a_folder(tmp_path: Path, free_port_base: int) -> None:
    """Before the first one's processes listen, the second finds the folder held."""
    ground = Ground(tmp_path, free_port_base)
    ground.claim()
    with ground.alone():
        done = dojang("demo", "--tour-only", "--data", str(tmp_path), "--port-base", str(free_port_base))
        assert (done.returncode, "reason=in_use" in done.stderr) == (1, True)
        assert set(contents(tmp_path)) == {MARK}
        with pytest.raises(DataFolderRefused), ground.alone():
            pass
    with ground.alone():
        assert json.loads((tmp_path / MARK).read_text()) == {"port_base": free_port_base}


def test_a_service_that_never_gets_ready_is_named_with_its_log(
    tmp_path: Path, free_port_base: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor, "READY_WITHIN", 2.0)
    broken = Supervisor((Program("guard-1", ("serve", "guard"), {}, free_port_base),), tmp_path)
    with pytest.raises(ServiceNotReady) as refused, broken.up():
        raise AssertionError
    assert refused.value.facts["service"] == "guard-1"
    assert "setting_missing" in Path(str(refused.value.facts["log"])).read_text()
    assert [child.name for child in children(os.getpid()) if child.name == "guard-1"] == []
    assert not (tmp_path / SOCKET).exists()


def test_a_customer_who_connects_and_says_nothing_does_not_stop_it(tmp_path: Path) -> None:
    """One who holds the line is cut off after a second, and others are answered."""
    answers: list[str] = []

    def ask() -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as silent:
            silent.connect(str(tmp_path / SOCKET))
            answers.append(supervisor.tell(tmp_path, "hold nobody"))

    with Supervisor((), tmp_path).up() as house:
        asking = threading.Thread(target=ask)
        asking.start()
        house.keep(until=lambda: not asking.is_alive())
        asking.join()
    assert answers == ["unknown"]
