"""Bringing a database to the newest tables. Alembic is imported with this module, which only start-up and tests do."""

from alembic import command
from alembic.config import Config

from dojang.adapters.database.engine import Database


def upgrade(database: Database) -> None:
    """Every migration that is missing, in one transaction. Two processes that start at once wait for one another."""
    config = Config()
    config.set_main_option("script_location", "dojang.adapters.database:migrations")
    with database.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7237116)")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
