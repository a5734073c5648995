"""The book of kids and of the key pairs made for their versions."""

from dataclasses import dataclass, field
from typing import Literal

from dojang.pin.encoding import sha256
from dojang.refusals import KidTaken
from dojang.vault import use_log
from dojang.vault.database import Connection, Database, Row

KidState = Literal["new", "live", "ended"]


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A key pair to keep under (kid, ver, AKpub). `body` is what AK' signed in step 3."""

    kid: bytes
    uid: bytes
    algorithm: str
    log_id: bytes  # of a kid that is new; an older one keeps its own
    ver: int
    authorization_key: bytes
    record_sha256: bytes
    body: bytes
    request_sha256: bytes
    spki: bytes
    blob: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Version:
    """What is attested of a key pair that is kept."""

    uid: bytes
    kid: bytes
    state: KidState
    log_id: bytes
    ver: int
    authorization_key: bytes
    record_sha256: bytes
    body: bytes
    request_sha256: bytes
    spki: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True)
class LiveKey:
    """The one version of a kid that signs, with its certificate's SHA-256 and serial number."""

    uid: bytes
    ver: int
    authorization_key: bytes
    certificate_sha256: bytes
    serial: str
    blob: bytes = field(repr=False)


class VersionBook:
    """Versions are inserted, never changed; a kid that has a live one takes no other here."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def version(self, kid: bytes, ver: int, authorization_key: bytes) -> Version | None:
        """The version under exactly this key."""
        return self._database.read(lambda connection: _version(connection, kid, ver, authorization_key))

    def add(self, new: NewVersion) -> Version:
        """`new` with its leaf, or what an identical request made before.

        Raises `KidTaken`: the kid is another uid's, is live or has ended, or another request has this version.
        """
        return self._database.write(lambda connection: _add(connection, new))

    def live_key(self, kid: bytes) -> LiveKey | None:
        """The key that signs for `kid`: certified, and not replaced or revoked."""
        found = self._database.read(
            lambda connection: connection.rows(
                "SELECT k.uid, k.live_ver, k.live_key, c.certificate_sha256, c.serial, v.blob FROM kids k"
                " JOIN versions v ON v.kid = k.kid AND v.ver = k.live_ver AND v.authorization_key = k.live_key"
                " JOIN certificates c ON c.kid = k.kid"
                " WHERE k.kid = ? AND k.state = 'live' AND c.certificate_sha256 IS NOT NULL AND c.revoked_at IS NULL",
                kid,
            )
        )
        return LiveKey(*found[0]) if found else None


def _version(connection: Connection, kid: bytes, ver: int, authorization_key: bytes) -> Version | None:
    found: list[Row] = connection.rows(
        "SELECT k.uid, k.kid, k.state, k.log_id, v.ver, v.authorization_key, v.record_sha256, v.body, v.request_sha256,"
        " v.spki, v.leaf FROM kids k JOIN versions v ON v.kid = k.kid"
        " WHERE k.kid = ? AND v.ver = ? AND v.authorization_key = ?",
        kid,
        ver,
        authorization_key,
    )
    return Version(*found[0]) if found else None


def _add(connection: Connection, new: NewVersion) -> Version:
    stored = _version(connection, new.kid, new.ver, new.authorization_key)
    if stored is not None:
        if stored.request_sha256 != new.request_sha256:
            raise KidTaken
        return stored
    known = connection.rows("SELECT uid, algorithm, state FROM kids WHERE kid = ?", new.kid)
    if not known:
        connection.rows(
            "INSERT INTO kids (kid, uid, algorithm, log_id, next_n, state) VALUES (?, ?, ?, ?, 0, 'new')",
            new.kid,
            new.uid,
            new.algorithm,
            new.log_id,
        )
    elif known[0] != (new.uid, new.algorithm, "new"):
        raise KidTaken
    place = use_log.next_place(connection, new.kid)
    leaf = use_log.append(connection, place, "version", new.kid, sha256(new.body)).leaf
    connection.rows(
        "INSERT INTO versions (kid, ver, authorization_key, record_sha256, body, request_sha256, spki, blob, leaf)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(new.kid, new.ver, new.authorization_key, new.record_sha256, new.body, new.request_sha256),
        *(new.spki, new.blob, leaf),
    )
    return Version(
        new.uid,
        new.kid,
        "new",
        place.log_id,
        new.ver,
        new.authorization_key,
        new.record_sha256,
        new.body,
        new.request_sha256,
        new.spki,
        leaf,
    )
