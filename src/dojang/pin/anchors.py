"""anchors.json: the parties that a customer's side trusts, pinned beside the page's bundle."""

from dataclasses import dataclass
from typing import Any

from dojang.pin.encoding import b64, canonical, parse_canonical, sha256, unb64
from dojang.pin.signatures import check_public_key
from dojang.refusals import AnchorsMismatch, Refusal


@dataclass(frozen=True, slots=True)
class GuardAnchor:
    """One guard: its Ed25519 identity key, where it answers, and an index that is never used again."""

    guard_id: str
    index: int
    origin: str
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Anchors:
    """Who is who. `guards_hash` binds every record, activation and receipt to exactly this set."""

    threshold: int
    guards: tuple[GuardAnchor, ...]
    vault_key: bytes
    log_key: bytes
    center_origin: str
    ticket_key: bytes
    registration_key: bytes
    root_certificate: bytes

    def canonical(self) -> bytes:
        """The file's bytes."""
        return canonical(
            {
                "threshold": self.threshold,
                "guards": [
                    {
                        "guard_id": guard.guard_id,
                        "index": guard.index,
                        "origin": guard.origin,
                        "public_key": b64(guard.public_key),
                    }
                    for guard in self.guards
                ],
                "vault_key": b64(self.vault_key),
                "log_key": b64(self.log_key),
                "center": {"origin": self.center_origin, "ticket_key": b64(self.ticket_key)},
                "registration_key": b64(self.registration_key),
                "root_certificate": b64(self.root_certificate),
            }
        )

    @property
    def guards_hash(self) -> bytes:
        """SHA-256(JCS(anchors))."""
        return sha256(self.canonical())

    def guard(self, guard_id: str) -> GuardAnchor:
        """Raises `AnchorsMismatch` for a guard that is not of the set."""
        for guard in self.guards:
            if guard.guard_id == guard_id:
                return guard
        raise AnchorsMismatch

    @property
    def quorum(self) -> int:
        """q = max(t, n - t + 1): any two versions share a guard, and any use is possible."""
        return max(self.threshold, len(self.guards) - self.threshold + 1)

    @classmethod
    def parse(cls, data: bytes) -> "Anchors":
        """The anchors behind canonical bytes. Raises `AnchorsMismatch`."""
        try:
            anchors = _read(parse_canonical(data))
        except (Refusal, KeyError, TypeError, ValueError, AttributeError):
            raise AnchorsMismatch from None
        if anchors.canonical() != data or not _sound(anchors):
            raise AnchorsMismatch
        return anchors


def _read(value: dict[str, Any]) -> Anchors:
    return Anchors(
        threshold=int(value["threshold"]),
        guards=tuple(
            GuardAnchor(
                guard["guard_id"],
                int(guard["index"]),
                guard["origin"],
                check_public_key(unb64(guard["public_key"], 32)),
            )
            for guard in value["guards"]
        ),
        vault_key=check_public_key(unb64(value["vault_key"], 32)),
        log_key=check_public_key(unb64(value["log_key"], 32)),
        center_origin=value["center"]["origin"],
        ticket_key=check_public_key(unb64(value["center"]["ticket_key"], 32)),
        registration_key=check_public_key(unb64(value["registration_key"], 32)),
        root_certificate=unb64(value["root_certificate"]),
    )


def _sound(anchors: Anchors) -> bool:
    """Every guard once, by id, index and key; a threshold that some of them reach."""
    guards = anchors.guards
    distinct = all(
        len({getattr(guard, name) for guard in guards}) == len(guards) for name in ("guard_id", "index", "public_key")
    )
    return distinct and 1 <= anchors.threshold <= len(guards) and all(guard.index >= 1 for guard in guards)
