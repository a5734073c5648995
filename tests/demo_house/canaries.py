"""What a search for a secret needs: every form in which it could have been written, and everything that was written."""

import base64
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

DATABASES = (".db", ".sqlite3")


def forms(secret: bytes) -> list[bytes]:
    """As it is, in hexadecimal, in UTF-16, and in base64 at each of the three places that it can begin at."""
    found = [secret, secret.hex().encode(), secret.hex().upper().encode(), b"\0".join(bytes([one]) for one in secret)]
    for shift in range(3):
        first, end = -(-8 * shift // 6), 8 * (shift + len(secret)) // 6  # characters that hold nothing else
        text = base64.b64encode(bytes(shift) + secret)[first:end]
        found += [text, text.replace(b"+", b"-").replace(b"/", b"_")]
    return found


def holds(content: bytes, secret: bytes) -> bool:
    """Whether any form of a secret of 8 octets or more is in it."""
    return any(form in content for form in forms(secret))


def holds_digits(content: bytes, digits: str) -> bool:
    """Whether six digits stand alone in it, in any form. Inside longer numbers and keys they come about by chance."""
    alone = re.compile(rb"(?<![0-9A-Za-z])" + digits.encode() + rb"(?![0-9A-Za-z])")
    return bool(alone.search(content)) or any(form in content for form in forms(digits.encode())[1:])


def values_of(database: Path) -> Iterator[tuple[str, bytes]]:
    """Every value of every table of SQLite, as it would be dumped, with its table and column."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=10)) as connection:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            cursor = connection.execute(f"SELECT * FROM {table}")
            columns = [column for column, *_ in cursor.description]
            for row in cursor:
                for column, value in zip(columns, row, strict=True):
                    if value is not None:
                        yield f"{table}.{column}", value if isinstance(value, bytes) else str(value).encode()


def files_of(folder: Path) -> Iterator[Path]:
    """Every file below; sockets are none."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path


def is_database(path: Path) -> bool:
    return path.suffix in DATABASES
