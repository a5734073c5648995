"""The book of uses: which activation was taken for a transaction, and the signatures it got."""

import hmac
import json
from dataclasses import dataclass
from typing import Any

from dojang.pin.encoding import b64, unb64
from dojang.refusals import ActivationReplayed, TransactionRefused
from dojang.vault import use_log
from dojang.vault.database import Connection, Database
from dojang.vault.use_log import Place


@dataclass(frozen=True, slots=True)
class NewUse:
    """A use that passed every check, to be written down before anything is signed."""

    th: bytes
    kid: bytes
    ver: int
    authorization_key: bytes
    activation_sha256: bytes
    exp: int


@dataclass(frozen=True, slots=True)
class Use:
    """A use that the log knows. `signatures` is None until it was finished."""

    leaf: bytes
    leaf_index: int
    signatures: tuple[bytes, ...] | None


class UseBook:
    """One activation for a transaction, ever."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def authorize(self, use: NewUse) -> Use:
        """th and the leaf, durable together; what is there already, if the very same activation put it there.

        Raises `ActivationReplayed` for another activation of this th, `TransactionRefused` when the kid's live version
        is no longer the one that was checked.
        """
        return self._database.write(lambda connection: _authorize(connection, use))

    def finish(self, th: bytes, signatures: tuple[bytes, ...]) -> tuple[bytes, ...]:
        """The use's signatures: these, unless others were stored first."""
        text = json.dumps([b64(signature) for signature in signatures])

        def unit(connection: Connection) -> tuple[bytes, ...]:
            changed = connection.rows(
                "UPDATE uses SET signatures = ? WHERE th = ? AND signatures IS NULL RETURNING th", text, th
            )
            if changed:
                return signatures
            ((stored,),) = connection.rows("SELECT signatures FROM uses WHERE th = ?", th)
            return _signatures(stored) or signatures

        return self._database.write(unit)

    def forget(self, ended_before: int) -> None:
        """Uses whose transaction ended before that time are gone; their leaves stay."""
        ended = "SELECT 1 FROM uses WHERE exp < ? LIMIT 1"
        if self._database.read(lambda connection: connection.rows(ended, ended_before)):
            self._database.write(lambda connection: connection.rows("DELETE FROM uses WHERE exp < ?", ended_before))


def _authorize(connection: Connection, use: NewUse) -> Use:
    stored = connection.rows("SELECT activation_sha256, leaf, leaf_index, signatures FROM uses WHERE th = ?", use.th)
    if stored:
        activation_sha256, leaf, index, signatures = stored[0]
        if not hmac.compare_digest(activation_sha256, use.activation_sha256):
            raise ActivationReplayed
        return Use(leaf, index, _signatures(signatures))
    live = connection.rows(
        "UPDATE kids SET next_n = next_n + 1 WHERE kid = ? AND state = 'live' AND live_ver = ? AND live_key = ?"
        " RETURNING log_id, next_n - 1",
        use.kid,
        use.ver,
        use.authorization_key,
    )
    if not live:
        raise TransactionRefused(check="kid")
    appended = use_log.append(connection, Place(*live[0]), "use", use.kid, use.th, use.activation_sha256)
    connection.rows(
        "INSERT INTO uses (th, kid, activation_sha256, exp, leaf, leaf_index) VALUES (?, ?, ?, ?, ?, ?)",
        *(use.th, use.kid, use.activation_sha256, use.exp, appended.leaf, appended.index),
    )
    return Use(appended.leaf, appended.index, None)


def _signatures(text: Any) -> tuple[bytes, ...] | None:
    return None if text is None else tuple(unb64(one) for one in json.loads(text))
