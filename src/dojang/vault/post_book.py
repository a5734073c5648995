"""What the status service must be given: CRLs and the authority's certificate, each kept until it was taken."""

from dataclasses import dataclass

from dojang.authority.crl import Revoked
from dojang.authority.serials import from_text
from dojang.vault.database import Connection, Database


@dataclass(frozen=True, slots=True)
class Post:
    """What stands at `path` of the status service. `entries`: how many revocations it knows of (a CRL)."""

    path: str
    number: int
    entries: int
    next_update: int
    der: bytes


class PostBook:
    """The newest of each path. Numbers only grow."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def newest(self, path: str) -> Post | None:
        """What was made last for `path`."""
        found = self._database.read(
            lambda connection: connection.rows(
                "SELECT path, number, entries, next_update, der FROM posts WHERE path = ?", path
            )
        )
        return Post(*found[0]) if found else None

    def put(self, post: Post) -> bool:
        """`post` is to be sent, unless another process made the same number first."""

        def unit(connection: Connection) -> bool:
            newest = connection.rows("SELECT number FROM posts WHERE path = ?", post.path)
            if newest and newest[0][0] >= post.number:
                return False
            connection.rows("DELETE FROM posts WHERE path = ?", post.path)
            connection.rows(
                "INSERT INTO posts (path, number, entries, next_update, der, posted) VALUES (?, ?, ?, ?, ?, 0)",
                *(post.path, post.number, post.entries, post.next_update, post.der),
            )
            return True

        return self._database.write(unit)

    def unsent(self) -> tuple[Post, ...]:
        """What the status service does not have yet."""
        found = self._database.read(
            lambda connection: connection.rows(
                "SELECT path, number, entries, next_update, der FROM posts WHERE posted = 0 ORDER BY path"
            )
        )
        return tuple(Post(*row) for row in found)

    def sent(self, post: Post) -> None:
        """The status service took it."""
        self._database.write(
            lambda connection: connection.rows(
                "UPDATE posts SET posted = 1 WHERE path = ? AND number = ?", post.path, post.number
            )
        )

    def revocations(self, crl_file: str) -> int:
        """How many certificates of that CRL were ever revoked."""
        ((count,),) = self._database.read(
            lambda connection: connection.rows(
                "SELECT count(*) FROM certificates WHERE crl_file = ? AND revoked_at IS NOT NULL", crl_file
            )
        )
        return int(count)

    def revoked(self, crl_file: str, ending_after: int) -> tuple[Revoked, ...]:
        """The entries of that CRL, without certificates that ended before `ending_after`."""
        found = self._database.read(
            lambda connection: connection.rows(
                "SELECT serial, reason, revoked_at FROM certificates"
                " WHERE crl_file = ? AND revoked_at IS NOT NULL AND not_after >= ?",
                *(crl_file, ending_after),
            )
        )
        return tuple(Revoked(from_text(serial), reason, at) for serial, reason, at in found)
