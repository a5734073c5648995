"""A customer's own certificate as JSON: how it stands, what it was used for, and its end."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import Field

from dojang.journeys import my_certificate, revoke_certificate
from dojang.journeys.log_in import LoginDesk
from dojang.serving.bodies import Body
from dojang.web.api.logins import PinVisit, unstored
from dojang.web.sessions import Sessions

PREFIX = "/api/v1/certificate"
Txn = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$")]


class CertificateFacts(Body):
    """`reason`: RFC 5280's name; `days_left` by the Korean calendar."""

    holder_masked: str
    serial: str
    policy: str
    not_before: int
    not_after: int
    state: Literal["valid", "expired", "revoked"]
    reason: str
    revoked_at: int
    last_used: int
    days_left: int


class MyCertificateView(Body):
    """None where the customer never had one."""

    certificate: CertificateFacts | None


class UsedView(Body):
    """One signature. `relying_party`: its name in Korean and English."""

    txn: str
    purpose: Literal["login", "transfer", "revocation"]
    relying_party: dict[str, str]
    signed_at: int
    payee_masked: str
    bank: str
    amount: str
    reason: str


class HistoryView(Body):
    """The newest first. `before`: for the next page; empty on the last."""

    used: list[UsedView]
    before: str


class RevocationForm(Body):
    """Why: `keyCompromise`, `affiliationChanged` or `cessationOfOperation` (RFC 5280 5.3.1)."""

    reason: Annotated[str, Field(max_length=64)]


class RevocationView(Body):
    """`published`: whoever asks about the certificate's status hears that it is revoked."""

    state: Literal["pin", "expired", "signed", "revoked", "refused"]
    serial: str
    reason: str
    revoked_at: int
    published: bool


class CertificateApi:
    """Reads, hands to a journey, replies."""

    def __init__(self, desk: LoginDesk, sessions: Sessions) -> None:
        self._desk, self._sessions = desk, sessions

    def look(self, request: Request) -> MyCertificateView:
        """The certificate of whoever is signed in. 401 `connect_first`."""
        found = my_certificate.look(self._desk, self._sessions.required(request))
        if found is None:
            return MyCertificateView(certificate=None)
        return MyCertificateView(
            certificate=CertificateFacts(
                holder_masked=found.holder,
                serial=found.serial,
                policy=found.policy,
                not_before=found.not_before,
                not_after=found.not_after,
                state=found.state,
                reason=found.reason,
                revoked_at=found.revoked_at,
                last_used=found.last_used,
                days_left=found.days_left,
            )
        )

    def history(self, request: Request, before: Annotated[str, Query(max_length=100)] = "") -> HistoryView:
        """What the customer signed, twenty at a time."""
        found = my_certificate.history(self._desk, self._sessions.required(request), before)
        used = [
            UsedView(
                txn=one.txn,
                purpose=one.purpose,
                relying_party=dict(one.relying_party),
                signed_at=one.signed_at,
                payee_masked=one.payee,
                bank=one.bank,
                amount=one.amount,
                reason=one.reason,
            )
            for one in found.used
        ]
        return HistoryView(used=used, before=found.before)

    def receipt(self, txn: Txn, request: Request) -> Response:
        """The customer's receipt, as it is kept: to be saved, and verified by `dojang verify`."""
        found = my_certificate.receipt(self._desk, self._sessions.required(request), txn)
        return receipt_response(txn, found)

    def revoke(self, body: RevocationForm, request: Request) -> PinVisit:
        """On to the PIN."""
        request.state.keep_answer = False
        opened = revoke_certificate.ask(self._desk.visits, self._sessions.required(request), body.reason)
        return PinVisit(pin_url=opened.pin_url, code=opened.code)

    def revocation(self, request: Request) -> RevocationView:
        """How the one stands that this browser asked for last. 404 `revocation_not_found`."""
        found = revoke_certificate.look(self._desk.visits, self._sessions.required(request))
        return RevocationView(
            state=found.state,
            serial=found.serial,
            reason=found.reason,
            revoked_at=found.revoked_at,
            published=found.published,
        )


def receipt_response(txn: str, receipt: bytes) -> Response:
    """The receipt as a file."""
    headers = {"Content-Disposition": f'attachment; filename="receipt-{txn}.json"', "Cache-Control": "no-store"}
    return Response(receipt, media_type="application/json", headers=headers)


def router(desk: LoginDesk, sessions: Sessions) -> APIRouter:
    """Every path of one's own certificate."""
    api = CertificateApi(desk, sessions)
    made = APIRouter(prefix=PREFIX, tags=["my certificate"], dependencies=[Depends(unstored)])
    made.add_api_route("", api.look, methods=["GET"])
    made.add_api_route("/history", api.history, methods=["GET"])
    made.add_api_route("/receipts/{txn}", api.receipt, methods=["GET"])
    made.add_api_route("/revocation", api.revoke, methods=["POST"])
    made.add_api_route("/revocation", api.revocation, methods=["GET"])
    return made
