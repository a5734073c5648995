"""/v1/transactions: the PIN page opens a visit, asks for tickets, and hands in the customer's consent."""

import json

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from dojang.journeys import first_version, give_consent, visits
from dojang.journeys.version_checks import ALGORITHM
from dojang.journeys.visits import VisitsDesk
from dojang.values.device import label_of
from dojang.web.api import visit_bodies as b
from dojang.web.api.pin_page import Bearer, FromPinPage, UserAgent

PREFIX = "/v1/transactions"


class TransactionsApi:
    """The handlers."""

    def __init__(self, desk: VisitsDesk) -> None:
        self._desk = desk

    def open(self, body: b.OpenForm) -> b.UseView | b.VersionView:
        """What the code stands for."""
        proof = body.proof()
        if visits.kind_of(self._desk, body.code) == "version":
            return self._version(first_version.open_version(self._desk, body.code))
        return self._use(give_consent.open_use(self._desk, body.code, proof))

    def tickets(self, _body: b.Nothing, bearer: Bearer) -> b.TicketsView:
        """Fresh ones for the same transaction."""
        return b.TicketsView(tickets=list(give_consent.fresh_tickets(self._desk, bearer)))

    def activate(self, body: b.ActivateForm, bearer: Bearer, user_agent: UserAgent = "") -> Response:
        """The customer's receipt, as it is kept; and whether the browser that came with it is known now."""
        receipts = [receipt.signed() for receipt in body.receipts]
        device = body.device.labelled(label_of(user_agent)) if body.device else None
        done = give_consent.activate(self._desk, bearer, body.activation.signed(), body.sealed, receipts, device)
        beside: dict[str, str | bool] = {"return_to": done.return_to}
        if device is not None:
            beside["device_added"] = done.device_added
        answer = b'{"receipt":' + done.receipt + b"," + json.dumps(beside).encode()[1:]
        return Response(answer, media_type="application/json")

    def _use(self, opened: give_consent.OpenedUse) -> b.UseView:
        version = opened.version
        record = b.RecordView(
            record=version.record,
            attestation=b.AttestationView.model_validate_json(version.attestation),
            spki=version.spki,
            log_id=version.log_id,
        )
        return b.UseView(
            visit=opened.bearer,
            transaction=opened.transaction,
            contents=list(opened.contents),
            records=[record],
            tickets=list(opened.tickets),
            certificate=opened.certificate,
            chain=list(self._desk.chain),
            day_key=b.DayKeyView.of(opened.day_key),
            connect=opened.connect,
        )

    def _version(self, opened: first_version.OpenedVersion) -> b.VersionView:
        return b.VersionView(
            visit=opened.bearer,
            uid=opened.uid,
            kid=opened.kid,
            ver=opened.ver,
            algorithm=ALGORITHM,
            tickets=list(opened.tickets),
            avoid=list(opened.avoid),
            day_key=b.DayKeyView.of(opened.day_key),
            connect=opened.connect,
        )


def router(desk: VisitsDesk) -> APIRouter:
    """The paths below /v1/transactions."""
    api = TransactionsApi(desk)
    made = APIRouter(prefix=PREFIX, tags=["pin page"], dependencies=[Depends(FromPinPage(desk.pin_origin))])
    made.add_api_route("/open", api.open, methods=["POST"])
    made.add_api_route("/tickets", api.tickets, methods=["POST"])
    made.add_api_route("/activate", api.activate, methods=["POST"])
    return made
