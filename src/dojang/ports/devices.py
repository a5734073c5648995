"""Where connected browsers are kept: their device keys, their cookies, and whom to tell when one is disconnected."""

from typing import Protocol

from dojang.values.device import Connection, Device, Removal


class DevicesBook(Protocol):
    """Devices by uid and id. In a transaction nobody else changes what was read."""

    def put(self, device: Device) -> None:
        """Keep it, or its new state."""
        ...

    def find(self, uid: bytes, device: bytes) -> Device | None:
        """None where this uid has no such device, whoever else has."""
        ...

    def of(self, uid: bytes) -> tuple[Device, ...]:
        """Every device of the uid, the first added first."""
        ...

    def remove(self, uid: bytes, device: bytes) -> None:
        """Delete it, if it is there."""
        ...

    def end(self, uid: bytes) -> None:
        """Delete every device of a uid that has ended."""
        ...

    def forget(self, used_before: int) -> int:
        """Delete what was last used before; how many."""
        ...


class ConnectionsBook(Protocol):
    """Connected browsers, one per uid and device. In a transaction nobody else changes what was read."""

    def put(self, connection: Connection) -> None:
        """Keep it, in the place of any other of this uid and device."""
        ...

    def find(self, token_sha256: bytes, now: int) -> Connection | None:
        """By its token or the one before; None if unknown or over."""
        ...

    def remove(self, uid: bytes, device: bytes) -> None:
        """Delete it, if it is there."""
        ...

    def end(self, uid: bytes) -> None:
        """Delete every connection of a uid that has ended."""
        ...

    def forget(self, expired_before: int) -> int:
        """Delete what expired before; how many."""
        ...


class RemovalsBook(Protocol):
    """Removals that a guard has not heard of yet, by uid and device. In a transaction nobody else changes what was
    read."""

    def put(self, removal: Removal) -> None:
        """Keep it, or its new state."""
        ...

    def find(self, uid: bytes, device: bytes) -> Removal | None:
        """None if every guard has heard of it, or there never was one."""
        ...

    def due(self, now: int, limit: int) -> tuple[Removal, ...]:
        """Those to be tried again now, the longest waiting first."""
        ...

    def remove(self, uid: bytes, device: bytes) -> None:
        """Delete it, if it is there."""
        ...

    def forget(self, asked_before: int) -> int:
        """Delete what was asked for before; how many."""
        ...
