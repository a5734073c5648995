"""The registered mobile shows a text once per request and signs exactly that."""

import pytest

from dojang.proofing.mobile_approval import check_approval, new_approval
from dojang.refusals import ApprovalDeclined, ApprovalPending
from dojang.values.application import AskedApproval
from tests.adapters.bank_sides import APPLICATION, Side


def asked(side: Side, request: str = "request-1") -> tuple[AskedApproval, str]:
    approval = new_approval(APPLICATION, "12", request, side.clock.now())
    return approval, side.mobile_confirm.ask(APPLICATION, side.identified().customer_number, approval)


def check(side: Side, approval: AskedApproval, approval_id: str) -> None:
    status = side.mobile_confirm.status(approval_id)
    check_approval(approval, status, side.identified().mobile_key, side.clock.now())


def test_an_approval_is_the_registered_keys_signature_over_the_text(side: Side) -> None:
    approval, approval_id = asked(side)
    with pytest.raises(ApprovalPending):
        check(side, approval, approval_id)
    side.phone.approve(approval_id)
    check(side, approval, approval_id)


def test_a_declined_approval_says_so(side: Side) -> None:
    approval, approval_id = asked(side)
    side.phone.decline(approval_id)
    with pytest.raises(ApprovalDeclined):
        check(side, approval, approval_id)


def test_the_same_request_is_shown_once(side: Side) -> None:
    assert asked(side)[1] == asked(side)[1]
    assert asked(side, "request-2")[1] != asked(side)[1]
