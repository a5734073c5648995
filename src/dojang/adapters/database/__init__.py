"""The books on SQLite and PostgreSQL, by SQLAlchemy Core.

To add a book `things`:

1. `ports/things.py`: `class ThingsBook(Protocol)` over frozen values from `values/`; docstrings say what is refused.
   Add it to `ports/books.py`: `@property def things(self) -> ThingsBook: ...`.
2. `adapters/database/things.py`: the table (`Table("things", metadata, ...)`, `metadata` from `tables.py`) and
   `class DatabaseThings` with a `Database`. Times are `BigInteger` Unix seconds, ids `LargeBinary` or `Text`.
   `self._database.write(statement)` needs a transaction around it; `row`/`rows` read, inside one or not;
   `insert_new(table, **values)` is False where the key is taken (a failed INSERT would end a PostgreSQL transaction).
   A row that is read in order to be changed is read with `.with_for_update()`: SQLite has one writer, PostgreSQL locks.
   What a person is known by goes through `sealed.FieldCipher`: sealed columns, and a keyed index to look them up.
3. `adapters/in_memory/things.py`: `class MemoryThings(MemoryBook[Key, Value])`: a dict of frozen values in `self.rows`.
4. One line each in `adapters/database/books.py` and `adapters/in_memory/books.py`.
5. The table in your part's file below `migrations/versions/`; `tests/adapters/test_migrations.py` compares both.
6. `tests/adapters/test_things.py`: one suite over the fixture `books` (in memory, SQLite, PostgreSQL).
"""
