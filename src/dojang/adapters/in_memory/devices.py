"""Connected browsers in memory."""

from dojang.adapters.in_memory.book import MemoryBook
from dojang.values.device import Connection, Device, Removal


class MemoryDevices(MemoryBook[tuple[bytes, bytes], Device]):
    """`DevicesBook`."""

    def put(self, device: Device) -> None:
        """See `DevicesBook`."""
        self.rows[device.uid, device.id] = device

    def find(self, uid: bytes, device: bytes) -> Device | None:
        """See `DevicesBook`."""
        return self.rows.get((uid, device))

    def of(self, uid: bytes) -> tuple[Device, ...]:
        """See `DevicesBook`."""
        found = [device for device in self.rows.values() if device.uid == uid]
        return tuple(sorted(found, key=lambda device: (device.added_at, device.id)))

    def remove(self, uid: bytes, device: bytes) -> None:
        """See `DevicesBook`."""
        self.rows.pop((uid, device), None)

    def end(self, uid: bytes) -> None:
        """See `DevicesBook`."""
        self.drop(lambda device: device.uid == uid)

    def forget(self, used_before: int) -> int:
        """See `DevicesBook`."""
        return self.drop(lambda device: device.last_used_at < used_before)


class MemoryConnections(MemoryBook[tuple[bytes, bytes], Connection]):
    """`ConnectionsBook`."""

    def put(self, connection: Connection) -> None:
        """See `ConnectionsBook`."""
        self.rows[connection.uid, connection.device] = connection

    def find(self, token_sha256: bytes, now: int) -> Connection | None:
        """See `ConnectionsBook`."""
        for row in self.rows.values():
            tokens = {row.token_sha256, row.previous_sha256} - {b""}
            if token_sha256 in tokens and now < row.expires_at:
                return row
        return None

    def remove(self, uid: bytes, device: bytes) -> None:
        """See `ConnectionsBook`."""
        self.rows.pop((uid, device), None)

    def end(self, uid: bytes) -> None:
        """See `ConnectionsBook`."""
        self.drop(lambda row: row.uid == uid)

    def forget(self, expired_before: int) -> int:
        """See `ConnectionsBook`."""
        return self.drop(lambda row: row.expires_at < expired_before)


class MemoryRemovals(MemoryBook[tuple[bytes, bytes], Removal]):
    """`RemovalsBook`."""

    def put(self, removal: Removal) -> None:
        """See `RemovalsBook`."""
        self.rows[removal.uid, removal.device] = removal

    def find(self, uid: bytes, device: bytes) -> Removal | None:
        """See `RemovalsBook`."""
        return self.rows.get((uid, device))

    def due(self, now: int, limit: int) -> tuple[Removal, ...]:
        """See `RemovalsBook`."""
        found = [removal for removal in self.rows.values() if removal.try_again_at <= now]
        return tuple(sorted(found, key=lambda removal: removal.try_again_at)[:limit])

    def remove(self, uid: bytes, device: bytes) -> None:
        """See `RemovalsBook`."""
        self.rows.pop((uid, device), None)

    def forget(self, asked_before: int) -> int:
        """See `RemovalsBook`."""
        return self.drop(lambda removal: removal.asked_at < asked_before)
