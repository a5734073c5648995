"""M, the recovery record of a version: canonical JSON that the centre keeps and only a right PIN can use."""

from dataclasses import dataclass
from typing import Any, Final

from dojang.pin.encoding import b64, canonical, parse_canonical, sha256, unb64
from dojang.refusals import RecordMismatch, Refusal

SUITE: Final = "ristretto255-SHA512"


@dataclass(frozen=True, slots=True)
class KeyStretching:
    """Argon2id's parameters (RFC 9106). One version of the protocol knows one set; the record names it."""

    memory_kib: int = 19_456
    iterations: int = 2
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class MaskedShare:
    """What one guard helps to open: f(index) + mask, and the hash of the OPRF key that the guard must prove."""

    guard_id: str
    index: int
    masked: bytes
    public_key_sha256: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """M. `threshold` of `guards` guards; shares of those that took part in this version."""

    stretching: KeyStretching
    salt: bytes
    uid: bytes
    ver: int
    threshold: int
    guards: int
    guards_hash: bytes
    shares: tuple[MaskedShare, ...]
    commitment: bytes
    authorization_key: bytes

    def canonical(self) -> bytes:
        """The bytes that are stored, served and hashed."""
        return canonical(
            {
                "suite": SUITE,
                "ksf": {
                    "name": "argon2id",
                    "version": 19,
                    "memory_kib": self.stretching.memory_kib,
                    "iterations": self.stretching.iterations,
                    "lanes": self.stretching.lanes,
                },
                "salt": b64(self.salt),
                "uid": b64(self.uid),
                "ver": self.ver,
                "t": self.threshold,
                "n": self.guards,
                "guards_hash": b64(self.guards_hash),
                "guards": [
                    {
                        "guard_id": share.guard_id,
                        "index": share.index,
                        "share": b64(share.masked),
                        "public_key_sha256": b64(share.public_key_sha256),
                    }
                    for share in self.shares
                ],
                "commitment": b64(self.commitment),
                "authorization_key": b64(self.authorization_key),
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "Record":
        """The record behind canonical bytes. Raises `RecordMismatch` for bytes that are not exactly one."""
        try:
            record = _read(parse_canonical(data))
        except (Refusal, KeyError, TypeError, ValueError, AttributeError):
            raise RecordMismatch from None
        if record.canonical() != data:
            raise RecordMismatch
        return record


def record_hash(data: bytes) -> bytes:
    """SHA-256(M)."""
    return sha256(data)


def _read(value: dict[str, Any]) -> Record:
    ksf = value["ksf"]
    return Record(
        stretching=KeyStretching(_count(ksf["memory_kib"]), _count(ksf["iterations"]), _count(ksf["lanes"])),
        salt=unb64(value["salt"], 16),
        uid=unb64(value["uid"], 16),
        ver=_count(value["ver"]),
        threshold=_count(value["t"]),
        guards=_count(value["n"]),
        guards_hash=unb64(value["guards_hash"], 32),
        shares=tuple(
            MaskedShare(
                str(share["guard_id"]),
                _count(share["index"]),
                unb64(share["share"], 32),
                unb64(share["public_key_sha256"], 32),
            )
            for share in value["guards"]
        ),
        commitment=unb64(value["commitment"], 32),
        authorization_key=unb64(value["authorization_key"], 32),
    )


def _count(value: object) -> int:
    if type(value) is not int or value < 1:
        raise ValueError
    return value
