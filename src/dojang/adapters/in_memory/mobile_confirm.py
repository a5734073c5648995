"""Approvals on the registered mobile in memory, with the customer's thumb."""

from dojang.adapters.in_memory.bank import MemoryBank
from dojang.refusals import MediumNotOwned
from dojang.values.application import AskedApproval, Medium
from dojang.values.factors import ApprovalState, ApprovalStatus


class MemoryMobileConfirm:
    """`MobileConfirm`. `asked` lists the requests whose approvals were shown, in order."""

    def __init__(self, bank: MemoryBank) -> None:
        self._bank = bank
        self._approvals: dict[str, tuple[str, ApprovalStatus]] = {}
        self.asked: list[str] = []

    def ask(self, application_id: str, customer_number: str, approval: AskedApproval) -> str:  # noqa: ARG002
        """See `MobileConfirm`."""
        customer = self._bank.by_number(customer_number)
        if Medium.MOBILE_CONFIRM not in customer.media:
            raise MediumNotOwned
        approval_id = f"approval-{approval.request}"
        if approval_id not in self._approvals:
            key = customer.as_known().mobile_key
            status = ApprovalStatus(ApprovalState.PENDING, approval.text, key, b"")
            self._approvals[approval_id] = (customer_number, status)
            self.asked.append(approval.request)
        return approval_id

    def status(self, approval_id: str) -> ApprovalStatus:
        """See `MobileConfirm`."""
        return self._approvals[approval_id][1]

    def approve(self, approval_id: str) -> None:
        """The phone signs what it shows."""
        number, shown = self._approvals[approval_id]
        signature = self._bank.by_number(number).sign(shown.text)
        self.put(approval_id, ApprovalStatus(ApprovalState.APPROVED, shown.text, shown.device_key, signature))

    def decline(self, approval_id: str) -> None:
        """The customer declines."""
        shown = self.status(approval_id)
        self.put(approval_id, ApprovalStatus(ApprovalState.DECLINED, shown.text, shown.device_key, b""))

    def put(self, approval_id: str, status: ApprovalStatus) -> None:
        """Answer so from now on: what a lying supplier would do."""
        self._approvals[approval_id] = (self._approvals[approval_id][0], status)
