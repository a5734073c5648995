"""Certificates, and the versions behind them."""

from typing import Final

from pydantic import TypeAdapter
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Index,
    LargeBinary,
    Table,
    Text,
    delete,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from dojang.adapters.database.engine import Database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.tables import metadata
from dojang.refusals import CertificateNotFound, IssuanceUnderWay
from dojang.values.certificate import CERTIFIED, UNDER_WAY, CertificateEntry, CertificateState, Person, facts_of

_ENTRY: Final = TypeAdapter(CertificateEntry)

# `under_way_of` and `valid_of` are keyed indexes of the customer while the entry is in that state: being unique, they
# keep a customer from having two of a kind. `holder` finds all that the customer ever had. `person` finds a valid one
# by name, phone number and birth date.
certificates: Final = Table(
    "certificates",
    metadata,
    Column("kid", LargeBinary, primary_key=True),
    Column("serial", Text, nullable=False, unique=True),
    Column("under_way_of", LargeBinary, unique=True),
    Column("valid_of", LargeBinary, unique=True),
    Column("holder", LargeBinary),
    Column("person", LargeBinary),
    Column("not_before", BigInteger, nullable=False),
    Column("not_after", BigInteger, nullable=False, index=True),
    Column("untold", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index(None, "holder", "not_before"),
    Index(None, "person", "not_before"),
    Index(None, "untold", "not_before"),
)


class DatabaseCertificates:
    """An entry is sealed whole: it says who its holder is."""

    def __init__(self, database: Database, cipher: FieldCipher) -> None:
        self._database, self._cipher = database, cipher

    def reserve(self, entry: CertificateEntry) -> CertificateEntry:
        """See `CertificatesBook`."""
        if self._database.insert_new(certificates, kid=entry.kid, **self._columns(entry)):
            return entry
        kept = self.find(entry.kid)
        if kept is None:
            raise IssuanceUnderWay
        return kept

    def find(self, kid: bytes) -> CertificateEntry | None:
        """See `CertificatesBook`."""
        return self._one(certificates.c.kid == kid)

    def get(self, kid: bytes) -> CertificateEntry:
        """See `CertificatesBook`."""
        found = self.find(kid)
        if found is None:
            raise CertificateNotFound
        return found

    def by_serial(self, serial: str) -> CertificateEntry:
        """See `CertificatesBook`."""
        found = self._one(certificates.c.serial == serial)
        if found is None:
            raise CertificateNotFound
        return found

    def valid_of_customer(self, customer_number: str) -> CertificateEntry | None:
        """See `CertificatesBook`."""
        return self._one(certificates.c.valid_of == self._customer("valid_of", customer_number))

    def of_customer(self, customer_number: str) -> tuple[CertificateEntry, ...]:
        """See `CertificatesBook`."""
        had = certificates.c.holder == self._customer("valid_of", customer_number)
        found = select(certificates.c.kid, certificates.c.sealed).where(had).order_by(certificates.c.not_before.desc())
        return tuple(self._opened(row["kid"], row["sealed"]) for row in self._database.rows(found))

    def valid_of_person(self, person: Person) -> CertificateEntry | None:
        """See `CertificatesBook`."""
        return self._one(certificates.c.person == self._person(person))

    def put(self, entry: CertificateEntry) -> None:
        """See `CertificatesBook`."""
        change = update(certificates).where(certificates.c.kid == entry.kid).values(**self._columns(entry))
        try:
            changed = self._database.write(change)
        except IntegrityError:
            raise IssuanceUnderWay from None
        if changed != 1:
            raise CertificateNotFound

    def untold(self, limit: int) -> tuple[CertificateEntry, ...]:
        """See `CertificatesBook`."""
        found = select(certificates.c.kid, certificates.c.sealed).where(certificates.c.untold)
        rows = self._database.rows(found.order_by(certificates.c.not_before).limit(limit))
        return tuple(self._opened(row["kid"], row["sealed"]) for row in rows)

    def forget(self, expired_before: int) -> int:
        """See `CertificatesBook`."""
        return self._database.write(delete(certificates).where(certificates.c.not_after < expired_before))

    def _one(self, which: ColumnElement[bool]) -> CertificateEntry | None:
        found = select(certificates.c.kid, certificates.c.sealed).where(which)
        found = found.order_by(certificates.c.not_before.desc()).limit(1)
        row = self._database.row(found.with_for_update() if self._database.in_transaction else found)
        return None if row is None else self._opened(row["kid"], row["sealed"])

    def _opened(self, kid: bytes, sealed: bytes) -> CertificateEntry:
        return _ENTRY.validate_json(self._cipher.open(_place(kid), sealed))

    def _columns(self, entry: CertificateEntry) -> dict[str, object]:
        valid, under_way = entry.state is CertificateState.VALID, entry.state in UNDER_WAY
        return {
            "serial": entry.serial,
            "under_way_of": self._customer("under_way_of", entry.customer_number) if under_way else None,
            "valid_of": self._customer("valid_of", entry.customer_number) if valid else None,
            "holder": self._customer("valid_of", entry.customer_number) if entry.state in CERTIFIED else None,
            "person": self._person(entry.person) if valid else None,
            "not_before": entry.not_before,
            "not_after": entry.not_after,
            "untold": entry.told < len(facts_of(entry)),
            "sealed": self._cipher.seal(_place(entry.kid), _ENTRY.dump_json(entry)),
        }

    def _customer(self, column: str, customer_number: str) -> bytes:
        return self._cipher.index(f"certificates.{column}", customer_number)

    def _person(self, person: Person) -> bytes:
        return self._cipher.index("certificates.person", person.spelled())


def _place(kid: bytes) -> str:
    return f"certificates.sealed:{kid.hex()}"
