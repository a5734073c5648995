"""What the bank makes of a signature that it is shown: true by `client.verifier`, and whose."""

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sqlalchemy import Connection, select

from dojang.client import certificates
from dojang.client.verifier.receipt import verify_receipt
from dojang.client.verifier.signature import Demands, Verified, verify_signature
from dojang.client.verifier.status import StatusSource
from dojang.demo.bank.center_client import SignatureResult
from dojang.demo.bank.tables import statements
from dojang.pin.anchors import Anchors
from dojang.pin.encoding import canonical, sha256
from dojang.refusals import SignerRefused


class Evidence:
    """Checks as a relying party of these anchors, under this client id. What is wrong raises `SignatureInvalid`."""

    def __init__(self, anchors: Anchors, client_id: str, status: StatusSource) -> None:
        self._anchors, self._client_id, self._status = anchors, client_id, status

    def of_login(self, cms: bytes, content: bytes, nonce: str, now: int) -> bytes:
        """The certificate (DER) of who signed a login at this bank with this nonce."""
        return _der(
            verify_signature(
                cms,
                Demands(
                    root=self._anchors.root_certificate,
                    purpose="login",
                    relying_party=self._client_id,
                    now=now,
                    nonce=nonce.encode(),
                    content=content,
                    status=self._status,
                ),
            )
        )

    def of_transfer(self, result: SignatureResult, content: bytes, now: int) -> bytes:
        """The certificate (DER) of who signed exactly `content` as a transfer, with the customer's receipt for it.

        Raises `SignerRefused` for a true receipt of another signature.
        """
        verified = verify_signature(
            result.cms,
            Demands(
                root=self._anchors.root_certificate,
                purpose="transfer",
                relying_party=self._client_id,
                now=now,
                content=content,
                chain=result.chain,
                status=self._status,
            ),
        )
        transaction = verify_receipt(canonical(result.receipt), self._anchors, "transfer")
        if transaction.relying_party != self._client_id or transaction.certificate != sha256(_der(verified)):
            raise SignerRefused
        if [item.content_hash for item in transaction.items] != [sha256(content)]:
            raise SignerRefused
        return _der(verified)


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


def _der(verified: Verified) -> bytes:
    return verified.certificate.public_bytes(Encoding.DER)
