"""The certification centre: `init` makes its keys (tickets, calls, ID tokens as JWS, fields at rest), `migrate` its
tables."""

import argparse
import secrets
from pathlib import Path
from typing import Final

from dojang.serving import key_files

TICKET_KEY: Final = "ticket.key"
CALL_KEY: Final = "call.key"
JWS_KEY: Final = "jws.key"
FIELD_KEY: Final = "field.key"


def configure(parser: argparse.ArgumentParser) -> None:
    """The words of the command."""
    acts = parser.add_subparsers(dest="act", required=True)
    init_words = acts.add_parser("init", help="make the keys that are not there yet")
    init_words.add_argument("--folder", type=Path, required=True)
    migrate_words = acts.add_parser("migrate", help="bring the database to the newest tables, before a start")
    migrate_words.add_argument("--database", required=True, help="sqlite:///PATH or a libpq connection string")


def run(arguments: argparse.Namespace) -> int:
    """`init` or `migrate`."""
    if arguments.act == "init":
        init(arguments.folder)
    else:
        migrate(arguments.database)
    return 0


def init(folder: Path) -> None:
    """Every key of the centre is in `folder` afterwards; those that were there are kept."""
    key_files.write_once(folder / TICKET_KEY, key_files.new_signing_seed)
    key_files.write_once(folder / CALL_KEY, key_files.new_signing_seed)
    key_files.write_once(folder / JWS_KEY, key_files.new_elliptic_pem)
    key_files.write_once(folder / FIELD_KEY, lambda: secrets.token_bytes(32))


def migrate(where: str) -> None:
    """The database has the newest tables."""
    from dojang.adapters.database.engine import open_database
    from dojang.adapters.database.upgrade import upgrade

    database = open_database(where)
    try:
        upgrade(database)
    finally:
        database.close()
