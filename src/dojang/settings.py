"""What the operator of the centre chooses: `DOJANG_CENTER_*`, or a TOML file named by `DOJANG_CENTER_SETTINGS` with the
same names in small letters. No key has a default."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import TypeAdapter, ValidationError

from dojang.pin.anchors import Anchors
from dojang.pin.signatures import SigningKey
from dojang.refusals import Refusal, SettingMissing, SettingRefused
from dojang.serving import key_files
from dojang.values.relying_party import RelyingParty

PREFIX: Final = "DOJANG_CENTER_"
FILE: Final = PREFIX + "SETTINGS"
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class CenterSettings:
    """Read and checked. `database` is `sqlite:PATH` or a libpq connection string; origins are scheme://host:port."""

    database: str = field(repr=False)
    ticket_key: SigningKey
    call_key: SigningKey
    jws_key: ec.EllipticCurvePrivateKey = field(repr=False)
    field_key: bytes = field(repr=False)
    clients: bytes
    anchors: Anchors
    issuing_certificate: x509.Certificate
    origin: str
    pin_origin: str
    vault_url: str
    status_url: str
    bank_url: str
    practice_url: str
    sender: str
    host: str
    port: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Raises `SettingMissing` or `SettingRefused` (fact: setting)."""
        chosen = {**_of_file(environment.get(FILE)), **environment}

        def read(name: str, reader: Callable[[str], Value]) -> Value:
            setting = PREFIX + name
            if not chosen.get(setting):
                raise SettingMissing(setting=setting)
            try:
                return reader(chosen[setting])
            except (OSError, ValueError, Refusal):
                raise SettingRefused(setting=setting) from None

        def key(file: str) -> Callable[[str], Path]:
            return lambda folder: Path(folder) / file

        settings = cls(
            database=read("DATABASE", str),
            ticket_key=key_files.signing_key(read("KEYS", key("ticket.key"))),
            call_key=key_files.signing_key(read("KEYS", key("call.key"))),
            jws_key=key_files.elliptic_key(read("KEYS", key("jws.key"))),
            field_key=key_files.read(read("KEYS", key("field.key")), 32),
            clients=read("CLIENTS", lambda path: Path(path).read_bytes()),
            anchors=read("ANCHORS", lambda path: Anchors.parse(Path(path).read_bytes())),
            issuing_certificate=read(
                "ISSUING_CERTIFICATE", lambda path: x509.load_pem_x509_certificate(Path(path).read_bytes())
            ),
            origin=read("ORIGIN", _origin),
            pin_origin=read("PIN_ORIGIN", _origin),
            vault_url=read("VAULT_URL", _origin),
            status_url=read("STATUS_URL", _origin),
            bank_url=read("BANK_URL", _origin),
            practice_url=read("PRACTICE_URL", str),
            sender=read("SENDER", str),
            host=read("HOST", str),
            port=read("PORT", int),
        )
        if settings.anchors.ticket_key != settings.ticket_key.public:
            raise SettingRefused(setting=PREFIX + "KEYS", file="ticket.key", reason="not_of_the_anchors")
        return settings


def relying_parties(clients: bytes) -> dict[str, RelyingParty]:
    """The registered relying parties, by client_id, from their JSON. Raises `SettingRefused`."""
    try:
        found = TypeAdapter(list[RelyingParty]).validate_json(clients)
    except ValidationError:
        raise SettingRefused(setting=PREFIX + "CLIENTS") from None
    return {party.client_id: party for party in found}


def _origin(text: str) -> str:
    if not text.startswith(("http://", "https://")) or text.count("/") != 2:
        raise ValueError
    return text


def _of_file(path: str | None) -> dict[str, str]:
    if not path:
        return {}
    try:
        values = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError):
        raise SettingRefused(setting=FILE) from None
    return {PREFIX + name.upper(): str(value) for name, value in values.items()}
