"""T, the transaction: what the customer consents to and the only thing the vault signs from.

T is canonical JSON (RFC 8785); th = SHA-256(T). What a page shows is derived from the very bytes that are hashed, by
`display_of`, never taken from whoever sent them (domain 20).
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar, cast

from dojang.pin import labels
from dojang.pin.encoding import b64, canonical, encode, parse_canonical, sha256, unb64
from dojang.policy.numbers import NUMBERS
from dojang.refusals import Refusal, TransactionRefused
from dojang.values.certificate import CUSTOMERS_REASONS
from dojang.values.relying_party import CENTER

Purpose = Literal["login", "transfer", "revocation"]
Format = Literal["cms"]
Binding = Literal["shown", "hash_only"]
Pairs = tuple[tuple[str, str], ...]
_Part = TypeVar("_Part")

SCHEME: Final = 1
PURPOSES: Final[tuple[Purpose, ...]] = ("login", "transfer", "revocation")
FORMATS: Final[tuple[Format, ...]] = ("cms",)
BINDINGS: Final[tuple[Binding, ...]] = ("shown", "hash_only")
MAX_ITEMS: Final = 16
MAX_PAIRS: Final = 64
MAX_TEXT: Final = 500  # characters of a name or a value
NONCE: Final = range(16, 129)  # bytes

# Controls and formatting characters reorder, hide or break what is shown: bidi controls are category Cf.
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_SERIAL: Final = re.compile(r"(?:[0-9a-f]{2}){1,20}")
_REQUEST: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be signed. `binding`: shown as pairs, or by its hash alone."""

    label: str
    content_hash: bytes
    binding: Binding


@dataclass(frozen=True, slots=True)
class Transaction:
    """T. kid, day_key_id 16 bytes; certificate (SHA-256 of its DER), content hashes, guards_hash 32; Unix seconds."""

    txn: str
    kid: bytes
    certificate: bytes
    relying_party: str
    purpose: Purpose
    format: Format
    display: Pairs
    items: tuple[Item, ...]
    nonce: bytes
    iat: int
    exp: int
    day_key_id: bytes
    guards_hash: bytes

    def canonical(self) -> bytes:
        """The bytes that are hashed, and that travel."""
        return canonical(
            {
                "v": SCHEME,
                "txn": self.txn,
                "kid": b64(self.kid),
                "certificate": b64(self.certificate),
                "relying_party": self.relying_party,
                "purpose": self.purpose,
                "format": self.format,
                "display": [list(pair) for pair in self.display],
                "items": [
                    {"label": item.label, "content_hash": b64(item.content_hash), "binding": item.binding}
                    for item in self.items
                ],
                "nonce": b64(self.nonce),
                "iat": self.iat,
                "exp": self.exp,
                "day_key_id": b64(self.day_key_id),
                "guards_hash": b64(self.guards_hash),
            }
        )

    def hash(self) -> bytes:
        """th."""
        return sha256(self.canonical())

    @classmethod
    def parse(cls, data: bytes) -> "Transaction":
        """The transaction behind canonical bytes. Raises `TransactionRefused` for bytes that are not exactly one."""
        try:
            transaction = _read(parse_canonical(data))
        except (Refusal, KeyError, TypeError, ValueError, AttributeError):
            raise TransactionRefused from None
        # Everything that carries T (contents, receipts, T again as its display) has to fit into one body.
        if transaction.canonical() != data or len(data) > NUMBERS.transaction.bytes:
            raise TransactionRefused
        return transaction

    def checked(self) -> "Transaction":
        """Itself, if it keeps the rules of T whoever built it. Raises `TransactionRefused`."""
        return Transaction.parse(self.canonical())


def login_content(relying_party: str, nonce: bytes) -> bytes:
    """What a login signs: a fixed label, the relying party and its nonce, so that it is never anything else."""
    return encode(labels.LOGIN_CONTENT, relying_party, nonce)


def transfer_content(pairs: Sequence[tuple[str, str]]) -> bytes:
    """What a transfer signs: its name/value pairs as canonical JSON. Raises `TransactionRefused`."""
    content = canonical({"type": "transfer", "pairs": [list(pair) for pair in pairs]})
    _transfer_pairs(content)
    return content


@dataclass(frozen=True, slots=True)
class RevocationAsked:
    """Which certificate ends and why. `serial`: lower-case hexadecimal; `reason`: one that a customer may give."""

    serial: str
    reason: str
    request: str

    def pairs(self) -> Pairs:
        """As they are signed and shown, in this order."""
        return (("certificate", self.serial), ("reason", self.reason), ("request", self.request))

    def content(self) -> bytes:
        """What a revocation signs: its three pairs as canonical JSON."""
        return canonical({"type": "revocation", "pairs": [list(pair) for pair in self.pairs()]})


def revocation_of(transaction: Transaction) -> RevocationAsked:
    """What a revocation's T asks for. Raises `TransactionRefused` for any other T.

    T says it all: its one item hashes exactly the pairs that T shows, so that whoever has T needs no content.
    """
    if transaction.purpose != "revocation" or transaction.relying_party != CENTER:
        raise TransactionRefused
    asked = _revocation_asked(transaction.display)
    if [item.content_hash for item in transaction.items] != [sha256(asked.content())]:
        raise TransactionRefused
    return asked


def display_of(transaction: Transaction, contents: Sequence[bytes]) -> Pairs:
    """The pairs to show, derived from the bytes that T's items hash.

    Raises `TransactionRefused`: other bytes than the hashed ones, content that is not of T's purpose, more or fewer
    contents than items, a display in T that says otherwise, an item that is not shown.
    """
    if len(contents) != len(transaction.items):
        raise TransactionRefused
    pairs: list[tuple[str, str]] = []
    for item, content in zip(transaction.items, contents, strict=True):
        if item.binding != "shown" or sha256(content) != item.content_hash:
            raise TransactionRefused
        pairs += pairs_of(transaction.purpose, transaction.relying_party, transaction.nonce, content)
    if tuple(pairs) != transaction.display:
        raise TransactionRefused
    return tuple(pairs)


def pairs_of(purpose: Purpose, relying_party: str, nonce: bytes, content: bytes) -> Pairs:
    """The name/value pairs of one content. Raises `TransactionRefused` for bytes of another form."""
    if purpose == "transfer":
        return _transfer_pairs(content)
    if purpose == "revocation":
        return _revocation_pairs(relying_party, content)
    if content != login_content(relying_party, nonce):
        raise TransactionRefused
    return (("relying_party", relying_party),)


def check_times(transaction: Transaction, now: int) -> None:
    """Raises `TransactionRefused` for a transaction of the future or one that has ended."""
    skew = NUMBERS.time.clock_skew
    if not transaction.iat - skew <= now <= transaction.exp + skew:
        raise TransactionRefused


def _revocation_pairs(relying_party: str, content: bytes) -> Pairs:
    """The centre alone asks for a revocation, in its one form."""
    pairs = _typed_pairs("revocation", content)
    if relying_party != CENTER or _revocation_asked(pairs).content() != content:
        raise TransactionRefused
    return pairs


def _revocation_asked(pairs: Pairs) -> RevocationAsked:
    asked = RevocationAsked(*(text for _, text in pairs)) if len(pairs) == 3 else None
    if asked is None or asked.pairs() != pairs or asked.reason not in CUSTOMERS_REASONS:
        raise TransactionRefused
    if not _SERIAL.fullmatch(asked.serial) or not _REQUEST.fullmatch(asked.request):
        raise TransactionRefused
    return asked


def _transfer_pairs(content: bytes) -> Pairs:
    pairs = _typed_pairs("transfer", content)
    if len({name for name, _ in pairs}) != len(pairs):  # which of two amounts would be paid?
        raise TransactionRefused
    return pairs


def _typed_pairs(kind: Purpose, content: bytes) -> Pairs:
    try:
        value = parse_canonical(content)
        if set(value) != {"type", "pairs"} or value["type"] != kind:
            raise TransactionRefused
        return _pairs(value["pairs"])
    except (Refusal, TypeError, ValueError):
        raise TransactionRefused from None


def _read(value: dict[str, Any]) -> Transaction:
    if value["v"] != SCHEME:
        raise TransactionRefused
    transaction = Transaction(
        txn=_text(value["txn"]),
        kid=unb64(value["kid"], 16),
        certificate=unb64(value["certificate"], 32),
        relying_party=_text(value["relying_party"]),
        purpose=cast(Purpose, _one_of(value["purpose"], PURPOSES)),
        format=cast(Format, _one_of(value["format"], FORMATS)),
        display=_pairs(value["display"]),
        items=_several(value["items"], _item, MAX_ITEMS),
        nonce=unb64(value["nonce"]),
        iat=_seconds(value["iat"]),
        exp=_seconds(value["exp"]),
        day_key_id=unb64(value["day_key_id"], 16),
        guards_hash=unb64(value["guards_hash"], 32),
    )
    if not transaction.iat < transaction.exp <= transaction.iat + NUMBERS.transaction.lifetime:
        raise TransactionRefused
    # What there is to sign is always shown, never bound by its hash alone.
    if any(item.binding == "hash_only" for item in transaction.items) or len(transaction.nonce) not in NONCE:
        raise TransactionRefused
    if transaction.purpose == "revocation":
        revocation_of(transaction)
    return transaction


def _item(value: dict[str, Any]) -> Item:
    return Item(
        _text(value["label"]),
        unb64(value["content_hash"], 32),
        cast(Binding, _one_of(value["binding"], BINDINGS)),
    )


def _pairs(value: object) -> Pairs:
    return _several(value, _pair, MAX_PAIRS)


def _pair(value: list[Any]) -> tuple[str, str]:
    name, text = value
    return _text(name), _text(text)


def _several(value: object, read: Callable[[Any], _Part], limit: int) -> tuple[_Part, ...]:
    if not isinstance(value, list) or not 1 <= len(value) <= limit:
        raise TransactionRefused
    return tuple(read(part) for part in value)


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT:
        raise TransactionRefused
    if any(unicodedata.category(character) in _HIDDEN for character in value):
        raise TransactionRefused
    return value


def _one_of(value: object, known: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in known:
        raise TransactionRefused
    return value


def _seconds(value: object) -> int:
    if type(value) is not int or not 0 <= value < 2**53:
        raise TransactionRefused
    return value
