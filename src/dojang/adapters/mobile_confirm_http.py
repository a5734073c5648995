"""Approvals on the registered mobile over the bank's HTTP contract."""

from typing import Literal
from urllib.parse import quote

from dojang.refusals import MediumNotOwned
from dojang.serving.bodies import B64, Body
from dojang.serving.party import Party
from dojang.values.application import AskedApproval
from dojang.values.factors import ApprovalState, ApprovalStatus

_PATH = "/contracts/mobile-approvals"


class _Order(Body):
    application: str
    customer_number: str
    text: str
    comparison_code: str


class _Asked(Body):
    approval_id: str


class _Status(Body):
    state: Literal["pending", "approved", "declined"]
    text: str
    device_key: B64
    signature: B64


class HttpMobileConfirm:
    """`MobileConfirm`."""

    def __init__(self, bank: Party) -> None:
        self._bank = bank

    def ask(self, application_id: str, customer_number: str, approval: AskedApproval) -> str:
        """See `MobileConfirm`."""
        order = _Order(
            application=application_id,
            customer_number=customer_number,
            text=approval.text,
            comparison_code=approval.comparison_code,
        )
        return self._bank.post(_PATH, order, _Asked, MediumNotOwned, request=approval.request).approval_id

    def status(self, approval_id: str) -> ApprovalStatus:
        """See `MobileConfirm`."""
        found = self._bank.get(f"{_PATH}/{quote(approval_id, safe='')}", _Status)
        return ApprovalStatus(ApprovalState(found.state), found.signature)
