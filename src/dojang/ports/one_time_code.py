"""One-time codes of a device (OTP)."""

from typing import Protocol


class OneTimeCode(Protocol):
    """May raise `BankUnavailable`."""

    def check(self, application_id: str, customer_number: str, code: str, request: str) -> None:
        """Counts one try, once however often the same `request` asks. A code is right once.

        Raises `WrongOneTimeCode` (fact: tries_left), `OneTimeCodeLocked`.
        """
        ...
