"""What a thief reads in stolen folders: every file, every value of every database, and what opens with the keys that
lie beside them."""

import base64
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import permutations
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag

from dojang.adapters.database.sealed import FieldCipher
from tests.demo_house.canaries import files_of, is_database, values_of

SIZE = 32  # octets of every key and secret of the protocol


def opened(center: Path) -> Iterator[tuple[str, bytes]]:
    """The centre's sealed columns in clear, with table and column: its field key lies in the same folder."""
    cipher = FieldCipher((center / "field.key").read_bytes())
    with closing(sqlite3.connect(f"file:{center / 'center.db'}?mode=ro", uri=True, timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f"SELECT * FROM {table}").fetchall():
                for column in {"sealed", "body"} & set(row.keys()):
                    if row[column]:
                        yield f"{table}.{column}", _open(cipher, f"{table}.{column}", dict(row), column)


def _open(cipher: FieldCipher, place: str, row: dict[str, Any], column: str) -> bytes:
    """A column is sealed for its row's key: one or two of the other columns."""
    others = [value for name, value in row.items() if name != column and value is not None]
    names = [value.hex() if isinstance(value, bytes) else str(value) for value in others]
    for key in (*names, *(f"{first}:{second}" for first, second in permutations(names, 2))):
        try:
            return cipher.open(f"{place}:{key}", row[column])
        except InvalidTag:
            continue
    raise AssertionError(f"{place} does not open")


def everything(*folders: Path) -> set[bytes]:
    """Every value in these folders, decoded as far as it can be."""
    found: set[bytes] = set()
    for folder in folders:
        for path in files_of(folder):
            if is_database(path):
                found.update(value for _, value in values_of(path))
            elif path.stat().st_size < 100_000:
                found.add(path.read_bytes())
        if (folder / "center.db").exists():
            found.update(value for _, value in opened(folder))
    return {inner for value in found for inner in _within(value)}


def windows(values: set[bytes]) -> set[bytes]:
    """Every 32 octets in a row: whatever key is in there is among them."""
    short = [value for value in values if len(value) < 4_096]
    return {value[start : start + SIZE] for value in short for start in range(len(value) - SIZE + 1)}


def _within(value: bytes) -> Iterator[bytes]:
    """The value, and what JSON, base64 or hexadecimal hold inside."""
    yield value
    if value[:1] in b'{["' and value:
        try:
            parsed = json.loads(value)
        except ValueError:
            return
        yield from _of_json(parsed)


def _of_json(value: Any) -> Iterator[bytes]:
    if isinstance(value, dict):
        value = [*value.keys(), *value.values()]
    if isinstance(value, list):
        for one in value:
            yield from _of_json(one)
    elif isinstance(value, str):
        yield value.encode()
        for decoded in _decoded(value):
            yield from _within(decoded)


def _decoded(text: str) -> Iterator[bytes]:
    with suppress(ValueError):
        yield bytes.fromhex(text)
    with suppress(ValueError):
        padded = text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4)
        yield base64.b64decode(padded, validate=True)
