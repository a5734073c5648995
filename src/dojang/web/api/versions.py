"""/v1/versions: the PIN page hands in the record, the credential and the statement of a first version."""

from fastapi import APIRouter, Depends

from dojang.journeys import first_version
from dojang.journeys.visits import VisitsDesk
from dojang.values.device import label_of
from dojang.web.api import visit_bodies as b
from dojang.web.api.pin_page import Bearer, FromPinPage, UserAgent

PREFIX = "/v1/versions"
RETURN_PATH = "/issue"


class VersionsApi:
    """The handlers."""

    def __init__(self, desk: VisitsDesk) -> None:
        self._desk = desk

    def record(self, body: b.RecordForm, bearer: Bearer) -> b.RecordKeptView:
        """M' is kept, pending."""
        return b.RecordKeptView(record_sha256=first_version.keep_record(self._desk, bearer, body.record))

    def credential(self, body: b.CredentialForm, bearer: Bearer) -> b.AttestedView:
        """The vault makes the key pair."""
        key = first_version.make_credential(self._desk, bearer, body.credential(), body.sealed, body.signature)
        attestation = b.AttestationView.model_validate(key.attestation.as_json())
        return b.AttestedView(attestation=attestation, spki=key.spki, log_id=key.log_id)

    def statement(self, body: b.StatementForm, bearer: Bearer, user_agent: UserAgent = "") -> b.IssuedView:
        """The guards hear of it, and the key is certified."""
        issued = first_version.take_statement(self._desk, bearer, body.signed(), label_of(user_agent))
        return b.IssuedView(
            receipts=[b.VersionReceiptView.of(receipt) for receipt in issued.receipts],
            certificate=issued.entry.der,
            chain=list(self._desk.chain),
            serial=issued.entry.serial,
            return_to=self._desk.anchors.center_origin + RETURN_PATH,
        )


def router(desk: VisitsDesk) -> APIRouter:
    """The paths below /v1/versions."""
    api = VersionsApi(desk)
    made = APIRouter(prefix=PREFIX, tags=["pin page"], dependencies=[Depends(FromPinPage(desk.pin_origin))])
    made.add_api_route("/record", api.record, methods=["POST"])
    made.add_api_route("/credential", api.credential, methods=["POST"])
    made.add_api_route("/statement", api.statement, methods=["POST"])
    return made
