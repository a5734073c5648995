"""What the vault works with: its keys, its books, whom it believes, and the time."""

from collections.abc import Callable
from dataclasses import dataclass, field

from dojang.authority.profile import Issuer
from dojang.pin import labels
from dojang.pin.anchors import Anchors
from dojang.pin.encoding import encode
from dojang.pin.signatures import SigningKey
from dojang.vault.certificate_book import CertificateBook
from dojang.vault.database import Database
from dojang.vault.day_keys import DayKeys
from dojang.vault.masters import Master
from dojang.vault.post_book import PostBook
from dojang.vault.use_book import UseBook
from dojang.vault.version_book import VersionBook


@dataclass(frozen=True, slots=True)
class VaultDesk:
    """All of it. `now` gives Unix seconds."""

    master: Master = field(repr=False)
    identity: SigningKey
    anchors: Anchors
    issuer: Issuer
    day_keys: DayKeys
    database: Database
    now: Callable[[], int]

    @property
    def versions(self) -> VersionBook:
        """Kids and their key pairs."""
        return VersionBook(self.database)

    @property
    def uses(self) -> UseBook:
        """Activations taken."""
        return UseBook(self.database)

    @property
    def certificates(self) -> CertificateBook:
        """Certificates decided on."""
        return CertificateBook(self.database)

    @property
    def posts(self) -> PostBook:
        """What goes to the status service."""
        return PostBook(self.database)

    def key_encryption_key(self, uid: bytes, kid: bytes, ver: int, authorization_key: bytes, secret: bytes) -> bytes:
        """KEK = HMAC(K_m, "kek"|uid|kid|ver|AKpub|A_kid): made for one use, from a half that only the PIN gives."""
        return self.master.hmac(encode(labels.KEK, uid, kid, ver, authorization_key, secret))
