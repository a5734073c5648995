"""The demo's house: every key in the order of the ceremonies, and each process with its settings."""

import json
import time
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from dojang.authority.profile import Addresses
from dojang.commands import anchors, authority, center, status, vault
from dojang.demo.bank import keys as bank_keys
from dojang.demo.ground import HOST, Ground
from dojang.demo.processes import Program
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
    _register_the_bank(ground, bank)
    anchors.make(_anchors(ground, public), data / "anchors.json")
    return public


def _register_the_bank(ground: Ground, bank: bank_keys.Keys) -> None:
    clients = [
        {
            "client_id": _BANK_CLIENT,
            "name": {"ko": "한빛은행", "en": "Hanbit Bank"},
            "redirect_uris": [f"{ground.bank}/login/callback"],
            "return_uris": [f"{ground.bank}/transfers/"],
            "jwk": bank.client_jwk(),
        }
    ]
    (ground.data / "center" / "clients.json").write_text(json.dumps(clients, ensure_ascii=False))


def _anchors(ground: Ground, public: Public) -> Anchors:
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
        "DOJANG_PIN_PAGE_SHUFFLE": "offer",
        "DOJANG_PIN_PAGE_RELYING_PARTIES": json.dumps({_BANK_CLIENT: {"ko": "한빛은행", "en": "Hanbit Bank"}}),
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
