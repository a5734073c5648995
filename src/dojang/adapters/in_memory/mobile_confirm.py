"""Approvals on the registered mobile in memory, with the customer's thumb."""

from dojang.adapters.in_memory.bank import MemoryBank
from dojang.refusals import MediumNotOwned
from dojang.values.application import AskedApproval, Medium
from dojang.values.factors import ApprovalState, ApprovalStatus


class MemoryMobileConfirm:
    """`MobileConfirm`. `asked` lists the requests whose approvals were shown, in order."""

    def __init__(self, bank: MemoryBank) -> None:
        self._bank = bank
        self._shown: dict[str, tuple[str, str]] = {}  # approval -> customer number, text
        self._decided: dict[str, ApprovalStatus] = {}
        self.asked: list[str] = []

    def ask(self, application_id: str, customer_number: str, approval: AskedApproval) -> str:  # noqa: ARG002
        """See `MobileConfirm`."""
        if Medium.MOBILE_CONFIRM not in self._bank.by_number(customer_number).media:
            raise MediumNotOwned
        approval_id = f"approval-{approval.request}"
        if approval_id not in self._shown:
            self._shown[approval_id] = (customer_number, approval.text)
            self.asked.append(approval.request)
        return approval_id

    def status(self, approval_id: str) -> ApprovalStatus:
        """See `MobileConfirm`."""
        return self._decided.get(approval_id, ApprovalStatus(ApprovalState.PENDING, b""))

    def approve(self, approval_id: str) -> None:
        """The phone signs what it shows."""
        number, text = self._shown[approval_id]
        self.put(approval_id, ApprovalStatus(ApprovalState.APPROVED, self._bank.by_number(number).sign(text)))

    def decline(self, approval_id: str) -> None:
        """The customer declines."""
        self.put(approval_id, ApprovalStatus(ApprovalState.DECLINED, b""))

    def put(self, approval_id: str, status: ApprovalStatus) -> None:
        """Answer so from now on: what a lying supplier would do."""
        self._decided[approval_id] = status
