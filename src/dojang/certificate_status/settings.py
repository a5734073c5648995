"""What the operator of the status service chooses: `DOJANG_STATUS_*`, or a TOML file of the same names in small
letters. No key has a default."""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from dojang.pin.encoding import unb64
from dojang.pin.signatures import check_public_key
from dojang.refusals import Refusal, SettingMissing, SettingRefused
from dojang.serving import key_files

PREFIX: Final = "DOJANG_STATUS_"
FILE: Final = PREFIX + "SETTINGS"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StatusSettings:
    """Read and checked. The responder's key is in no repr.

    `data` is a folder; `address` is this service's own, as it stands in certificates; certificates are PEM files, the
    root's CRL is DER; `center_key` and `vault_key` are the Ed25519 keys of their service calls.
    """

    data: Path
    address: str
    root: x509.Certificate
    issuing: x509.Certificate
    root_crl: bytes
    responder: x509.Certificate
    responder_key: ec.EllipticCurvePrivateKey
    center_key: bytes
    vault_key: bytes
    host: str
    port: int

    def __repr__(self) -> str:
        return f"StatusSettings(data={str(self.data)!r}, address={self.address!r})"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """From DOJANG_STATUS_*. Raises `SettingMissing` or `SettingRefused` (fact: setting)."""

        chosen = {**_of_file(environment.get(FILE)), **environment}

        def read(name: str, reader: Callable[[str], T]) -> T:
            setting = PREFIX + name
            if not chosen.get(setting):
                raise SettingMissing(setting=setting)
            try:
                return reader(chosen[setting])
            except (OSError, ValueError, Refusal):
                raise SettingRefused(setting=setting) from None

        return cls(
            data=read("DATA", _folder),
            address=read("ADDRESS", _address),
            root=read("ROOT_CERTIFICATE", _certificate),
            issuing=read("ISSUING_CERTIFICATE", _certificate),
            root_crl=read("ROOT_CRL", lambda path: Path(path).read_bytes()),
            responder=read("RESPONDER_CERTIFICATE", _certificate),
            responder_key=read("RESPONDER_KEY", lambda path: key_files.elliptic_key(Path(path))),
            center_key=read("CENTER_KEY", _public_key),
            vault_key=read("VAULT_KEY", _public_key),
            host=read("HOST", str),
            port=read("PORT", int),
        )


def _of_file(path: str | None) -> dict[str, str]:
    if not path:
        return {}
    try:
        values = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, ValueError):
        raise SettingRefused(setting=FILE) from None
    return {PREFIX + name.upper(): str(value) for name, value in values.items()}


def _folder(path: str) -> Path:
    folder = Path(path)
    if not folder.is_dir():
        raise ValueError
    return folder


def _address(text: str) -> str:
    if not text.startswith("http://") or text.endswith("/"):
        raise ValueError
    return text


def _certificate(path: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(Path(path).read_bytes())


def _public_key(text: str) -> bytes:
    return check_public_key(unb64(text, 32))
