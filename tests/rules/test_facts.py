"""What is said about a certificate, in order."""

from dataclasses import replace

import pytest

from dojang.values.certificate import CertificateEntry, CertificateState, Person, facts_of

ENTRY = CertificateEntry(
    b"k" * 16, b"u" * 16, "a-1", "01ff", "personal_financial", 1, 9, "1", Person("", "", ""), b"", der=b"\x30"
)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (CertificateState.RESERVED, []),
        (CertificateState.VOUCHED, []),
        (CertificateState.GIVEN_UP, []),
        (CertificateState.VALID, [(1, "", 0)]),
        (CertificateState.REVOKED, [(1, "", 0), (2, "superseded", 7)]),
    ],
)
def test_good_is_said_first_and_revoked_second(state: CertificateState, said: list[tuple[int, str, int]]) -> None:
    reason, at = ("superseded", 7) if state is CertificateState.REVOKED else ("", 0)
    facts = facts_of(replace(ENTRY, state=state, reason=reason, revoked_at=at))
    assert [(fact.sequence, fact.reason, fact.revoked_at) for fact in facts] == said
    assert all((fact.serial, fact.kid, fact.expires_at) == ("01ff", b"k" * 16, 9) for fact in facts)
