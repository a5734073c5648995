"""One-time codes over the bank's HTTP contract."""

from dojang.refusals import MediumNotOwned, OneTimeCodeLocked, WrongOneTimeCode
from dojang.serving.bodies import Body
from dojang.serving.party import Party


class _Answer(Body):
    application: str
    customer_number: str
    code: str


class _Nothing(Body):
    pass


class HttpOneTimeCode:
    """`OneTimeCode`."""

    def __init__(self, bank: Party) -> None:
        self._bank = bank

    def check(self, application_id: str, customer_number: str, code: str, request: str) -> None:
        """See `OneTimeCode`."""
        given = _Answer(application=application_id, customer_number=customer_number, code=code)
        refusals = (WrongOneTimeCode, OneTimeCodeLocked, MediumNotOwned)
        self._bank.post("/contracts/one-time-codes", given, _Nothing, *refusals, request=request)
