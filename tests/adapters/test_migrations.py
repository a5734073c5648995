"""The migrations make exactly the tables that the books describe."""

import threading

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import insert, text

from dojang.adapters.database import head
from dojang.adapters.database.books import DatabaseBooks  # every table hangs on the metadata
from dojang.adapters.database.certificates import certificates
from dojang.adapters.database.engine import Database
from dojang.adapters.database.sealed import FieldCipher
from dojang.adapters.database.tables import metadata
from dojang.adapters.database.upgrade import upgrade
from dojang.refusals import DatabaseNotMigrated
from tests.adapters.test_certificates import valid


def test_migrations_and_metadata_agree(empty_database: Database) -> None:
    upgrade(empty_database)
    with empty_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
        assert metadata.tables


def test_upgrading_twice_changes_nothing_and_keeps_rows(database: Database) -> None:
    from dojang.adapters.database.web import sessions

    with database.transaction():
        database.insert_new(sessions, id="s", started_at=1, expires_at=2)
    upgrade(database)
    assert [dict(row) for row in database.rows(sessions.select())] == [{"id": "s", "started_at": 1, "expires_at": 2}]


def upgrade_to(database: Database, revision: str) -> None:
    """As an earlier release did."""
    config = Config()
    config.set_main_option("script_location", "dojang.adapters.database:migrations")
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_a_certificate_from_before_its_holder_had_an_index_is_found_by_its_holder(empty_database: Database) -> None:
    upgrade_to(empty_database, "0004_devices")
    books = DatabaseBooks(empty_database, FieldCipher(bytes(range(32))))
    row = books.certificates._columns(valid(1))
    assert row.pop("holder") is not None
    with empty_database.transaction():
        empty_database.write(insert(certificates).values(kid=valid(1).kid, **row))
    upgrade(empty_database)
    assert books.certificates.of_customer("1000001") == (valid(1),)


def test_two_processes_that_upgrade_at_once_both_find_the_tables(empty_database: Database) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            upgrade(empty_database)
        except BaseException as error:  # noqa: BLE001 (carried to the test's own thread)
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_database_without_the_newest_tables_is_not_served(empty_database: Database) -> None:
    with pytest.raises(DatabaseNotMigrated):
        head.check(empty_database)
    upgrade(empty_database)
    head.check(empty_database)


def test_a_database_of_another_time_is_not_served(database: Database) -> None:
    with database.transaction():
        database.write(text("UPDATE alembic_version SET version_num = '0001_proofing'"))
    with pytest.raises(DatabaseNotMigrated):
        head.check(database)
