"""What the bank makes of a signature that it is shown: whose it is, once `client.verifier` has checked it."""

from pathlib import Path
from typing import Protocol

from cryptography import x509
from cryptography.x509.oid import NameOID
from sqlalchemy import Connection, select

from dojang.client import certificates
from dojang.demo.bank.center_client import SignatureResult
from dojang.demo.bank.tables import statements
from dojang.refusals import SignatureInvalid, SignerRefused


class Evidence(Protocol):
    """The checks, each raising `SignatureInvalid` and giving the signer's certificate (DER)."""

    def of_login(self, cms: bytes, content: bytes, nonce: str, now: int) -> bytes:
        """A login at this bank with this nonce."""
        ...

    def of_transfer(self, result: SignatureResult, now: int) -> bytes:
        """A transfer's content, with the customer's receipt for it."""
        ...


def customer_of(connection: Connection, certificate: bytes) -> str:
    """The customer for whose kid the bank itself signed as registration authority. Raises `SignerRefused`.

    The subject's serialNumber is the kid in hex (practice: nobody's number).
    """
    names = certificates.load(certificate).subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    kid = _kid(names)
    found: str | None = connection.scalar(select(statements.c.customer_number).where(statements.c.kid == kid))
    if found is None:
        raise SignerRefused
    return found


def _kid(names: list[x509.NameAttribute[str | bytes]]) -> bytes:
    try:
        (name,) = names
        return bytes.fromhex(str(name.value))
    except ValueError:
        raise SignerRefused from None


class Checked:
    """Nothing is believed until `client.verifier` is asked."""

    def __init__(self, anchors: Path, client_id: str) -> None:
        self._anchors, self._client_id = anchors, client_id

    def of_login(self, cms: bytes, content: bytes, nonce: str, now: int) -> bytes:  # noqa: ARG002
        """A login at this bank with this nonce."""
        raise SignatureInvalid(step="verifier")

    def of_transfer(self, result: SignatureResult, now: int) -> bytes:  # noqa: ARG002
        """A transfer's content, with the customer's receipt for it."""
        raise SignatureInvalid(step="verifier")
