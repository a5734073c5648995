"""Connected browsers. Rows are sealed whole; only what they are found by is open, tokens as their hashes."""

from typing import Any, Final, Generic, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Column, ColumnElement, LargeBinary, Table, delete, or_, select, update

from dojang.adapters.database.engine import Database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.tables import metadata
from dojang.values.device import Connection, Device, Removal

Kept = TypeVar("Kept", Device, Connection, Removal)


def _table(name: str, *others: Column[Any]) -> Table:
    return Table(
        name,
        metadata,
        Column("uid", LargeBinary, primary_key=True),
        Column("device", LargeBinary, primary_key=True),
        *others,
        Column("sealed", LargeBinary, nullable=False),
    )


devices: Final = _table("devices", Column("last_used_at", BigInteger, nullable=False, index=True))
connections: Final = _table(
    "connections",
    Column("token_sha256", LargeBinary, nullable=False, unique=True),
    Column("previous_sha256", LargeBinary, unique=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
)
removals: Final = _table(
    "removals",
    Column("asked_at", BigInteger, nullable=False, index=True),
    Column("try_again_at", BigInteger, nullable=False, index=True),
)


class _Rows(Generic[Kept]):
    """Values of one kind, each sealed for its own uid and device."""

    def __init__(self, database: Database, cipher: FieldCipher, table: Table, kind: type[Kept]) -> None:
        self._database, self._cipher, self.table = database, cipher, table
        self._kind: TypeAdapter[Kept] = TypeAdapter(kind)

    def put(self, uid: bytes, device: bytes, value: Kept, **open_columns: object) -> None:
        sealed = self._cipher.seal(self._place(uid, device), self._kind.dump_json(value))
        row = {**open_columns, "sealed": sealed}
        if not self._database.insert_new(self.table, uid=uid, device=device, **row):
            self._database.write(update(self.table).where(*self._key(uid, device)).values(**row))

    def find(self, uid: bytes, device: bytes) -> Kept | None:
        return self.one(*self._key(uid, device))

    def one(self, *which: ColumnElement[bool]) -> Kept | None:
        found = select(self.table).where(*which)
        row = self._database.row(found.with_for_update() if self._database.in_transaction else found)
        return None if row is None else self._opened(row)

    def all(self, *which: ColumnElement[bool]) -> list[Kept]:
        return [self._opened(row) for row in self._database.rows(select(self.table).where(*which))]

    def due(self, now: int, limit: int) -> list[Kept]:
        when = self.table.c.try_again_at
        found = select(self.table).where(when <= now).order_by(when).limit(limit)
        return [self._opened(row) for row in self._database.rows(found)]

    def remove(self, uid: bytes, device: bytes) -> None:
        self.delete(*self._key(uid, device))

    def delete(self, *which: ColumnElement[bool]) -> int:
        return self._database.write(delete(self.table).where(*which))

    def _key(self, uid: bytes, device: bytes) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return self.table.c.uid == uid, self.table.c.device == device

    def _opened(self, row: Any) -> Kept:
        return self._kind.validate_json(self._cipher.open(self._place(row["uid"], row["device"]), row["sealed"]))

    def _place(self, uid: bytes, device: bytes) -> str:
        return f"{self.table.name}.sealed:{uid.hex()}:{device.hex()}"


class DatabaseDevices:
    """`DevicesBook`."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._rows = _Rows(database, cipher, devices, Device)

    def put(self, device: Device) -> None:
        """See `DevicesBook`."""
        self._rows.put(device.uid, device.id, device, last_used_at=device.last_used_at)

    def find(self, uid: bytes, device: bytes) -> Device | None:
        """See `DevicesBook`."""
        return self._rows.find(uid, device)

    def of(self, uid: bytes) -> tuple[Device, ...]:
        """See `DevicesBook`."""
        found = self._rows.all(devices.c.uid == uid)
        return tuple(sorted(found, key=lambda device: (device.added_at, device.id)))

    def remove(self, uid: bytes, device: bytes) -> None:
        """See `DevicesBook`."""
        self._rows.remove(uid, device)

    def end(self, uid: bytes) -> None:
        """See `DevicesBook`."""
        self._rows.delete(devices.c.uid == uid)

    def forget(self, used_before: int) -> int:
        """See `DevicesBook`."""
        return self._rows.delete(devices.c.last_used_at < used_before)


class DatabaseConnections:
    """`ConnectionsBook`."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._rows = _Rows(database, cipher, connections, Connection)

    def put(self, connection: Connection) -> None:
        """See `ConnectionsBook`."""
        self._rows.put(
            connection.uid,
            connection.device,
            connection,
            token_sha256=connection.token_sha256,
            previous_sha256=connection.previous_sha256 or None,
            expires_at=connection.expires_at,
        )

    def find(self, token_sha256: bytes, now: int) -> Connection | None:
        """See `ConnectionsBook`."""
        tokens = connections.c.token_sha256 == token_sha256, connections.c.previous_sha256 == token_sha256
        return self._rows.one(or_(*tokens), connections.c.expires_at > now)

    def remove(self, uid: bytes, device: bytes) -> None:
        """See `ConnectionsBook`."""
        self._rows.remove(uid, device)

    def end(self, uid: bytes) -> None:
        """See `ConnectionsBook`."""
        self._rows.delete(connections.c.uid == uid)

    def forget(self, expired_before: int) -> int:
        """See `ConnectionsBook`."""
        return self._rows.delete(connections.c.expires_at < expired_before)


class DatabaseRemovals:
    """`RemovalsBook`."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._rows = _Rows(database, cipher, removals, Removal)

    def put(self, removal: Removal) -> None:
        """See `RemovalsBook`."""
        times = {"asked_at": removal.asked_at, "try_again_at": removal.try_again_at}
        self._rows.put(removal.uid, removal.device, removal, **times)

    def find(self, uid: bytes, device: bytes) -> Removal | None:
        """See `RemovalsBook`."""
        return self._rows.find(uid, device)

    def due(self, now: int, limit: int) -> tuple[Removal, ...]:
        """See `RemovalsBook`."""
        return tuple(self._rows.due(now, limit))

    def remove(self, uid: bytes, device: bytes) -> None:
        """See `RemovalsBook`."""
        self._rows.remove(uid, device)

    def forget(self, asked_before: int) -> int:
        """See `RemovalsBook`."""
        return self._rows.delete(removals.c.asked_at < asked_before)
