"""A login under way, the grant that comes of it, and a signature that a relying party asks for."""

from dataclasses import dataclass, field
from typing import ClassVar, Final

from pydantic import ConfigDict

from dojang.values.certificate import Person
from dojang.values.transaction import ContentItem, SigningPurpose

_BYTES_AS_BASE64: Final = ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")


@dataclass(frozen=True, slots=True)
class SentCode:
    """The SMS code that counts: its hash, when it was sent, until when it is good, for whom, how many tries it took.

    `person` is who somebody says they are, so that the code can be sent again; it is forgotten with the login. A hash
    of six digits hides nothing by itself: books keep it sealed. `kid` is empty where nobody was found and nothing was
    sent: no code is right then.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _BYTES_AS_BASE64

    code_sha256: bytes = field(repr=False)
    kid: bytes
    sent_at: int
    expires_at: int
    person: Person
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Interaction:
    """One login of one browser for one relying party. `txn` once the SMS code was right or a connected browser went on
    without one (`sent` is none then), `redirect_to` once signed.

    `session` may go on with it: `begun_in` until then, and from there one that nobody could know before. `connect`: the
    customer wants to stay connected in this browser.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _BYTES_AS_BASE64

    id: str
    begun_in: str
    session: str
    client_id: str
    redirect_uri: str
    state: str = field(repr=False)
    nonce: str
    code_challenge: str
    expires_at: int
    sent: SentCode | None = None
    txn: str = ""
    redirect_to: str = field(default="", repr=False)
    connect: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """What an authorization code stands for; code and access token are kept as SHA-256 alone."""

    __pydantic_config__: ClassVar[ConfigDict] = _BYTES_AS_BASE64

    code_sha256: bytes
    client_id: str
    redirect_uri: str
    code_challenge: str
    nonce: str
    subject: str
    txn: str
    auth_time: int
    expires_at: int
    redeemed: bool = False


@dataclass(frozen=True, slots=True)
class SignatureRequest:
    """What a relying party pushed. `txn` once the customer opened it; `sent` where a connected browser needed a text
    message, whose code is good in the session `sent_in`.
    """

    __pydantic_config__: ClassVar[ConfigDict] = _BYTES_AS_BASE64

    id: str
    client_id: str
    customer_number: str = field(repr=False)
    purpose: SigningPurpose
    items: tuple[ContentItem, ...] = field(repr=False)
    redirect_uri: str
    state: str
    expires_at: int
    txn: str = ""
    sent: SentCode | None = None
    sent_in: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A browser session whose customer gave PIN and SMS code, or the PIN in a browser that she connected."""

    session: str
    customer_number: str = field(repr=False)
    expires_at: int


@dataclass(frozen=True, slots=True)
class AccessToken:
    """Good for the subject's name at one relying party, and nothing else."""

    __pydantic_config__: ClassVar[ConfigDict] = _BYTES_AS_BASE64

    token_sha256: bytes
    code_sha256: bytes
    subject: str
    expires_at: int
