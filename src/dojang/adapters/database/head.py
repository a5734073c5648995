"""Whether a database has the newest tables, asked without Alembic: serving needs 30 MB less than migrating."""

from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from dojang.adapters.database.engine import Database
from dojang.refusals import DatabaseNotMigrated

HEAD: Final = "0005_my_certificate"


def check(database: Database) -> None:
    """Raises `DatabaseNotMigrated` unless `dojang center migrate` brought it to `HEAD`."""
    try:
        row = database.row(text("SELECT version_num FROM alembic_version"))
    except DBAPIError:
        row = None
    if row is None or row["version_num"] != HEAD:
        raise DatabaseNotMigrated(wanted=HEAD, found="" if row is None else str(row["version_num"]))
