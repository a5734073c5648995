"""Applications and consents."""

from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Boolean, Column, Integer, LargeBinary, Table, Text, delete, insert, select, update

from dojang.adapters.database.engine import Database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.tables import metadata
from dojang.refusals import ApplicationNotFound
from dojang.values.application import Application, Consent

_APPLICATION: Final = TypeAdapter(Application)

applications: Final = Table(
    "applications",
    metadata,
    Column("id", Text, primary_key=True),
    Column("expires_at", BigInteger, nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),
)

consents: Final = Table(
    "consents",
    metadata,
    Column("application", Text, primary_key=True),
    Column("item", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("text_sha256", Text, nullable=False),
    Column("agreed", Boolean, nullable=False),
    Column("at", BigInteger, nullable=False, index=True),
)


class DatabaseApplications:
    """The whole application is one sealed column: it says who the person is."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database, self._cipher = database, cipher

    def add(self, application: Application) -> None:
        """See `ApplicationsBook`."""
        self._database.write(insert(applications).values(id=application.id, **self._columns(application)))

    def get(self, application_id: str) -> Application:
        """See `ApplicationsBook`."""
        statement = select(applications.c.sealed).where(applications.c.id == application_id)
        if self._database.in_transaction:
            statement = statement.with_for_update()
        row = self._database.row(statement)
        if row is None:
            raise ApplicationNotFound
        return _APPLICATION.validate_json(self._cipher.open(_place(application_id), row["sealed"]))

    def put(self, application: Application) -> None:
        """See `ApplicationsBook`."""
        change = update(applications).where(applications.c.id == application.id).values(**self._columns(application))
        if self._database.write(change) != 1:
            raise ApplicationNotFound

    def forget(self, expired_before: int) -> int:
        """See `ApplicationsBook`."""
        return self._database.write(delete(applications).where(applications.c.expires_at < expired_before))

    def _columns(self, application: Application) -> dict[str, object]:
        document = _APPLICATION.dump_json(application)
        return {"expires_at": application.expires_at, "sealed": self._cipher.seal(_place(application.id), document)}


class DatabaseConsents:
    """One row per item; no personal data beside the application's id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, application_id: str, consents_given: tuple[Consent, ...], at: int) -> None:
        """See `ConsentsBook`."""
        for consent in consents_given:
            self._database.insert_new(
                consents,
                application=application_id,
                item=consent.item,
                version=consent.version,
                text_sha256=consent.text_sha256,
                agreed=consent.agreed,
                at=at,
            )

    def of(self, application_id: str) -> tuple[tuple[Consent, int], ...]:
        """See `ConsentsBook`."""
        found = select(consents).where(consents.c.application == application_id).order_by(consents.c.item)
        return tuple(
            (Consent(row["item"], row["version"], row["text_sha256"], row["agreed"]), row["at"])
            for row in self._database.rows(found)
        )

    def forget(self, answered_before: int) -> int:
        """See `ConsentsBook`."""
        return self._database.write(delete(consents).where(consents.c.at < answered_before))


def _place(application_id: str) -> str:
    return f"applications.sealed:{application_id}"
