"""The status service in this process, with the two parties that may write to it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from starlette.testclient import TestClient

from dojang.authority import crl, serials
from dojang.authority.crl import Revoked
from dojang.certificate_status.server import desk_of, served
from dojang.certificate_status.settings import StatusSettings
from dojang.pin.encoding import b64
from dojang.pin.signatures import SigningKey
from dojang.serving import key_files
from dojang.serving.calls import SignedCalls
from tests.rules.authority.hierarchy import ADDRESSES, NOW, Hierarchy, shared

SERIAL = 0x01_0000000000000000_0000000000000004
DAY = 86400
CENTER, VAULT = SigningKey(b"\x01" * 32), SigningKey(b"\x02" * 32)


def root_crl(house: Hierarchy, number: int = 1, until: int = 180 * DAY) -> bytes:
    times = {"this_update": house.began, "next_update": house.began + until}
    return crl.build(house.root_issuer, house.root_key, "root", number=number, revoked=[], **times).der


def environment(folder: Path, house: Hierarchy) -> dict[str, str]:
    """Everything that the service needs, in files."""
    house.write(folder)
    (folder / "root.crl").write_bytes(root_crl(house))
    key = house.responder_key
    key_files.write_once(folder / "responder.key", lambda: _pem(key))
    (folder / "data").mkdir(exist_ok=True)
    files = {
        "DATA": "data",
        "ROOT_CERTIFICATE": "root.pem",
        "ISSUING_CERTIFICATE": "issuing.pem",
        "ROOT_CRL": "root.crl",
        "RESPONDER_CERTIFICATE": "responder.pem",
        "RESPONDER_KEY": "responder.key",
    }
    chosen = {name: str(folder / file) for name, file in files.items()}
    chosen |= {"ADDRESS": ADDRESSES.status, "CENTER_KEY": b64(CENTER.public), "VAULT_KEY": b64(VAULT.public)}
    chosen |= {"HOST": "127.0.0.1", "PORT": "8030"}
    return {f"DOJANG_STATUS_{name}": value for name, value in chosen.items()}


def _pem(key: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@dataclass
class StatusService:
    """The service and a clock to turn."""

    folder: Path
    house: Hierarchy = field(default_factory=shared)
    now: int = NOW + 100

    def __post_init__(self) -> None:
        self.settings = StatusSettings.from_environment(environment(self.folder, self.house))
        self.start()

    def start(self) -> None:
        """Again, on the same data."""
        self.desk = desk_of(self.settings, lambda: self.now)
        self.http = TestClient(
            served(self.desk, self.settings), base_url="http://status.test", raise_server_exceptions=False
        )

    def signed(self, method: str, path: str, body: bytes, caller: str, key: SigningKey) -> httpx2.Response:
        auth = SignedCalls(caller, key, "status", lambda: self.now)
        return self.http.request(method, path, content=body, auth=auth)

    def put_fact(self, serial: int = SERIAL, key: SigningKey = CENTER, caller: str = "center", **other: Any) -> Any:
        said = {
            "kid": b64(b"k" * 16),
            "sequence": 1,
            "status": "good",
            "reason": "",
            "revoked_at": 0,
            "expires_at": NOW + 3 * 365 * DAY,
        }
        body = json.dumps({**said, **other}).encode()
        return self.signed("PUT", f"/facts/{serials.to_text(serial)}", body, caller, key)

    def revoke(self, sequence: int = 2, reason: str = "superseded", **other: Any) -> Any:
        said = {"sequence": sequence, "status": "revoked", "reason": reason, "revoked_at": self.now}
        return self.put_fact(**{**said, **other})

    def put_crl(self, file: str, der: bytes, key: SigningKey = VAULT, caller: str = "vault") -> httpx2.Response:
        return self.signed("PUT", f"/crls/{file}", der, caller, key)

    def crl(self, *revoked: Revoked, number: int = 1, since: int = 0) -> bytes:
        """The vault's CRL of the shard of `SERIAL`."""
        return shard(self.house, *revoked, number=number, now=self.now + since)


def shard(house: Hierarchy, *revoked: Revoked, now: int, number: int = 1) -> bytes:
    """The issuing authority's CRL of the shard of `SERIAL`, for a day."""
    file, times = house.issuer.crl_file(SERIAL), {"this_update": now, "next_update": now + DAY}
    return crl.build(house.issuer, house.issuing_key, file, number=number, revoked=revoked, **times).der
