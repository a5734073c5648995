"""Versions of customers' PINs: their records, statements and receipts."""

from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Column, LargeBinary, RowMapping, Select, Table, Text, delete, select, update

from dojang.adapters.database.engine import Database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.tables import metadata
from dojang.refusals import VersionNotFound, VersionUnderWay
from dojang.values.version import CustomerVersion, VersionState

_VERSION: Final = TypeAdapter(CustomerVersion)
_CAME_TO_NOTHING: Final = (VersionState.OPEN, VersionState.ENDED)

versions: Final = Table(
    "versions",
    metadata,
    Column("uid", LargeBinary, primary_key=True),
    Column("ver", BigInteger, primary_key=True),
    Column("application", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("started_at", BigInteger, nullable=False, index=True),
    Column("try_again_at", BigInteger, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)


class DatabaseVersions:
    """A version is sealed whole: its log_id is the customer's, the vault's and ours alone."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database, self._cipher = database, cipher

    def add(self, version: CustomerVersion) -> None:
        """See `VersionsBook`."""
        if not self._database.insert_new(versions, uid=version.uid, ver=version.ver, **self._columns(version)):
            raise VersionUnderWay

    def get(self, uid: bytes) -> CustomerVersion:
        """See `VersionsBook`."""
        found = self._one(select(versions).where(versions.c.uid == uid).order_by(versions.c.ver.desc()).limit(1))
        if found is None:
            raise VersionNotFound
        return found

    def of_application(self, application_id: str) -> CustomerVersion | None:
        """See `VersionsBook`."""
        return self._one(select(versions).where(versions.c.application == application_id))

    def put(self, version: CustomerVersion) -> None:
        """See `VersionsBook`."""
        which = (versions.c.uid == version.uid) & (versions.c.ver == version.ver)
        if self._database.write(update(versions).where(which).values(**self._columns(version))) != 1:
            raise VersionNotFound

    def remove(self, uid: bytes) -> None:
        """See `VersionsBook`."""
        self._database.write(delete(versions).where(versions.c.uid == uid))

    def due(self, now: int, limit: int) -> tuple[CustomerVersion, ...]:
        """See `VersionsBook`."""
        found = select(versions).where(versions.c.try_again_at > 0, versions.c.try_again_at <= now)
        rows = self._database.rows(found.order_by(versions.c.try_again_at).limit(limit))
        return tuple(self._opened(row) for row in rows)

    def forget(self, started_before: int) -> int:
        """See `VersionsBook`."""
        which = (versions.c.started_at < started_before) & versions.c.state.in_(_CAME_TO_NOTHING)
        return self._database.write(delete(versions).where(which))

    def _one(self, found: Select[tuple[object, ...]]) -> CustomerVersion | None:
        row = self._database.row(found.with_for_update() if self._database.in_transaction else found)
        return None if row is None else self._opened(row)

    def _opened(self, row: RowMapping) -> CustomerVersion:
        return _VERSION.validate_json(self._cipher.open(_place(row["uid"], row["ver"]), row["sealed"]))

    def _columns(self, version: CustomerVersion) -> dict[str, object]:
        return {
            "application": version.application,
            "state": version.state.value,
            "started_at": version.started_at,
            "try_again_at": version.try_again_at,
            "sealed": self._cipher.seal(_place(version.uid, version.ver), _VERSION.dump_json(version)),
        }


def _place(uid: bytes, ver: int) -> str:
    return f"versions.sealed:{uid.hex()}:{ver}"
