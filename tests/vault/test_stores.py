"""What both stores keep to: one order, no gaps, one activation for a transaction, however many ask at once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import psycopg
import pytest

from dojang.pin.encoding import sha256
from dojang.refusals import ActivationReplayed, TransactionRefused, VaultUnavailable
from dojang.vault import use_log
from dojang.vault.activation import Activated, ActivationRequest, activate
from dojang.vault.certificates import certify
from dojang.vault.credentials import make_credential
from dojang.vault.database import Connection, Database
from dojang.vault.database_postgres import PostgresDatabase
from dojang.vault.database_sqlite import SqliteDatabase
from dojang.vault.schema import SCHEMA
from dojang.vault.use_book import NewUse, UseBook
from tests.vault.world import Clock, Customer, World, opened

OpenDatabase = Callable[[], Database]


def all_at_once(calls: list[Callable[[], Activated]]) -> list[Activated | BaseException]:
    """Each call in a thread of its own, begun together."""
    gate = threading.Barrier(len(calls))

    def one(call: Callable[[], Activated]) -> Activated | BaseException:
        gate.wait()
        try:
            return call()
        except ActivationReplayed as refusal:
            return refusal

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def log_of(database: Database) -> list[tuple[int, bytes, bytes]]:
    return database.read(
        lambda connection: connection.rows("SELECT leaf_index, leaf, leaf_hash FROM leaves ORDER BY leaf_index")
    )


def test_the_same_activation_at_once_gets_one_signature_and_one_leaf(world: World, open_database: OpenDatabase) -> None:
    customer, certificate = world.enrolled()
    request = world.activation_request(customer, world.transaction(customer, certificate))
    # Eight threads of this process and eight of another one.
    other = opened(world.folder, open_database(), world.clock)
    results = all_at_once([partial(activate, request, desk) for desk in [world.desk, other] * 8])
    assert len(set(map(repr, results))) == 1
    assert isinstance(results[0], Activated)
    assert len(log_of(world.desk.database)) == 3


def test_different_activations_of_one_transaction_at_once_never_both_sign(
    world: World, open_database: OpenDatabase
) -> None:
    customer, certificate = world.enrolled()
    transaction = world.transaction(customer, certificate)
    requests = [world.activation_request(customer, transaction) for _ in range(12)]
    other = opened(world.folder, open_database(), world.clock)

    def call(request: ActivationRequest, number: int) -> Callable[[], Activated]:
        return lambda: activate(request, (world.desk, other)[number % 2])

    results = all_at_once([call(request, number) for number, request in enumerate(requests)])
    assert [isinstance(result, Activated) for result in results].count(True) == 1
    assert len(log_of(world.desk.database)) == 3


def test_the_log_has_no_gap_and_no_fork_however_many_write(world: World, open_database: OpenDatabase) -> None:
    customer, certificate = world.enrolled()
    requests = [
        world.activation_request(customer, world.transaction(customer, certificate, txn=f"txn-{number}"))
        for number in range(24)
    ]
    other = opened(world.folder, open_database(), world.clock)

    def call(request: ActivationRequest, number: int) -> Callable[[], Activated]:
        return lambda: activate(request, (world.desk, other)[number % 2])

    results = all_at_once([call(request, number) for number, request in enumerate(requests)])
    rows = log_of(world.desk.database)
    assert [index for index, _, _ in rows] == list(range(26))
    assert {result.leaf_index for result in results if isinstance(result, Activated)} == set(range(2, 26))
    for index, leaf, leaf_hash in rows:
        assert leaf_hash == sha256(b"\x00" + leaf)
        assert use_log.leaves(world.desk.database, index, 1) == (leaf,)


def test_one_units_failure_undoes_that_unit_alone(world: World) -> None:
    """Units that wait are committed together; one that raises takes none of the others with it."""
    database, inside, queued = world.desk.database, threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        inside.set()
        queued.wait()

    def written(number: int) -> Callable[[Connection], int]:
        def unit(connection: Connection) -> int:
            connection.rows(
                "INSERT INTO leaves (leaf_index, leaf, leaf_hash) VALUES (?, ?, ?)", number, bytes(64), bytes(32)
            )
            if number % 2:
                raise LookupError(number)
            return number

        return unit

    def attempt(number: int) -> int | tuple[int, ...]:
        try:
            return database.write(written(number))
        except LookupError as error:
            return error.args

    with ThreadPoolExecutor(9) as pool:
        first = pool.submit(database.write, slow)
        inside.wait()
        rest = [pool.submit(attempt, number) for number in range(8)]
        threading.Timer(0.2, queued.set).start()
        assert [one.result() for one in rest] == [0, (1,), 2, (3,), 4, (5,), 6, (7,)]
        first.result()
    assert [index for index, _, _ in log_of(database)] == [0, 2, 4, 6]


def test_a_use_is_forgotten_only_after_nothing_can_use_its_transaction_again(world: World) -> None:
    customer, certificate = world.enrolled()
    request = world.activation_request(customer, world.transaction(customer, certificate))
    first = activate(request, world.desk)
    exp = request.activation.exp
    world.desk.uses.forget(exp)
    assert activate(request, world.desk) == first
    world.desk.uses.forget(exp + 1)
    assert world.desk.database.read(lambda connection: connection.rows("SELECT count(*) FROM uses")) == [(0,)]
    assert len(log_of(world.desk.database)) == 3


@pytest.mark.parametrize("changed", ["ver", "authorization_key", "kid"])
def test_a_use_is_written_down_only_for_the_version_that_lives_now(world: World, changed: str) -> None:
    """What was checked a moment ago may be replaced by the time it counts."""
    customer, _ = world.enrolled()
    use = NewUse(bytes(32), customer.kid, 1, customer.key.public, bytes(32), 1)
    match changed:
        case "ver":
            use = replace(use, ver=2)
        case "authorization_key":
            use = replace(use, authorization_key=bytes(32))
        case _:
            later = Customer()
            make_credential(world.credential_request(later), world.desk)
            certify(world.certificate_request(later, replaces=customer.kid), world.desk)
    before = log_of(world.desk.database)
    with pytest.raises(TransactionRefused):
        world.desk.uses.authorize(use)
    assert log_of(world.desk.database) == before


def test_signatures_that_were_stored_first_stay(world: World) -> None:
    customer, _ = world.enrolled()
    uses = UseBook(world.desk.database)
    uses.authorize(NewUse(bytes(32), customer.kid, 1, customer.key.public, bytes(32), 1))
    assert uses.finish(bytes(32), (b"first",)) == (b"first",)
    assert uses.finish(bytes(32), (b"second",)) == (b"first",)


def test_a_database_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(VaultUnavailable):
        SqliteDatabase(tmp_path / "nowhere" / "vault.db", SCHEMA)
    with pytest.raises(VaultUnavailable):
        PostgresDatabase(f"host={tmp_path} dbname=nowhere", SCHEMA)


def test_a_connection_that_broke_is_made_anew(postgres_dsn: str) -> None:
    """The server restarted, or a proxy hung up; nobody notices."""
    database = PostgresDatabase(postgres_dsn, SCHEMA)
    hang_up = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
    with psycopg.connect(postgres_dsn, autocommit=True) as administrator:
        for ask in (database.read, database.write):
            ask(lambda connection: connection.rows("SELECT 1"))
            administrator.execute(hang_up + "current_database()")
            assert ask(lambda connection: connection.rows("SELECT 1")) == [(1,)]
    database.close()


def test_a_restarted_vault_knows_everything(world: World, open_database: OpenDatabase, clock: Clock) -> None:
    customer, certificate = world.enrolled()
    request = world.activation_request(customer, world.transaction(customer, certificate))
    first = activate(request, world.desk)
    again = opened(world.folder, open_database(), clock)
    assert activate(request, again) == first
    later = world.activation_request(customer, world.transaction(customer, certificate, txn="later"))
    assert activate(later, again).leaf_index == first.leaf_index + 1
