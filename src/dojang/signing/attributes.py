"""The signed attributes of a CMS signature, a deterministic function of T.

Built from one DER template by the customer's side and by the vault, never parsed: what the vault signs it derives
itself. content-type, signing-time and message-digest are RFC 5652 11; signing-certificate-v2 is RFC 5035 3, with its
default algorithm (SHA-256) and without the optional issuer and serial.
"""

from datetime import UTC, datetime
from typing import Final

from dojang.refusals import TransactionRefused
from dojang.signing.what_is_signed import Item, Transaction

# Each attribute before its one hole, which has one size: so every length is a constant, and so is the order of the set
# (X.690 11.6: by encoding; the four differ in their length octet, shortest first).
_CONTENT_TYPE: Final = bytes.fromhex("3018 06092a864886f70d010903 310b 06092a864886f70d010701")  # id-data
_SIGNING_TIME: Final = bytes.fromhex("301c 06092a864886f70d010905 310f 170d")  # UTCTime
_MESSAGE_DIGEST: Final = bytes.fromhex("302f 06092a864886f70d010904 3122 0420")  # OCTET STRING
_SIGNING_CERTIFICATE: Final = bytes.fromhex("3037 060b2a864886f70d010910022f 3128 3026 3024 3022 0420")  # ESSCertIDv2
_SET_OF: Final = bytes.fromhex("3181a2")  # 26 + 30 + 49 + 57 octets
# RFC 5652 11.3: UTCTime through the year 2049.
_LAST_SECOND: Final = int(datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


def signed_attributes(transaction: Transaction, item: Item) -> bytes:
    """The DER of SET OF Attribute (tag 0x31): exactly the bytes that are hashed and signed (RFC 5652 5.4).

    Raises `TransactionRefused` for a time that UTCTime cannot say.
    """
    return _SET_OF + b"".join(attributes(transaction, item))


def attributes(transaction: Transaction, item: Item) -> tuple[bytes, bytes, bytes, bytes]:
    """The DER of each Attribute, in the order of the set. Raises `TransactionRefused` as above."""
    if transaction.iat > _LAST_SECOND:
        raise TransactionRefused
    signing_time = datetime.fromtimestamp(transaction.iat, UTC).strftime("%y%m%d%H%M%SZ").encode("ascii")
    return (
        _CONTENT_TYPE,
        _SIGNING_TIME + signing_time,
        _MESSAGE_DIGEST + item.content_hash,
        _SIGNING_CERTIFICATE + transaction.certificate,
    )
