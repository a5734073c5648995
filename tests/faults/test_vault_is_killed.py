"""kill -9 around every commit of a credential, a certificate and a use: the repeated request finishes, once."""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509

from dojang.pin import messages
from dojang.pin.encoding import sha256
from dojang.vault import housekeeping, use_log
from dojang.vault.activation import activate
from dojang.vault.certificates import certify
from dojang.vault.credentials import make_credential
from dojang.vault.database import Database
from dojang.vault.database_postgres import PostgresDatabase
from dojang.vault.database_sqlite import SqliteDatabase
from dojang.vault.revocation import revoke
from dojang.vault.schema import SCHEMA
from tests.vault.test_revocation import asking, signed
from tests.vault.world import Clock, Customer, World, found

ROOT = Path(__file__).parents[2]
KILLED = -9


@dataclass(frozen=True)
class Stored:
    """A vault whose processes can be killed, seen from one that lives."""

    world: World
    store: str

    def process(self, request: object, commit: int, when: str) -> tuple[subprocess.Popen[str], Path]:
        """Another process of this vault, at work on this request, and the file that it was given."""
        self.world.folder.joinpath("requests").mkdir(exist_ok=True)
        file = self.world.folder / "requests" / os.urandom(8).hex()
        file.write_bytes(pickle.dumps(request))
        words = [str(self.world.folder), self.store, str(file), str(commit), when]
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.vault_process", *words], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        return process, file

    def killed(self, request: object, commit: int, when: str) -> None:
        """Another process of this vault did this request, and died around that commit."""
        process, _ = self.process(request, commit, when)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == KILLED, errors

    def leaves(self) -> tuple[bytes, ...]:
        return use_log.leaves(self.world.desk.database, 0, 100)


@pytest.fixture(params=["sqlite", "postgresql"])
def stored(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stored]:
    database: Database
    if request.param == "sqlite":
        store = str(tmp_path / "vault.db")
        database = SqliteDatabase(Path(store), SCHEMA)
    else:
        store = request.getfixturevalue("postgres_dsn")
        database = PostgresDatabase(store, SCHEMA)
    yield Stored(found(tmp_path, lambda: database, Clock()), store)
    database.close()


Around = pytest.mark.parametrize("when", ["before", "after"])


@Around
def test_a_credential_is_made_once(stored: Stored, when: str) -> None:
    request = stored.world.credential_request(Customer())
    stored.killed(request, 1, when)
    assert len(stored.leaves()) == (0 if when == "before" else 1)
    made = make_credential(request, stored.world.desk)
    assert make_credential(request, stored.world.desk) == made
    assert stored.leaves() == (made.attestation.leaf,)


# Commit 1: the decision with its leaf; 2: the signed certificate; 3: the first CRL that names what it replaced.
@Around
@pytest.mark.parametrize("commit", [1, 2, 3])
def test_a_certificate_is_issued_once_and_never_without_its_leaf(stored: Stored, commit: int, when: str) -> None:
    world = stored.world
    old, old_certificate = world.enrolled()
    customer = Customer()
    make_credential(world.credential_request(customer), world.desk)
    before = len(stored.leaves())
    request = world.certificate_request(customer, replaces=old.kid)
    stored.killed(request, commit, when)

    decided = commit > 1 or when == "after"
    assert len(stored.leaves()) == before + (2 if decided else 0)
    assert (world.desk.versions.live_key(old.kid) is None) == decided
    signed = world.desk.certificates.certified(customer.kid)
    is_signed = signed is not None and signed.certificate is not None
    assert is_signed == (commit == 3 or (commit, when) == (2, "after"))

    issued = certify(request, world.desk)
    housekeeping.make_due_lists(world.desk)
    if signed is not None and signed.certificate is not None:
        assert issued.certificate == signed.certificate
    certificate = x509.load_der_x509_certificate(issued.certificate)
    assert len(stored.leaves()) == before + 2
    version = world.desk.versions.version(customer.kid, 1, customer.key.public)
    assert version is not None
    expected = messages.leaf(
        version.log_id, 1, "issuance", customer.kid, sha256(certificate.tbs_certificate_bytes), b""
    )
    assert issued.leaf == expected
    serial = x509.load_der_x509_certificate(old_certificate).serial_number
    file = world.desk.issuer.crl_file(serial)
    newest = world.desk.posts.newest(f"/crls/{file}")
    assert newest is not None
    assert x509.load_der_x509_crl(newest.der).get_revoked_certificate_by_serial_number(serial) is not None


# Commit 1: th and the leaf (step 6); 2: the signatures (step 7).
@Around
@pytest.mark.parametrize("commit", [1, 2])
def test_a_use_is_signed_once_and_never_without_its_leaf(stored: Stored, commit: int, when: str) -> None:
    world = stored.world
    customer, certificate = world.enrolled()
    request = world.activation_request(customer, world.transaction(customer, certificate))
    stored.killed(request, commit, when)
    rows = world.desk.database.read(lambda connection: connection.rows("SELECT signatures FROM uses"))
    authorised = (commit, when) != (1, "before")
    assert len(stored.leaves()) == (3 if authorised else 2)
    assert len(rows) == (1 if authorised else 0)
    assert [stored_signatures is not None for (stored_signatures,) in rows] == [(commit, when) == (2, "after")] * len(
        rows
    )
    activated = activate(request, world.desk)
    assert activate(request, world.desk) == activated
    assert len(stored.leaves()) == 3
    assert stored.leaves()[activated.leaf_index] == activated.leaf


def test_a_killed_vault_keeps_every_answer_that_it_gave(stored: Stored) -> None:
    """Another process dies in the middle of the fifth use; the first four are all there, the fifth finishes."""
    world = stored.world
    customer, certificate = world.enrolled()
    requests = [
        world.activation_request(customer, world.transaction(customer, certificate, txn=f"txn-{number}"))
        for number in range(5)
    ]
    answers = [activate(request, world.desk) for request in requests[:4]]
    stored.killed(requests[4], 1, "after")
    assert [activate(request, world.desk) for request in requests[:4]] == answers
    activate(requests[4], world.desk)
    assert len(stored.leaves()) == 7


def test_two_processes_never_sign_two_activations_of_one_transaction(stored: Stored) -> None:
    """Both get the same list of transactions; every second one with an activation that the other does not have."""
    world = stored.world
    customer, certificate = world.enrolled()
    pairs = []
    for number in range(30):
        transaction = world.transaction(customer, certificate, txn=f"txn-{number}")
        first = world.activation_request(customer, transaction)
        pairs.append((first, world.activation_request(customer, transaction) if number % 2 else first))
    processes = [stored.process(list(requests), 0, "never") for requests in zip(*pairs, strict=True)]
    assert [process.communicate(timeout=60)[1] for process, _ in processes] == ["", ""]
    answers = [Path(f"{file}.answers").read_text().splitlines() for _, file in processes]
    assert [len(answer) for answer in answers] == [30, 30]
    for number, (one, other) in enumerate(zip(*answers, strict=True)):
        if number % 2:
            assert [one, other].count("activation_replayed") == 1
        else:
            assert one == other != "activation_replayed"
    assert len(stored.leaves()) == 32


# Commit 1: revoked, the key destroyed, the leaf; 2: the first CRL that names it.
@Around
@pytest.mark.parametrize("commit", [1, 2])
def test_a_revocation_is_whole_or_not_at_all_and_the_repeat_finishes_it_once(
    stored: Stored, commit: int, when: str
) -> None:
    world = stored.world
    customer, certificate = world.enrolled()
    request = signed(world, customer, asking(world, customer, certificate))
    before = len(stored.leaves())
    stored.killed(request, commit, when)
    done = commit > 1 or when == "after"
    assert len(stored.leaves()) == before + done
    assert (world.desk.versions.version(customer.kid, 1, customer.key.public) is None) == done
    revoke(request, world.desk)
    housekeeping.make_due_lists(world.desk)
    assert len(stored.leaves()) == before + 1
    number = x509.load_der_x509_certificate(certificate).serial_number
    newest = world.desk.posts.newest(f"/crls/{world.desk.issuer.crl_file(number)}")
    assert newest is not None
    assert x509.load_der_x509_crl(newest.der).get_revoked_certificate_by_serial_number(number) is not None
