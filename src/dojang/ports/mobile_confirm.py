"""Approvals on the customer's registered mobile."""

from typing import Protocol

from dojang.values.application import AskedApproval
from dojang.values.factors import ApprovalStatus


class MobileConfirm(Protocol):
    """Every call may raise `BankUnavailable`."""

    def ask(self, application_id: str, customer_number: str, approval: AskedApproval) -> str:
        """Show the text on the phone, once however often the same `approval.request` asks; the approval's id.

        Raises `MediumNotOwned`.
        """
        ...

    def status(self, approval_id: str) -> ApprovalStatus:
        """How the approval stands. What it says is checked by `proofing.mobile_approval`."""
        ...
