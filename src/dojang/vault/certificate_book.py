"""The book of certificates: what was vouched for and by when it was revoked."""

from collections.abc import Callable
from dataclasses import dataclass, field

from dojang.pin.encoding import sha256
from dojang.refusals import CertificateRefused, KidTaken
from dojang.vault import use_log
from dojang.vault.database import Connection, Database

SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Intent:
    """A certificate that passed every check, to be written down before it is signed."""

    kid: bytes
    uid: bytes
    ver: int
    authorization_key: bytes
    request_sha256: bytes
    serial: str
    profile: str
    holder_name: str = field(repr=False)
    applicant_hash: bytes = field(repr=False)
    not_before: int
    not_after: int
    crl_file: str
    to_be_signed: bytes = field(repr=False)
    replaces: bytes
    now: int


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate that was decided on; `certificate` is its DER once it was signed."""

    request_sha256: bytes
    leaf: bytes
    to_be_signed_sha256: bytes
    certificate: bytes | None


@dataclass(frozen=True, slots=True)
class HolderSoFar:
    """What is known of a uid from kids that were certified before: whose they are, and their live AKs."""

    applicant_hashes: frozenset[bytes]
    live_keys: frozenset[bytes]


Allow = Callable[[HolderSoFar], None]


class CertificateBook:
    """One certificate for a kid, ever."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def certified(self, kid: bytes) -> Certified | None:
        """What was decided for `kid`."""
        return self._database.read(lambda connection: _certified(connection, kid))

    def intend(self, intent: Intent, allow: Allow) -> Certified:
        """All at once: the issuance's leaf, the kid live under this version and its other blobs erased, and what it
        replaces revoked and destroyed. What is there already, if the same request put it there.

        Raises `KidTaken` for another request or a kid that has ended, `CertificateRefused(lint="serial")` for a number
        given before, and what `allow` raises after a look at the uid's earlier kids.
        """
        return self._database.write(lambda connection: _intend(connection, intent, allow))

    def complete(self, kid: bytes, certificate: bytes) -> None:
        """The signed certificate is kept; the first one stays."""
        self._database.write(
            lambda connection: connection.rows(
                "UPDATE certificates SET certificate = ?, certificate_sha256 = ? WHERE kid = ? AND certificate IS NULL",
                *(certificate, sha256(certificate), kid),
            )
        )


def _certified(connection: Connection, kid: bytes) -> Certified | None:
    found = connection.rows(
        "SELECT request_sha256, leaf, to_be_signed_sha256, certificate FROM certificates WHERE kid = ?", kid
    )
    return Certified(*found[0]) if found else None


def _intend(connection: Connection, intent: Intent, allow: Allow) -> Certified:
    earlier = _certified(connection, intent.kid)
    if earlier is not None:
        if earlier.request_sha256 != intent.request_sha256:
            raise KidTaken
        return earlier
    _check(connection, intent, allow)
    connection.rows(
        "UPDATE kids SET state = 'live', live_ver = ?, live_key = ? WHERE kid = ?",
        *(intent.ver, intent.authorization_key, intent.kid),
    )
    connection.rows(
        "DELETE FROM versions WHERE kid = ? AND NOT (ver = ? AND authorization_key = ?)",
        *(intent.kid, intent.ver, intent.authorization_key),
    )
    place = use_log.next_place(connection, intent.kid)
    leaf = use_log.append(connection, place, "issuance", intent.kid, sha256(intent.to_be_signed)).leaf
    connection.rows(
        "INSERT INTO certificates (kid, uid, request_sha256, serial, profile, holder_name, applicant_hash, not_before,"
        " not_after, crl_file, leaf, to_be_signed_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        *(intent.kid, intent.uid, intent.request_sha256, intent.serial, intent.profile, intent.holder_name),
        *(
            intent.applicant_hash,
            intent.not_before,
            intent.not_after,
            intent.crl_file,
            leaf,
            sha256(intent.to_be_signed),
        ),
    )
    if intent.replaces:
        _end(connection, intent.replaces, intent.now, intent.request_sha256)
    return Certified(intent.request_sha256, leaf, sha256(intent.to_be_signed), None)


def _check(connection: Connection, intent: Intent, allow: Allow) -> None:
    """Raises what `CertificateBook.intend` says."""
    state = connection.rows("SELECT state FROM kids WHERE kid = ?", intent.kid)
    if state != [("new",)]:
        raise KidTaken
    if connection.rows("SELECT 1 FROM certificates WHERE serial = ?", intent.serial):
        raise CertificateRefused(lint="serial")
    hashes = connection.rows("SELECT applicant_hash FROM certificates WHERE uid = ?", intent.uid)
    live = connection.rows("SELECT live_key FROM kids WHERE uid = ? AND state = 'live'", intent.uid)
    allow(HolderSoFar(frozenset(one for (one,) in hashes), frozenset(one for (one,) in live)))


def _end(connection: Connection, kid: bytes, now: int, request_sha256: bytes) -> None:
    """The kid signs no more: its blobs are gone, and its certificate, if it got that far, is revoked."""
    ended = connection.rows(
        "UPDATE kids SET state = 'ended', live_ver = NULL, live_key = NULL WHERE kid = ? AND state <> 'ended'"
        " RETURNING kid",
        kid,
    )
    if not ended:
        return
    connection.rows("DELETE FROM versions WHERE kid = ?", kid)
    revoked = connection.rows(
        "UPDATE certificates SET revoked_at = ?, reason = ? WHERE kid = ? RETURNING kid", now, SUPERSEDED, kid
    )
    if revoked:
        use_log.append(connection, use_log.next_place(connection, kid), "revocation", kid, request_sha256)
