"""Thieves of whole folders of the running house, with every key that lies in them, try a scaled-down PIN space.

Why nothing tells the right PIN: R, from which the commitment, AK and A come, is random and has nothing to do with the
PIN. What ties the two is only m_i = f(i) + mask_i, and mask_i comes from the PIN under k_i, which guard i alone holds.
Without a k_i every m_i is uniform whatever the PIN; with one k_i each PIN gives some f(i), and through one point of a
polynomial of degree 1 goes a line to every R. So a search has nothing to hold on to until it has t = 2 guards' keys:
then the same search, run below as its own control, finds the PIN at once.
"""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from dojang.client.holder.pin_choice import check_choice
from dojang.pin import oprf, sealing, sharing
from dojang.pin.encoding import encode, sha256
from dojang.pin.labels import KEK
from dojang.pin.messages import activation_info
from dojang.pin.record import KeyStretching, Record
from dojang.pin.signatures import SigningKey
from dojang.pin.version import Secrets, stretch
from dojang.refusals import NotAScalar, PinTooEasy, RecordMismatch, Refusal, SealedRefused
from dojang.signing.what_is_signed import Transaction
from dojang.vault import key_kinds
from dojang.vault.masters import ALLOWED, SoftwareMaster
from tests.demo_house.loot import everything, opened, windows
from tests.demo_house.running import House, reading

SPACE = 100
FOLDERS = ("center", "vault", "guard-1", "guard-2", "guard-3", "status", "bank")


def candidates() -> list[str]:
    """PINs that a customer may choose."""
    found = []
    for number in range(240_713, 999_999, 1_009):
        try:
            found.append(check_choice(f"{number:06d}", ()))
        except PinTooEasy:
            continue
    return found[:SPACE]


@cache
def stretched(pin: str, salt: bytes) -> bytes:
    """Each guess is stretched once for all searches."""
    return stretch(pin, salt, KeyStretching())


@dataclass(frozen=True)
class Stolen:
    """Copies of the house's folders, made while it ran, and what their owner alone knows."""

    folder: Path
    pin: str
    sealed: bytes
    secret: bytes
    kid: bytes

    def of(self, *names: str) -> set[bytes]:
        return everything(*(self.folder / name for name in names))

    def record(self) -> Record:
        """C's M of this customer, as its database holds it."""
        with reading(self.folder / "vault" / "vault.db") as connection:
            [(digest,)] = connection.execute("SELECT record_sha256 FROM versions WHERE kid = ?", (self.kid,)).fetchall()
        found = {}
        for value in everything(self.folder / "center"):
            try:
                found[sha256(value)] = Record.parse(value)
            except RecordMismatch:
                continue
        return found[digest]


@pytest.fixture(scope="module")
def stolen(tmp_path_factory: pytest.TempPathFactory, _port_bases: Iterator[int]) -> Stolen:
    """After an enrolment, a login with a wrong PIN in it and a transfer, in a house with this one customer."""
    folder = tmp_path_factory.mktemp("stolen")
    house = House(folder / "house", next(_port_bases))
    customer = house.customer(folder / "holder")
    customer.pin = candidates()[SPACE * 2 // 3]
    sealed, secrets = list[bytes](), list[bytes]()
    with pytest.MonkeyPatch.context() as monkeypatch:
        real_seal, real_secret = sealing.seal, Secrets.activation_secret

        def seal(plain: bytes, public: bytes, info: bytes) -> bytes:
            sealed.append(real_seal(plain, public, info))
            return sealed[-1]

        def activation_secret(self: Secrets, kid: bytes) -> bytes:
            secrets.append(self.secret)
            return real_secret(self, kid)

        enrolled = customer.holder.enrol(customer.prove(), lambda _avoid: customer.pin)
        assert customer.log_in([candidates()[0], customer.pin]) == [4]
        monkeypatch.setattr(sealing, "seal", seal)
        monkeypatch.setattr(Secrets, "activation_secret", activation_secret)
        customer.transfer({"payee": "이춘풍", "bank": "가상은행", "account": "110-777-000001", "amount": 1_000})
    customer.close()
    for name in FOLDERS:
        copy(house.data / name, folder / name)
    house.stop()
    return Stolen(folder, customer.pin, sealed[-1], secrets[-1], enrolled.kid)


def copy(source: Path, target: Path) -> None:
    """Files as they are, databases as one reads them (their write-ahead logs are part of them)."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("*.db*", "*.sqlite3*"))
    for database in (*source.glob("*.db"), *source.glob("*.sqlite3")):
        with reading(database) as connection, sqlite3.connect(target / database.name) as copied:
            connection.backup(copied)


def guards_keys(record: Record, loot: set[bytes]) -> dict[str, oprf.KeyPair]:
    """The OPRF keys of this record that are in the loot: M names the hash of each key's public half."""
    named = {share.public_key_sha256: share.guard_id for share in record.shares}
    found = {}
    for window in windows(loot):
        try:
            key = oprf.key_pair(window)
        except NotAScalar:
            continue
        if guard_id := named.get(sha256(key.public)):
            found[guard_id] = key
    return found


def opens(record: Record, r: bytes) -> bool:
    return any_of(Secrets.of(r, record.uid, record.ver), record)


def any_of(secrets: Secrets, record: Record) -> bool:
    return secrets.check(record.commitment) or secrets.authorization_key().public == record.authorization_key


def share(record: Record, guard_id: str, output: bytes) -> tuple[int, bytes]:
    named = next(share for share in record.shares if share.guard_id == guard_id)
    masking = sharing.mask(record.uid, record.ver, guard_id, named.index, output)
    return named.index, sharing.remove_mask(named.masked, masking)


def evaluated(key: oprf.KeyPair, p: bytes) -> bytes:
    """A guard's part, by who has its key."""
    blinded = oprf.blind_with(p, (1).to_bytes(32, "little"))
    return oprf.unblind(p, blinded, oprf.evaluate_unproven(key, blinded.element))


def search(record: Record, keys: dict[str, oprf.KeyPair]) -> list[str]:
    """The PINs that open the record with these keys; each guard without a key counts with outputs made of the PIN
    alone, and one share alone is also tried as R."""
    found = []
    for pin in candidates():
        p = stretched(pin, record.salt)
        guessed = [p, hashlib.sha512(p).digest(), pin.encode(), b""]
        outputs = {one.guard_id: guessed for one in record.shares}
        outputs |= {guard_id: [evaluated(key, p)] for guard_id, key in keys.items()}
        shares = [[share(record, guard_id, output) for output in some] for guard_id, some in outputs.items()]
        tried = [sharing.combine(dict((a, b))) for some, more in combinations(shares, 2) for a in some for b in more]
        tried += [value for some in shares for _, value in some]
        if any(opens(record, r) for r in tried):
            found.append(pin)
    return found


def test_two_guards_keys_find_the_pin_so_the_search_works(stolen: Stolen) -> None:
    record = stolen.record()
    keys = guards_keys(record, stolen.of("guard-1", "guard-3"))
    assert set(keys) == {"guard-1", "guard-3"}
    assert search(record, keys) == [stolen.pin]


@pytest.mark.parametrize(
    ("names", "held"),
    [
        (("center", "vault"), set()),
        (("center", "vault", "status", "bank"), set()),
        (("guard-2", "center"), {"guard-2"}),
        (("guard-1", "center", "vault", "status", "bank"), {"guard-1"}),
    ],
    ids=" and ".join,
)
def test_no_stolen_folders_test_a_guess(stolen: Stolen, names: tuple[str, ...], held: set[str]) -> None:
    """Even with the keys beside the databases, and even the centre, the vault and one guard together."""
    record, loot = stolen.record(), stolen.of(*names)
    keys = guards_keys(record, loot)
    assert set(keys) == held
    assert search(record, keys) == []


def test_nothing_in_any_folder_is_a_secret_of_the_customer(stolen: Stolen) -> None:
    """Every 32 octets of everything stolen, tried as R, as S and as AK's seed."""
    record, found = stolen.record(), windows(stolen.of(*FOLDERS))
    assert len(found) > 1_000

    def tells(window: bytes) -> bool:
        return (
            opens(record, window)
            or any_of(Secrets(window), record)
            or SigningKey(window).public == record.authorization_key
        )

    assert tells(stolen.secret), "the owner's own S is known when it is seen"
    assert [window for window in found if Secrets(window).check(record.commitment)] == []
    assert [window for window in found if SigningKey(window).public == record.authorization_key] == []
    assert [window for window in found if Secrets.of(window, record.uid, 1).check(record.commitment)] == []


def test_nothing_that_a_guess_leads_to_is_in_any_folder(stolen: Stolen) -> None:
    record, loot = stolen.record(), stolen.of(*FOLDERS)
    found = windows(loot)
    keys = guards_keys(record, loot)
    assert set(keys) == {"guard-1", "guard-2", "guard-3"}
    for pin in (stolen.pin, candidates()[0], candidates()[1]):
        p = stretched(pin, record.salt)
        outputs = {guard_id: evaluated(key, p) for guard_id, key in keys.items()}
        led: list[bytes] = [p, sha256(p), sha256(pin.encode())]
        led += [value[:32] for value in outputs.values()]
        led += [share(record, guard_id, output)[1] for guard_id, output in outputs.items()]
        assert [value in found for value in led] == [False] * len(led)


def test_the_vaults_day_keys_open_nothing_that_the_centre_kept(stolen: Stolen) -> None:
    """`sealed` travels through the centre to the vault and stays nowhere: the vault's day key would open A from it, and
    with the master key A opens the customer's key."""
    loot = stolen.of("center", "vault", "status", "bank")
    keys = [key_of(path) for path in (stolen.folder / "vault" / "day-keys").iterdir()]
    assert keys
    transactions = [value for value in loot if b'"day_key_id"' in value and b'"kid"' in value]
    assert transactions
    assert stolen.sealed not in loot
    sized = [value for value in loot if len(value) == 32 + sealing.OVERHEAD]
    assert [value for value in sized if unsealed(value, keys, transactions)] == []
    assert unsealed(stolen.sealed, keys, transactions), "the owner's own sealed bytes do open with what was stolen"


def key_of(path: Path) -> tuple[bytes, X25519PrivateKey]:
    private = bytes.fromhex(json.loads(path.read_text())["private"])
    return bytes.fromhex(path.stem), X25519PrivateKey.from_private_bytes(private)


def unsealed(value: bytes, keys: Iterable[tuple[bytes, X25519PrivateKey]], transactions: Iterable[bytes]) -> bytes:
    for day_key_id, key in keys:
        for text in transactions:
            try:
                transaction = Transaction.parse(text)
                info = activation_info(sha256(text), transaction.kid, day_key_id)
                return sealing.unseal(value, key, info, 32)
            except Refusal:
                continue
    return b""


def test_the_stolen_master_key_unwraps_only_with_the_customers_own_half(stolen: Stolen) -> None:
    """Every 32 octets that the centre, the vault and a guard hold, in the place of A."""
    record = stolen.record()
    with reading(stolen.folder / "vault" / "vault.db") as connection:
        [(blob,)] = connection.execute("SELECT blob FROM versions WHERE kid = ?", (stolen.kid,)).fetchall()
    (stolen.folder / "vault" / "master.key").chmod(0o600)
    master = SoftwareMaster.open(stolen.folder / "vault", ALLOWED)

    def unwraps(secret: bytes) -> bool:
        named = (record.uid, stolen.kid, record.ver, record.authorization_key, secret)
        try:
            key_kinds.unwrap(blob, master.hmac(encode(KEK, *named)))
        except SealedRefused:
            return False
        return True

    assert unwraps(Secrets(stolen.secret).activation_secret(stolen.kid))
    assert [window for window in windows(stolen.of("center", "vault", "guard-1")) if unwraps(window)] == []


def test_every_sealed_column_of_the_centre_was_read(stolen: Stolen) -> None:
    places = {place for place, _ in opened(stolen.folder / "center")}
    assert {
        "versions.sealed",
        "certificates.sealed",
        "transactions.sealed",
        "visits.sealed",
        "kept_answers.body",
    } <= places
