"""What the operator of the status service chooses. No key has a default."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from dojang.pin.encoding import unb64
from dojang.pin.signatures import check_public_key
from dojang.refusals import Refusal, SettingMissing, SettingRefused

PREFIX: Final = "DOJANG_STATUS_"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StatusSettings:
    """Read and checked. The responder's key is in no repr."""

    data: Path
    address: str
    root: x509.Certificate
    issuing: x509.Certificate
    root_crl: bytes
    responder: x509.Certificate
    responder_key: ec.EllipticCurvePrivateKey
    center_key: bytes
    vault_key: bytes

    def __repr__(self) -> str:
        return f"StatusSettings(data={str(self.data)!r}, address={self.address!r})"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """From DOJANG_STATUS_*. Raises `SettingMissing` or `SettingRefused` (fact: setting)."""

        def read(name: str, reader: Callable[[str], T]) -> T:
            setting = PREFIX + name
            if not environment.get(setting):
                raise SettingMissing(setting=setting)
            try:
                return reader(environment[setting])
            except (OSError, ValueError, TypeError, Refusal):
                raise SettingRefused(setting=setting) from None

        return cls(
            data=read("DATA", _folder),
            address=read("ADDRESS", _address),
            root=read("ROOT_CERTIFICATE", _certificate),
            issuing=read("ISSUING_CERTIFICATE", _certificate),
            root_crl=read("ROOT_CRL", lambda path: Path(path).read_bytes()),
            responder=read("RESPONDER_CERTIFICATE", _certificate),
            responder_key=read("RESPONDER_KEY", _private_key),
            center_key=read("CENTER_KEY", _public_key),
            vault_key=read("VAULT_KEY", _public_key),
        )


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


def _private_key(path: str) -> ec.EllipticCurvePrivateKey:
    """Readable by its owner alone."""
    if Path(path).stat().st_mode & 0o077:
        raise ValueError
    key = load_pem_private_key(Path(path).read_bytes(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError
    return key


def _public_key(text: str) -> bytes:
    return check_public_key(unb64(text, 32))
