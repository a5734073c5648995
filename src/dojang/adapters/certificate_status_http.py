"""The status service over signed HTTP calls."""

from typing import Literal

from dojang.refusals import FactOutOfOrder, FactRefused
from dojang.serving.bodies import B64, Body
from dojang.serving.party import Party
from dojang.values.certificate import StatusFact


class _Fact(Body):
    kid: B64
    sequence: int
    status: Literal["good", "revoked"]
    reason: str
    revoked_at: int
    expires_at: int


class HttpCertificateStatus:
    """`CertificateStatus`."""

    def __init__(self, status: Party) -> None:
        self._status = status

    def put(self, fact: StatusFact) -> None:
        """See `CertificateStatus`."""
        body = _Fact(
            kid=fact.kid,
            sequence=fact.sequence,
            status="revoked" if fact.reason else "good",
            reason=fact.reason,
            revoked_at=fact.revoked_at,
            expires_at=fact.expires_at,
        )
        self._status.put(f"/facts/{fact.serial}", body, FactOutOfOrder, FactRefused)
