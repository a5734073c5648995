"""What is wrong with the settings of one service, before it is started: everything missing or unreadable, by name.

Settings are read from the environment, or from the TOML file that `DOJANG_<SERVICE>_SETTINGS` names. Values are never
printed: some hold passwords.
"""

import argparse
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from cryptography import x509

from dojang.pin.anchors import Anchors
from dojang.pin.encoding import unb64
from dojang.pin.signatures import check_public_key
from dojang.refusals import Refusal

Reader = Callable[[str], object]


def _folder(value: str) -> None:
    if not Path(value).is_dir():
        raise FileNotFoundError


def _port(value: str) -> None:
    if not 0 < int(value) < 65_536:
        raise ValueError


def _address(value: str) -> None:
    if not value.startswith(("http://", "https://")):
        raise ValueError


def _some(value: str) -> None:
    """Any text will do."""


def _key(value: str) -> None:
    check_public_key(unb64(value, 32))


def _file(value: str) -> bytes:
    return Path(value).read_bytes()


def _certificate(value: str) -> None:
    x509.load_pem_x509_certificate(_file(value))


def _anchors(value: str) -> None:
    Anchors.parse(_file(value))


def _own_center(environment: Mapping[str, str]) -> object:
    from dojang.settings import CenterSettings, relying_parties

    return relying_parties(CenterSettings.from_environment(environment).clients)


def _own_guard(environment: Mapping[str, str]) -> object:
    from dojang.guard.settings import GuardSettings

    return GuardSettings.from_environment(environment)


def _own_vault(environment: Mapping[str, str]) -> object:
    from dojang.vault.masters import SoftwareMaster
    from dojang.vault.settings import Settings

    settings = Settings.read(environment)
    return SoftwareMaster.open(settings.folder, settings.allow_software_master)


def _own_pin_page(environment: Mapping[str, str]) -> object:
    from dojang.pin_page.settings import PinPageSettings

    return PinPageSettings.from_environment(environment)


def _own_status(environment: Mapping[str, str]) -> object:
    from dojang.certificate_status.settings import StatusSettings

    return StatusSettings.from_environment(environment)


def _own_bank(environment: Mapping[str, str]) -> object:
    from dojang.demo.bank.keys import Keys
    from dojang.demo.bank.settings import Settings

    return Keys.read(Settings.read(environment).keys)


@dataclass(frozen=True, slots=True)
class Service:
    """Its settings with a first look at each, and what it says itself once all of them pass."""

    prefix: str
    settings: Mapping[str, Reader]
    own: Callable[[Mapping[str, str]], object]


_WHERE: Final[Mapping[str, Reader]] = {"HOST": _some, "PORT": _port}

SERVICES: Final = {
    "center": Service(
        "DOJANG_CENTER_",
        {
            "DATABASE": _some,
            "KEYS": _folder,
            "CLIENTS": _file,
            "ANCHORS": _anchors,
            "ISSUING_CERTIFICATE": _certificate,
            "ORIGIN": _address,
            "PIN_ORIGIN": _address,
            "VAULT_URL": _address,
            "STATUS_URL": _address,
            "BANK_URL": _address,
            "PRACTICE_URL": _address,
            "SENDER": _some,
            **_WHERE,
        },
        _own_center,
    ),
    "guard": Service(
        "DOJANG_GUARD_",
        {
            "ID": _some,
            "STORE": _some,
            "IDENTITY_KEY": _file,
            "ANCHORS": _anchors,
            "CENTER_KEY": _key,
            "PIN_ORIGIN": _address,
            **_WHERE,
        },
        _own_guard,
    ),
    "vault": Service(
        "DOJANG_VAULT_",
        {
            "FOLDER": _folder,
            "ANCHORS": _anchors,
            "ISSUING_CERTIFICATE": _certificate,
            "STORE": _some,
            "CENTER_KEY": _key,
            "STATUS_URL": _address,
            "PRACTICE_URL": _address,
        },
        _own_vault,
    ),
    "pin-page": Service(
        "DOJANG_PIN_PAGE_",
        {"ANCHORS": _anchors, "SHUFFLE": _some, "RELYING_PARTIES": _some, **_WHERE},
        _own_pin_page,
    ),
    "status": Service(
        "DOJANG_STATUS_",
        {
            "DATA": _folder,
            "ADDRESS": _address,
            "ROOT_CERTIFICATE": _certificate,
            "ISSUING_CERTIFICATE": _certificate,
            "ROOT_CRL": _file,
            "RESPONDER_CERTIFICATE": _certificate,
            "RESPONDER_KEY": _file,
            "CENTER_KEY": _key,
            "VAULT_KEY": _key,
            **_WHERE,
        },
        _own_status,
    ),
    "bank": Service(
        "DOJANG_BANK_",
        {
            "DATA": _folder,
            "KEYS": _folder,
            "ANCHORS": _anchors,
            "ORIGIN": _address,
            "CENTER_ORIGIN": _address,
            "CENTER_KEY": _key,
            "CLIENT_ID": _some,
            **_WHERE,
        },
        _own_bank,
    ),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    parser.add_argument("service", choices=sorted(SERVICES))


def run(arguments: argparse.Namespace) -> int:
    """0 when the service can start with these settings; 1 with one line for each that is wrong."""
    found = problems(SERVICES[arguments.service], os.environ)
    print("\n".join(found) or f"{arguments.service}: every setting is there and can be read")
    return int(bool(found))


def problems(service: Service, environment: Mapping[str, str]) -> list[str]:
    """One line for each setting that is missing or refused; then what only the service itself can say."""
    try:
        chosen = {**_of_file(service, environment), **environment}
    except (OSError, ValueError):
        return [f"{service.prefix}SETTINGS: names no readable TOML file"]
    found = []
    for name, reader in service.settings.items():
        value = chosen.get(service.prefix + name)
        if said := "missing" if not value else _refused(reader, value):
            found.append(f"{service.prefix}{name}: {said}")
    return found or _its_own_word(service, environment)


def _refused(reader: Reader, value: str) -> str:
    try:
        reader(value)
    except FileNotFoundError:
        return "there is no such file or folder"
    except OSError:
        return "cannot be read"
    except (ValueError, Refusal):
        return "refused: not what it should be"
    return ""


def _its_own_word(service: Service, environment: Mapping[str, str]) -> list[str]:
    try:
        service.own(environment)
    except Refusal as refusal:
        facts: dict[str, Any] = refusal.facts
        return [" ".join([f"{refusal.code}:", *(f"{name}={value}" for name, value in facts.items())])]
    return []


def _of_file(service: Service, environment: Mapping[str, str]) -> dict[str, str]:
    path = environment.get(service.prefix + "SETTINGS")
    if not path:
        return {}
    values = tomllib.loads(Path(path).read_text("utf-8"))
    return {service.prefix + name.upper(): str(value) for name, value in values.items()}
