"""Step three: what is agreed to, item by item, to the very text that was shown."""

from collections.abc import Iterable

from dojang.policy.wording import TermsItem
from dojang.refusals import ConsentMissing, TermsChanged
from dojang.values.application import Consent


def check_consents(consents: Iterable[Consent], terms: Iterable[TermsItem]) -> tuple[Consent, ...]:
    """One answer to every item of the terms, in the terms' order.

    Raises `TermsChanged` (another version or text than is shown now, an unknown item, an item twice), or
    `ConsentMissing` (fact: item): no answer, or no to what is required.
    """
    given: dict[str, Consent] = {}
    for consent in consents:
        if consent.item in given:
            raise TermsChanged(item=consent.item)
        given[consent.item] = consent
    answers = tuple(_answer(item, given.pop(item.item, None)) for item in terms)
    if given:
        raise TermsChanged
    return answers


def _answer(item: TermsItem, consent: Consent | None) -> Consent:
    if consent is None or (item.required and not consent.agreed):
        raise ConsentMissing(item=item.item)
    if consent.version != item.version or consent.text_sha256 not in item.text_hashes:
        raise TermsChanged(item=item.item)
    return consent
