"""Everything on this machine: center, three guards, vault, PIN page, status service and Hanbit Bank, kept up.

The first start makes all keys, in the order of the ceremonies. The story is told once, with a customer of its own; then
the house stays up until Ctrl-C. Try-out only: the vault's master key is a file here.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from dojang.authority.profile import Addresses
from dojang.commands import anchors, authority, center, status, vault
from dojang.demo.bank import keys as bank_keys
from dojang.demo.ground import DEFAULT_PORT_BASE, HOST, Ground
from dojang.demo.processes import PARENT, Program
from dojang.demo.supervisor import Supervisor, refuse_taken_ports
from dojang.guard import settings as guard_settings
from dojang.pin.anchors import Anchors, GuardAnchor
from dojang.pin.encoding import b64
from dojang.policy.numbers import NUMBERS
from dojang.serving import key_files
from dojang.vault.masters import ALLOWED

_BANK_CLIENT: Final = "hanbit-bank"


@dataclass(frozen=True, slots=True)
class Public:
    """What the processes need to know of one another's keys."""

    vault_key: bytes
    log_key: bytes
    ticket_key: bytes
    call_key: bytes
    registration_key: bytes
    guards: tuple[bytes, ...]


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("--data", type=Path, default=Path("var/demo"), help="the demo's own folder (var/demo)")
    parser.add_argument("--port-base", type=int, default=DEFAULT_PORT_BASE, metavar="N", help="ports N to N+30 (8000)")
    parser.add_argument("--tour-only", action="store_true", help="tell the story and exit with its result")
    parser.add_argument("--no-tour", action="store_true", help="do not tell the story")


def run(arguments: argparse.Namespace) -> int:
    """Prepare, start, tell, stay."""
    console, begun = Console(), time.perf_counter()
    ground = Ground(arguments.data.resolve(), arguments.port_base)
    ground.check()
    refuse_taken_ports(programs_without_keys(ground))
    ground.claim()
    console.print("[bold]Dojang 도장[/]  a house for trying out", highlight=False)
    with ground.alone():
        programs = prepare(ground)
        with Supervisor(programs, ground.data).up() as house:
            console.print(f"{len(programs)} processes ready after {time.perf_counter() - begun:.1f} s", highlight=False)
            code = 0 if arguments.no_tour else _tell(house, ground)
            if not arguments.tour_only and not house.stopping:
                _print_addresses(console, ground)
                house.keep()
    return code


def prepare(ground: Ground) -> tuple[Program, ...]:
    """Every key is made that is not there yet; the processes with their settings."""
    return _programs(ground, _make_keys(ground))


def _make_keys(ground: Ground) -> Public:
    data = ground.data
    made = vault.init(data / "vault")
    addresses = Addresses(ground.status, ground.practice)
    authority.init(data / "authority", data / "vault" / vault.REQUEST, addresses, int(time.time()))
    status.init(data / "status")
    responder = data / "status" / "responder.pem"
    if not responder.exists():
        request = data / "status" / status.RESPONDER_REQUEST
        issuing = data / "authority" / authority.ISSUING_CERTIFICATE
        vault.certify(data / "vault", issuing, request, responder, addresses, ALLOWED)
    guards = tuple(guard_settings.init(data / f"guard-{i}") for i in range(1, NUMBERS.pin.guards + 1))
    center.init(data / "center")
    center.migrate(_center_database(ground))
    bank = bank_keys.make(data / "bank" / "keys")
    public = Public(
        made.identity_key,
        made.log_key,
        key_files.signing_key(data / "center" / center.TICKET_KEY).public,
        key_files.signing_key(data / "center" / center.CALL_KEY).public,
        bank.registration.public,
        guards,
    )
    clients = [
        {
            "client_id": _BANK_CLIENT,
            "name": {"ko": "한빛은행", "en": "Hanbit Bank"},
            "redirect_uris": [f"{ground.bank}/login/callback"],
            "return_uris": [f"{ground.bank}/transfers/"],
            "jwk": bank.client_jwk(),
        }
    ]
    (data / "center" / "clients.json").write_text(json.dumps(clients, ensure_ascii=False))
    anchors.make(_anchors(ground, public), data / "anchors.json")
    return public


def _anchors(ground: Ground, public: Public) -> Anchors:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    root = x509.load_pem_x509_certificate((ground.data / "authority" / authority.ROOT_CERTIFICATE).read_bytes())
    return Anchors(
        NUMBERS.pin.threshold,
        tuple(GuardAnchor(f"guard-{i}", i, ground.guard(i), key) for i, key in enumerate(public.guards, 1)),
        public.vault_key,
        public.log_key,
        ground.center,
        public.ticket_key,
        public.registration_key,
        root.public_bytes(Encoding.DER),
    )


def programs_without_keys(ground: Ground) -> tuple[Program, ...]:
    """Who will listen where, before any key is made."""
    guards = {f"guard-{i}": 10 + i for i in range(1, NUMBERS.pin.guards + 1)}
    offsets = {"status": 30, "vault": 20, **guards, "pin-page": 14, "bank": 0, "center": 1}
    return tuple(Program(name, (), {}, ground.port(offset)) for name, offset in offsets.items())


def _programs(ground: Ground, public: Public) -> tuple[Program, ...]:
    ports = {program.name: program.port for program in programs_without_keys(ground)}
    settings = {
        "status": _status(ground, public),
        "vault": _vault(ground, public),
        **{f"guard-{i}": _guard(ground, public, i) for i in range(1, NUMBERS.pin.guards + 1)},
        "pin-page": _pin_page(ground),
        "bank": _bank(ground, public),
        "center": _center(ground),
    }
    words: dict[str, tuple[str, ...]] = {name: ("serve", name.split("-")[0]) for name in settings}
    words |= {"pin-page": ("serve", "pin-page"), "bank": ("demo-bank",)}
    return tuple(Program(name, words[name], own, ports[name]) for name, own in settings.items())


def _status(ground: Ground, public: Public) -> dict[str, str]:
    folder, root = ground.data / "status", ground.data / "authority"
    return {
        "DOJANG_STATUS_DATA": str(folder),
        "DOJANG_STATUS_ADDRESS": ground.status,
        "DOJANG_STATUS_ROOT_CERTIFICATE": str(root / authority.ROOT_CERTIFICATE),
        "DOJANG_STATUS_ISSUING_CERTIFICATE": str(root / authority.ISSUING_CERTIFICATE),
        "DOJANG_STATUS_ROOT_CRL": str(root / authority.ROOT_CRL),
        "DOJANG_STATUS_RESPONDER_CERTIFICATE": str(folder / "responder.pem"),
        "DOJANG_STATUS_RESPONDER_KEY": str(folder / status.RESPONDER_KEY),
        "DOJANG_STATUS_CENTER_KEY": b64(public.call_key),
        "DOJANG_STATUS_VAULT_KEY": b64(public.vault_key),
        "DOJANG_STATUS_HOST": HOST,
        "DOJANG_STATUS_PORT": str(ground.port(30)),
    }


def _vault(ground: Ground, public: Public) -> dict[str, str]:
    return {
        "DOJANG_VAULT_FOLDER": str(ground.data / "vault"),
        "DOJANG_VAULT_ANCHORS": str(ground.data / "anchors.json"),
        "DOJANG_VAULT_ISSUING_CERTIFICATE": str(ground.data / "authority" / authority.ISSUING_CERTIFICATE),
        "DOJANG_VAULT_STORE": f"sqlite:{ground.data / 'vault' / 'vault.db'}",
        "DOJANG_VAULT_CENTER_KEY": b64(public.call_key),
        "DOJANG_VAULT_STATUS_URL": ground.status,
        "DOJANG_VAULT_PRACTICE_URL": ground.practice,
        "DOJANG_VAULT_ALLOW_SOFTWARE_MASTER": ALLOWED,
        "DOJANG_VAULT_HOST": HOST,
        "DOJANG_VAULT_PORT": str(ground.port(20)),
    }


def _guard(ground: Ground, public: Public, index: int) -> dict[str, str]:
    folder = ground.data / f"guard-{index}"
    return {
        "DOJANG_GUARD_ID": f"guard-{index}",
        "DOJANG_GUARD_STORE": f"sqlite:{folder / 'journal.db'}",
        "DOJANG_GUARD_IDENTITY_KEY": str(folder / guard_settings.IDENTITY_KEY),
        "DOJANG_GUARD_ANCHORS": str(ground.data / "anchors.json"),
        "DOJANG_GUARD_CENTER_KEY": b64(public.call_key),
        "DOJANG_GUARD_PIN_ORIGIN": ground.pin_page,
        "DOJANG_GUARD_HOST": HOST,
        "DOJANG_GUARD_PORT": str(ground.port(10 + index)),
    }


def _pin_page(ground: Ground) -> dict[str, str]:
    return {
        "DOJANG_PIN_PAGE_ANCHORS": str(ground.data / "anchors.json"),
        "DOJANG_PIN_PAGE_HOST": HOST,
        "DOJANG_PIN_PAGE_PORT": str(ground.port(14)),
    }


def _bank(ground: Ground, public: Public) -> dict[str, str]:
    folder = ground.data / "bank"
    return {
        "DOJANG_BANK_DATA": str(folder),
        "DOJANG_BANK_KEYS": str(folder / "keys"),
        "DOJANG_BANK_ANCHORS": str(ground.data / "anchors.json"),
        "DOJANG_BANK_ORIGIN": ground.bank,
        "DOJANG_BANK_CENTER_ORIGIN": ground.center,
        "DOJANG_BANK_CENTER_KEY": b64(public.call_key),
        "DOJANG_BANK_CLIENT_ID": _BANK_CLIENT,
        "DOJANG_BANK_HOST": HOST,
        "DOJANG_BANK_PORT": str(ground.port(0)),
    }


def _center_database(ground: Ground) -> str:
    return f"sqlite:///{ground.data / 'center' / 'center.db'}"


def _center(ground: Ground) -> dict[str, str]:
    folder = ground.data / "center"
    return {
        "DOJANG_CENTER_DATABASE": _center_database(ground),
        "DOJANG_CENTER_KEYS": str(folder),
        "DOJANG_CENTER_CLIENTS": str(folder / "clients.json"),
        "DOJANG_CENTER_ANCHORS": str(ground.data / "anchors.json"),
        "DOJANG_CENTER_ISSUING_CERTIFICATE": str(ground.data / "authority" / authority.ISSUING_CERTIFICATE),
        "DOJANG_CENTER_ORIGIN": ground.center,
        "DOJANG_CENTER_PIN_ORIGIN": ground.pin_page,
        "DOJANG_CENTER_VAULT_URL": ground.vault,
        "DOJANG_CENTER_STATUS_URL": ground.status,
        "DOJANG_CENTER_BANK_URL": f"http://{HOST}:{ground.port(0)}",
        "DOJANG_CENTER_PRACTICE_URL": ground.practice,
        "DOJANG_CENTER_SENDER": "한빛은행",
        "DOJANG_CENTER_HOST": HOST,
        "DOJANG_CENTER_PORT": str(ground.port(1)),
    }


def _tell(house: Supervisor, ground: Ground) -> int:
    """The tour as a process of its own, while the house is kept up."""
    words = ["--center", ground.center, "--bank", ground.bank, "--data", str(ground.data)]
    tour = subprocess.Popen(
        [sys.executable, "-m", "dojang", "tour", *words],
        env={**os.environ, PARENT: str(os.getpid())},
        start_new_session=True,  # Ctrl-C is for the supervisor, which ends the tour
    )
    try:
        house.keep(until=lambda: tour.poll() is not None)
    finally:
        if tour.poll() is None:
            tour.terminate()
    return 0 if tour.wait() == 0 else 1


def _print_addresses(console: Console, ground: Ground) -> None:
    console.print(
        f"\nHanbit Bank (한빛은행)          {ground.bank}\n"
        f"certification centre (인증센터)  {ground.center}\n"
        f"PIN page                       {ground.pin_page}\n"
        f"status (OCSP, CRL)             {ground.status}\n"
        f"logs and data                  {ground.data}\n"
        "Ctrl-C stops everything.",
        highlight=False,
    )
