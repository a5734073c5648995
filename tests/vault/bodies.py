"""Requests as the centre writes them: JSON with base64url."""

from dataclasses import asdict
from typing import Any

from dojang.pin.encoding import b64
from dojang.vault.activation import ActivationRequest
from dojang.vault.certificates import CertificateRequest
from dojang.vault.credentials import CredentialRequest


def as_json(value: object) -> Any:
    """Bytes as base64url, the rest as it is."""
    match value:
        case bytes():
            return b64(value)
        case dict():
            return {name: as_json(one) for name, one in value.items()}
        case list() | tuple():
            return [as_json(one) for one in value]
        case _:
            return value


def credential_body(request: CredentialRequest) -> Any:
    """`POST /v1/credentials`."""
    return as_json(asdict(request.credential) | {"sealed": request.sealed, "signature": request.signature})


def certificate_body(request: CertificateRequest) -> Any:
    """`POST /v1/certificates`."""
    body = asdict(request)
    body["registration_statement"] = body.pop("statement")
    body["receipts"] = [asdict(receipt) | {"signature": signature} for receipt, signature in request.receipts]
    return as_json(body)


def activation_body(request: ActivationRequest) -> Any:
    """`POST /v1/activations`."""
    return as_json(
        {
            "transaction": request.transaction,
            "activation": asdict(request.activation) | {"signature": request.signature},
            "sealed": request.sealed,
            "receipts": [asdict(receipt) | {"signature": signature} for receipt, signature in request.receipts],
        }
    )
