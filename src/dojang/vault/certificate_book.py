"""The book of certificates: what was vouched for and by when it was revoked."""

from collections.abc import Callable
from dataclasses import dataclass, field

from dojang.pin.encoding import sha256
from dojang.refusals import CertificateRefused, KidTaken, RevocationRefused
from dojang.values.certificate import SUPERSEDED
from dojang.vault import use_log
from dojang.vault.database import Connection, Database


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
class Revocation:
    """One that the kid's holder signed: `th` and `activation_sha256` are those of her use in the log."""

    kid: bytes
    th: bytes
    activation_sha256: bytes
    reason: str
    now: int


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

    def of_kid(self, kid: bytes) -> tuple[str, bytes | None] | None:
        """The serial number and SHA-256 of the kid's certificate."""
        found = self._database.read(
            lambda connection: connection.rows("SELECT serial, certificate_sha256 FROM certificates WHERE kid = ?", kid)
        )
        return found[0] if found else None

    def revoke(self, revocation: Revocation) -> int:
        """All at once: revoked, the wrapped key destroyed, the leaf. Since when: if this th did it before, since then.

        Raises `RevocationRefused(check="ended")` for a kid that ended otherwise.
        """
        return self._database.write(lambda connection: _revoke(connection, revocation))

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
        _end(connection, _Ending(intent.replaces, SUPERSEDED, intent.request_sha256), intent.now)
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


def _revoke(connection: Connection, revocation: Revocation) -> int:
    kid = revocation.kid
    if not connection.rows("SELECT 1 FROM revocations WHERE kid = ? AND th = ?", kid, revocation.th):
        ending = _Ending(kid, revocation.reason, revocation.th, revocation.activation_sha256)
        if not _end(connection, ending, revocation.now):
            raise RevocationRefused(check="ended")
        connection.rows("INSERT INTO revocations (kid, th) VALUES (?, ?)", kid, revocation.th)
    ((since,),) = connection.rows("SELECT revoked_at FROM certificates WHERE kid = ?", kid)
    return int(since)


@dataclass(frozen=True, slots=True)
class _Ending:
    """Why a kid ends, and the leaf's subject."""

    kid: bytes
    reason: str
    subject: bytes
    activation_sha256: bytes = use_log.NO_ACTIVATION


def _end(connection: Connection, ending: _Ending, now: int) -> bool:
    """The kid signs no more: its blobs are gone, and its certificate, if it got that far, is revoked.

    False if it had ended before: nothing changes then.
    """
    kid = ending.kid
    ended = connection.rows(
        "UPDATE kids SET state = 'ended', live_ver = NULL, live_key = NULL WHERE kid = ? AND state <> 'ended'"
        " RETURNING kid",
        kid,
    )
    if not ended:
        return False
    connection.rows("DELETE FROM versions WHERE kid = ?", kid)
    revoked = connection.rows(
        "UPDATE certificates SET revoked_at = ?, reason = ? WHERE kid = ? RETURNING kid", now, ending.reason, kid
    )
    if revoked:
        place = use_log.next_place(connection, kid)
        use_log.append(connection, place, "revocation", kid, ending.subject, ending.activation_sha256)
    return True
