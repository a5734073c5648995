"""Every command says what it does, does it once, and says no by an exit code."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509

from dojang.__main__ import COMMANDS
from dojang.commands import house as demo
from dojang.commands.doctor import SERVICES, problems
from dojang.demo.ground import Ground
from dojang.demo.processes import Program
from dojang.pin.anchors import Anchors
from dojang.pin.encoding import b64, unb64
from tests.demo_house.running import clean_environment, dojang, wait_until

WORDS = {"serve": ["vault"], "authority": ["init"], "vault": ["init"], "guard": ["init"], "anchors": ["make"]}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    """All settings of a house whose keys are made and which nobody has started."""
    ground = Ground(tmp_path_factory.mktemp("prepared"), 8000)
    return {program.name: program for program in demo.prepare(ground)}


def test_the_help_names_every_command() -> None:
    done = dojang("--help")
    assert done.returncode == 0
    assert [name for name in COMMANDS if f"  {name} " not in done.stdout] == []


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_has_help(command: str) -> None:
    done = dojang(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"usage: dojang {command}")
    assert len(done.stdout.splitlines()) > 4


@pytest.mark.parametrize(
    "words",
    [[], ["nothing"], ["serve"], ["serve", "nothing"], ["authority"], ["anchors", "make"], ["doctor"], ["verify"]],
    ids=" ".join,
)
def test_wrong_words_are_a_2(words: list[str]) -> None:
    done = dojang(*words)
    assert done.returncode == 2
    assert "usage: dojang" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("service", ["center", "guard", "vault", "pin-page", "status"])
def test_a_service_without_settings_names_the_first_and_does_not_start(service: str) -> None:
    done = dojang("serve", service)
    assert done.returncode == 1
    assert "setting_missing setting=DOJANG_" in done.stderr
    assert "Traceback" not in done.stderr


def test_profiles_are_linted_by_command() -> None:
    done = dojang("authority", "check-profile")
    assert done.returncode == 0
    assert "clean" in done.stdout
    assert all(line.endswith(": clean") for line in done.stdout.splitlines())


def test_the_ceremonies_make_anchors_in_their_order_and_every_key_once(tmp_path: Path) -> None:
    vault = dojang("vault", "init", "--folder", str(tmp_path / "vault"))
    identity, log_key = vault.stdout.split()
    places = ("--status", "http://127.0.0.1:8030", "--practice", "http://127.0.0.1:8001/practice")
    request = str(tmp_path / "vault" / "issuing.csr")
    root = ("authority", "init", "--folder", str(tmp_path / "root"), "--csr", request, *places)
    assert dojang(*root).returncode == 0
    guards = [dojang("guard", "init", "--folder", str(tmp_path / f"guard-{i}")).stdout.strip() for i in (1, 2, 3)]
    assert dojang("center", "init", "--folder", str(tmp_path / "center")).returncode == 0
    assert dojang("status", "init", "--folder", str(tmp_path / "status")).returncode == 0
    words = ["anchors", "make", "--out", str(tmp_path / "anchors.json"), "--root", str(tmp_path / "root" / "root.pem")]
    for index, key in enumerate(guards, 1):
        words += ["--guard", f"guard-{index}", str(index), f"http://127.0.0.1:801{index}", key]
    words += ["--vault", identity, log_key, "--center", "http://127.0.0.1:8001", guards[0], "--registration", guards[1]]
    made = dojang(*words)
    anchors = Anchors.parse((tmp_path / "anchors.json").read_bytes())
    assert unb64(made.stdout.strip()) == anchors.guards_hash
    assert [guard.public_key for guard in anchors.guards] == [unb64(key) for key in guards]
    assert (b64(anchors.vault_key), b64(anchors.log_key)) == (identity, log_key)
    issuing = x509.load_pem_x509_certificate((tmp_path / "root" / "issuing.pem").read_bytes())
    issuing.verify_directly_issued_by(x509.load_der_x509_certificate(anchors.root_certificate))

    before = {path: path.read_bytes() for path in tmp_path.rglob("*.key")}
    assert dojang("vault", "init", "--folder", str(tmp_path / "vault")).stdout == vault.stdout
    assert dojang(*root).returncode == 0
    assert dojang("guard", "init", "--folder", str(tmp_path / "guard-1")).stdout.strip() == guards[0]
    assert dojang("center", "init", "--folder", str(tmp_path / "center")).returncode == 0
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.key")} == before
    assert all(path.stat().st_mode & 0o077 == 0 for path in before)

    assert dojang(*words).returncode == 0
    other = dojang(*[guards[2] if word == guards[0] else word for word in words])
    assert (other.returncode, "anchors_mismatch" in other.stderr) == (1, True)
    assert Anchors.parse((tmp_path / "anchors.json").read_bytes()) == anchors


def test_a_key_that_begins_with_a_dash_is_a_key(tmp_path: Path) -> None:
    keys = [f"-{'A' * 41}{end}" for end in "AEIM"]
    words = ["anchors", "make", "--out", str(tmp_path / "anchors.json"), "--root", str(tmp_path / "none.pem")]
    words += ["--guard", "guard-1", "1", "http://127.0.0.1:8011", keys[0], "--vault", keys[1], keys[2]]
    words += ["--center", "http://127.0.0.1:8001", keys[3], "--registration", keys[0]]
    assert "setting_refused file=none.pem" in dojang(*words).stderr
    assert "unrecognized arguments: --nonsense" in dojang(*words, "--nonsense").stderr


def test_a_root_for_another_request_is_refused(tmp_path: Path) -> None:
    places = ("--status", "http://127.0.0.1:8030", "--practice", "http://127.0.0.1:8001/practice")
    for name in ("one", "other"):
        dojang("vault", "init", "--folder", str(tmp_path / name))
    words = ("authority", "init", "--folder", str(tmp_path / "root"), "--csr")
    assert dojang(*words, str(tmp_path / "one" / "issuing.csr"), *places).returncode == 0
    refused = dojang(*words, str(tmp_path / "other" / "issuing.csr"), *places)
    assert (refused.returncode, "another_key" in refused.stderr) == (1, True)
    missing = dojang(*words, str(tmp_path / "nothing.csr"), *places)
    assert (missing.returncode, "no_request" in missing.stderr) == (1, True)


def service_of(name: str) -> str:
    return "guard" if name.startswith("guard") else name


def test_the_doctor_knows_exactly_the_settings_that_services_read(programs: dict[str, Program]) -> None:
    """What the demo sets is what each service needs: the two lists can't drift apart."""
    for name, program in programs.items():
        service = SERVICES[service_of(name)]
        given = {setting.removeprefix(service.prefix) for setting in program.settings}
        own_default = {"ALLOW_SOFTWARE_MASTER", "HOST", "PORT"} if name == "vault" else set()
        assert given - own_default == set(service.settings), name


def test_the_doctor_finds_nothing_in_settings_that_work(programs: dict[str, Program]) -> None:
    for name, program in programs.items():
        assert problems(SERVICES[service_of(name)], program.settings) == [], name
    done = dojang("doctor", "center", **programs["center"].settings)
    assert (done.returncode, done.stdout) == (0, "center: every setting is there and can be read\n")


@pytest.mark.parametrize("name", ["center", "guard-1", "vault", "pin-page", "status", "bank"])
def test_the_doctor_names_every_setting_that_is_missing(programs: dict[str, Program], name: str) -> None:
    service = SERVICES[service_of(name)]
    every = [f"{service.prefix}{setting}: missing" for setting in service.settings]
    assert problems(service, {}) == every
    done = dojang("doctor", service_of(name))
    assert (done.returncode, done.stdout.splitlines()) == (1, every)


@pytest.mark.parametrize(
    ("name", "changes", "found"),
    [
        ("center", {"CENTER_PORT": "none", "CENTER_VAULT_URL": "ftp://x"}, ["CENTER_VAULT_URL", "CENTER_PORT"]),
        ("center", {"CENTER_CLIENTS": "/nowhere", "CENTER_KEYS": "/nowhere"}, ["CENTER_KEYS", "CENTER_CLIENTS"]),
        (
            "guard-1",
            {"GUARD_ANCHORS": "/etc/hostname", "GUARD_CENTER_KEY": "AAAA"},
            ["GUARD_ANCHORS", "GUARD_CENTER_KEY"],
        ),
        ("status", {"STATUS_ROOT_CERTIFICATE": "/etc/hostname"}, ["STATUS_ROOT_CERTIFICATE"]),
        ("bank", {"BANK_PORT": "65536"}, ["BANK_PORT"]),
    ],
)
def test_the_doctor_names_what_is_wrong_and_never_its_value(
    programs: dict[str, Program], name: str, changes: dict[str, str], found: list[str]
) -> None:
    wrong = {f"DOJANG_{setting}": value for setting, value in changes.items()}
    lines = problems(SERVICES[service_of(name)], {**programs[name].settings, **wrong})
    assert [line.partition(":")[0] for line in lines] == [f"DOJANG_{setting}" for setting in found]
    assert not any(value in line for line in lines for value in wrong.values())


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("guard-1", {"DOJANG_GUARD_ID": "guard-2"}, "setting_refused: setting=DOJANG_GUARD_IDENTITY_KEY"),
        ("vault", {"DOJANG_VAULT_ALLOW_SOFTWARE_MASTER": ""}, "setting_refused:"),
        ("bank", {"DOJANG_BANK_KEYS": "/"}, "setting_refused: file=relying-party.pem reason=missing"),
    ],
)
def test_the_doctor_repeats_what_only_the_service_can_say(
    programs: dict[str, Program], name: str, changes: dict[str, str], said: str
) -> None:
    [line] = problems(SERVICES[service_of(name)], {**programs[name].settings, **changes})
    assert line.startswith(said)


def test_the_doctor_reads_the_file_too(programs: dict[str, Program], tmp_path: Path) -> None:
    program, service = programs["guard-2"], SERVICES["guard"]
    file = tmp_path / "guard.toml"
    lines = [f"{name.removeprefix(service.prefix).lower()} = {json.dumps(v)}" for name, v in program.settings.items()]
    file.write_text("\n".join(lines))
    named = {"DOJANG_GUARD_SETTINGS": str(file)}
    assert problems(service, named) == []
    assert problems(service, {**named, "DOJANG_GUARD_PORT": "0"}) == [
        "DOJANG_GUARD_PORT: refused: not what it should be"
    ]
    assert problems(service, {"DOJANG_GUARD_SETTINGS": "/nowhere"}) == [
        "DOJANG_GUARD_SETTINGS: names no readable TOML file"
    ]


def _heeds_sigterm(pid: int) -> bool:
    """Whether the process has its own answer to SIGTERM (Linux: /proc)."""
    caught = next(
        line for line in Path(f"/proc/{pid}/status").read_text("utf-8").splitlines() if line.startswith("SigCgt")
    )
    return bool(int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1)


def test_the_jobs_run_alone_until_they_are_told_to_stop(programs: dict[str, Program], tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("wb") as output:
        jobs = subprocess.Popen(
            [sys.executable, "-m", "dojang", "jobs", "run"],
            env={**clean_environment(), **programs["center"].settings},
            stdout=output,
            stderr=output,
        )
    database = Path(programs["center"].settings["DOJANG_CENTER_DATABASE"].removeprefix("sqlite:///"))
    try:
        wait_until(lambda: database.exists() or jobs.poll() is not None)
        wait_until(lambda: _heeds_sigterm(jobs.pid) or jobs.poll() is not None)
        assert jobs.poll() is None, log.read_text()
        os.kill(jobs.pid, signal.SIGTERM)
        assert jobs.wait(20) == 0
    finally:
        jobs.kill()
    assert "job_failed" not in log.read_text()
    assert dojang("jobs", "run").returncode == 1
